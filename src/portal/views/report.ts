/** `/report`: availability, response times and what happened, of all elements or of one. */
import { PtpError } from '../../base/errors.js';
import { parseElementName } from '../../model/element.js';
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration, formatValue, isoTime } from '../format.js';
import { isState } from '../interfaces.js';
import { elementNameLink, link } from '../links.js';
import type { PageContent, PageNode } from '../page-data.js';
import { filterWords, PAGE_SIZES, pageRequest, paging, RANGE_NAMES, RANGES, rangeName } from '../query.js';
import { pageLinks } from './page-links.js';
import { scopeOf, type ViewContext } from './view.js';

type ReportEntry = Output<'getReport'>['reports'][number];

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
  const answer = await context.ask('getReport', {
    ...scopeOf(context),
    from,
    to,
    ...(q ? { filter: filterWords(q).join(' ') } : {}),
    page: request.page,
    pageSize: request.size,
  });
  const page = paging(request, answer.total);
  const times = chosen ? { range } : { from: query.text('from'), to: query.text('to') };
  const size = request.size === 50 ? {} : { size: request.size };
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
        filtered: q !== '',
        ...pageLinks(page, (changes) => link(base, '/report', { ...times, q, ...size, ...changes })),
        RANGE: ranges(range, chosen, (name) => link(base, '/report', { range: name, q, ...size })),
        SIZE: PAGE_SIZES.map((one) => ({ size: one, selected: one === request.size })),
      },
      ROW: answer.reports.map((entry) => reportNode(entry, base)),
    },
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
        allHref: link(base, '/report', { range }),
        RANGE: ranges(range, chosen, (name) => link(base, '/report', { element, range: name })),
      },
      ROW: [reportNode(entry, base)],
      FIGURES: worthReading(entry.metrics).map((figures) => ({
        metric: figures.metric,
        instance: figures.instance,
        count: formatValue(figures.count, '1'),
        minimum: formatValue(figures.minimum, figures.unit),
        mean: formatValue(figures.mean, figures.unit),
        maximum: formatValue(figures.maximum, figures.unit),
        percentile95: formatValue(figures.percentile95, figures.unit),
      })),
    },
  };
}

/** Neither states, of which a mean says nothing, nor counters beside their rates; metric by metric. */
function worthReading(figures: ReportEntry['metrics']): ReportEntry['metrics'] {
  const names = new Set(figures.map((one) => one.metric));
  const place = new Map([...names].map((name, index) => [name, index]));
  return figures
    .filter(({ metric }) => !isState(metric) && !names.has(`${metric}.rate`))
    .sort((a, b) => (place.get(a.metric) ?? 0) - (place.get(b.metric) ?? 0));
}

const ranges = (range: string, chosen: boolean, href: (name: string) => string): readonly PageNode[] =>
  RANGE_NAMES.map((name) => ({
    name,
    label: RANGES[name].label,
    selected: chosen && name === range,
    href: href(name),
  }));

/** Where it is shown, and its figures as people read them. The order is that of the reports. */
function reportNode(entry: ReportEntry, base: string): PageNode {
  const known = entry.states.reduce((sum, state) => sum + state.seconds, 0);
  let start = 0;
  const count = (...severities: readonly string[]) =>
    entry.events.filter((one) => severities.includes(one.severity)).reduce((sum, one) => sum + one.count, 0);
  return {
    element: entry.element,
    href: elementNameLink(base, entry.element) ?? '',
    reportHref: link(base, '/report', { element: entry.element }),
    ...(parseElementName(entry.element) ?? {}),
    ...(entry.availability === undefined ? {} : { availability: percent(entry.availability) }),
    ...(entry.response
      ? {
          responseMean: formatValue(entry.response.mean, 'ms'),
          response95: formatValue(entry.response.percentile95, 'ms'),
        }
      : {}),
    polls: formatValue(entry.polls, '1'),
    failed: formatValue(entry.pollsFailed, '1'),
    severe: count('major', 'critical'),
    mild: count('warning', 'minor'),
    STATE: entry.states.map(({ status, seconds }) => {
      const share = known > 0 ? (100 * seconds) / known : 0;
      const node = {
        status,
        start: `${start.toFixed(3)}%`,
        share: `${share.toFixed(3)}%`,
        time: formatDuration(seconds * 1_000),
      };
      start += share;
      return node;
    }),
  };
}

/** Never rounded up to 100: what was not always there was not always there. */
function percent(share: number): string {
  if (share >= 1) return '100\u00a0%';
  const digits = share > 0.999 ? 3 : 2;
  return `${(Math.floor(share * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)}\u00a0%`;
}
