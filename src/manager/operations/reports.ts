/** Reports: getDeviceReport, getServiceReport, getReport. */
import { report } from '../../assess/report.js';
import { groupReports, mergeGroups, type ReportGroup } from '../../assess/report-groups.js';
import type { TimeSpan } from '../../assess/tenures.js';
import { invariant, PtpError } from '../../base/errors.js';
import { type ElementKind, type ElementName, parseElementName } from '../../model/element.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { reportColumns } from '../element-columns.js';
import { answerForElement, unwatched } from '../forward.js';
import { gather } from '../gather.js';
import { depthBehind, filterRows, listRows, mergeDepth, pageOf } from '../listing.js';
import { HolderSearch } from '../past/holders.js';
import { elsewhereOf, figuresElsewhere, withElsewhere } from '../past/whole-reports.js';
import { DEFAULT_FIGURE, figuresOf, type Outline, OwnReport, outlinesOf, reportOn } from '../reports/own-report.js';
import { unwatchedElements } from '../unwatched.js';

const DAY_MS = 24 * 3600_000;
/** The longest range that one report may cover. */
const LONGEST_MS = 366 * DAY_MS;
/** A manager may have to look at the figures of all its elements. */
const REPORTS_WITHIN_MS = 20_000;

export function reportHandlers(core: ManagerCore, holders = new HolderSearch(core)): Handlers {
  const ofKind =
    (operation: 'getDeviceReport' | 'getServiceReport', kind: ElementKind) =>
    (input: Input<'getDeviceReport'>, context: CallContext) =>
      elementReport(core, holders, operation, kind, input, context);
  return {
    getDeviceReport: ofKind('getDeviceReport', 'device'),
    getServiceReport: ofKind('getServiceReport', 'service'),
    getReport: (input, context) =>
      (input.scope ?? core.defaultScope) === 'pool'
        ? poolReport(core, input, context)
        : ownReport(core, input, context),
  };
}

/** The last 24 hours unless said otherwise. */
function rangeOf(core: ManagerCore, { from, to }: { from?: number; to?: number }): TimeSpan {
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
  holders: HolderSearch,
  operation: 'getDeviceReport' | 'getServiceReport',
  kind: ElementKind,
  input: Input<'getDeviceReport'>,
  context: CallContext,
): Promise<Output<'getDeviceReport'>> {
  const range = rangeOf(core, input);
  const named = input.element.startsWith(`${kind}/`) ? input.element : `${kind}/${input.element}`;
  const whole = (element: ElementName) => wholeReport(core, holders, element, range, context);
  const ofUnwatched = async (element: ElementName, why: string) => {
    const found = await whole(element);
    if (found.report.polls === 0 && found.report.availability === undefined) throw unwatched(element, why);
    return found;
  };
  return answerForElement(core, named, operation, { ...input, element: named, ...range }, context, whole, ofUnwatched);
}

/** Of one element, with what all that have had it know. */
async function wholeReport(
  core: ManagerCore,
  holders: HolderSearch,
  element: ElementName,
  range: TimeSpan,
  context: CallContext,
): Promise<Output<'getDeviceReport'>> {
  const found = await holders.of(element, range, context);
  const [own, events, { of, missing }] = await Promise.all([
    outlinesOf(core, range, [element]),
    core.store.eventCounts(range.from, range.to, element),
    elsewhereOf(core, element, found, range, context),
  ]);
  const [parts] = own.parts;
  invariant(parts, 'an element has an outline');
  const elsewhere = of.get(element);
  const theirs = await figuresElsewhere(core, of, [element], range, context);
  const figures = await figuresOf(core, element, range, elsewhere, theirs.of.get(element));
  const silent = new Map([...found.missing, ...missing, ...theirs.missing].map((one) => [one.manager, one]));
  return {
    report: report(withElsewhere({ ...parts, events, figures }, elsewhere)),
    missing: [...silent.values()],
  };
}

/** The worst first, where the report is on a metric. */
const sortOf = ({ worst, figure, sort }: Input<'getReport'>): string | undefined =>
  sort ?? (worst === undefined ? undefined : figure === 'minimum' ? 'worst' : '-worst');

const columnsFor = ({ figure = DEFAULT_FIGURE }: Input<'getReport'>) => reportColumns(figure);

/** Availability and polls of every element, to list them by; figures only of those that the page shows. */
async function ownReport(
  core: ManagerCore,
  input: Input<'getReport'>,
  context: CallContext,
): Promise<Output<'getReport'>> {
  const own = new OwnReport(core, rangeOf(core, input), context);
  const columns = columnsFor(input);
  const { outlined, alarmsLeftOut } = await own.outlines(reportOn(input));
  const page = listRows(outlined, { ...input, sort: sortOf(input) }, columns);
  const reports = await own.completed(page.rows);
  return {
    reports,
    groups: input.by === undefined ? [] : groupsBy(core, input.by, filterRows(outlined, input.filter, columns)),
    ...(alarmsLeftOut > 0 && { alarmsLeftOut }),
    total: page.total,
    parts: [{ manager: core.settings.id, age: 0, source: 'store' }],
    missing: own.missing,
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

/** What no manager reports on, for nobody watches it. */
async function unwatchedReport(
  core: ManagerCore,
  input: Input<'getReport'>,
  context: CallContext,
  told: readonly Output<'getReport'>[],
): Promise<Output<'getReport'>> {
  const known = new Set(told.flatMap(({ reports }) => reports.map(({ element }) => element)));
  const elements = (await unwatchedElements(core, context)).filter(({ element }) => !known.has(element));
  const part = new OwnReport(core, rangeOf(core, input), context);
  const { outlined } = await part.unwatched(elements, reportOn(input));
  const entries = new Map(elements.map(({ element, entry }) => [element, entry]));
  const wanted = filterRows(outlined, input.filter, columnsFor(input));
  const names = ({ parts: { element, manager } }: Outline) => {
    const entry = entries.get(element);
    if (input.by === 'customer') return entry && entry.customers.length > 0 ? entry.customers : [''];
    if (input.by === 'manager') return [manager];
    if (input.by === 'kind') return [entry?.kind ?? ''];
    return [input.by === 'type' ? (entry?.type ?? '') : ''];
  };
  const grouped = wanted.map((one) => ({ ...one.row, alarms: one.parts.alarms, names: names(one) }));
  return {
    reports: await part.completed(wanted),
    groups: input.by === undefined ? [] : groupReports(grouped),
    total: wanted.length,
    parts: [],
    missing: part.missing,
  };
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
    ownReport(core, question, context),
    gather(core.directory, others, 'getReport', question, context, { withinMs: REPORTS_WITHIN_MS }),
  ]);
  const told = [own, ...answers.map(({ answer }) => answer)];
  const lists = [...told, await unwatchedReport(core, question, context, told)];
  const rows = lists.flatMap(({ reports }) => reports).map((row) => ({ row }));
  const isMore = lists.some(({ next }) => next !== undefined);
  const listing = { ...input, filter: undefined, sort: sortOf(input) };
  const listed = listRows(rows, listing, columnsFor(input), isMore);
  const alarmsLeftOut = lists.reduce((sum, one) => sum + (one.alarmsLeftOut ?? 0), 0);
  const silent = [...missing, ...lists.flatMap((one) => one.missing)];
  return {
    reports: listed.rows.map(({ row }) => row),
    groups: mergeGroups(lists.flatMap(({ groups }) => groups)),
    ...(alarmsLeftOut > 0 && { alarmsLeftOut }),
    total: lists.reduce((sum, { total }) => sum + total, 0),
    parts: lists.flatMap(({ parts }) => parts),
    missing: [...new Map(silent.map((one) => [one.manager, one])).values()],
    ...(listed.next !== undefined && { next: listed.next }),
  };
}
