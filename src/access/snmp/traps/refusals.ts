/**
 * Counts what came to the trap port and was not taken, and says so now and then: never once for each, as whoever sends
 * it decides how many there are.
 *
 * Story: nothing to tell -> the first refusal starts the clock -> told {@link FIRST_MS} later -> from then on at most
 * every {@link LATER_MS}, as long as there is more. Times are monotonic.
 */

/** Why, and how that is said after a number. */
export const REFUSALS = {
  malformed: 'not to be decoded as SNMP',
  community: 'with a community that TRAPS does not name',
  unknownUser: 'of a user whom TRAPS does not name',
  unsupportedLevel: 'with another level of security than the credential has',
  wrongDigest: 'whose digest the password does not make',
  undecipherable: 'that the privPassword does not decrypt',
  replayed: 'that are old, or copies of others that came before',
  unasked: 'that are no trap and no inform',
  noRoom: 'informs left without an answer until there is room for them, as the store is behind',
  dropped: 'dropped by the system as they came too fast; raise net.core.rmem_max',
} as const;

export type Refusal = keyof typeof REFUSALS;

const FIRST_MS = 1000;
const LATER_MS = 300_000;
/** Addresses that are named; forged ones cost nothing, so the others are only said to be there. */
const MOST_SENDERS = 8;

export interface RefusalReport {
  readonly count: number;
  readonly text: string;
}

export class RefusalTally {
  #counts = new Map<Refusal, number>();
  #senders = new Set<string>();
  #hasOthers = false;
  #total = 0;
  #dueMs: number | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;

  /** @param sender Its address; left out where none is known. */
  note(why: Refusal, sender: string | undefined, nowMs: number, count = 1): void {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + count);
    this.#total += count;
    if (sender !== undefined && !this.#senders.has(sender)) {
      if (this.#senders.size < MOST_SENDERS) this.#senders.add(sender);
      else this.#hasOthers = true;
    }
    this.#dueMs ??= Math.max(nowMs + FIRST_MS, this.#toldMs + LATER_MS);
  }

  /** Since the start. */
  get total(): number {
    return this.#total;
  }

  /** When there will be something to tell; undefined when there is nothing. */
  get dueMs(): number | undefined {
    return this.#dueMs;
  }

  /** What is to be told now, if anything. @param isEnding Whether there will be no other occasion. */
  report(nowMs: number, isEnding = false): RefusalReport | undefined {
    if (this.#dueMs === undefined || (nowMs < this.#dueMs && !isEnding)) return undefined;
    const counts = [...this.#counts].sort(([, a], [, b]) => b - a);
    const from = [...this.#senders, ...(this.#hasOthers ? ['others'] : [])].join(', ');
    const told = counts.map(([why, count]) => `${count} ${REFUSALS[why]}`).join('; ');
    const count = counts.reduce((sum, [, some]) => sum + some, 0);
    this.#counts = new Map();
    this.#senders = new Set();
    this.#hasOthers = false;
    this.#dueMs = undefined;
    this.#toldMs = nowMs;
    return { count, text: `datagrams at the trap port that were not taken: ${told}${from ? `; from ${from}` : ''}` };
  }
}
