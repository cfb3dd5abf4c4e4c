/** `ACCESS method="http"`: whether a service answers, how fast, how long its certificate lasts, and values in its answer. */
import type { Clock } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { AccessSpec, ManagedElement, MetricSpec } from '../../model/element.js';
import type { AccessMethod, AccessParts, Effort, PollAnswer, PollRequest, Reading } from '../access.js';
import { documentMetricFaults, documentReadings } from '../document.js';
import { untilAborted } from '../failure.js';
import { textPatterns } from '../log/log-patterns.js';
import { newEvents } from '../log/new-events.js';
import { elementHost, faultOf, flagOption, hostPort } from '../options.js';
import { compilePattern } from '../regex-limits.js';
import { tlsTrust } from '../tls.js';
import { ThreadedSearch } from '../xpath/threaded-search.js';
import { formatExpect, isExpected, parseExpect } from './expect.js';
import { askHttp, type HttpAnswer, httpUrl, placeOf } from './request.js';

const DAY_MS = 86_400_000;

/** @param search Shared by the methods that look into documents. */
export function createHttpMethod(parts: AccessParts, search = new ThreadedSearch(parts.env)): AccessMethod {
  return {
    method: 'http',
    async poll(request, signal) {
      const url = urlOf(request.element, request.access);
      return untilAborted(
        signal,
        placeOf(url),
        () => pollHttp(url, request, parts, search, signal),
        () => {},
      );
    },
    check: (element, access) => [
      ...faultOf(() => urlOf(element, access)),
      ...faultOf(() => parseExpect(access.options.expect)),
      ...faultOf(() => flagOption(access, 'insecure', false)),
      ...documentMetricFaults(access.metrics, 'http'),
      ...textPatterns(access).flatMap(({ regex }) => faultOf(() => compilePattern(regex))),
    ],
    close: () => search.close(),
  };
}

/** The address of the element itself when none is given. */
function urlOf(element: ManagedElement, access: AccessSpec): URL {
  const port = access.options.port === undefined ? 80 : Number(access.options.port);
  return httpUrl(access.options.url ?? `http://${hostPort(elementHost(element), port)}/`);
}

async function pollHttp(
  url: URL,
  { access, credential, memory }: PollRequest,
  { env, configDir }: AccessParts,
  search: ThreadedSearch,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const expected = parseExpect(access.options.expect);
  const trust = await tlsTrust(access, configDir);
  const startedMs = env.clock.monotonic();
  const answer = await askHttp(
    {
      url,
      trust,
      credential,
      isFinal: (status) => access.options.expect !== undefined && isExpected(expected, status),
      wantsBody: access.metrics.length > 0 || textPatterns(access).length > 0,
      accept: '*/*',
    },
    signal,
  );
  const responseMs = env.clock.monotonic() - startedMs;
  if (!isExpected(expected, answer.status)) throw unexpected(url, answer.status, formatExpect(expected));
  const { readings, effort } = await readDocument(
    answer,
    access.metrics,
    { place: placeOf(url), search, signal },
    env.clock,
  );
  const text = textPatterns(access).length > 0 ? answer.body.toString() : '';
  const { events, seen } = newEvents(text, access, placeOf(url), seenBefore(memory));
  return {
    readings: [...connectionReadings(answer, responseMs, env.clock.now()), ...readings],
    events,
    effort,
    ...(seen.length > 0 && { memory: { seen } satisfies HttpMemory }),
  };
}

/** What a document takes is measured: the search itself begins before anything is waited for. */
export async function readDocument(
  { body, requests }: Pick<HttpAnswer, 'body' | 'requests'>,
  metrics: readonly MetricSpec[],
  { place, search, signal }: { readonly place: string; readonly search: ThreadedSearch; readonly signal: AbortSignal },
  clock: Clock,
): Promise<{ readonly readings: readonly Reading[]; readonly effort: Effort }> {
  const startedMs = clock.monotonic();
  const found = documentReadings(body, metrics, place, search, signal);
  const workMs = clock.monotonic() - startedMs;
  return { readings: await found, effort: { requests, bytes: body.length, workMs } };
}

interface HttpMemory {
  /** Marks of the texts that were told as events and stood there at the latest poll. */
  readonly seen: readonly string[];
}

function seenBefore(memory: unknown): readonly string[] {
  if (typeof memory !== 'object' || memory === null || !('seen' in memory) || !Array.isArray(memory.seen)) return [];
  return memory.seen.filter((one) => typeof one === 'string');
}

export function connectionReadings(answer: HttpAnswer, responseMs: number, nowMs: number): Reading[] {
  const reading = (metric: string, value: number, unit: string): Reading => ({ metric, instance: '', value, unit });
  const days = answer.certificateEndsMs === undefined ? undefined : (answer.certificateEndsMs - nowMs) / DAY_MS;
  return [
    reading('responseTime', Math.round(responseMs * 100) / 100, 'ms'),
    reading('httpStatus', answer.status, '1'),
    ...(days === undefined ? [] : [reading('certificateDays', Math.floor(days * 100) / 100, 'd')]),
  ];
}

export function unexpected(url: URL, status: number, expected: string): PtpError {
  const code =
    status === 401 || status === 403 ? 'Access.Denied' : status === 404 ? 'Access.NotFound' : 'Access.Content';
  return new PtpError(code, `${placeOf(url)} answered ${status}; expected was ${expected}`);
}
