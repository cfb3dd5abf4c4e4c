/** What somebody with the key may say to end a pool: everything from the future, or beyond all bounds. */
import type { Epoch } from '../../src/model/manager.js';
import type { Roster } from '../../src/pool/member.js';
import type { Sender } from '../../src/pool/messages.js';
import type { PoolMessage } from '../../src/pool/node/messages.js';

export interface Hostile {
  /** The id of the pool, and the name that its members want to be in. */
  readonly pool: string;
  readonly name: string;
  readonly speaker: Sender;
  readonly victim: Sender;
  readonly elements: readonly string[];
  /** Terms, indexes, versions, rounds, incarnations. */
  readonly number: number;
}

export function hostileMessages({ pool, name, speaker, victim, elements, number }: Hostile): PoolMessage[] {
  const someone = { role: 'EM', voter: true, stands: true, priority: 9 } as const;
  const start = ({ id, identity, incarnation }: Sender) => ({ id, identity, incarnation });
  const roster: Roster = {
    pool,
    version: number,
    heartbeatMs: 3_600_000,
    members: [{ ...start(speaker), ...someone }],
  };
  const heartbeat = {
    incarnation: number,
    state: 'running',
    load: 0,
    polls: { due: number, done: 0 },
    parts: [],
    trouble: 'x'.repeat(1000),
  } as const;
  const tip = { term: number, index: number };
  const epoch: Epoch = { term: Math.min(number, 999_999_999_999_999), number: 999_999_999_999_999, giver: 'zzz' };
  const [element = ''] = elements;
  const base = { ...tip, roster, inventory: { managers: [], elements: [], owned: [] } };
  const cursors = [{ intervalMs: 1000, next: number, dueInMs: -1e300 }];
  const bundle = { element, epoch, cursors, body: '{"__proto__":{"x":1}}' };
  const rank = { priority: 1e300, wasMaster: true, uptimeMs: 1e300, ip: '', mac: '', id: speaker.id };
  const order = { term: number, sequence: number, more: false };
  const gap = { index: number, term: number, decision: { is: 'term' } } as const;
  const address = { id: victim.id, role: 'EM', origin: 'http://169.254.169.254', context: 'latest' } as const;
  const manager = { id: victim.id, role: 'EM', address, priority: 1e300, capacity: 1e300, failover: [] } as const;
  return [
    { is: 'canvass', term: number, round: number, rank, tip },
    { is: 'canvassed', term: number, round: number, would: false, higher: true },
    { is: 'vote', term: number, tip },
    { is: 'voted', term: number, granted: true, tip },
    { is: 'renewed', term: number, sequence: number, promised: false },
    { is: 'kept', term: number, match: number, refused: number },
    { is: 'renew', term: number, sequence: 1, leaseMs: 3_600_000, before: tip, entries: [], confirmed: number },
    {
      is: 'renew',
      term: number,
      sequence: 1,
      leaseMs: 1500,
      before: { term: 0, index: 0 },
      entries: [gap, gap],
      confirmed: number,
    },
    { is: 'install', term: number, base, entries: [], confirmed: number },
    { is: 'fetch', term: number },
    { is: 'fetched', term: number, base, entries: [gap] },
    { is: 'yield', term: number, successor: speaker.id },
    {
      is: 'beat',
      term: number,
      heartbeat,
      roster: number,
      held: 'x',
      offered: 'x',
      settled: elements.map((one) => ({ element: one, epoch })),
      wants: 'leaving',
    },
    { is: 'beaten', term: number, heartbeat, roster: number, wantsOffer: true, inOrder: true },
    { is: 'roster', term: number, roster },
    { is: 'orders', ...order, all: true, orders: [] },
    { is: 'orders', ...order, all: true, orders: elements.map((one) => ({ is: 'drop', element: one, epoch })) },
    { is: 'orders', ...order, all: false, orders: elements.map((one) => ({ is: 'own', element: one, epoch })) },
    { is: 'ordered', term: number, sequence: number },
    { is: 'offer', offered: 'x', part: 0, parts: 1, manager, elements: [] },
    { is: 'give', epoch, bundle },
    { is: 'warm', bundle },
    { is: 'taken', element, epoch, first: [number] },
    { is: 'notTaken', element, epoch, reason: 'x' },
    { is: 'probe', member: victim.id, round: number, withinMs: 3_600_000 },
    { is: 'probed', member: victim.id, round: number, outcome: 'refused', incarnation: number },
    { is: 'inPool', pool: 'another', name, master: speaker.id, roster: { ...roster, pool: 'another' } },
    { is: 'inPool', pool, name, master: speaker.id, roster },
    { is: 'inPool', pool, name, master: speaker.id, roster, knownIn: number },
    { is: 'found', name, roster },
    { is: 'seek', seeker: { ...speaker, ...someone, name, names: [], tried: number } },
  ];
}
