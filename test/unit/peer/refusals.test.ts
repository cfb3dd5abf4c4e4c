import { expect } from 'chai';
import { RefusalLog } from '../../../src/peer/refusals.js';
import { FakeClock } from '../../support/fake-clock.js';
import { CollectingLogger } from '../../support/test-env.js';

describe('refusals in the log', () => {
  it('are told at once, and then once a minute with how many they were', () => {
    const clock = new FakeClock();
    const log = new CollectingLogger();
    const refusals = new RefusalLog({ clock, log });
    for (let at = 0; at < 5000; at += 1) refusals.tell('refused', { from: `${at}` });
    refusals.tell('another', {});
    clock.advanceNow(60_000);
    refusals.tell('refused', { from: 'x' });
    refusals.tell('refused', { from: 'y' });
    expect(log.lines.map(({ message, fields }) => [message, fields])).to.deep.equal([
      ['refused', { from: '0' }],
      ['another', {}],
      ['refused', { from: 'x', notToldBefore: 4999 }],
    ]);
  });
});
