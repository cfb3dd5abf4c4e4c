/** What of pushed values is taken. */
import { expect } from 'chai';
import { checkReason, latestWith, MOST_NAMES, timedValues } from '../../../src/manager/operations/push-store.js';
import type { MetricValue } from '../../../src/model/ptp-store.js';

const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;
const value = (instance: string, time = NOW): MetricValue => ({ name: 'Clients', instance, value: 1, unit: '1', time });
const times = (time: number) =>
  timedValues([value('', time)], { nowMs: NOW, keptMs: 30 * DAY_MS, path: 'PTP_STORE' }).map((one) => one.time);

describe('pushed values', () => {
  it('are of a time that the store keeps, of now where they have none', () => {
    expect(times(NOW - 29 * DAY_MS)).to.deep.equal([NOW - 29 * DAY_MS]);
    expect(times(0)).to.deep.equal([NOW]);
    expect(() => times(NOW - 31 * DAY_MS)).to.throw(/before all that is kept/);
    expect(() => times(NOW + 2 * DAY_MS)).to.throw(/more than a day ahead/);
  });

  it('are of a bounded number of names, however many requests bring them', () => {
    const many = Array.from({ length: MOST_NAMES }, (_, index) => value(String(index)));
    const known = latestWith([], many, 'PTP_STORE');
    expect(latestWith(known, [value('1', NOW + 1)], 'PTP_STORE')).to.have.length(MOST_NAMES);
    expect(() => latestWith(known, [value('one more')], 'PTP_STORE')).to.throw(/10000 are the most/);
  });

  it('say why a status is so in 500 characters at most', () => {
    const check = (reason: string | undefined) => () => checkReason({ reason }, 'PTP_STORE/x');
    expect(check(undefined)).not.to.throw();
    expect(check('x'.repeat(500))).not.to.throw();
    expect(check('x'.repeat(501))).to.throw('the reason has 501 characters; 500 is the most');
  });
});
