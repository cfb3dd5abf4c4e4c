import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { CallContext, Invoke } from '../../../src/peer/peer.js';
import { isOriginAction, performOnOrigins } from '../../../src/portal/origin-actions.js';
import { Query } from '../../../src/portal/query.js';

const call: CallContext = {
  caller: { kind: 'user', name: 'ada', role: 'admin', from: '' },
  requestId: '',
  hops: 0,
  signal: new AbortController().signal,
};

describe('forms on sources and what was found', () => {
  const perform = async (
    action: string,
    fields: string,
    { query = '', remote, answer = {} }: { query?: string; remote?: string; answer?: object | PtpError } = {},
  ) => {
    const asked: unknown[] = [];
    const invoke = (async (operation: string, input: unknown) => {
      asked.push([operation, input]);
      if (answer instanceof PtpError) throw answer;
      return answer;
    }) as unknown as Invoke;
    if (!isOriginAction(action)) throw new Error(`${action} is none`);
    const parts = { invoke, call, ...(remote === undefined ? {} : { remote }) };
    const outcome = await performOnOrigins(parts, action, new URLSearchParams(fields), new Query(query));
    return { asked, outcome };
  };
  const nothing = { done: [], refused: [] };

  it('decide on what is ticked, or on what the address names', async () => {
    const fields = 'address=192.0.2.1&address=192.0.2.2&address=192.0.2.1&address=';
    const { asked, outcome } = await perform('approve', fields, { answer: nothing });
    expect(asked).to.deep.equal([['changeDiscovery', { action: 'approve', addresses: ['192.0.2.1', '192.0.2.2'] }]]);
    expect(outcome).to.equal(undefined);
    const named = await perform('reconsider', '', { query: 'address=192.0.2.9', answer: nothing });
    expect(named.asked).to.deep.equal([['changeDiscovery', { action: 'reconsider', addresses: ['192.0.2.9'] }]]);
    const none = await perform('ignore', '');
    expect([none.asked, none.outcome?.title]).to.deep.equal([[], 'No device was chosen']);
  });

  it('search a network on the manager whose page it was', async () => {
    const answer = { manager: 'EM2', answer: { operation: 'changeDiscovery', content: nothing } };
    const { asked } = await perform('search', 'network=192.0.2.0/24', { remote: 'EM2', answer });
    const content = { action: 'search', addresses: [], network: '192.0.2.0/24' };
    expect(asked).to.deep.equal([['relay', { manager: 'EM2', request: { operation: 'changeDiscovery', content } }]]);
  });

  it('tell what was refused', async () => {
    const refused = [{ address: '192.0.2.1', reason: 'nothing was found at 192.0.2.1' }];
    const here = await perform('approve', 'address=192.0.2.1', { answer: { done: [], refused } });
    expect(here.outcome).to.deep.equal({
      title: 'One device was left as it was',
      condition: 'warning',
      sentences: ['nothing was found at 192.0.2.1.'],
    });
    const answer = { manager: 'EM2', answer: { operation: 'changeDiscovery', content: { done: [], refused } } };
    const there = await perform('approve', 'address=192.0.2.1', { remote: 'EM2', answer });
    expect(there.outcome?.sentences).to.deep.equal(['nothing was found at 192.0.2.1.']);
  });

  it('read a source and confirm its list; that it cannot be read is what the page says', async () => {
    const { asked } = await perform('confirm', '', { query: 'source=csv+import.csv' });
    expect(asked).to.deep.equal([['changeSource', { source: 'csv import.csv', action: 'confirm' }]]);
    const unread = new PtpError('Server.Unavailable', 'refused');
    expect((await perform('read', 'source=x', { answer: unread })).outcome).to.equal(undefined);
    const thrown = await perform('confirm', 'source=x', { answer: unread }).catch((error: unknown) => error);
    expect(thrown).to.equal(unread);
  });
});
