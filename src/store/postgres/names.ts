/** The short ids that stand for names of elements and for tracks in the tables, as the writer knows them. */
import { createHash } from 'node:crypto';
import { invariant } from '../../base/errors.js';
import { RecentlyUsed } from '../../base/recently-used.js';
import { storable } from '../sqlite/storable.js';
import type { ShapeDefinition, TrackDefinition } from '../sqlite/verbs.js';
import { asNumber, asText } from './columns.js';
import type { Session } from './session.js';

/** Text as the server can store it: without NUL, and with nothing that is no character. */
export const plain = (text: string): string => Buffer.from(storable(text)).toString();

/** What a name is found by. */
export const digestOf = (name: string): Buffer => createHash('sha256').update(plain(name)).digest().subarray(0, 16);
const hexOf = (name: string): string => `\\x${digestOf(name).toString('hex')}`;

/** Shapes that are remembered as they were read. */
const MOST_SHAPES = 1000;
/** Names that are looked up or made together. */
const AT_ONCE = 1000;

export type ShapeNames = ShapeDefinition['names'];

/**
 * New names are made before the transaction that uses them: so an id is as good after a rollback as before, and none is
 * looked up twice. A name that nothing refers to does no harm.
 */
export class Names {
  readonly #elements = new Map<string, number>();
  /** Ids by handle. */
  readonly #shapes = new Map<number, number>();
  readonly #tracks = new Map<number, number>();
  readonly #newShapes = new Map<number, ShapeDefinition>();
  readonly #newTracks = new Map<number, TrackDefinition>();
  /** Of all tracks of an element, by its name, once one of them is known. */
  readonly #siblings = new Map<string, readonly number[]>();

  define(shapes: readonly ShapeDefinition[], tracks: readonly TrackDefinition[]): void {
    for (const shape of shapes) this.#newShapes.set(shape.handle, shape);
    for (const track of tracks) this.#newTracks.set(track.handle, track);
  }

  /** Sees to it that {@link element} and {@link track} know all these. */
  async learn(session: Session, elements: Iterable<string>, tracks: Iterable<number>): Promise<void> {
    const unknown = [...new Set(tracks)].flatMap((handle) => {
      if (this.#tracks.has(handle)) return [];
      const definition = this.#newTracks.get(handle);
      invariant(definition, `track ${handle} has been defined`);
      return definition;
    });
    const wanted = new Set([...elements, ...unknown.map(({ element }) => element)]);
    await inPieces(
      [...wanted].filter((name) => !this.#elements.has(name)),
      (names) => this.#learnElements(session, names),
    );
    await inPieces(unknown, (definitions) => this.#learnTracks(session, definitions));
  }

  element(name: string): number {
    const id = this.#elements.get(name);
    invariant(id !== undefined, `the id of ${name} has been looked up`);
    return id;
  }

  track(handle: number): number {
    const id = this.#tracks.get(handle);
    invariant(id !== undefined, `the id of track ${handle} has been looked up`);
    return id;
  }

  /** The other tracks of the same element. */
  besides(track: number, element: string): readonly number[] {
    const all = this.#siblings.get(element) ?? [];
    return all.length < 2 ? NOBODY : all.filter((one) => one !== track);
  }

  async #learnElements(session: Session, names: readonly string[]): Promise<void> {
    // What cannot be stored of two names may be all that told them apart.
    const digests = new Map(names.map((name) => [name, hexOf(name)]));
    const missing = new Map(names.map((name) => [hexOf(name), plain(name)]));
    const found = new Map<string, number>();
    const look = async () => {
      for (const [id, digest] of await session.rows(
        "SELECT id, '\\x' || encode(digest, 'hex') FROM element WHERE digest = ANY ($1::bytea[])",
        [[...missing.keys()]],
      )) {
        found.set(asText(digest), asNumber(id));
        missing.delete(asText(digest));
      }
    };
    await look();
    if (missing.size > 0) {
      await session.run('INSERT INTO element (digest, name) SELECT * FROM unnest($1::bytea[], $2::text[])', [
        [...missing.keys()],
        [...missing.values()],
      ]);
      await look();
    }
    for (const [name, digest] of digests) this.#elements.set(name, found.get(digest) ?? 0);
  }

  async #learnTracks(session: Session, definitions: readonly TrackDefinition[]): Promise<void> {
    for (const { shape } of definitions) if (!this.#shapes.has(shape)) await this.#learnShape(session, shape);
    const keys = definitions.map(({ element, shape }) => [this.element(element), this.#shapeId(shape)] as const);
    const columns = [keys.map(([element]) => element), keys.map(([, shape]) => shape)];
    await session.run(
      `INSERT INTO track (element, shape) SELECT * FROM unnest($1::integer[], $2::integer[])
       EXCEPT SELECT element, shape FROM track WHERE element = ANY ($1::integer[])`,
      columns,
    );
    const rows = await session.rows(
      'SELECT id, element, shape FROM track WHERE element = ANY ($1::integer[]) ORDER BY id',
      [[...new Set(columns[0])]],
    );
    const found = new Map(rows.map(([id, element, shape]) => [`${element} ${shape}`, asNumber(id)]));
    const all = new Map<number, number[]>();
    for (const [id, element] of rows) {
      const ids = all.get(asNumber(element)) ?? [];
      ids.push(asNumber(id));
      all.set(asNumber(element), ids);
    }
    for (const [at, { handle, element }] of definitions.entries()) {
      const id = found.get((keys[at] ?? []).join(' '));
      invariant(id !== undefined, `track ${handle} has been made`);
      this.#tracks.set(handle, id);
      this.#newTracks.delete(handle);
      this.#siblings.set(element, all.get(this.element(element)) ?? []);
    }
  }

  async #learnShape(session: Session, handle: number): Promise<void> {
    const definition = this.#newShapes.get(handle);
    invariant(definition, `shape ${handle} has been defined`);
    const { digest, names } = definition;
    await session.run('INSERT INTO shape (digest, width, names) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      digest,
      names.length,
      JSON.stringify(names.map((one) => one.map(plain))),
    ]);
    const row = await session.first('SELECT id FROM shape WHERE digest = $1', [digest]);
    this.#shapes.set(handle, asNumber(row?.[0]));
    this.#newShapes.delete(handle);
  }

  #shapeId(handle: number): number {
    const id = this.#shapes.get(handle);
    invariant(id !== undefined, `the id of shape ${handle} has been looked up`);
    return id;
  }
}

const NOBODY: readonly number[] = [];

async function inPieces<Item>(all: readonly Item[], work: (piece: readonly Item[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE) await work(all.slice(at, at + AT_ONCE));
}

export interface KnownTrack {
  readonly id: number;
  readonly names: ShapeNames;
}

/** Shapes and tracks as they are read. */
export class Shapes {
  readonly #known = new RecentlyUsed<number, ShapeNames>(MOST_SHAPES);

  /** What an element has ever had, in the order in which it began. */
  async tracksOf(session: Session, element: string): Promise<readonly KnownTrack[]> {
    const rows = await session.rows(
      `SELECT track.id, shape FROM track WHERE element = (SELECT id FROM element WHERE digest = $1) ORDER BY id`,
      [digestOf(element)],
    );
    await this.learn(
      session,
      rows.map(([, shape]) => asNumber(shape)),
    );
    return rows.map(([id, shape]) => ({ id: asNumber(id), names: this.namesOf(asNumber(shape)) }));
  }

  async ofTracks(session: Session, tracks: readonly number[]): Promise<ReadonlyMap<number, ShapeNames>> {
    const rows = await session.rows('SELECT id, shape FROM track WHERE id = ANY ($1::integer[])', [tracks]);
    await this.learn(
      session,
      rows.map(([, shape]) => asNumber(shape)),
    );
    return new Map(rows.map(([id, shape]) => [asNumber(id), this.namesOf(asNumber(shape))]));
  }

  /** To be called before {@link namesOf}, with no more than some hundred. */
  async learn(session: Session, shapes: readonly number[]): Promise<void> {
    const unknown = [...new Set(shapes)].filter((shape) => !this.#known.get(shape));
    if (unknown.length === 0) return;
    for (const [id, names] of await session.rows('SELECT id, names FROM shape WHERE id = ANY ($1::integer[])', [
      unknown,
    ]))
      this.#known.use(asNumber(id), JSON.parse(asText(names)));
  }

  namesOf(shape: number): ShapeNames {
    return this.#known.get(shape) ?? [];
  }
}
