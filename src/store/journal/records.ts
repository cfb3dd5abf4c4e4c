/**
 * What stands in the pool's journal: one record a line.
 *
 * A change of {@link Durable} becomes one or more records; so does its whole, as changes of nothing. Long lists are cut
 * into pieces, so that neither writing nor reading holds up anybody for long.
 */
import type { Base, Durable, Entry } from '../../pool/decisions.js';
import type { DurableChange } from '../../pool/mastership/durable.js';
import type { Roster } from '../../pool/member.js';

/** Of the file's layout; another one is refused. */
export const FORMAT = 1;

export type JournalRecord =
  | { readonly is: 'file'; readonly format: number; readonly identity: string }
  | { readonly is: 'start'; readonly incarnation: number; readonly starts: readonly number[] }
  | { readonly is: 'term'; readonly term: number; readonly vote?: string }
  | { readonly is: 'lease'; readonly leaseMs: number }
  /** Entries from `after + 1` on are replaced by these. */
  | { readonly is: 'entries'; readonly after: number; readonly entries: readonly Entry[] }
  /** Takes the place of base and entries. Lists of the inventory are empty: `items` follow. */
  | {
      readonly is: 'base';
      readonly index: number;
      readonly term: number;
      readonly roster: Roster;
      readonly inventory?: unknown;
    }
  /** More of a list of the base's inventory. */
  | { readonly is: 'items'; readonly list: string; readonly items: readonly unknown[] }
  /** All lines of a batch are there: so many before this one. */
  | { readonly is: 'end'; readonly lines: number };

/** A record is written as soon as it is that long; a single entry or item may be longer. */
const PIECE_CHARACTERS = 65_536;

const json = (record: JournalRecord): string => JSON.stringify(record);

/** The lines' JSON, one after the other. */
export function* recordsOf(change: DurableChange): Generator<string> {
  switch (change.is) {
    case 'term':
      yield json({ is: 'term', term: change.term, ...(change.vote !== undefined && { vote: change.vote }) });
      return;
    case 'lease':
      yield json(change);
      return;
    case 'entries':
      yield* entryRecords(change.after, change.entries);
      return;
    case 'base':
      yield* baseRecords(change.base);
      if (change.entries.length > 0) yield* entryRecords(change.base.index, change.entries);
  }
}

export const startRecord = ({ incarnation, starts }: Pick<Durable, 'incarnation' | 'starts'>): string =>
  json({ is: 'start', incarnation, starts });

/** Everything, for a new file. */
export function* wholeRecords(durable: Durable): Generator<string> {
  const { identity, base, entries, term, vote, leaseMs } = durable;
  yield json({ is: 'file', format: FORMAT, identity });
  yield startRecord(durable);
  yield* recordsOf({ is: 'term', term, vote });
  yield* recordsOf({ is: 'lease', leaseMs });
  yield* recordsOf({ is: 'base', base, entries });
}

function* entryRecords(after: number, entries: readonly Entry[]): Generator<string> {
  let from = after;
  for (const { text, count } of pieces(entries)) {
    yield `{"is":"entries","after":${from},"entries":[${text}]}`;
    from += count;
  }
}

function* baseRecords({ index, term, roster, inventory }: Base): Generator<string> {
  const lists = listsOf(inventory);
  if (!lists) {
    yield json({ is: 'base', index, term, roster, ...(inventory !== undefined && { inventory }) });
    return;
  }
  const { rest, long } = lists;
  yield json({ is: 'base', index, term, roster, inventory: rest });
  for (const [list, items] of long)
    for (const { text, count } of pieces(items)) {
      if (count > 0) yield `{"is":"items","list":${JSON.stringify(list)},"items":[${text}]}`;
    }
}

/** An inventory is opaque here; where it is an object that holds lists, those are written in pieces. */
function listsOf(
  inventory: unknown,
): { readonly rest: Readonly<Record<string, unknown>>; readonly long: [string, readonly unknown[]][] } | undefined {
  if (typeof inventory !== 'object' || inventory === null || Array.isArray(inventory)) return undefined;
  const long: [string, readonly unknown[]][] = [];
  const rest = Object.entries(inventory).map(([name, value]: [string, unknown]): [string, unknown] => {
    if (!Array.isArray(value)) return [name, value];
    long.push([name, value]);
    return [name, []];
  });
  return { rest: Object.fromEntries(rest), long };
}

/** At least one piece, if only an empty one. */
function* pieces(items: readonly unknown[]): Generator<{ readonly text: string; readonly count: number }> {
  let texts: string[] = [];
  let characters = 0;
  for (const item of items) {
    // In a list, what JSON cannot say is null.
    const text = JSON.stringify(item) ?? 'null';
    texts.push(text);
    characters += text.length;
    if (characters < PIECE_CHARACTERS) continue;
    yield { text: texts.join(','), count: texts.length };
    texts = [];
    characters = 0;
  }
  if (texts.length > 0 || items.length === 0) yield { text: texts.join(','), count: texts.length };
}

/** A record as {@link recordsOf} writes it; undefined for anything else. */
export function parseRecord(text: string): JournalRecord | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return isRecord(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** The checksum has told that it is what was written: this is about having been written by something else. */
function isRecord(read: unknown): read is JournalRecord {
  if (typeof read !== 'object' || read === null) return false;
  const field = (name: string): unknown => Reflect.get(read, name);
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  switch (field('is')) {
    case 'file':
      return isCount(field('format')) && typeof field('identity') === 'string';
    case 'start': {
      const starts = field('starts');
      return isCount(field('incarnation')) && Array.isArray(starts) && starts.every(isCount);
    }
    case 'term':
      return isCount(field('term')) && (field('vote') === undefined || typeof field('vote') === 'string');
    case 'lease':
      return typeof field('leaseMs') === 'number';
    case 'entries': {
      const [after, entries] = [field('after'), field('entries')];
      return (
        isCount(after) && Array.isArray(entries) && entries.every((one, at) => isEntry(one, Number(after) + 1 + at))
      );
    }
    case 'base': {
      const roster = field('roster');
      const isRoster = typeof roster === 'object' && roster !== null && Array.isArray(Reflect.get(roster, 'members'));
      return isCount(field('index')) && isCount(field('term')) && isRoster;
    }
    case 'items':
      return typeof field('list') === 'string' && Array.isArray(field('items'));
    case 'end':
      return isCount(field('lines'));
    default:
      return false;
  }
}

function isEntry(one: unknown, index: number): one is Entry {
  if (typeof one !== 'object' || one === null) return false;
  const decision: unknown = Reflect.get(one, 'decision');
  return (
    Reflect.get(one, 'index') === index &&
    Number.isSafeInteger(Reflect.get(one, 'term')) &&
    typeof decision === 'object' &&
    decision !== null
  );
}
