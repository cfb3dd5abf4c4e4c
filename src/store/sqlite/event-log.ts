/**
 * The event log, written: what comes together is one row. Rows that have become many are put together in time, and what
 * a block contains is noted beside it, so that a search can leave it out.
 *
 * Life of a block: appended (by one call, of one event or of hundreds) -> put together with those behind it, unless it is
 * large by itself -> marked with its signature -> dropped, or rewritten without the events that are too old.
 */
import type { PtpEvent } from '../../model/event.js';
import { asNumber, asText, type Connection } from './driver.js';
import { type EventPack, joinPacks, MOST_EVENTS, MOST_TEXT, packStored, UnpackedEvents } from './event-pack.js';
import { signatureOf } from './event-signature.js';

/** A step of the layout. */
export const EVENT_TABLES = `
  -- Events that lie together, ids from first to last, those that are dropped left out; one of count 0 only says which ids
  -- have been given. Times in milliseconds since 1970; severities: a bit each; size: characters of the data.
  CREATE TABLE event_block (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    count INTEGER NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    severities INTEGER NOT NULL,
    size INTEGER NOT NULL
  );
  CREATE TABLE event_data (first INTEGER PRIMARY KEY, data TEXT NOT NULL);
  -- Of blocks that stay as they are: all up to the highest first.
  CREATE TABLE event_mark (first INTEGER PRIMARY KEY, signature BLOB NOT NULL);
`;

/** A block of so many events is large enough by itself. */
const LARGE = 512;
/** So much is put together at a time. */
const UNTIDY_EVENTS = 2 * MOST_EVENTS;
const UNTIDY_TEXT = 4 * MOST_TEXT;
/** Blocks that are rewritten in one piece of the retention. */
const REWRITTEN = 16;

interface Block {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly size: number;
}

export class EventLog {
  readonly #connection: Connection;
  /** Id of the next event; undefined until it has been looked up. */
  #next: number | undefined;
  /** What is not marked yet; undefined until it has been looked up. */
  #untidy: { events: number; text: number } | undefined;
  /** By so much more may it become before it is put together, after that could not be done. */
  #postponed = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @returns The id of each event. */
  append(packs: readonly EventPack[]): readonly number[] {
    const ids: number[] = [];
    for (const pack of packs) {
      const first = this.#nextId();
      const last = first + pack.count - 1;
      insertBlock(this.#connection, first, last, pack);
      this.#next = last + 1;
      if (this.#untidy) {
        this.#untidy.events += pack.count;
        this.#untidy.text += pack.data.length;
      }
      for (let id = first; id <= last; id += 1) ids.push(id);
    }
    return ids;
  }

  /** What was looked up may not be so any more. */
  rolledBack(): void {
    this.#next = undefined;
    this.#untidy = undefined;
  }

  /** Whether there is enough to put together. */
  get isUntidy(): boolean {
    this.#untidy ??= this.#lookUntidy();
    const { events, text } = this.#untidy;
    return events >= UNTIDY_EVENTS + this.#postponed || text >= UNTIDY_TEXT + this.#postponed * 1024;
  }

  /** After a failure of {@link tidy}. */
  postpone(): void {
    this.rolledBack();
    this.#postponed += UNTIDY_EVENTS;
  }

  /** Puts small blocks together and marks them; in a transaction of its own. */
  tidy(): void {
    const { prepare } = this.#connection;
    const blocks = prepare(
      `SELECT first, last, count, size FROM event_block
       WHERE count > 0 AND first > coalesce((SELECT max(first) FROM event_mark), 0) ORDER BY first`,
    )
      .rows()
      .map(
        ([first, last, count, size]): Block => ({
          first: asNumber(first),
          last: asNumber(last),
          count: asNumber(count),
          size: asNumber(size),
        }),
      );
    for (const group of groupsOf(blocks)) this.#seal(group);
    this.#untidy = undefined;
    this.#postponed = 0;
  }

  /** @returns How many were dropped; `limit` or more says that there may be others. */
  drop(before: number, limit: number): number {
    const { prepare } = this.#connection;
    const old = prepare(
      'SELECT first, last, count FROM event_block WHERE high < ? AND count > 0 ORDER BY first LIMIT ?',
    );
    let dropped = 0;
    let given = 0;
    for (const [first, last, count] of old.rows(before, limit)) {
      if (dropped >= limit) break;
      this.#remove(asNumber(first));
      given = asNumber(last);
      dropped += asNumber(count);
    }
    if (dropped > 0) this.#noteGiven(given);
    if (dropped < limit) dropped += this.#rewrite(before);
    if (dropped > 0) this.rolledBack();
    return dropped;
  }

  #rewrite(before: number): number {
    const { prepare } = this.#connection;
    const partly = prepare(
      'SELECT first, last FROM event_block WHERE low < ? AND high >= ? AND count > 0 ORDER BY first LIMIT ?',
    ).rows(before, before, REWRITTEN);
    let dropped = 0;
    for (const [from, to] of partly) {
      const first = asNumber(from);
      const all = this.#events(first).all();
      const kept = all.filter(({ time }) => time >= before);
      const signature = prepare('SELECT signature FROM event_mark WHERE first = ?').first(first)?.[0];
      this.#remove(first);
      const start = kept[0]?.id ?? first;
      insertBlock(this.#connection, start, asNumber(to), packStored(kept));
      if (signature instanceof Uint8Array) mark(this.#connection, start, signature);
      dropped += all.length - kept.length;
    }
    return dropped;
  }

  #seal(group: readonly [Block, ...Block[]]): void {
    const [{ first, last }, ...others] = group;
    if (others.length === 0) {
      mark(this.#connection, first, signatureOf(this.#events(first)));
      return;
    }
    const parts = group.map((block) => this.#events(block.first));
    for (const block of group) this.#remove(block.first);
    const end = others.at(-1)?.last ?? last;
    const [head, ...rest] = parts;
    if (head && rest.every(({ manager }) => manager === head.manager)) {
      const { pack, events } = joinPacks([head, ...rest]);
      insertBlock(this.#connection, first, end, pack);
      mark(this.#connection, first, signatureOf(events));
    } else
      insertMarked(
        this.#connection,
        parts.flatMap((part) => part.all()),
        end,
      );
  }

  #events(first: number): UnpackedEvents {
    const row = this.#connection.prepare('SELECT data FROM event_data WHERE first = ?').first(first);
    return new UnpackedEvents(first, asText(row?.[0]));
  }

  #remove(first: number): void {
    for (const table of ['event_block', 'event_data', 'event_mark'])
      this.#connection.prepare(`DELETE FROM ${table} WHERE first = ?`).run(first);
  }

  /** An id is never given twice, not even after the newest event was dropped. */
  #noteGiven(last: number): void {
    const { prepare } = this.#connection;
    prepare('DELETE FROM event_block WHERE count = 0 AND last <= ?').run(last);
    const newest = prepare('SELECT last FROM event_block ORDER BY first DESC LIMIT 1').first();
    if (!newest || asNumber(newest[0]) < last) noteGiven(this.#connection, last);
  }

  #nextId(): number {
    this.#next ??=
      asNumber(
        this.#connection
          .prepare('SELECT coalesce((SELECT last FROM event_block ORDER BY first DESC LIMIT 1), 0)')
          .first()?.[0],
      ) + 1;
    return this.#next;
  }

  #lookUntidy(): { events: number; text: number } {
    const row = this.#connection
      .prepare(
        `SELECT coalesce(sum(count), 0), coalesce(sum(size), 0) FROM event_block
         WHERE first > coalesce((SELECT max(first) FROM event_mark), 0)`,
      )
      .first();
    return { events: asNumber(row?.[0]), text: asNumber(row?.[1]) };
  }
}

/** What lies behind each other and together makes a block; what is left over waits for more. */
function groupsOf(blocks: readonly Block[]): readonly (readonly [Block, ...Block[]])[] {
  const groups: [Block, ...Block[]][] = [];
  let group: Block[] = [];
  let count = 0;
  let size = 0;
  const close = (): void => {
    const [first, ...others] = group;
    if (first) groups.push([first, ...others]);
    group = [];
    count = 0;
    size = 0;
  };
  for (const block of blocks) {
    const isLarge = block.count >= LARGE || block.size >= MOST_TEXT;
    if (isLarge || count + block.count > MOST_EVENTS || size + block.size > 2 * MOST_TEXT) close();
    group.push(block);
    count += block.count;
    size += block.size;
    if (isLarge) close();
  }
  return groups;
}

function insertBlock(connection: Connection, first: number, last: number, pack: EventPack): void {
  const { count, low, high, severities, data } = pack;
  connection
    .prepare('INSERT INTO event_block (first, last, count, low, high, severities, size) VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(first, last, count, low, high, severities, data.length);
  connection.prepare('INSERT INTO event_data (first, data) VALUES (?, ?)').run(first, data);
}

function mark(connection: Connection, first: number, signature: Uint8Array): void {
  connection.prepare('INSERT INTO event_mark (first, signature) VALUES (?, ?)').run(first, signature);
}

/**
 * Events as a block that stays as it is; those of a manager that had another id before have one of their own.
 * @param last The highest id that the block stands for, also where that event is not there any more.
 */
export function insertMarked(connection: Connection, events: readonly PtpEvent[], last: number): void {
  let from = 0;
  while (from < events.length) {
    const manager = events[from]?.manager;
    let to = from + 1;
    while (to < events.length && events[to]?.manager === manager) to += 1;
    const same = events.slice(from, to);
    const first = same[0]?.id ?? last;
    const pack = packStored(same);
    insertBlock(connection, first, to === events.length ? last : (same.at(-1)?.id ?? last), pack);
    mark(connection, first, signatureOf(new UnpackedEvents(first, pack.data)));
    from = to;
  }
}

/** Keeps in mind that all ids up to this one have been given. */
export function noteGiven(connection: Connection, last: number): void {
  connection
    .prepare('INSERT INTO event_block (first, last, count, low, high, severities, size) VALUES (?, ?, 0, 0, 0, 0, 0)')
    .run(last, last);
}
