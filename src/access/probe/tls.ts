/** A TLS handshake: its delay (with that of the TCP connection), and what the certificate says. */
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { Reading } from '../access.js';
import { knownFailure } from '../failure.js';
import type { TlsTrust } from '../tls.js';
import { whileConnecting } from './connecting.js';
import type { ProbeSettings } from './settings.js';
import type { TryOnce } from './tries.js';

const DAY_MS = 86_400_000;
const MOST_TEXT = 256;
/** Certificates of one chain that are looked at. */
const LONGEST_CHAIN = 10;

export interface TlsFound {
  /** What makes the certificate one not to believe. */
  readonly problem?: PtpError;
  readonly protocol: string;
  readonly name: string;
  readonly issuer: string;
  /** End of validity, milliseconds since 1970: of the server's own certificate, and the first of all in its chain. */
  readonly endsMs?: number;
  readonly chainEndsMs?: number;
}

/**
 * @throws PtpError `Access.Protocol` when the certificate is not to be believed, unless the trust says not to mind:
 *   then what is wrong with it is among what is found.
 */
export const tlsTry =
  (clock: Clock, { port, place, servername }: ProbeSettings, trust: TlsTrust, address: string): TryOnce<TlsFound> =>
  (signal) => {
    const startedMs = clock.monotonic();
    const socket = connect({
      host: address,
      port,
      ...(servername && { servername }),
      ...(trust.ca !== undefined && { ca: trust.ca }),
      rejectUnauthorized: false,
    });
    return whileConnecting(socket, signal, place, (resolve, reject) => {
      socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
      socket.once('secureConnect', () => {
        const delayMs = clock.monotonic() - startedMs;
        const found = foundBy(socket, place);
        if (found.problem && trust.rejectUnauthorized) reject(found.problem);
        else resolve({ delayMs, found });
      });
    });
  };

function foundBy(socket: TLSSocket, place: string): TlsFound {
  const certificate = socket.getPeerCertificate(true);
  const ends = chainOf(certificate).map(({ valid_to }) => Date.parse(valid_to));
  const [endsMs] = ends;
  const chainEndsMs = Math.min(...ends);
  const problem = problemOf(socket, place);
  return {
    ...(problem && { problem }),
    protocol: socket.getProtocol() ?? 'unknown',
    name: text(certificate.subject?.CN) || text(certificate.subjectaltname) || 'unknown',
    issuer: text(certificate.issuer?.CN) || text(certificate.issuer?.O) || 'unknown',
    ...(endsMs !== undefined && Number.isFinite(endsMs) && { endsMs }),
    ...(Number.isFinite(chainEndsMs) && { chainEndsMs }),
  };
}

/** Node has it as the error's code, or as its text where it has none. */
function problemOf({ authorized, authorizationError }: TLSSocket, place: string): PtpError | undefined {
  if (authorized) return undefined;
  const code = String(authorizationError);
  return (
    knownFailure(code, place) ??
    new PtpError('Access.Protocol', `${place} shows a certificate that is not to be believed (${text(code)})`)
  );
}

function chainOf(first: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = first;
  while (next?.valid_to && !chain.includes(next) && chain.length < LONGEST_CHAIN) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

/** Names come from outside, several of one kind as a list. */
const text = (name: unknown): string =>
  String(Array.isArray(name) ? name[0] : (name ?? ''))
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, MOST_TEXT);

export function tlsReadings(found: TlsFound, instance: string, place: string, nowMs: number): Reading[] {
  const reading = (metric: string, value: number | string, unit: string): Reading => ({
    metric,
    instance,
    value,
    unit,
  });
  const days = (metric: string, endsMs: number | undefined): Reading[] =>
    endsMs === undefined ? [] : [reading(metric, Math.floor(((endsMs - nowMs) / DAY_MS) * 100) / 100, 'd')];
  return [
    ...days('certificateDays', found.endsMs),
    ...days('certificateChainDays', found.chainEndsMs),
    reading('certificateValid', found.problem ? 0 : 1, '1'),
    reading('certificateProblem', found.problem?.message.replace(`${place} `, '') ?? 'none', '1'),
    reading('certificateName', found.name, '1'),
    reading('certificateIssuer', found.issuer, '1'),
    reading('tlsProtocol', found.protocol, '1'),
  ];
}
