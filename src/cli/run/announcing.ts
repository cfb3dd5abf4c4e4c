/** Announcements of a manager to its group, and what is made of those of others: a question, no more. */
import type { Env } from '../../base/env.js';
import type { PeerToPeerManager } from '../../manager/peer-to-peer-manager.js';
import { Acquaintance, type AcquaintanceParts } from '../../manager/pool/acquaintance.js';
import { managerUrl } from '../../model/manager.js';
import { type OwnState, openAnnouncements } from '../../peer/announcement/channel.js';
import type { PoolKeys } from '../../peer/security/pool-keys.js';

export interface AnnouncingParts {
  readonly env: Env;
  readonly manager: PeerToPeerManager;
  readonly keys: () => PoolKeys | undefined;
  /** IP addresses at which the manager listens. */
  readonly listening: readonly string[];
  readonly fresh: AcquaintanceParts['fresh'];
}

/** What has changed goes out so soon. */
const LOOK_MS = 250;

/** @returns Ends it; undefined for a manager whose configuration names no group. */
export function startAnnouncing(parts: AnnouncingParts): (() => Promise<void>) | undefined {
  const { env, manager, keys, listening, fresh } = parts;
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
  const { directory } = manager;
  const acquaintance = new Acquaintance({ env, directory, fresh, met: (other) => member.met(other) });
  channel.onHeard((announcement) => {
    if (announcement.id !== id) void acquaintance.hear(announcement.id, announcement.uri);
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
