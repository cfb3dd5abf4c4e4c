/** How often what happened: the summary of runs is made of this. */
export class Counts {
  readonly of = new Map<string, number>();

  add(what: string, times = 1): void {
    this.of.set(what, (this.of.get(what) ?? 0) + times);
  }

  addAll(others: Iterable<readonly [string, number]>): void {
    for (const [what, times] of others) this.add(what, times);
  }

  get(what: string): number {
    return this.of.get(what) ?? 0;
  }

  sorted(): [string, number][] {
    return [...this.of].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
