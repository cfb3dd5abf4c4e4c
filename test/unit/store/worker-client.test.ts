import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { ReadVerbs } from '../../../src/store/sqlite/verbs.js';
import { WorkerClient } from '../../../src/store/sqlite/worker-client.js';
import { testEnv } from '../../support/test-env.js';

const SCRIPT = new URL('./dying-worker.js', import.meta.url);

describe('the door to a worker', () => {
  const env = testEnv();
  let lost: number;
  let client: WorkerClient<ReadVerbs>;
  beforeEach(() => {
    lost = 0;
    client = new WorkerClient<ReadVerbs>({
      env,
      start: { file: 'store.db' },
      maxWaiting: 10,
      maxTogether: 4,
      onLost: () => {
        lost += 1;
      },
      script: SCRIPT,
    });
  });
  afterEach(() => client.close());

  const ask = (name: string) => client.call('getNote', name);
  const outcome = (name: string) =>
    ask(name).catch((error: unknown) => {
      if (error instanceof PtpError) return error.code;
      throw error;
    });

  it('starts it by the first call, and answers in order', async () => {
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(ask))).to.deep.equal(['1', '2', '3', '4', '5', '6']);
  });

  for (const end of ['die', 'throw']) {
    it(`fails all that waits when it ends (${end}), and starts it again by the next call`, async () => {
      await client.open();
      expect(await outcome('a')).to.equal('1');
      const outcomes = await Promise.all([end, 'b', 'c', 'd', 'e', 'f'].map(outcome));
      expect(outcomes).to.deep.equal(Array.from({ length: 6 }, () => 'Store.Failed'));
      expect(lost).to.equal(1);
      expect(await Promise.all(['a', 'b'].map(outcome))).to.deep.equal(['1', '2']);
      expect(env.log.text).to.include('ended unexpectedly');
    });
  }

  it('waits a second before it starts one again that never answered', async () => {
    expect(await outcome('die')).to.equal('Store.Failed');
    expect(await outcome('a')).to.equal('Store.Failed');
    await env.clock.advance(1000);
    expect(await outcome('a')).to.equal('1');
  });

  it('refuses more than may wait', async () => {
    const results = Promise.all(Array.from({ length: 12 }, () => outcome('a')));
    expect((await results).filter((one) => one === 'Server.Busy')).to.have.length(2);
    expect(await client.call('getNote', 'large', 50)).to.equal('11');
  });

  it('answers what waits before it closes, and nothing afterwards', async () => {
    const waiting = Promise.all(['a', 'b', 'c', 'd', 'e'].map(outcome));
    await client.close();
    expect(await waiting).to.deep.equal(['1', '2', '3', '4', '5']);
    expect(await outcome('a')).to.equal('Store.Failed');
  });

  it('ends with it although its last request killed it', async () => {
    const waiting = outcome('die');
    await client.close();
    expect(await waiting).to.equal('Store.Failed');
  });
});
