/** Schedules of messages, stops and returns that a pool has to live with; each has broken one once. */
import { expect } from 'chai';
import { elementOf, SmallWorld } from './small-world.js';
import { ALL, masterOf, nodeOf, ownerOf, pool, secondaryOf } from './three-managers.js';

const RANK = { priority: 0, wasMaster: false, uptimeMs: 0, ip: '', mac: '', id: 'x' };

describe('a manager that comes back', () => {
  it('waits longer each time until it is given its elements', () => {
    const small = pool();
    const id = secondaryOf(small);
    const waits: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      small.crash(id);
      small.run(2_000);
      small.start(id);
      const sinceMs = small.nowMs;
      while (ownerOf(small, `device/${id}-0`) !== id && small.nowMs < sinceMs + 60_000) small.run(250);
      waits.push(Math.floor((small.nowMs - sinceMs) / 1000));
    }
    expect(waits).to.deep.equal([5, 10, 20]);
  });
});

describe('what a manager lists', () => {
  it('and only it can read is polled by nobody while it is paused', () => {
    const small = pool(0);
    const id = secondaryOf(small);
    small.input(id, { is: 'wants', wants: 'leaving' });
    small.run(2_000);
    small.input(id, {
      is: 'offer',
      manager: small.get(id).offer,
      elements: [elementOf('device/own', { stationary: true })],
    });
    small.run(5_000);
    expect(small.pollers('device/own')).to.deep.equal([]);
    small.input(id, { is: 'wants', wants: 'alive' });
    small.run(10_000);
    expect(small.pollers('device/own')).to.deep.equal([id]);
  });

  it('is polled at home all the while, though the pool takes it up some at a time', () => {
    const small = pool(0);
    const id = secondaryOf(small);
    const elements = Array.from({ length: 6_000 }, (_, at) => elementOf(`device/many-${at}`, { cost: 0.001 }));
    small.input(id, { is: 'offer', manager: small.get(id).offer, elements });
    let least = elements.length;
    for (let ms = 0; ms < 3_000; ms += 50) {
      small.run(50);
      least = Math.min(least, small.get(id).polls.size);
    }
    expect(least).to.equal(elements.length);
    expect(ownerOf(small, 'device/many-5999')).to.equal(id);
  });

  it('becomes known although a part of the offer was lost', () => {
    const small = new SmallWorld();
    const lost = new Set<string>();
    small.weather = ({ from, message }) => {
      const isLost = message.is === 'offer' && message.part === 1 && !lost.has(from.id);
      if (isLost) lost.add(from.id);
      return isLost ? undefined : 2;
    };
    for (const id of ALL)
      small.add(
        id,
        ALL.filter((other) => other !== id),
        Array.from({ length: 600 }, (_, at) => elementOf(`device/${id}-${at}`, { cost: 0.001 })),
      );
    small.run(15_000);
    expect(lost.size).to.equal(2);
    expect(nodeOf(small, masterOf(small)).inventory.elements.size).to.equal(1_800);
  });

  it('becomes known although the first master dies before it is all decided', () => {
    for (let most = 0; most < 5; most += 1) {
      const small = new SmallWorld();
      const decided = new Set<number>();
      // So many of its decisions about what there is get to the others.
      small.weather = ({ message }) => {
        if (message.is !== 'renew') return 2;
        for (const { index, decision } of message.entries) if (decision.is === 'inventory') decided.add(index);
        const late = [...decided].sort((one, other) => one - other).slice(most);
        return message.entries.some(({ index }) => late.includes(index)) ? undefined : 2;
      };
      for (const id of ALL)
        small.add(
          id,
          ALL.filter((other) => other !== id),
          [elementOf(`device/${id}`)],
        );
      while (decided.size <= most && small.nowMs < 10_000) small.run(10);
      small.run(100);
      small.crash(masterOf(small));
      small.weather = () => 2;
      small.run(15_000);
      const known = [...nodeOf(small, masterOf(small)).inventory.elements.keys()];
      for (const { id, node } of small.members.values())
        if (node) expect(known, `${id}, ${most} decided`).to.include(`device/${id}`);
    }
  });

  it('is taken from members alone', () => {
    const small = pool();
    const master = nodeOf(small, masterOf(small));
    const manager = { ...small.get('em1').offer, id: 'stranger' };
    const from = { id: 'stranger', identity: 'another-disk', incarnation: 1, starts: [0] };
    const message = { is: 'offer', offered: 'x', part: 0, parts: 1, manager, elements: [] } as const;
    const { pool: id } = master.roster;
    small.input(master.id, {
      is: 'message',
      envelope: { from, to: master.id, toIncarnation: undefined, pool: id, message },
    });
    small.run(1_000);
    expect(master.inventory.managers.has('stranger')).to.equal(false);
  });
});

describe('a request', () => {
  it('that changes nothing is answered at once', () => {
    const small = pool();
    const id = masterOf(small);
    small.input(id, { is: 'delegate', ticket: 1, elements: ['device/none'], because: 'person', recall: false });
    expect(small.get(id).delegated).to.have.length(1);
    expect(small.get(id).delegated[0]?.refused).to.deep.equal([
      { element: 'device/none', reason: 'the pool knows no element device/none' },
    ]);
  });

  it('is not said to be done by a master that was deposed before its decision was confirmed', () => {
    const small = pool();
    const id = masterOf(small);
    const [to = '', third = ''] = ALL.filter((other) => other !== id);
    const member = small.get(id);
    small.weather = (envelope) => (envelope.from.id === id || envelope.to === id ? undefined : 2);
    small.input(id, { is: 'delegate', ticket: 1, elements: [`device/${id}-0`], to, because: 'person', recall: false });
    // It stands still until the others have another master, whose decisions stand where its own would.
    const { node } = member;
    member.node = undefined;
    small.run(5_000);
    const next = masterOf(small);
    small.input(next, {
      is: 'delegate',
      ticket: 1,
      elements: [`device/${third}-0`, `device/${to}-0`],
      to: next,
      because: 'person',
      recall: false,
    });
    small.run(1_000);
    member.node = node;
    // A message comes before the clock is looked at.
    small.weather = ({ message }) => (message.is === 'renew' ? 2 : undefined);
    small.run(1_000);
    expect(node?.applied).to.be.greaterThan(0);
    expect(member.delegated.map(({ moved }) => moved)).to.deep.equal([[]]);
    expect(node?.placement?.elements.get(`device/${id}-0`)?.delegation).to.equal(undefined);
  });
});

describe('orders', () => {
  it('go out as soon as the decision is confirmed', () => {
    const small = pool();
    const id = secondaryOf(small);
    const { length } = small.log;
    small.crash(id);
    small.run(1_000);
    const since = small.log.slice(length).filter((line) => line.includes(` ${small.master()} `));
    const atMs = (what: string) => Number(since.find((line) => line.includes(what))?.split(' ')[0]);
    // To a voter and back, and to its disk.
    expect(atMs('"orders"') - atMs('"moves"')).to.be.lessThan(10);
  });

  it('are obeyed when a lease has lapsed and been renewed late', () => {
    const small = pool();
    const id = masterOf(small);
    const node = nodeOf(small, id);
    const element = `device/${id}-0`;
    for (const [ticket, recall] of [true, false, true, false, true].entries()) {
      const to = secondaryOf(small);
      small.input(id, { is: 'delegate', ticket, elements: [element], to, because: 'person', recall });
      small.run(2_000);
    }
    const { mode } = node.mastership;
    if (mode.is !== 'mastering') throw new Error('it masters');
    // Promises are held up until the lease is over, by a moment; a beat comes before them, and before the clock.
    const held: Parameters<SmallWorld['weather']>[0][] = [];
    const other = secondaryOf(small);
    small.weather = (envelope) => {
      if (envelope.message.is === 'renewed') held.push(envelope);
      return envelope.message.is === 'renewed' ? undefined : 2;
    };
    const endMs = mode.leaseUntilMs;
    small.run(endMs - small.nowMs - 1);
    small.nowMs = endMs + 0.5;
    small.input(id, { is: 'works', heartbeat: node.heartbeat });
    expect(small.master()).to.equal(undefined);
    small.weather = () => 2;
    for (const envelope of held) small.input(id, { is: 'message', envelope });
    expect(small.master()).to.equal(id);
    small.run(600);
    small.input(id, { is: 'delegate', ticket: 9, elements: [element], to: other, because: 'person', recall: false });
    small.run(3_000);
    expect(small.master()).to.equal(id);
    expect(small.pollers(element)).to.deep.equal([other]);
  });
});

describe('a manager that was wrongly found dead', () => {
  it('polls on until the one that takes over polls', () => {
    const small = new SmallWorld();
    const pooled = Array.from({ length: 6 }, (_, at) => elementOf(`device/p${at}`, { pool: true }));
    for (const id of ALL)
      small.add(
        id,
        ALL.filter((other) => other !== id),
        id === 'em1' ? pooled : [],
      );
    small.run(10_000);
    const id = secondaryOf(small, 'em1') === '' ? secondaryOf(small) : secondaryOf(small, 'em1');
    const others = ALL.filter((other) => other !== id);
    const mine = [...small.get(id).polls.keys()];
    expect(mine).not.to.deep.equal([]);
    // Cut off until it is found dead, while orders reach nobody.
    small.weather = (envelope) =>
      envelope.from.id === id || envelope.to === id || envelope.message.is === 'orders' ? undefined : 2;
    for (const other of others) small.deaf.add(`${other} ${id}`);
    small.run(6_000);
    const master = masterOf(small);
    expect(nodeOf(small, master).inventory.managers.get(id)?.standing).to.equal('gone');
    small.deaf.clear();
    small.weather = (envelope) => (envelope.message.is === 'orders' && envelope.to !== id ? undefined : 2);
    for (let ms = 0; ms < 4_000; ms += 20) {
      small.run(20);
      for (const element of mine) expect(small.pollers(element), `${element} after ${ms}`).not.to.deep.equal([]);
    }
  });
});

describe('recovery', () => {
  it('begins with one that keeps the inventory, where one is left', () => {
    const small = new SmallWorld();
    const all = ['em1', 'em2', 'em3', 'em4'];
    for (const id of all)
      small.add(
        id,
        all.filter((other) => other !== id),
        [elementOf(`device/${id}`)],
      );
    small.run(20_000);
    const { members } = nodeOf(small, 'em1').roster;
    const witness = members.find(({ voter }) => !voter)?.id ?? '';
    const [kept = '', ...lost] = members.filter(({ voter }) => voter).map(({ id }) => id);
    for (const id of lost) small.crash(id);
    small.run(3_000);
    expect(() => small.input(witness, { is: 'recover', without: lost })).to.throw(`ask one that does: ${kept}`);
    small.input(kept, { is: 'recover', without: lost });
    small.run(10_000);
    expect(small.master()).to.equal(kept);
    for (const id of all) expect(small.pollers(`device/${id}`), id).to.have.length(1);
  });
});

describe('strangers with the key of the pool', () => {
  const strangers = (small: SmallWorld, to: string, name: string, count: number) => {
    const message = { is: 'canvass', term: 1, round: 1, rank: RANK, tip: { term: 0, index: 0 } } as const;
    for (let at = 0; at < count; at += 1) {
      const from = { id: `s${at}`, identity: `disk-${at}`, incarnation: 1, starts: [0] };
      small.input(to, { is: 'message', envelope: { from, to, toIncarnation: undefined, pool: name, message } });
    }
  };

  it('fill no memory', () => {
    const small = pool();
    const node = nodeOf(small, masterOf(small));
    strangers(small, node.id, node.roster.pool, 3_000);
    expect(node.incarnations.size).to.be.at.most(3);
    expect(node.mastership.seen.size).to.be.at.most(1_000);
  });

  it('of another pool are told of once', () => {
    const small = pool();
    const id = masterOf(small);
    strangers(small, id, 'another-pool', 50);
    expect(small.get(id).news.filter(({ is }) => is === 'otherPool')).to.have.length(1);
  });
});

describe('a former master', () => {
  it('looks for the new one, which may not have reached it', () => {
    const small = pool();
    const id = masterOf(small);
    small.weather = (envelope) => (envelope.from.id === id || envelope.to === id ? undefined : 2);
    small.run(4_000);
    const next = masterOf(small);
    expect(next).not.to.equal(id);
    expect(nodeOf(small, id).lead).to.equal(undefined);
    // Nothing is said of its own accord: it has to ask.
    small.weather = ({ to, message }) => (to === id && message.is === 'renew' ? undefined : 2);
    small.run(2_000);
    expect(nodeOf(small, id).lead?.id).to.equal(next);
  });
});

describe('an election', () => {
  for (const tookMs of [1_200, 60_000])
    it(`comes about although what the winner has to fetch takes ${tookMs / 1000} s`, () => {
      const small = pool();
      const id = masterOf(small);
      const [ahead = '', behind = ''] = ALL.filter((other) => other !== id).sort();
      // The one that ranks highest, because it has been up for longest, misses the last decision.
      small.crash(ahead);
      small.run(2_000);
      small.start(ahead);
      small.run(20_000);
      small.weather = ({ to, message }) =>
        to === behind && message.is === 'renew' && message.entries.length > 0 ? undefined : 2;
      const elements = [`device/${id}-0`];
      small.input(id, { is: 'delegate', ticket: 1, elements, to: ahead, because: 'person', recall: false });
      small.run(20);
      const tipOf = (one: string) => nodeOf(small, one).mastership.durable.entries.at(-1)?.index ?? 0;
      expect(tipOf(ahead)).to.be.greaterThan(tipOf(behind));
      small.weather = ({ message }) => (message.is === 'fetched' ? tookMs : 2);
      small.crash(id);
      small.run(6_000);
      expect(small.master()).to.equal(tookMs < 2_000 ? behind : ahead);
    });
});

describe('two managers without a witness', () => {
  it('come to one inventory when they meet again', () => {
    const small = new SmallWorld();
    small.quorum = 'none';
    for (const id of ['em1', 'em2'])
      small.add(
        id,
        ['em1', 'em2'].filter((other) => other !== id),
        [1, 2].map((at) => elementOf(`device/${id}-${at}`)),
      );
    small.run(15_000);
    expect(nodeOf(small, 'em1').roster.quorum).to.equal('none');
    small.weather = () => undefined;
    small.deaf.add('em1 em2').add('em2 em1');
    small.run(20_000);
    for (const id of ['em1', 'em2']) expect(small.get(id).polls.size, id).to.equal(4);
    small.deaf.clear();
    small.weather = () => 2;
    small.run(30_000);
    for (const id of ['em1', 'em2'])
      for (const at of [1, 2]) expect(small.pollers(`device/${id}-${at}`), `device/${id}-${at}`).to.have.length(1);
    const [one, other] = ['em1', 'em2'].map((id) => nodeOf(small, id));
    expect(one?.applied).to.equal(other?.applied);
    expect(one?.inventory.ownerships).to.deep.equal(other?.inventory.ownerships);
  });
});
