/** The real clock, chance and log. The one file of `src/` that may name them; a test keeps it so. */
import { randomBytes } from 'node:crypto';
import { type BaseLogger, pino } from 'pino';
import type { Clock, Env, Logger, LogLevel, Random, Timer } from './env.js';

/** The longest delay that Node's timers take; longer ones are slept in pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    if (delayMs <= 0) {
      const immediate = setImmediate(run);
      return { cancel: () => clearImmediate(immediate) };
    }
    return new SystemTimer(performance.now() + delayMs, run);
  },
};

/** There is one for every access that is polled: one object, and none beside it but what Node needs. */
class SystemTimer implements Timer {
  readonly #end: number;
  readonly #run: () => void;
  #timeout: NodeJS.Timeout;

  constructor(end: number, run: () => void) {
    this.#end = end;
    this.#run = run;
    this.#timeout = this.#set();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  #set(): NodeJS.Timeout {
    const leftMs = this.#end - performance.now();
    return setTimeout(rung, Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS), this).unref();
  }

  ring(): void {
    if (this.#end - performance.now() > 1) this.#timeout = this.#set();
    else this.#run();
  }
}

const rung = (timer: SystemTimer): void => timer.ring();

export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => randomBytes(count),
};

/** JSON lines on stderr; readable lines when stderr is a terminal. */
function systemLogger(level: LogLevel = 'info'): Logger {
  const readable = process.stderr.isTTY === true;
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    readable
      ? { write: (line: string) => process.stderr.write(readableLine(line)) }
      : pino.destination({ dest: 2, sync: true }),
  );
  const levels: { current: LogLevel } = { current: level };
  return wrap(root, levels, {});
}

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

function wrap(root: BaseLogger, levels: { current: LogLevel }, bound: Record<string, unknown>): Logger {
  const write = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) => {
    if (ORDER[level] < ORDER[levels.current]) return;
    root[level]({ ...bound, ...fields }, message);
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(root, levels, { ...bound, ...fields }),
    setLevel(next) {
      levels.current = next;
      root.level = next;
    },
  };
}

function readableLine(line: string): string {
  const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${msg}${fields.length ? `  ${fields.join(' ')}` : ''}\n`;
}

export function systemEnv(level?: LogLevel): Env {
  return { clock: systemClock, random: systemRandom, log: systemLogger(level) };
}
