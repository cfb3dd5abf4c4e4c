/** What somebody reads who was just woken up. */
import { expect } from 'chai';
import type { AssignmentView, PoolMemberView, PoolView } from '../../../src/manager/pool/pool-service.js';
import { type PoolFacts, poolFacts } from '../../../src/portal/pool-facts.js';
import { lookAtPool } from '../../../src/portal/pool-look.js';
import { poolSentences } from '../../../src/portal/pool-sentences.js';
import { SITUATIONS } from '../../browser/fixture/pools.js';
import { type FakePool, fakePool, member } from '../../support/fake-pool.js';

type Unreached = ReadonlyMap<string, { readonly reason?: string; readonly silentMs?: number }>;

async function factsOf(pool: FakePool): Promise<PoolFacts> {
  const ask = () => Promise.reject(new Error('nobody is to be asked'));
  const look = await lookAtPool({ pool, identity: { id: 'EM1' }, ask });
  return poolFacts(look ?? expect.fail('no pool'));
}

async function said(view: Partial<PoolView>, rows: readonly AssignmentView[] = [], unreached: Unreached = new Map()) {
  const facts = await factsOf(fakePool(view, rows));
  return poolSentences({ facts, self: 'EM1', base: '/x', unreached }).map(
    ({ condition, heading, text }) => `${condition}: ${heading} | ${text}`,
  );
}

const four = (id: string, change: Partial<PoolMemberView>): PoolMemberView[] =>
  ['EM1', 'EM2', 'EM3', 'EIM1'].map((one) => member(one, one === id ? change : {}));
const row = (element: AssignmentView['element'], home: string, more: Partial<AssignmentView> = {}): AssignmentView => ({
  element,
  owner: home,
  homes: [home],
  ...more,
});
const away = (to: string, count: number) =>
  Array.from({ length: count }, (_unused, index) => row(`device/${to}-${index}`, 'EM2', { owner: to }));

describe('what is wrong with a pool', () => {
  it('is nothing while it is whole, and where there is none', async () => {
    expect(await said({ master: 'EM1', members: four('', {}) })).to.deep.equal([]);
    expect(await said({ standing: 'alone' })).to.deep.equal([]);
  });

  it('says who is gone, why, since when, and who stands in', async () => {
    const why = 'crashed: refuses the connection on 10.0.0.2:8080';
    const gone = four('EM2', { standing: 'gone', why, standingMs: 12_400, voter: false });
    expect(await said({ master: 'EM1', members: gone }, [...away('EM3', 3), ...away('EM1', 1)])).to.deep.equal([
      'down: EM2 is gone (crashed), for 12\u00a0s | Refuses the connection on 10.0.0.2:8080. 4 elements of its own are polled by EM3 (3), EM1 (1).',
    ]);
    expect((await said({ master: 'EM1', members: gone }, away('EM3', 1)))[0]).to.include(
      '1 element of its own is polled by EM3.',
    );
    expect((await said({ master: 'EM1', members: gone }))[0]).to.include('No element is at home at EM2.');
  });

  it('takes the reason from what it has found itself when the pool gives none', async () => {
    const gone = four('EM2', { standing: 'gone', why: 'lost', voter: false });
    const unreached = new Map([['EM2', { reason: 'nothing answers' }]]);
    expect((await said({ master: 'EM1', members: gone }, [], unreached))[0]).to.include(
      'EM2 is gone (lost) | Nothing answers. No element',
    );
  });

  it('says that elements are unwatched, and why', async () => {
    const { owner: _, ...log } = row('application/log', 'EM2', { unwatched: 'only EM2 can read it' });
    const gone = four('EM2', { standing: 'gone', why: 'crashed', voter: false });
    const [first, second] = await said({ master: 'EM1', members: gone }, [log, ...away('EM3', 1)]);
    expect(first).to.include('1 element of its own is polled by EM3. 1 is unwatched.');
    expect(second).to.equal('major: 1 element is unwatched | application/log: only EM2 can read it.');
    expect((await said({ master: 'EM1', members: gone }, [log]))[0]).to.include('| Nobody polls its 1 element.');
  });

  it('counts to a thousand and says that there are more', async () => {
    const gone = four('EM2', { standing: 'gone', why: 'crashed', voter: false });
    expect((await said({ master: 'EM1', members: gone }, away('EM3', 1_200)))[0]).to.include(
      '1200 elements of its own are polled by EM3 (1000) and others.',
    );
  });

  it('does not cry about a manager that was shut down in order', async () => {
    const gone = four('EM2', { standing: 'gone', why: 'shut down', voter: false });
    expect(await said({ master: 'EM1', members: gone }, away('EM3', 2))).to.deep.equal([
      'maintenance: EM2 has been shut down | 2 elements of its own are polled by EM3.',
    ]);
  });

  it('says when what is back gets its own back, and what one that leaves still has', async () => {
    const back = four('EM2', { standing: 'returning', returnsInMs: 42_000 });
    expect(await said({ master: 'EM1', members: back }, away('EM3', 2))).to.deep.equal([
      'maintenance: EM2 is back | 2 elements of its own return to it in 42\u00a0s. 2 elements of its own are polled by EM3.',
    ]);
    const leaving = four('EM2', { standing: 'leaving' });
    expect(await said({ master: 'EM1', members: leaving }, [...away('EM3', 1), row('device/x', 'EM2')])).to.deep.equal([
      'maintenance: EM2 hands over what it polls | 1 element is still with it. 1 element of its own is polled by EM3.',
    ]);
    expect((await said({ master: 'EM1', members: leaving }, away('EM3', 1)))[0]).to.equal(
      'maintenance: EM2 has handed over what it polled | 1 element of its own is polled by EM3.',
    );
  });

  it('says that it is cut off, seeks its pool, or has no master', async () => {
    expect(
      (await said({ cutOff: true, masterSilentMs: 74_000, members: four('', {}) }, [row('device/x', 'EM1')]))[0],
    ).to.match(
      /^critical: EM1 is cut off from its pool for 1\smin \| No master is heard\. It goes on polling what it owns \(1 element\), takes nothing over/,
    );
    expect((await said({ standing: 'seeking', masterSilentMs: 9_000 }))[0]).to.match(
      /^major: EM1 is seeking its pool for 9\ss \| /,
    );
    expect((await said({ standing: 'joining' }))[0]).to.match(/^warning: EM1 is joining the pool \| /);
    expect((await said({ members: four('', {}) }))[0]).to.match(
      /^major: The pool has no master \| Its voters are choosing one/,
    );
  });

  it('warns before the last voter is lost that can be spared, and of a pool without a majority', async () => {
    const gone = four('EM2', { standing: 'gone', why: 'crashed' });
    expect((await said({ master: 'EM1', members: gone }))[1]).to.equal(
      'warning: 3 of 4 voters are there | 3 are needed to choose a master and to take over: until another is back or has been replaced, none of EM1, EM3, EIM1 may be lost.',
    );
    const spared = [...gone, member('EM4')];
    expect(await said({ master: 'EM1', members: spared })).to.have.length(1);
    const two = [member('EM1'), member('EM2')];
    expect((await said({ master: 'EM1', quorum: 'none', members: two }))[0]).to.match(
      /^unknown: This pool decides without a majority \| While EM1 and EM2 do not reach each other/,
    );
  });

  it('tells a broken way from a broken manager', async () => {
    const unreached = new Map([['EM3', { reason: 'no route to host', silentMs: 4_000 }]]);
    expect(await said({ master: 'EM1', members: four('', {}) }, [], unreached)).to.deep.equal([
      'warning: EM3 does not answer here for 4\u00a0s | The pool finds it alive, so only the way between EM1 and EM3 may be broken: no route to host.',
    ]);
  });

  it('puts the worst first, in every situation', async () => {
    for (const [name, pool] of Object.entries(SITUATIONS)) {
      const order = ['down', 'critical', 'major', 'unreachable', 'minor', 'warning', 'unknown', 'maintenance'];
      const facts = await factsOf(pool());
      const places = poolSentences({ facts, self: 'EM1', base: '/x', unreached: new Map() }).map(({ condition }) =>
        order.indexOf(String(condition)),
      );
      expect(places, name).to.deep.equal([...places].sort((a, b) => a - b));
    }
  });
});
