/** What does not answer one manager is tried by another: what is dead stays, what only one cannot reach moves. */
import { expect } from 'chai';
import type { Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type Account, ask, basic, LOOKING, Site, stopAll, untilAnswers } from './world.js';

const DEVICES = ['d1', 'd2', 'd3', 'd4', 'd5'];
/** By the name under which it asks, the way to the devices knows the manager. */
const accountOf = (id: string): Account => ({ name: id, password: 'x' });

describe('an element that does not answer', function () {
  this.timeout(90_000);
  let site: Site;
  let way: TcpProxy;
  let em1: ManagerProcess;
  let em2: ManagerProcess;
  const cutOff = new Set<string>();

  before(async () => {
    site = await Site.start();
    way = new TcpProxy(() => site.port);
    way.up = (chunk) => {
      const isCut = [...cutOff].some((id) => chunk.includes(basic(accountOf(id))));
      return isCut ? Buffer.alloc(0) : chunk;
    };
    const [wayPort, port1, port2] = await Promise.all([way.listen(), freeTcpPort(), freeTcpPort()]);
    const access = (id: string) =>
      `<ACCESS method="http" url="http://127.0.0.1:${wayPort}/${id}" credential="site" interval="1s" retries="0"/>`;
    const devices = DEVICES.map((id) => `<DEVICE id="${id}" ip="127.0.0.1">${access(id)}</DEVICE>`).join('');
    const member = (id: string, port: number, other: string, otherPort: number, body: string, priority: number) =>
      ManagerProcess.create({
        id,
        port,
        body: `<NEIGHBORS>${referenceXml({ id: other, role: 'EM', port: otherPort, scheme: 'http' })}</NEIGHBORS>
          <POOL name="test" key="0123456789abcdef0123456789abcdef" heartbeat="200ms" priority="${priority}"/>${LOOKING}
          <CREDENTIALS><CREDENTIAL id="site" user="${id}" password="x"/></CREDENTIALS>${body}`,
      });
    // EM2 leads, and knows the devices from the pool only.
    em1 = await member('EM1', port1, 'EM2', port2, `<DEVICES>${devices}</DEVICES>`, 0);
    em2 = await member('EM2', port2, 'EM1', port1, '', 1);
    await Promise.all([em1.start(), em2.start()]);
    await untilAnswers('EM2 leads', [em1, 'areYouThere', {}], ({ master }) => master === 'EM2', 40_000);
    await allOf(em1, 'normal');
  });
  after(async () => {
    await stopAll(em1, em2);
    await way.close();
    await site.close();
  });

  const devicesIn = ({ PTP_STORE }: Output<'getDevices'>) => PTP_STORE.managers.flatMap(({ devices }) => devices);
  const allOf = async (manager: ManagerProcess, status: string) =>
    untilAnswers(
      `all devices are ${status} at ${manager.id}`,
      [manager, 'getDevices', { scope: 'self' }],
      (answer) => devicesIn(answer).filter((one) => one.status === status).length === DEVICES.length,
      40_000,
    );
  const told = async (manager: ManagerProcess, name: string) =>
    (await ask(manager, 'getEvents', { scope: 'self', filter: `name:${name}`, pageSize: 200 })).events;

  it('to any manager is down, and stays with its own', async () => {
    cutOff.add('EM1').add('EM2');
    await allOf(em1, 'down');
    expect(await told(em1, 'elementDown')).to.have.length(DEVICES.length);
    // Twice the windows after which a manager is relieved that cannot work.
    const tries = way.sent.length;
    await until('each is tried some more times', async () => way.sent.length >= tries + 5 * DEVICES.length, 30_000);
    await allOf(em1, 'down');
    expect(await told(em2, 'managerRelieved')).to.deep.equal([]);
    cutOff.clear();
    await allOf(em1, 'normal');
  });

  it('to one manager while another reaches it is unreachable there, and goes to the other', async () => {
    const before = (await told(em1, 'elementDown')).length;
    cutOff.add('EM1');
    const taken = devicesIn(await allOf(em2, 'normal'));
    expect(taken.map(({ owner }) => owner)).to.deep.equal(DEVICES.map(() => 'EM2'));
    const unreachable = await told(em1, 'elementUnreachable');
    expect(unreachable).not.to.have.length(0);
    expect(unreachable[0]?.text).to.match(/is unreachable: EM2 reaches it, EM1 does not: http: /);
    expect(await told(em1, 'elementDown')).to.have.length(before);
    // An event is seen once it is stored, a moment after the status.
    const reached = async () => (await told(em2, 'elementReachable')).length === unreachable.length;
    await until('the other has told of each', reached, 10_000);
  });
});
