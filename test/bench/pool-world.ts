/** A pool that has been running for long, as all its members have it on disk: what both sides of the measurements begin with. */
import type { ManagerAddress } from '../../src/model/manager.js';
import type { Base } from '../../src/pool/decisions.js';
import type { ElementOffer, InventorySnapshot, ManagerOffer } from '../../src/pool/inventory/inventory.js';
import type { Member, Roster } from '../../src/pool/member.js';
import { nameOf } from '../../src/pool/node/name.js';

export const POOL_ID = 'bench';
/** A longer one lets a machine that is busy with other things be measured: what counts is the work for each beat. */
export const HEARTBEAT_MS = Number(process.env.BENCH_HEARTBEAT_MS ?? 500);
/** Its name sorts behind those of all members, which do not stand anyway. */
export const MASTER = 'master';
/** Members that vote beside the master. */
export const VOTERS = 6;

/** One of the members, or the master. */
export interface Place {
  readonly id: string;
  readonly identity: string;
  readonly incarnation: number;
  readonly address: ManagerAddress;
}

export const memberId = (at: number): string => `m${String(at).padStart(4, '0')}`;

export function rosterOf(master: Place, members: readonly Place[]): Roster {
  const memberAt = ({ id, identity, incarnation, address }: Place, at: number): Member => ({
    id,
    identity,
    incarnation,
    role: 'EM',
    voter: id === MASTER || at < VOTERS,
    stands: id === MASTER,
    priority: id === MASTER ? 100 : 0,
    address,
  });
  const all = [...members.map(memberAt), memberAt(master, 0)];
  return { pool: POOL_ID, version: 3, members: all, settled: true, heartbeatMs: HEARTBEAT_MS };
}

export const managerOffer = ({ id, address }: Pick<Place, 'id' | 'address'>): ManagerOffer => ({
  id,
  role: 'EM',
  address,
  priority: id === MASTER ? 100 : 0,
  capacity: id === MASTER ? 0 : 1_000,
  methods: ['snmp'],
  failover: [],
});

export const elementsOf = (id: string, count: number): readonly ElementOffer[] =>
  Array.from({ length: count }, (_, at) => ({
    name: `device/${id}-${at}`,
    pool: false,
    type: 'router',
    methods: ['snmp'],
    cost: 0.01,
    stationary: false,
    definition: `{"id":"${id}-${at}","type":"router","accesses":[{"method":"snmp","interval":10000,"ip":"10.1.2.3"}]}`,
  }));

/** Every element is at home, with the next member as its stand-in. */
export function inventoryOf(members: readonly Place[], elementsEach: number): InventorySnapshot {
  const epoch = { term: 1, number: 1, giver: MASTER };
  const managers = members.map((place) => {
    const offer = managerOffer(place);
    return { ...offer, standing: 'alive' as const, offered: nameOf(offer, elementsOf(place.id, elementsEach)) };
  });
  const elements = members.flatMap(({ id }) => elementsOf(id, elementsEach).map((one) => ({ ...one, listedBy: [id] })));
  const owned = members.flatMap(({ id }, at) => {
    const standIn = members[(at + 1) % members.length]?.id;
    return elementsOf(id, elementsEach).map(({ name }) => ({
      element: name,
      owner: id,
      standIn,
      epoch,
      reason: 'home',
    }));
  });
  return { managers, elements, owned };
}

export const baseOf = (roster: Roster, inventory: InventorySnapshot | undefined): Base => ({
  index: 10,
  term: 1,
  roster,
  inventory,
});

/** The value below which that share of them lies; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
