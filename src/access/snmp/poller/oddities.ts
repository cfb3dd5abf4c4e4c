/**
 * What came from whom and answers no question: told to whoever has waited for that address in vain. Kept by address, so
 * that a flood of such datagrams costs each of them the same, however many questions are under way.
 */
import type { AgentAddress } from './question.js';

type Place = Pick<AgentAddress, 'host' | 'port'>;

/** Addresses; those that have been silent longest are forgotten. */
const MOST_ADDRESSES = 1024;

interface Oddity {
  readonly what: string;
  /** Monotonic. */
  readonly atMs: number;
}

export class Oddities {
  readonly #byAddress = new Map<string, Oddity>();

  note(from: Place, what: string, nowMs: number): void {
    const key = keyOf(from);
    this.#byAddress.delete(key);
    this.#byAddress.set(key, { what, atMs: nowMs });
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MOST_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
  }

  /** The last thing since then. */
  since(from: Place, sinceMs: number): string | undefined {
    const oddity = this.#byAddress.get(keyOf(from));
    return oddity && oddity.atMs >= sinceMs ? oddity.what : undefined;
  }
}

const keyOf = ({ host, port }: Place): string => `${host} ${port}`;
