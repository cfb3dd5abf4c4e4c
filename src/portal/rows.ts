/**
 * Rows of a list of elements, across the managers that they come from.
 *
 * An answer holds its elements manager by manager; the order of a sorted page is found again here. Pure.
 */
import type { ElementKind } from '../model/element.js';
import { type ElementEntry, type ManagerSection, type PtpStore, pollCost } from '../model/ptp-store.js';
import { type Status, URGENCY } from '../model/status.js';
import { formatCost, formatDuration } from './format.js';
import { type Base, elementLink, managerLink } from './links.js';
import { compareValues } from './order.js';
import type { PageNode } from './page-data.js';

/** What lists of elements can be sorted by. `status` is the urgency: `-status` shows what is worst first. */
export const ELEMENT_COLUMNS = [
  'id',
  'label',
  'status',
  'since',
  'type',
  'address',
  'site',
  'manager',
  'cost',
] as const;
export type ElementColumn = (typeof ELEMENT_COLUMNS)[number];
export const isElementColumn = (name: string): name is ElementColumn =>
  ELEMENT_COLUMNS.some((column) => column === name);

/** The statuses that a person has to look after. */
export const needsAttention = (status: Status): boolean => URGENCY[status] > URGENCY.unknown;

export interface ElementRow {
  readonly entry: ElementEntry;
  readonly section: ManagerSection;
}

const LISTS = { device: 'devices', service: 'services', application: 'applications' } as const;

export const rowsOf = (store: PtpStore, kind: ElementKind): readonly ElementRow[] =>
  store.managers.flatMap((section) => section[LISTS[kind]].map((entry) => ({ entry, section })));

/** Who polls it now, as far as is known. */
export const ownerOf = ({ entry, section }: ElementRow): string => entry.owner ?? section.id;

const VALUES: Readonly<Record<ElementColumn, (row: ElementRow) => string | number | undefined>> = {
  id: ({ entry }) => entry.id,
  label: ({ entry }) => entry.label ?? entry.id,
  status: ({ entry }) => URGENCY[entry.status],
  since: ({ entry }) => entry.since,
  type: ({ entry }) => entry.type,
  address: ({ entry }) => entry.ip ?? entry.dnsname,
  site: ({ section }) => section.site?.label ?? section.site?.id,
  manager: ownerOf,
  cost: ({ entry }) => pollCost(entry),
};

/** Order of a `sort` such as `-status`; equal rows by label and id, empty ones last. */
export function compareRows(sort: string): (a: ElementRow, b: ElementRow) => number {
  const name = sort.replace(/^-/, '');
  const column = VALUES[isElementColumn(name) ? name : 'id'];
  const direction = sort.startsWith('-') ? -1 : 1;
  return (a, b) =>
    compareValues(column(a), column(b), direction) ||
    compareValues(VALUES.label(a), VALUES.label(b)) ||
    compareValues(a.entry.id, b.entry.id);
}

/** What the stylesheet cannot work out itself: the order, addresses, and how long ago. */
export function rowNode(row: ElementRow, base: Base, now: number): PageNode {
  const { entry, section } = row;
  const cost = pollCost(entry);
  const answered = entry.access.filter((access) => access.ok && access.responseMs !== undefined);
  return {
    kind: entry.kind,
    id: entry.id,
    manager: section.id,
    owner: ownerOf(row),
    href: elementLink(base, entry.kind, entry.id),
    managerHref: managerLink(base, ownerOf(row)),
    ...(entry.since === undefined ? {} : { for: formatDuration(now - entry.since) }),
    ...(cost === undefined ? {} : { cost: formatCost(cost) }),
    ...(answered[0]?.responseMs === undefined ? {} : { response: `${Math.round(answered[0].responseMs)}\u00a0ms` }),
  };
}
