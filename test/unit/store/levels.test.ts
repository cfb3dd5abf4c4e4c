import { expect } from 'chai';
import fc from 'fast-check';
import {
  BUCKETS_MS,
  type KeptFrom,
  keptFrom,
  type Level,
  levelOfFigures,
  levelOfStep,
  segmentsOf,
} from '../../../src/store/levels.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ALL: KeptFrom = { 0: 0, 1: 0, 2: 0, 3: 0 };

describe('the level that answers', () => {
  it('is the coarsest that a step is made of, or that is much finer than it', () => {
    const cases: readonly [stepMs: number | undefined, level: Level][] = [
      [undefined, 0],
      [15_000, 0],
      [MINUTE, 0],
      [5 * MINUTE, 1],
      [7 * MINUTE, 0],
      [30 * MINUTE, 1],
      [61 * MINUTE, 1],
      [HOUR, 2],
      [DAY, 3],
      [7 * DAY, 3],
      [36 * HOUR, 2],
      [365 * DAY + 1, 3],
    ];
    for (const [stepMs, level] of cases) expect(levelOfStep(stepMs), String(stepMs)).to.equal(level);
  });

  it('is for figures the coarser, the longer the time', () => {
    expect([HOUR, 2 * DAY, 3 * DAY, 30 * DAY, 365 * DAY].map(levelOfFigures)).to.deep.equal([0, 0, 1, 2, 3]);
  });

  it('gives way to finer ones where a window cuts a bucket', () => {
    expect(segmentsOf(2, 10 * MINUTE + 1, 3 * HOUR + 7 * MINUTE, ALL)).to.deep.equal([
      { level: 0, from: 10 * MINUTE + 1, to: 15 * MINUTE },
      { level: 1, from: 15 * MINUTE, to: HOUR },
      { level: 2, from: HOUR, to: 3 * HOUR },
      { level: 1, from: 3 * HOUR, to: 3 * HOUR + 5 * MINUTE },
      { level: 0, from: 3 * HOUR + 5 * MINUTE, to: 3 * HOUR + 7 * MINUTE },
    ]);
    expect(segmentsOf(3, 7, 8, ALL)).to.deep.equal([{ level: 0, from: 7, to: 8 }]);
    expect(segmentsOf(3, 8, 8, ALL)).to.deep.equal([]);
  });

  it('gives way to coarser ones where it has been dropped', () => {
    const kept = { 0: 9 * HOUR, 1: 6 * HOUR, 2: 0, 3: 0 };
    expect(segmentsOf(0, 5 * HOUR, 10 * HOUR, kept)).to.deep.equal([
      { level: 2, from: 5 * HOUR, to: 6 * HOUR },
      { level: 1, from: 6 * HOUR, to: 9 * HOUR },
      { level: 0, from: 9 * HOUR, to: 10 * HOUR },
    ]);
  });

  it('leaves no gap, and is nowhere one that is gone while another is left', () => {
    const level = fc.constantFrom<Level[]>(0, 1, 2, 3);
    const time = fc.integer({ min: 0, max: 100 * DAY });
    fc.assert(
      fc.property(level, time, time, fc.array(time, { minLength: 3, maxLength: 3 }), (wanted, one, other, ages) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const [raw = 0, fine = 0, hours = 0] = ages.toSorted((a, b) => b - a);
        const kept = { 0: keptFrom(0, raw), 1: keptFrom(1, fine), 2: keptFrom(2, hours), 3: 0 };
        const segments = segmentsOf(wanted, from, to, kept);
        let reached = from;
        for (const segment of segments) {
          expect(segment.from).to.equal(reached);
          expect(segment.to).to.be.above(segment.from);
          expect(segment.from).to.be.at.least(Math.min(kept[segment.level], segment.to));
          reached = segment.to;
        }
        expect(reached).to.equal(to);
        const cuts = segments.filter(({ level: own }) => own > 0 && own <= wanted);
        for (const { level: own, from: begin } of cuts)
          if (begin !== from) expect(begin % BUCKETS_MS[own === 0 ? 0 : 1]).to.equal(0);
      }),
    );
  });
});
