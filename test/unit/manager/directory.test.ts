import { expect } from 'chai';
import { type ErrorCode, PtpError } from '../../../src/base/errors.js';
import { Directory, type PoolWord } from '../../../src/manager/directory.js';
import type { ManagerAddress } from '../../../src/model/manager.js';
import type { Peer } from '../../../src/peer/peer.js';
import type { Output } from '../../../src/xml/messages/operations.js';
import { testEnv } from '../../support/test-env.js';

const EM2: ManagerAddress = { id: 'EM2', role: 'EM', origin: 'http://em2.example:8080', context: 'ptpmgr/em' };

const presence = (id: string): Output<'areYouThere'> => ({
  id,
  role: 'EM',
  incarnation: 1,
  state: 'running',
  poolRole: 'none',
  term: 0,
  uptime: 1000,
  health: 'good',
  load: 0,
  version: '1',
});

/** A directory that knows EM2, which answers what the script says, question by question. */
function world(script: readonly ('there' | 'another' | ErrorCode)[]) {
  const env = testEnv();
  const told: string[] = [];
  let asked = 0;
  const call = async (): Promise<unknown> => {
    const next = script[Math.min(asked, script.length - 1)] ?? 'there';
    asked += 1;
    if (next === 'there' || next === 'another') return presence(next === 'there' ? 'EM2' : 'EM7');
    throw new PtpError(next, `scripted ${next}`);
  };
  const directory = new Directory({
    env,
    connect: () => ({ call: call as Peer['call'], close: async () => {} }),
    onChange: (now, before) => void told.push(`${before.reach} to ${now.reach}`),
  });
  directory.add(EM2, 'neighbor');
  return { directory, told };
}

async function after(script: Parameters<typeof world>[0]) {
  const { directory, told } = world(script);
  for (let question = 0; question < script.length; question += 1) await directory.ask('EM2');
  const known = directory.get('EM2');
  await directory.close();
  return { reach: known?.reach, reason: known?.reason, told };
}

describe('the directory of managers', () => {
  const cases: [string, Parameters<typeof world>[0], string][] = [
    ['has one that answers as alive', ['there'], 'alive'],
    ['believes that nothing listens at once', ['there', 'Server.Unavailable'], 'unreachable'],
    ['bears with one unanswered question', ['there', 'Server.Timeout'], 'alive'],
    ['calls it silent after two in a row', ['there', 'Server.Timeout', 'Server.Timeout'], 'unreachable'],
    ['counts anew after an answer', ['there', 'Server.Timeout', 'there', 'Server.Timeout'], 'alive'],
    ['knows nothing yet of one that has not answered once', ['Server.Timeout'], 'unknown'],
    ['calls one silent that never answered', ['Server.Timeout', 'Server.Timeout'], 'unreachable'],
    ['tells refusal from silence', ['there', 'Client.Unauthorized'], 'refused'],
    ['does not take another manager for the one that it knows', ['there', 'another'], 'refused'],
    ['finds one again', ['there', 'Server.Unavailable', 'there'], 'alive'],
  ];
  for (const [title, script, reach] of cases) {
    it(title, async () => expect((await after(script)).reach).to.equal(reach));
  }

  it('tells each change once, with the reason', async () => {
    const { told, reason } = await after(['there', 'Server.Unavailable', 'Server.Unavailable']);
    expect(told).to.deep.equal(['unknown to alive', 'alive to unreachable']);
    expect(reason).to.equal('scripted Server.Unavailable');
  });

  it('tells when the clock of one begins and ceases to be off, and says so while it is', async () => {
    const env = testEnv();
    const aheadMs = [0, 5_000, 5_000, 200];
    const told: (number | undefined)[] = [];
    const reasons: (string | undefined)[] = [];
    const call = async () => ({ ...presence('EM2'), time: env.clock.now() + (aheadMs.shift() ?? 0) });
    const directory = new Directory({
      env,
      connect: () => ({ call: call as Peer['call'], close: async () => {} }),
      onChange: () => {},
      onClock: (_, ahead) => void told.push(ahead),
    });
    directory.add(EM2, 'neighbor');
    for (let question = 0; question < 4; question += 1) {
      await directory.ask('EM2');
      reasons.push(directory.get('EM2')?.reason);
    }
    await directory.close();
    expect(told).to.deep.equal([5_000, undefined]);
    expect(reasons).to.deep.equal([undefined, 'its clock is 5.0 s ahead', 'its clock is 5.0 s ahead', undefined]);
  });

  describe('of those that it was told of', () => {
    const addressOf = (at: number): ManagerAddress => ({ ...EM2, id: `EM${at}`, origin: `http://em${at}.example` });
    /** A directory of that many, with what it asks and how it connects them. */
    function many(count: number, poolSays: (id: string) => PoolWord | undefined = () => undefined) {
      const env = testEnv();
      const asked: string[] = [];
      const connected: string[] = [];
      const told: string[] = [];
      const directory = new Directory({
        env,
        connect: ({ id }, keeping) => {
          connected.push(`${id} ${keeping}`);
          const call = async (): Promise<unknown> => {
            asked.push(id);
            return presence(id);
          };
          return { call: call as Peer['call'], close: async () => {} };
        },
        poolSays,
        onChange: (now, before) => void told.push(`${now.address.id} ${before.reach} to ${now.reach}`),
      });
      for (let at = 0; at < count; at += 1) directory.add(addressOf(at), 'told');
      return { env, directory, asked, connected, told };
    }

    it('asks a few at a time, each in its turn, and connects them when there is something to say', async () => {
      const { env, directory, asked, connected } = many(20);
      directory.start();
      for (let round = 0; round < 5; round += 1) await env.clock.advance(5_000);
      const rounds = [...new Set(asked)];
      expect(rounds).to.have.lengthOf(20);
      expect(asked.length).to.be.within(40, 48);
      expect(connected.every((one) => one.endsWith(' onDemand'))).to.equal(true);
      await directory.close();
    });

    it('believes its pool, whatever comes of its own questions', async () => {
      const words = new Map<string, PoolWord>([['EM1', { isAlive: false, why: 'crashed' }]]);
      const { env, directory, told } = many(2, (id) => words.get(id));
      directory.start();
      await env.clock.advance(0);
      expect(told).to.deep.equal(['EM1 unknown to unreachable', 'EM0 unknown to alive']);
      expect(directory.get('EM1')).to.include({ reason: 'crashed', state: 'running' });
      words.set('EM1', { isAlive: true });
      await env.clock.advance(5_000);
      expect(directory.get('EM1')?.reach).to.equal('alive');
      await directory.close();
    });

    it('leaves room for others, however many they are', async () => {
      const { directory } = many(5_000);
      expect(() => directory.add(addressOf(5_000), 'told')).to.throw(/5000 managers are known/);
      directory.add(addressOf(5_000), 'registered');
      expect(directory.get('EM5000')?.relation).to.equal('registered');
      await directory.close();
    });

    it('keeps what it knows better, and takes what is better than hearsay', async () => {
      const { directory, connected } = many(2);
      directory.add(addressOf(1), 'registered');
      directory.add(addressOf(1), 'told');
      directory.add(addressOf(0), 'neighbor');
      directory.configure([]);
      expect(directory.all().map(({ address, relation }) => `${address.id} ${relation}`)).to.deep.equal([
        'EM1 registered',
      ]);
      expect(connected).to.deep.equal(['EM0 onDemand', 'EM1 onDemand', 'EM1 keep', 'EM0 keep']);
      await directory.close();
    });
  });
});
