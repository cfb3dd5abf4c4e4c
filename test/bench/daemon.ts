/** A program that runs by itself while it is measured: a daemon of others, or our manager as `ptpmgr run` starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { programPath } from '../support/counterparts.js';

/** What is left of what a program printed, for the error that says why it ended. */
const OUTPUT_CHARACTERS = 4000;
const GRACE_MS = 20_000;
/** Of user space, on every Linux. */
const TICK_US = 10_000;

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Numbers of the user and group that it becomes. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** Default `SIGTERM`. */
  readonly stopBy?: 'SIGTERM' | 'SIGINT';
}

export class Daemon {
  readonly pid: number;
  output = '';
  readonly #child: ChildProcess;
  readonly #stopBy: NodeJS.Signals;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;

  private constructor(child: ChildProcess, pid: number, stopBy: NodeJS.Signals) {
    this.#stopBy = stopBy;
    this.#child = child;
    this.pid = pid;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-OUTPUT_CHARACTERS);
      });
    this.ended = once(child, 'exit').then(() => running.delete(this));
  }

  /** @throws When it cannot be started at all. */
  static async start(
    program: string,
    args: readonly string[],
    { cwd, env, as, stopBy = 'SIGTERM' }: StartOptions = {},
  ): Promise<Daemon> {
    const user = as ? [`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups'] : [];
    // However this process ends, what it started ends with it.
    const child = spawn('setpriv', [`--pdeathsig=${stopBy}`, ...user, programPath(program) ?? program, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    const daemon = new Daemon(child, child.pid, stopBy);
    running.add(daemon);
    return daemon;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Of all its threads, and of all processes that it has started, ended ones included; in steps of 10 ms. */
  cpuUs(): number {
    return cpuTicks(this.pid) * TICK_US;
  }

  /** Resolves when it holds. @throws When the program ends before that, with what it printed. */
  async until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!(await holds())) {
      const problem = this.hasEnded ? 'has ended' : performance.now() > end ? `took ${timeoutMs} ms` : undefined;
      if (problem) throw new Error(`${this.#child.spawnfile} ${problem} before ${what}:\n${this.output}`);
      await wait(50);
    }
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    this.#child.kill(this.#stopBy);
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
    await this.ended;
    clearTimeout(kill);
  }

  /** Without waiting, at the end of this process: all that it has started as well, for nobody will look after them. */
  abandon(): void {
    for (const pid of tree(this.pid).reverse()) kill(pid, this.#stopBy);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

const running = new Set<Daemon>();

/** A new folder that is gone when the measurements are over. */
export function benchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `ptpmgr-bench-${name}-`));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

process.once('exit', () => {
  for (const daemon of running) daemon.abandon();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

interface ProcessTimes {
  readonly parent: number;
  /** Its own, and that of its ended children. */
  readonly ticks: number;
}

/** proc(5), `/proc/[pid]/stat`: a name in brackets, which may hold anything, stands before what is looked for. */
function timesOf(pid: string): ProcessTimes | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) };
}

/** A process and all below it. */
function processesBelow(root: number): ReadonlyMap<number, ProcessTimes> {
  const all = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(name) : undefined;
    if (times) all.set(Number(name), times);
  }
  const found = new Map<number, ProcessTimes>();
  for (let wanted = [root]; wanted.length > 0; ) {
    for (const pid of wanted) {
      const times = all.get(pid);
      if (times) found.set(pid, times);
    }
    wanted = [...all].flatMap(([pid, { parent }]) => (wanted.includes(parent) ? [pid] : []));
  }
  return found;
}

const tree = (root: number): number[] => [...processesBelow(root).keys()];

function cpuTicks(root: number): number {
  let ticks = 0;
  for (const times of processesBelow(root).values()) ticks += times.ticks;
  return ticks;
}
