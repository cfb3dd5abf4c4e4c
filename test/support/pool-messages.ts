/** Arbitrary messages between managers of a pool, of every kind, as fast-check makes them. */
import fc from 'fast-check';
import type { Epoch, ManagerAddress } from '../../src/model/manager.js';
import { MANAGER_ROLES, MANAGER_STATES } from '../../src/model/manager.js';
import type { Decision } from '../../src/pool/decisions.js';
import type { Heartbeat } from '../../src/pool/detection/state.js';
import type { Bundle, Order } from '../../src/pool/holding/state.js';
import type { ElementOffer, ManagerOffer } from '../../src/pool/inventory/inventory.js';
import type { Member, Roster } from '../../src/pool/member.js';
import type { Seeker } from '../../src/pool/membership/founding.js';
import type { PoolEnvelope, PoolMessage } from '../../src/pool/node/messages.js';
import { cleanText } from '../../src/xml/write.js';

type Arbitrary<T> = fc.Arbitrary<T>;

/** Words that XML can carry, the worst of them included. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('', ' ', '<a>&amp;</a>', ']]>', '\r\n', '\t x ', '007', '__proto__', '\u{1F600}', '{"a":"\\n"}'),
  )
  .map(cleanText);
const id = fc.oneof(
  fc.constantFrom('em1', 'em2', 'eim 1', 'a<b>&c', 'x.y'),
  text.map((one) => one || 'x'),
);
const count = fc.oneof(fc.nat(), fc.maxSafeNat());
const ms = fc.oneof(
  fc.nat(100_000),
  fc.double({ min: 0, max: 1e9, noNaN: true }).map((one) => one + 0),
);
const span = fc.double({ min: 0.001, max: 3_600_000, noNaN: true });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const role = fc.constantFrom(...MANAGER_ROLES);
const epoch: Arbitrary<Epoch> = fc.record({ term: fc.nat(), number: fc.nat(), giver: id });
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(cleanText(JSON.stringify(value))) as unknown);

/** Optional properties are there or not; they are never undefined. */
const record = <T extends object>(
  required: { readonly [K in keyof T as undefined extends T[K] ? never : K]: Arbitrary<T[K]> },
  optional: { readonly [K in keyof T as undefined extends T[K] ? K : never]: Arbitrary<NonNullable<T[K]>> },
): Arbitrary<T> =>
  fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) } as never) as Arbitrary<T>;

const some = <T>(one: Arbitrary<T>) => fc.array(one, { maxLength: 3 });
const starts = fc
  .oneof(fc.uniqueArray(fc.nat(9_000_000), { maxLength: 5 }), fc.uniqueArray(fc.nat(9_000_000), { maxLength: 40 }))
  .map((numbers) => numbers.sort((a, b) => a - b));
const start = fc.record({ identity: id, incarnation: count, starts });
const tip = fc.record({ term: count, index: count });

const addressOf = (owner: { readonly id: string; readonly role: ManagerAddress['role'] }): Arbitrary<ManagerAddress> =>
  record<ManagerAddress>(
    { id: fc.constant(owner.id), role: fc.constant(owner.role), origin: id, context: text },
    { name: text, socket: fc.record({ host: id, port: fc.integer({ min: 1, max: 65_535 }) }) },
  );
/** What has an id and a role has an address of the same. */
const addressed = <T extends { readonly id: string; readonly role: ManagerAddress['role'] }>(
  one: Arbitrary<T>,
  always: boolean,
): Arbitrary<T> =>
  one.chain((owner) =>
    fc
      .option(addressOf(owner), { nil: undefined, freq: always ? Number.MAX_SAFE_INTEGER : 2 })
      .map((address) => (address ? { ...owner, address } : owner)),
  );

const member: Arbitrary<Member> = addressed<Member>(
  record<Omit<Member, 'address'>>(
    {
      id,
      identity: id,
      incarnation: count,
      role,
      voter: fc.boolean(),
      stands: fc.boolean(),
      priority: number,
    },
    { site: text },
  ),
  false,
);
const roster: Arbitrary<Roster> = record<Roster>(
  { pool: text, version: count, members: some(member), heartbeatMs: span },
  { quorum: fc.constantFrom('majority' as const, 'none' as const), settled: fc.boolean() },
);
const decision: Arbitrary<Decision> = fc.oneof(
  fc.constant({ is: 'term' } as const),
  fc.record({ is: fc.constant('roster' as const), roster }),
  fc.record({ is: fc.constant('inventory' as const), change: json }),
);
const entries = some(fc.record({ index: count, term: count, decision }));
const base = fc.record({ term: count, index: count, roster, inventory: fc.oneof(json, fc.constant(undefined)) });

const manager: Arbitrary<ManagerOffer> = id.chain((own) =>
  role.chain((as) =>
    record<ManagerOffer>(
      {
        id: fc.constant(own),
        role: fc.constant(as),
        address: addressOf({ id: own, role: as }),
        priority: number,
        capacity: amount,
        failover: some(record<ManagerOffer['failover'][number]>({ id }, { types: some(id) })),
      },
      { site: text, types: some(id), methods: some(id) },
    ),
  ),
);
const element: Arbitrary<ElementOffer> = record<ElementOffer>(
  { name: id, pool: fc.boolean(), methods: some(id), cost: amount, stationary: fc.boolean(), definition: text },
  { type: text },
);
const seeker: Arbitrary<Seeker> = addressed<Seeker>(
  record<Omit<Seeker, 'address'>>(
    {
      id,
      identity: id,
      incarnation: count,
      starts,
      name: text,
      role,
      stands: fc.boolean(),
      priority: number,
      names: some(id),
    },
    { site: text, tried: count },
  ),
  false,
);
const polls = { due: count, done: count };
export const heartbeat: Arbitrary<Heartbeat> = record<Heartbeat>(
  {
    incarnation: count,
    state: fc.constantFrom(...MANAGER_STATES),
    load: amount,
    polls: fc.record(polls),
    parts: some(fc.record({ part: text, ...polls })),
  },
  { trouble: text },
);
const bundle: Arbitrary<Bundle> = fc.record({
  element: id,
  epoch,
  cursors: some(fc.record({ intervalMs: span, next: count, dueInMs: number })),
  body: text,
});
type OrderOf<K extends Order['is']> = Extract<Order, { is: K }>;
const order: Arbitrary<Order> = fc.oneof(
  record<OrderOf<'own'>>(
    { is: fc.constant('own'), element: id, epoch },
    { standIn: id, definition: text, reason: text, former: id },
  ),
  record<OrderOf<'await'>>(
    { is: fc.constant('await'), element: id, epoch, from: id },
    { standIn: id, definition: text, reason: text },
  ),
  record<OrderOf<'give'>>(
    { is: fc.constant('give'), element: id, epoch, to: id, staysStandIn: fc.boolean() },
    { reason: text },
  ),
  record<OrderOf<'standIn'>>({ is: fc.constant('standIn'), element: id, epoch, owner: id }, {}),
  record<OrderOf<'drop'>>({ is: fc.constant('drop'), element: id }, { epoch }),
);

const rank = fc.record({ priority: number, wasMaster: fc.boolean(), uptimeMs: ms, ip: text, mac: text, id });
const yes = fc.boolean();

type Contents = {
  readonly [K in PoolMessage['is']]: Arbitrary<Omit<Extract<PoolMessage, { is: K }>, 'is'>>;
};
const CONTENTS: Contents = {
  seek: fc.record({ seeker }),
  seeking: fc.record({ seekers: some(seeker) }),
  inPool: fc.record({ pool: id, name: text, master: fc.option(id, { nil: undefined }) }),
  found: fc.record({ name: text, roster }),
  join: fc.record({ start, manager, stands: yes }),
  offer: fc.record({
    offered: text,
    part: fc.nat(100),
    parts: fc.nat(100),
    manager,
    elements: some(element),
  }),
  left: fc.constant({}),
  canvass: fc.record({ term: count, round: count, rank, tip }),
  canvassed: fc.record({ term: count, round: count, would: yes, higher: yes }),
  vote: fc.record({ term: count, tip }),
  voted: fc.record({ term: count, granted: yes, tip }),
  yield: fc.record({ term: count, successor: fc.option(id, { nil: undefined }) }),
  beaten: fc.record({ term: count, heartbeat, roster: count, wantsOffer: yes, inOrder: yes }),
  roster: fc.record({ term: count, roster }),
  renew: record<Omit<Extract<PoolMessage, { is: 'renew' }>, 'is'>>(
    { term: count, sequence: count, leaseMs: span, before: tip, entries, confirmed: count },
    { rank },
  ),
  renewed: record<Omit<Extract<PoolMessage, { is: 'renewed' }>, 'is'>>(
    { term: count, sequence: count, promised: yes },
    { rank },
  ),
  kept: fc.record({ term: count, match: count, refused: fc.option(count, { nil: undefined }) }),
  install: fc.record({ term: count, base, entries, confirmed: count }),
  fetch: fc.record({ term: count }),
  fetched: fc.record({ term: count, base, entries }),
  beat: fc.record({
    term: count,
    heartbeat,
    roster: count,
    held: text,
    offered: text,
    settled: some(fc.record({ element: id, epoch })),
    wants: fc.constantFrom('alive' as const, 'keeping' as const, 'leaving' as const),
  }),
  probe: fc.record({ member: id, round: count, withinMs: span }),
  probed: record<Omit<Extract<PoolMessage, { is: 'probed' }>, 'is'>>(
    {
      member: id,
      round: count,
      outcome: fc.constantFrom('alive', 'paused', 'mute', 'refused', 'reset', 'closed', 'nothing'),
    },
    { incarnation: count },
  ),
  orders: fc.record({ term: count, sequence: count, all: yes, more: yes, orders: some(order) }),
  ordered: fc.record({ term: count, sequence: count }),
  give: fc.record({ epoch, bundle }),
  taken: fc.record({ element: id, epoch, first: some(count) }),
  notTaken: fc.record({ element: id, epoch, reason: text }),
  warm: fc.record({ bundle }),
};

export const POOL_MESSAGE_KINDS = Object.keys(CONTENTS) as PoolMessage['is'][];

/** Envelopes with a message of that kind. */
export const envelopes = (kind: PoolMessage['is']): Arbitrary<PoolEnvelope> =>
  fc
    .record({
      from: fc.record({ id, identity: id, incarnation: count, starts }),
      to: id,
      toIncarnation: fc.option(count, { nil: undefined }),
      pool: fc.option(text, { nil: undefined }),
      content: CONTENTS[kind],
    })
    // The table above has the content of every kind beside its name.
    .map(({ content, ...envelope }) => ({ ...envelope, message: { is: kind, ...content } as PoolMessage }));
