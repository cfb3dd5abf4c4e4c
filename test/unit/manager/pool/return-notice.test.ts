import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import { ReturnNotice, sentenceOf } from '../../../../src/manager/pool/return-notice.js';
import type { Peer } from '../../../../src/peer/peer.js';
import { testEnv } from '../../../support/test-env.js';

describe('the notice of a manager that is back', () => {
  it('says who has its elements, and when they return', () => {
    const at = (element: string, owner?: string, returns?: number) => ({ element, owner, returns });
    expect(sentenceOf([], 'EM1', 0)).to.equal(undefined);
    expect(sentenceOf([at('device/a', 'EM1'), at('device/b')], 'EM1', 0)).to.equal(undefined);
    expect(
      sentenceOf([at('device/a', 'EM3', 9000), at('device/b', 'EM2'), at('device/c', 'EM3', 4100)], 'EM1', 1000),
    ).to.equal("of this manager's elements 1 with EM2, 2 with EM3; the first return in 4 s");
  });

  it('goes to the first that answers, and to one only', async () => {
    const env = testEnv();
    const asked: string[] = [];
    const told: string[] = [];
    const notice = new ReturnNotice({
      env,
      introduction: { id: 'EM1', incarnation: 7, uri: 'http://em1:1' },
      tell: ({ text }) => told.push(text),
      peer: (id): Peer => ({
        call: (async (operation: string, input: unknown) => {
          asked.push(`${id} ${operation} ${JSON.stringify(input)}`);
          if (id === 'EM2') throw new PtpError('Server.Busy', 'busy');
          return { elements: [{ element: 'device/a', owner: 'EM3' }] };
        }) as unknown as Peer['call'],
        close: async () => {},
      }),
    });
    await notice.met('EM2');
    await notice.met('EM3');
    await notice.met('EM4');
    const introduction = '{"id":"EM1","incarnation":7,"uri":"http://em1:1"}';
    expect(asked).to.deep.equal([`EM2 IAmLive ${introduction}`, `EM3 IAmLive ${introduction}`]);
    expect(told).to.deep.equal(["EM3 says: of this manager's elements 1 with EM3"]);
  });
});
