/**
 * ICMP echo by the system's `ping`: raw sockets take root, which that program has for just this purpose (or the kernel
 * grants it by `net.ipv4.ping_group_range`), and Node has neither kind of socket.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isIP } from 'node:net';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Clock } from '../../base/env.js';
import { invariant, PtpError } from '../../base/errors.js';
import { untilAborted } from '../failure.js';
import { type PingOutcome, readPing } from './ping-output.js';
import { type ProbeSettings, SPACING_MS } from './settings.js';
import { makeTries, type Try } from './tries.js';

/** Characters that the program may print; 100 echoes take 7,000. */
const MOST_OUTPUT = 64 * 2 ** 10;
/** For asking the program which one it is. */
const VERSION_LIMIT_MS = 2000;
/** Where it lies, besides the folders of PATH, which a service may lack. */
const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'];

interface PingProgram {
  readonly path: string;
  /** iputils sends several echoes at a pace of its own; of others only what all have is used: one echo at a time. */
  readonly paced: boolean;
}

export class Ping {
  readonly #clock: Clock;
  readonly #searched: readonly string[];
  #program: Promise<PingProgram> | undefined;

  /** @param searched Folders in which `ping` is looked for. */
  constructor(clock: Clock, searched: readonly string[] = [...(process.env.PATH ?? '').split(delimiter), ...FOLDERS]) {
    this.#clock = clock;
    this.#searched = searched;
  }

  /**
   * @param address IPv4 or IPv6, never a name: what is given to a program must not be able to be an option.
   * @throws PtpError `Access.Settings` when there is no `ping` or it may not be used: nothing was sent then.
   */
  async tries(probe: ProbeSettings, address: string, signal: AbortSignal): Promise<readonly Try<undefined>[]> {
    invariant(isIP(address) !== 0, 'ping is given addresses only');
    const { path, paced } = await this.#find(signal);
    if (!paced)
      return makeTries(this.#clock, probe, signal, async (trySignal) => {
        const [delayMs] = (
          await this.#echo(path, ['-c', '1', '-W', seconds(probe.limitMs), address], probe, 1, trySignal)
        ).delaysMs;
        if (delayMs === undefined) throw silent(probe);
        return { delayMs, found: undefined };
      });
    const spread = ['-i', String(SPACING_MS / 1000)];
    const args = [
      '-n',
      '-c',
      String(probe.count),
      ...(probe.count > 1 ? spread : []),
      '-W',
      seconds(probe.limitMs),
      address,
    ];
    const { delaysMs, failure } = await this.#echo(path, args, probe, probe.count, signal);
    return Array.from({ length: probe.count }, (_, order) => {
      const delayMs = delaysMs[order];
      return delayMs === undefined ? { lost: failure ?? silent(probe) } : { delayMs, found: undefined };
    });
  }

  /** Looked for again until it is found: it may be installed any time. */
  async #find(signal: AbortSignal): Promise<PingProgram> {
    this.#program ??= this.#search();
    try {
      return await untilAborted(
        signal,
        'ping',
        () => this.#program ?? this.#search(),
        () => {},
      );
    } catch (thrown) {
      this.#program = undefined;
      throw thrown;
    }
  }

  async #search(): Promise<PingProgram> {
    for (const folder of this.#searched.filter(isAbsolute)) {
      const path = join(folder, 'ping');
      const isThere = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (!isThere) continue;
      const { stdout, stderr } = await run(this.#clock, path, ['-V'], VERSION_LIMIT_MS, new AbortController().signal);
      return { path, paced: /\biputils\b/.test(stdout + stderr) };
    }
    throw new PtpError(
      'Access.Settings',
      'there is no ping program on this machine, which ICMP echo needs; install one (Debian: iputils-ping), or use kind="tcp"',
    );
  }

  async #echo(
    path: string,
    args: readonly string[],
    probe: ProbeSettings,
    count: number,
    signal: AbortSignal,
  ): Promise<PingOutcome> {
    const limitMs = (count - 1) * SPACING_MS + probe.limitMs;
    const { stdout, stderr } = await run(this.#clock, path, args, limitMs, signal);
    const outcome = readPing(stdout, stderr, probe.place);
    if (outcome.delaysMs.length === 0 && outcome.failure) throw outcome.failure;
    return outcome;
  }
}

const seconds = (limitMs: number): string => String(Math.max(1, Math.ceil(limitMs / 1000)));

const silent = ({ place, limitMs }: ProbeSettings): PtpError =>
  new PtpError('Access.Timeout', `${place} did not answer an echo request within ${Math.round(limitMs) / 1000} s`);

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end, or kills it at the limit or at an abort; what it printed until then counts. */
function run(
  clock: Clock,
  path: string,
  args: readonly string[],
  limitMs: number,
  signal: AbortSignal,
): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  // Without a shell, in a known language, and without what else is in this manager's environment.
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { LC_ALL: 'C' } });
  const kill = () => void child.kill('SIGKILL');
  const limit = clock.after(limitMs, kill);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('latin1').on('data', (text: string) => {
      printed[name] += text;
      if (printed[name].length > MOST_OUTPUT) kill();
    });
  }
  const ended = new Promise<Printed>((resolve, reject) => {
    child.once('error', (cause) => reject(unstarted(cause)));
    child.once('close', () => resolve(printed));
  });
  return untilAborted(signal, 'ping', () => ended, kill).finally(() => limit.cancel());
}

const unstarted = (cause: Error): PtpError =>
  new PtpError(
    'Access.Settings',
    `the ping program cannot be started (${'code' in cause ? String(cause.code) : 'unknown reason'}); this manager's user should be allowed to, and to have that many processes`,
    { cause },
  );
