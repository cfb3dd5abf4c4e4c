/** From express requests to callers, and signatures onto their answers; the same for SOAP and for pages. */
import type { Request, Response } from 'express';
import { PtpError } from '../base/errors.js';
import { bodyOf, certificateNames } from './http-server.js';
import type { CallContext } from './peer.js';
import type { Authenticated, Authenticator, UsernameToken } from './security/authenticate.js';
import { ANSWER_HEADER } from './security/signature.js';

/** What a signed answer may hold in memory until it is signed. */
const LARGEST_SIGNED_ANSWER = 32 * 2 ** 20;

/**
 * Finds out who asks. The answer to a signed request is signed when it is sent, whatever writes it.
 * @throws PtpError `Client.Unauthorized`: answer 401 with {@link sendChallenges}; `Server.Busy`.
 */
export async function authenticateHttp(
  authenticator: Authenticator,
  request: Request,
  response: Response,
  token?: UsernameToken,
): Promise<Authenticated> {
  const authenticated = await authenticator.authenticate(
    {
      method: request.method,
      target: request.originalUrl,
      headers: request.headers,
      body: bodyOf(request),
      remoteAddress: request.socket.remoteAddress ?? '',
      certificateNames: certificateNames(request),
    },
    token,
  );
  if (authenticated.signAnswer) signWhenSent(response, authenticated.signAnswer);
  return authenticated;
}

/** What handlers are told of the request; aborts when the asker has gone. */
export function callContext({ caller, requestId, hops }: Authenticated, response: Response): CallContext {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished)
      gone.abort(new PtpError('Server.Timeout', 'the caller went away before the answer was ready'));
  });
  return { caller, requestId, hops, signal: gone.signal };
}

/** To go with every answer 401. */
export function sendChallenges(authenticator: Authenticator, response: Response): void {
  response.setHeader('WWW-Authenticate', authenticator.challengeHeaders());
}

/** Holds the answer back until it is whole, then adds the signature over it. */
function signWhenSent(response: Response, sign: NonNullable<Authenticated['signAnswer']>): void {
  const chunks: Buffer[] = [];
  let held = 0;
  const end = response.end.bind(response);
  const keep = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8'));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    else return;
    held += chunks.at(-1)?.length ?? 0;
    if (held > LARGEST_SIGNED_ANSWER) response.destroy(new Error('the answer is too large to be signed'));
  };
  Object.defineProperty(response, 'write', {
    value: (chunk: unknown, encoding?: unknown, done?: unknown) => {
      keep(chunk, encoding);
      for (const one of [encoding, done]) if (typeof one === 'function') queueMicrotask(() => one());
      return true;
    },
  });
  Object.defineProperty(response, 'end', {
    value: (chunk?: unknown, encoding?: unknown) => {
      keep(chunk, encoding);
      const body = Buffer.concat(chunks);
      const header = (name: string) => String(response.getHeader(name) ?? '');
      const answer = {
        status: response.statusCode,
        contentType: header('content-type'),
        location: header('location'),
        body,
      };
      if (!response.headersSent) response.setHeader(ANSWER_HEADER, sign(answer));
      return end(body);
    },
  });
}

const isEncoding = (encoding: unknown): encoding is BufferEncoding =>
  typeof encoding === 'string' && Buffer.isEncoding(encoding);
