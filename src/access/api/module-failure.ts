/** What goes wrong with a module, as coded errors: a sentence each, without a stack and without a secret. */
import { type ErrorCode, PtpError } from '../../base/errors.js';
import type { Credential } from '../access.js';
import { knownFailure } from '../failure.js';
import { type Failed, MOST_ANSWER_BYTES, MOST_HEAP_MIB, MOST_PROCESS_MIB } from './protocol.js';

const MOST_SHOWN = 300;
/** Shorter ones stand in too many words to be a secret worth the name. */
const SHORTEST_SECRET = 3;
const SECRETS = ['community', 'password', 'authPassword', 'privPassword', 'passphrase', 'enablePassword'];

/** @param place Such as `module billing.mjs`. */
export function moduleFailure(
  { stage, message, codes, line }: Failed,
  place: string,
  secrets: readonly string[],
): PtpError {
  const said = shown(message, secrets) || 'nothing that can be shown';
  const where = line === undefined ? '' : ` (line ${line})`;
  switch (stage) {
    case 'load':
      return new PtpError('Access.Settings', `${place} cannot be loaded: ${said}${where}`);
    case 'export':
      return new PtpError(
        'Access.Settings',
        `${place} exports no function poll; it should: export async function poll(request, signal) { ... }`,
      );
    case 'poll':
      return new PtpError(codeOf(codes), `${place} failed: ${said}${where}`);
    case 'answer':
      return new PtpError('Access.Content', `${place} answered with something that is not plain data: ${said}${where}`);
    case 'uncaught':
      return new PtpError('Access.Protocol', `${place} left an error uncaught: ${said}${where}`);
    case 'unhandled':
      return new PtpError('Access.Protocol', `${place} left a rejection unhandled: ${said}${where}`);
  }
}

/** An error of the network says as much about the element as with any other method. */
function codeOf(codes: readonly string[]): ErrorCode {
  if (codes.includes('TimeoutError')) return 'Access.Timeout';
  return codes.map((code) => knownFailure(code, '')?.code).find((code) => code !== undefined) ?? 'Access.Protocol';
}

/** Its process ended without an answer. */
export function endedFailure(code: number | null, signal: NodeJS.Signals | null, place: string): PtpError {
  if (signal === 'SIGABRT')
    return new PtpError('Access.TooLarge', `${place} took more memory than it may have, ${MOST_HEAP_MIB} MiB`);
  if (signal === 'SIGKILL')
    return new PtpError(
      'Access.TooLarge',
      `${place} was ended, as by the system or for taking more memory than it may have, ${MOST_PROCESS_MIB} MiB with its buffers`,
    );
  const how = signal === null ? `exit code ${code}` : signal;
  return new PtpError('Access.Protocol', `${place} ended its process (${how}) instead of answering`);
}

export const tooLong = (place: string): PtpError =>
  new PtpError(
    'Access.TooLarge',
    `${place} answered with more than ${MOST_ANSWER_BYTES / 2 ** 20} MiB; at most that is read`,
  );

export const stoodStill = (place: string, limitMs: number): PtpError =>
  new PtpError(
    'Access.Content',
    `${place} stood still for ${Math.round(limitMs) / 1000} s, as in an endless loop, and was ended`,
  );

export const tooLate = (place: string, limitMs: number): PtpError =>
  new PtpError('Access.Timeout', `${place} did not answer within ${Math.round(limitMs) / 1000} s`);

/** What a module was given and must not come to light by its errors. */
export const secretsOf = (credential: Credential | undefined): readonly string[] =>
  Object.entries(credential ?? {}).flatMap(([name, value]) =>
    SECRETS.includes(name) && typeof value === 'string' && value.length >= SHORTEST_SECRET
      ? [value, encodeURIComponent(value)]
      : [],
  );

/** One line, bounded, with stars for secrets. */
function shown(message: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
  const line = (hidden.trim().split('\n')[0] ?? '').replace(/\p{Cc}+/gu, ' ').trim();
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}...` : line;
}
