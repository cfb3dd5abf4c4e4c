/** `/devices/ID` and its like: how one element is, why, and what it measures. */
import type { Discovery, ElementKind } from '../../model/element.js';
import type { AccessState, ElementEntry } from '../../model/ptp-store.js';
import type { Status } from '../../model/status.js';
import { formatCost, formatDuration, formatNumber, formatValue } from '../format.js';
import { interfaceRequest, listedInterfaces } from '../interface-list.js';
import { interfacesOf, isInterfaceMetric } from '../interfaces.js';
import { elementLink, elementNameLink, link, plural } from '../links.js';
import { naturalPlaces } from '../order.js';
import type { PageContent, PageNode } from '../page-data.js';
import { pageOf, pageWithin, rangeName } from '../query.js';
import { type ElementRow, rowNode } from '../rows.js';
import { ValueSet, valueGroups } from '../values.js';
import { alarmForm, alarmNodes, noticeNode } from './alarm-nodes.js';
import { chartQuestions, mainChart, metricFor, rangeNodes } from './element-chart.js';
import { eventNodes } from './event-nodes.js';
import { interfaceNode, interfacesNode } from './interface-nodes.js';
import { maintenance } from './maintenance.js';
import { metricOfSeveral, metricPage } from './metric.js';
import { elementLinks, oneElement, trimmed } from './one-element.js';
import { ownership } from './ownership.js';
import { sparklines } from './sparklines.js';
import { groupNode, shownGroups } from './value-nodes.js';
import { attempt, scopeOf, type ViewContext } from './view.js';

const LATEST_EVENTS = 8;
const MOST_ALARMS = 20;

export async function elementPage(context: ViewContext, kind: ElementKind, id: string): Promise<PageContent> {
  const { ask, base, now, query, identity } = context;
  const element = await oneElement(context, kind, id);
  const { name, row } = element;
  const { metrics } = row.entry;
  const several = metricOfSeveral(query, metrics);
  if (several) return metricPage(context, element, several);

  const placeOf = naturalPlaces(metrics.map((metric) => metric.instance));
  const all = interfacesOf(metrics);
  const request = interfaceRequest(query);
  const listed = listedInterfaces(all, request, placeOf);
  const page = pageWithin(request, listed.length);
  const interfaces = pageOf(listed, page);

  const groups = valueGroups(metrics, placeOf);
  const range = rangeName(query, '1h');
  const chosen = metricFor(query, groups, all);
  const shown = shownGroups(groups, chosen);
  const remote = identity.id !== row.section.id;
  const here = elementLinks(context, kind, id);
  const [events, alarms, chart, sparks, owned, planned, origin] = await Promise.all([
    ask('getEvents', { ...scopeOf(context), element: name, page: 1, pageSize: LATEST_EVENTS }),
    ask('getAlarms', { element: name, page: 1, pageSize: MOST_ALARMS }),
    mainChart(context, name, chosen, chosen ? chartQuestions(chosen, groups) : [], range),
    sparklines(context, {
      element: name,
      remote,
      metrics,
      traffic: interfaces.map((one) => one.instance),
      values: shown.flatMap((group) => group.values),
    }),
    ownership(context, name, here()),
    maintenance(context, name, here()),
    originNode(context, name),
  ]);

  const look = { sparks, now, chosen, here };
  const onPage = new Set(interfaces.map((one) => one.instance));
  const values = new ValueSet();
  for (const group of shown) for (const value of group.values) values.add(group.metric, value.instance);
  for (const { name: metric, instance } of metrics) {
    if (isInterfaceMetric(metric) && onPage.has(instance)) values.add(metric, instance);
  }
  const { answer, counts } = trimmed(element, (value) => values.has(value));
  return {
    sheet: 'element',
    title: row.entry.label ?? id,
    refresh: 10,
    answers: [
      answer,
      { operation: 'getEvents', content: events },
      { operation: 'getAlarms', content: alarms },
      ...chart.answers,
    ],
    own: {
      ELEMENT: {
        ...rowNode(row, base, now),
        ...counts,
        kindName: kind,
        // Where its forms go: the same place of the same page.
        formHref: here(),
        listHref: link(base, `/${plural(kind)}`),
        eventsHref: link(base, '/events', { element: name }),
        ...followers(row, base, name),
        alarmsHref: link(base, '/alarms', { element: name, state: alarms.total > MOST_ALARMS ? 'all' : 'cleared' }),
        ...reportLink(base, kind, name),
        ...origin,
        ...(query.text('notice') === 'polled' ? { notice: 'polled' } : {}),
        ...(remote ? { remote } : {}),
        ACCESS: accessNodes(row.entry, now),
        LINK: neighbors(row, base),
      },
      ...owned,
      ...planned,
      CHART: {
        ...chart.node,
        ...(chosen && { metric: chosen.metric, instance: chosen.instance }),
        // Without an instance the address would lead to the page of that metric.
        RANGE: rangeNodes(range, (one) => here({ ...(chosen?.instance ? chosen : {}), range: one })),
      },
      ...(all.length > 0 ? { INTERFACES: interfacesNode(all, request, page, here) } : {}),
      INTERFACE: interfaces.map((one) =>
        interfaceNode(one, sparks, chosen, (metric) => `${here({ metric, instance: one.instance })}#chart`),
      ),
      GROUP: shown.map((group) => groupNode(group, look)),
      EVENT: eventNodes(events, base),
      ALARM: alarmNodes(alarms, base, now),
      FORM: alarmForm(context.call, base, here()),
      ...noticeNode(query),
    },
  };
}

/** Told here because a stylesheet cannot count time. */
const accessNodes = ({ access }: ElementEntry, now: number): readonly PageNode[] =>
  access.map((state) => ({
    method: state.method,
    ago: formatDuration(now - state.time),
    ...(state.responseMs === undefined ? {} : { response: formatValue(state.responseMs, 'ms') }),
    ...costFacts(state),
  }));

/** What it costs its owner; of a poll, on the mean. */
function costFacts({ cost, workMs, wallMs, requests, bytes }: AccessState): PageNode {
  if (cost === undefined) return {};
  const figures = [
    workMs === undefined ? [] : [`${formatValue(workMs, 'ms')} of work`],
    wallMs === undefined ? [] : [`${formatValue(wallMs, 'ms')} from beginning to end`],
    requests === undefined ? [] : [`${formatNumber(requests)} ${requests === 1 ? 'request' : 'requests'}`],
    bytes === undefined ? [] : [`${formatValue(bytes, 'By')} received`],
  ].flat();
  return { cost: formatCost(cost), poll: figures.join(', ') };
}

/** Where it comes from, when not from the configuration; only the manager that lists it knows. */
async function originNode({ ask, base }: ViewContext, element: string): Promise<PageNode> {
  const asked = await attempt(ask('getSources', { element }));
  const origin = 'value' in asked ? asked.value.origin : undefined;
  if (!origin) return {};
  const { source, line } = origin;
  return { origin: line === undefined ? source : `${source}, line ${line}`, originHref: link(base, '/sources') };
}

/** What is out has a list of the alarms that follow from that. */
const followers = ({ entry: { status } }: ElementRow, base: string, name: string): PageNode =>
  OUT.has(status) ? { followersHref: link(base, '/alarms', { q: name }) } : {};

const OUT: ReadonlySet<Status> = new Set<Status>(['down', 'unreachable', 'maintenance']);

/** Reports on single elements are there for devices and services. */
const reportLink = (base: string, kind: ElementKind, name: string): PageNode =>
  kind === 'application' ? {} : { reportHref: link(base, '/report', { element: name }) };

const WAYS: Readonly<Record<Discovery, string>> = { lldp: 'LLDP', cdp: 'CDP', bridge: 'bridge table' };

/** Links and parents are configured as ids of devices, or as whole names. */
function neighbors({ entry }: ElementRow, base: string): readonly PageNode[] {
  const href = (id: string) => elementNameLink(base, id) ?? elementLink(base, 'device', id);
  return [
    ...entry.parents.map((id) => ({ relation: 'behind', id, href: href(id) })),
    ...(entry.deviceName === undefined ? [] : [{ relation: 'on', id: entry.deviceName, href: href(entry.deviceName) }]),
    ...entry.links.map(({ to, capacity, label, discovered, managed }) => ({
      relation: discovered === undefined ? 'link' : 'neighbour',
      id: to,
      ...(managed === false ? {} : { href: href(to) }),
      ...(capacity ? { capacity } : {}),
      ...(discovered === undefined ? {} : { by: WAYS[discovered], at: label ?? '' }),
    })),
  ];
}
