/**
 * Programs that run beside the tests. Whatever was started here is ended at the end of the run at the latest, by its
 * process id, also when a test failed or the run was broken off.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { programPath } from './counterparts.js';

/** Of the output of one program; what came first is dropped beyond that. */
const OUTPUT_CHARACTERS = 4 * 1024 * 1024;

export interface Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly cwd?: string;
  /** Added to this process's own environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input, which is then closed; without it, it reads nothing. */
  readonly input?: string;
}

export class RunningProcess {
  readonly pid: number;
  /** Resolves when it has ended, however. */
  readonly exited: Promise<Exit>;
  /** Standard output alone, so far. */
  stdout = '';
  /** Standard output and standard error, as they came, so far. */
  output = '';
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();
  #exit: Exit | undefined;

  constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout = (this.stdout + text).slice(-OUTPUT_CHARACTERS);
      this.#take(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        running.delete(this);
        resolve(this.#exit);
        this.#tell();
      });
    });
  }

  get hasEnded(): boolean {
    return this.#exit !== undefined;
  }

  /** Resolves with the first match in its output, from the beginning on. Rejects when it ends, or time is up, without one. */
  waitFor(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (result: RegExpExecArray | Error) => {
        this.#listeners.delete(look);
        clearTimeout(timer);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const failed = (what: string) =>
        finish(new Error(`${this.#child.spawnfile} ${what} without printing ${pattern}:\n${this.output.slice(-4000)}`));
      const look = () => {
        const match = pattern.exec(this.output);
        if (match) finish(match);
        else if (this.#exit) failed(`ended (${this.#exit.signal ?? this.#exit.code})`);
      };
      const timer = setTimeout(() => failed(`ran ${timeoutMs} ms`), timeoutMs);
      this.#listeners.add(look);
      look();
    });
  }

  /** Sends a signal; nothing happens when it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#exit) this.#child.kill(signal);
  }

  /** Ends it: by `signal`, and after `graceMs` by SIGKILL. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 5_000): Promise<Exit> {
    this.signal(signal);
    const kill = setTimeout(() => this.signal('SIGKILL'), graceMs);
    const exit = await this.exited;
    clearTimeout(kill);
    return exit;
  }

  #take(text: string): void {
    this.output = (this.output + text).slice(-OUTPUT_CHARACTERS);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const running = new Set<RunningProcess>();

/** Starts a program. Rejects when it cannot be started at all. */
export async function startProcess(
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<RunningProcess> {
  const child = spawn(programPath(program) ?? program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const pid = child.pid;
  if (pid === undefined) {
    throw await new Promise<Error>((resolve) => child.once('error', resolve));
  }
  const started = new RunningProcess(child, pid);
  running.add(started);
  // A program that ends without reading all of its input is not a failure of the test.
  child.stdin?.on('error', () => {}).end(options.input);
  return started;
}

export interface Result extends Exit {
  readonly stdout: string;
  /** Standard output and standard error together. */
  readonly output: string;
}

/** Runs a program to its end; after `timeoutMs` (default 60 s) it is killed. Does not reject because of its exit code. */
export async function runProcess(
  program: string,
  args: readonly string[],
  options: StartOptions & { readonly timeoutMs?: number } = {},
): Promise<Result> {
  const started = await startProcess(program, args, options);
  const timer = setTimeout(() => started.signal('SIGKILL'), options.timeoutMs ?? 60_000);
  const exit = await started.exited;
  clearTimeout(timer);
  return { ...exit, stdout: started.stdout, output: started.output };
}

/** Asks every 25 ms until the answer is yes; rejects after `timeoutMs`. For what the outside world does in its own time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await wait(25);
  }
}

after('ends the programs that were started', async () => {
  await Promise.all([...running].map((one) => one.stop('SIGTERM', 3_000)));
});
process.once('exit', () => {
  for (const one of running) one.signal('SIGKILL');
});
