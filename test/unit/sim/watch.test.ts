/** Who may stop polling, as the simulator's watch sees it. */
import { expect } from 'chai';
import type { OwnershipRecord } from '../../../src/pool/inventory/inventory.js';
import { Checkers } from '../../../src/sim/checkers.js';
import { Counts } from '../../../src/sim/counts.js';
import { TakeOvers } from '../../../src/sim/manager/takeovers.js';
import { Watch } from '../../../src/sim/manager/watch.js';

const element = 'device/e1';
const epoch = (number: number) => ({ term: 1, number, giver: 'm3' });
const m1 = { id: 'm1', index: 0 };
const m2 = { id: 'm2', index: 1 };
const work = {
  element,
  epoch: epoch(1),
  chain: '1',
  cursors: [],
  standIn: undefined,
  standInMs: 0,
  releasing: false,
  warmMs: 0,
  stale: false,
  wakesMs: 0,
};

/** Nobody polls anything, and it is the hundredth second, until another is said. */
function watching() {
  let atMs = 100_000;
  const nowMs = () => atMs;
  const checkers = new Checkers(nowMs, []);
  const watch = new Watch(
    nowMs,
    () => ({ troubledMs: 0 }),
    checkers,
    new Counts(),
    new TakeOvers(nowMs),
    () => true,
    () => false,
  );
  const decide = (change: object) => watch.decided({ index: 1, term: 1, decision: { is: 'inventory', change } });
  return {
    checkers,
    at: (seconds: number) => {
      atMs = 1_000 * seconds;
    },
    stops: (number = 1) => watch.stops(m2, { ...work, epoch: epoch(number) }),
    begins: (number: number) =>
      watch.begins(m2, {
        is: 'poll',
        element,
        epoch: epoch(number),
        arrival: 'handOver',
        bundle: { element, epoch: epoch(number - 1), cursors: [], body: '' },
        definition: undefined,
        former: 'm1',
        reason: undefined,
      }),
    isFound: (standing: 'alive' | 'gone') => decide({ managers: [{ id: 'm2', standing }] }),
    releases: () => watch.releases(m2, { is: 'release', element, epoch: epoch(1), to: 'm1', first: [7] }),
    goesOn: (number: number) => watch.renews(m1, element, epoch(number)),
    owns: (record: OwnershipRecord) => decide({ owned: [{ element, ...record }] }),
    settles: (number: number) => decide({ settled: [{ element, epoch: epoch(number) }] }),
    takes: (number: number) => watch.sent(m1, 'm2', { is: 'taken', element, epoch: epoch(number), first: [5] }),
  };
}

describe('a giver that hears of a later move than its own', () => {
  const begin = () => {
    const pool = watching();
    pool.owns({ owner: 'm2', epoch: epoch(1) });
    pool.owns({ owner: 'm1', holder: 'm2', epoch: epoch(2) });
    return pool;
  };
  const takeOver = { owner: 'm3', former: 'm1', epoch: epoch(3) };

  it('may stop when its taker has said that it polls, and that was decided', () => {
    const pool = begin();
    pool.takes(2);
    pool.settles(2);
    pool.owns(takeOver);
    pool.stops();
    expect(pool.checkers.failure).to.equal(undefined);
  });

  it('must poll on when that is decided and its taker never said so', () => {
    const pool = begin();
    pool.settles(2);
    pool.owns(takeOver);
    pool.stops();
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });

  it('must poll on when its taker has said so and that is not decided', () => {
    const pool = begin();
    pool.takes(2);
    pool.owns(takeOver);
    pool.stops();
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });

  it('must poll on when it was given back to it since', () => {
    const pool = begin();
    pool.takes(2);
    pool.settles(2);
    pool.owns({ owner: 'm3', holder: 'm2', epoch: epoch(3) });
    pool.stops();
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });
});

describe('a giver whose taker was found dead and has polled all the while', () => {
  const begin = () => {
    const pool = watching();
    pool.owns({ owner: 'm2', former: 'm1', epoch: epoch(1) });
    pool.owns({ owner: 'm1', holder: 'm2', epoch: epoch(2) });
    return pool;
  };

  it('may release it when that one went on under the new epoch, and that was decided, though it has ended since', () => {
    const pool = begin();
    pool.goesOn(2);
    pool.settles(2);
    pool.releases();
    expect(pool.checkers.failure).to.equal(undefined);
  });

  it('must poll on when that was decided and nobody went on', () => {
    const pool = begin();
    pool.settles(2);
    pool.releases();
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });

  it('must poll on when that one went on, and neither said so to it nor is that decided', () => {
    const pool = begin();
    pool.goesOn(2);
    pool.releases();
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });

  it('may stop when that one went on and has told it so, though it has ended since', () => {
    const pool = begin();
    pool.goesOn(2);
    pool.takes(2);
    pool.stops();
    expect(pool.checkers.failure).to.equal(undefined);
  });

  it('must not stop at once for a taker that begins with later polls', () => {
    const pool = begin();
    pool.takes(2);
    pool.stops();
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });
});

describe('a taker that others have an element after', () => {
  /** Decided in the hundredth second. */
  const isGiven = (pool = watching()) => {
    pool.at(100);
    pool.owns({ owner: 'm1', epoch: epoch(1) });
    pool.owns({ owner: 'm2', holder: 'm1', former: 'm1', epoch: epoch(2) });
    return pool;
  };
  type Pool = ReturnType<typeof isGiven>;
  const begins = (pool: Pool) => {
    pool.at(102);
    pool.begins(2);
  };
  /** Long after. */
  const stops = (pool: Pool) => {
    pool.at(150);
    pool.owns({ owner: 'm3', holder: 'm1', former: 'm1', epoch: epoch(3) });
    pool.stops(2);
  };

  it('may stop when it was found dead before its giver, which had not heard of that, handed it over', () => {
    const pool = isGiven();
    pool.at(101);
    pool.isFound('gone');
    begins(pool);
    stops(pool);
    expect(pool.checkers.failure).to.equal(undefined);
  });

  it('must poll on when it was found dead only before it was given the element', () => {
    const pool = watching();
    pool.at(99);
    pool.isFound('gone');
    pool.isFound('alive');
    isGiven(pool);
    begins(pool);
    stops(pool);
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });

  it('must poll on when it was never found dead', () => {
    const pool = isGiven();
    begins(pool);
    stops(pool);
    expect(pool.checkers.failure?.rule).to.equal('released when confirmed');
  });
});
