/** A program that knows of services what nobody can ask them for, and pushes it into the manager that lists them. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { parseXml } from '../../src/xml/parse.js';
import { readPtpStore } from '../../src/xml/ptp-store-codec.js';
import { ManagerProcess } from '../support/manager-process.js';
import { type Account, ask, page, stopAll } from './world.js';

const SHOP: Account = { name: 'shop-app', password: 'of the shop' };
const VIEWER: Account = { name: 'vera', password: 'only looks' };
const OPERATOR: Account = { name: 'otto', password: 'operates' };

const storeOf = (section: string) => readPtpStore(parseXml(`<PTP_STORE>${section}</PTP_STORE>`));
const service = (id: string, content: string, status = 'normal') =>
  storeOf(
    `<EMANAGER id="EM1"><Services><Service id="${id}" status="${status}">${content}</Service></Services></EMANAGER>`,
  );
const value = (name: string, amount: number, agoMs = 0) =>
  `<Metric name="${name}" instance="" unit="1" time="${new Date(Date.now() - agoMs).toISOString()}">${amount}</Metric>`;

describe('an application server', function () {
  this.timeout(60_000);
  let em: ManagerProcess;

  before(async () => {
    const users = await Promise.all(
      [
        [SHOP, 'viewer'],
        [VIEWER, 'viewer'],
        [OPERATOR, 'operator'],
      ].map(
        async ([account, role]) =>
          `<USER name="${(account as Account).name}" password="${await hashPassword((account as Account).password, systemRandom)}" role="${role}"/>`,
      ),
    );
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `<SECURITY anonymous="none">${users.join('')}</SECURITY>
        <DEVICES><DEVICE id="host1" ip="127.0.0.1"/></DEVICES>
        <SERVICES>
          <SERVICE id="shop" dnsname="shop.example" label="Shop"/>
          <SERVICE id="other" dnsname="other.example"/>
          <SERVICE id="polled" dnsname="shop.example"><ACCESS method="http" url="http://127.0.0.1:9/" interval="1h"/></SERVICE>
        </SERVICES>
        <APPLICATIONS><APPLICATION id="billing" device="host1"/></APPLICATIONS>
        <APPLICATION_SERVERS>
          <APPLICATION_SERVER uri="http://shop.example:9000" user="shop-app"/>
          <APPLICATION_SERVER uri="http://127.0.0.1:9000"/>
        </APPLICATION_SERVERS>`,
    });
    await em.start();
  });
  after(() => stopAll(em));

  const refused = async (asked: Promise<unknown>) => {
    const thrown: unknown = await asked.then(
      () => undefined,
      (one: unknown) => one,
    );
    const { code, place } = thrown as { code: string; place?: { path?: string } };
    return `${code} ${place?.path ?? ''}`.trim();
  };
  const shown = async () => {
    const { PTP_STORE } = await ask(em, 'getServices', { element: 'shop', detail: 'full' }, VIEWER);
    return PTP_STORE.managers[0]?.services[0];
  };

  it('pushes values, which are samples, and a status, which is an event and an alarm', async () => {
    const first = service('shop', `<Metrics>${value('Clients', 108400, 60_000)}${value('Streams', 7)}</Metrics>`);
    expect(await ask(em, 'pushStore', { PTP_STORE: first }, SHOP)).to.deep.equal({
      elements: ['service/shop'],
      values: 2,
    });
    expect((await shown())?.status).to.equal('normal');
    const second = service('shop', `<Metrics>${value('Clients', 12)}</Metrics>`, 'down');
    await ask(em, 'pushStore', { PTP_STORE: second }, SHOP);
    const shop = await shown();
    expect(shop?.status).to.equal('down');
    expect(shop?.metrics.map(({ name, value: amount }) => [name, amount])).to.have.deep.members([
      ['Clients', 12],
      ['Streams', 7],
    ]);
    expect(shop?.access.map(({ method, ok }) => [method, ok])).to.deep.equal([['push', true]]);
    const now = Date.now();
    const range = { element: 'shop', metric: 'Clients', from: now - 600_000, to: now + 1000 };
    const { series } = await ask(em, 'getSamples', range, VIEWER);
    expect(series[0]?.points.map(({ value: amount }) => amount)).to.deep.equal([108400, 12]);
    const { events } = await ask(em, 'getEvents', { element: 'shop' }, VIEWER);
    expect(events[0]).to.include({ name: 'statusTold', severity: 'critical', element: 'service/shop' });
    expect(events[0]?.text).to.equal('Shop (service/shop) is down, it was normal');
    expect(events[0]?.source).to.match(/^user shop-app from 127\.0\.0\.1$/);
    const { alarms } = await ask(em, 'getAlarms', { element: 'shop' }, VIEWER);
    expect(alarms.map(({ name, severity }) => [name, severity])).to.deep.equal([['statusTold', 'critical']]);
    await ask(em, 'pushStore', { PTP_STORE: service('shop', '') }, SHOP);
    expect((await ask(em, 'getAlarms', { element: 'shop' }, VIEWER)).alarms).to.deep.equal([]);
    expect((await page(em, '/services/shop', { user: VIEWER })).text).to.include('push');
  });

  it('may not touch what it does not answer for', async () => {
    const place = 'PTP_STORE/EMANAGER[1]/Services/Service[1]';
    const push = (id: string, user: Account) => refused(ask(em, 'pushStore', { PTP_STORE: service(id, '') }, user));
    expect(await push('other', SHOP)).to.equal(`Client.Forbidden ${place}`);
    expect(await push('unheard-of', SHOP)).to.equal(`Client.Forbidden ${place}`);
    expect(await push('polled', SHOP)).to.equal(`Client.Conflict ${place}`);
    expect(await push('unheard-of', OPERATOR)).to.equal(`Client.NotFound ${place}`);
    expect(await push('shop', VIEWER)).to.equal('Client.Forbidden');
    const device = storeOf('<EMANAGER id="EM1"><Devices><Device id="host1" status="down"/></Devices></EMANAGER>');
    expect(await refused(ask(em, 'pushStore', { PTP_STORE: device }, SHOP))).to.match(
      /^Client\.Forbidden .*Device\[1\]$/,
    );
    const elsewhere = storeOf('<EMANAGER id="EM2"/>');
    expect(await refused(ask(em, 'pushStore', { PTP_STORE: elsewhere }, SHOP))).to.match(/^Client\.Forbidden .*@id$/);
    expect(await ask(em, 'pushStore', { PTP_STORE: service('other', '') }, OPERATOR)).to.deep.include({ values: 0 });
  });

  it('sends events of what it answers for, and of nothing else', async () => {
    const send = (element: string | undefined, user: Account) =>
      ask(
        em,
        'sendEvent',
        { events: [{ severity: 'minor', name: 'cartLost', text: 'a cart was lost', ...(element && { element }) }] },
        user,
      );
    expect((await send('service/shop', SHOP)).stored).to.have.length(1);
    expect((await send('polled', SHOP)).stored).to.have.length(1);
    expect(await refused(send('service/other', SHOP))).to.equal('Client.Forbidden events[1]/element');
    expect(await refused(send(undefined, SHOP))).to.equal('Client.Forbidden events[1]');
    expect(await refused(send('service/shop', VIEWER))).to.equal('Client.Forbidden');
    expect((await send(undefined, OPERATOR)).stored).to.have.length(1);
  });
});
