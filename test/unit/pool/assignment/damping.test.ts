/** Who flaps waits longer each time. */
import { expect } from 'chai';
import {
  DAMPING,
  type Departure,
  departed,
  MOST_DEPARTURES,
  returnNotBeforeMs,
} from '../../../../src/pool/assignment/damping.js';

const MINUTE = 60_000;
const crash = (atMs: number): Departure => ({ atMs, orderly: false });
const stop = (atMs: number): Departure => ({ atMs, orderly: true });

describe('damping of returns', () => {
  const cases: readonly [string, readonly Departure[], number][] = [
    ['never away', [], 0],
    ['one orderly restart', [stop(0)], 0],
    ['one crash', [crash(0)], 5],
    ['orderly restarts in a row', [stop(0), stop(10)], 10],
    ['two crashes', [crash(0), crash(10)], 10],
    ['four', [crash(0), crash(10), stop(20), crash(30)], 40],
    ['many', Array.from({ length: 16 }, (_, at) => crash(at)), 600],
    ['crashes that are forgiven', [crash(-61 * MINUTE), crash(-60 * MINUTE), crash(30)], 5],
    ['what lies ahead of the return', [crash(0), crash(2 * MINUTE)], 5],
  ];
  for (const [what, departures, seconds] of cases)
    it(`${what}: ${seconds} s`, () => {
      expect(returnNotBeforeMs(departures, MINUTE) - MINUTE).to.equal(seconds * 1000);
    });

  it('remembers a bounded history, enough for the longest wait', () => {
    let history: readonly Departure[] = [];
    for (let at = 0; at < 100; at += 1) history = departed(history, crash(at));
    expect(history).to.have.length(MOST_DEPARTURES);
    expect(returnNotBeforeMs(history, 200)).to.equal(200 + DAMPING.longestMs);
  });
});
