/**
 * Filtering, sorting and paging of lists, the same for SOAP and the portal. Pure.
 *
 * A filter is a list of words; a row is kept when every word occurs in it, upper and lower case alike. A word
 * `column:value` looks at that column alone and wants it whole: `status:down type:router`. A value with blanks is
 * quoted: `site:"Fort Collins"`.
 *
 * A list is read on by the place of the last row that was seen (`list-place.ts`), so that a page costs what its rows cost,
 * however far down it is, and shows no row twice and leaves none out while others come and go.
 */
import { PtpError } from '../base/errors.js';
import { type ListPlace, readPlace, type SortValue, writePlace } from './list-place.js';

/** Rows of one page at most, and when no size is asked for. */
const LARGEST_PAGE = 1000;
/** Words of a filter at most; what comes after is refused, so that a request cannot cost without bound. */
const MOST_WORDS = 32;

export interface Listing {
  readonly filter?: string;
  readonly page?: number;
  readonly pageSize?: number;
  readonly sort?: string;
  /** The place behind which the page begins; pages count from there. */
  readonly after?: string;
}

/** How rows of one kind are looked at. */
export interface Columns<Row> {
  /** What can be sorted by and named in a filter; text or number, undefined sorts last. */
  readonly columns: Readonly<Record<string, (row: Row) => SortValue>>;
  /** Columns whose order is not that of their values: a status sorts by how urgent it is. */
  readonly order?: Readonly<Record<string, (row: Row) => number>>;
  /** Everything that a bare word is looked for in. */
  readonly text: (row: Row) => readonly (string | undefined)[];
  /** Sorted by when nothing is asked for, and among equals. */
  readonly tieBreak: (row: Row) => string;
}

export interface ListedPage<Row> {
  readonly rows: readonly Row[];
  /** Of all pages, those before `after` included. */
  readonly total: number;
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * @param more Rows that belong behind these and were not fetched.
 * @throws PtpError `Client.Validation` for a page, size, column, place or filter that cannot be.
 */
export function listRows<Row>(
  rows: readonly Row[],
  listing: Listing,
  columns: Columns<Row>,
  more = false,
): ListedPage<Row> {
  const { page, pageSize } = pageOf(listing);
  const { sort } = listing;
  const compare = comparison(sort, columns);
  const placeOf = placing(sort, columns);
  const kept = filterRows(rows, listing.filter, columns).map((row) => ({ row, place: placeOf(row) }));
  const seen = listing.after === undefined ? undefined : readPlace(listing.after, sort);
  const left = seen ? kept.filter(({ place }) => compare(place, seen) > 0) : kept;
  const leading = firstOf(left, page * pageSize, (a, b) => compare(a.place, b.place));
  const shown = leading.slice((page - 1) * pageSize);
  const last = shown.at(-1);
  const goesOn = last !== undefined && (more || left.length > page * pageSize);
  return {
    rows: shown.map(({ row }) => row),
    total: kept.length,
    ...(goesOn && { next: writePlace(last.place, sort) }),
  };
}

/**
 * The first `count` in order. Most of a long list is compared only once, with the last of those found so far: to sort all
 * of ten thousand rows for a page of fifty would hold everything else up.
 */
export function firstOf<Item>(items: readonly Item[], count: number, compare: (a: Item, b: Item) => number): Item[] {
  let found: Item[] = [];
  let last: Item | undefined;
  for (const item of items) {
    if (last !== undefined && compare(item, last) >= 0) continue;
    found.push(item);
    if (found.length < 2 * count) continue;
    found = found.sort(compare).slice(0, count);
    last = found.at(-1);
  }
  return found.sort(compare).slice(0, count);
}

export function pageOf(listing: Listing): { page: number; pageSize: number } {
  const page = listing.page ?? 1;
  const pageSize = listing.pageSize ?? LARGEST_PAGE;
  if (!Number.isInteger(page) || page < 1 || page > 1_000_000)
    throw refused('page', `page is ${page}; it counts from 1 to 1000000`);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > LARGEST_PAGE) {
    throw refused('pageSize', `pageSize is ${pageSize}; it can be 1 to ${LARGEST_PAGE}`);
  }
  return { page, pageSize };
}

/**
 * Rows that each manager is asked for where the lists of several are merged: all from the place where the page begins, or
 * where that is not told, from the first on.
 * @param what What is merged; `instead` is what to do when that would be too many.
 * @throws PtpError `Client.Validation` past {@link LARGEST_PAGE} rows.
 */
export function mergeDepth(listing: Listing, what: string, instead: string): number {
  const { page, pageSize } = pageOf(listing);
  if (page * pageSize <= LARGEST_PAGE) return page * pageSize;
  throw refused(
    'page',
    `the ${what} of all managers are merged up to the ${LARGEST_PAGE}th; read on with after, or ${instead} instead`,
  );
}

/**
 * The same where the page is told by its place.
 * @throws PtpError `Client.Validation` past {@link LARGEST_PAGE} rows.
 */
export function depthBehind(page: number, pageSize: number): number {
  if (page * pageSize <= LARGEST_PAGE) return page * pageSize;
  throw refused('page', `behind a place, pages go up to the ${LARGEST_PAGE}th row; read on from the next of each page`);
}

/** One word of a filter; without a column it is looked for everywhere. */
export interface FilterTerm<Column extends string> {
  readonly column?: Column;
  readonly text: string;
}

/** @throws PtpError `Client.Validation` when there are too many words. */
export function filterTerms<Column extends string>(
  filter: string | undefined,
  columns: readonly Column[],
): readonly FilterTerm<Column>[] {
  return wordsOf(filter ?? '').map((word) => {
    const colon = word.indexOf(':');
    const column = columns.find((one) => one === word.slice(0, Math.max(colon, 0)));
    return column === undefined ? { text: unquoted(word) } : { column, text: unquoted(word.slice(colon + 1)) };
  });
}

/** @throws PtpError `Client.Validation` when there are too many words. */
export function filterRows<Row>(
  rows: readonly Row[],
  filter: string | undefined,
  columns: Columns<Row>,
): readonly Row[] {
  const tests = filterTerms(filter, Object.keys(columns.columns)).map((term) => testOf(term, columns));
  if (tests.length === 0) return rows;
  return rows.filter((row) => tests.every((test) => test(row)));
}

function wordsOf(filter: string): string[] {
  const words = filter.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  if (words.length > MOST_WORDS)
    throw refused('filter', `the filter has ${words.length} words; ${MOST_WORDS} is the most`);
  return words;
}

function testOf<Row>(term: FilterTerm<string>, { columns, text }: Columns<Row>): (row: Row) => boolean {
  const wanted = term.text.toLowerCase();
  const column = term.column === undefined ? undefined : columns[term.column];
  if (column) return (row) => String(column(row) ?? '').toLowerCase() === wanted;
  return (row) => text(row).some((field) => field?.toLowerCase().includes(wanted));
}

const unquoted = (word: string): string => word.replaceAll('"', '');

/** What a list is sorted by; undefined when by nothing but the tie. */
function sortColumn<Row>(sort: string | undefined, { columns, order = {} }: Columns<Row>) {
  if (!sort) return undefined;
  const name = sort.replace(/^-/, '');
  const column = Object.hasOwn(order, name) ? order[name] : Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!column)
    throw refused('sort', `there is no column "${name}" to sort by; there are ${Object.keys(columns).join(', ')}`);
  return column;
}

function placing<Row>(sort: string | undefined, columns: Columns<Row>): (row: Row) => ListPlace {
  const column = sortColumn(sort, columns);
  return (row) => ({ value: column?.(row), tie: columns.tieBreak(row) });
}

/** A whole order: ids that a person reads as one are still two. */
const byTie = (a: ListPlace, b: ListPlace): number =>
  collator.compare(a.tie, b.tie) || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0);

function comparison<Row>(sort: string | undefined, columns: Columns<Row>): (a: ListPlace, b: ListPlace) => number {
  if (!sortColumn(sort, columns)) return byTie;
  const direction = sort?.startsWith('-') ? -1 : 1;
  return (a, b) => {
    const left = a.value;
    const right = b.value;
    if (left === right) return byTie(a, b);
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    const difference =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : collator.compare(String(left), String(right));
    return difference * direction || byTie(a, b);
  };
}

const refused = (path: string, message: string): PtpError =>
  new PtpError('Client.Validation', message, { place: { path } });
