/**
 * Events as they lie in the database: many in one text, a column for each field, and what recurs told once.
 *
 * The main thread packs them, the writer puts them away unread, the reader unpacks those that may be asked for. What a
 * pack says of itself beside its data is all that is looked at to leave it out: times, severities, ids.
 */
import { invariant } from '../../base/errors.js';
import { parseElementName } from '../../model/element.js';
import type { NewEvent, PtpEvent } from '../../model/event.js';
import { SEVERITIES } from '../../model/status.js';

export interface EventPack {
  readonly count: number;
  /** Least and greatest time. */
  readonly low: number;
  readonly high: number;
  /** A bit for each severity that occurs, by its place in `SEVERITIES`. */
  readonly severities: number;
  readonly data: string;
}

/** One for each event: its place in `values`, from 1; 0 where it has none. */
export interface Recurring {
  readonly values: readonly string[];
  readonly of: readonly number[];
}

export interface Columns {
  readonly manager: string;
  /** The first, and after it differences. */
  readonly times: readonly number[];
  readonly severities: readonly number[];
  readonly names: Recurring;
  readonly texts: readonly string[];
  readonly elements?: Recurring;
  readonly sources?: Recurring;
  readonly alarms?: Recurring;
  /** Ids as differences to the first one's, where they do not follow each other without a gap. */
  readonly ids?: readonly number[];
}

/** In one pack at most, by number and by characters of text, unless one alone has more. */
export const MOST_EVENTS = 2048;
export const MOST_TEXT = 262_144;

/** As many packs as their sizes ask for, in order. */
export function packEvents(manager: string, events: readonly NewEvent[]): readonly EventPack[] {
  const packs: EventPack[] = [];
  let from = 0;
  let length = 0;
  events.forEach(({ text }, at) => {
    if (at > from && (at - from >= MOST_EVENTS || length + text.length > MOST_TEXT)) {
      packs.push(packed(manager, events.slice(from, at)));
      from = at;
      length = 0;
    }
    length += text.length;
  });
  if (from < events.length) packs.push(packed(manager, from === 0 ? events : events.slice(from)));
  return packs;
}

/** Of one manager, ids ascending. */
export function packStored(events: readonly PtpEvent[]): EventPack {
  const [first] = events;
  invariant(first, 'a pack has events');
  const isWhole = events.every(({ id }, at) => id === first.id + at);
  return packed(first.manager, events, isWhole ? undefined : events.map(({ id }) => id - first.id));
}

/** Events of one manager that lie one behind the other, ids ascending, as one pack: nothing is made of each of them. */
export function joinPacks(parts: readonly [UnpackedEvents, ...UnpackedEvents[]]): {
  readonly pack: EventPack;
  readonly events: UnpackedEvents;
} {
  const [{ manager, first }] = parts;
  const times: number[] = [];
  const ids: number[] = [];
  let isWhole = true;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let severities = 0;
  let before = 0;
  for (const part of parts) {
    invariant(part.manager === manager, 'events that are joined are of one manager');
    for (const time of part.times) {
      times.push(time - before);
      before = time;
      if (time < low) low = time;
      if (time > high) high = time;
    }
    for (const rank of part.severities) severities |= 1 << rank;
    for (let at = 0; at < part.length; at++) {
      const id = part.id(at) - first;
      isWhole &&= id === ids.length;
      ids.push(id);
    }
  }
  const elements = joinedColumn(parts, 'element');
  const sources = joinedColumn(parts, 'source');
  const alarms = joinedColumn(parts, 'alarm');
  const columns: Columns = {
    manager,
    times,
    severities: parts.flatMap((part) => part.severities),
    names: joinedColumn(parts, 'name'),
    texts: parts.flatMap((part) => part.texts),
    ...(elements.values.length > 0 && { elements }),
    ...(sources.values.length > 0 && { sources }),
    ...(alarms.values.length > 0 && { alarms }),
    ...(!isWhole && { ids }),
  };
  const pack = { count: times.length, low, high, severities, data: JSON.stringify(columns) };
  return { pack, events: new UnpackedEvents(first, columns) };
}

function joinedColumn(parts: readonly UnpackedEvents[], field: RecurringField): Recurring {
  const places = new Map<string, number>();
  const of: number[] = [];
  for (const part of parts) {
    const column = part.column(field);
    const placeOf = column.values.map((value) => {
      const place = places.get(value) ?? places.size + 1;
      places.set(value, place);
      return place;
    });
    for (let at = 0; at < part.length; at++) of.push(placeOf[(column.of[at] ?? 0) - 1] ?? 0);
  }
  return { values: [...places.keys()], of };
}

function packed(manager: string, events: readonly NewEvent[], ids?: readonly number[]): EventPack {
  const names = new Recurrence();
  const elements = new Recurrence();
  const sources = new Recurrence();
  const alarms = new Recurrence();
  const times: number[] = [];
  const ranks: number[] = [];
  const texts: string[] = [];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let severities = 0;
  let before = 0;
  for (const { time, severity, name, text, element, source, alarm } of events) {
    const rank = RANKS[severity];
    times.push(time - before);
    before = time;
    if (time < low) low = time;
    if (time > high) high = time;
    ranks.push(rank);
    severities |= 1 << rank;
    texts.push(text);
    names.add(name);
    elements.add(element);
    sources.add(source);
    alarms.add(alarm);
  }
  const columns: Columns = {
    manager,
    times,
    severities: ranks,
    names: names.column,
    texts,
    ...(elements.isUsed && { elements: elements.column }),
    ...(sources.isUsed && { sources: sources.column }),
    ...(alarms.isUsed && { alarms: alarms.column }),
    ...(ids && { ids }),
  };
  return { count: events.length, low, high, severities, data: JSON.stringify(columns) };
}

class Recurrence {
  readonly #places = new Map<string, number>();
  readonly #of: number[] = [];
  #last: string | undefined;
  #lastPlace = 0;

  get isUsed(): boolean {
    return this.#places.size > 0;
  }

  get column(): Recurring {
    return { values: [...this.#places.keys()], of: this.#of };
  }

  add(value: string | undefined): void {
    if (value !== this.#last) {
      this.#last = value;
      this.#lastPlace = value === undefined ? 0 : this.#place(value);
    }
    this.#of.push(this.#lastPlace);
  }

  #place(value: string): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.#places.size + 1;
    this.#places.set(value, place);
    return place;
  }
}

const RANKS = Object.fromEntries(SEVERITIES.map((severity, rank) => [severity, rank])) as Readonly<
  Record<NewEvent['severity'], number>
>;

/** The fields that recur. */
export type RecurringField = 'name' | 'element' | 'source' | 'alarm';

const NONE: Recurring = { values: [], of: [] };

/** A pack that is read. */
export class UnpackedEvents {
  readonly manager: string;
  readonly texts: readonly string[];
  readonly times: Float64Array;
  /** Places in `SEVERITIES`. */
  readonly severities: readonly number[];
  /** Id of the first. */
  readonly first: number;
  readonly #ids: readonly number[] | undefined;
  readonly #columns: Readonly<Record<RecurringField, Recurring>>;

  /** @param first Id of its first event. @param data Of a pack, or what it would be read as. */
  constructor(first: number, data: string | Columns) {
    const columns: Columns = typeof data === 'string' ? JSON.parse(data) : data;
    const { manager, times, severities, names, texts, elements, sources, alarms, ids } = columns;
    this.manager = manager;
    this.texts = texts;
    this.severities = severities;
    this.first = first;
    this.#ids = ids;
    this.#columns = { name: names, element: elements ?? NONE, source: sources ?? NONE, alarm: alarms ?? NONE };
    let time = 0;
    this.times = Float64Array.from(times, (difference) => {
      time += difference;
      return time;
    });
  }

  get length(): number {
    return this.texts.length;
  }

  /** Ascending. */
  id(at: number): number {
    return this.first + (this.#ids ? (this.#ids[at] ?? 0) : at);
  }

  column(field: RecurringField): Recurring {
    return this.#columns[field];
  }

  /** All that a field is in these events. */
  valuesOf(field: RecurringField): readonly string[] {
    return this.#columns[field].values;
  }

  /** Place among {@link valuesOf}; -1 where it has none. */
  placeOf(field: RecurringField, at: number): number {
    return (this.#columns[field].of[at] ?? 0) - 1;
  }

  event(at: number): PtpEvent {
    const { element, source, alarm } = this.#columns;
    const severity = SEVERITIES[this.severities[at] ?? 0];
    invariant(severity, 'a stored severity is one of the known ones');
    const elementText = fieldOf(element, at);
    const named = elementText === undefined ? undefined : parseElementName(elementText);
    const sourceText = fieldOf(source, at);
    const alarmText = fieldOf(alarm, at);
    return {
      id: this.id(at),
      manager: this.manager,
      time: this.times[at] ?? 0,
      severity,
      name: fieldOf(this.#columns.name, at) ?? '',
      text: this.texts[at] ?? '',
      ...(named && { element: `${named.kind}/${named.id}` as const }),
      ...(sourceText !== undefined && { source: sourceText }),
      ...(alarmText !== undefined && { alarm: alarmText }),
    };
  }

  all(): readonly PtpEvent[] {
    return this.texts.map((_, at) => this.event(at));
  }
}

const fieldOf = ({ values, of }: Recurring, at: number): string | undefined => values[(of[at] ?? 0) - 1];
