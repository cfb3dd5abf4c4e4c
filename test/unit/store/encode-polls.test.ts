import { expect } from 'chai';
import { homeEpoch } from '../../../src/model/manager.js';
import { Measured, shapeOf } from '../../../src/model/measured.js';
import { weightOf } from '../../../src/store/sqlite/encode-polls.js';
import type { PollRecord } from '../../../src/store/store.js';

const named = (metric: string) => ({ metric, instance: '', unit: '1' });
const poll = { element: 'device/a', method: 'snmp', time: 1000, ok: true, events: [] } as const;

describe('the weight of polls', () => {
  it('is that of the values that were measured, of which no samples are made', () => {
    const measured = new Measured(shapeOf([named('x'), named('y')]), 1000, () => 1);
    const made: string[] = [];
    const record: PollRecord = {
      ...poll,
      measured,
      get samples() {
        made.push('samples');
        return [];
      },
    };
    expect(weightOf([record, record])).to.equal(6);
    expect(made).to.deep.equal([]);
  });

  it('is that of the samples where there is nothing else', () => {
    const sample = {
      element: 'device/a',
      owner: 'EM1',
      epoch: homeEpoch('EM1'),
      metric: 'x',
      instance: '',
      unit: '1',
    } as const;
    expect(weightOf([{ ...poll, samples: [{ ...sample, time: 1000, value: 1 }] }])).to.equal(2);
  });
});
