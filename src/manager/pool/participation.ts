/** Whether and how a manager takes part in a pool, as its configuration says. Pure. */
import type { Settings } from '../../config/settings.js';
import type { ManagerRole } from '../../model/manager.js';
import type { Base } from '../../pool/decisions.js';
import type { PoolNodeOptions } from '../../pool/node/state.js';

export type Membership = PoolNodeOptions['membership'];

const HEARTBEAT_MS = 500;
const FORGET_MS = 60_000;

/**
 * With `POOL` it is in the pool of that name. Without, an integration manager leads those that name it first and have no
 * `POOL` either, as the only voter; a manager that names no integration manager is alone.
 * @param poolId Drawn for this start.
 */
export function membershipOf(settings: Settings, role: ManagerRole, poolId: string): Membership | undefined {
  const { id, pool, site, address, neighbors, integrationManagers, managers } = settings;
  const others = [...neighbors, ...integrationManagers, ...managers].map((one) => one.id);
  const names = [...new Set(others)].filter((name) => name !== id);
  const common = {
    names,
    poolId,
    role,
    priority: pool?.priority ?? 0,
    address,
    heartbeatMs: pool?.heartbeatMs ?? HEARTBEAT_MS,
    forgetMs: pool?.forgetMs ?? FORGET_MS,
    quorum: pool?.quorum ?? 'majority',
    founds: pool?.found ?? false,
    ...(site && { site: site.id }),
  } as const;
  if (pool) {
    // An integration manager is a witness; one that is given a rank may be master as well.
    const stands = role === 'EM' || pool.priority > 0;
    return { ...common, name: pool.name ?? 'ptpmgr', stands, leads: false };
  }
  if (role === 'EIM') return { ...common, name: ledBy(id), stands: true, leads: true };
  const [leader] = integrationManagers;
  return leader && { ...common, name: ledBy(leader.id), stands: false, leads: false, follows: leader.id };
}

/** Of the managers without a pool of their own that name this integration manager first. */
const ledBy = (integrationManager: string): string => `led by ${integrationManager}`;

/** What a manager begins with that has never been in a pool. */
export const blankBase = ({ heartbeatMs }: Pick<Membership, 'heartbeatMs'>): Base => ({
  index: 0,
  term: 0,
  roster: { pool: '', version: 0, members: [], heartbeatMs },
  inventory: undefined,
});
