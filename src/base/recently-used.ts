/** A map of bounded size: the longest unused is forgotten first. */
export class RecentlyUsed<Key, Value> {
  readonly #most: number;
  /** The longest unused first. */
  readonly #kept = new Map<Key, Value>();

  /** @param most Values that are kept; at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Does not count as a use. */
  get(key: Key): Value | undefined {
    return this.#kept.get(key);
  }

  /** Keeps it, as used just now. */
  use(key: Key, value: Value): void {
    this.#kept.delete(key);
    this.#kept.set(key, value);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
  }

  delete(key: Key): void {
    this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }
}
