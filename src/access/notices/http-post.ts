/** One POST to a destination: on a connection of its own, by a proxy where the environment names one, never redirected. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { PtpError } from '../../base/errors.js';
import { isLoopback } from '../../config/quantities.js';
import type { Credential } from '../access.js';
import { redaction } from '../cli/redact.js';
import { untilAborted } from '../failure.js';
import { LaterError, LEAST_TLS, trustOf } from './sender.js';

export interface HttpPost {
  readonly url: URL;
  /** How it is called in sentences: of a hook the path may be a secret. */
  readonly place: string;
  readonly ca: string | undefined;
  readonly credential: Credential | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Of an answer: enough for the sentence in which a chat service says what it did not like. */
const MOST_ANSWER = 16 * 2 ** 10;
const MOST_HEADERS = 32 * 2 ** 10;
const MOST_QUOTED = 120;
/** The request is at fault, and would be each time. */
const REFUSED: ReadonlySet<number> = new Set([400, 406, 411, 415, 422]);

/** @throws PtpError as `NoticeSender.send` does */
export async function postHttp(post: HttpPost, signal: AbortSignal): Promise<void> {
  const connect = { ...(await trustOf(post.ca)), minVersion: LEAST_TLS } as const;
  const dispatcher = dispatcherOf(post.url, connect);
  try {
    await untilAborted(
      signal,
      post.place,
      async () => judge(await exchange(post, dispatcher, signal), post),
      () => {},
    );
  } finally {
    await dispatcher.destroy();
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

async function exchange(
  { url, credential, headers, body }: HttpPost,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await request(url, {
    dispatcher,
    signal,
    method: 'POST',
    headers: { ...headers, 'user-agent': 'ptpmgr', accept: '*/*', 'accept-encoding': 'identity', ...login(credential) },
    body,
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > MOST_ANSWER) break;
  }
  const { 'retry-after': retryAfter } = answer.headers;
  return {
    status: answer.statusCode,
    text: Buffer.concat(chunks).toString('utf8'),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
  };
}

/** With a user it is Basic (RFC 7617), without one the password is a token (RFC 6750). */
function login(credential: Credential | undefined): Record<string, string> {
  if (credential?.password === undefined) return {};
  const { user, password } = credential;
  if (user === undefined) return { authorization: `Bearer ${password}` };
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** What never leaves this machine must not go by a proxy, whatever the environment says. */
function dispatcherOf(url: URL, connect: object): Dispatcher {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const settings = { connect, maxHeaderSize: MOST_HEADERS, pipelining: 1 };
  return isLoopback(host) || host === 'localhost'
    ? new Agent(settings)
    : new EnvHttpProxyAgent({ ...settings, requestTls: connect });
}

function judge({ status, text, retryAfter }: Answer, { place, url, credential }: HttpPost): void {
  if (status >= 200 && status < 300) return;
  const said = quoted(redaction(secretsOf(url, credential)).sentence(text));
  const answered = `${place} answered ${status}${said && `: ${said}`}`;
  if (status >= 300 && status < 400)
    throw new PtpError(
      'Access.Protocol',
      `${answered}; notices are not redirected, name the address that it points to`,
    );
  if (status === 413) throw new PtpError('Access.TooLarge', answered);
  if (REFUSED.has(status)) throw new PtpError('Access.Content', answered);
  if (status === 401 || status === 403) throw new PtpError('Access.Denied', answered);
  if (status === 404 || status === 410) throw new PtpError('Access.NotFound', answered);
  const afterMs = laterMs(retryAfter);
  if (afterMs !== undefined) throw new LaterError(answered, afterMs);
  throw new PtpError('Access.Refused', answered);
}

/** Seconds; a date would need clocks that agree. */
const laterMs = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) * 1000 : undefined;

/** Of a hook the address is what lets people in; a server may say what it was asked, and repeat all of it. */
const LEAST_SECRET = 6;

function secretsOf(
  { pathname, search, searchParams }: URL,
  credential: Credential | undefined,
): readonly (string | undefined)[] {
  const parts = [...pathname.split('/'), ...searchParams.values()].filter(({ length }) => length >= LEAST_SECRET);
  const whole = [`${pathname}${search}`, pathname].filter(({ length }) => length > 1);
  const { password, user = '' } = credential ?? {};
  const basic = password === undefined ? undefined : Buffer.from(`${user}:${password}`).toString('base64');
  return [...whole, ...parts, ...parts.map(encodeURIComponent), password, basic];
}

/** The first line, short and printable; of a page of HTML nothing. */
function quoted(text: string): string {
  const [line = ''] = text.trim().split(/[\r\n]/);
  if (/^\s*</.test(line)) return '';
  return line.replace(/[^\P{C}]/gu, '').slice(0, MOST_QUOTED);
}
