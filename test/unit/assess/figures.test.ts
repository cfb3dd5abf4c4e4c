import { expect } from 'chai';
import fc from 'fast-check';
import { FiguresOf, joinedFigures, readRanks, writeRanks } from '../../../src/assess/figures.js';

const of = (values: readonly number[]): FiguresOf => {
  const figures = new FiguresOf();
  for (const value of values) figures.add(1, value, value, value);
  return figures;
};
const part = (values: readonly number[], most: number) => {
  const one = of(values);
  const { count = 0, minimum = 0, mean = 0, maximum = 0 } = one.figures ?? {};
  return { count, minimum, mean, maximum, ranks: readRanks(writeRanks(one.ranks(most)), most) };
};
const anyValues = fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: 120 });

describe('figures of many values', () => {
  it('joined from exact parts are those of all values', () => {
    fc.assert(
      fc.property(fc.array(anyValues, { maxLength: 4 }), (lists) => {
        const all = lists.flat();
        const joined = joinedFigures(lists.map((values) => part(values, 1000)));
        if (all.length === 0) {
          expect(joined).to.equal(undefined);
          return;
        }
        const ranked = all.toSorted((a, b) => a - b);
        expect(joined).to.include({
          count: all.length,
          minimum: ranked[0],
          maximum: ranked.at(-1),
          percentile95: ranked[Math.ceil(0.95 * all.length) - 1],
        });
        expect(joined?.mean).to.be.closeTo(all.reduce((sum, one) => sum + one, 0) / all.length, 1e-9);
      }),
    );
  });

  it('joined from parts that stand for several values are out by the place of one part of each', () => {
    fc.assert(
      fc.property(
        fc.array(anyValues, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 5, max: 60 }),
        (lists, most) => {
          const all = lists.flat().toSorted((a, b) => a - b);
          const joined = joinedFigures(lists.map((values) => part(values, most)));
          if (!joined) return;
          const places = lists.reduce((sum, values) => sum + Math.ceil(values.length / most), 0);
          const rank = Math.ceil(0.95 * all.length) - 1;
          expect(joined.percentile95).to.be.at.least(all[Math.max(0, rank - places)] ?? Number.NEGATIVE_INFINITY);
          expect(joined.percentile95).to.be.at.most(all[Math.min(all.length - 1, rank + places)] ?? 0);
        },
      ),
    );
  });

  it('has so many parts at most, and no value is lost', () => {
    fc.assert(
      fc.property(anyValues, fc.integer({ min: 1, max: 20 }), (values, most) => {
        const ranks = of(values).ranks(most);
        expect(ranks.length).to.be.at.most(most);
        expect(ranks.reduce((sum, { count }) => sum + count, 0)).to.equal(values.length);
        expect(ranks.map(({ value }) => value)).to.deep.equal(
          ranks.map(({ value }) => value).toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it('reads what it can of what another has written', () => {
    expect(readRanks('1.5 2*3  -4e-7*2 x 5*0 7*y Infinity', 100)).to.deep.equal([
      { value: 1.5, count: 1 },
      { value: 2, count: 3 },
      { value: -4e-7, count: 2 },
    ]);
    expect(readRanks('1 2 3', 2)).to.have.length(2);
    expect(readRanks('', 10)).to.deep.equal([]);
  });
});
