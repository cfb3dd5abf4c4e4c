/**
 * Minimum, mean, maximum and percentile of many values, some of them known by the mean of several only. Pure.
 *
 * Of several managers each tells what its percentile is made of, in no more than some hundred parts, so that the percentile
 * of all together can be told as well: of so many equal parts it is out by no more than one of them.
 */

/** So many values, of this mean. */
export interface Rank {
  readonly value: number;
  readonly count: number;
}

export interface Figures {
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  readonly percentile95: number;
}

const PERCENTILE = 95;

/** Minimum, mean and maximum of all, and the percentile of samples or, weighted by their counts, of means. */
export class FiguresOf {
  readonly #means: number[] = [];
  readonly #counts: number[] = [];
  #count = 0;
  #sum = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  add(count: number, minimum: number, mean: number, maximum: number): void {
    this.#means.push(mean);
    this.#counts.push(count);
    this.#count += count;
    this.#sum += mean * count;
    this.#minimum = Math.min(this.#minimum, minimum);
    this.#maximum = Math.max(this.#maximum, maximum);
  }

  /** Undefined when there was nothing. */
  get figures(): Figures | undefined {
    if (this.#count === 0) return undefined;
    return {
      count: this.#count,
      minimum: this.#minimum,
      mean: this.#sum / this.#count,
      maximum: this.#maximum,
      percentile95: this.#percentile(),
    };
  }

  /** What the percentile is made of, ascending, in so many parts at most. */
  ranks(most: number): readonly Rank[] {
    const order = this.#ascending();
    if (order.length <= most) return order.map((at) => ({ value: this.#means[at] ?? 0, count: this.#counts[at] ?? 0 }));
    const ranks: { value: number; count: number }[] = [];
    let seen = 0;
    let open = { value: 0, count: 0 };
    for (const at of order) {
      const count = this.#counts[at] ?? 0;
      seen += count;
      open = { value: open.value + (this.#means[at] ?? 0) * count, count: open.count + count };
      if (seen * most < (ranks.length + 1) * this.#count) continue;
      ranks.push({ value: open.value / open.count, count: open.count });
      open = { value: 0, count: 0 };
    }
    return ranks;
  }

  #ascending(): number[] {
    return [...this.#means.keys()].sort((a, b) => (this.#means[a] ?? 0) - (this.#means[b] ?? 0));
  }

  /** Nearest rank. */
  #percentile(): number {
    const rank = Math.ceil((PERCENTILE * this.#count) / 100);
    if (this.#count === this.#means.length) return Float64Array.from(this.#means).sort()[rank - 1] ?? Number.NaN;
    let seen = 0;
    for (const at of this.#ascending()) {
      seen += this.#counts[at] ?? 0;
      if (seen >= rank) return this.#means[at] ?? Number.NaN;
    }
    return this.#maximum;
  }
}

/** Of one series, as several managers have it. */
export interface FiguresPart {
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  readonly ranks: readonly Rank[];
}

/** All together; undefined where there was nothing. */
export function joinedFigures(parts: readonly FiguresPart[]): Figures | undefined {
  const sums = new FiguresOf();
  const ranks = new FiguresOf();
  for (const { count, minimum, mean, maximum, ranks: theirs } of parts) {
    if (!(count > 0)) continue;
    sums.add(count, minimum, mean, maximum);
    for (const rank of theirs) ranks.add(rank.count, rank.value, rank.value, rank.value);
  }
  const found = sums.figures;
  return found && { ...found, percentile95: ranks.figures?.percentile95 ?? found.maximum };
}

/** As messages carry them: `value`, or `value*count`, apart by blanks. */
export const writeRanks = (ranks: readonly Rank[]): string =>
  ranks.map(({ value, count }) => (count === 1 ? `${value}` : `${value}*${count}`)).join(' ');

/** What is none is left out. @param most Ranks that are read. */
export function readRanks(text: string, most: number): readonly Rank[] {
  return text.split(' ', most).flatMap((word) => {
    const [value, count] = word.split('*').map(Number);
    const rank = { value: value ?? Number.NaN, count: count ?? 1 };
    return word !== '' && Number.isFinite(rank.value) && rank.count > 0 ? [rank] : [];
  });
}
