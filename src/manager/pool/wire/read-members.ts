/** Managers and elements as messages of the pool describe them. */
import type { ManagerAddress } from '../../../model/manager.js';
import { type Heartbeat, MOST_MEMBERS, MOST_PARTS } from '../../../pool/detection/state.js';
import type { ElementOffer, ManagerOffer } from '../../../pool/inventory/inventory.js';
import type { Member, MemberId, Roster, Start } from '../../../pool/member.js';
import type { Seeker } from '../../../pool/membership/founding.js';
import type { Input } from '../../../xml/messages/operations.js';
import { atMost, duration, joined, maybeNatural, natural, startsOf, whole, wrong } from './values.js';

type Announce = Input<'announce'>;
type WireSeeker = NonNullable<Announce['seek']>['seeker'];
type WireStart = NonNullable<Announce['join']>['start'];
type WireManager = NonNullable<Announce['join']>['manager'];
type WireElement = NonNullable<Announce['offer']>['elements'][number];
type WireRoster = NonNullable<Announce['found']>['roster'];
type WireAddress = WireManager['address'];
type WireNames = WireManager['types'];
type WireHeartbeat = NonNullable<Input<'heartbeat'>['beat']>['heartbeat'];

/** Names in one list: managers that a configuration names, types, methods. */
const MOST_NAMES = 1_000;
/** Access methods of one element. */
const MOST_METHODS = 64;

export const startOf = ({ identity, incarnation, starts }: WireStart, path: string): Start => ({
  identity,
  incarnation: natural(incarnation, `${path}/incarnation`),
  starts: startsOf(starts, `${path}/starts`),
});

function addressOf(id: MemberId, role: ManagerAddress['role'], address: WireAddress, path: string): ManagerAddress {
  const { name, origin, context, socket } = address;
  if (socket && (socket.port < 1 || socket.port > 65_535))
    throw wrong(`${path}/socket/port`, `is ${socket.port}; it should be 1 to 65535`);
  return whole<ManagerAddress>({ id, name, role, origin, context, socket });
}

export const seekerOf = (seeker: WireSeeker, path: string): Seeker =>
  whole<Seeker>({
    ...startOf(seeker, path),
    id: seeker.id,
    name: seeker.name,
    role: seeker.role,
    stands: seeker.stands,
    priority: seeker.priority,
    site: seeker.site,
    address: seeker.address && addressOf(seeker.id, seeker.role, seeker.address, `${path}/address`),
    names: atMost(seeker.names, MOST_NAMES, `${path}/names`),
    tried: maybeNatural(seeker.tried, `${path}/tried`),
  });

export function rosterOf({ pool, version, members, heartbeatMs, quorum, settled }: WireRoster, path: string): Roster {
  atMost(members, MOST_MEMBERS, `${path}/members`);
  return whole<Roster>({
    pool,
    version: natural(version, `${path}/version`),
    members: members.map((member) => memberOf(member, `${path}/members`)),
    heartbeatMs: duration(heartbeatMs, `${path}/heartbeatMs`),
    quorum,
    settled,
  });
}

const memberOf = (member: WireRoster['members'][number], path: string): Member =>
  whole<Member>({
    id: member.id,
    identity: member.identity,
    incarnation: natural(member.incarnation, `${path}/incarnation`),
    role: member.role,
    voter: member.voter,
    stands: member.stands,
    priority: member.priority,
    site: member.site,
    address: member.address && addressOf(member.id, member.role, member.address, `${path}/address`),
  });

const namesOf = (names: WireNames, path: string): readonly string[] | undefined =>
  names && atMost(names.name, MOST_NAMES, path);

export const managerOf = (manager: WireManager, path: string): ManagerOffer =>
  whole<ManagerOffer>({
    id: manager.id,
    role: manager.role,
    address: addressOf(manager.id, manager.role, manager.address, `${path}/address`),
    site: manager.site,
    priority: manager.priority,
    capacity: natural(manager.capacity, `${path}/capacity`),
    types: namesOf(manager.types, `${path}/types`),
    methods: namesOf(manager.methods, `${path}/methods`),
    sealKey: manager.sealKey,
    failover: atMost(manager.failover, MOST_NAMES, `${path}/failover`).map(({ id, types }) =>
      whole<ManagerOffer['failover'][number]>({ id, types: namesOf(types, `${path}/failover/types`) }),
    ),
  });

export const elementOf = (element: WireElement, path: string): ElementOffer =>
  whole<ElementOffer>({
    name: element.name,
    pool: element.pool,
    type: element.type,
    methods: atMost(element.methods, MOST_METHODS, `${path}/methods`),
    cost: natural(element.cost, `${path}/cost`),
    stationary: element.stationary,
    definition: joined(element.definition, `${path}/definition`) ?? '',
  });

export const heartbeatOf = (heartbeat: WireHeartbeat, path: string): Heartbeat =>
  whole<Heartbeat>({
    incarnation: natural(heartbeat.incarnation, `${path}/incarnation`),
    state: heartbeat.state,
    load: natural(heartbeat.load, `${path}/load`),
    polls: { due: natural(heartbeat.due, `${path}/due`), done: natural(heartbeat.done, `${path}/done`) },
    parts: atMost(heartbeat.parts, MOST_PARTS, `${path}/parts`).map(({ part, due, done }) => ({
      part,
      due: natural(due, `${path}/parts/due`),
      done: natural(done, `${path}/parts/done`),
    })),
    trouble: heartbeat.trouble,
  });
