/** `ACCESS method="xml"`: an XML document from a URL or a file, values by XPath. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PtpError } from '../base/errors.js';
import type { AccessSpec } from '../model/element.js';
import type { AccessMethod, AccessParts, PollAnswer, PollRequest, Reading } from './access.js';
import { documentReadings, MOST_DOCUMENT, tooLarge } from './document.js';
import { untilAborted } from './failure.js';
import { isExpected, parseExpect } from './http/expect.js';
import { connectionReadings, readDocument, unexpected } from './http/method.js';
import { askHttp, httpUrl, placeOf } from './http/request.js';
import { faultOf } from './options.js';
import { tlsTrust } from './tls.js';
import { ThreadedSearch } from './xpath/threaded-search.js';

/** @param search Shared by the methods that look into documents. */
export function createXmlMethod(parts: AccessParts, search = new ThreadedSearch(parts.env)): AccessMethod {
  return {
    method: 'xml',
    async poll(request, signal) {
      const from = sourceOf(request.access, parts.configDir);
      const place = typeof from === 'string' ? from : placeOf(from);
      const read = async (): Promise<PollAnswer> =>
        typeof from === 'string'
          ? { readings: await fromFile(from, request, search, signal), events: [] }
          : fromUrl(from, request, parts, search, signal);
      return untilAborted(signal, place, read, () => {});
    },
    check: (_element, access) => [
      ...faultOf(() => sourceOf(access, parts.configDir)),
      ...access.metrics.flatMap(({ name, xpath }) =>
        xpath === undefined ? [`METRIC ${name} should have an xpath: method xml finds values by it`] : [],
      ),
    ],
    close: () => search.close(),
  };
}

/** A URL, or a path of a file. */
function sourceOf({ options: { url, path } }: AccessSpec, configDir: string): URL | string {
  if (url !== undefined) return httpUrl(url);
  if (path) return resolve(configDir, path);
  throw new PtpError('Access.Settings', 'method xml should have a url or a path');
}

async function fromUrl(
  url: URL,
  { access, credential }: PollRequest,
  { env, configDir }: AccessParts,
  search: ThreadedSearch,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const trust = await tlsTrust(access, configDir);
  const expected = parseExpect('200-299');
  const startedMs = env.clock.monotonic();
  const answer = await askHttp(
    { url, trust, credential, isFinal: () => false, wantsBody: true, accept: 'application/xml, text/xml, */*;q=0.1' },
    signal,
  );
  const responseMs = env.clock.monotonic() - startedMs;
  if (!isExpected(expected, answer.status)) throw unexpected(url, answer.status, '200-299');
  const { readings, effort } = await readDocument(
    answer,
    access.metrics,
    { place: placeOf(url), search, signal },
    env.clock,
  );
  return { readings: [...connectionReadings(answer, responseMs, env.clock.now()), ...readings], events: [], effort };
}

async function fromFile(
  path: string,
  { access }: PollRequest,
  search: ThreadedSearch,
  signal: AbortSignal,
): Promise<readonly Reading[]> {
  const stats = await stat(path);
  if (!stats.isFile()) throw new PtpError('Access.Content', `${path} is not a file; a document would have to be one`);
  if (stats.size > MOST_DOCUMENT) throw tooLarge(path);
  return documentReadings(await readFile(path, { signal }), access.metrics, path, search, signal);
}
