import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { Picture, Reachable } from '../../../src/cli/status/picture.js';
import { PoolWatch } from '../../../src/cli/status/watch.js';
import type { Peer } from '../../../src/peer/peer.js';
import { fakeManager } from '../../browser/fixture/fake-manager.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const refused = () => new PtpError('Server.Unavailable', 'the connection was refused');
const EM1: Reachable = { id: 'the manager', origin: 'http://em1.example.net:8080', context: 'ptpmgr/em' };

/** Managers by origin; who is `dead` refuses, and each counts what it was asked. */
function world(voters: readonly string[] = []) {
  const dead = new Set<string>();
  const asked: string[] = [];
  const clock = new FakeClock();
  const manager = fakeManager({ id: 'EM1', role: 'EM', third: true });
  const tellers = new WeakMap<Peer, string>();
  const connect = (to: Reachable): Peer => {
    const peer: Peer = {
      call: async (operation, input) => {
        if (dead.has(to.origin)) throw refused();
        asked.push(`${to.origin} ${operation}`);
        if (operation === 'areYouThere') return undefined as never;
        const caller = { kind: 'user', name: 'u', role: 'viewer', from: '' } as const;
        return manager.invoke(operation, input, { caller, requestId: '', hops: 0, signal: AbortSignal.abort() });
      },
      close: async () => {},
    };
    tellers.set(peer, to.origin);
    return peer;
  };
  const picture = async (peer: Peer): Promise<Picture> => {
    const origin = tellers.get(peer) ?? '';
    if (dead.has(origin)) throw refused();
    return {
      standing: 'member',
      whole: true,
      teller: origin.slice(7, 10).toUpperCase(),
      term: 1,
      roster: 1,
      cutOff: false,
      members: voters.map((id) => ({ id, role: 'EM', voter: true, standing: 'alive', owns: 0, standsInFor: 0 })),
      elements: new Map(),
      total: 0,
    };
  };
  return { dead, asked, clock, watch: new PoolWatch({ clock, connect, picture }, EM1) };
}

describe('watching a pool', () => {
  it('asks another manager when the one that was named dies, and stays with it', async () => {
    const { dead, watch } = world();
    expect((await watch.look()).picture?.teller).to.equal('EM1');
    dead.add(EM1.origin);
    const second = await watch.look();
    expect(second.picture?.teller).to.equal('EM2');
    expect([...second.silent.keys()]).to.deep.equal(['EM1']);
    dead.delete(EM1.origin);
    await watch.look();
    await settle();
    const later = await watch.look();
    expect(later.picture?.teller).to.equal('EM2');
    expect([...later.silent.keys()]).to.deep.equal([]);
    await watch.close();
  });

  it('asks one that votes from the first look on, since others know only their part', async () => {
    const { dead, watch } = world(['EM2', 'EM3']);
    expect((await watch.look()).picture?.teller).to.equal('EM2');
    dead.add('http://em2.example.net:8080');
    expect((await watch.look()).picture?.teller).to.equal('EM3');
    dead.add('http://em3.example.net:8080');
    expect((await watch.look()).picture?.teller).to.equal('EM1');
  });

  it('says what the last one said when nobody answers', async () => {
    const { dead, watch } = world();
    dead.add(EM1.origin);
    let failure: unknown;
    await watch.look().catch((thrown) => {
      failure = thrown;
    });
    expect(failure).to.be.instanceOf(PtpError).and.to.include({ code: 'Server.Unavailable' });
  });

  it('finds out who does not answer, and when it last did', async () => {
    const { dead, clock, watch } = world();
    await watch.look();
    await clock.advance(500);
    await watch.look();
    await settle();
    await clock.advance(200);
    dead.add('http://em3.example.net:8080');
    await watch.look();
    await settle();
    await clock.advance(400);
    const { silent } = await watch.look();
    expect(silent.get('EM3')).to.deep.equal({ sinceMs: 500, reason: 'the connection was refused' });
  });

  it('asks for what is dear every two seconds only, and shows what needs attention', async () => {
    const { asked, clock, watch } = world();
    const { view } = await watch.look();
    expect(view.open?.slice(0, 2).map(({ element, status }) => [element, status])).to.deep.equal([
      ['device/edge-fra-1', 'down'],
      ['service/stream-1', 'down'],
    ]);
    const dear = () => asked.filter((one) => one.endsWith('getStatus')).length;
    for (let look = 0; look < 4; look++) {
      await clock.advance(450);
      await watch.look();
    }
    expect(dear()).to.equal(1);
    await clock.advance(450);
    await watch.look();
    await settle();
    expect(dear()).to.equal(2);
  });
});
