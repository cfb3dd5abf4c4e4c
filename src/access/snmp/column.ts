/** Columns of a table as they were walked: side by side, mostly with the same rows, and mostly read in their order. */
import type { Cell } from './message/bindings.js';

/** Cells by the index of their row, in the order of the walk. */
export type Column = ReadonlyMap<string, Cell>;

/** Indexes of rows, which columns share as long as each has the same ones from the first on. */
export class Rows {
  readonly indexes: string[] = [];
  #places: Map<string, number> | undefined;

  /** Which row it is; it may be one that a column does not have yet. */
  placeOf(index: string): number {
    if (this.#places?.size !== this.indexes.length)
      this.#places = new Map(this.indexes.map((one, place) => [one, place] as const));
    return this.#places.get(index) ?? -1;
  }
}

export class WalkedColumn implements ReadonlyMap<string, Cell> {
  #rows: Rows;
  readonly #cells: Cell[] = [];
  /** Where it is looked first: most columns are read row by row. */
  #next = 0;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Rows come in their order, each once. */
  add(index: string, cell: Cell): void {
    const place = this.#cells.push(cell) - 1;
    const { indexes } = this.#rows;
    if (indexes[place] === index) return;
    if (indexes.length === place) indexes.push(index);
    else this.#leaveRows(place, index);
  }

  get size(): number {
    return this.#cells.length;
  }

  get(index: string): Cell | undefined {
    return this.#cells[this.#placeOf(index)];
  }

  has(index: string): boolean {
    return this.get(index) !== undefined;
  }

  keys(): MapIterator<string> {
    return this.#indexes().values();
  }

  values(): MapIterator<Cell> {
    return this.#cells.values();
  }

  entries(): MapIterator<[string, Cell]> {
    const indexes = this.#indexes();
    return this.#cells.map((cell, place): [string, Cell] => [indexes[place] ?? '', cell]).values();
  }

  [Symbol.iterator](): MapIterator<[string, Cell]> {
    return this.entries();
  }

  forEach(look: (cell: Cell, index: string, column: Column) => void): void {
    for (const [index, cell] of this) look(cell, index, this);
  }

  #indexes(): readonly string[] {
    const { indexes } = this.#rows;
    return indexes.length === this.size ? indexes : indexes.slice(0, this.size);
  }

  /** Another column has another row there. */
  #leaveRows(place: number, index: string): void {
    const own = new Rows();
    for (let at = 0; at < place; at++) own.indexes.push(this.#rows.indexes[at] ?? '');
    own.indexes.push(index);
    this.#rows = own;
  }

  #placeOf(index: string): number {
    const { indexes } = this.#rows;
    if (indexes[this.#next] === index) return this.#next++;
    // The same row again, or from the first one on.
    const again = indexes[0] === index ? 0 : Math.max(0, this.#next - 1);
    const place = indexes[again] === index ? again : this.#rows.placeOf(index);
    if (place >= 0) this.#next = place + 1;
    return place;
  }
}
