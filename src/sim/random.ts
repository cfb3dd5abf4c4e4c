/**
 * Chance from a seed. Every concern (a link, a disk, the schedule of faults) draws from a stream of its own: when one
 * fault is taken out of a schedule, the others still draw what they drew before.
 */

export class Stream {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param name The concern: streams of different names have nothing to do with each other. */
  constructor(seed: number, name: string) {
    let hash = 0x811c9dc5 ^ seed;
    for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    this.a = hash | 0;
    this.b = seed | 0;
    this.c = Math.imul(hash, 0x9e3779b1) | 0;
    for (let turn = 0; turn < 12; turn += 1) this.next();
  }

  /** Uniform in [0, 1): "small fast counting", 32 bits. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** From 0 to `count - 1`. */
  int(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.int(from.length)] ?? from[0];
  }

  /** Short ones often, long ones seldom: the same weight for every order of magnitude. */
  spread(low: number, high: number): number {
    return low * (high / low) ** this.next();
  }

  /** Some of them, in their order; at least one, and not all unless there is one only. */
  some(count: number): number[] {
    const all = Array.from({ length: count }, (_, at) => at);
    const wanted = 1 + this.int(Math.max(1, count - 1));
    while (all.length > wanted) all.splice(this.int(all.length), 1);
    return all;
  }
}
