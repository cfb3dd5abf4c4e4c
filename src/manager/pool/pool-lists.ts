/**
 * Filters and pages of what a manager tells of its pool, the same for operations and pages. Pure.
 *
 * A filter is made of words as in all lists: a bare one occurs anywhere in the row, `column:value` wants that column to
 * be just that. Of assignments: `element`, `owner`, `standIn`, `home`, `away` (at home at that manager, polled by
 * another or by nobody), `unwatched` and `delegated` (`yes`, `no`). Of the ledger: `element`, `from`, `to`, `manager` (one of both),
 * `kind` (`takeover`, `planned`) and `flawed` (`yes`: a poll was missed or done twice).
 */
import { formatEpoch } from '../../model/manager.js';
import type { Page } from '../../store/store.js';
import { filterTerms, pageOf } from '../listing.js';
import type { AssignmentView, HandOver, HandOverListQuery, ListQuery } from './pool-service.js';

type Tests<Row> = Readonly<Record<string, (row: Row, wanted: string) => boolean>>;

const same = (value: string | undefined, wanted: string): boolean => value?.toLowerCase() === wanted;
const yes = (value: boolean, wanted: string): boolean => (value ? 'yes' : 'no') === wanted;
const among = (values: readonly string[], wanted: string): boolean => values.some((one) => same(one, wanted));

const OF_ASSIGNMENTS: Tests<AssignmentView> = {
  element: (row, wanted) => same(row.element, wanted),
  owner: (row, wanted) => same(row.owner, wanted),
  standIn: (row, wanted) => same(row.standIn, wanted),
  home: (row, wanted) => among(row.homes, wanted),
  away: (row, wanted) => among(row.homes, wanted) && (row.unwatched !== undefined || !same(row.owner, wanted)),
  unwatched: (row, wanted) => yes(row.unwatched !== undefined, wanted),
  delegated: (row, wanted) => yes(row.delegatedTo !== undefined, wanted),
};

const OF_HAND_OVERS: Tests<HandOver> = {
  element: (row, wanted) => same(row.element, wanted),
  from: (row, wanted) => same(row.from, wanted),
  to: (row, wanted) => same(row.to, wanted),
  manager: (row, wanted) => same(row.from, wanted) || same(row.to, wanted),
  kind: (row, wanted) => same(row.takeover ? 'takeover' : 'planned', wanted),
  flawed: (row, wanted) => yes(row.missed + row.doubled > 0, wanted),
};

const assignmentText = (row: AssignmentView) => [
  row.element,
  row.owner,
  row.standIn,
  row.holder,
  ...row.homes,
  row.reason,
  row.unwatched,
];
const handOverText = (row: HandOver) => [row.element, row.from, row.to, row.reason, formatEpoch(row.epoch)];

/** @throws PtpError `Client.Validation` for a page, size or filter that cannot be. */
export const assignmentPage = (rows: readonly AssignmentView[], query: ListQuery): Page<AssignmentView> =>
  page(rows, query, OF_ASSIGNMENTS, assignmentText);

/** @throws PtpError `Client.Validation` for a page, size or filter that cannot be. */
export function handOverPage(rows: readonly HandOver[], query: HandOverListQuery): Page<HandOver> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  const within = rows.filter(({ time }) => time >= from && time < to);
  return page(within, query, OF_HAND_OVERS, handOverText);
}

/** In the order that they are given in. */
function page<Row>(
  rows: readonly Row[],
  query: ListQuery,
  tests: Tests<Row>,
  text: (row: Row) => readonly (string | undefined)[],
): Page<Row> {
  const { page: number, pageSize } = pageOf(query);
  const terms = filterTerms(query.filter, Object.keys(tests)).map(({ column, text: wanted }) => ({
    test: column === undefined ? undefined : tests[column],
    wanted: wanted.toLowerCase(),
  }));
  const kept =
    terms.length === 0
      ? rows
      : rows.filter((row) =>
          terms.every(({ test, wanted }) =>
            test ? test(row, wanted) : text(row).some((field) => field?.toLowerCase().includes(wanted)),
          ),
        );
  return { rows: kept.slice((number - 1) * pageSize, number * pageSize), total: kept.length };
}

/** A word of a filter; quotes cannot stand in one, so whoever has them in an id is not found by it. */
const column = (name: string, value: string): string => `${name}:"${value.replaceAll('"', '')}"`;

export const ofElement = (element: string): string => column('element', element);
/** Of hand-overs. */
export const movedTo = (manager: string): string => column('to', manager);
export const ownedBy = (manager: string): string => column('owner', manager);
export const standInOf = (manager: string): string => column('standIn', manager);
/** At home at the manager, polled by another or by nobody: what it is to be given back. */
export const awayFrom = (manager: string): string => column('away', manager);
export const UNWATCHED = 'unwatched:yes';
