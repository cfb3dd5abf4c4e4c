/** What has been seen of an agent's answers: how large its tables are, and how much it fits into an answer. */

/** Values of one answer, and of one question; with more most agents would cut off what their largest message does not fit. */
export const MOST_VALUES = 250;
/** Tables of one agent whose size is remembered. */
const MOST_TABLES = 200;
/** From poll to poll a sixteenth more is dared than what went well. */
const GROWTH_PART = 16;

export class Habits {
  readonly #rows = new Map<string, number>();
  #values = MOST_VALUES;
  #answered = 0;

  /** Values that it fits into one answer, as far as is known. */
  get values(): number {
    return this.#values;
  }

  /** Whether it has answered a GETBULK for so many: if such an answer is lost, that is by chance, or for a while. */
  hasAnswered(values: number): boolean {
    return values <= this.#answered;
  }

  /** A GETBULK for so many. */
  answered(values: number): void {
    if (values > this.#answered) this.#answered = values;
  }

  /** Of so many an answer was lost, and of fewer came. What it has answered before has to be lost twice to be too much. */
  lost(values: number): void {
    if (this.hasAnswered(values)) this.#answered = Math.floor(values / 2);
    else this.tooMany(values);
  }

  /** It could not answer with so many. */
  tooMany(values: number): void {
    const fewer = Math.max(1, Math.floor(values / 2));
    this.#values = Math.min(this.#values, fewer);
    this.#answered = Math.min(this.#answered, fewer);
  }

  /** To be called once in each poll: what was too much once need not be for ever. */
  dareMore(): void {
    if (this.#values < MOST_VALUES)
      this.#values = Math.min(MOST_VALUES, this.#values + Math.ceil(this.#values / GROWTH_PART));
  }

  /** Rows that a table had last time; undefined when that is not known. @param table Such as the OID of its first column. */
  rowsOf(table: string): number | undefined {
    return this.#rows.get(table);
  }

  hadRows(table: string, rows: number): void {
    if (this.#rows.size < MOST_TABLES || this.#rows.has(table)) this.#rows.set(table, rows);
  }
}
