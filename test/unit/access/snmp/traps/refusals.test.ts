import { expect } from 'chai';
import { RefusalTally } from '../../../../../src/access/snmp/traps/refusals.js';

describe('what is refused at the trap port', () => {
  it('is told a second after the first, and then every five minutes at most', () => {
    const tally = new RefusalTally();
    expect(tally.dueMs).to.equal(undefined);
    for (let n = 0; n < 1000; n++) tally.note('community', '10.0.0.1', 5000);
    tally.note('malformed', '10.0.0.2', 5500);
    expect(tally.report(5999)).to.equal(undefined);
    expect(tally.report(6000)).to.deep.equal({
      count: 1001,
      text: 'datagrams at the trap port that were not taken: 1000 with a community that TRAPS does not name; 1 not to be decoded as SNMP; from 10.0.0.1, 10.0.0.2',
    });
    expect(tally.dueMs).to.equal(undefined);
    tally.note('replayed', '10.0.0.1', 7000);
    expect(tally.report(305_999)).to.equal(undefined);
    expect(tally.report(306_000)?.count).to.equal(1);
    expect(tally.report(999_999_999)).to.equal(undefined);
  });

  it('names eight senders however many are forged', () => {
    const tally = new RefusalTally();
    for (let n = 0; n < 5000; n++) tally.note('unknownUser', `10.0.${n >> 8}.${n & 255}`, 0);
    expect(tally.report(0, true)?.text).to.match(/; from 10\.0\.0\.0, .*, 10\.0\.0\.7, others$/);
  });

  it('is told at the end even if it is not due', () => {
    const tally = new RefusalTally();
    tally.note('dropped', undefined, 0, 17);
    expect(tally.report(1, true)?.text).to.contain(': 17 dropped by the system as they came too fast');
  });
});
