/**
 * The event log, read: blocks in the order of their times, those left out that can have nothing of what is asked for.
 *
 * A long search is done in slices, between which others are answered: each says where the next goes on, by time, so that
 * it does not matter what has been put together or dropped in between.
 */
import { RecentlyUsed } from '../../base/recently-used.js';
import type { ElementName } from '../../model/element.js';
import type { EventPage, EventPlace, EventQuery, PtpEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import { asNumber, asText, type Column, type Connection } from './driver.js';
import { compareNewestFirst, compareOldestFirst, isWhole, matching, severitiesOf } from './event-match.js';
import { UnpackedEvents } from './event-pack.js';
import { bitsOf, hasBits } from './event-signature.js';
import type { Window } from './verbs.js';

export interface EventQuestion extends EventQuery {
  /** The number of all is known. */
  readonly isFurther?: true;
}

/** A part of a page, and what is to be asked for the rest of it. */
export interface EventSlice extends EventPage {
  readonly next?: EventQuestion;
}

/** Events of each severity, and from which id on more are to be counted. */
export interface CountSlice {
  readonly counts: readonly { readonly element: ElementName; readonly severity: Severity; readonly count: number }[];
  readonly next?: number;
}

/** Blocks that are unpacked in one slice: some 100 ms. */
const SLICE_BLOCKS = 64;
/** Counting ends after so many events that had to be looked at, or so many blocks that might have been left out. */
const COUNTED_EVENTS = 32_768;
const COUNTED_BLOCKS = 1024;
/** Rows of the table of blocks that are read at a time: the first few answer most questions. */
const FIRST_BLOCKS = 16;
const MOST_BLOCKS = 4096;
/** Blocks that are kept unpacked: pages are read one after the other, and again and again. */
const KEPT_BLOCKS = 16;

const BEGINNING = Number.MIN_SAFE_INTEGER;
const END = Number.MAX_SAFE_INTEGER;

interface Block {
  readonly first: number;
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

interface Found extends EventPlace {
  readonly events: UnpackedEvents;
  readonly at: number;
}

export class EventsReader {
  readonly #connection: Connection;
  readonly #kept = new RecentlyUsed<string, UnpackedEvents>(KEPT_BLOCKS);

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  query({ isFurther, ...query }: EventQuestion): EventSlice {
    const { rows, next } = this.#page(query);
    const counted = isFurther ? { total: 0 } : this.#count(query);
    return { rows, ...counted, ...(next && { next: { ...next, isFurther: true } }) };
  }

  /** Of all elements, or of one, from an id on. */
  counts({ from, to, element }: Window, begin: number): CountSlice {
    const counts = new Map<ElementName, number[]>();
    const query = { from, to, ...(element !== undefined && { element }), offset: 0, limit: 0 };
    const bits = bitsOf(query);
    const blocks = this.#connection
      .prepare(
        `SELECT first, count, low, high, last FROM event_block
         WHERE count > 0 AND last >= ? AND high >= ? AND low < ? ORDER BY first`,
      )
      .rows(begin, from, to);
    let unpacked = 0;
    let next: number | undefined;
    for (const row of blocks) {
      const block = blockOf(row);
      if (unpacked >= SLICE_BLOCKS) {
        next = Math.max(begin, block.first);
        break;
      }
      if (!this.#mayHave(block, bits)) continue;
      unpacked += 1;
      const events = this.#unpack(block);
      for (const at of matching(events, query)) {
        const { id, severity, element: of } = events.event(at);
        if (of === undefined || id < begin) continue;
        const ranks = counts.get(of) ?? SEVERITIES.map(() => 0);
        const rank = SEVERITIES.indexOf(severity);
        ranks[rank] = (ranks[rank] ?? 0) + 1;
        counts.set(of, ranks);
      }
    }
    return {
      counts: [...counts].flatMap(([of, ranks]) =>
        SEVERITIES.flatMap((severity, rank) => {
          const count = ranks[rank] ?? 0;
          return count > 0 ? { element: of, severity, count } : [];
        }),
      ),
      ...(next !== undefined && { next }),
    };
  }

  #page(query: EventQuery): { readonly rows: readonly PtpEvent[]; readonly next?: EventQuery } {
    const { offset, limit, oldestFirst = false, after } = query;
    if (limit === 0) return { rows: [] };
    const compare = oldestFirst ? compareOldestFirst : compareNewestFirst;
    const within = narrowed(query);
    const wanted = offset + limit;
    let found: Found[] = [];
    let unpacked = 0;
    let begun: number | undefined;
    for (const block of this.#blocks(within, bitsOf(query))) {
      // What lies before this bound comes before all that is in this block and those behind it.
      const bound = oldestFirst ? block.low : block.high;
      const isBefore = ({ time }: EventPlace): boolean => (oldestFirst ? time < bound : time > bound);
      const last = found[wanted - 1];
      if (last && isBefore(last)) break;
      begun ??= bound;
      if (unpacked >= SLICE_BLOCKS && bound !== begun) {
        const sure = found.filter(isBefore);
        const rest = oldestFirst ? { from: bound } : { to: bound + 1 };
        const left = { offset: Math.max(0, offset - sure.length), limit: limit - Math.max(0, sure.length - offset) };
        return { rows: rowsOf(sure.slice(offset, wanted)), next: { ...within, ...rest, ...left } };
      }
      unpacked += 1;
      const events = this.#unpack(block);
      const places = matching(events, within).flatMap((at): Found | readonly Found[] => {
        const place = { time: events.times[at] ?? 0, id: events.id(at), events, at };
        return after && compare(place, after) <= 0 ? [] : place;
      });
      found = [...found, ...(oldestFirst ? places : places.reverse())].sort(compare).slice(0, wanted);
    }
    return { rows: rowsOf(found.slice(offset, wanted)) };
  }

  #count(query: EventQuery): Pick<EventPage, 'total' | 'isTotalLeast'> {
    const { from = BEGINNING, to = END } = query;
    const whole = isWhole(query);
    const isInside = ({ low, high }: Block): boolean => low >= from && high < to;
    let total = 0;
    if (whole) {
      const inside = this.#connection.prepare('SELECT sum(count) FROM event_block WHERE low >= ? AND high < ?');
      total = asNumber(inside.first(from, to)?.[0] ?? 0);
      if (query.from === undefined && query.to === undefined) return { total };
    }
    const bits = bitsOf(query);
    let looked = 0;
    let passed = 0;
    for (const block of this.#blocks({ ...query, oldestFirst: false }, [])) {
      if (whole && isInside(block)) continue;
      if (passed >= COUNTED_BLOCKS || looked >= COUNTED_EVENTS) return { total, isTotalLeast: true };
      passed += 1;
      if (!this.#mayHave(block, bits)) continue;
      looked += block.count;
      total += matching(this.#unpack(block), query).length;
    }
    return { total };
  }

  /** In the order in which they can have the next event. */
  *#blocks(query: EventQuery, bits: readonly number[]): Generator<Block> {
    const { from = BEGINNING, to = END, oldestFirst = false } = query;
    const [key, sign, direction] = oldestFirst ? ['low', '>', 'ASC'] : ['high', '<', 'DESC'];
    const read = this.#connection.prepare(
      `SELECT first, count, low, high FROM event_block
       WHERE count > 0 AND high >= ? AND low < ? AND (severities & CAST(? AS INTEGER)) <> 0
         AND (${key}, first) ${sign} (?, ?)
       ORDER BY ${key} ${direction}, first ${direction} LIMIT ?`,
    );
    const start = oldestFirst ? BEGINNING : END;
    let place = [start, start] as const;
    for (let limit = FIRST_BLOCKS; ; limit = Math.min(2 * limit, MOST_BLOCKS)) {
      const rows = read.rows(from, to, severitiesOf(query), ...place, limit);
      for (const row of rows) {
        const block = blockOf(row);
        place = [block[oldestFirst ? 'low' : 'high'], block.first];
        if (this.#mayHave(block, bits)) yield block;
      }
      if (rows.length < limit) return;
    }
  }

  #mayHave({ first }: Block, bits: readonly number[]): boolean {
    if (bits.length === 0) return true;
    const signature = this.#connection.prepare('SELECT signature FROM event_mark WHERE first = ?').first(first)?.[0];
    return !(signature instanceof Uint8Array) || hasBits(signature, bits);
  }

  #unpack({ first, count }: Block): UnpackedEvents {
    // Ids are never given twice, and what is in a block only becomes more, or fewer.
    const key = `${first} ${count}`;
    const known = this.#kept.get(key);
    const row = known
      ? undefined
      : this.#connection.prepare('SELECT data FROM event_data WHERE first = ?').first(first);
    const events = known ?? new UnpackedEvents(first, asText(row?.[0]));
    this.#kept.use(key, events);
    return events;
  }
}

/** Of the page behind a place, nothing that lies before it is of any use. */
function narrowed(query: EventQuery): EventQuery {
  const { after, from = BEGINNING, to = END, oldestFirst } = query;
  if (!after) return query;
  return oldestFirst ? { ...query, from: Math.max(from, after.time) } : { ...query, to: Math.min(to, after.time + 1) };
}

const rowsOf = (found: readonly Found[]): readonly PtpEvent[] => found.map(({ events, at }) => events.event(at));

const blockOf = ([first, count, low, high]: readonly Column[]): Block => ({
  first: asNumber(first),
  count: asNumber(count),
  low: asNumber(low),
  high: asNumber(high),
});
