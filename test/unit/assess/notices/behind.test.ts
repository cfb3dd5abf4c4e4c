/** What follows from what, and no more of it than is kept. */
import { expect } from 'chai';
import { BehindRoots } from '../../../../src/assess/notices/behind.js';

const root = (alarm: string) => ({ element: 'device/core1', alarm, why: 'it is behind it' }) as const;

describe('alarms that follow from others', () => {
  it('are forgotten with their roots, also beyond those that are kept', () => {
    const behind = new BehindRoots();
    for (let id = 0; id < 50_000; id += 1) behind.add(`a${id}`, undefined, root('first'));
    for (let id = 0; id < 3; id += 1) behind.add(`b${id}`, undefined, root(`other${id}`));
    behind.add('c', undefined, root('first'));
    expect(behind.of({ alarm: 'first' })?.alarms).to.equal(50_001);
    for (let id = 0; id < 3; id += 1) behind.remove(`b${id}`);
    for (let id = 0; id < 3; id += 1) expect(behind.of({ alarm: `other${id}` })).to.equal(undefined);
  });
});
