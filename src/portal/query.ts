/** What a page's address asks for, read with bounds; whatever makes no sense falls back to the default. Pure. */
import { SEVERITIES, type Severity, STATUSES, type Status } from '../model/status.js';
import { isElementColumn } from './rows.js';

/** The query of an address; of a repeated parameter the first counts. */
export class Query {
  readonly #values: ReadonlyMap<string, string>;

  constructor(search: string) {
    const values = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(search)) {
      if (!values.has(name)) values.set(name, value);
    }
    this.#values = values;
  }

  /** Trimmed and at most 256 characters long; empty when absent. */
  text(name: string): string {
    return (this.#values.get(name) ?? '').trim().slice(0, 256);
  }

  /** As it was given, for ids and instances, in which blanks count; at most 1,024 characters. */
  exact(name: string): string | undefined {
    return this.#values.get(name)?.slice(0, 1_024);
  }

  whole(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    return /^\d{1,9}$/.test(text) ? Math.min(Math.max(Number(text), least), most) : fallback;
  }

  /** ISO 8601, or a date alone; undefined when it is neither. */
  time(name: string): number | undefined {
    const text = this.text(name);
    if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?)?$/.test(text)) return undefined;
    const time = Date.parse(text.length === 10 || text.endsWith('Z') ? text : `${text}Z`);
    return Number.isNaN(time) ? undefined : time;
  }
}

export const PAGE_SIZES = [25, 50, 100, 250] as const;
export const DEFAULT_SIZE = 50;

/** Page and size of a list. */
export interface PageRequest {
  readonly page: number;
  readonly size: number;
}

/** @param names Parameters that say it, where the page has more than one list. */
export const pageRequest = (query: Query, names = { page: 'page', size: 'size' }): PageRequest => ({
  page: query.whole(names.page, 1, 1, 1_000_000),
  size: query.whole(names.size, DEFAULT_SIZE, 1, 1_000),
});

/** The page that was asked for, or the last where the list has become shorter. */
export const pageWithin = (request: PageRequest, total: number): Paging =>
  paging({ ...request, page: Math.min(request.page, Math.max(1, Math.ceil(total / request.size))) }, total);

/** The rows of a page of a list that is whole. */
export const pageOf = <T>(rows: readonly T[], { page, size }: PageRequest): readonly T[] =>
  rows.slice((page - 1) * size, page * size);

/** What a list of elements is asked for: `page size sort q status type site manager`. */
export interface ListRequest extends PageRequest {
  /** A column, `-` before it for the other direction; default the most urgent first. */
  readonly sort: string;
  readonly q: string;
  readonly status: Status | '';
  readonly type: string;
  readonly site: string;
  readonly manager: string;
}

export const DEFAULT_SORT = '-status';

export function listRequest(query: Query): ListRequest {
  const sort = query.text('sort');
  const status = query.text('status').toLowerCase();
  return {
    ...pageRequest(query),
    sort: isElementColumn(sort.replace(/^-/, '')) ? sort : DEFAULT_SORT,
    q: query.text('q'),
    status: STATUSES.find((one) => one === status) ?? '',
    type: query.text('type'),
    site: query.text('site'),
    manager: query.text('manager'),
  };
}

/** The request as the `filter` of an operation: words, and `column:value` for a column that must be just that. */
export function listFilter(request: ListRequest): string {
  const columns = (['status', 'type', 'site', 'manager'] as const)
    .filter((column) => request[column] !== '')
    .map((column) => `${column}:"${request[column].replaceAll('"', '')}"`);
  return [...filterWords(request.q), ...columns].join(' ');
}

const wordsOf = (text: string): readonly string[] =>
  text.replaceAll('"', ' ').split(/\s+/).filter(Boolean).slice(0, 16);

/** Words of a search; each is quoted, so that a colon in it names no column. At most 16. */
export const filterWords = (text: string): readonly string[] => wordsOf(text).map((word) => `"${word}"`);

/** Whether all words of a search (at most 16) are somewhere in a text, in upper or lower case. */
export function matcher(search: string): (text: string) => boolean {
  const words = wordsOf(search.toLowerCase());
  return (text) => {
    const lower = words.length > 0 ? text.toLowerCase() : '';
    return words.every((word) => lower.includes(word));
  };
}

/** Where a page lies among all: for "51 to 100 of 240" and the links before and after. */
export interface Paging extends PageRequest {
  readonly total: number;
  readonly pages: number;
  /** From 1; both 0 when there is no row. */
  readonly first: number;
  readonly last: number;
}

export function paging(request: PageRequest, total: number): Paging {
  const pages = Math.max(1, Math.ceil(total / request.size));
  const first = (request.page - 1) * request.size + 1;
  const empty = first > total;
  return {
    ...request,
    total,
    pages,
    first: empty ? 0 : first,
    last: empty ? 0 : Math.min(request.page * request.size, total),
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Spans that charts and reports offer, with the step that gives a few hundred points. */
export const RANGES = {
  '1h': { ms: HOUR, stepMs: 15_000, label: '1 hour' },
  '6h': { ms: 6 * HOUR, stepMs: MINUTE, label: '6 hours' },
  '1d': { ms: 24 * HOUR, stepMs: 5 * MINUTE, label: '1 day' },
  '7d': { ms: 7 * 24 * HOUR, stepMs: 30 * MINUTE, label: '7 days' },
  '30d': { ms: 30 * 24 * HOUR, stepMs: 2 * HOUR, label: '30 days' },
  '1y': { ms: 365 * 24 * HOUR, stepMs: 24 * HOUR, label: '1 year' },
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES: readonly RangeName[] = ['1h', '6h', '1d', '7d', '30d', '1y'];

export function rangeName(query: Query, fallback: RangeName): RangeName {
  const text = query.text('range');
  return RANGE_NAMES.find((name) => name === text) ?? fallback;
}

export function severityOf(query: Query): Severity | undefined {
  const text = query.text('severity').toLowerCase();
  return SEVERITIES.find((severity) => severity === text);
}
