import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import type { KnownManager, Relation } from '../../../../src/manager/directory.js';
import { Acquaintance, MOST_STRANGERS, MOST_STRANGERS_A_SECOND } from '../../../../src/manager/pool/acquaintance.js';
import type { ManagerAddress } from '../../../../src/model/manager.js';
import type { Peer } from '../../../../src/peer/peer.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';

class World {
  readonly clock = new FakeClock();
  readonly log = new CollectingLogger();
  readonly known = new Map<string, KnownManager>();
  readonly asked: string[] = [];
  readonly met: string[] = [];
  /** Who answers where; nobody elsewhere. */
  readonly answers = new Map<string, string>();
  /** Answers wait. */
  held: (() => void)[] | undefined;
  isFull = false;
  readonly acquaintance = new Acquaintance({
    env: { clock: this.clock, log: this.log, random: seededRandom() },
    directory: {
      get: (id) => this.known.get(id),
      add: (address, relation) => {
        if (this.isFull) throw new PtpError('Server.Busy', 'full');
        this.known.set(address.id, { address, relation, reach: 'unknown' });
      },
      ask: async (id) => {
        const one = this.known.get(id);
        if (one && this.answers.get(one.address.origin) === id) this.known.set(id, { ...one, reach: 'alive' });
      },
    },
    fresh: (address) => this.#peer(address),
    met: (id) => void this.met.push(id),
  });

  #peer({ origin }: ManagerAddress): Peer {
    const call = async () => {
      this.asked.push(origin);
      if (this.held) await new Promise<void>((resolve) => this.held?.push(resolve));
      const id = this.answers.get(origin);
      if (id === undefined) throw new PtpError('Server.Unavailable', 'nobody');
      return { id, role: 'EM', incarnation: 1, state: 'running', poolRole: 'none', term: 0, uptime: 1 };
    };
    return { call: call as Peer['call'], close: async () => {} };
  }

  knows(id: string, origin: string, relation: Relation, reach: KnownManager['reach']): void {
    this.known.set(id, { address: { id, role: 'EM', origin, context: 'em' }, relation, reach });
  }
}

describe('a manager that announces itself', () => {
  it('is known once it has answered by its id, where it says that it is', async () => {
    const world = new World();
    world.answers.set('http://a:1', 'a');
    await world.acquaintance.hear('a', 'http://a:1/ptpmgr/em');
    await world.acquaintance.hear('b', 'http://a:1/ptpmgr/em');
    await world.acquaintance.hear('c', 'http://169.254.169.254/latest');
    expect([...world.known.keys()]).to.deep.equal(['a']);
    expect(world.known.get('a')?.address).to.deep.include({ origin: 'http://a:1', context: 'ptpmgr/em', role: 'EM' });
    expect(world.met).to.deep.equal(['a']);
  });

  it('stays where it answers, or where the configuration says that it is, whatever is announced', async () => {
    const world = new World();
    world.knows('a', 'http://a:1', 'registered', 'alive');
    world.knows('b', 'http://b:1', 'neighbor', 'unreachable');
    world.answers.set('http://evil:1', 'a');
    world.answers.set('http://evil:2', 'b');
    await world.acquaintance.hear('a', 'http://evil:1/em');
    await world.acquaintance.hear('b', 'http://evil:2/em');
    expect(world.asked).to.deep.equal([]);
    expect([...world.known.values()].map(({ address }) => address.origin)).to.deep.equal(['http://a:1', 'http://b:1']);
    expect(world.met).to.deep.equal(['a']);
  });

  it('is found again where it has moved to', async () => {
    const world = new World();
    world.knows('a', 'http://a:1', 'registered', 'unreachable');
    world.answers.set('http://a:2', 'a');
    await world.acquaintance.hear('a', 'http://a:2/em');
    expect(world.known.get('a')?.address.origin).to.equal('http://a:2');
    expect(world.met).to.deep.equal(['a']);
  });

  it('is asked as one of few at a time and in a second, and seldom', async () => {
    const world = new World();
    world.held = [];
    const hearing = Array.from({ length: 5000 }, (_, at) => world.acquaintance.hear(`x${at}`, `http://x:${1 + at}/`));
    expect(world.asked).to.have.length(MOST_STRANGERS);
    for (const go of world.held.splice(0)) go();
    await Promise.all(hearing);
    world.held = undefined;
    for (let at = 0; at < 500; at += 1) await world.acquaintance.hear(`y${at}`, `http://y:${1 + at}/`);
    expect(world.asked).to.have.length(MOST_STRANGERS_A_SECOND);
    expect(world.known.size).to.equal(0);
    await world.clock.advance(1_000);
    for (let at = 0; at < 9; at += 1) await world.acquaintance.hear('z', 'http://z:1/');
    expect(world.asked).to.have.length(MOST_STRANGERS_A_SECOND + 1);
    expect(world.log.lines.filter(({ level }) => level !== 'debug')).to.deep.equal([]);
  });

  it('is told of once where no more can be known', async () => {
    const world = new World();
    world.isFull = true;
    for (let at = 0; at < 9; at += 1) {
      world.answers.set(`http://x:${at + 1}`, `x${at}`);
      await world.acquaintance.hear(`x${at}`, `http://x:${at + 1}/`);
    }
    expect(world.log.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
  });
});
