import { expect } from 'chai';
import fc from 'fast-check';
import { Flow } from '../../../src/cli/lab/flow.js';
import { seededRandom } from '../../support/test-env.js';

const START = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

describe('a flow of the lab', () => {
  it('only ever rises, whatever the moments', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(30 * DAY_MS), fc.nat(DAY_MS), (seed, at, later) => {
        const flow = new Flow(1e6, START, seededRandom(seed), 1e9);
        return flow.total(START + at + later) >= flow.total(START + at) && flow.rate(START + at) > 0;
      }),
    );
  });

  it('begins at its offset and has its mean over a day', () => {
    const flow = new Flow(1000, START, seededRandom(7), 42);
    expect(flow.total(START)).to.equal(42);
    expect(flow.total(START + DAY_MS) / (DAY_MS / 1000)).to.be.closeTo(1000, 20);
  });

  it('has the rate that its total grows by', () => {
    const flow = new Flow(1e6, START, seededRandom(3));
    const at = START + 5 * 3_600_000;
    expect((flow.total(at + 10) - flow.total(at - 10)) / 0.02).to.be.closeTo(flow.rate(at), flow.rate(at) * 0.001);
  });

  it('is lower at night than by day', () => {
    const flow = new Flow(1000, START, seededRandom(5));
    const hour = (h: number) => flow.total(START + (h + 1) * 3_600_000) - flow.total(START + h * 3_600_000);
    expect(hour(4)).to.be.lessThan(hour(16) / 1.5);
  });
});
