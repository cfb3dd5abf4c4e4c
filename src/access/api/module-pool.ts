/**
 * The processes of all modules of a manager. Each poll has one to itself while it lasts, so that what it does is done to nobody
 * else; afterwards another poll of the same module may have it, as starting one takes a tenth of a second.
 */
import type { Clock } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { ModuleFile } from './module-file.js';
import { ModuleProcess, type ModuleQuestion } from './module-process.js';

export interface PoolLimits {
  /** Polls under way at once; more wait. */
  readonly mostRunning: number;
  /** Processes that are kept for the next poll, and for how long: longer than the usual interval. */
  readonly mostIdle: number;
  readonly idleMs: number;
}

const LIMITS: PoolLimits = { mostRunning: 32, mostIdle: 8, idleMs: 150_000 };

interface Idle {
  readonly process: ModuleProcess;
  readonly sinceMs: number;
}

export class ModulePool {
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #limits: PoolLimits;
  /** The one used last at the end. */
  #idle: Idle[] = [];
  readonly #alive = new Set<ModuleProcess>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #isClosed = false;
  #isSweeping = false;

  constructor(clock: Clock, folder: string, limits: Partial<PoolLimits> = {}) {
    this.#clock = clock;
    this.#folder = folder;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Processes that there are. */
  get size(): number {
    return this.#alive.size;
  }

  /**
   * Waits for its turn, asks, and ends what it asked when the signal aborts.
   *
   * @throws PtpError `Access.*`; what aborted the signal.
   */
  async ask(file: ModuleFile, question: ModuleQuestion, signal: AbortSignal): Promise<unknown> {
    const startedMs = this.#clock.monotonic();
    await this.#turn(file, question.limitMs, signal);
    try {
      const leftMs = Math.max(1, question.limitMs - (this.#clock.monotonic() - startedMs));
      return await this.#askNow(file, { ...question, limitMs: leftMs }, signal);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all; what is under way fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#alive];
    for (const one of all) one.end(closed(one.file));
    for (const next of this.#waiting.splice(0)) next();
    await Promise.all(all.map((one) => one.ended));
  }

  async #askNow(file: ModuleFile, question: ModuleQuestion, signal: AbortSignal): Promise<unknown> {
    if (this.#isClosed) throw closed(file);
    signal.throwIfAborted();
    const process = this.#take(file) ?? this.#start(file);
    const onAbort = () => process.end(new PtpError('Access.Timeout', `${file.place} did not answer in time`));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await process.ask(question);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#keep(process);
    }
  }

  #turn(file: ModuleFile, limitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#running < this.#limits.mostRunning) {
      this.#running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const leave = (failure: unknown) => {
        const at = this.#waiting.indexOf(begin);
        if (at >= 0) this.#waiting.splice(at, 1);
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        reject(failure);
      };
      const onAbort = () => leave(signal.reason);
      const begin = () => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        this.#running += 1;
        resolve();
      };
      const timer = this.#clock.after(limitMs, () => leave(crowded(file, this.#limits.mostRunning)));
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(begin);
    });
  }

  /** One of the same version of the same module; those of former versions are ended. */
  #take(file: ModuleFile): ModuleProcess | undefined {
    const isOld = (one: ModuleProcess) => one.file.path === file.path && one.file.version !== file.version;
    this.#dismiss(({ process }) => !process.isUsable || isOld(process));
    const at = this.#idle.findLastIndex(({ process }) => process.file.path === file.path);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0]?.process;
  }

  #start(file: ModuleFile): ModuleProcess {
    const process = new ModuleProcess(this.#clock, file, this.#folder);
    this.#alive.add(process);
    void process.ended.then(() => this.#alive.delete(process));
    return process;
  }

  #keep(process: ModuleProcess): void {
    if (!process.isUsable) return;
    this.#idle.push({ process, sinceMs: this.#clock.monotonic() });
    const most = this.#limits.mostIdle;
    if (this.#idle.length > most) this.#dismiss((_, order) => order < this.#idle.length - most);
    this.#sweepLater();
  }

  #dismiss(isToGo: (one: Idle, order: number) => boolean): void {
    const going = this.#idle.filter(isToGo);
    this.#idle = this.#idle.filter((one) => !going.includes(one));
    for (const { process } of going) process.end(closed(process.file));
  }

  #sweepLater(): void {
    const [first] = this.#idle;
    if (this.#isSweeping || !first) return;
    this.#isSweeping = true;
    const { idleMs } = this.#limits;
    this.#clock.after(Math.max(0, first.sinceMs + idleMs - this.#clock.monotonic()), () => {
      this.#isSweeping = false;
      const now = this.#clock.monotonic();
      this.#dismiss(({ sinceMs }) => now - sinceMs >= idleMs);
      this.#sweepLater();
    });
  }
}

const closed = ({ place }: ModuleFile): PtpError => new PtpError('Access.Protocol', `${place} is no longer run`);

const crowded = ({ place }: ModuleFile, most: number): PtpError =>
  new PtpError(
    'Access.Settings',
    `${place} did not get its turn: ${most} modules are at work, as many as may be; longer intervals or quicker modules are needed`,
  );
