/** Reports: getDeviceReport, getServiceReport, getReport. */
import { type ReportEntry, type ReportParts, report } from '../../assess/report.js';
import { invariant, PtpError } from '../../base/errors.js';
import type { ElementKind, ElementName } from '../../model/element.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { REPORT_COLUMNS } from '../element-columns.js';
import { answerForElement } from '../forward.js';
import { gather } from '../gather.js';
import { listRows, mergeDepth } from '../listing.js';

const DAY_MS = 24 * 3600_000;
/** The longest range that one report may cover. */
const LONGEST_MS = 366 * DAY_MS;

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
    const [outline] = await outlines(core, range, element);
    invariant(outline, 'an element has an outline');
    return { report: await completed(core, outline.parts) };
  });
}

/** Availability and polls of every element, to list them by; figures only of those that the page shows. */
async function ownReport(core: ManagerCore, input: Input<'getReport'>): Promise<Output<'getReport'>> {
  const range = rangeOf(core, input);
  const page = listRows(await outlines(core, range), input, REPORT_COLUMNS);
  const reports = await Promise.all(page.rows.map(({ parts }) => completed(core, parts)));
  return { reports, total: page.total, parts: [{ manager: core.settings.id, age: 0, source: 'store' }], missing: [] };
}

/** Each manager reports on what it owns; enough of each is read to fill the pages up to the one asked for. */
async function poolReport(
  core: ManagerCore,
  input: Input<'getReport'>,
  context: CallContext,
): Promise<Output<'getReport'>> {
  const depth = mergeDepth(input, 'reports', 'narrow them by a filter');
  const question = { ...input, ...rangeOf(core, input), scope: 'self' as const, page: 1, pageSize: depth };
  const others = core.directory.ids('EM');
  const [own, { answers, missing }] = await Promise.all([
    ownReport(core, question),
    gather(core.directory, others, 'getReport', question, context),
  ]);
  const lists = [own, ...answers.map(({ answer }) => answer)];
  const rows = lists.flatMap(({ reports }) => reports).map((row) => ({ row, parts: undefined }));
  const listed = listRows(rows, { ...input, filter: undefined }, REPORT_COLUMNS);
  return {
    reports: listed.rows.map(({ row }) => row),
    total: lists.reduce((sum, { total }) => sum + total, 0),
    parts: lists.flatMap(({ parts }) => parts),
    missing,
  };
}

interface Outline {
  readonly row: ReportEntry;
  readonly parts: ReportParts;
}

async function outlines(core: ManagerCore, { from, to }: Range, only?: ElementName): Promise<Outline[]> {
  const [spans, polls] = await Promise.all([
    core.store.statusSpans(from, to, only),
    core.store.pollCounts(from, to, only),
  ]);
  const spansOf = new Map<ElementName, (typeof spans)[number][]>();
  for (const span of spans) {
    const known = spansOf.get(span.element);
    if (known) known.push(span);
    else spansOf.set(span.element, [span]);
  }
  const pollsOf = new Map(polls.map((count) => [count.element, count]));
  return (only ? [only] : core.table.names()).map((element) => {
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
    };
    return { row: report(parts), parts };
  });
}

async function completed(core: ManagerCore, parts: ReportParts): Promise<ReportEntry> {
  const { element, from, to } = parts;
  const [figures, events] = await Promise.all([
    core.store.figures(from, to, element),
    core.store.eventCounts(from, to, element),
  ]);
  return report({ ...parts, figures, events });
}
