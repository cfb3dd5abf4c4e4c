import { expect } from 'chai';
import { elementOf, SmallWorld } from './small-world.js';

const ALL = ['em1', 'em2', 'em3', 'eim'];

function world(): SmallWorld {
  const small = new SmallWorld();
  for (const id of ALL) {
    const names = ALL.filter((other) => other !== id);
    const elements = id === 'eim' ? [] : [1, 2, 3, 4].map((at) => elementOf(`device/${id}-${at}`));
    small.add(id, names, elements, id === 'eim' ? 'EIM' : 'EM');
  }
  return small;
}

const elements = ['em1', 'em2', 'em3'].flatMap((id) => [1, 2, 3, 4].map((at) => `device/${id}-${at}`));

describe('a pool of members', () => {
  it('is founded, elects a master and gives everybody what is at home there', () => {
    const small = world();
    small.run(10_000);
    expect(small.master()).to.be.a('string');
    for (const element of elements) expect(small.pollers(element)).to.deep.equal([element.slice(7, 10)]);
  });

  it('takes over what a crashed secondary had, and gives it back', () => {
    const small = world();
    small.run(10_000);
    const victim = ['em1', 'em2', 'em3'].find((id) => id !== small.master()) ?? '';
    small.crash(victim);
    small.run(1_000);
    for (const element of elements) expect(small.pollers(element), element).to.have.length(1);
    small.start(victim);
    small.run(20_000);
    for (const element of elements) expect(small.pollers(element)).to.deep.equal([element.slice(7, 10)]);
  });

  it('goes on when the master crashes', () => {
    const small = world();
    small.run(10_000);
    const victim = small.master() ?? '';
    small.crash(victim);
    small.run(2_500);
    expect(small.master()).to.be.a('string');
    for (const element of elements) expect(small.pollers(element), element).to.have.length(1);
    small.start(victim);
    small.run(20_000);
    for (const element of elements) expect(small.pollers(element)).to.deep.equal([element.slice(7, 10)]);
  });
});
