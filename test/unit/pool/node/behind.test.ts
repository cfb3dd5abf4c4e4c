import { expect } from 'chai';
import type { Sender } from '../../../../src/pool/messages.js';
import type { PoolMessage } from '../../../../src/pool/node/messages.js';
import { masterOf, nodeOf, pool, secondaryOf } from './three-managers.js';

describe('a voter whose log is behind the pool', () => {
  const setUp = () => {
    const small = pool(0);
    const id = secondaryOf(small);
    const master = masterOf(small);
    const { identity, incarnation, starts } = small.get(master).disk;
    const from = { id: master, identity, incarnation, starts };
    const node = nodeOf(small, id);
    const hear = (message: PoolMessage, sender: Sender = from) =>
      small.input(id, {
        is: 'message',
        envelope: { from: sender, to: id, toIncarnation: undefined, pool: node.roster.pool, message },
      });
    return { small, id, master, from, node, hear };
  };

  it('judges nobody by its own roster any more when it hears that it was dropped since', () => {
    const { id, master, node, hear } = setUp();
    const { roster, mastership } = node;
    const term = mastership.durable.term + 5;
    const members = roster.members.filter((member) => member.id !== id);
    const later = { ...roster, version: roster.version + 3, members, settled: true };
    hear({ is: 'inPool', pool: roster.pool, name: 'test', master, roster: later, knownIn: term });
    expect(mastership.told).to.deep.equal({ term, version: later.version });
    expect(node.roster.version).to.equal(later.version);
  });

  it('believes the disk that it has promised the lease to, and no other of that id', () => {
    const { small, master, from, node, hear } = setUp();
    const { promise, durable } = node.mastership;
    expect(promise.holder).to.equal(master);
    expect(node.promisedTo).to.deep.equal({ id: master, identity: from.identity });
    small.crash(master);
    const before = { term: durable.term, index: durable.entries.at(-1)?.index ?? durable.base.index };
    const renew = {
      is: 'renew',
      term: durable.term,
      sequence: 9_999,
      leaseMs: 1_500,
      before,
      entries: [],
      confirmed: 0,
    };
    const promised = () => node.mastership.promise.untilMs;
    const until = promised();
    small.run(100);
    hear(renew as PoolMessage, { ...from, identity: 'another' });
    expect(promised()).to.equal(until);
    node.promisedTo = { id: master, identity: 'another' };
    hear(renew as PoolMessage, { ...from, identity: 'another' });
    expect(promised()).to.be.above(until);
  });
});
