/** The short ids that stand for names of elements and series in the tables, as the writer knows them. */
import { invariant } from '../../base/errors.js';
import { asNumber, type Connection, storable } from './driver.js';
import type { SeriesDefinition } from './verbs.js';

/**
 * What was looked up or made in a transaction is forgotten again when that rolls back: the ids may be given anew.
 * The texts of a series are kept only until a transaction with its id is on disk.
 */
export class Names {
  private readonly elements = new Map<string, number>();
  /** Id in the database by handle; 0 is unknown. */
  private ids = new Float64Array(1024);
  private readonly definitions = new Map<number, SeriesDefinition>();
  private looked: number[] = [];

  constructor(private readonly connection: Connection) {}

  define(definition: SeriesDefinition): void {
    this.definitions.set(definition.handle, definition);
    if (definition.handle >= this.ids.length) {
      const wider = new Float64Array(Math.max(this.ids.length * 2, definition.handle + 1));
      wider.set(this.ids);
      this.ids = wider;
    }
  }

  series(handle: number): number {
    const known = this.ids[handle];
    if (known) return known;
    const definition = this.definitions.get(handle);
    invariant(definition, `series ${handle} has been defined`);
    const key = [
      this.element(definition.element),
      storable(definition.metric),
      storable(definition.instance),
      storable(definition.unit),
    ] as const;
    const found = this.connection
      .prepare('SELECT id FROM series WHERE element = ? AND metric = ? AND instance = ? AND unit = ?')
      .first(...key);
    const id = found
      ? asNumber(found[0])
      : this.connection.prepare('INSERT INTO series (element, metric, instance, unit) VALUES (?, ?, ?, ?)').run(...key)
          .lastId;
    this.ids[handle] = id;
    this.looked.push(handle);
    return id;
  }

  element(name: string): number {
    const known = this.elements.get(name);
    if (known) return known;
    const text = storable(name);
    const found = this.connection.prepare('SELECT id FROM element WHERE name = ?').first(text);
    const id = found
      ? asNumber(found[0])
      : this.connection.prepare('INSERT INTO element (name) VALUES (?)').run(text).lastId;
    this.elements.set(name, id);
    return id;
  }

  committed(): void {
    for (const handle of this.looked) this.definitions.delete(handle);
    this.looked = [];
  }

  rolledBack(): void {
    for (const handle of this.looked) this.ids[handle] = 0;
    this.looked = [];
    this.elements.clear();
  }
}
