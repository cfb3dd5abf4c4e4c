/** The doors of `src/base/env.ts` for tests: time that the test moves, chance from a seed, a log that can be read. */
import { createHash } from 'node:crypto';
import type { Env, Logger, LogLevel, Random } from '../../src/base/env.js';
import { systemClock } from '../../src/base/system-env.js';
import { FakeClock } from './fake-clock.js';

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Silent; keeps every line of itself and of its children in `lines`. */
export class CollectingLogger implements Logger {
  readonly lines: LogLine[];
  readonly #bound: Readonly<Record<string, unknown>>;

  constructor(lines: LogLine[] = [], bound: Readonly<Record<string, unknown>> = {}) {
    this.lines = lines;
    this.#bound = bound;
  }

  debug(message: string, fields?: Record<string, unknown>): void {
    this.#add('debug', message, fields);
  }

  info(message: string, fields?: Record<string, unknown>): void {
    this.#add('info', message, fields);
  }

  warn(message: string, fields?: Record<string, unknown>): void {
    this.#add('warn', message, fields);
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#add('error', message, fields);
  }

  child(fields: Record<string, unknown>): Logger {
    return new CollectingLogger(this.lines, { ...this.#bound, ...fields });
  }

  setLevel(): void {
    // Everything is kept: a test may look for lines that a person would not want to see.
  }

  /** Every line as text, for a search for a secret or a word. */
  get text(): string {
    return this.lines.map((line) => `${line.level} ${line.message} ${inspectable(line.fields)}`).join('\n');
  }

  #add(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
    this.lines.push({ level, message, fields: { ...this.#bound, ...fields } });
  }
}

/** JSON, with errors spelled out: `JSON.stringify` alone makes `{}` of them and hides what they carry. */
function inspectable(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(fields, (_name, value: unknown) => {
    if (value instanceof Error) return { name: value.name, message: value.message, cause: value.cause };
    return typeof value === 'bigint' ? String(value) : value;
  });
}

/** The same row of numbers and bytes for the same seed. */
export function seededRandom(seed: number | string = 1): Random {
  let drawn = 0;
  const block = () => createHash('sha256').update(`${seed}:${drawn++}`).digest();
  return {
    next: () => block().readUIntBE(0, 6) / 2 ** 48,
    bytes(count) {
      const blocks: Buffer[] = [];
      for (let have = 0; have < count; have += 32) blocks.push(block());
      return Buffer.concat(blocks).subarray(0, count);
    },
  };
}

export interface TestEnv extends Env {
  readonly clock: FakeClock;
  readonly log: CollectingLogger;
}

export interface TestEnvOptions {
  /** Wall clock at the beginning, milliseconds since 1970; default 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** An `Env` in which nothing happens by itself. */
export const testEnv = (options: TestEnvOptions = {}): TestEnv => ({
  clock: new FakeClock(options.startMs),
  random: seededRandom(options.seed),
  log: new CollectingLogger(),
});

/** Real time with a silent, readable log: for tests that talk to real daemons. */
export const realTimeEnv = (seed = 1): Env & { readonly log: CollectingLogger } => ({
  clock: systemClock,
  random: seededRandom(seed),
  log: new CollectingLogger(),
});
