import { expect } from 'chai';
import fc from 'fast-check';
import { statusWith } from '../../../src/assess/element-status.js';
import {
  MOST_WINDOWS,
  NOTHING_SET,
  newer,
  nextEdgeMs,
  windowAt,
  windowsLeft,
  windowsOf,
  windowWords,
  withoutWindow,
  withWindow,
} from '../../../src/assess/maintenance.js';
import type { MaintenanceWindow } from '../../../src/model/maintenance.js';

const T = Date.UTC(2026, 11, 1, 22);
const window = (from: number, to: number, id = `${from}-${to}`): MaintenanceWindow => ({
  id,
  from: T + from,
  to: T + to,
});

describe('windows of maintenance', () => {
  for (const [at, windows, expected] of [
    [0, [[0, 10]], '0-10'],
    [-1, [[0, 10]], undefined],
    [10, [[0, 10]], undefined],
    [
      5,
      [
        [0, 10],
        [4, 20],
        [5, 6],
      ],
      '4-20',
    ],
    [5, [], undefined],
  ] as const) {
    it(`of ${JSON.stringify(windows)} hold ${expected ?? 'nothing'} at ${at}`, () => {
      const all = windows.map(([from, to]) => window(from, to));
      expect(windowAt(all, T + at)?.id).to.equal(expected);
    });
  }

  it('of the configuration and of people count alike', () => {
    const set = { version: 1, windows: [window(0, 5, 'a')] };
    const all = windowsOf([{ from: T, to: T + 10, text: 'new line card' }], set);
    expect(all.map(({ id }) => id)).to.deep.equal(['configured-1', 'a']);
    expect(windowsOf(undefined, set)).to.equal(set.windows);
    expect(windowsLeft(all, T + 5).map(({ id }) => id)).to.deep.equal(['configured-1']);
  });

  it('are as long as there is an edge to come, whatever the clock does', () => {
    const span = fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 1000 })).map(([from, ms]) => window(from, from + ms));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), fc.nat(2500), (all, at) => {
        const edge = nextEdgeMs(all, T + at);
        // Nothing changes before the next edge, and something may at it.
        for (let next = T + at; next < Math.min(edge ?? T + 3000, T + at + 50); next += 1)
          expect(windowAt(all, next)).to.equal(windowAt(all, T + at));
        if (edge === undefined) expect(windowsLeft(all, T + at)).to.deep.equal([]);
      }),
    );
  });

  it('are set and taken back by people, and forgotten when they are over', () => {
    const one = withWindow(NOTHING_SET, window(0, 10, 'a'), T);
    const two = one && withWindow(one, window(20, 30, 'b'), T + 15);
    expect(two).to.deep.equal({ version: 2, windows: [window(20, 30, 'b')] });
    expect(two && withoutWindow(two, 'b', T + 15)).to.deep.equal({ version: 3, windows: [] });
    expect(two && withoutWindow(two, 'a', T + 15)).to.equal(undefined);
    expect(one && two && newer(two, one)).to.equal(two);
    expect(one && two && newer(one, two)).to.equal(two);
  });

  it('are bounded in number', () => {
    const windows = Array.from({ length: MOST_WINDOWS }, (_, index) => window(0, 10, `w${index}`));
    expect(withWindow({ version: 1, windows }, window(0, 10), T)).to.equal(undefined);
    expect(withWindow({ version: 1, windows }, window(20, 30), T + 10)?.windows).to.have.length(1);
  });

  it('say until when, by whom and why', () => {
    expect(windowWords({ ...window(0, 3_600_000), by: 'ada', text: 'new line card' })).to.equal(
      'until 2026-12-01T23:00:00Z, by ada: new line card',
    );
    expect(windowWords(window(0, 3_600_000))).to.equal('until 2026-12-01T23:00:00Z');
  });

  it('lie over every status, and say what it would be', () => {
    const now = { ...window(0, 3_600_000), text: 'new line card' };
    expect(statusWith({ status: 'down', reason: 'snmp: no answer' }, [], now)).to.deep.equal({
      status: 'maintenance',
      reason: 'in maintenance until 2026-12-01T23:00:00Z: new line card; otherwise down: snmp: no answer',
    });
    expect(statusWith({ status: 'normal' }, [], now).reason).to.equal(
      'in maintenance until 2026-12-01T23:00:00Z: new line card',
    );
  });
});
