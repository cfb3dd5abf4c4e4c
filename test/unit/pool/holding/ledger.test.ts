import { expect } from 'chai';
import { lossesOf } from '../../../../src/pool/holding/ledger.js';

const cursor = (next: number, dueInMs: number, intervalMs = 1000) => ({ next, dueInMs, intervalMs });

describe('the losses of a move', () => {
  it('are none at a start, and none when it is handed over without a word after', () => {
    expect(lossesOf('start', [cursor(3, -9000)])).to.deep.equal({ missed: 0, doubled: 0 });
    expect(lossesOf('handOver', [cursor(7, 1200)])).to.deep.equal({ missed: 0, doubled: 0 });
  });

  it('are doubles where the giver offers again after the taker began', () => {
    // Offered as 9 in 1200 ms: the giver has polled 7 and polls 8 next, and the taker began with 7.
    expect(lossesOf('handOver', [cursor(7, 1200)], [cursor(9, 1200)])).to.deep.equal({ missed: 0, doubled: 1 });
    expect(lossesOf('handOver', [cursor(7, 1200)], [cursor(7, 700)])).to.deep.equal({ missed: 0, doubled: 0 });
    expect(lossesOf('handOver', [cursor(7, 200, 100)], [cursor(15, 1000, 100)])).to.deep.equal({
      missed: 0,
      doubled: 0,
    });
    expect(lossesOf('handOver', [cursor(7, 200, 100)], [cursor(20, 1000, 100)])).to.deep.equal({
      missed: 0,
      doubled: 4,
    });
  });

  it('are what fell due between the last bundle and a takeover, but for the one that is made up', () => {
    expect(lossesOf('takeOver', [cursor(7, 300)])).to.deep.equal({ missed: 0, doubled: 0 });
    expect(lossesOf('takeOver', [cursor(7, -300)])).to.deep.equal({ missed: 0, doubled: 0 });
    expect(lossesOf('takeOver', [cursor(7, -1000)])).to.deep.equal({ missed: 1, doubled: 0 });
    expect(lossesOf('takeOver', [cursor(7, -2500), cursor(3, 0)])).to.deep.equal({ missed: 2, doubled: 0 });
  });
});
