import { expect } from 'chai';
import { elementOf, HEARTBEAT_MS, SmallWorld } from './small-world.js';

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

describe('elements of a pool', () => {
  const others = (small: SmallWorld, id: string) =>
    ['em1', 'em2', 'em3'].filter((one) => one !== id && one !== small.master());

  it('are handed over before their manager leaves, and given back when it returns', () => {
    const small = world();
    small.run(10_000);
    const [leaver = ''] = others(small, '');
    small.input(leaver, { is: 'wants', wants: 'leaving' });
    small.run(3_000);
    expect([...small.get(leaver).polls.keys()]).to.deep.equal([]);
    for (const element of elements) expect(small.pollers(element), element).to.have.length(1);
    small.input(leaver, { is: 'leave' });
    small.run(1_500);
    const roster = small.get(small.master() ?? '').node?.roster;
    expect(roster?.members.map(({ id }) => id)).not.to.include(leaver);
    small.crash(leaver);
    small.run(1_000);
    small.start(leaver);
    small.run(10_000);
    for (const element of elements) expect(small.pollers(element)).to.deep.equal([element.slice(7, 10)]);
  });

  it('are handed over by a master that leaves', () => {
    const small = world();
    small.run(10_000);
    const leaver = small.master() ?? '';
    small.input(leaver, { is: 'wants', wants: 'leaving' });
    small.run(3_000);
    expect([...small.get(leaver).polls.keys()]).to.deep.equal([]);
    small.input(leaver, { is: 'leave' });
    small.run(2_000);
    expect(small.master()).not.to.equal(leaver);
    const roster = small.get(small.master() ?? '').node?.roster;
    expect(roster?.members.map(({ id }) => id)).not.to.include(leaver);
  });

  it('are delegated by a person, stay there, and come back when they are recalled', () => {
    const small = world();
    small.run(10_000);
    const master = small.master() ?? '';
    const [to = ''] = others(small, '');
    const [element = ''] = elements.filter((name) => !name.includes(to));
    small.input(master, { is: 'delegate', ticket: 1, elements: [element], to, because: 'person', recall: false });
    small.run(4_000);
    expect(small.pollers(element)).to.deep.equal([to]);
    small.run(10_000);
    expect(small.pollers(element)).to.deep.equal([to]);
    small.input(master, { is: 'delegate', ticket: 2, elements: [element], because: 'person', recall: true });
    small.run(4_000);
    expect(small.pollers(element)).to.deep.equal([element.slice(7, 10)]);
  });

  it('that only a dead home could read are unwatched, and the master says so', () => {
    const small = new SmallWorld();
    for (const id of ALL)
      small.add(
        id,
        ALL.filter((other) => other !== id),
        id === 'eim' ? [] : [elementOf(`device/${id}-log`, { stationary: true, methods: ['file'] })],
        id === 'eim' ? 'EIM' : 'EM',
      );
    small.run(10_000);
    const master = small.master() ?? '';
    const [victim = ''] = others(small, '');
    small.crash(victim);
    small.run(1_000);
    expect(small.pollers(`device/${victim}-log`)).to.deep.equal([]);
    const news = small.get(master).news.filter(({ is }) => is === 'unwatched');
    expect(news).to.have.length(1);
    small.start(victim);
    small.run(10_000);
    expect(small.pollers(`device/${victim}-log`)).to.deep.equal([victim]);
  });

  const shared = elementOf('device/shared');

  /** All have been started again, its owner last. */
  function withShared(change: (small: SmallWorld, owner: string) => void): { small: SmallWorld; other: string } {
    const small = new SmallWorld();
    for (const id of ALL)
      small.add(
        id,
        ALL.filter((other) => other !== id),
        id === 'em1' || id === 'em2' ? [shared] : [],
        id === 'eim' ? 'EIM' : 'EM',
      );
    small.run(10_000);
    const [owner = ''] = small.pollers(shared.name);
    for (const id of ALL) small.crash(id);
    change(small, owner);
    for (const id of ALL) if (id !== owner) small.start(id);
    small.run(1_000);
    small.start(owner);
    small.run(15_000);
    return { small, other: owner === 'em1' ? 'em2' : 'em1' };
  }

  it('that one of two homes does not list any more when it starts again go to the other', () => {
    const { small, other } = withShared((world, owner) => {
      world.get(owner).elements = [];
    });
    expect(small.pollers(shared.name)).to.deep.equal([other]);
    expect(small.unknown).to.deep.equal([]);
  });

  it('that one of two homes does not list any more while it is given them go to the other', () => {
    let isOrdered = false;
    const { small, other } = withShared((world, owner) => {
      world.weather = ({ to, message }) => {
        if (to === owner && message.is === 'orders' && !isOrdered) {
          isOrdered = true;
          const member = world.get(owner);
          member.elements = [];
          world.input(owner, { is: 'offer', manager: member.offer, elements: [] });
        }
        return 2;
      };
    });
    expect(isOrdered).to.equal(true);
    expect(small.pollers(shared.name)).to.deep.equal([other]);
    expect(small.unknown).to.deep.equal([]);
  });

  it('of the pool are spread over the managers', () => {
    const small = new SmallWorld();
    const pooled = Array.from({ length: 30 }, (_, at) => elementOf(`device/p${at}`, { pool: true }));
    for (const id of ALL)
      small.add(
        id,
        ALL.filter((other) => other !== id),
        id === 'em1' ? pooled : [],
        id === 'eim' ? 'EIM' : 'EM',
      );
    small.run(10_000);
    for (const { name } of pooled) expect(small.pollers(name), name).to.have.length(1);
    for (const id of ['em1', 'em2', 'em3']) expect(small.get(id).polls.size).to.be.within(5, 15);
    expect(small.get('eim').polls.size).to.equal(0);
  });

  it('stay with a manager that is cut off, which says so and takes nothing over', () => {
    const small = world();
    small.run(10_000);
    small.crash('em1');
    small.crash('em2');
    small.crash('eim');
    small.run(10_000);
    const left = small.get('em3');
    expect([...left.polls.keys()].every((name) => name.includes('em3'))).to.equal(true);
    expect(left.polls.size).to.equal(4);
    expect(left.news.filter(({ is }) => is === 'cutOff')).to.deep.equal([{ is: 'cutOff', begins: true }]);
    small.input('em3', { is: 'recover', without: ['em1', 'em2', 'eim'] });
    small.run(5_000);
    expect(small.master()).to.equal('em3');
    for (const element of elements) expect(small.pollers(element), element).to.deep.equal(['em3']);
  });
});

describe('a member whose polls were held up', () => {
  const isHeld = (small: SmallWorld, id: string): boolean => small.get(id).node?.holdUntilMs !== undefined;
  const isHeldAfterLate = (small: SmallWorld, id: string): boolean => {
    small.input(id, { is: 'late', byMs: HEARTBEAT_MS });
    return isHeld(small, id);
  };

  it('polls on as soon as the master has said that what it holds is its own', () => {
    const small = world();
    small.run(10_000);
    const secondary = ['em1', 'em2', 'em3'].find((id) => id !== small.master()) ?? '';
    expect(isHeldAfterLate(small, secondary)).to.equal(true);
    small.run(20);
    expect(isHeld(small, secondary)).to.equal(false);
  });

  it('does not poll on when the master has said what is new, and not all', () => {
    const small = world();
    small.run(10_000);
    const master = small.get(small.master() ?? '');
    const secondary = ['em1', 'em2', 'em3'].find((id) => id !== master.id) ?? '';
    const { node } = small.get(secondary);
    if (!node || !master.node) throw new Error('somebody does not run');
    const { identity, incarnation, starts, term } = master.node.mastership.durable;
    const tell = (all: boolean) => {
      const sequence = node.ordersDone.sequence + 1;
      const message = { is: 'orders', term, sequence, all, more: false, orders: [] } as const;
      const from = { id: master.id, identity, incarnation, starts };
      const { pool } = node.roster;
      small.input(secondary, {
        is: 'message',
        envelope: { from, to: secondary, toIncarnation: undefined, pool, message },
      });
      return isHeld(small, secondary);
    };
    expect(isHeldAfterLate(small, secondary)).to.equal(true);
    expect([tell(false), tell(true)]).to.deep.equal([true, false]);
  });

  it('polls on after a heartbeat when nobody says anything', () => {
    const small = world();
    small.run(10_000);
    const secondary = ['em1', 'em2', 'em3'].find((id) => id !== small.master()) ?? '';
    for (const id of ALL) if (id !== secondary) small.crash(id);
    expect(isHeldAfterLate(small, secondary)).to.equal(true);
    small.run(HEARTBEAT_MS - 10);
    expect(isHeld(small, secondary)).to.equal(true);
    small.run(20);
    expect(isHeld(small, secondary)).to.equal(false);
  });

  it('polls on at once where it is master, or where there is nobody yet who could say', () => {
    const small = world();
    expect(isHeldAfterLate(small, 'em1')).to.equal(false);
    small.run(10_000);
    expect(isHeldAfterLate(small, small.master() ?? '')).to.equal(false);
  });
});

describe('the votes of a pool', () => {
  it('go from a dead voter to one that lives, so that the next death is not one too many', () => {
    const small = world();
    small.run(10_000);
    const [first = '', second = ''] = ['em1', 'em2', 'em3'].filter((id) => id !== small.master());
    small.crash(first);
    small.run(10_000);
    small.crash(second);
    small.run(5_000);
    expect(small.master()).to.be.a('string');
    for (const element of elements) expect(small.pollers(element), element).to.have.length(1);
  });
});
