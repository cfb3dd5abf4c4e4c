/** What goes wrong on the way to an element, as coded errors: one sentence each, the cause kept for the log. */
import { type ErrorCode, PtpError } from '../base/errors.js';
import type { Outer } from '../base/time-limit.js';

/** Errors of the operating system and of Node's TLS, by their `code`. */
const REASONS: Readonly<Record<string, readonly [code: ErrorCode, reason: string]>> = {
  ECONNREFUSED: ['Access.Refused', 'refused the connection: nothing listens on that port, or a firewall rejects it'],
  ECONNRESET: ['Access.Refused', 'broke the connection off'],
  EPIPE: ['Access.Refused', 'broke the connection off'],
  UND_ERR_SOCKET: ['Access.Refused', 'broke the connection off'],
  EHOSTUNREACH: ['Access.Unreachable', 'cannot be reached: there is no way to that host'],
  ENETUNREACH: ['Access.Unreachable', 'cannot be reached: there is no route to its network'],
  EHOSTDOWN: ['Access.Unreachable', 'cannot be reached: the host is down'],
  EADDRNOTAVAIL: ['Access.Unreachable', 'cannot be reached from this machine'],
  EINVAL: ['Access.Unreachable', 'cannot be reached from this machine: the address is not one to talk to'],
  EACCES: ['Access.Denied', 'may not be used by the user that this manager runs as'],
  EPERM: ['Access.Denied', 'may not be used by the user that this manager runs as'],
  ENOTFOUND: ['Access.Unreachable', 'cannot be resolved: no name server knows the name'],
  EAI_AGAIN: ['Access.Unreachable', 'cannot be resolved: the name server does not answer'],
  EAI_NONAME: ['Access.Unreachable', 'cannot be resolved: no name server knows the name'],
  ETIMEDOUT: ['Access.Timeout', 'did not answer in time'],
  UND_ERR_CONNECT_TIMEOUT: ['Access.Timeout', 'did not accept the connection in time'],
  UND_ERR_HEADERS_TIMEOUT: ['Access.Timeout', 'did not answer in time'],
  UND_ERR_BODY_TIMEOUT: ['Access.Timeout', 'stopped in the middle of its answer'],
  ENOENT: ['Access.NotFound', 'does not exist'],
  ENOTDIR: ['Access.NotFound', 'does not exist'],
  EISDIR: ['Access.Content', 'is a folder and would have to be a file'],
  ELOOP: ['Access.NotFound', 'leads through too many symbolic links'],
  EMFILE: [
    'Access.Unreachable',
    'could not be asked: this manager has too many files open; raise its limit (ulimit -n)',
  ],
  ENFILE: ['Access.Unreachable', 'could not be asked: this machine has too many files open'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['Access.Protocol', 'shows a self-signed certificate; name it in ca'],
  SELF_SIGNED_CERT_IN_CHAIN: ['Access.Protocol', 'shows a certificate of an unknown authority; name that in ca'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['Access.Protocol', 'shows a certificate of an unknown authority; name that in ca'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'Access.Protocol',
    'shows a certificate of an unknown authority; name that in ca',
  ],
  CERT_HAS_EXPIRED: ['Access.Protocol', 'shows a certificate that has expired; it would have to be renewed'],
  CERT_NOT_YET_VALID: ['Access.Protocol', 'shows a certificate that is not valid yet; check the clocks'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['Access.Protocol', 'shows a certificate for another name'],
  EPROTO: ['Access.Protocol', 'does not speak TLS on that port'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['Access.Protocol', 'does not speak TLS on that port'],
  HPE_INVALID_CONSTANT: ['Access.Protocol', 'answered with something that is not HTTP'],
};

/** @param place What was asked, without credentials, such as `snmp 10.0.0.1:161`. */
export function accessFailure(thrown: unknown, place: string): PtpError {
  if (thrown instanceof PtpError) return thrown;
  for (const error of causes(thrown)) {
    const code = 'code' in error ? String(error.code) : '';
    const known = knownFailure(code, place, thrown);
    if (known) return known;
    if (code.startsWith('HPE_'))
      return new PtpError('Access.Protocol', `${place} answered with something that is not HTTP`, { cause: thrown });
    if (code.startsWith('ERR_TLS_') || code.startsWith('ERR_SSL_'))
      return new PtpError('Access.Protocol', `${place} does not agree on TLS with this manager (${code})`, {
        cause: thrown,
      });
  }
  return new PtpError('Access.Protocol', `${place} did not behave as its protocol says`, { cause: thrown });
}

/** The error that a code of the operating system or of Node's TLS stands for; undefined for others. */
export function knownFailure(code: string, place: string, cause?: unknown): PtpError | undefined {
  const known = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return known && new PtpError(known[0], `${place} ${known[1]}`, { cause });
}

/** The error and what caused it, at most five deep; of several attempts (IPv6, IPv4) the last. */
function* causes(thrown: unknown): Generator<Error> {
  let current: unknown = thrown;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    yield current;
    current = current instanceof AggregateError ? current.errors.at(-1) : current.cause;
  }
}

/** Why a poll whose signal aborted ended: the aborter's own reason if it is one of ours. */
function abortFailure(signal: Outer, place: string): PtpError {
  if (signal.reason instanceof PtpError) return signal.reason;
  return new PtpError('Access.Timeout', `${place} did not answer in time`, { cause: signal.reason });
}

/**
 * Runs `work` until it settles or the signal aborts, whichever is first, and calls `end` at an abort: it must make
 * `work` settle. Whatever is thrown comes out as a coded error.
 *
 * @throws PtpError `Access.*`, or the signal's reason where that is a PtpError.
 */
export async function untilAborted<Result>(
  signal: Outer,
  place: string,
  work: () => Promise<Result>,
  end: () => void,
): Promise<Result> {
  if (signal.aborted) throw abortFailure(signal, place);
  let refuse: (reason: unknown) => void = () => {};
  const onAbort = () => {
    refuse(abortFailure(signal, place));
    end();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise<Result>((resolve, reject) => {
      refuse = reject;
      work().then(resolve, reject);
    });
  } catch (thrown) {
    throw signal.aborted ? abortFailure(signal, place) : accessFailure(thrown, place);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
