/** A pool tells people once, whoever has the element: before, while and after its owner is killed. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { Receiver } from '../support/receiver.js';
import { type Account, ask, POOL, Site, stopAll, untilAnswers } from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };
const IDS = ['EM1', 'EM2', 'EM3'];
/** On a busy machine, too, nobody is thought lost who is only slow. */
const CALM_POOL = POOL.replace('/>', ' heartbeat="1500ms"/>');

describe('a pool that tells people', function () {
  this.timeout(90_000);
  let site: Site;
  let chat: Receiver;
  let managers: ManagerProcess[] = [];

  before(async () => {
    site = await Site.start();
    chat = new Receiver(await freeTcpPort());
    await chat.open();
    say(20);
    const ports = await Promise.all(IDS.map(freeTcpPort));
    const parts = `<SECURITY anonymous="viewer"><USER name="ada" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>
      <EVENTS><EVENT name="threshold.*" action="store" to="chat"/></EVENTS>
      <NOTIFY><DESTINATION id="chat" type="webhook" url="http://127.0.0.1:${chat.port}/"/></NOTIFY>`;
    const shop = `<DEVICES><DEVICE id="shop" ip="127.0.0.1" type="router"><ACCESS method="http" url="${site.url('/shop')}" interval="500ms" retries="0">
        <METRIC name="clients" jsonpath="$.clients" unit="1"/><THRESHOLD metric="clients" above="100" severity="major"/>
      </ACCESS></DEVICE></DEVICES>`;
    managers = await Promise.all(
      IDS.map((id, at) => {
        const others = IDS.flatMap((other, index) =>
          other === id ? [] : [referenceXml({ id: other, role: 'EM', port: ports[index] ?? 0, scheme: 'http' })],
        );
        const body = `<NEIGHBORS>${others.join('')}</NEIGHBORS>${CALM_POOL}${parts}${id === 'EM3' ? shop : ''}`;
        return ManagerProcess.create({ id, port: ports[at] ?? 0, body });
      }),
    );
    await Promise.all(managers.map((manager) => manager.start()));
  });
  after(async () => {
    await stopAll(...managers);
    await site.close();
    await chat.close();
  });

  const say = (clients: number) => {
    site.page('/shop').body = JSON.stringify({ clients });
  };
  const em = (id: string): ManagerProcess => {
    const found = managers.find((one) => one.id === id);
    if (!found) throw new Error(`no manager ${id}`);
    return found;
  };
  const kinds = () => chat.notices('thresholdRaised').map(({ kind }) => kind);
  const ownedBy = (holds: (owner: string) => boolean) =>
    untilAnswers('the shop has an owner', [em('EM1'), 'getAssignments', {}], ({ assignments }) =>
      assignments.some(({ owner, standIn }) => owner !== undefined && holds(owner) && standIn !== undefined),
    ).then(({ assignments }) => assignments[0]?.owner ?? '');

  it('hears of an alarm once, and goes on with it at the next owner', async () => {
    await ownedBy((owner) => owner === 'EM3');
    say(150);
    await until('it is told', () => kinds().length > 0, 30_000);
    const { alarms } = await ask(em('EM3'), 'getAlarms', { element: 'device/shop' });
    const { id = '' } = alarms[0] ?? {};
    // That it is told is on its way to the stand-in; a crash before would have it told again.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await em('EM3').kill();
    const owner = await ownedBy((one) => one !== 'EM3');
    await untilAnswers('it stands there', [em(owner), 'getAlarms', { scope: 'self' }], ({ alarms: all }) =>
      all.some((one) => one.id === id),
    );
    await ask(em(owner), 'acknowledgeAlarm', { alarm: id, note: 'on my way' }, ADA);
    await until('that is told', () => kinds().length > 1, 30_000);
    say(20);
    await until('the end is told', () => kinds().length > 2, 30_000);
    expect(kinds()).to.deep.equal(['raised', 'acknowledged', 'cleared']);
    expect(chat.notices('thresholdRaised').map((one) => one.id)).to.deep.equal([`${id}.1`, `${id}.2`, `${id}.3`]);
  });
});
