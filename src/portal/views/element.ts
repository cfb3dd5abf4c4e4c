/** `/devices/ID` and its like: how one element is, why, and what it measures. */
import { PtpError } from '../../base/errors.js';
import { type ElementKind, elementName } from '../../model/element.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { Status } from '../../model/status.js';
import { formatDuration, formatValue } from '../format.js';
import { type InterfaceRow, interfacesOf, TRAFFIC_IN } from '../interfaces.js';
import { elementLink, elementNameLink, link, plural } from '../links.js';
import type { Answer, PageContent, PageNode } from '../page-data.js';
import { RANGE_NAMES, RANGES, rangeName } from '../query.js';
import { type ElementRow, rowNode, rowsOf } from '../rows.js';
import { isNumeric, valueGroups } from '../values.js';
import { type ChosenMetric, mainChart, metricFor } from './element-chart.js';
import { eventNodes } from './event-nodes.js';
import { type Sparks, sparklines } from './sparklines.js';
import { scopeOf, type ViewContext } from './view.js';

const LATEST_EVENTS = 8;

export async function elementPage(context: ViewContext, kind: ElementKind, id: string): Promise<PageContent> {
  const { ask, base, now, query, identity } = context;
  const name = elementName(kind, id);
  const answer = await askOne(context, kind, name);
  const row = rowsOf(answer.content.PTP_STORE, kind).find(({ entry }) => entry.id === id);
  if (!row)
    throw new PtpError('Client.NotFound', `there is no ${kind} "${id}" here; ${plural(kind)} lists those that are`);
  const { metrics } = row.entry;

  const interfaces = interfacesOf(metrics);
  const range = rangeName(query, '1h');
  const chosen = metricFor(query, metrics, interfaces);
  const [events, chart, sparks] = await Promise.all([
    ask('getEvents', { ...scopeOf(context), element: name, page: 1, pageSize: LATEST_EVENTS }),
    mainChart(context, name, chosen, range),
    sparklines(context, name, metrics),
  ]);

  const here = (changes: Readonly<Record<string, string | undefined>>) => elementLink(base, kind, id, changes);
  const selected = chosen && { metric: chosen.metric, instance: chosen.instance };
  return {
    sheet: 'element',
    title: row.entry.label ?? id,
    refresh: 10,
    answers: [answer, { operation: 'getEvents', content: events }, ...chart.answers],
    own: {
      ELEMENT: {
        ...rowNode(row, base, now),
        kindName: kind,
        listHref: link(base, `/${plural(kind)}`),
        eventsHref: link(base, '/events', { element: name }),
        ...reportLink(base, kind, name),
        ...(query.text('notice') === 'polled' ? { notice: 'polled' } : {}),
        ...(identity.id === row.section.id ? {} : { remote: true }),
        // Told here because a stylesheet cannot count time.
        ACCESS: row.entry.access.map((access) => ({
          method: access.method,
          ago: formatDuration(now - access.time),
          ...(access.responseMs === undefined ? {} : { response: formatValue(access.responseMs, 'ms') }),
        })),
        LINK: neighbors(row, base),
      },
      CHART: {
        ...chart.node,
        ...selected,
        RANGE: RANGE_NAMES.map((one) => ({
          name: one,
          label: RANGES[one].label,
          selected: one === range,
          href: `${here({ ...selected, range: one })}#chart`,
        })),
      },
      INTERFACE: interfaces.map((one) =>
        interfaceNode(one, sparks, chosen, (metric) => `${here({ metric, instance: one.instance, range })}#chart`),
      ),
      GROUP: groupNodes(
        metrics,
        sparks,
        now,
        chosen,
        (metric, instance) => `${here({ metric, instance, range })}#chart`,
      ),
      EVENT: eventNodes(events, base),
    },
  };
}

type OneAnswer = Extract<Answer, { operation: 'getDevices' | 'getServices' | 'getApplications' }>;

async function askOne(context: ViewContext, kind: ElementKind, element: string): Promise<OneAnswer> {
  const input = { ...scopeOf(context), element, detail: 'full' } as const;
  switch (kind) {
    case 'device':
      return { operation: 'getDevices', content: await context.ask('getDevices', input) };
    case 'service':
      return { operation: 'getServices', content: await context.ask('getServices', input) };
    case 'application':
      return { operation: 'getApplications', content: await context.ask('getApplications', input) };
  }
}

/** Reports on single elements are there for devices and services. */
const reportLink = (base: string, kind: ElementKind, name: string): PageNode =>
  kind === 'application' ? {} : { reportHref: link(base, '/report', { element: name }) };

/** Links and parents are configured as ids of devices, or as whole names. */
function neighbors({ entry }: ElementRow, base: string): readonly PageNode[] {
  const href = (id: string) => elementNameLink(base, id) ?? elementLink(base, 'device', id);
  return [
    ...entry.parents.map((id) => ({ relation: 'behind', id, href: href(id) })),
    ...(entry.deviceName === undefined ? [] : [{ relation: 'on', id: entry.deviceName, href: href(entry.deviceName) }]),
    ...entry.links.map(({ to, capacity }) => ({
      relation: 'link',
      id: to,
      href: href(to),
      ...(capacity ? { capacity } : {}),
    })),
  ];
}

function interfaceNode(
  row: InterfaceRow,
  sparks: Sparks,
  chosen: ChosenMetric | undefined,
  href: (metric: string) => string,
): PageNode {
  const bits = (value: number | undefined) => (value === undefined ? '' : formatValue(value, 'bit/s'));
  const rate = (value: number | undefined) => (value === undefined ? '' : formatValue(value, '1/s'));
  const spark = sparks.traffic(row.instance);
  const measured = row.input !== undefined || row.output !== undefined;
  return {
    instance: row.instance,
    ...(row.alias ? { alias: row.alias } : {}),
    ...(row.state ? { state: row.state } : {}),
    // The words of the common data format, so that an interface has the shapes of an element's status.
    condition: interfaceCondition(row),
    disabled: row.disabled,
    speed: bits(row.speed),
    input: bits(row.input),
    output: bits(row.output),
    errors: rate(row.errors),
    discards: rate(row.discards),
    faulty: (row.errors ?? 0) > 0,
    ...(row.utilisation === undefined
      ? {}
      : {
          utilisation: formatValue(row.utilisation, '%'),
          share: `${Math.min(100, row.utilisation).toFixed(1)}%`,
          busy: row.utilisation >= 80,
        }),
    ...(measured ? { href: href(TRAFFIC_IN) } : {}),
    ...(row.errors === undefined ? {} : { errorsHref: href('ifInErrors.rate') }),
    selected: measured && chosen?.metric === TRAFFIC_IN && chosen.instance === row.instance,
    ...(spark ? { spark } : {}),
  };
}

function interfaceCondition({ state, disabled }: InterfaceRow): Status {
  if (state === 'up') return 'normal';
  if (disabled) return 'maintenance';
  return state === 'down' || state === 'lower layer down' ? 'down' : 'unknown';
}

function groupNodes(
  metrics: readonly MetricValue[],
  sparks: Sparks,
  now: number,
  chosen: ChosenMetric | undefined,
  href: (metric: string, instance: string | undefined) => string,
): readonly PageNode[] {
  return valueGroups(metrics).map(({ metric, values }) => ({
    metric,
    count: values.length,
    VALUE: values.map((value) => {
      const spark = sparks.of(value);
      return {
        instance: value.instance,
        text: formatValue(value.value, value.unit),
        ago: formatDuration(now - value.time),
        numeric: isNumeric(value.value),
        ...(isNumeric(value.value) ? { href: href(metric, value.instance || undefined) } : {}),
        selected: chosen?.metric === metric && chosen.instance === value.instance,
        ...(spark ? { spark } : {}),
      };
    }),
  }));
}
