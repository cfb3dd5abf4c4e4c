/** What a destination of type `store` is posted. */
import { expect } from 'chai';
import { StorePush } from '../../../../src/manager/notices/store-push.js';
import { freeTcpPort } from '../../../support/ports.js';
import { Receiver } from '../../../support/receiver.js';
import { realTimeEnv } from '../../../support/test-env.js';

async function pushed(total: number): Promise<{ readonly remark: string | undefined; readonly pages: number }> {
  const receiver = new Receiver(await freeTcpPort());
  await receiver.open();
  let pages = 0;
  const push = new StorePush({
    env: realTimeEnv(),
    settings: () => ({
      id: 'EM1',
      destinations: [{ id: 'nnm', type: 'store', url: `http://127.0.0.1:${receiver.port}/secret-path` }],
      credentials: new Map(),
      schedule: { pullMs: 60_000, pushMs: 60_000 },
    }),
    page: async (page) => {
      pages += 1;
      const section = { id: `EM${page}`, status: 'normal', age: 0, source: 'memory', failover: [] } as const;
      return {
        total,
        store: {
          managers: [{ ...section, devices: [], services: [], applications: [] }],
          integrationManagers: [],
        },
      };
    },
    record: () => {},
  });
  try {
    push.start();
    await push.test('nnm');
    const [view] = push.destinations();
    expect(receiver.texts.at(-1)).to.match(/^<\?xml[\s\S]*EMANAGER id="EM1"/);
    expect(view?.place).to.equal(`http://127.0.0.1:${receiver.port}`);
    return { remark: view?.remark, pages: pages / receiver.texts.length };
  } finally {
    push.close();
    await receiver.close();
  }
}

describe('data on a schedule', () => {
  it('are posted whole, up to a bound', async () => {
    const { remark, pages } = await pushed(100_000);
    expect(remark).to.equal(undefined);
    expect(pages).to.be.at.most(200);
  });

  it('say what of more elements than that was left out', async () => {
    const { remark } = await pushed(123_456);
    expect(remark).to.match(/^of 123456 elements the first 100000 were posted/);
  });
});
