import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../src/base/errors.js';
import { derivationsOf } from '../../../src/store/blocks/derivations.js';
import { Gathering, Sums } from '../../../src/store/blocks/gathering.js';
import { RollupBlock, rollupBlock } from '../../../src/store/blocks/rollup-block.js';
import { SampleBlock, sampleBlock } from '../../../src/store/blocks/sample-block.js';

const START = 1_700_000_000_000;

function finished<Result>(work: Generator<number, Result, void>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function sealed(times: Float64Array, columns: readonly Float64Array[], names: readonly string[] = []): Uint8Array {
  const derivations = derivationsOf(columns.map((_, at) => ({ metric: names[at] ?? `m${at}`, instance: '' })));
  const column = (place: number) => columns[place] ?? new Float64Array();
  return finished(sampleBlock({ times, width: columns.length, column }, derivations));
}

const isDecimal = (value: number): boolean =>
  [0, 1, 2, 3, 4, 5, 6].some((places) => Number(value.toFixed(places)) === value);

/** Values as devices have them, and as nobody has them. */
const value = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -100, max: 1_000_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: -100_000, max: 100_000 }).map((whole) => whole / 100) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(Number) },
  { weight: 2, arbitrary: fc.constant(Number.NaN) },
);
const rows = fc.integer({ min: 1, max: 60 }).chain((count) =>
  fc.record({
    steps: fc.array(fc.oneof(fc.constant(30_000), fc.integer({ min: 1, max: 2 ** 40 })), {
      minLength: count,
      maxLength: count,
    }),
    columns: fc.array(fc.array(value, { minLength: count, maxLength: count }), { minLength: 1, maxLength: 4 }),
  }),
);

function timesOf(steps: readonly number[]): Float64Array {
  let time = START;
  return Float64Array.from(steps, (step) => {
    time += step;
    return time;
  });
}

describe('a block of samples', () => {
  it('gives back whole numbers and decimals as they were, others to one part in a million', () => {
    fc.assert(
      fc.property(rows, ({ steps, columns }) => {
        const times = timesOf(steps);
        const block = new SampleBlock(
          sealed(
            times,
            columns.map((one) => Float64Array.from(one)),
            ['c', 'c.rate', 'ifInOctets', 'ifInUtilisation'],
          ),
        );
        expect([...block.times]).to.deep.equal([...times]);
        columns.forEach((column, place) => {
          const found = block.column(place) ?? Float64Array.from(column, () => Number.NaN);
          const isExact = column.every((one) => Number.isNaN(one) || isDecimal(one));
          column.forEach((one, at) => {
            const own = found[at] ?? 0;
            if (Number.isNaN(one)) expect(own).to.be.NaN;
            else if (isExact) expect(own).to.equal(one + 0);
            else expect(Math.abs(own - one)).to.be.at.most(Math.abs(one) * 1e-6 + 1e-300);
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  it('of counters, rates and a use in per cent takes little more than the counters', () => {
    const times = Float64Array.from({ length: 128 }, (_, at) => START + at * 30_000 + (at % 5));
    let [count, rate] = [2 ** 41, 1e6];
    const counter = times.map((time, at) => {
      rate *= 1 + 0.2 * Math.sin(at * at);
      const passed = at === 0 ? 30_000 : time - (times[at - 1] ?? 0);
      count += Math.round((rate * passed) / 1000);
      return count;
    });
    const gained = counter.map((one, at) => {
      const [before = one, beforeMs = 0] = at === 0 ? [one, 0] : [counter[at - 1], times[at - 1]];
      return ((one - before) / (((times[at] ?? 0) - beforeMs) / 1000)) * 8;
    });
    const used = gained.map((one) => Math.round((10_000 * one) / 1e9) / 100);
    const alone = sealed(times, [counter], ['ifInOctets']).length;
    const names = ['ifInOctets', 'ifInOctets.rate', 'ifInUtilisation'];
    const bytes = sealed(times, [counter, gained, used], names);
    expect(bytes.length - alone).to.be.below(100);
    const block = new SampleBlock(bytes);
    expect([...(block.column(2) ?? [])]).to.deep.equal([...used]);
    expect(sealed(times, [counter, gained, used]).length - alone).to.be.above(300);
  });

  it('takes nothing for a series without values, and some bytes for one that stays', () => {
    const times = Float64Array.from({ length: 500 }, (_, at) => START + at * 1000);
    const none = times.map(() => Number.NaN);
    const same = times.map(() => 1e9);
    const bytes = sealed(times, [none, same, same, same, none]);
    expect(bytes.length).to.be.below(60);
    expect(new SampleBlock(bytes).column(0)).to.equal(undefined);
    expect([...(new SampleBlock(bytes).column(3) ?? [])]).to.deep.equal([...same]);
    expect(new SampleBlock(bytes).column(9)).to.equal(undefined);
  });

  it('that is damaged is refused or tells nonsense, and nothing else happens', () => {
    const times = Float64Array.from({ length: 50 }, (_, at) => START + at * 1000);
    const bytes = sealed(times, [times.map((_, at) => Math.sin(at)), times.map((_, at) => at * at)]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const changed = isCut ? bytes.slice(0, at) : bytes.slice();
        changed[at] = byte;
        try {
          const block = new SampleBlock(changed);
          for (const place of [0, 1, 2]) block.column(place);
        } catch (thrown) {
          expect(thrown).to.be.instanceOf(PtpError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a block of what is rolled up', () => {
  const bucketsOf = (times: Float64Array, columns: readonly Float64Array[], bucketMs: number) => {
    const gathering = new Gathering([times], bucketMs);
    const places = gathering.placesOf(times);
    return finished(
      rollupBlock({
        work: times.length,
        times: gathering.times,
        width: columns.length,
        column: (place) => {
          const sums = new Sums(gathering.times.length);
          sums.addSamples(places, columns[place] ?? new Float64Array());
          return sums.isEmpty ? undefined : sums;
        },
      }),
    );
  };

  it('has count, minimum, mean and maximum of each bucket', () => {
    fc.assert(
      fc.property(rows, ({ steps, columns }) => {
        const times = timesOf(steps);
        const block = new RollupBlock(
          bucketsOf(
            times,
            columns.map((one) => Float64Array.from(one)),
            300_000,
          ),
        );
        expect(block.width).to.equal(columns.length);
        columns.forEach((column, place) => {
          const found = block.column(place);
          block.times.forEach((start, at) => {
            const own = column.filter(
              (one, row) => !Number.isNaN(one) && Math.floor((times[row] ?? 0) / 300_000) * 300_000 === start,
            );
            expect(found?.count[at] ?? 0).to.equal(own.length);
            if (own.length === 0) return;
            const [low, high] = [Math.min(...own), Math.max(...own)];
            const delta = 2e-5 * Math.max(Math.abs(low), Math.abs(high)) + 1e-300;
            expect(Math.abs((found?.minimum[at] ?? 0) - low)).to.be.at.most(delta);
            expect(Math.abs((found?.maximum[at] ?? 0) - high)).to.be.at.most(delta);
            // In parts, for sums of the largest doubles are none.
            const mean = own.reduce((sum, one) => sum + one / own.length, 0);
            if (Math.abs(high) < 1e300 && Math.abs(low) < 1e300)
              expect(Math.abs((found?.mean[at] ?? 0) - mean)).to.be.at.most(2 * delta);
          });
        });
      }),
      { numRuns: 200 },
    );
  });
});
