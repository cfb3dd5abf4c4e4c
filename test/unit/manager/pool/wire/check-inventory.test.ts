import { expect } from 'chai';
import { checkInventory } from '../../../../../src/manager/pool/wire/check-inventory.js';
import type { InventoryChange, InventorySnapshot } from '../../../../../src/pool/inventory/inventory.js';
import type { PoolMessage } from '../../../../../src/pool/node/messages.js';

const ROSTER = { pool: 'p', version: 1, members: [], heartbeatMs: 500 };
const asText = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const renew = (change: unknown): PoolMessage => ({
  is: 'renew',
  term: 1,
  sequence: 1,
  leaseMs: 1500,
  before: { term: 1, index: 0 },
  entries: [{ index: 1, term: 1, decision: { is: 'inventory', change } }],
  confirmed: 0,
});
const install = (inventory: unknown): PoolMessage => ({
  is: 'install',
  term: 1,
  base: { term: 1, index: 1, roster: ROSTER, inventory },
  entries: [],
  confirmed: 0,
});

const EPOCH = { term: 1, number: 2, giver: 'em1' };
const SNAPSHOT: InventorySnapshot = {
  managers: [
    {
      id: 'em1',
      role: 'EM',
      address: { id: 'em1', role: 'EM', origin: 'http://em1', context: '', socket: { host: 'em1', port: 1 } },
      priority: 0,
      capacity: Number.POSITIVE_INFINITY,
      types: ['router'],
      failover: [{ id: 'em2' }],
      standing: 'gone',
      why: 'crashed',
      offered: '1',
    },
  ],
  elements: [
    {
      name: 'device/a',
      pool: false,
      methods: ['snmp'],
      cost: 1,
      stationary: false,
      definition: '{}',
      listedBy: ['em1'],
    },
  ],
  owned: [
    { element: 'device/a', owner: 'em1', epoch: EPOCH, delegation: { because: 'person', untilMs: 5 }, reason: '' },
    { element: 'device/b', unwatched: 'nobody can' },
  ],
};
const { managers, elements, owned } = SNAPSHOT;
const CHANGE: InventoryChange = {
  managers,
  elements,
  owned,
  removed: ['device/c'],
  forgotten: ['em9'],
  settled: [{ element: 'device/a', epoch: EPOCH }],
};

describe('the inventory in messages', () => {
  it('is taken as masters send it, and with what later versions may add', () => {
    for (const message of [renew(asText(CHANGE)), renew({}), install(asText(SNAPSHOT)), install(undefined)])
      checkInventory(message);
    checkInventory(renew({ ...CHANGE, more: { than: ['this'] } }));
  });

  const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
  const wrongs: readonly (readonly [string, unknown])[] = [
    ['nothing', null],
    ['a number', 7],
    ['a list', []],
    ['managers that are none', { managers: 5 }],
    ['a manager without an id', { managers: [{ ...managers[0], id: undefined }] }],
    ['a manager without an address', { managers: [{ ...managers[0], address: null }] }],
    ['a manager with failover that is none', { managers: [{ ...managers[0], failover: 'em2' }] }],
    ['an element that nobody lists', { elements: [{ ...elements[0], listedBy: undefined }] }],
    ['an element that is nothing', { elements: [null] }],
    ['an owner that is a number', { owned: [{ element: 'a', owner: 1 }] }],
    ['an epoch of no term', { owned: [{ element: 'a', epoch: { number: 1, giver: 'x' } }] }],
    ['an epoch below zero', { settled: [{ element: 'a', epoch: { ...EPOCH, term: -1 } }] }],
    ['names that are none', { removed: [{}], forgotten: [''] }],
    ['levels without end', { more: deep }],
    ['a prototype', JSON.parse('{"managers": [{"__proto__": {"id": "em1"}}]}')],
  ];
  for (const [what, change] of wrongs)
    it(`is refused with ${what}`, () => {
      expect(() => checkInventory(renew(change))).to.throw(/change/);
    });

  it('is refused whole as well as in parts', () => {
    for (const bad of [null, 7, [], {}, { ...SNAPSHOT, owned: [{}] }, { ...SNAPSHOT, managers: undefined }])
      expect(() => checkInventory(install(bad))).to.throw(/inventory/);
  });
});
