import { expect } from 'chai';
import { type ErrorCode, PtpError } from '../../../src/base/errors.js';
import { Directory } from '../../../src/manager/directory.js';
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
});
