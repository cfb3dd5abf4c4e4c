/** The first page: what needs attention, counts by status, managers, latest events. */
import { ELEMENT_KINDS } from '../../model/element.js';
import { STATUSES, type Status, URGENCY } from '../../model/status.js';
import type { Output } from '../../xml/messages/operations.js';
import { link } from '../links.js';
import type { Answer, PageContent, PageNode } from '../page-data.js';
import { poolFacts } from '../pool-facts.js';
import { lookAtPool } from '../pool-look.js';
import { compareRows, needsAttention, rowNode, rowsOf } from '../rows.js';
import { countNodes, OPEN_SEVERITIES } from './alarm-nodes.js';
import { eventNodes } from './event-nodes.js';
import { managerNodes } from './manager-nodes.js';
import { NO_POOL, poolNode } from './pool-nodes.js';
import { scopeOf, type ViewContext } from './view.js';

/** More than this a person does not take in at a glance; the lists have the rest. */
const MOST_ATTENTION = 20;
const LATEST_EVENTS = 8;

export async function home(context: ViewContext): Promise<PageContent> {
  const { ask, base, now } = context;
  const scope = scopeOf(context);
  const worst = { ...scope, sort: '-status', page: 1, pageSize: MOST_ATTENTION, detail: 'summary' } as const;
  const [devices, services, applications, status, neighbors, events, alarms, pool] = await Promise.all([
    ask('getDevices', worst),
    ask('getServices', worst),
    ask('getApplications', worst),
    ask('getStatus', scope),
    ask('getNeighbors', {}),
    ask('getEvents', { ...scope, page: 1, pageSize: LATEST_EVENTS }),
    // Counted over all, however few of them come along.
    ask('getAlarms', { ...scope, state: 'raised', page: 1, pageSize: 1 }),
    lookAtPool(context),
  ]);

  const stores = { device: devices.PTP_STORE, service: services.PTP_STORE, application: applications.PTP_STORE };
  const attention = ELEMENT_KINDS.flatMap((kind) => rowsOf(stores[kind], kind))
    .filter(({ entry }) => needsAttention(entry.status))
    .sort(compareRows('-status'))
    .slice(0, MOST_ATTENTION);

  const answers: readonly Answer[] = [
    { operation: 'getDevices', content: devices },
    { operation: 'getServices', content: services },
    { operation: 'getApplications', content: applications },
    { operation: 'getStatus', content: status },
    { operation: 'getNeighbors', content: neighbors },
    { operation: 'getEvents', content: events },
    { operation: 'getAlarms', content: { ...alarms, alarms: [] } },
  ];

  const facts = pool && (await poolFacts(pool));
  const managers = managerNodes(context, status, neighbors, facts?.view);
  const listed = devices.total + services.total + applications.total;

  return {
    sheet: 'home',
    title: 'Overview',
    refresh: 10,
    answers,
    own: {
      SUMMARY: summary(status, listed, managers.filter(isSilent).length),
      LISTS: {
        devices: devices.total,
        services: services.total,
        applications: applications.total,
        devicesHref: link(base, '/devices'),
        servicesHref: link(base, '/services'),
        applicationsHref: link(base, '/applications'),
      },
      POOL: facts ? poolNode(facts, { base, self: context.identity.id, neighbors }) : NO_POOL,
      ROW: attention.map((row) => rowNode(row, base, now)),
      MANAGER: managers,
      EVENT: eventNodes(events, base),
      ALARMS: { ...countNodes(openCounts(status), base), unseen: alarms.total },
    },
  };
}

/** Of all managers that answered. */
const openCounts = ({ managers }: Output<'getStatus'>) =>
  OPEN_SEVERITIES.map((severity) => ({
    severity,
    count: managers.reduce((sum, { alarms }) => sum + (alarms.find((one) => one.severity === severity)?.count ?? 0), 0),
  })).filter(({ count }) => count > 0);

/** One that was shut down in order has said so before. */
const isSilent = ({ condition, standingCondition }: PageNode): boolean =>
  (condition === 'down' || condition === 'unreachable') && standingCondition !== 'maintenance';

/**
 * Elements by status over all managers, the most urgent first, with their share for the bar.
 * @param listed All elements, also those of managers that do not answer: of these nobody knows how they are.
 * @param silent Managers that do not answer. A person must not read that all is well while there is one.
 */
function summary({ managers }: Output<'getStatus'>, listed: number, silent: number): PageNode {
  const counts = new Map<Status, number>();
  const add = (status: Status, count: number) => counts.set(status, (counts.get(status) ?? 0) + count);
  for (const manager of managers) for (const { status, count } of manager.elements) add(status, count);
  const counted = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (silent > 0 && listed > counted) add('unknown', listed - counted);
  const present = STATUSES.filter((status) => (counts.get(status) ?? 0) > 0).sort((a, b) => URGENCY[b] - URGENCY[a]);
  const total = present.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0);
  const attention = present.filter(needsAttention).reduce((sum, status) => sum + (counts.get(status) ?? 0), 0);
  let start = 0;
  return {
    total,
    attention,
    silent,
    unknown: counts.get('unknown') ?? 0,
    worst: present[0] ?? 'unknown',
    COUNT: present.map((status) => {
      const count = counts.get(status) ?? 0;
      const share = (100 * count) / total;
      const node = { status, count, start: `${start.toFixed(3)}%`, share: `${share.toFixed(3)}%` };
      start += share;
      return node;
    }),
  };
}
