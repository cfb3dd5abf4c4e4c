/** What a `ping` program prints: that of iputils, of BusyBox and of GNU inetutils, in the language C. */
import { PtpError } from '../../base/errors.js';

const SHOWN = 160;

export interface PingOutcome {
  /** Delays by sequence number, in the order of the echoes. */
  readonly delaysMs: readonly number[];
  /** Why echoes are missing, where something was said about it. */
  readonly failure?: PtpError;
}

/** `64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.132 ms`, with `seq=0` and without `icmp_` in BusyBox. */
const ECHO = /^\d+ bytes from .*\b(?:icmp_)?seq=(\d+)\b.*\btime=(\d+(?:\.\d+)?) ms(?!.*\bDUP\b)/;
/** A router on the way: `From 192.0.2.254 icmp_seq=1 Destination Host Unreachable`. */
const ROUTER = /^From (\S+)(?: icmp_seq=\d+| \(\S+\) icmp_seq=\d+)? (.*)$/;
/** That the program itself may not send, or does not know how. */
const FORBIDDEN = /not permitted|permission denied|cap_net_raw|lacking privilege/i;
const NO_WAY = /unreachable|no route|cannot assign requested address/i;

export function readPing(stdout: string, stderr: string, place: string): PingOutcome {
  const delays = new Map<number, number>();
  for (const line of stdout.split('\n')) {
    const [, sequence, delay] = ECHO.exec(line) ?? [];
    // The same echo a second time is a duplicate, whatever the program calls it.
    if (sequence !== undefined && delay !== undefined && !delays.has(Number(sequence)))
      delays.set(Number(sequence), Number(delay));
  }
  const delaysMs = [...delays].toSorted(([a], [b]) => a - b).map(([, delay]) => delay);
  const failure = failureOf(stdout, stderr, place);
  return { delaysMs, ...(failure && { failure }) };
}

function failureOf(stdout: string, stderr: string, place: string): PtpError | undefined {
  const said = cleaned(stderr);
  if (FORBIDDEN.test(said))
    return new PtpError(
      'Access.Settings',
      `${place} cannot be sent: this manager's user may not send ICMP echo (${said}); allow it with setcap cap_net_raw+ep on the ping program, or by net.ipv4.ping_group_range`,
    );
  if (NO_WAY.test(said)) return new PtpError('Access.Unreachable', `${place} cannot be reached from here (${said})`);
  if (said) return new PtpError('Access.Protocol', `${place} could not be sent: the ping program said ${said}`);
  const [, router, reason] =
    stdout
      .split('\n')
      .flatMap((line) => [ROUTER.exec(line) ?? []])
      .find(([line]) => line) ?? [];
  if (router === undefined || reason === undefined) return undefined;
  return new PtpError('Access.Unreachable', `${place} cannot be reached: ${cleaned(router)} says ${cleaned(reason)}`);
}

/** The first line, without the program's own name. */
const cleaned = (text: string): string =>
  (text.trim().split('\n')[0] ?? '')
    .replace(/^\S*ping6?: /, '')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, SHOWN);
