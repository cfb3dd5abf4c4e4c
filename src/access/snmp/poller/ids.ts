/** Request ids: where in the table of those under way, and random bits so that nobody can guess one. */
import type { Random } from '../../../base/env.js';

const PLACE_BITS = 16;
export const MOST_PLACES = 1 << PLACE_BITS;
/** Ids fill four bytes and have no sign: from 0x01000000 to 0x7fffffff. */
const FIRST_NONCE = 0x0100;
const NONCES = 0x8000 - FIRST_NONCE;
/** Ids that were freed lately and are known; they are searched only when something comes that nobody waits for. */
const MOST_FREED = 4_096;
/** Random bytes that are fetched at once. */
const SUPPLY_BYTES = 4_096;

export class RequestIds<One> {
  readonly #random: Random;
  readonly #held: (One | undefined)[] = [];
  readonly #ids: number[] = [];
  readonly #free: number[] = [];
  /** The latest, in a ring. */
  readonly #freed = new Int32Array(MOST_FREED);
  #freedAt = 0;
  #supply: Buffer = Buffer.alloc(0);
  #used = 0;
  #size = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Of those that have an id. */
  get size(): number {
    return this.#size;
  }

  /** @throws When all {@link MOST_PLACES} are taken. */
  take(one: One): number {
    const place = this.#free.pop() ?? this.#held.length;
    if (place >= MOST_PLACES) throw new Error('broken invariant: more questions under way than ids');
    const id = ((FIRST_NONCE + (this.#bits() % NONCES)) << PLACE_BITS) | place;
    this.#held[place] = one;
    this.#ids[place] = id;
    this.#size += 1;
    return id;
  }

  /** Whose id it is. */
  get(id: number): One | undefined {
    const place = id & (MOST_PLACES - 1);
    return this.#ids[place] === id ? this.#held[place] : undefined;
  }

  /** Whether it was somebody's lately. */
  wasFreed(id: number): boolean {
    return this.#freed.includes(id);
  }

  free(id: number): void {
    const place = id & (MOST_PLACES - 1);
    if (this.#ids[place] !== id) return;
    this.#freed[this.#freedAt] = id;
    this.#freedAt = (this.#freedAt + 1) % MOST_FREED;
    this.#ids[place] = 0;
    this.#held[place] = undefined;
    this.#size -= 1;
    this.#free.push(place);
  }

  /** Of those that get an id meanwhile, some are seen and some are not. */
  forEach(look: (one: One) => void): void {
    for (let place = 0; place < this.#held.length; place++) {
      const one = this.#held[place];
      if (one !== undefined) look(one);
    }
  }

  #bits(): number {
    if (this.#used + 2 > this.#supply.length) {
      this.#supply = this.#random.bytes(SUPPLY_BYTES);
      this.#used = 0;
    }
    this.#used += 2;
    return this.#supply.readUInt16BE(this.#used - 2);
  }
}
