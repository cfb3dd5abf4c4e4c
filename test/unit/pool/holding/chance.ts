/** Chance from a seed: the same seed, the same world. */
export class Chance {
  constructor(private state: number) {}

  /** Uniform in [0, 1): mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below = (limit: number): number => Math.floor(this.next() * limit);
  between = (least: number, most: number): number => least + this.below(most - least + 1);
  happens = (probability: number): boolean => this.next() < probability;
  pick = <Item>(items: readonly Item[]): Item | undefined => items[this.below(items.length)];
}
