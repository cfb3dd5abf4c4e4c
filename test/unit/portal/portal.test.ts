/** The portal over HTTP; the transformer tells what it was given, so that no stylesheet is needed. */
import { expect } from 'chai';
import type { RemotePage } from '../../../src/portal/parts.js';
import { HOSTILE } from '../../browser/fixture/hostile.js';
import { type Fixture, startFixture } from '../../browser/fixture/server.js';

/** Whatever a page has in JSON; what is not there is undefined. */
const shownBy = async (response: Response) => JSON.parse(await response.text()).PAGE;

const telling = { render: async (sheet: string, xml: string) => `<html>${sheet}\n${xml}` };

describe('the portal', () => {
  let em: Fixture;
  before(async () => {
    em = await startFixture({ transformer: telling });
  });
  after(() => em.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(em.url + path, { headers, redirect: 'manual' });
  const page = async (path: string, headers: Record<string, string> = {}) =>
    shownBy(await get(path, { accept: 'application/json', ...headers }));

  it('gives a page as HTML, XML or JSON, by Accept or by format', async () => {
    for (const [path, accept, type] of [
      ['/devices', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
      ['/devices', '*/*', 'text/html'],
      ['/devices', 'application/xml', 'application/xml'],
      ['/devices', 'application/json', 'application/json'],
      ['/devices?format=json', 'text/html', 'application/json'],
      ['/devices?format=xml', 'text/html', 'application/xml'],
    ] as const) {
      const response = await get(path, { accept });
      expect(response.headers.get('content-type'), `${path} ${accept}`).to.equal(`${type}; charset=utf-8`);
      expect(response.status).to.equal(200);
    }
  });

  it('hands the stylesheet the very XML that it gives out', async () => {
    const xml = await (await get('/events?format=xml')).text();
    const html = await (await get('/events', { accept: 'text/html' })).text();
    expect(xml).to.match(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<\?xml-stylesheet type="text\/xsl" href="\/ptpmgr\/em\/stylesheets\/events.xsl"\?>\n<PAGE /,
    );
    const without = (text: string) => text.replace(/<THEME [^>]*>/g, '');
    expect(without(html)).to.equal(`<html>events\n${without(xml)}`);
  });

  it('has in JSON the names of the XML, lists where something can repeat, and text for ids and large numbers', async () => {
    const shown = await page('/devices/core1');
    const [manager] = shown.getDevicesResponse.PTP_STORE.EMANAGER;
    expect(shown).to.include({
      manager: 'EM1',
      role: 'EM',
      base: '/ptpmgr/em',
      path: '/devices/core1',
      sheet: 'element',
    });
    expect(manager.Devices.Device[0]).to.include({ id: 'core1', status: 'warning' });
    expect(manager.Services.Service).to.deep.equal([]);
    const octets = manager.Devices.Device[0].Metrics.Metric.find((one: { name: string }) => one.name === 'ifInOctets');
    expect(octets.value).to.match(/^\d{12,}$/);
    expect(shown.getSamplesResponse).to.be.an('array').with.length(2);
    expect(shown.getEventsResponse.events[0].time).to.match(/^2026-03-14T.*Z$/);
  });

  it('lets the operation page, sort and filter', async () => {
    em.manager.calls.length = 0;
    const shown = await page('/devices?page=2&size=5&sort=label&status=normal&q=server');
    expect(em.manager.calls).to.deep.equal([
      {
        operation: 'getDevices',
        input: { filter: '"server" status:"normal"', sort: 'label', page: 2, pageSize: 5, detail: 'summary' },
      },
    ]);
    expect(shown.ROW.map((row: { id: string }) => row.id)).to.deep.equal([
      'srv-6',
      'srv-7',
      'srv-8',
      'srv-9',
      'srv-10',
    ]);
    expect(shown.QUERY).to.include({
      first: 6,
      last: 10,
      previous: '/ptpmgr/em/devices?q=server&status=normal&size=5&sort=label&page=1',
    });
  });

  it('mixes the rows of several managers into one order', async () => {
    const shown = await page('/devices');
    expect(shown.ROW.slice(0, 3).map((row: { id: string }) => row.id)).to.deep.equal(['edge-fra-1', 'fw-1', 'nas-3']);
    expect(new Set(shown.ROW.map((row: { manager: string }) => row.manager))).to.deep.equal(new Set(['EM1', 'EM2']));
  });

  for (const id of [HOSTILE.slashes, HOSTILE.unicode, HOSTILE.long]) {
    it(`finds the element ${JSON.stringify(id.slice(0, 30))} by the link of its row`, async () => {
      const { ROW } = await page('/devices');
      const row = ROW.find((one: { id: string }) => one.id === id);
      const response = await fetch(em.origin + row.href, { headers: { accept: 'application/json' } });
      expect(response.status).to.equal(200);
      expect((await shownBy(response)).ELEMENT.id).to.equal(id);
    });
  }

  it('takes slashes in an id unencoded as well', async () => {
    expect((await get('/devices/rack%207/shelf%202%252F/card%233%3Fx=1&y=2')).status).to.equal(200);
  });

  for (const [path, status, code, caller] of [
    ['/devices/nothing', 404, 'Client.NotFound', 'viewer'],
    ['/no/such/page', 404, 'Client.NotFound', 'viewer'],
    ['/managers/EM9', 404, 'Client.NotFound', 'viewer'],
    ['/managers/EM9/devices', 404, 'Client.NotFound', 'viewer'],
    ['/config', 403, 'Client.Forbidden', 'viewer'],
    ['/', 401, 'Client.Unauthorized', 'nobody'],
    ['/devices/%E0%A4%A', 400, 'Client.Validation', 'viewer'],
    ['/report?from=2026-03-14&to=2026-03-13', 400, 'Client.Validation', 'viewer'],
    ['/report?element=planet/earth', 400, 'Client.Validation', 'viewer'],
    ['/stylesheets/none.xsl', 404, 'Client.NotFound', 'viewer'],
    ['/stylesheets/..%2f..%2fpackage.json', 404, 'Client.NotFound', 'viewer'],
  ] as const) {
    it(`answers ${path} with ${status} ${code}`, async () => {
      const response = await get(path, { accept: 'application/json', 'x-test-caller': caller });
      expect(response.status).to.equal(status);
      const fault = JSON.parse(await response.text());
      expect(fault).to.include({ code });
      expect(fault.message).to.have.length.above(10);
      expect(response.headers.get('www-authenticate')).to.equal(
        status === 401 ? 'Basic realm="ptpmgr EM1", charset="UTF-8"' : null,
      );
    });
  }

  it('shows no page that is asked for otherwise than by GET', async () => {
    const response = await fetch(`${em.url}/config`, {
      method: 'DELETE',
      headers: { accept: 'application/json', 'x-test-caller': 'admin' },
    });
    expect(response.status).to.equal(405);
    expect(response.headers.get('allow')).to.equal('GET, HEAD');
    const element = await fetch(`${em.url}/devices/core1`, { method: 'PUT' });
    expect([element.status, element.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, POST']);
  });

  it('forbids scripts, styles and frames that are not its own, and keeps pages out of caches', async () => {
    const { headers } = await get('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy)
      .to.include("default-src 'none'")
      .and.to.include("frame-ancestors 'none'")
      .and.not.to.include('unsafe');
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('cache-control')).to.equal('private, no-cache');
  });

  it('serves stylesheets, looks and scripts to everybody', async () => {
    for (const [file, type] of [
      ['layout.xsl', 'application/xml; charset=utf-8'],
      ['portal.css', 'text/css; charset=utf-8'],
      ['portal.js', 'text/javascript; charset=utf-8'],
      ['uPlot.esm.js', 'text/javascript; charset=utf-8'],
      ['uPlot.min.css', 'text/css; charset=utf-8'],
      ['format.js', 'text/javascript; charset=utf-8'],
      ['scale.js', 'text/javascript; charset=utf-8'],
      ['paths.js', 'text/javascript; charset=utf-8'],
    ] as const) {
      const response = await get(`/stylesheets/${file}`, { 'x-test-caller': 'nobody' });
      expect(response.status, file).to.equal(200);
      expect(response.headers.get('content-type'), file).to.equal(type);
    }
  });

  it('keeps a theme that was chosen and comes back to the same page', async () => {
    const response = await get('/events?q=disk&theme=dark');
    expect(response.status).to.equal(303);
    expect(response.headers.get('location')).to.equal('/ptpmgr/em/events?q=disk');
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).to.match(/^ptpmgr-theme=dark;.*Path=\/ptpmgr\/em;.*HttpOnly/);
    expect((await page('/events', { cookie: 'other=1; ptpmgr-theme=dark' })).theme).to.equal('dark');
    expect((await page('/events', { cookie: 'ptpmgr-theme=purple' })).theme).to.equal('auto');
  });

  it('takes another base from a peer alone, and from nobody a base that is no path', async () => {
    const base = { 'x-ptpmgr-base': '/ptpmgr/eim/managers/EM1', 'x-ptpmgr-user': 'carol' };
    expect(await page('/', { ...base, 'x-test-caller': 'peer/viewer' })).to.include({
      base: '/ptpmgr/eim/managers/EM1',
      outer: '/ptpmgr/eim',
      user: 'carol',
    });
    expect(await page('/', { ...base, 'x-test-caller': 'admin' })).to.include({ base: '/ptpmgr/em', user: 'alice' });
    const fault = await get('/devices/nothing?format=xml', { ...base, 'x-test-caller': 'peer/viewer' });
    expect(await fault.text()).to.include(` base="${base['x-ptpmgr-base']}"`);
    expect((await page('/', { 'x-ptpmgr-base': '//evil.example', 'x-test-caller': 'peer/viewer' })).base).to.equal(
      '/ptpmgr/em',
    );
  });

  it('lets somebody without a name sign in, and come back to this portal only', async () => {
    const { signIn } = await page('/devices/core1?range=1d', { 'x-test-caller': 'anonymous' });
    expect(signIn).to.match(/^\/ptpmgr\/em\/sign-in\?back=/);
    const path = signIn.slice('/ptpmgr/em'.length);
    const asked = await get(path, { 'x-test-caller': 'anonymous' });
    expect([asked.status, asked.headers.get('www-authenticate')]).to.deep.equal([
      401,
      'Basic realm="ptpmgr EM1", charset="UTF-8"',
    ]);
    expect((await get(path)).headers.get('location')).to.equal('/ptpmgr/em/devices/core1?range=1d');
    expect(await page('/')).not.to.have.property('signIn');
    for (const back of [
      '//evil.example/',
      'http://evil.example/',
      '/\\evil.example',
      '/other',
      '/ptpmgr/em/../..',
      '\t//evil.example',
    ]) {
      const { headers } = await get(`/sign-in?back=${encodeURIComponent(back)}`);
      expect(headers.get('location'), back).to.equal('/ptpmgr/em/');
    }
  });

  it('tells a defect of its own without its text, and logs it', async () => {
    const broken = await startFixture({ transformer: { render: () => Promise.reject(new Error('secret inside')) } });
    try {
      const response = await fetch(broken.url, { headers: { accept: 'text/html' } });
      expect(response.status).to.equal(500);
      const text = await response.text();
      expect(text)
        .to.match(/^Server\.Internal: /)
        .and.not.to.include('secret');
      expect(broken.log.text).to.include('secret inside');
    } finally {
      await broken.close();
    }
  });
});

describe('forms of the portal', () => {
  let em: Fixture;
  before(async () => {
    em = await startFixture({ transformer: telling });
  });
  after(() => em.close());

  const tokenOf = async (caller: string): Promise<string> => {
    const response = await fetch(`${em.url}/devices/core1`, {
      headers: { accept: 'application/json', 'x-test-caller': caller },
    });
    return (await shownBy(response)).token;
  };
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}, path = '/devices/core1') =>
    fetch(em.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-test-caller': 'operator', accept: 'application/json', ...headers },
      body: new URLSearchParams(fields),
    });

  it('poll an element and lead back to its page', async () => {
    em.manager.calls.length = 0;
    const response = await post(
      { token: await tokenOf('operator'), action: 'poll' },
      { accept: 'text/html', origin: em.origin, 'sec-fetch-site': 'same-origin' },
    );
    expect(response.status).to.equal(303);
    expect(response.headers.get('location')).to.equal('/ptpmgr/em/devices/core1?notice=polled');
    expect(em.manager.calls.at(-1)).to.deep.equal({ operation: 'pollNow', input: { element: 'device/core1' } });
  });

  it('lead back to the same place of the page', async () => {
    const path = '/devices/core1?ifPage=2&ifSort=-in&ifq=xe&metric=cpuLoad&other=1';
    const response = await post({ token: await tokenOf('operator'), action: 'poll' }, { accept: 'text/html' }, path);
    expect(response.headers.get('location')).to.equal(
      '/ptpmgr/em/devices/core1?metric=cpuLoad&ifq=xe&ifSort=-in&ifPage=2&notice=polled',
    );
  });

  it('answer a program with what was polled', async () => {
    const response = await post({ token: await tokenOf('operator'), action: 'poll' });
    expect((await shownBy(response)).pollNowResponse).to.include({ element: 'device/core1', status: 'normal' });
  });

  for (const [what, fields, headers] of [
    ['without a token', {}, {}],
    ['with a wrong token', { token: 'x'.repeat(43) }, {}],
    ['from another site', { token: 'own' }, { 'sec-fetch-site': 'cross-site' }],
    ['from another port of the host', { token: 'own' }, { 'sec-fetch-site': 'same-site' }],
    ['with another origin', { token: 'own' }, { origin: 'http://evil.example' }],
    ['with an origin that hides itself', { token: 'own' }, { origin: 'null' }],
    ['with the token of another user', { token: 'other' }, {}],
    ['by a viewer', { token: 'own' }, { 'x-test-caller': 'viewer' }],
  ] as const) {
    it(`poll nothing ${what}`, async () => {
      const caller = 'x-test-caller' in headers ? headers['x-test-caller'] : 'operator';
      const wanted: string | undefined = 'token' in fields ? fields.token : undefined;
      const token = wanted === 'own' ? await tokenOf(caller) : wanted === 'other' ? await tokenOf('viewer') : wanted;
      em.manager.calls.length = 0;
      const response = await post({ ...(token === undefined ? {} : { token }), action: 'poll' }, headers);
      expect(response.status).to.equal(403);
      expect(em.manager.calls.filter((call) => call.operation === 'pollNow' && caller !== 'viewer')).to.deep.equal([]);
    });
  }

  it('that are unknown or too large are refused', async () => {
    const token = await tokenOf('operator');
    expect((await post({ token, action: 'explode' })).status).to.equal(400);
    expect((await post({ token, action: 'poll', more: 'x'.repeat(40_000) })).status).to.equal(413);
    expect((await post({ token, action: 'poll' }, { 'content-type': 'application/json' })).status).to.equal(415);
    expect((await post({ token, action: 'poll' }, {}, '/events')).status).to.equal(405);
  });
});

describe('pages of another manager', () => {
  let eim: Fixture;
  const asked: RemotePage[] = [];
  let answer = { status: 200, contentType: 'text/html; charset=utf-8', body: '<html>page of EM1' };
  before(async () => {
    eim = await startFixture({
      id: 'EIM1',
      role: 'EIM',
      transformer: telling,
      fetchPage: async (page) => {
        asked.push(page);
        return answer;
      },
    });
  });
  after(() => eim.close());

  it('are handed through with where they will be shown', async () => {
    const response = await fetch(`${eim.url}/managers/EM1/devices/a%2Fb?range=1d`, {
      headers: { accept: 'text/html', cookie: 'ptpmgr-theme=dark' },
    });
    expect(await response.text()).to.equal('<html>page of EM1');
    expect(response.headers.get('content-security-policy')).to.include("default-src 'none'");
    const [page] = asked.slice(-1);
    expect(page).to.deep.include({ manager: 'EM1', path: '/devices/a%2Fb?range=1d' });
    expect(page?.headers).to.deep.include({
      accept: 'text/html',
      'x-ptpmgr-base': '/ptpmgr/eim/managers/EM1',
      'x-ptpmgr-theme': 'dark',
      'x-ptpmgr-user': 'bob',
    });
    expect(page?.context.caller).to.include({ kind: 'user', name: 'bob', role: 'viewer' });
  });

  it('begin with a slash behind the id; without it the manager itself is shown', async () => {
    await fetch(`${eim.url}/managers/EM1/`);
    expect(asked.at(-1)?.path).to.equal('/');
    const count = asked.length;
    const own = await fetch(`${eim.url}/managers/EM1?format=json`);
    expect((await shownBy(own)).sheet).to.equal('manager');
    expect(asked.length).to.equal(count);
  });

  it('keep their status, and are refused when they are something else than was asked for', async () => {
    answer = { status: 404, contentType: 'application/json', body: '{}' };
    const json = await fetch(`${eim.url}/managers/EM1/devices/x?format=json`);
    expect([json.status, await json.text()]).to.deep.equal([404, '{}']);
    const html = await fetch(`${eim.url}/managers/EM1/devices/x`, { headers: { accept: 'text/html' } });
    expect(html.status).to.equal(503);
  });

  it('find their looks where they are shown', async () => {
    expect((await fetch(`${eim.url}/managers/EM1/stylesheets/portal.css`)).status).to.equal(200);
  });

  it('are polled through the manager that shows them', async () => {
    const { token } = await shownBy(
      await fetch(`${eim.url}/?format=json`, { headers: { 'x-test-caller': 'operator' } }),
    );
    const response = await fetch(`${eim.url}/managers/EM1/devices/a%2Fb`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-test-caller': 'operator' },
      body: new URLSearchParams({ token, action: 'poll' }),
    });
    expect(response.headers.get('location')).to.equal('/ptpmgr/eim/managers/EM1/devices/a%2Fb?notice=polled');
    expect(eim.manager.calls.at(-1)).to.deep.equal({
      operation: 'relay',
      input: { manager: 'EM1', request: { operation: 'pollNow', content: { element: 'device/a/b' } } },
    });
  });

  it('of its own are its own', async () => {
    const response = await fetch(`${eim.url}/managers/EIM1/events?page=2`, { redirect: 'manual' });
    expect(response.headers.get('location')).to.equal('/ptpmgr/eim/events?page=2');
  });
});
