/**
 * The main thread's end of a worker: a bounded queue of jobs, sent together, one request in the air at a time.
 *
 * absent --call--> starting --opened--> ready --end of thread--> absent, all that waited rejected
 *                     `--cannot open--> absent, all that waited rejected with the reason
 * A thread that ended is started again by the next call; one that ended without having answered anything, at the
 * earliest a second later. `close` answers what waits and ends it for good.
 */
import { Worker } from 'node:worker_threads';
import type { Env } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { fromWire } from './failures.js';
import type { Job, Outcome, Remark, Reply, Request, Result, Shaped } from './verbs.js';

/**
 * Of what a thread has made lately: a third of it is filled before it is collected. Left alone V8 takes 48 MiB for each,
 * and what a thread works on is gone with the next request.
 */
const YOUNG_MB = 12;
/** Least time between two starts of a thread that never answered. */
const RESTART_MS = 1000;

/** What a thread is told at its start; more than this is between it and whoever starts it. */
export interface WorkerPlace {
  /** What people call the database. */
  readonly file: string;
}

export interface WorkerClientOptions {
  readonly env: Env;
  readonly start: WorkerPlace;
  /** What may wait at most, in records; beyond it calls are refused with `Server.Busy`. */
  readonly maxWaiting: number;
  /** What is sent together at most, in records; at least one job is. */
  readonly maxTogether: number;
  /** The thread has ended and with it all that it was told. */
  readonly onLost?: () => void;
  /** What runs in the thread. Default is this folder's worker. */
  readonly script?: URL;
}

interface Waiting<V extends Shaped<V>> {
  readonly job: Job<V>;
  readonly weight: number;
  readonly transfer: readonly ArrayBuffer[];
  readonly settle: (outcome: Outcome) => void;
}

export class WorkerClient<V extends Shaped<V>> {
  private worker: Worker | undefined;
  private ready = false;
  private answered = false;
  private closing: Promise<void> | undefined;
  private queue: Waiting<V>[] = [];
  private flying: Waiting<V>[] = [];
  private waitingWeight = 0;
  private lastId = 0;
  /** When a thread ended that had never answered, and why. */
  private failedAt = Number.NEGATIVE_INFINITY;
  private failure: PtpError | undefined;
  /** What the log has of it. */
  private told = '';
  private onIdle: (() => void) | undefined;
  private onOpened: ((failure?: PtpError) => void) | undefined;

  constructor(private readonly options: WorkerClientOptions) {}

  /** Starts the thread and waits until its connection is open; without it the first call does so. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onOpened = (failure) => (failure ? reject(failure) : resolve());
      this.spawn();
    });
  }

  /** @throws PtpError `Server.Busy` when the queue is full, `Store.Failed` when closed. */
  checkRoom(weight: number): void {
    if (this.closing) throw new PtpError('Store.Failed', 'the store is closed; the manager is ending');
    if (this.waitingWeight > 0 && this.waitingWeight + weight > this.options.maxWaiting) {
      throw new PtpError(
        'Server.Busy',
        `the store has ${this.waitingWeight} records waiting to be written; try again a little later`,
      );
    }
  }

  call<Name extends keyof V>(
    verb: Name,
    argument: V[Name]['argument'],
    weight = 1,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Result<V, Name>> {
    return new Promise((resolve, reject) => {
      this.checkRoom(weight);
      this.waitingWeight += weight;
      const settle = (outcome: Outcome) => {
        this.waitingWeight -= weight;
        if ('error' in outcome) reject(fromWire(outcome.error));
        // The worker answers by the same table of verbs.
        else resolve(outcome.value as Result<V, Name>);
      };
      this.queue.push({ job: { verb, argument }, weight, transfer, settle });
      if (this.worker) this.pump();
      else this.spawn();
    });
  }

  /** Answers what waits, closes the connection, ends the thread. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    if (this.flying.length > 0 || this.queue.length > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    const worker = this.worker;
    if (!worker) return;
    this.worker = undefined;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ id: 0, jobs: 'close' } satisfies Request<V>);
    await ended;
  }

  private spawn(): void {
    const { env, start, script } = this.options;
    if (this.failure && env.clock.monotonic() - this.failedAt < RESTART_MS) {
      this.lost(this.failure);
      return;
    }
    this.ready = false;
    this.answered = false;
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    const worker = new Worker(script ?? new URL('./worker.js', import.meta.url), { workerData: start, resourceLimits });
    this.worker = worker;
    let reason: unknown;
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('messageerror', (error) => {
      reason = error;
      void worker.terminate();
    });
    worker.on('message', (message: Reply | Remark) => {
      if ('remark' in message) env.log.warn(message.remark);
      else this.received(message);
    });
    worker.on('exit', () => {
      if (this.worker !== worker) return;
      const text = `the thread of the store ${start.file} ended unexpectedly; what was waiting may or may not have been stored, later requests start it again`;
      this.lost(new PtpError('Store.Failed', text, { cause: reason }));
    });
  }

  private received({ id, outcomes }: Reply): void {
    if (id === 0 && !this.ready) {
      const outcome = outcomes[0];
      if (outcome && 'error' in outcome) {
        this.lost(fromWire(outcome.error));
        return;
      }
      this.ready = true;
      this.onOpened?.();
      this.onOpened = undefined;
    } else if (id === this.lastId) {
      this.answered = true;
      this.failure = undefined;
      this.told = '';
      const answered = this.flying;
      this.flying = [];
      for (const [index, { settle }] of answered.entries()) settle(outcomes[index] ?? NO_OUTCOME);
    }
    this.pump();
  }

  private pump(): void {
    if (!this.ready || this.flying.length > 0) return;
    if (this.queue.length === 0) {
      this.onIdle?.();
      return;
    }
    let count = 0;
    let weight = 0;
    for (const waiting of this.queue) {
      if (count > 0 && weight + waiting.weight > this.options.maxTogether) break;
      count += 1;
      weight += waiting.weight;
    }
    this.flying = this.queue.splice(0, count);
    this.lastId += 1;
    const request: Request<V> = { id: this.lastId, jobs: this.flying.map(({ job }) => job) };
    this.worker?.postMessage(
      request,
      this.flying.flatMap(({ transfer }) => transfer),
    );
  }

  /** The thread is gone, or is of no use: nobody may wait for it any longer. */
  private lost(failure: PtpError): void {
    const { env, onLost } = this.options;
    this.worker = undefined;
    this.ready = false;
    if (!this.answered && this.failure !== failure) {
      this.failure = failure;
      this.failedAt = env.clock.monotonic();
    }
    const waiting = [...this.flying, ...this.queue];
    this.flying = [];
    this.queue = [];
    onLost?.();
    const cause = String(failure.cause ?? '');
    // Whoever asks again and again hears of it; the log has it once.
    if (this.told !== failure.message) env.log.error(failure.message, { cause });
    this.told = failure.message;
    for (const { settle } of waiting) settle({ error: { code: failure.code, message: failure.message, cause } });
    this.onOpened?.(failure);
    this.onOpened = undefined;
    this.onIdle?.();
  }
}

const NO_OUTCOME: Outcome = {
  error: { code: 'Store.Failed', message: 'the store gave no answer because of a defect', cause: '' },
};
