import { expect } from 'chai';
import { type ErrorCode, PtpError } from '../../../src/base/errors.js';
import { askPicture } from '../../../src/cli/status/ask-picture.js';
import { completed, pollerOf, standingWords } from '../../../src/cli/status/picture.js';
import type { Peer } from '../../../src/peer/peer.js';
import type { Output } from '../../../src/xml/messages/operations.js';

type Answer = Output<'getAssignments'>;

const answer = (pool: Partial<Answer['pool']> = {}): Answer => ({
  pool: {
    standing: 'member',
    role: 'secondary',
    name: 'lab',
    term: 4,
    master: 'EM1',
    heartbeat: 0.5,
    rosterVersion: 2,
    quorum: 'majority',
    cutOff: false,
    members: [
      {
        id: 'EM2',
        role: 'EM',
        voter: true,
        stands: true,
        priority: 0,
        standing: 'returning',
        returnsIn: 4.5,
        owns: 1,
        standsInFor: 0,
      },
    ],
    ...pool,
  },
  assignments: [
    { element: 'device/core1', owner: 'EM2', holder: 'EM1', homes: ['EM2'] },
    { element: 'application/log', owner: 'EM3', homes: ['EM3'], unwatched: 'only EM3 can read it' },
  ],
  total: 2,
  parts: [],
  missing: [],
});

/** Answers every question with this, whatever it is. */
const peer = (say: () => unknown): Peer => ({ call: async () => say() as never, close: async () => {} });
const failing = (code: ErrorCode) =>
  peer(() => {
    throw new PtpError(code, 'no');
  });

describe('the picture of a pool', () => {
  it('is made of the answer', async () => {
    const picture = await askPicture(
      peer(() => answer()),
      'EIM1',
    );
    expect(picture).to.deep.include({
      teller: 'EIM1',
      standing: 'member',
      pool: 'lab',
      term: 4,
      master: 'EM1',
      roster: 2,
      cutOff: false,
      total: 2,
      whole: true,
    });
    expect(picture?.members[0]).to.include({ id: 'EM2', standing: 'returning', returnsInMs: 4_500 });
    expect([...(picture?.elements ?? [])].map(([name, element]) => [name, pollerOf(element)])).to.deep.equal([
      ['device/core1', 'EM1'],
      ['application/log', undefined],
    ]);
  });

  it('keeps what one that knows only its part does not tell', async () => {
    const whole = await askPicture(
      peer(() => answer()),
      'EM1',
    );
    const { assignments, pool, ...rest } = answer();
    const told = {
      ...rest,
      pool: { ...pool, members: pool.members.map((member) => ({ ...member, standing: 'unknown' as const })) },
      assignments: assignments.slice(0, 1).map((row) => ({ ...row, holder: undefined })),
      missing: [{ manager: 'EM1', reason: 'refused' }],
    };
    const part = await askPicture(
      peer(() => told),
      'EIM1',
    );
    if (!whole || !part) throw new Error('no picture');
    const both = completed(part, whole);
    expect(both).to.include({ teller: 'EIM1', total: 2, whole: false });
    expect(both.members[0]?.standing).to.equal('returning');
    expect([...both.elements].map(([name, element]) => [name, pollerOf(element)])).to.deep.equal([
      ['device/core1', 'EM2'],
      ['application/log', undefined],
    ]);
    expect(completed(whole, both).elements).to.equal(whole.elements);
  });

  it('is none of a manager that wants no pool, or that does not offer it', async () => {
    const alone = peer(() => answer({ standing: 'alone' }));
    expect(await askPicture(alone, 'EM1')).to.equal(undefined);
    expect(await askPicture(failing('Client.Validation'), 'EM1')).to.equal(undefined);
  });

  it('fails where the manager does, so that another is asked', async () => {
    let thrown: unknown;
    await askPicture(failing('Server.Timeout'), 'EM1').catch((fault) => {
      thrown = fault;
    });
    expect(thrown).to.include({ code: 'Server.Timeout' });
  });

  it('tells how a member is in a few words', () => {
    const words = (standing: string, more: { why?: string; returnsInMs?: number } = {}) =>
      standingWords({ id: 'EM2', role: 'EM', voter: true, owns: 3, standsInFor: 0, standing, ...more });
    expect(words('gone')).to.equal('gone');
    expect(words('gone', { why: 'crashed' })).to.equal('gone (crashed)');
    expect(words('gone', { why: 'crashed: refuses the connection' })).to.equal(
      'gone (crashed): refuses the connection',
    );
    expect(words('returning')).to.equal('is back');
    expect(words('returning', { returnsInMs: 4_100 })).to.equal('is back, gets its own from 5 s on');
    expect(words('leaving')).to.equal('hands over and leaves');
    expect(words('alive')).to.equal('alive');
  });
});
