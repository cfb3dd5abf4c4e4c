/** Managers as the pages list them: this one, those that answered, and those that are only known of. Pure. */
import type { PoolMemberView, PoolView } from '../../manager/pool/pool-service.js';
import { managerUrl } from '../../model/manager.js';
import { URGENCY } from '../../model/status.js';
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration, formatValue } from '../format.js';
import { managerLink } from '../links.js';
import type { PageNode } from '../page-data.js';
import { needsAttention } from '../rows.js';
import { memberFacts } from './pool-nodes.js';
import type { ViewContext } from './view.js';
import { workloadFacts } from './workload.js';

export type ManagerStatus = Output<'getStatus'>['managers'][number];
export type Neighbor = Output<'getNeighbors'>['neighbors'][number];

/**
 * `MANAGER` for each, this one first, then by id. The answers have the rest; they are joined by the id.
 * @param pool Whose members are among them, with what it knows of each.
 */
export function managerNodes(
  context: Pick<ViewContext, 'identity' | 'base' | 'handedThrough'>,
  status: Output<'getStatus'>,
  neighbors: Output<'getNeighbors'>,
  pool?: PoolView,
): readonly PageNode[] {
  const statuses = new Map(status.managers.map((manager) => [manager.id, manager]));
  const known = new Map(neighbors.neighbors.map((neighbor) => [neighbor.id, neighbor]));
  const self = context.identity.id;
  const members = new Map((pool?.members ?? []).map((member) => [member.id, member]));
  const missing = status.missing.map(({ manager }) => manager);
  const ids = [...new Set([...statuses.keys(), ...known.keys(), ...missing, ...members.keys()])];
  ids.sort((a, b) => Number(b === self) - Number(a === self) || (a < b ? -1 : 1));
  const reasons = new Map(status.missing.map(({ manager, reason }) => [manager, reason]));
  return ids.map((id) => {
    const member = members.get(id);
    const facts = pool && member ? memberFacts(member, pool, self) : {};
    return { ...managerNode(context, id, statuses.get(id), known.get(id), reasons.get(id), member), ...facts };
  });
}

function managerNode(
  { identity, base, handedThrough }: Pick<ViewContext, 'identity' | 'base' | 'handedThrough'>,
  id: string,
  status: ManagerStatus | undefined,
  neighbor: Neighbor | undefined,
  missing: string | undefined,
  member: PoolMemberView | undefined,
): PageNode {
  const name = status?.name ?? neighbor?.name ?? member?.address?.name;
  const state = status?.state ?? neighbor?.state;
  const role = status?.role ?? neighbor?.role ?? member?.role;
  const reason = neighbor?.reason ?? missing;
  const self = id === identity.id;
  const address = status ?? neighbor ?? (member?.address && { ...member.address, uri: member.address.origin });
  return {
    id,
    self,
    href: managerLink(base, id),
    // Status words that elements have too, so that the same shapes serve: see `condition`.
    condition: condition(self, status, neighbor, missing),
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role }),
    ...(state === undefined ? {} : { state }),
    ...(reason === undefined ? {} : { reason }),
    ...(address ? { portal: managerUrl({ origin: address.uri, context: address.context }) } : {}),
    ...(handedThrough.includes(id) && !self ? { pages: `${managerLink(base, id)}/` } : {}),
    ...(status ? statusFacts(status) : {}),
    ...(neighbor?.age === undefined ? {} : { heard: formatDuration(neighbor.age * 1_000) }),
  };
}

/** What the state of a manager means to the person who looks at it. */
function condition(
  self: boolean,
  status: ManagerStatus | undefined,
  neighbor: Neighbor | undefined,
  missing: string | undefined,
): string {
  if (!self && (neighbor?.reach === 'unreachable' || neighbor?.reach === 'refused')) return 'down';
  if (missing !== undefined) return 'unreachable';
  const state = status?.state ?? neighbor?.state;
  if (state === 'paused' || state === 'draining') return 'maintenance';
  if (state === 'stopped') return 'down';
  if (status?.health === 'failing') return 'critical';
  if (status?.health === 'degraded' || status?.configFault) return 'warning';
  return state === 'running' || neighbor?.reach === 'alive' ? 'normal' : 'unknown';
}

function statusFacts(status: ManagerStatus): PageNode {
  const count = (wanted: (name: ManagerStatus['elements'][number]['status']) => boolean) =>
    status.elements.filter((one) => wanted(one.status)).reduce((sum, one) => sum + one.count, 0);
  return {
    elements: count(() => true),
    attention: count(needsAttention),
    uptime: formatDuration(status.uptime * 1_000),
    configRefused: status.health === 'good' && status.configFault !== undefined,
    pollRate: formatValue(status.pollRate, '1/s'),
    pollLag: formatValue(status.pollLag * 1_000, 'ms'),
    load: formatValue(status.load * 100, '%'),
    memory: formatValue(status.memoryBytes, 'By'),
    polls: formatValue(status.pollsDone, '1'),
    failed: formatValue(status.pollsFailed, '1'),
    age: formatDuration(status.age * 1_000),
    ...(status.workload ? workloadFacts(status.workload, status.health) : {}),
    COUNT: [...status.elements].sort((a, b) => URGENCY[b.status] - URGENCY[a.status]),
    ...(status.storeBytes === undefined ? {} : { store: formatValue(status.storeBytes, 'By') }),
  };
}
