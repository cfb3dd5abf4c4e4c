/** How often what happened: the summary of runs is made of this. */
export class Counts {
  readonly of = new Map<string, number>();
  /** What was measured, by name with its unit. */
  readonly figures = new Map<string, number[]>();
  private readonly tallies: Tally[] = [];

  add(what: string, times = 1): void {
    this.of.set(what, (this.of.get(what) ?? 0) + times);
  }

  addAll(others: Iterable<readonly [string, number]>): void {
    for (const [what, times] of others) this.add(what, times);
  }

  get(what: string): number {
    this.gather();
    return this.of.get(what) ?? 0;
  }

  measured(what: string, value: number): void {
    const known = this.figures.get(what);
    if (known) known.push(value);
    else this.figures.set(what, [value]);
  }

  /** Of things that happen all the time, and have names of one kind: no text is put together for each. */
  tally(prefix: string): Tally {
    const tally = new Tally(prefix);
    this.tallies.push(tally);
    return tally;
  }

  sorted(): [string, number][] {
    this.gather();
    return [...this.of].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private gather(): void {
    for (const tally of this.tallies) this.addAll(tally.take());
  }
}

export class Tally {
  private readonly of = new Map<string, { times: number }>();

  constructor(private readonly prefix: string) {}

  add(name: string): void {
    const known = this.of.get(name);
    if (known) known.times += 1;
    else this.of.set(name, { times: 1 });
  }

  take(): [string, number][] {
    const taken = [...this.of].map(([name, { times }]): [string, number] => [`${this.prefix}${name}`, times]);
    this.of.clear();
    return taken;
  }
}
