import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { CallContext, Invoke } from '../../../src/peer/peer.js';
import { isNoticeAction, mayTest, performOnNotices } from '../../../src/portal/notice-actions.js';

const callOf = (role: 'viewer' | 'operator'): CallContext => ({
  caller: { kind: 'user', name: 'ada', role, from: '' },
  requestId: '',
  hops: 0,
  signal: new AbortController().signal,
});

describe('a form on a destination', () => {
  const perform = async (answer?: PtpError, remote?: string) => {
    const asked: unknown[] = [];
    const invoke = (async (operation: string, input: unknown) => {
      asked.push([operation, input]);
      if (answer) throw answer;
      return {};
    }) as unknown as Invoke;
    const parts = { invoke, call: callOf('operator'), ...(remote === undefined ? {} : { remote }) };
    const outcome = await performOnNotices(parts, new URLSearchParams('action=test&destination=chat'));
    return { asked, outcome };
  };

  it('has it sent a test message, and says what came of it', async () => {
    const taken = await perform();
    expect(taken.asked).to.deep.equal([['testDestination', { destination: 'chat' }]]);
    expect(taken.outcome).to.include({ title: 'chat took the test message', condition: 'normal' });
    const refused = await perform(new PtpError('Server.Unavailable', 'chat answered 403'));
    expect(refused.outcome).to.deep.include({ condition: 'major', sentences: ['chat answered 403.'] });
  });

  it('goes to the manager whose page it was', async () => {
    const { asked } = await perform(undefined, 'EM2');
    const request = { operation: 'testDestination', content: { destination: 'chat' } };
    expect(asked).to.deep.equal([['relay', { manager: 'EM2', request }]]);
  });

  it('passes on what is no answer of the destination', async () => {
    const thrown: unknown = await perform(new PtpError('Client.Forbidden', 'no')).catch((error: unknown) => error);
    expect(thrown).to.have.property('code', 'Client.Forbidden');
    expect([isNoticeAction('test'), isNoticeAction('poll'), isNoticeAction(null)]).to.deep.equal([true, false, false]);
    expect([mayTest(callOf('viewer')), mayTest(callOf('operator'))]).to.deep.equal([false, true]);
  });
});
