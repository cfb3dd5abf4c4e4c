import { expect } from 'chai';
import fc from 'fast-check';
import { backOffStride, dueAt, firstLookDelay, nextNumber, phaseOf } from '../../../src/manager/collector/schedule.js';

describe('poll schedule', () => {
  it('spreads any number of accesses evenly: no tenth of the interval has more than its share and two', () => {
    for (const count of [10, 100, 1000]) {
      const bins = new Array<number>(10).fill(0);
      for (let ordinal = 0; ordinal < count; ordinal += 1) {
        const bin = Math.floor((phaseOf(ordinal, 60_000) / 60_000) * 10);
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
      expect(Math.max(...bins)).to.be.at.most(count / 10 + 2);
    }
  });

  it('gives the next due time after now, less than an interval away', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 100_000 }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (intervalMs, nowMs, share) => {
          const plan = { originMs: 0, phaseMs: share * intervalMs, intervalMs };
          const due = dueAt(plan, nextNumber(plan, nowMs, -1));
          expect(due).to.be.greaterThan(nowMs - 1e-3);
          if (nowMs > plan.phaseMs) expect(due - nowMs).to.be.at.most(intervalMs + 1e-3);
        },
      ),
    );
  });

  it('skips what fell due while the process stood still', () => {
    const plan = { originMs: 0, phaseMs: 500, intervalMs: 1000 };
    expect(nextNumber(plan, 100, -1)).to.equal(0);
    expect(nextNumber(plan, 500, 0)).to.equal(1);
    expect(nextNumber(plan, 90_600, 3)).to.equal(91);
  });

  it('never gives a number again, however the clock and the due time are rounded', () => {
    const plan = { originMs: 0.1, phaseMs: phaseOf(1, 10_000), intervalMs: 10_000 };
    let number = -1;
    for (let poll = 0; poll < 1000; poll += 1) {
      const next = nextNumber(plan, number < 0 ? 0 : dueAt(plan, number) - 1e-9, number);
      expect(next).to.equal(number + 1);
      number = next;
    }
  });

  it('backs off after the fourth failure, to eight intervals or five minutes', () => {
    expect([0, 1, 4, 5, 6, 7, 50].map((failures) => backOffStride(failures, 30_000))).to.deep.equal([
      1, 1, 1, 2, 4, 8, 8,
    ]);
    expect(backOffStride(50, 120_000)).to.equal(2);
    expect(backOffStride(50, 3_600_000)).to.equal(1);
  });

  it('keeps backed-off polls on numbers that are multiples of the stride', () => {
    const plan = { originMs: 0, phaseMs: 0, intervalMs: 1000 };
    expect(nextNumber(plan, 4100, 4, 4)).to.equal(8);
    expect(nextNumber(plan, 7900, 4, 4)).to.equal(8);
  });

  it('looks at everything once soon after the start', () => {
    for (let ordinal = 0; ordinal < 1000; ordinal += 1)
      expect(firstLookDelay(ordinal, 1000, 60_000)).to.be.within(0, 10_000);
    expect(firstLookDelay(7, 100_000, 5000)).to.be.at.most(5000);
  });
});
