/** `/report`: availability, response times and what happened, of all elements or of one. */
import { PtpError } from '../../base/errors.js';
import { parseElementName } from '../../model/element.js';
import { REPORT_GROUPS } from '../../xml/messages/parts.js';
import { isoTime } from '../format.js';
import { link } from '../links.js';
import type { PageContent, PageNode } from '../page-data.js';
import { filterWords, PAGE_SIZES, pageRequest, paging, RANGE_NAMES, RANGES, rangeName } from '../query.js';
import { elementsCsv, figuresCsv, groupsCsv } from '../report-csv.js';
import { pageLinks } from './page-links.js';
import { coarsestOf, figureNode, groupNodes, reportNode, worthReading } from './report-nodes.js';
import { scopeOf, type ViewContext } from './view.js';

/** What a list may begin with: so its first page is the worst of all. */
const SORTS = [
  { sort: '', label: 'Name' },
  { sort: 'availability', label: 'Least available' },
  { sort: '-pollsFailed', label: 'Most failed polls' },
] as const;

/** Metrics that a report may be on by a word for them, and what people look for most. */
const WORST = ['utilisation', 'cpu', 'responseTime', 'memoryLoad', 'ifInErrors.rate', 'ifInDiscards.rate'] as const;
const FIGURES = [
  { figure: 'percentile95', label: '95 %' },
  { figure: 'mean', label: 'Mean' },
  { figure: 'maximum', label: 'Most' },
  { figure: 'minimum', label: 'Least' },
] as const;

/** What was asked for in the address, as far as both kinds of report have it. */
function window({ query, now }: ViewContext) {
  const range = rangeName(query, '1d');
  const to = query.time('to') ?? now;
  const from = query.time('from') ?? to - RANGES[range].ms;
  if (from >= to)
    throw new PtpError('Client.Validation', 'the report would end before it begins: from has to be earlier than to', {
      place: { path: 'from' },
    });
  return { range, from, to, chosen: query.time('from') === undefined && query.time('to') === undefined };
}

export async function report(context: ViewContext): Promise<PageContent> {
  const element = context.query.exact('element');
  return element ? oneReport(context, element) : allReports(context);
}

async function allReports(context: ViewContext): Promise<PageContent> {
  const { query, base } = context;
  const { range, from, to, chosen } = window(context);
  const request = pageRequest(query);
  const q = query.text('q');
  const by = REPORT_GROUPS.find((one) => one === query.text('by'));
  const sort = SORTS.find((one) => one.sort === query.text('sort'))?.sort ?? '';
  const worst = query.text('worst');
  const figure = FIGURES.find((one) => one.figure === query.text('figure'))?.figure ?? 'percentile95';
  const answer = await context.ask('getReport', {
    ...scopeOf(context),
    from,
    to,
    ...(by && { by }),
    ...(worst ? { worst, figure } : sort && { sort }),
    ...(q ? { filter: filterWords(q).join(' ') } : {}),
    page: request.page,
    pageSize: request.size,
  });
  const page = paging(request, answer.total);
  const times = chosen ? { range } : { from: query.text('from'), to: query.text('to') };
  const size = request.size === 50 ? {} : { size: request.size };
  const on = worst ? { worst, ...(figure !== 'percentile95' && { figure }) } : {};
  const kept = { ...times, q, ...on, ...(sort && { sort }), ...size };
  const coarsest = coarsestOf(answer.reports);
  const grouped = { ...kept, ...(by && { by }) };
  return {
    sheet: 'report',
    title: 'Report',
    answers: [{ operation: 'getReport', content: answer }],
    own: {
      QUERY: {
        path: link(base, '/report'),
        ...page,
        q,
        from: isoTime(from),
        to: isoTime(to),
        filtered: q !== '' || worst !== '',
        worst,
        ...(by && { by }),
        ...(coarsest !== undefined && !by && { coarsest }),
        csvHref: link(base, '/report', { ...grouped, page: request.page, format: 'csv' }),
        ...(answer.alarmsLeftOut !== undefined && { alarmsLeftOut: answer.alarmsLeftOut }),
        ...pageLinks(page, (changes) => link(base, '/report', { ...grouped, ...changes })),
        RANGE: ranges(range, chosen, (name) =>
          link(base, '/report', { ...grouped, from: undefined, to: undefined, range: name }),
        ),
        BY: [undefined, ...REPORT_GROUPS].map((one) => ({
          label: one === undefined ? 'Elements' : `By ${one}`,
          href: link(base, '/report', { ...kept, by: one }),
          selected: one === by,
        })),
        SORT: SORTS.map((one) => ({ ...one, selected: one.sort === sort })),
        WORST: WORST.map((name) => ({ name })),
        FIGURE: FIGURES.map((one) => ({ ...one, selected: one.figure === figure })),
        SIZE: PAGE_SIZES.map((one) => ({ size: one, selected: one === request.size })),
      },
      ...(by ? { GROUP: groupNodes(answer.groups) } : { ROW: answer.reports.map((entry) => reportNode(entry, base)) }),
    },
    csv: by ? groupsCsv(by, answer.groups) : elementsCsv(answer.reports),
  };
}

async function oneReport(context: ViewContext, element: string): Promise<PageContent> {
  const { base } = context;
  const { range, from, to, chosen } = window(context);
  const kind = parseElementName(element)?.kind;
  const operation = kind === 'device' ? 'getDeviceReport' : 'getServiceReport';
  if (kind !== 'device' && kind !== 'service') {
    throw new PtpError('Client.Validation', `"${element}" is neither device/ID nor service/ID`, {
      place: { path: 'element' },
    });
  }
  const content = await context.ask(operation, { element, from, to });
  const entry = content.report;
  const coarsest = coarsestOf([entry]);
  return {
    sheet: 'report',
    title: `Report on ${entry.label ?? element.slice(kind.length + 1)}`,
    answers: [{ operation, content }],
    own: {
      QUERY: {
        path: link(base, '/report'),
        element,
        from: isoTime(from),
        to: isoTime(to),
        ...(coarsest !== undefined && { coarsest }),
        allHref: link(base, '/report', { range }),
        csvHref: link(base, '/report', { element, from: isoTime(from), to: isoTime(to), format: 'csv' }),
        RANGE: ranges(range, chosen, (name) => link(base, '/report', { element, range: name })),
      },
      ROW: [reportNode(entry, base)],
      FIGURES: worthReading(entry.metrics).map(figureNode),
    },
    csv: figuresCsv(entry),
  };
}

const ranges = (range: string, chosen: boolean, href: (name: string) => string): readonly PageNode[] =>
  RANGE_NAMES.map((name) => ({
    name,
    label: RANGES[name].label,
    selected: chosen && name === range,
    href: href(name),
  }));
