/** One HTTP request with its redirections, on a connection of its own, everything of it bounded. */
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { PtpError } from '../../base/errors.js';
import type { Credential } from '../access.js';
import { MOST_DOCUMENT, tooLarge } from '../document.js';
import type { TlsTrust } from '../tls.js';

const MOST_REDIRECTIONS = 3;
/** Read of a body that nobody wants, so that the time is that of an answer and not of its first line. */
const MOST_UNWANTED = 64 * 2 ** 10;
const MOST_HEADERS = 64 * 2 ** 10;

export interface HttpQuestion {
  readonly url: URL;
  readonly trust: TlsTrust;
  readonly credential: Credential | undefined;
  /** Statuses that are an answer even if they point elsewhere. */
  readonly isFinal: (status: number) => boolean;
  readonly wantsBody: boolean;
  readonly accept: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Made for it: one, and one for each redirection. */
  readonly requests: number;
  /** End of validity of the last server's certificate, milliseconds since 1970. */
  readonly certificateEndsMs?: number;
}

/**
 * A URL that may stand in an `ACCESS`, and be shown: without user and password, which belong into a credential.
 *
 * @throws PtpError `Access.Settings`
 */
export function httpUrl(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new PtpError('Access.Settings', `url="${withoutUser(text)}" should begin with http:// or https://`);
  if (url.username || url.password)
    throw new PtpError(
      'Access.Settings',
      `url="${withoutUser(text)}" should be without user and password; name a credential instead`,
    );
  return url;
}

/** How it is called in sentences: what follows the question mark may be a secret. */
export const placeOf = ({ origin, pathname, search }: URL): string => `${origin}${pathname}${search ? '?...' : ''}`;

export const withoutUser = (text: string): string => text.replace(/\/\/[^/@]*@/, '//');

/** @throws Errors of undici and of the system; PtpError `Access.TooLarge`, `Access.Protocol`. */
export async function askHttp(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
  const seen: { certificateEndsMs?: number } = {};
  const dispatcher = agentOf(question.trust, seen);
  try {
    let url = question.url;
    for (let redirections = 0; ; redirections += 1) {
      const answer = await request(url, {
        dispatcher,
        signal,
        method: 'GET',
        headers: headersOf(question, url),
      });
      const location = answer.headers.location;
      const redirects = [301, 302, 303, 307, 308].includes(answer.statusCode) && typeof location === 'string';
      if (!redirects || question.isFinal(answer.statusCode)) {
        const body = await bodyOf(answer, question, url);
        return { status: answer.statusCode, body, requests: redirections + 1, ...seen };
      }
      await answer.body.dump({ limit: MOST_UNWANTED });
      if (redirections >= MOST_REDIRECTIONS)
        throw new PtpError(
          'Access.Protocol',
          `${placeOf(question.url)} redirects more than ${MOST_REDIRECTIONS} times; give the address that it leads to`,
        );
      url = redirection(location, url);
    }
  } finally {
    await dispatcher.destroy();
  }
}

function redirection(location: string, from: URL): URL {
  try {
    return httpUrl(location, from);
  } catch (cause) {
    throw new PtpError('Access.Protocol', `${placeOf(from)} redirects to something that is not an HTTP address`, {
      cause,
    });
  }
}

/** The password goes to the server that it was given for, not to where that one points. */
function headersOf({ credential, url: first, accept }: HttpQuestion, url: URL): Record<string, string> {
  const headers = { accept, 'accept-encoding': 'identity', 'user-agent': 'ptpmgr' };
  if (credential?.user === undefined || url.origin !== first.origin) return headers;
  const pair = Buffer.from(`${credential.user}:${credential.password ?? ''}`).toString('base64');
  return { ...headers, authorization: `Basic ${pair}` };
}

/** One that notes the certificate that it is shown. Time limits are the caller's signal. */
function agentOf(trust: TlsTrust, seen: { certificateEndsMs?: number }): Agent {
  const connector = buildConnector({ ...trust, timeout: 0, allowH2: false });
  const connect: buildConnector.connector = (options, callback) =>
    connector(options, (...result) => {
      const [, socket] = result;
      if (socket instanceof TLSSocket) noteCertificate(socket.getPeerCertificate(), seen);
      callback(...result);
    });
  return new Agent({ connect, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: MOST_HEADERS, pipelining: 1 });
}

function noteCertificate(certificate: PeerCertificate, seen: { certificateEndsMs?: number }): void {
  const endsMs = Date.parse(certificate.valid_to);
  if (Number.isFinite(endsMs)) seen.certificateEndsMs = endsMs;
}

async function bodyOf(answer: Dispatcher.ResponseData, question: HttpQuestion, url: URL): Promise<Buffer> {
  if (!question.wantsBody) {
    await answer.body.dump({ limit: MOST_UNWANTED });
    return Buffer.alloc(0);
  }
  const encoding = answer.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new PtpError(
      'Access.Content',
      `${placeOf(url)} answers packed (${String(encoding)}) although it was asked not to`,
    );
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MOST_DOCUMENT) throw tooLarge(placeOf(url));
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, length);
}
