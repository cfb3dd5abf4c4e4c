import { expect } from 'chai';
import { Ledger } from '../../../../src/manager/pool/ledger.js';
import { handOverPage } from '../../../../src/manager/pool/pool-lists.js';
import type { HandOver, HandOverQuery } from '../../../../src/model/hand-over.js';
import type { PollCursor } from '../../../../src/pool/holding/state.js';
import type { PoolMessage } from '../../../../src/pool/node/messages.js';
import type { NodeEffect } from '../../../../src/pool/node/state.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';

type Poll = Extract<NodeEffect, { is: 'poll' }>;
const EPOCH = { term: 4, number: 7, giver: 'EM3' };
const START = Date.UTC(2026, 0, 1);
const cursor = (next: number, dueInMs: number): PollCursor => ({ intervalMs: 1000, next, dueInMs });
const poll = (more: Partial<Poll> = {}): Poll => ({
  is: 'poll',
  element: 'device/core1',
  epoch: EPOCH,
  arrival: 'handOver',
  former: 'EM1',
  reason: 'EM1 shuts down',
  definition: undefined,
  bundle: { element: 'device/core1', epoch: { ...EPOCH, number: 6 }, cursors: [cursor(10, 1500)], body: '' },
  ...more,
});
const orders = (...given: Extract<PoolMessage, { is: 'orders' }>['orders']): PoolMessage => ({
  is: 'orders',
  term: 4,
  sequence: 1,
  all: false,
  more: false,
  orders: given,
});

describe('the hand-over ledger', () => {
  let clock: FakeClock;
  let log: CollectingLogger;
  let rows: Map<string, HandOver>;
  let writes: number;
  let failing: boolean;
  let ledger: Ledger;

  beforeEach(() => {
    clock = new FakeClock(START);
    log = new CollectingLogger();
    rows = new Map();
    writes = 0;
    failing = false;
    const store = {
      async recordHandOvers(given: readonly HandOver[]) {
        if (failing) throw new Error('disk full');
        writes += 1;
        for (const row of given) rows.set(`${row.element} ${row.epoch.number}`, row);
      },
      async queryHandOvers({ from, to, offset, limit }: HandOverQuery) {
        const all = [...rows.values()].sort((a, b) => b.time - a.time);
        return handOverPage(all, { from, to, page: offset / limit + 1, pageSize: limit });
      },
    };
    ledger = new Ledger({ clock, log, random: seededRandom(1) }, store, 'EM2');
  });

  const noted = async () => {
    await clock.advance(300);
    return [...rows.values()];
  };

  it('notes what was handed over, with the seconds since it was ordered', async () => {
    const order = {
      is: 'await',
      element: 'device/core1',
      epoch: EPOCH,
      from: 'EM1',
      reason: 'EM1 shuts down',
    } as const;
    ledger.heard({ message: orders(order) });
    await clock.advance(700);
    // Orders come again until they are answered.
    ledger.heard({ message: orders(order) });
    await clock.advance(300);
    ledger.taken(poll(), { missed: 0 });
    expect(await noted()).to.deep.equal([
      {
        time: START + 1000,
        element: 'device/core1',
        from: 'EM1',
        to: 'EM2',
        reason: 'EM1 shuts down',
        epoch: EPOCH,
        takeover: false,
        missed: 0,
        doubled: 0,
        seconds: 1,
      },
    ]);
  });

  it('counts the polls that a giver has done again when its offer comes again', async () => {
    ledger.taken(poll(), { missed: 0 });
    await noted();
    const offer = (next: number, dueInMs: number): PoolMessage => ({
      is: 'give',
      epoch: EPOCH,
      bundle: { element: 'device/core1', epoch: { ...EPOCH, number: 6 }, cursors: [cursor(next, dueInMs)], body: '' },
    });
    ledger.heard({ message: offer(14, 1500) });
    expect((await noted())[0]).to.include({ doubled: 3, missed: 0 });
    // An older offer that comes late takes nothing back; another epoch is another move.
    ledger.heard({ message: offer(12, 1500) });
    ledger.heard({ message: { ...offer(99, 1), epoch: { ...EPOCH, number: 8 } } as PoolMessage });
    expect((await noted()).map(({ doubled }) => doubled)).to.deep.equal([3]);
    expect(writes).to.equal(2);
  });

  it('takes what was missed from the one who polls', async () => {
    ledger.taken(poll({ arrival: 'takeOver', reason: undefined, bundle: undefined }), { missed: 4 });
    expect((await noted())[0]).to.include({
      takeover: true,
      missed: 4,
      seconds: 0,
      reason: 'its former owner is gone',
    });
    ledger.taken(poll({ arrival: 'start', element: 'device/own' }), { missed: 0 });
    ledger.taken(poll({ element: 'nonsense' }), { missed: 0 });
    expect(await noted()).to.have.length(1);
  });

  it('as master counts from when the dead owner was last heard', async () => {
    const found = { is: 'found', member: 'EM1', finding: 'crashed', why: 'refused', afterMs: 400 } as const;
    const moves = (element: string, to: string) =>
      ({ is: 'moves', element, from: 'EM1', to, reason: 'EM1 crashed', epoch: EPOCH, takeover: true }) as const;
    ledger.news(found);
    ledger.news(moves('device/a', 'EM4'));
    ledger.news(moves('device/b', 'EM2'));
    await clock.advance(100);
    ledger.taken(poll({ element: 'device/b', arrival: 'takeOver' }), { missed: 0 });
    ledger.news({ is: 'settled', element: 'device/a', to: 'EM4', epoch: EPOCH, afterMs: 100 });
    ledger.news({ is: 'settled', element: 'device/b', to: 'EM2', epoch: EPOCH, afterMs: 100 });
    const lines = await noted();
    expect(lines.map(({ element, from, to, seconds }) => [element, from, to, seconds])).to.have.deep.members([
      ['device/a', 'EM1', 'EM4', 0.5],
      ['device/b', 'EM1', 'EM2', 0.5],
    ]);
  });

  it('leaves planned moves to who takes them, and forgets what was found once the member lives', async () => {
    const moves = { is: 'moves', element: 'device/a', from: 'EM1', to: 'EM4', reason: 'x', epoch: EPOCH } as const;
    ledger.news({ ...moves, takeover: false });
    ledger.news({ is: 'settled', element: 'device/a', to: 'EM4', epoch: EPOCH, afterMs: 5 });
    expect(await noted()).to.deep.equal([]);
    ledger.news({ is: 'found', member: 'EM1', finding: 'lost', why: '', afterMs: 9000 });
    ledger.news({ is: 'found', member: 'EM1', finding: 'alive', why: '', afterMs: 0 });
    ledger.news({ ...moves, takeover: true });
    ledger.news({ is: 'settled', element: 'device/a', to: 'EM4', epoch: EPOCH, afterMs: 0 });
    expect((await noted())[0]?.seconds).to.equal(0);
  });

  it('writes many lines at once, tries again when the store fails, and lists what it knows', async () => {
    for (let number = 0; number < 50; number += 1) ledger.taken(poll({ epoch: { ...EPOCH, number } }), { missed: 0 });
    failing = true;
    await clock.advance(300);
    expect(writes).to.equal(0);
    expect(log.text).to.include('hand-overs could not be noted');
    failing = false;
    expect((await ledger.list({ page: 2, pageSize: 20 })).rows).to.have.length(20);
    expect(writes).to.equal(1);
    ledger.taken(poll({ epoch: { ...EPOCH, number: 50 } }), { missed: 0 });
    await ledger.close();
    expect(rows.size).to.equal(51);
    const wrong = await ledger.list({ page: 0 }).catch((error: unknown) => error);
    expect(wrong).to.have.property('code', 'Client.Validation');
  });
});
