/** One view of all managers: what an integration manager shows, from when it knows it, and what it passes on. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import {
  type Account,
  ask,
  basic,
  device,
  faultOf,
  httpAccess,
  LOOKING,
  listed,
  POOL,
  page,
  Site,
  stopAll,
  untilAnswers,
} from './world.js';

/** Nobody takes anything over here: what the integration manager makes of the dead is what is looked at. */
const OWN_ONLY = POOL.replace('/>', ' capacity="0"/>');
const ADA: Account = { name: 'ada', password: 'correct horse' };

describe('one view of all managers', function () {
  this.timeout(60_000);
  let site: Site;
  let eim: ManagerProcess;
  let em1: ManagerProcess;
  let em2: ManagerProcess;

  before(async () => {
    site = await Site.start();
    const [eimPort = 0, port1 = 0, port2 = 0] = await Promise.all([1, 2, 3].map(freeTcpPort));
    const integration = referenceXml({ id: 'EIM1', role: 'EIM', port: eimPort, scheme: 'http' });
    const access = (path: string) => httpAccess(site, path);
    eim = await ManagerProcess.create({
      id: 'EIM1',
      role: 'EIM',
      port: eimPort,
      // Long enough to find the cache old, so that who asks for fresh data can be told from who does not.
      body: `${POOL}<SCHEDULE pull="60s"/><SECURITY anonymous="viewer"><USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>`,
    });
    em1 = await ManagerProcess.create({
      id: 'EM1',
      port: port1,
      body: `${integration}${OWN_ONLY}${LOOKING}
        <DEVICES>${device('core1', access('/core1'))}${device('shared1', access('/shared1'))}</DEVICES>
        <SERVICES><SERVICE id="shop &lt;&amp; more/1" dnsname="localhost" type="web">${access('/shop')}</SERVICE></SERVICES>`,
    });
    em2 = await ManagerProcess.create({
      id: 'EM2',
      port: port2,
      body: `${integration}${OWN_ONLY}${LOOKING}<DEVICES>${device('edge1', access('/edge1'))}${device('shared1', access('/shared1'))}</DEVICES>`,
    });
    await eim.start();
    await Promise.all([em1.start(), em2.start()]);
    await untilAnswers('both are registered', [eim, 'getNeighbors', {}], ({ neighbors }) =>
      ['EM1', 'EM2'].every((id) => neighbors.some((one) => one.id === id && one.reach === 'alive')),
    );
  });
  after(async () => {
    await stopAll(em1, em2, eim);
    await site.close();
  });

  const clients = async (from: ManagerProcess, maxAge?: number) => {
    const { PTP_STORE, parts } = await ask(from, 'getDevices', { element: 'device/core1', maxAge });
    const [core1] = PTP_STORE.managers.flatMap(({ devices }) => devices);
    const part = parts.find(({ manager }) => manager === 'EM1');
    return { value: core1?.metrics.find(({ name }) => name === 'Clients')?.value, age: part?.age ?? -1, part };
  };

  it('shows what two managers report once', async () => {
    // A newcomer is looked at again soon, and then not for a while.
    await untilAnswers(
      'all have been looked at again',
      [eim, 'getDevices', {}],
      ({ parts }) => parts.length >= 2 && parts.every(({ age }) => age > 2.2),
    );
    const { total } = await untilAnswers(
      'all are listed with values',
      [eim, 'getDevices', { maxAge: 0 }],
      (answer) =>
        listed(answer).join() === 'EM1:core1,EM2:edge1,EM2:shared1' &&
        answer.PTP_STORE.managers.every(({ devices }) => devices.every(({ metrics }) => metrics.length > 0)),
    );
    expect(total).to.equal(3);
    expect(listed(await ask(em2, 'getDevices', {}))).to.deep.equal(['EM2:edge1', 'EM2:shared1']);
    const { PTP_STORE } = await ask(eim, 'getStore', {});
    expect(PTP_STORE.integrationManagers.map(({ id, managers }) => [id, managers.map((one) => one.id)])).to.deep.equal([
      ['EIM1', ['EM1', 'EM2']],
    ]);
  });

  it('answers from what it remembers and says how old that is; asks when that is too old for the asker', async () => {
    await untilAnswers('there is a value', [eim, 'getDevices', { element: 'core1', maxAge: 0 }], ({ PTP_STORE }) =>
      PTP_STORE.managers.some(({ devices }) => devices.some(({ metrics }) => metrics.length > 0)),
    );
    const before = await clients(eim);
    expect(before.value).to.equal(42);
    expect(before.part?.source).to.equal('cache');
    site.page('/core1').body = '{"clients": 43}';
    await untilAnswers('EM1 has the new value', [em1, 'getDevices', { filter: 'core1' }], ({ PTP_STORE }) =>
      PTP_STORE.managers.some(({ devices }) =>
        devices.some(({ metrics }) => metrics.some(({ value }) => value === 43)),
      ),
    );
    const later = await clients(eim);
    expect(later.value).to.equal(42);
    expect(later.age).to.be.above(before.age);
    const enough = await clients(eim, 60);
    expect([enough.value, enough.age >= later.age]).to.deep.equal([42, true]);
    const fresh = await clients(eim, 0);
    expect(fresh.value).to.equal(43);
    expect(fresh.age).to.be.below(1);
    expect((await clients(eim)).value).to.equal(43);
  });

  it('passes requests on to the manager that is named', async () => {
    const status = await ask(eim, 'relay', {
      manager: 'EM2',
      request: { operation: 'getStatus', content: { scope: 'self' } },
    });
    expect(status).to.deep.nested.include({ manager: 'EM2', 'answer.operation': 'getStatus' });
    expect(status).to.have.nested.property('answer.content.managers[0].id', 'EM2');
    const named = await ask(eim, 'getStatus', { manager: 'EM1' });
    expect(named.managers.map(({ id, registeredWith }) => [id, registeredWith])).to.deep.equal([['EM1', ['EIM1']]]);
    expect((await ask(eim, 'getCapabilities', { manager: 'EM1' })).responsibilities).to.have.members([
      'device/core1',
      'service/shop <& more/1',
    ]);
    const unknown = ask(eim, 'relay', { manager: 'EM7', request: { operation: 'getStatus', content: {} } });
    expect(await faultOf(unknown)).to.equal('Client.NotFound: no manager EM7 is known here; known are EM1, EM2');
  });

  it('lets nobody do by way of it what the manager itself would refuse', async () => {
    const request = { operation: 'pollNow', content: { element: 'core1' } } as const;
    for (const refused of [
      await faultOf(ask(eim, 'relay', { manager: 'EM1', request })),
      await faultOf(ask(eim, 'pollNow', { element: 'core1' })),
    ]) {
      expect(refused).to.match(/^Client\.Unauthorized: pollNow is open to the role operator only/);
    }
    const registration = { operation: 'IAmHere', content: {} } as const;
    const relayed = ask(eim, 'relay', { manager: 'EM1', request: registration as never }, ADA);
    expect(await faultOf(relayed)).to.match(/^Client\.Validation/);
  });

  it('asks the owner for values, reports and polls', async () => {
    site.page('/core1').body = '{"clients": 44}';
    const polled = await ask(eim, 'pollNow', { element: 'core1' }, ADA);
    expect(polled).to.include({ element: 'device/core1', manager: 'EM1', status: 'normal' });
    expect(polled.values.find(({ name }) => name === 'Clients')?.value).to.equal(44);
    const now = Date.now();
    const range = { from: now - 60_000, to: now + 60_000 };
    const { manager, series } = await ask(eim, 'getSamples', { element: 'core1', metric: 'Clients', ...range });
    expect(manager).to.equal('EM1');
    expect(series[0]?.points.map(({ value }) => value)).to.include.members([42, 43, 44]);
    const { report } = await ask(eim, 'getDeviceReport', { element: 'core1' });
    expect(report).to.include({ element: 'device/core1', manager: 'EM1', status: 'normal', availability: 1 });
    expect(report.metrics.find(({ metric }) => metric === 'Clients')).to.include({ minimum: 42, maximum: 44 });
    const shop = await ask(eim, 'getServiceReport', { element: 'shop <& more/1' });
    expect(shop.report).to.include({ element: 'service/shop <& more/1', manager: 'EM1' });
    const service = await ask(eim, 'getServices', { element: 'shop <& more/1' });
    expect(listed(service)).to.deep.equal(['EM1:shop <& more/1']);
  });

  it('hands the pages of a manager through, in every format, with links that work', async () => {
    const html = await page(eim, '/managers/EM1/services');
    expect([html.status, html.type]).to.deep.equal([200, 'text/html; charset=utf-8']);
    expect(html.text).to.include('shop &lt;&amp; more/1');
    const here = `${eim.url}/managers/EM1/services`;
    const links = [...html.text.matchAll(/\s(?:href|src)="([^"#]+)"/g)].map(
      ([, link = '']) => new URL(link.replaceAll('&amp;', '&'), here).href,
    );
    expect(links).to.include(`${here}/shop%20%3C%26%20more%2F1`);
    expect(links.filter((link) => !link.startsWith(eim.url))).to.deep.equal([]);
    for (const link of new Set(links)) {
      const { status } = await fetch(link, { headers: { accept: 'text/html,*/*;q=0.5', authorization: basic(ADA) } });
      expect([link, status]).to.deep.equal([link, 200]);
    }
    for (const [accept, suffix] of [
      ['application/xml', ''],
      ['*/*', '?format=xml'],
    ] as const) {
      const xml = await page(eim, `/managers/EM1/services${suffix}`, { accept });
      expect([xml.status, xml.type]).to.deep.equal([200, 'application/xml; charset=utf-8']);
      expect(xml.text).to.include('<getServicesResponse').and.include('id="shop &lt;&amp; more/1"');
    }
    const json = await page(eim, '/managers/EM1/services', { accept: 'application/json' });
    expect(JSON.parse(json.text)).to.have.nested.property('PAGE.getServicesResponse.total', 1);
    const unknown = await page(eim, '/managers/EM1/services/nothing', { accept: 'application/json' });
    expect([unknown.status, JSON.parse(unknown.text).code]).to.deep.equal([404, 'Client.NotFound']);
    expect((await page(eim, '/managers/EM7/services')).status).to.equal(404);
    // Its own pages are the operator's to see; the integration manager's operator is one.
    expect((await page(eim, '/managers/EM1/config', { accept: 'application/json' })).status).to.equal(401);
    const config = await page(eim, '/managers/EM1/config', { accept: 'application/json', user: ADA });
    expect(config.status).to.equal(200);
    expect(config.text).to.include('core1').and.not.include('0123456789abcdef0123456789abcdef');
  });

  it('goes on showing what a manager reported that has died, and that it is old', async () => {
    await em1.kill();
    const dead = await untilAnswers('EM1 is missing', [eim, 'getDevices', {}], ({ missing, PTP_STORE }) => {
      const section = PTP_STORE.managers.find(({ id }) => id === 'EM1');
      return missing.some(({ manager }) => manager === 'EM1') && section?.status === 'down';
    });
    expect(listed(dead)).to.include('EM1:core1');
    const [core1] = dead.PTP_STORE.managers.flatMap(({ devices }) => devices.filter(({ id }) => id === 'core1'));
    expect(core1?.status).to.equal('unknown');
    expect(core1?.reason).to.match(/EM1 does not answer; last known: normal$/);
    // As it was when all was pulled the last time, or somebody asked for it.
    expect(core1?.metrics.find(({ name }) => name === 'Clients')?.value).to.be.oneOf([43, 44]);
    expect(dead.missing.map(({ manager }) => manager)).to.deep.equal(['EM1']);
    expect(dead.missing[0]?.reason).to.match(/EM1 at .* cannot be reached: .*nothing listens there/);
    const [first] = dead.parts.filter(({ manager }) => manager === 'EM1');
    const { parts } = await ask(eim, 'getDevices', {});
    expect(parts.find(({ manager }) => manager === 'EM1')?.age).to.be.above(first?.age ?? 0);
    // Asked for fresh data it says the same, and holds nobody up.
    const asked = await ask(eim, 'getDevices', { maxAge: 0 });
    expect(listed(asked)).to.include('EM1:core1');
    const status = await ask(eim, 'getStatus', { scope: 'pool' });
    expect(status.missing.map(({ manager }) => manager)).to.deep.equal(['EM1']);
    expect(status.managers.map(({ id }) => id)).to.deep.equal(['EIM1', 'EM2']);
    const handed = await page(eim, '/managers/EM1/services', { accept: 'application/json' });
    expect([handed.status, JSON.parse(handed.text).code]).to.deep.equal([503, 'Server.Unavailable']);
    expect((await page(eim, '/devices/core1')).status).to.equal(200);
    const overview = (await page(eim, '/')).text;
    expect(overview).to.include('1 manager does not answer').and.not.to.include('All is well');
    expect((await page(eim, '/managers/EM1')).text).to.match(/nothing listens there|refuses the connection/);
  });

  it('takes the live one of two sources', async () => {
    const shared = await untilAnswers(
      'EM2 is the source',
      [eim, 'getDevices', { maxAge: 1 }],
      (answer) => listed(answer).join() === 'EM1:core1,EM2:edge1,EM2:shared1',
    );
    expect(shared.total).to.equal(3);
    const { report } = await ask(eim, 'getDeviceReport', { element: 'shared1' });
    expect(report.manager).to.equal('EM2');
    expect((await ask(eim, 'pollNow', { element: 'device/shared1' }, ADA)).manager).to.equal('EM2');
    // The pool has found nobody who could take it.
    expect(await faultOf(ask(eim, 'getDeviceReport', { element: 'core1' }))).to.match(
      /^Server\.Unavailable: nobody watches device\/core1 at the moment: EM1 is gone .*, and no other manager that lives/,
    );
  });

  it('shows a manager as it is when that is back', async () => {
    await em1.start();
    // It asks the pool before it polls what it had, so at first it has nothing.
    await untilAnswers('EM1 is back with what it had', [eim, 'getDevices', {}], (answer) => {
      const section = answer.PTP_STORE.managers.find(({ id }) => id === 'EM1');
      const isBack = answer.missing.length === 0 && section?.status !== 'down' && (section?.age ?? 99) < 5;
      return isBack && listed(answer).includes('EM1:core1');
    });
    const { events } = await ask(eim, 'getEvents', { text: 'EM1', scope: 'self' });
    expect(events.map(({ name }) => name)).to.include.members(['managerRegistered', 'managerSilent', 'managerAlive']);
  });
});
