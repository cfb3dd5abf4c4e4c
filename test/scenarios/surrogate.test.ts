/** What only one manager can reach is polled through it by another; when that one is gone, nothing is said against it. */
import { expect } from 'chai';
import type { Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type Account, ask, basic, LOOKING, Site, stopAll, untilAnswers } from './world.js';

/** By the name under which it asks, the way to the site knows the manager. */
const accountOf = (id: string): Account => ({ name: id, password: 'x' });
const credential = (id: string, user: string) => `<CREDENTIAL id="${id}" user="${user}" password="x"/>`;

describe('an element that is reached through a surrogate', function () {
  this.timeout(90_000);
  let site: Site;
  let way: TcpProxy;
  let em1: ManagerProcess;
  let em2: ManagerProcess;

  before(async () => {
    site = await Site.start();
    way = new TcpProxy(() => site.port);
    way.up = (chunk) => (chunk.includes(basic(accountOf('EM1'))) ? Buffer.alloc(0) : chunk);
    const [wayPort, port1, port2] = await Promise.all([way.listen(), freeTcpPort(), freeTcpPort()]);
    const service = (id: string, by: string) =>
      `<SERVICE id="${id}" ip="127.0.0.1"><ACCESS method="http" url="http://127.0.0.1:${wayPort}/${id}" credential="${by}"
         interval="1s" timeout="500ms" retries="0" via="EM2"/></SERVICE>`;
    const member = (id: string, port: number, other: string, otherPort: number, credentials: string, body: string) =>
      ManagerProcess.create({
        id,
        port,
        body: `<NEIGHBORS>${referenceXml({ id: other, role: 'EM', port: otherPort, scheme: 'http' })}</NEIGHBORS>
          <POOL name="test" key="0123456789abcdef0123456789abcdef" heartbeat="200ms"/>${LOOKING}
          <CREDENTIALS>${credentials}</CREDENTIALS>${body}`,
      });
    em1 = await member(
      'EM1',
      port1,
      'EM2',
      port2,
      credential('site', 'EM1') + credential('lent', 'lent-by-EM1'),
      `<SERVICES>${service('far', 'site')}${service('lent', 'lent')}</SERVICES>`,
    );
    // It knows the services, and one of the credentials, from the other only.
    em2 = await member('EM2', port2, 'EM1', port1, credential('site', 'EM2'), '');
    await Promise.all([em1.start(), em2.start()]);
  });
  after(async () => {
    await stopAll(em1, em2);
    await way.close();
    await site.close();
  });

  const servicesIn = ({ PTP_STORE }: Output<'getServices'>) => PTP_STORE.managers.flatMap(({ services }) => services);
  const bothAre = async (status: string) =>
    servicesIn(
      await untilAnswers(
        `both are ${status}`,
        [em1, 'getServices', { scope: 'self' }],
        (answer) => servicesIn(answer).filter((one) => one.status === status).length === 2,
        40_000,
      ),
    );

  it('is polled by its owner, with the credential that the surrogate has, or gets with the question', async () => {
    const services = await bothAre('normal');
    for (const { owner, access, metrics } of services) {
      expect(owner).to.equal('EM1');
      expect(access[0]).to.include({ method: 'http', ok: true, via: 'EM2' });
      expect(metrics.map(({ name }) => name)).to.include('responseTime');
    }
    const asked = way.sent.map(String).join('');
    expect(asked).not.to.contain(basic(accountOf('EM1')));
    expect(asked).to.contain(basic(accountOf('EM2')));
    expect(asked).to.contain(basic(accountOf('lent-by-EM1')));
    expect(servicesIn(await ask(em2, 'getServices', { scope: 'self' }))).to.deep.equal([]);
  });

  it('is unreachable, and not down, when the surrogate has died, until that is back', async () => {
    await em2.kill();
    for (const { reason } of await bothAre('unreachable'))
      expect(reason).to.match(/^http: cannot be asked: surrogate EM2 does not answer: /);
    await em2.start();
    await bothAre('normal');
    const { events } = await ask(em1, 'getEvents', { scope: 'self', filter: 'name:elementDown' });
    expect(events).to.deep.equal([]);
  });
});
