/** Alarms on their way from manager to manager. */
import { expect } from 'chai';
import { alarmText, readAlarm } from '../../../../src/manager/alarms/keeping/alarm-text.js';
import { alarm } from '../../assess/notices/samples.js';

describe('an alarm as text', () => {
  it('is read as it was', () => {
    expect(readAlarm(alarmText(alarm('0a1b')))).to.deep.equal(alarm('0a1b'));
  });

  it('has an id that every store can take', () => {
    for (const id of ['a\0b', 'a b', '', 'a'.repeat(101)]) expect(() => readAlarm(alarmText(alarm(id)))).to.throw();
  });
});
