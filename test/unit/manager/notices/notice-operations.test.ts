/** What is asked about destinations. */
import { expect } from 'chai';
import type { NoticeDesk } from '../../../../src/manager/notices/notice-desk.js';
import { noticeHandlers } from '../../../../src/manager/operations/notices.js';
import type { CallContext } from '../../../../src/peer/peer.js';
import { testEnv } from '../../../support/test-env.js';

const context: CallContext = {
  caller: { kind: 'user', name: 'ada', role: 'operator', from: '' },
  requestId: '1',
  hops: 0,
  signal: new AbortController().signal,
};

describe('tests of a destination', () => {
  it('are made one after the other', async () => {
    const waiting: (() => void)[] = [];
    const desk: NoticeDesk = {
      destinations: () => [
        { id: 'noc', type: 'webhook', place: '', condition: 'working', waiting: 0, sent: 1, failed: 0, lost: 0 },
      ],
      test: () => new Promise((resolve) => waiting.push(resolve)),
    };
    const { testDestination } = noticeHandlers({ env: testEnv(), settings: { id: 'EM1' } }, desk);
    const test = async () => (await testDestination?.({ destination: 'noc' }, context))?.destination.id;
    const said = (asked: Promise<unknown>) => asked.catch((thrown: unknown) => String(thrown));
    const first = test();
    const second = said(test());
    await Promise.resolve();
    expect(waiting).to.have.length(1);
    expect(await second).to.match(/a test of destination "noc" is under way/);
    waiting[0]?.();
    expect(await first).to.equal('noc');
    const third = test();
    waiting[1]?.();
    expect(await third).to.equal('noc');
  });
});

describe('what is said of destinations', () => {
  const at = 1_700_000_000_000;
  const desk: NoticeDesk = {
    destinations: () => [
      {
        ...{
          id: 'noc',
          type: 'smtp',
          place: 'smtp mail:25',
          condition: 'working',
          waiting: 0,
          sent: 1,
          failed: 1,
          lost: 0,
        },
        remark: 'smtp mail:25 does not take mail for ada@example.org, "bob"@example.net',
        lastFailure: { at, text: 'smtp mail:25 does not know <ada@example.org>' },
      },
    ],
    test: async () => {},
  };
  const { getDestinations } = noticeHandlers({ env: testEnv(), settings: { id: 'EM1' } }, desk);
  const seenBy = async (role: 'viewer' | 'operator') => {
    const answer = await getDestinations?.({}, { ...context, caller: { ...context.caller, role } });
    const [row] = answer?.destinations ?? [];
    return [row?.remark, row?.lastFailure?.reason];
  };

  it('names people only to those who run it', async () => {
    expect(await seenBy('operator')).to.deep.equal([
      'smtp mail:25 does not take mail for ada@example.org, "bob"@example.net',
      'smtp mail:25 does not know <ada@example.org>',
    ]);
    expect(await seenBy('viewer')).to.deep.equal([
      'smtp mail:25 does not take mail for ***, ***',
      'smtp mail:25 does not know <***>',
    ]);
  });
});
