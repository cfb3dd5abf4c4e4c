/** Announcements of a manager to its group, and what is made of those of others: a question, no more. */
import type { Env } from '../../base/env.js';
import type { PeerToPeerManager } from '../../manager/peer-to-peer-manager.js';
import { managerUrl } from '../../model/manager.js';
import type { Announcement } from '../../peer/announcement/announcement.js';
import { type OwnState, openAnnouncements } from '../../peer/announcement/channel.js';
import type { PoolKeys } from '../../peer/security/pool-keys.js';

export interface AnnouncingParts {
  readonly env: Env;
  readonly manager: PeerToPeerManager;
  readonly keys: () => PoolKeys | undefined;
  /** IP addresses at which the manager listens. */
  readonly listening: readonly string[];
}

/** What has changed goes out so soon. */
const LOOK_MS = 250;
/** One manager is met so often. */
const MEET_MS = 1_000;
/** Managers that are remembered for that. */
const MOST_MET = 4_096;

/** @returns Ends it; undefined for a manager whose configuration names no group. */
export function startAnnouncing(parts: AnnouncingParts): (() => Promise<void>) | undefined {
  const { env, manager, keys, listening } = parts;
  const { id, address, pool } = manager.settings;
  const { member } = manager;
  if (!pool?.group || !member) return undefined;
  const channel = openAnnouncements({
    env,
    id,
    incarnation: manager.incarnation,
    uri: managerUrl(address),
    group: pool.group,
    listening,
    keys,
  });
  const metMs = new Map<string, number>();
  channel.onHeard((announcement) => {
    if (announcement.id === id) return;
    const nowMs = env.clock.monotonic();
    if (nowMs - (metMs.get(announcement.id) ?? Number.NEGATIVE_INFINITY) < MEET_MS) return;
    if (metMs.size >= MOST_MET) metMs.clear();
    metMs.set(announcement.id, nowMs);
    void meet(manager, announcement);
  });
  let isOver = false;
  const look = (): void => {
    if (isOver) return;
    channel.announce(stateOf(manager));
    env.clock.after(LOOK_MS, look);
  };
  look();
  return async () => {
    isOver = true;
    channel.announce(stateOf(manager));
    await channel.close();
  };
}

/** Whoever announces itself is asked who it is; only its own answer counts. */
async function meet(manager: PeerToPeerManager, { id, uri }: Announcement): Promise<void> {
  const { directory, member } = manager;
  if (!directory.get(id)) {
    const url = new URL(uri);
    directory.add({ id, role: 'EM', origin: url.origin, context: url.pathname.replace(/^\/|\/$/g, '') }, 'registered');
    await directory.ask(id);
  }
  if (directory.get(id)?.reach === 'alive') member?.met(id);
}

function stateOf(manager: PeerToPeerManager): OwnState {
  const { view } = manager.pool;
  return {
    state: manager.state === 'running' ? view.role : manager.state,
    term: view.term,
    rosterVersion: view.rosterVersion,
    priority: manager.settings.pool?.priority ?? 0,
    wasMaster: false,
    load: Math.min(1, manager.meter.load()),
    members: Math.max(1, manager.member?.size ?? 1),
  };
}
