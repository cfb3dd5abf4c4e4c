/** Members that have more to do than they can: what they say moves elements, few, and back when there is room again. */
import { expect } from 'chai';
import { elementOf, SmallWorld } from './small-world.js';

const ALL = ['em1', 'em2', 'em3', 'eim'];

function world(listed: Readonly<Record<string, readonly ReturnType<typeof elementOf>[]>>): SmallWorld {
  const small = new SmallWorld();
  for (const id of ALL)
    small.add(
      id,
      ALL.filter((other) => other !== id),
      listed[id] ?? [],
      id === 'eim' ? 'EIM' : 'EM',
    );
  small.run(10_000);
  return small;
}

/** What a member offers from now on, as its manager would. */
function says(
  small: SmallWorld,
  id: string,
  what: { capacity?: number; costs?: { name: string; cost: number }[]; cost?: number },
): void {
  const { offer, elements } = small.get(id);
  small.input(id, {
    is: 'offer',
    manager: { ...offer, capacity: what.capacity ?? offer.capacity },
    elements: elements.map((one) => ({ ...one, cost: what.cost ?? one.cost })),
    ...(what.costs && { costs: what.costs }),
  });
  small.run(3_000);
}

const owner = (small: SmallWorld, element: string): string => small.pollers(element).join();
const costOf = (small: SmallWorld, element: string): number | undefined =>
  small.get(small.master() ?? '').node?.inventory.elements.get(element)?.cost;

describe('an overloaded member', () => {
  const own = [1, 2, 3, 4].map((at) => elementOf(`device/em1-${at}`, { cost: 20 }));

  it('is relieved of what it asks for, gets it back only when it has room again, and not in a flurry', () => {
    const small = world({ em1: own });
    says(small, 'em1', { capacity: 50 });
    // What is at home stays until it asks.
    for (const { name } of own) expect(owner(small, name)).to.equal('em1');
    const asked = ['device/em1-1', 'device/em1-2'];
    small.input(small.master() ?? '', { is: 'delegate', ticket: 1, elements: asked, because: 'load', recall: false });
    small.run(5_000);
    for (const name of asked) expect(owner(small, name)).to.be.oneOf(['em2', 'em3']);
    expect(owner(small, 'device/em1-3')).to.equal('em1');
    // As much as it could just carry is no room to take one back.
    small.run(60_000);
    says(small, 'em1', { capacity: 60 });
    for (const name of asked) expect(owner(small, name)).to.be.oneOf(['em2', 'em3']);
    says(small, 'em1', { capacity: 110 });
    small.run(5_000);
    for (const { name } of own) expect(owner(small, name)).to.equal('em1');
  });

  it('is refused where it has room, and where nobody else has', () => {
    const small = world({ em1: own });
    const ask = (ticket: number) => {
      const master = small.master() ?? '';
      const elements = ['device/em1-1'];
      small.input(master, { is: 'delegate', ticket, elements, because: 'load', recall: false });
      small.run(3_000);
      return small.get(master).delegated.find((one) => one.ticket === ticket);
    };
    expect(ask(1)?.refused[0]?.reason).to.contain('has no more to do than it can');
    for (const id of ['em2', 'em3']) says(small, id, { capacity: 10 });
    says(small, 'em1', { capacity: 50 });
    expect(ask(2)?.refused[0]?.reason).to.equal('no other manager that is able has room for it');
    expect(owner(small, 'device/em1-1')).to.equal('em1');
  });

  it('says what polling costs that others list: the master moves as much of it as is too much, and no more', () => {
    const pool = [1, 2, 3, 4, 5, 6].map((at) => elementOf(`device/pool-${at}`, { cost: 0.1, pool: true }));
    const small = world({ eim: pool });
    const [busy = '', names = []] =
      ['em1', 'em2', 'em3']
        .map((id) => [id, pool.flatMap(({ name }) => (owner(small, name) === id ? [name] : []))] as const)
        .sort((a, b) => b[1].length - a[1].length)[0] ?? [];
    expect(names.length).to.be.at.least(2);
    says(small, busy, { capacity: 50, costs: names.map((name) => ({ name, cost: 30 })) });
    const left = names.filter((name) => owner(small, name) === busy);
    expect(left).to.have.length(1);
    for (const name of names) expect(costOf(small, name)).to.equal(30);
    // Whoever only lists them can only guess, and does not change that.
    says(small, 'eim', { cost: 0.2 });
    for (const name of names) expect(costOf(small, name)).to.equal(30);
    small.run(60_000);
    expect(names.filter((name) => owner(small, name) === busy)).to.deep.equal(left);
  });
});
