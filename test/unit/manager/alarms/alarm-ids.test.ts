/** Ids of alarms. */
import { expect } from 'chai';
import { AlarmIds } from '../../../../src/manager/alarms/alarm-book-parts.js';
import { seededRandom } from '../../../support/test-env.js';

const NOW_MS = 1_790_000_000_000;

describe('ids of alarms', () => {
  it('are never the same, by chance within a millisecond', () => {
    const ids = new AlarmIds(seededRandom());
    const other = new AlarmIds(seededRandom(2));
    const made = Array.from({ length: 500 }, () => [ids.next(NOW_MS), other.next(NOW_MS)]).flat();
    expect(new Set(made)).to.have.length(1000);
    for (const id of made) expect(id).to.match(/^[0-9a-f]{24}$/);
  });

  it('stand in the order of time, whatever that is', () => {
    const ids = new AlarmIds(seededRandom());
    const times = [-5, 0.5, 1, NOW_MS, NOW_MS + 0.9, NOW_MS + 1, NOW_MS + 1000, 2 ** 47];
    const made = times.map((time) => ids.next(time));
    const prefixes = made.map((id) => id.slice(0, 12));
    expect([...prefixes].sort()).to.deep.equal(prefixes);
    expect(prefixes[0]).to.equal('000000000000');
    for (const id of made) expect(id).to.match(/^[0-9a-f]{24}$/);
  });
});
