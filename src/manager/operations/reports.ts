/** Reports: getDeviceReport, getServiceReport, getReport. */
import { type ReportEntry, type ReportParts, report } from '../../assess/report.js';
import { groupReports, mergeGroups, type ReportGroup } from '../../assess/report-groups.js';
import { invariant, PtpError } from '../../base/errors.js';
import type { Alarm } from '../../model/alarm.js';
import { type ElementKind, type ElementName, parseElementName } from '../../model/element.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { REPORT_COLUMNS } from '../element-columns.js';
import { answerForElement } from '../forward.js';
import { gather } from '../gather.js';
import { depthBehind, filterRows, listRows, mergeDepth, pageOf } from '../listing.js';

const DAY_MS = 24 * 3600_000;
/** The longest range that one report may cover. */
const LONGEST_MS = 366 * DAY_MS;

/** Alarms that one report counts. */
const MOST_ALARMS = 20_000;
const ALARMS_A_PAGE = 1000;

interface Range {
  readonly from: number;
  readonly to: number;
}

export function reportHandlers(core: ManagerCore): Handlers {
  return {
    getDeviceReport: (input, context) => elementReport(core, 'getDeviceReport', 'device', input, context),
    getServiceReport: (input, context) => elementReport(core, 'getServiceReport', 'service', input, context),
    getReport: (input, context) =>
      (input.scope ?? core.defaultScope) === 'pool' ? poolReport(core, input, context) : ownReport(core, input),
  };
}

/** The last 24 hours unless said otherwise. */
function rangeOf(core: ManagerCore, { from, to }: { from?: number; to?: number }): Range {
  const end = to ?? core.env.clock.now();
  const range = { from: from ?? end - DAY_MS, to: end };
  if (range.to <= range.from)
    throw new PtpError('Client.Validation', 'to is not after from; the range is [from, to)', { place: { path: 'to' } });
  if (range.to - range.from > LONGEST_MS)
    throw new PtpError('Client.Validation', 'the range is longer than 366 days', { place: { path: 'from' } });
  return range;
}

function elementReport(
  core: ManagerCore,
  operation: 'getDeviceReport' | 'getServiceReport',
  kind: ElementKind,
  input: Input<'getDeviceReport'>,
  context: CallContext,
): Promise<Output<'getDeviceReport'>> {
  const range = rangeOf(core, input);
  const named = input.element.startsWith(`${kind}/`) ? input.element : `${kind}/${input.element}`;
  return answerForElement(core, named, operation, { ...input, element: named, ...range }, context, async (element) => {
    const { outlined } = await outlines(core, range, element);
    const [outline] = outlined;
    invariant(outline, 'an element has an outline');
    return { report: await completed(core, outline.parts) };
  });
}

/** Availability and polls of every element, to list them by; figures only of those that the page shows. */
async function ownReport(core: ManagerCore, input: Input<'getReport'>): Promise<Output<'getReport'>> {
  const { outlined, alarmsLeftOut } = await outlines(core, rangeOf(core, input));
  const page = listRows(outlined, input, REPORT_COLUMNS);
  const reports = await Promise.all(page.rows.map(({ parts }) => completed(core, parts)));
  return {
    reports,
    groups: input.by === undefined ? [] : groupsBy(core, input.by, filterRows(outlined, input.filter, REPORT_COLUMNS)),
    ...(alarmsLeftOut > 0 && { alarmsLeftOut }),
    total: page.total,
    parts: [{ manager: core.settings.id, age: 0, source: 'store' }],
    missing: [],
    ...(page.next !== undefined && { next: page.next }),
  };
}

type GroupWord = NonNullable<Input<'getReport'>['by']>;

const groupsBy = (core: ManagerCore, by: GroupWord, outlined: readonly Outline[]): readonly ReportGroup[] =>
  groupReports(
    outlined.map(({ row, parts: { element, alarms } }) => ({ ...row, alarms, names: groupNames(core, by, element) })),
  );

function groupNames(core: ManagerCore, by: GroupWord, element: ElementName): readonly string[] {
  const entry = core.table.get(element);
  switch (by) {
    case 'customer':
      return entry && entry.customers.length > 0 ? entry.customers : [''];
    case 'site':
      return [core.settings.site?.id ?? ''];
    case 'manager':
      return [core.settings.id];
    case 'kind':
      return [parseElementName(element)?.kind ?? ''];
    case 'type':
      return [entry?.type ?? ''];
  }
}

/** Each manager reports on what it owns; enough of each is read to fill the pages up to the one asked for. */
async function poolReport(
  core: ManagerCore,
  input: Input<'getReport'>,
  context: CallContext,
): Promise<Output<'getReport'>> {
  const { page, pageSize } = pageOf(input);
  const depth =
    input.after === undefined ? mergeDepth(input, 'reports', 'narrow them by a filter') : depthBehind(page, pageSize);
  const question = { ...input, ...rangeOf(core, input), scope: 'self' as const, page: 1, pageSize: depth };
  const others = core.directory.ids('EM');
  const [own, { answers, missing }] = await Promise.all([
    ownReport(core, question),
    gather(core.directory, others, 'getReport', question, context),
  ]);
  const lists = [own, ...answers.map(({ answer }) => answer)];
  const rows = lists.flatMap(({ reports }) => reports).map((row) => ({ row, parts: undefined }));
  const isMore = lists.some(({ next }) => next !== undefined);
  const listed = listRows(rows, { ...input, filter: undefined }, REPORT_COLUMNS, isMore);
  const alarmsLeftOut = lists.reduce((sum, one) => sum + (one.alarmsLeftOut ?? 0), 0);
  return {
    reports: listed.rows.map(({ row }) => row),
    groups: mergeGroups(lists.flatMap(({ groups }) => groups)),
    ...(alarmsLeftOut > 0 && { alarmsLeftOut }),
    total: lists.reduce((sum, { total }) => sum + total, 0),
    parts: lists.flatMap(({ parts }) => parts),
    missing,
    ...(listed.next !== undefined && { next: listed.next }),
  };
}

interface Outline {
  readonly row: ReportEntry;
  readonly parts: ReportParts;
}

interface Outlines {
  readonly outlined: readonly Outline[];
  readonly alarmsLeftOut: number;
}

async function outlines(core: ManagerCore, { from, to }: Range, only?: ElementName): Promise<Outlines> {
  const [spans, polls, { alarms, leftOut }] = await Promise.all([
    core.store.statusSpans(from, to, only),
    core.store.pollCounts(from, to, only),
    alarmsRaised(core, { from, to }, only),
  ]);
  const alarmsOf = byElement(alarms);
  const spansOf = byElement(spans);
  const pollsOf = new Map(polls.map((count) => [count.element, count]));
  const outlined = (only ? [only] : core.table.names()).map((element): Outline => {
    const entry = core.table.get(element);
    const parts: ReportParts = {
      element,
      label: entry?.label,
      manager: core.settings.id,
      from,
      to,
      status: entry?.status ?? 'unknown',
      spans: spansOf.get(element) ?? [],
      polls: pollsOf.get(element)?.polls ?? 0,
      pollsFailed: pollsOf.get(element)?.failed ?? 0,
      figures: [],
      events: [],
      alarms: alarmsOf.get(element) ?? [],
    };
    return { row: report(parts), parts };
  });
  return { outlined, alarmsLeftOut: leftOut };
}

function byElement<Row extends { readonly element?: ElementName }>(rows: readonly Row[]) {
  const grouped = new Map<ElementName | undefined, Row[]>();
  for (const row of rows) {
    const known = grouped.get(row.element);
    if (known) known.push(row);
    else grouped.set(row.element, [row]);
  }
  return grouped;
}

/** The newest first; those of the range, whatever has become of them since. */
async function alarmsRaised(
  core: ManagerCore,
  { from, to }: Range,
  element?: ElementName,
): Promise<{ readonly alarms: readonly Alarm[]; readonly leftOut: number }> {
  const alarms: Alarm[] = [];
  for (let total = 1; alarms.length < Math.min(total, MOST_ALARMS); ) {
    const page = await core.store.queryAlarms({
      from,
      ...(element && { element }),
      offset: alarms.length,
      limit: ALARMS_A_PAGE,
    });
    total = page.total;
    alarms.push(...page.rows);
    if (page.rows.length < ALARMS_A_PAGE) break;
    if (alarms.length >= MOST_ALARMS)
      return { alarms: alarms.filter(isWithin(from, to)), leftOut: total - MOST_ALARMS };
  }
  return { alarms: alarms.filter(isWithin(from, to)), leftOut: 0 };
}

const isWithin =
  (from: number, to: number) =>
  ({ raisedAt }: Alarm): boolean =>
    raisedAt >= from && raisedAt < to;

async function completed(core: ManagerCore, parts: ReportParts): Promise<ReportEntry> {
  const { element, from, to } = parts;
  const [figures, events] = await Promise.all([
    core.store.figures(from, to, element),
    core.store.eventCounts(from, to, element),
  ]);
  return report({ ...parts, figures, events });
}
