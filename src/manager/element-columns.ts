/** How lists of elements and reports are filtered and sorted. */
import type { ReportEntry } from '../assess/report.js';
import type { FigureName } from '../assess/report-figures.js';
import { type ElementEntry, type ManagerSection, pollCost } from '../model/ptp-store.js';
import { URGENCY } from '../model/status.js';
import type { Columns } from './listing.js';

/** An element together with the section that it stands in. */
export interface ElementRow {
  readonly entry: ElementEntry;
  readonly section: ManagerSection;
}

export const ELEMENT_COLUMNS: Columns<ElementRow> = {
  columns: {
    id: ({ entry }) => entry.id,
    kind: ({ entry }) => entry.kind,
    label: ({ entry }) => entry.label ?? entry.id,
    status: ({ entry }) => entry.status,
    since: ({ entry }) => entry.since,
    type: ({ entry }) => entry.type,
    vendor: ({ entry }) => entry.vendor,
    model: ({ entry }) => entry.model,
    location: ({ entry }) => entry.location,
    address: ({ entry }) => entry.ip ?? entry.dnsname,
    ip: ({ entry }) => entry.ip,
    dnsname: ({ entry }) => entry.dnsname,
    device: ({ entry }) => entry.deviceName,
    manager: ({ entry, section }) => entry.owner ?? section.id,
    site: ({ section }) => section.site?.label ?? section.site?.id,
    cost: ({ entry }) => pollCost(entry),
  },
  /** The most urgent last, so that `-status` begins with what needs attention. */
  order: { status: ({ entry }) => URGENCY[entry.status] },
  text: ({ entry, section }) => [
    entry.id,
    entry.label,
    entry.dnsname,
    entry.ip,
    entry.type,
    entry.vendor,
    entry.model,
    entry.location,
    entry.description,
    entry.status,
    entry.reason,
    entry.owner ?? section.id,
    section.site?.label,
    ...entry.customers,
  ],
  tieBreak: ({ entry }) => `${entry.kind}/${entry.id}`,
};

/** A row of a report, whatever else its bearer carries along. */
interface ReportRow {
  readonly row: ReportEntry;
}

/** @param by The figure of its worst series that elements are compared by. */
export const reportColumns = (by: FigureName): Columns<ReportRow> => ({
  columns: {
    element: ({ row }) => row.element,
    label: ({ row }) => row.label ?? row.element,
    manager: ({ row }) => row.manager,
    status: ({ row }) => row.status,
    availability: ({ row }) => row.availability,
    polls: ({ row }) => row.polls,
    pollsFailed: ({ row }) => row.pollsFailed,
    worst: ({ row }) => row.worst?.[by],
  },
  text: ({ row }) => [row.element, row.label, row.manager, row.status],
  tieBreak: ({ row }) => row.element,
});
