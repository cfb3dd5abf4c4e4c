/** Alarms on pages: what is asked for by an address, and what forms have done. */
import { expect } from 'chai';
import { ALARMS } from '../../browser/fixture/alarms.js';
import { HOSTILE } from '../../browser/fixture/hostile.js';
import { type Fixture, startFixture } from '../../browser/fixture/server.js';

const shownBy = async (response: Response) => JSON.parse(await response.text()).PAGE;
const telling = { render: async (sheet: string, xml: string) => `<html>${sheet}\n${xml}` };

describe('pages of alarms', () => {
  let em: Fixture;
  beforeEach(async () => {
    em = await startFixture({ transformer: telling });
  });
  afterEach(() => em.close());
  const get = (path: string, caller = 'operator') =>
    fetch(em.url + path, { redirect: 'manual', headers: { accept: 'application/json', 'x-test-caller': caller } });
  const page = async (path: string, caller?: string) => shownBy(await get(path, caller));
  const asked = () => em.manager.calls.filter(({ operation }) => operation === 'getAlarms').map(({ input }) => input);

  it('has the worst first, who may act, and counts in the head of every page', async () => {
    const shown = await page('/alarms');
    expect(asked()).to.deep.equal([{ page: 1, pageSize: 50 }]);
    expect(shown.getAlarmsResponse.alarms[0]).to.include({ id: 'a0', severity: 'critical', state: 'raised' });
    expect(shown.ALARM[0]).to.include({ id: 'a0', for: '12\u00a0min', href: '/ptpmgr/em/devices/edge-fra-1' });
    expect(shown.FORM).to.deep.equal({ mayAct: true, href: '/ptpmgr/em/alarms', back: '/ptpmgr/em/alarms' });
    expect((await page('/alarms', 'viewer')).FORM.mayAct).to.equal(false);
    expect(
      shown.ALARMS.COUNT.map(({ severity, count }: { severity: string; count: number }) => [severity, count]),
    ).to.deep.equal([
      ['critical', 1],
      ['major', 2],
      ['minor', 72],
      ['warning', 2],
      ['indeterminate', 1],
    ]);
    const other = await page('/managers');
    expect([other.openAlarms, other.worstAlarm]).to.deep.equal([39, 'critical']);
  });

  for (const [address, input] of [
    ['?state=raised&severity=major', { state: 'raised', severity: 'major', page: 1, pageSize: 50 }],
    ['?severity=major&only=yes', { filter: 'severity:major', page: 1, pageSize: 50 }],
    ['?element=device/core1&state=cleared', { state: 'cleared', element: 'device/core1', page: 1, pageSize: 50 }],
    ['?q=port+down&manager=EM2', { filter: '"port" "down" manager:"EM2"', page: 1, pageSize: 50 }],
    ['?state=all&manager=EM2&sort=count', { state: 'all', filter: '"EM2"', page: 1, pageSize: 50 }],
    ['?sort=-raised&size=25&page=2', { sort: '-raised', page: 2, pageSize: 25 }],
    ['?sort=nothing&state=nothing&severity=nothing', { page: 1, pageSize: 50 }],
  ] as const)
    it(`asks for what its address says: ${address}`, async () => {
      await get(`/alarms${address}`);
      expect(asked()).to.deep.equal([input]);
    });

  it('leads on from where a page ended, and back by its number', async () => {
    const first = await page('/alarms?size=25&q=battery');
    expect(first.QUERY.previous).to.equal(undefined);
    const { searchParams } = new URL(first.QUERY.next, em.origin);
    expect([searchParams.get('page'), searchParams.get('q')]).to.deep.equal(['2', 'battery']);
    em.manager.calls.length = 0;
    const second = await shownBy(
      await fetch(em.origin + first.QUERY.next, {
        headers: { accept: 'application/json', 'x-test-caller': 'operator' },
      }),
    );
    expect(asked()).to.deep.equal([{ filter: '"battery"', page: 1, after: searchParams.get('after'), pageSize: 25 }]);
    expect(second.QUERY).to.include({ first: 26, last: 50, total: 70 });
    const ids = (one: typeof first) => one.getAlarmsResponse.alarms.map(({ id }: { id: string }) => id);
    expect(ids(first).filter((id: string) => ids(second).includes(id))).to.deep.equal([]);
    expect(new URL(second.QUERY.previous, em.origin).searchParams.get('after')).to.equal(null);
  });

  it('has open ones on the pages of elements and managers, and counts them on the first', async () => {
    const element = await page('/devices/core1');
    expect(element.getAlarmsResponse.alarms.map(({ id }: { id: string }) => id)).to.deep.equal(['a3', 'a2']);
    expect(element.ELEMENT.alarmsHref).to.equal('/ptpmgr/em/alarms?element=device%2Fcore1&state=cleared');
    expect(element.FORM.back).to.equal('/ptpmgr/em/devices/core1');
    em.manager.calls.length = 0;
    await page('/managers/EM2');
    expect(asked()).to.deep.equal([{ scope: 'pool', filter: 'manager:"EM2"', page: 1, pageSize: 20 }]);
    const home = await page('/');
    expect(home.ALARMS).to.include({ total: 39, worst: 'critical', href: '/ptpmgr/em/alarms' });
  });

  const post = async (fields: readonly (readonly [string, string])[], headers: Record<string, string> = {}) => {
    const caller = headers['x-test-caller'] ?? 'operator';
    const { token } = await page('/alarms', caller);
    return fetch(`${em.url}/alarms`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-test-caller': caller, accept: 'application/json', ...headers },
      body: new URLSearchParams([
        ['token', String(token)],
        ...fields.map(([name, value]): [string, string] => [name, value]),
      ]),
    });
  };
  const changes = () =>
    em.manager.calls.filter(({ operation }) => operation !== 'getAlarms' && operation.endsWith('Alarm'));

  it('acknowledges and clears those that are ticked, with a note, and comes back', async () => {
    const back = '/ptpmgr/em/alarms?severity=minor&page=2';
    const response = await post([
      ['action', 'acknowledge'],
      ['alarm', 'a0'],
      ['alarm', 'a3'],
      ['alarm', 'a0'],
      ['note', ' on my way '],
      ['back', back],
    ]);
    expect([response.status, response.headers.get('location')]).to.deep.equal([
      303,
      `${back}&notice=acknowledged&count=2`,
    ]);
    expect(changes()).to.deep.equal([
      { operation: 'acknowledgeAlarm', input: { alarm: 'a0', note: 'on my way' } },
      { operation: 'acknowledgeAlarm', input: { alarm: 'a3', note: 'on my way' } },
    ]);
    const shown = await page('/alarms?notice=acknowledged&count=2');
    expect(shown.NOTICE).to.deep.equal({ notice: 'acknowledged', count: 2, alone: false });
    const cleared = await post([
      ['action', 'clear'],
      ['alarm', 'a0'],
      ['back', 'https://evil.example/'],
    ]);
    // Nowhere but here, and it is said that one disk alone has it.
    expect(cleared.headers.get('location')).to.equal('/ptpmgr/em/?notice=cleared&count=1&alone=yes');
  });

  it('takes a page on which all are ticked', async () => {
    const ticked = ALARMS.filter(({ state }) => state !== 'cleared').map(({ id }) => ['alarm', id] as const);
    const response = await post([['action', 'acknowledge'], ['note', 'x'.repeat(1000)], ...ticked]);
    expect(response.headers.get('location')).to.match(new RegExp(`count=${ticked.length}$`));
  });

  it('says what was refused, and what was done all the same', async () => {
    const shown = await shownBy(
      await post([
        ['action', 'clear'],
        ['alarm', 'a8'],
        ['alarm', 'gone'],
        ['alarm', 'a1'],
      ]),
    );
    expect(shown.title).to.equal('2 alarms were not cleared');
    expect(shown.OUTCOME.SENTENCE.map(({ text }: { text: string }) => text)).to.deep.equal([
      'One other was cleared.',
      'alarm "a8": it was cleared meanwhile by ptpmgr.',
      'there is no alarm "gone" at any manager.',
    ]);
    expect((await shownBy(await post([['action', 'clear']]))).title).to.equal('No alarm was chosen');
  });

  for (const [what, headers] of [
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another origin', { origin: 'http://evil.example' }],
    ['of a viewer', { 'x-test-caller': 'viewer' }],
  ] as const)
    it(`changes nothing by a form ${what}`, async () => {
      const response = await post(
        [
          ['action', 'clear'],
          ['alarm', 'a0'],
        ],
        headers,
      );
      expect(response.status).to.equal(403);
      expect(changes()).to.deep.equal([]);
    });

  it('shows what others wrote, and obeys none of it', async () => {
    const text = await (await fetch(`${em.url}/alarms`, { headers: { accept: 'application/xml' } })).text();
    expect(text).to.contain('&lt;script&gt;').and.not.contain(HOSTILE.script);
  });
});
