/**
 * Every poll that anybody does, seen from outside: in a chain of polls each number once. Whether a miss or a double is
 * a fault is for others to say.
 */
import type { Poll } from './collector.js';

/** Numbers below the highest that are remembered. */
const REMEMBERED = 31;

interface Line {
  highest: number;
  /** Bit n: the poll with the number `highest - n` was done. */
  done: number;
  lastMs: number;
  lastBy: string;
}

interface Chain {
  readonly element: string;
  readonly lines: Line[];
}

/** Numbers that were not polled when a later one was. */
export interface Gap {
  readonly element: string;
  readonly chain: string;
  readonly access: number;
  readonly intervalMs: number;
  readonly numbers: readonly number[];
  /** The polls before and after. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly by: readonly [string, string];
}

export interface Double {
  readonly poll: Poll;
  readonly by: readonly [string, string];
}

export class Ledger {
  polls = 0;
  private readonly chains = new Map<string, Chain>();

  polled(by: string, poll: Poll, nowMs: number): { readonly gap?: Gap; readonly double?: Double } {
    this.polls += 1;
    const { element, access, number } = poll;
    const chain = this.chainOf(poll);
    const line = chain.lines[access];
    if (!line) {
      chain.lines[access] = { highest: number, done: 1, lastMs: nowMs, lastBy: by };
      return {};
    }
    const { lastBy, lastMs } = line;
    if (number > line.highest) {
      const ahead = number - line.highest;
      const gap: Gap | undefined =
        ahead === 1
          ? undefined
          : {
              element,
              chain: poll.chain,
              access,
              intervalMs: poll.intervalMs,
              numbers: Array.from({ length: Math.min(ahead - 1, REMEMBERED) }, (_, at) => number - 1 - at),
              fromMs: lastMs,
              toMs: nowMs,
              by: [lastBy, by],
            };
      line.done = ahead > REMEMBERED ? 1 : (line.done << ahead) | 1;
      line.highest = number;
      line.lastMs = nowMs;
      line.lastBy = by;
      return gap ? { gap } : {};
    }
    const behind = line.highest - number;
    if (behind > REMEMBERED) return { double: { poll, by: [lastBy, by] } };
    const bit = 1 << behind;
    if ((line.done & bit) !== 0) return { double: { poll, by: [lastBy, by] } };
    line.done |= bit;
    return {};
  }

  /** Which numbers of a gap nobody has polled since. */
  stillMissing({ chain, access, numbers }: Gap): number[] {
    const line = this.chains.get(chain)?.lines[access];
    if (!line) return [];
    return numbers.filter((number) => {
      const behind = line.highest - number;
      return behind <= REMEMBERED && (line.done & (1 << behind)) === 0;
    });
  }

  /** When each access of a chain was polled last, and by whom. */
  lastOf(chain: string): readonly { readonly lastMs: number; readonly lastBy: string }[] {
    return this.chains.get(chain)?.lines ?? [];
  }

  private chainOf({ chain, element }: Poll): Chain {
    const known = this.chains.get(chain);
    if (known) return known;
    const made: Chain = { element, lines: [] };
    this.chains.set(chain, made);
    return made;
  }
}
