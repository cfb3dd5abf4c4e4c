/** What could not be told, counted by name until the destination can be told of it. */
import { type Counted, mostFrequent, type Unsent } from './message.js';

const MOST_NAMES = 50;
const OTHERS = 'others';

export class UnsentCount {
  readonly #names = new Map<string, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(name: string): void {
    this.#count += 1;
    const known = this.#names.has(name) || this.#names.size < MOST_NAMES ? name : OTHERS;
    this.#names.set(known, (this.#names.get(known) ?? 0) + 1);
  }

  /** All so far; undefined when there is nothing. */
  get told(): Unsent | undefined {
    return this.#count === 0 ? undefined : { count: this.#count, names: mostFrequent(this.#names) };
  }

  /** Takes away what has been told. */
  settle({ count, names }: Unsent): void {
    this.#count -= count;
    for (const { of, count: told } of names) this.#less(of, told);
  }

  #less(name: Counted['of'], by: number): void {
    const left = (this.#names.get(name) ?? 0) - by;
    if (left > 0) this.#names.set(name, left);
    else this.#names.delete(name);
  }
}
