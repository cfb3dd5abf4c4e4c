/** A value goes beyond its threshold and comes back, while its manager is restarted and its configuration changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { ManagerProcess } from '../support/manager-process.js';
import { until } from '../support/processes.js';
import { ask, device, LOOKING, page, Site, stopAll, untilAnswers } from './world.js';

describe('a threshold of a manager that runs', function () {
  this.timeout(60_000);
  let site: Site;
  let em: ManagerProcess;

  before(async () => {
    site = await Site.start();
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `${LOOKING}<DEVICES>${device(
        'shop',
        `<ACCESS method="http" url="${site.url('/shop')}" interval="500ms" retries="0">
           <METRIC name="Clients" jsonpath="$.clients" unit="1"/>
           <THRESHOLD metric="Clients" above="100" clear="50" for="1s" severity="major"/>
           <THRESHOLD metric="orders" noData="2s" severity="minor"/>
           <METRIC name="orders" jsonpath="$.orders" unit="1"/>
         </ACCESS>`,
      )}</DEVICES>`,
    });
    say(20, 1);
    await em.start();
  });
  after(async () => {
    await stopAll(em);
    await site.close();
  });

  const say = (clients: number, orders?: number) => {
    site.page('/shop').body = JSON.stringify({ clients, orders });
  };
  const is = (what: string, status: string) =>
    untilAnswers(what, [em, 'getDevices', { element: 'shop', detail: 'full' }], (answer) =>
      answer.PTP_STORE.managers.some(({ devices }) => devices.some((one) => one.status === status)),
    ).then(({ PTP_STORE }) => PTP_STORE.managers[0]?.devices[0]);
  const events = async () => {
    const { events: all } = await ask(em, 'getEvents', { text: 'threshold' });
    return all.map(({ severity, text }) => `${severity} ${text}`).reverse();
  };
  const RAISED = 'major device/shop: Clients is 150: above 100 for 1 s';

  it('sets the status of its element, which says why, and marks the value', async () => {
    await is('it is polled', 'normal');
    say(150, 1);
    const shop = await is('it is raised', 'major');
    expect(shop?.reason).to.equal('Clients above 100 for 1 s');
    const clients = shop?.metrics.find(({ name }) => name === 'Clients');
    expect([clients?.severity, clients?.threshold]).to.deep.equal(['major', 'above 100 for 1 s']);
    expect(await events()).to.deep.equal([RAISED]);
  });

  it('is told on the pages of the element and of events', async () => {
    const { status, text } = await page(em, '/devices/shop');
    expect(status).to.equal(200);
    expect(text).to.match(/class="beyond">.*major.*above 100 for 1 s/);
    expect((await page(em, '/events')).text).to.contain('Clients is 150: above 100 for 1 s');
    expect((await page(em, '/devices/shop', { accept: 'application/json' })).text).to.match(
      /"threshold": ?"above 100 for 1 s"/,
    );
  });

  it('stands after its manager was killed and started again, and is not told again', async () => {
    await em.kill();
    await em.start();
    const before = site.count('/shop');
    await until('it is polled again', () => site.count('/shop') > before + 3);
    await is('it stands', 'major');
    expect(await events()).to.deep.equal([RAISED]);
  });

  it('is cleared on the good side of its limit', async () => {
    say(60, 1);
    const before = site.count('/shop');
    await until('it is between', () => site.count('/shop') > before + 3);
    await is('it still stands', 'major');
    say(50, 1);
    await is('it is cleared', 'normal');
    expect((await events()).slice(1)).to.deep.equal(['cleared device/shop: Clients is 50: no longer above 100']);
  });

  it('is raised when no value comes, and cleared by the next', async () => {
    say(20);
    const shop = await is('it is raised', 'minor');
    expect(shop?.reason).to.equal('orders: no value for 2 s');
    say(20, 2);
    await is('it is cleared', 'normal');
  });

  it('is cleared when the configuration has it no more', async () => {
    say(150, 1);
    await is('it is raised', 'major');
    writeFileSync(em.configFile, readFileSync(em.configFile, 'utf8').replace(/<THRESHOLD metric="Clients"[^>]*>/, ''));
    await is('it is cleared', 'normal');
    expect((await events()).at(-1)).to.equal(
      'cleared device/shop: Clients: the threshold (above 100 for 1 s) was removed or changed',
    );
  });
});
