/** The short ids that stand for names of elements and for tracks in the tables, as the writer knows them. */
import { invariant, PtpError } from '../../base/errors.js';
import { asNumber, type Connection, storable } from './driver.js';
import { MOST_TRACKS } from './keys.js';
import type { ShapeDefinition, TrackDefinition } from './verbs.js';

/**
 * What was looked up or made in a transaction is forgotten again when that rolls back: the ids may be given anew.
 * The names of a shape are kept only until a transaction with its id is on disk.
 */
export class Names {
  private readonly elements = new Map<string, number>();
  /** Id in the database by handle. */
  private readonly shapes = new Map<number, number>();
  private readonly tracks = new Map<number, number>();
  private readonly newShapes = new Map<number, ShapeDefinition>();
  private readonly newTracks = new Map<number, TrackDefinition>();
  /** Of all tracks of an element, once one of them is known. */
  private readonly siblings = new Map<number, readonly number[]>();
  private lookedShapes: number[] = [];
  private lookedTracks: number[] = [];

  constructor(private readonly connection: Connection) {}

  define(shapes: readonly ShapeDefinition[], tracks: readonly TrackDefinition[]): void {
    for (const shape of shapes) this.newShapes.set(shape.handle, shape);
    for (const track of tracks) this.newTracks.set(track.handle, track);
  }

  track(handle: number): number {
    const known = this.tracks.get(handle);
    if (known !== undefined) return known;
    const definition = this.newTracks.get(handle);
    invariant(definition, `track ${handle} has been defined`);
    const key = [this.element(definition.element), this.shape(definition.shape)] as const;
    const { prepare } = this.connection;
    const found = prepare('SELECT id FROM track WHERE element = ? AND shape = ?').first(...key);
    const id = found
      ? asNumber(found[0])
      : prepare('INSERT INTO track (element, shape) VALUES (?, ?)').run(...key).lastId;
    if (id > MOST_TRACKS)
      throw new PtpError(
        'Store.Failed',
        `the store ${this.connection.file} has no room for more kinds of polls; move it away and let the manager begin a new one`,
      );
    this.tracks.set(handle, id);
    this.lookedTracks.push(handle);
    this.siblings.delete(key[0]);
    return id;
  }

  /** The other tracks of the same element. */
  besides(track: number, element: string): readonly number[] {
    const id = this.element(element);
    let all = this.siblings.get(id);
    if (!all) {
      all = this.connection
        .prepare('SELECT id FROM track WHERE element = ?')
        .rows(id)
        .map(([one]) => asNumber(one));
      this.siblings.set(id, all);
    }
    return all.length === 1 ? NOBODY : all.filter((one) => one !== track);
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
    for (const handle of this.lookedShapes) this.newShapes.delete(handle);
    for (const handle of this.lookedTracks) this.newTracks.delete(handle);
    this.lookedShapes = [];
    this.lookedTracks = [];
  }

  rolledBack(): void {
    for (const handle of this.lookedShapes) this.shapes.delete(handle);
    for (const handle of this.lookedTracks) this.tracks.delete(handle);
    this.lookedShapes = [];
    this.lookedTracks = [];
    this.elements.clear();
    this.siblings.clear();
  }

  private shape(handle: number): number {
    const known = this.shapes.get(handle);
    if (known !== undefined) return known;
    const definition = this.newShapes.get(handle);
    invariant(definition, `shape ${handle} has been defined`);
    const id = shapeId(this.connection, definition);
    this.shapes.set(handle, id);
    this.lookedShapes.push(handle);
    return id;
  }
}

const NOBODY: readonly number[] = [];

/** The id of a shape, which is taken in if it is not there yet. */
export function shapeId({ prepare }: Connection, { digest, names }: Pick<ShapeDefinition, 'digest' | 'names'>): number {
  const found = prepare('SELECT id FROM shape WHERE digest = ?').first(digest);
  if (found) return asNumber(found[0]);
  const written = JSON.stringify(names.map((one) => one.map(storable)));
  return prepare('INSERT INTO shape (digest, names) VALUES (?, ?)').run(digest, written).lastId;
}
