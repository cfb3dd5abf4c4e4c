/**
 * One manager of the lab as a process of its own: `starting` until it says that it runs, then `running`, then `ended`.
 *
 * It is started in a process group of its own, so that Ctrl-C reaches the lab alone; and over a channel that closes
 * when the lab goes, however it goes, and takes the manager along.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/env.js';
import { CommandFailure, EXIT } from '../failure.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const START_LIMIT_MS = 30_000;
/**
 * A manager may take 30 s to hand over; when the lab ends they all end, and nobody is left to take anything. A second
 * signal ends one at once; what does not even heed that is killed.
 */
const PATIENCE_MS = 2_000;
const STOP_LIMIT_MS = 10_000;

const failed = (sentence: string): CommandFailure => new CommandFailure(EXIT.failed, [`ptpmgr: ${sentence}`]);

export interface ManagerFiles {
  readonly configuration: string;
  readonly dataDir: string;
  readonly log: string;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

export class ManagerProcess {
  readonly id: string;
  readonly #files: ManagerFiles;
  readonly #clock: Clock;
  #child: ChildProcess | undefined;
  #stopping = false;

  /** Called when the process has ended without having been asked to. */
  onDeath: (ending: Ending) => void = () => {};

  constructor(id: string, files: ManagerFiles, clock: Clock) {
    this.id = id;
    this.#files = files;
    this.#clock = clock;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get alive(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves when the manager runs; rejects with its last words when it ends before. */
  start(): Promise<void> {
    if (this.#child) return Promise.reject(failed(`${this.id} runs already, as process ${this.#child.pid}`));
    const { configuration, dataDir, log } = this.#files;
    const output = openSync(log, 'a');
    const child = spawn(process.execPath, [MAIN, 'run', configuration, '--data', dataDir], {
      stdio: ['ignore', output, output, 'ipc'],
      detached: true,
    });
    closeSync(output);
    this.#child = child;
    this.#stopping = false;
    return new Promise((resolve, reject) => {
      let running = false;
      const limit = this.#clock.after(START_LIMIT_MS, () => {
        child.kill('SIGKILL');
        reject(failed(`${this.id} did not come up within ${START_LIMIT_MS / 1000} s; see ${log}`));
      });
      child.on('message', () => {
        running = true;
        limit.cancel();
        resolve();
      });
      child.on('error', (cause) => {
        limit.cancel();
        this.#child = undefined;
        reject(failed(`${this.id} could not be started (${cause.message})`));
      });
      child.on('exit', (code, signal) => {
        limit.cancel();
        this.#child = undefined;
        if (!running) reject(failed(`${this.id} ended at its start: ${this.#lastWords()}`));
        else if (!this.#stopping) this.onDeath({ code, signal });
      });
    });
  }

  /** Ends it cleanly, and after a while in any case. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#stopping = true;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const limits = [
      this.#clock.after(PATIENCE_MS, () => child.kill('SIGTERM')),
      this.#clock.after(STOP_LIMIT_MS, () => child.kill('SIGKILL')),
    ];
    await ended;
    for (const limit of limits) limit.cancel();
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    this.#child?.kill('SIGKILL');
  }

  #lastWords(): string {
    try {
      return readFileSync(this.#files.log, 'utf8').trimEnd().split('\n').at(-1)?.slice(0, 500) || 'it said nothing';
    } catch {
      return 'it said nothing';
    }
  }
}
