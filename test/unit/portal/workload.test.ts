/** Whether a manager keeps up, on its page and in its metrics. */
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { workloadFacts } from '../../../src/portal/views/workload.js';
import { workloadGauges } from '../../../src/portal/workload-gauges.js';

const load = {
  state: 'tight',
  age: 90,
  reason: 'its main thread is busy 57 % of the time, and beyond 80 % polls begin late',
  lateIn: 540,
  use: 0.7123,
  expected: 0.5,
  cost: 420,
  capacity: 350,
  lag95: 0.0123,
  underWay: 12,
  waiting: 3,
  unstored: 40,
  overlapped: 1,
} as const;

describe('the workload of a manager as it is shown', () => {
  it('is a word, a reason, figures in units of people, and the word for why it is not well', () => {
    expect(workloadFacts(load, 'degraded')).to.deep.include({
      workloadWord: 'close to too much',
      workloadCondition: 'warning',
      isOverloaded: true,
      workloadFor: '1\u00a0min',
      workloadReason: load.reason,
      lateIn: '9\u00a0min',
      inUse: '71.2\u00a0%',
      inUseShare: '71%',
      carried: '42\u00a0%',
      carries: '35\u00a0%',
      lag95: '12\u00a0ms',
      waiting: '3',
    });
    expect(workloadFacts({ ...load, state: 'late', use: 1.3 }, 'degraded')).to.deep.include({
      workloadCondition: 'major',
      inUseShare: '100%',
    });
    // Something else is wrong, and is said.
    expect(workloadFacts(load, 'failing').isOverloaded).to.equal(false);
  });

  it('is one of three in the metrics, with what waits', async () => {
    const registry = new Registry();
    const set = workloadGauges([registry]);
    set(undefined);
    set(load);
    const text = await registry.metrics();
    for (const line of [
      'ptpmgr_workload{state="tight"} 1',
      'ptpmgr_workload{state="late"} 0',
      'ptpmgr_poll_lag95_seconds 0.0123',
      'ptpmgr_polls_waiting 3',
      'ptpmgr_poll_capacity 350',
      'ptpmgr_polls_overlapped_total 1',
    ])
      expect(text).to.include(`${line}\n`);
  });
});
