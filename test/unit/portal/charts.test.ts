import { expect } from 'chai';
import fc from 'fast-check';
import { chartNode, MOST_LINES, sparkPath } from '../../../src/portal/charts/chart.js';
import { areaPath, bandPath, linePath, runs } from '../../../src/portal/charts/paths.js';
import { linear, niceTicks, timeTicks } from '../../../src/portal/charts/scale.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('axes of charts', () => {
  for (const [low, high, count, expected] of [
    [0, 10, 5, [0, 2, 4, 6, 8, 10]],
    [0, 0.3, 3, [0, 0.1, 0.2, 0.3]],
    [3, 97, 4, [0, 50, 100]],
    [-5, 5, 2, [-5, 0, 5]],
    [7, 7, 4, [6, 8, 10, 12, 14]],
    [0, 0, 4, [0, 0.5, 1]],
  ] as const) {
    it(`[${low}, ${high}] in about ${count} steps: ${expected.join(' ')}`, () => {
      expect(niceTicks(low, high, count)).to.deep.equal(expected);
    });
  }

  it('are round in KiB, MiB, ... for bytes', () => {
    expect(niceTicks(0, 3 * 1024 ** 3, 3, 1024)).to.deep.equal([0, 1, 2, 3].map((gib) => gib * 1024 ** 3));
  });

  it('have no ticks for what is no number', () => {
    expect(niceTicks(Number.NaN, 1, 4)).to.deep.equal([]);
    expect(niceTicks(0, Number.POSITIVE_INFINITY, 4)).to.deep.equal([]);
  });

  it('always cover the values, ascend, and are few', () => {
    const value = fc.double({ min: -1e15, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(
        value,
        fc.double({ min: 1e-3, max: 1e15, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        (low, span, count) => {
          const ticks = niceTicks(low, low + span, count);
          const slack = 1e-6 * Math.max(Math.abs(low), span);
          expect(ticks[0]).to.be.at.most(low + slack);
          expect(ticks.at(-1)).to.be.at.least(low + span - slack);
          expect(ticks.length).to.be.at.most(count + 3);
          for (const [index, tick] of ticks.entries()) if (index > 0) expect(tick).to.be.above(ticks[index - 1] ?? 0);
        },
      ),
    );
  });

  it('show round UTC times, and the date at midnight', () => {
    const from = Date.UTC(2026, 2, 13, 21, 7);
    const labels = timeTicks(from, from + 6 * HOUR, 8).map((tick) => tick.label);
    expect(labels).to.deep.equal(['22:00', '23:00', '14 Mar', '01:00', '02:00', '03:00']);
  });

  it('show no time of an empty span', () => {
    expect(timeTicks(5, 5, 8)).to.deep.equal([]);
  });

  it('put a domain of one value into the middle', () => {
    expect(linear(3, 3, 0, 100)(3)).to.equal(50);
    expect(linear(0, 10, 200, 0)(2.5)).to.equal(150);
  });
});

describe('lines of charts', () => {
  const at = (...minutes: readonly number[]) => minutes.map((minute) => ({ time: minute * MINUTE, value: minute }));
  const x = (time: number) => time / MINUTE;
  const y = (value: number) => 10 - value;

  it('are broken where more than two and a half steps are missing', () => {
    expect(runs(at(0, 1, 2, 5, 6), MINUTE).map((run) => run.length)).to.deep.equal([3, 2]);
    expect(linePath(at(0, 1, 2, 5, 6), MINUTE, x, y)).to.equal('M0 10L1 9L2 8M5 5L6 4');
  });

  it('are not broken by an interval that is longer than the step', () => {
    expect(runs(at(0, 5, 10, 15), MINUTE)).to.have.length(1);
  });

  it('show a single point, and leave out what is no number', () => {
    expect(linePath(at(3), MINUTE, x, y)).to.equal('M3 7h2');
    expect(linePath([{ time: 0, value: Number.NaN }], MINUTE, x, y)).to.equal('');
  });

  it('fill down to the bottom', () => {
    expect(areaPath(at(0, 1), MINUTE, x, y, 10)).to.equal('M0 10L0 10L1 9L1 10Z');
  });

  it('have a band only where least and most differ', () => {
    const flat = at(0, 1).map((point) => ({ ...point, minimum: point.value, maximum: point.value }));
    expect(bandPath(flat, MINUTE, x, y)).to.equal('');
    const wide = at(0, 1).map((point) => ({ ...point, minimum: point.value - 1, maximum: point.value + 1 }));
    expect(bandPath(wide, MINUTE, x, y)).to.equal('M0 9L1 8L1 10L0 11Z');
  });
});

describe('a chart', () => {
  const window = { from: 0, to: HOUR, stepMs: MINUTE };
  const points = Array.from({ length: 60 }, (_unused, minute) => ({ time: minute * MINUTE, value: minute }));

  it('without points says that it is empty', () => {
    expect(chartNode({ ...window, unit: '%', lines: [{ label: 'a', points: [] }] })).to.include({ empty: true });
  });

  it('tells last, mean, least and most with their unit', () => {
    const node = chartNode({ ...window, unit: 'ms', lines: [{ label: 'a', points }] });
    expect(node.LINE).to.have.nested.property('[0].last', '59\u00a0ms');
    expect(node.LINE).to.have.nested.property('[0].mean', '29.5\u00a0ms');
    expect(node.LINE).to.have.nested.property('[0].minimum', '0\u00a0ms');
  });

  it('draws no more lines than can be told apart, and says how many it left out', () => {
    const lines = Array.from({ length: 9 }, (_unused, index) => ({ label: String(index), points }));
    const node = chartNode({ ...window, unit: '1', lines });
    expect(node.LINE).to.have.length(MOST_LINES);
    expect(node.hidden).to.equal(3);
  });

  it('goes to the full hundred for per cents above the half', () => {
    const node = chartNode({ ...window, unit: '%', lines: [{ label: 'a', points }] });
    expect(node.Y).to.deep.include({ at: '0%', label: '100\u00a0%' });
  });

  it('keeps its text to ticks: every place is within the plot', () => {
    const node = chartNode({ ...window, unit: 'bit/s', lines: [{ label: 'a', points }] });
    expect(node.X).to.deep.include({ at: '50%', label: '00:30' });
  });

  it('small enough for a cell needs two points', () => {
    expect(sparkPath(points.slice(0, 1), 0, HOUR, MINUTE)).to.equal(undefined);
    expect(sparkPath(points.slice(0, 2), 0, HOUR, MINUTE)).to.equal('M0 22L1.7 2');
  });
});
