/** The pages of the pool and what can be done from them, over HTTP. */
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { SITUATIONS } from '../../browser/fixture/pools.js';
import { type Fixture, startFixture } from '../../browser/fixture/server.js';
import { NOW } from '../../browser/fixture/site.js';
import { type FakePool, noMaster } from '../../support/fake-pool.js';

const telling = { render: async (sheet: string, xml: string) => `<html>${sheet}\n${xml}` };

describe('the pages of a pool', () => {
  let em: Fixture;
  let pool: FakePool;
  const start = async (situation: keyof typeof SITUATIONS) => {
    pool = SITUATIONS[situation]();
    em = await startFixture({ transformer: telling, pool, third: situation !== 'crashed' });
  };
  afterEach(() => em.close());
  const page = async (path: string, caller = 'viewer') => {
    const response = await fetch(em.url + path, { headers: { accept: 'application/json', 'x-test-caller': caller } });
    const whole = JSON.parse(await response.text());
    return whole.PAGE ?? whole;
  };
  const post = async (path: string, fields: Record<string, string>, caller = 'admin', token?: string) => {
    const { token: own } = await page('/managers', caller);
    const response = await fetch(em.url + path, {
      method: 'POST',
      headers: { accept: 'application/json', 'x-test-caller': caller },
      body: new URLSearchParams({ token: token ?? own, ...fields }),
    });
    const whole = JSON.parse(await response.text());
    return { status: response.status, ...(whole.PAGE ?? whole) };
  };

  it('say who is master, for how long, and how each manager is', async () => {
    await start('crashed');
    const { POOL, MANAGER } = await page('/managers');
    expect(POOL).to.include({
      standing: 'member',
      master: 'EM1',
      masterHref: '/ptpmgr/em/managers/EM1',
      term: 13,
      lease: '0.3\u00a0s of 1.5\u00a0s',
      heartbeatMs: 500,
      members: 4,
      membersThere: 3,
      voters: 4,
      votersThere: 3,
      rosterVersion: 7,
      unwatched: 1,
      condition: 'down',
    });
    expect(POOL.SENTENCE[0].heading).to.equal('EM3 is gone (crashed), for 14\u00a0s');
    const [one, , two, three] = MANAGER;
    expect(one).to.include({ id: 'EM1', poolRole: 'master', voter: true, owns: 21, used: '34\u00a0%', busy: false });
    expect(two).to.include({ id: 'EM2', poolRole: 'secondary', usedShare: '87.4%', busy: true });
    expect(three).to.include({
      id: 'EM3',
      standingWord: 'gone (crashed)',
      standingReason: 'Refuses the connection on em3.example.net:8080',
      owns: 0,
    });
  });

  it('say so without a pool, and offer nothing', async () => {
    em = await startFixture({ transformer: telling });
    expect((await page('/managers')).POOL).to.deep.equal({ standing: 'alone' });
    expect((await page('/handovers')).HANDOVER).to.deep.equal([]);
    const manager = await page('/managers/EM2', 'admin');
    expect(manager).not.to.have.property('QUERY');
    expect(manager.MANAGER[0].ACTION).to.deep.equal([]);
    expect(await page('/devices/core1', 'admin')).not.to.have.property('OWNERSHIP');
    const refused = await post('/devices/core1', { action: 'delegate' });
    expect(refused).to.include({ status: 409, code: 'Client.Conflict' });
  });

  it('list what a manager owns, stands in for, and would be given back, with why', async () => {
    await start('crashed');
    const owned = await page('/managers/EM1?size=5&page=2');
    expect(
      owned.QUERY.LIST.map(({ name, count, selected }: Record<string, unknown>) => [name, count, selected]),
    ).to.deep.equal([
      ['owns', 21, true],
      ['standsIn', 3, false],
      ['away', 0, false],
    ]);
    expect(owned.ASSIGNMENT).to.have.length(5);
    expect(owned.QUERY).to.include({
      first: 6,
      last: 10,
      total: 21,
      previous: '/ptpmgr/em/managers/EM1?size=5&page=1',
    });
    const lost = await page('/managers/EM3?q=edge');
    expect(lost.QUERY).to.include({ show: 'away', q: 'edge', total: 1 });
    expect(lost.ASSIGNMENT[0]).to.deep.include({
      element: 'device/edge-fra-1',
      href: '/ptpmgr/em/devices/edge-fra-1',
      owner: 'EM1',
      standIn: 'EM2',
      epoch: '13.152.EM1',
      reason: 'EM3, where it is at home, has crashed; has the most capacity left',
      HOME: [{ id: 'EM3', href: '/ptpmgr/em/managers/EM3' }],
    });
  });

  it('filter and page the ledger', async () => {
    await start('whole');
    const all = await page('/handovers?size=25&page=3');
    expect(all.QUERY).to.include({ total: 60, first: 51, last: 60, previous: '/ptpmgr/em/handovers?size=25&page=2' });
    expect(all).not.to.have.property('refresh');
    const flawed = await page('/handovers?kind=takeover&flawed=yes&q=lost');
    expect(flawed.QUERY).to.include({ kind: 'takeover', flawed: true, q: 'lost', total: 1 });
    expect(flawed.getHandOversResponse.handOvers).to.deep.equal([
      {
        time: new Date(NOW - 14_000 - 8 * 190_000).toISOString(),
        element: 'device/core1',
        from: 'EM3',
        to: 'EM1',
        reason: 'EM3 is lost: nothing answers',
        epoch: '13.152.EM1',
        takeover: true,
        missed: 1,
        doubled: 0,
        seconds: 7.1,
      },
    ]);
    expect(flawed.HANDOVER).to.deep.equal([
      {
        element: 'device/core1',
        epoch: '13.152.EM1',
        href: '/ptpmgr/em/devices/core1',
        fromHref: '/ptpmgr/em/managers/EM3',
        toHref: '/ptpmgr/em/managers/EM1',
        took: '7.1\u00a0s',
      },
    ]);
  });

  it('tell what the master tells where a manager keeps no inventory', async () => {
    // What it was told while it voted: EM3 alive, and owning what is at home there.
    const stale = SITUATIONS.whole();
    const members = stale.view.members.map((one) => (one.id === 'EIM1' ? { ...one, voter: false } : one));
    stale.view = { ...stale.view, role: 'secondary', members };
    em = await startFixture({ transformer: telling, id: 'EIM1', role: 'EIM', pool: stale, told: SITUATIONS.crashed() });
    const shown = await page('/managers');
    expect(shown.POOL).to.include({ master: 'EM1', term: 13, membersThere: 3, unwatched: 1 });
    expect(shown.MANAGER.find(({ id }: { id: string }) => id === 'EM3')).to.include({ standingWord: 'gone (crashed)' });
    expect((await page('/managers/EM3')).QUERY).to.include({ show: 'away', total: 12 });
    expect((await page('/devices/edge-fra-1', 'operator')).OWNERSHIP).to.include({ owner: 'EM1', epoch: '13.152.EM1' });
  });

  it('say who has an element and why, and to whom it can be given', async () => {
    await start('odd');
    const { OWNERSHIP } = await page('/devices/core1', 'operator');
    expect(OWNERSHIP).to.deep.include({
      owner: 'EM2',
      holder: 'EM1',
      delegatedTo: 'EM2',
      delegatedUntil: new Date(NOW + 3_600_000).toISOString(),
      reason: 'delegated by alice',
      canDelegate: true,
      canRecall: true,
      CANDIDATE: [{ id: 'EM1', used: '34 %' }],
    });
    expect((await page('/devices/core1', 'viewer')).OWNERSHIP).to.include({ canDelegate: false, canRecall: false });
  });

  it('delegate an element and recall it, and say what was done', async () => {
    await start('whole');
    const done = await post('/devices/core1', { action: 'delegate', to: 'EM3', for: '4h' }, 'operator');
    expect(pool.calls).to.deep.equal([
      { name: 'delegate', given: { elements: ['device/core1'], to: 'EM3', until: NOW + 4 * 3_600_000 } },
    ]);
    expect(done).to.include({ status: 200, title: 'core1 is delegated to EM3', sheet: 'outcome' });
    expect(done.OUTCOME).to.deep.include({
      condition: 'normal',
      href: '/ptpmgr/em/devices/core1',
      UNDO: { action: 'recall', word: 'Recall it', href: '/ptpmgr/em/devices/core1' },
    });
    const back = await post('/devices/core1', { action: 'recall' }, 'operator');
    expect(back.OUTCOME.SENTENCE[0].text).to.equal('It goes back to EM1 with its data; no poll is missed.');
  });

  it('leave it to the pool to whom, and for how long', async () => {
    await start('whole');
    await post('/services/web-shop', { action: 'delegate', to: '', for: '', until: '' });
    await post('/services/web-shop', { action: 'delegate', to: '', for: '1h', until: '2026-03-15T06:00' });
    expect(pool.calls.map(({ given }) => given)).to.deep.equal([
      { elements: ['service/web-shop'] },
      { elements: ['service/web-shop'], until: Date.UTC(2026, 2, 15, 6) },
    ]);
  });

  it('say why something was not done', async () => {
    await start('whole');
    for (const until of ['soon', '2020-01-01T00:00']) {
      const refused = await post('/devices/core1', { action: 'delegate', until });
      expect(refused, until).to.include({ status: 400, code: 'Client.Validation', path: 'until' });
    }
    const nowhere = await post('/devices/nothing', { action: 'delegate' });
    expect(nowhere).to.include({ status: 200, title: 'nothing was not delegated' });
    expect(nowhere.OUTCOME.condition).to.equal('warning');
    expect(nowhere.OUTCOME.SENTENCE).to.deep.equal([{ text: 'there is no such element in the pool.' }]);
    pool.failure = noMaster();
    expect(await post('/devices/core1', { action: 'delegate' })).to.include({
      status: 503,
      code: 'Server.Unavailable',
    });
    expect(await post('/devices/core1', { action: 'explode' })).to.include({ status: 400, code: 'Client.Validation' });
    expect(await post('/devices/core1', { action: 'pause' })).to.include({ status: 404, code: 'Client.NotFound' });
    expect(await post('/managers/EM1', { action: 'delegate' })).to.include({ status: 404, code: 'Client.NotFound' });
    expect(pool.calls.filter(({ name }) => name === 'pause')).to.deep.equal([]);
  });

  it('pause and resume, hand over first unless told to keep, and offer the way back', async () => {
    await start('whole');
    const paused = await post('/managers/EM1', { action: 'pause', keep: '' }, 'operator');
    expect(paused).to.include({ status: 200, title: 'EM1 is paused' });
    expect(paused.OUTCOME.UNDO).to.deep.equal({ action: 'resume', word: 'Resume it', href: '/ptpmgr/em/managers/EM1' });
    const { MANAGER } = await page('/managers/EM1', 'operator');
    expect(MANAGER[0].ACTION.map(({ name }: { name: string }) => name)).to.deep.equal(['resume']);
    await post('/managers/EM1', { action: 'resume' }, 'operator');
    const kept = await post('/managers/EM1', { action: 'pause', keep: 'yes' });
    expect(kept.OUTCOME.condition).to.equal('minor');
    expect(pool.calls).to.deep.equal([
      { name: 'pause', given: false },
      { name: 'resume', given: undefined },
      { name: 'pause', given: true },
    ]);
  });

  it('shut down, and list what nobody took', async () => {
    await start('whole');
    pool.left = ['application/batch-1'];
    const done = await post('/managers/EM1', { action: 'shutdown' });
    expect(done.OUTCOME.condition).to.equal('major');
    expect(done.OUTCOME.SENTENCE[0].text).to.equal('Nobody took 1 element: application/batch-1.');
    expect(pool.calls).to.deep.equal([{ name: 'leave', given: undefined }]);
  });

  it('tell another manager what to do with itself through this one', async () => {
    await start('whole');
    em.manager.calls.length = 0;
    await post('/managers/EM2', { action: 'pause', keep: 'yes' });
    await post('/managers/EM2', { action: 'resume' });
    const done = await post('/managers/EM2', { action: 'shutdown' });
    expect(em.manager.calls.filter(({ operation }) => operation === 'relay').map(({ input }) => input)).to.deep.equal([
      { manager: 'EM2', request: { operation: 'pause', content: { keep: true } } },
      { manager: 'EM2', request: { operation: 'resume', content: {} } },
      { manager: 'EM2', request: { operation: 'shutdown', content: { handOver: true } } },
    ]);
    expect(done).to.include({ status: 200, title: 'EM2 shuts down' });
    expect(pool.calls).to.deep.equal([]);
  });

  it('report a failure with a successor of choice, and forget', async () => {
    await start('crashed');
    const reported = await post('/managers/EM2', { action: 'report', successor: 'EM1' }, 'operator');
    expect(reported).to.include({ title: 'EM2 was questioned: crashed' });
    expect(reported.OUTCOME.SENTENCE).to.deep.equal([{ text: 'EM3 has taken over 2 elements.' }]);
    expect((await post('/managers/EM3', { action: 'forget' })).title).to.equal('EM3 is forgotten');
    expect(pool.calls).to.deep.equal([
      { name: 'reportFailure', given: { manager: 'EM2', successor: 'EM1' } },
      { name: 'forget', given: 'EM3' },
    ]);
  });

  it('ask first, and say what will happen', async () => {
    await start('crashed');
    const question = await page('/managers/EM1?ask=shutdown', 'admin');
    expect(question).to.include({ sheet: 'question', title: 'Shut EM1 down?' });
    expect(question.QUESTION).to.include({ action: 'shutdown', grave: true, formHref: '/ptpmgr/em/managers/EM1' });
    const texts = question.QUESTION.SENTENCE.map(({ text }: { text: string }) => text);
    expect(texts[0]).to.match(/^Its 21 elements are handed over without a missed poll/);
    expect(texts[1]).to.match(/^EM1 is the master/);
    const report = await page('/managers/EM2?ask=report', 'operator');
    expect(report.QUESTION.CHOICE.OPTION.map(({ value }: { value: string }) => value)).to.deep.equal(['', 'EM1']);
    for (const [path, caller, code] of [
      ['/managers/EM1?ask=explode', 'admin', 'Client.Validation'],
      ['/managers/EM1?ask=delegate', 'admin', 'Client.Validation'],
      ['/managers/EM9?ask=pause', 'admin', 'Client.NotFound'],
      ['/managers/EM1?ask=shutdown', 'operator', 'Client.Forbidden'],
      ['/managers/EM1?ask=pause', 'viewer', 'Client.Forbidden'],
      ['/managers/EM1?ask=pause', 'anonymous', 'Client.Unauthorized'],
    ] as const) {
      expect(await page(path, caller), `${path} ${caller}`).to.include({ code });
    }
  });

  it('do for each role what it may, and nothing from elsewhere', async () => {
    await start('crashed');
    const offered = async (path: string, caller: string) =>
      (await page(path, caller)).MANAGER[0].ACTION.map(({ name }: { name: string }) => name);
    expect(await offered('/managers/EM1', 'viewer')).to.deep.equal([]);
    expect(await offered('/managers/EM1', 'operator')).to.deep.equal(['pause']);
    expect(await offered('/managers/EM1', 'admin')).to.deep.equal(['pause', 'shutdown']);
    expect(await offered('/managers/EM2', 'operator')).to.include('report');
    expect(await offered('/managers/EM3', 'admin')).to.deep.equal(['forget']);
    for (const [path, action, caller] of [
      ['/devices/core1', 'delegate', 'viewer'],
      ['/devices/core1', 'recall', 'viewer'],
      ['/managers/EM1', 'pause', 'viewer'],
      ['/managers/EM1', 'resume', 'viewer'],
      ['/managers/EM2', 'report', 'viewer'],
      ['/managers/EM1', 'shutdown', 'operator'],
      ['/managers/EM3', 'forget', 'operator'],
    ] as const) {
      expect(await post(path, { action }, caller), `${action} ${caller}`).to.include({
        status: 403,
        code: 'Client.Forbidden',
      });
    }
    expect(await post('/managers/EM1', { action: 'shutdown' }, 'admin', 'stolen')).to.include({ status: 403 });
    const foreign = await fetch(`${em.url}/managers/EM1`, {
      method: 'POST',
      headers: { accept: 'application/json', 'x-test-caller': 'admin', origin: 'http://evil.example' },
      body: new URLSearchParams({ token: (await page('/managers', 'admin')).token, action: 'shutdown' }),
    });
    expect(foreign.status).to.equal(403);
    expect(pool.calls).to.deep.equal([]);
  });

  it('act on what a page handed through from another manager shows, and lead back to it', async () => {
    await start('whole');
    const element = await post('/managers/EM2/devices/core1', { action: 'delegate', to: 'EM3' });
    expect(element.OUTCOME.href).to.equal('/ptpmgr/em/managers/EM2/devices/core1');
    const manager = await post('/managers/EM2/managers/EM1', { action: 'pause' });
    expect(manager.OUTCOME).to.include({ subject: 'EM1', href: '/ptpmgr/em/managers/EM2/managers/EM1' });
    expect(pool.calls.map(({ name }) => name)).to.deep.equal(['delegate', 'pause']);
  });

  it('give the refusal of the pool as it is', async () => {
    await start('whole');
    pool.failure = new PtpError('Client.Conflict', 'EM1 is leaving already');
    expect(await post('/managers/EM1', { action: 'shutdown' })).to.include({
      status: 409,
      message: 'EM1 is leaving already',
    });
  });
});
