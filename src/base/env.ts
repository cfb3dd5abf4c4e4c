/**
 * The doors to what is not a pure function: time, chance and the log.
 *
 * Everything that decides takes time as an argument; everything that waits asks the {@link Clock} it was given.
 * `system-env.ts` is the only file that touches the real ones; tests and the simulator bring their own.
 */

/** A timer that can be taken back. Cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. May jump; for people and for samples. */
  now(): number;
  /** Milliseconds since some fixed moment. Never jumps, never goes back; for every interval and timeout. */
  monotonic(): number;
  /**
   * Runs `run` once, `delayMs` from now (monotonic). Does not keep the process alive by itself. With 0 it runs when what
   * is ready has been dealt with, without waiting for anything.
   */
  after(delayMs: number, run: () => void): Timer;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Unpredictable bytes, for keys, nonces and identities. */
  bytes(count: number): Buffer;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log. Never pass a secret: what is logged is written as it is. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** The same log, with fields that every line of it carries. */
  child(fields: Record<string, unknown>): Logger;
  /** Takes effect at once, for every child too. */
  setLevel(level: LogLevel): void;
}

export interface Env {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
