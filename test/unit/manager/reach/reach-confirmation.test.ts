import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import type { AssignmentView, PoolMemberView } from '../../../../src/manager/pool/pool-service.js';
import { ReachConfirmation } from '../../../../src/manager/reach/reach-confirmation.js';
import { type AccessMethodName, accessKey, type ManagedElement } from '../../../../src/model/element.js';
import type { Peer } from '../../../../src/peer/peer.js';
import { access, element } from '../../../support/access.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { fakePool, member } from '../../../support/fake-pool.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';

interface Setting {
  readonly members?: readonly PoolMemberView[];
  readonly assignment?: Partial<AssignmentView>;
  readonly standing?: 'member' | 'joining' | 'alone';
  readonly answer?: (manager: string) => Promise<unknown>;
  readonly silent?: readonly string[];
}

const device = (method: AccessMethodName = 'http'): ManagedElement =>
  element({ access: [access(method, { url: 'http://127.0.0.1:1/', password: 'hidden' }, { intervalMs: 1000 })] });

function world({ members = [member('EM2'), member('EM3')], assignment, standing = 'member', ...more }: Setting) {
  const clock = new FakeClock();
  const asked: { manager: string; input: unknown }[] = [];
  const found: string[] = [];
  const pool = fakePool(
    { standing, members: [member('EM1'), ...members] },
    assignment ? [{ element: 'device/probe', homes: [], ...assignment }] : [],
  );
  let polled: ManagedElement | undefined = device();
  const peerOf = (manager: string): Peer => ({
    async call(_, input) {
      asked.push({ manager, input });
      return (await (more.answer ?? (async () => ({ outcome: 'unreached' })))(manager)) as never;
    },
    close: async () => {},
  });
  const confirmation = new ReachConfirmation({
    env: { clock, log: new CollectingLogger(), random: seededRandom() },
    id: 'EM1',
    pool: () => pool,
    peer: (manager) => (more.silent?.includes(manager) ? undefined : peerOf(manager)),
    definitionOf: () => polled,
    found: (name, at, elsewhere) => found.push(`${name}#${at} ${elsewhere.is}`),
  });
  const fail = (of = device(), isFirst = true) =>
    confirmation.failed({ key: accessKey(of.name, 0), element: of, access: 0, isFirst }).is;
  const leave = () => {
    polled = undefined;
  };
  return { clock, asked, found, confirmation, fail, leave };
}

describe('asking other managers about what does not answer', () => {
  it('asks the stand-in first, with a definition that holds no secret', async () => {
    const { fail, asked, found, clock } = world({ assignment: { standIn: 'EM3' } });
    expect(fail()).to.equal('awaited');
    await clock.advance(1);
    expect(asked.map(({ manager }) => manager)).to.deep.equal(['EM3']);
    expect(asked[0]?.input).to.deep.include({ element: 'device/probe', access: 0, method: 'http' });
    expect(JSON.stringify(asked)).to.contain('127.0.0.1:1').and.not.to.contain('hidden');
    expect(found).to.deep.equal(['device/probe#0 unreached']);
  });

  it('asks nobody who is gone, about to go, or not to be reached', async () => {
    const members = [
      member('EM2', { standing: 'gone' }),
      member('EM3', { standing: 'leaving' }),
      member('EM4'),
      member('EM5'),
    ];
    const { fail, asked, clock } = world({ members, silent: ['EM4'], assignment: { standIn: 'EM3' } });
    fail();
    await clock.advance(1);
    expect(asked.map(({ manager }) => manager)).to.deep.equal(['EM5']);
  });

  for (const [what, setting, of] of [
    ['that is in no pool', { standing: 'alone' }, device()],
    ['that is not admitted yet', { standing: 'joining' }, device()],
    ['that is the only one', { members: [] }, device()],
    ['of what only its own disk shows', {}, device('file')],
  ] as const) {
    it(`leaves it to a manager ${what} to judge`, async () => {
      const { fail, asked, clock } = world(setting);
      expect(fail(of)).to.equal('unreached');
      await clock.advance(100);
      expect(asked).to.deep.equal([]);
    });
  }

  it('goes on to the next when one refuses or does not answer', async () => {
    const answer = async (manager: string) => {
      if (manager === 'EM2') throw new PtpError('Client.Forbidden', 'who are you');
      if (manager === 'EM3') throw new PtpError('Server.Timeout', 'too late');
      return { outcome: 'reached' };
    };
    const members = ['EM2', 'EM3', 'EM4'].map((id) => member(id));
    const { fail, asked, found, clock } = world({ members, answer, assignment: { standIn: 'EM2', owner: 'EM3' } });
    fail();
    await clock.advance(100);
    expect(asked.map(({ manager }) => manager)).to.deep.equal(['EM2', 'EM3', 'EM4']);
    expect(found).to.deep.equal(['device/probe#0 reached']);
  });

  it('stops asking about what is not polled here any more, and when it ends', async () => {
    const { fail, asked, clock, leave } = world({});
    fail();
    await clock.advance(65_000);
    expect(asked).to.have.length(2);
    leave();
    await clock.advance(600_000);
    expect(asked).to.have.length(2);
    const other = world({});
    other.fail();
    other.confirmation.close();
    await other.clock.advance(600_000);
    expect(other.asked).to.have.length(1);
    expect(other.found).to.deep.equal([]);
  });
});
