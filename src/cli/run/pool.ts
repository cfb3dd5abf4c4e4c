/** What a manager needs to take part in a pool: its journal, and the ways to the other members. */
import { networkInterfaces } from 'node:os';
import type { Env } from '../../base/env.js';
import type { Settings } from '../../config/settings.js';
import type { Directory } from '../../manager/directory.js';
import type { PoolParts } from '../../manager/manager-parts.js';
import { PoolLink } from '../../manager/pool/link/pool-link.js';
import { Questions } from '../../manager/pool/link/questions.js';
import { blankBase, membershipOf } from '../../manager/pool/participation.js';
import type { PoolMember, PoolWire } from '../../manager/pool/pool-member.js';
import { openSealKeys } from '../../manager/pool/sealing.js';
import type { PeerConnector } from '../../peer/peer-connector.js';
import type { DataDir } from '../../store/data-dir.js';
import { openPoolJournal, type PoolJournal } from '../../store/pool-journal.js';
import type { Store } from '../../store/store.js';
import { takeWasMaster } from './was-master.js';

export interface OpenedPool {
  readonly parts: PoolParts;
  readonly journal: PoolJournal;
  /** What the journal has synced is told from then on. */
  begin(member: PoolMember): void;
}

export interface OpenPoolOptions {
  readonly env: Env;
  readonly settings: () => Settings;
  readonly data: DataDir;
  readonly store: Store;
  readonly connector: PeerConnector;
  readonly hasKey: boolean;
}

const NO_MAC = '00:00:00:00:00:00';

/** Undefined for a manager whose configuration wants no pool. @throws PtpError when the journal cannot be read. */
export async function openPool(options: OpenPoolOptions): Promise<OpenedPool | undefined> {
  const { env, settings, data, store, connector, hasKey } = options;
  const { id, role } = settings();
  const membership = membershipOf(settings(), role, env.random.bytes(12).toString('hex'));
  if (!membership) return undefined;
  let member: PoolMember | undefined;
  const journal = await openPoolJournal(data, {
    env,
    id,
    blank: blankBase(membership),
    synced: (mark) => member?.stored(mark),
    onFault: (fault) => fault && env.log.error('the journal of the pool cannot be written', { reason: fault }),
  });
  const link = (owner: () => PoolMember, directory: Directory): PoolWire =>
    wireTo(options, connector, owner, directory);
  return {
    journal,
    parts: {
      membership,
      durable: journal.durable,
      append: (change, mark) => journal.append(change, mark),
      fault: () => journal.fault,
      candidate: { ...placeOf(settings()), wasMaster: await takeWasMaster(store, env) },
      hasKey,
      sealKeys: await openSealKeys(data.path('seal-key'), env.random),
      link,
    },
    begin(started) {
      member = started;
    },
  };
}

function wireTo(
  { env }: OpenPoolOptions,
  connector: PeerConnector,
  member: () => PoolMember,
  directory: Directory,
): PoolWire {
  const peer = (id: string) => (directory.get(id) ? directory.peer(id) : undefined);
  const address = (id: string) => directory.get(id)?.address;
  const poolLink = new PoolLink({ env, peer, heartbeatMs: () => member().heartbeatMs });
  const questions = new Questions({
    env,
    address,
    fresh: (to, by, withinMs) => connector.fresh(to, by, withinMs),
    standing: (id) => connector.standing(id),
  });
  const unhear = connector.onBroken((id, how) => member().broken(id, how));
  return {
    send: (envelope) => poolLink.send(envelope),
    ask: (id, by, withinMs, tell) => questions.ask(id, by, withinMs, tell),
    askFor: (id, withinMs) => questions.askFor(id, withinMs),
    knows(known) {
      // What the configuration says of a neighbour is what this manager goes by.
      const relation = directory.get(known.id)?.relation ?? 'told';
      if (relation !== 'told') return;
      try {
        directory.add(known, relation);
      } catch (thrown) {
        // It must not keep the member from whatever else it has to do.
        env.log.debug('a manager is not taken into the directory', { manager: known.id, reason: String(thrown) });
      }
    },
    forget: (id) => poolLink.forget(id),
    close() {
      unhear();
      poolLink.close();
    },
  };
}

/** For the rank of two candidates that are alike otherwise. */
function placeOf({ bind }: Settings): { ip: string; mac: string } {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  const own = all.find(({ address }) => address === bind.host) ?? all.find(({ internal }) => !internal);
  return { ip: bind.host, mac: own?.mac ?? NO_MAC };
}
