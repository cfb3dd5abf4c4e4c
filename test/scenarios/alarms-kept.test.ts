/** What people were told, and what they have said, is there after the manager that told and heard it is killed. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import type { Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { type Account, ask, faultOf, POOL, Site, stopAll, untilAnswers } from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };
const IDS = ['EM1', 'EM2', 'EM3'];

type Alarms = Output<'getAlarms'>['alarms'];

describe('alarms of managers that are killed', function () {
  this.timeout(60_000);
  let site: Site;
  let managers: ManagerProcess[] = [];

  before(async () => {
    site = await Site.start();
    say(20, 0);
    const ports = await Promise.all(IDS.map(freeTcpPort));
    const security = `<SECURITY anonymous="viewer"><USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>`;
    const events = '<EVENTS><EVENT name="cartLost" action="alarm"/></EVENTS>';
    const shop = `<DEVICES><DEVICE id="shop" ip="127.0.0.1" type="router"><ACCESS method="http" url="${site.url('/shop')}" interval="500ms" retries="0">
        <METRIC name="clients" jsonpath="$.clients" unit="1"/><METRIC name="orders" jsonpath="$.orders" unit="1"/>
        <THRESHOLD metric="clients" above="100" severity="major"/><THRESHOLD metric="orders" above="100" severity="minor"/>
      </ACCESS></DEVICE></DEVICES>`;
    managers = await Promise.all(
      IDS.map((id, at) => {
        const others = IDS.flatMap((other, index) =>
          other === id ? [] : [referenceXml({ id: other, role: 'EM', port: ports[index] ?? 0, scheme: 'http' })],
        );
        return ManagerProcess.create({
          id,
          port: ports[at] ?? 0,
          body: `<NEIGHBORS>${others.join('')}</NEIGHBORS>${POOL}${security}${events}${id === 'EM3' ? shop : ''}`,
        });
      }),
    );
    await Promise.all(managers.map((manager) => manager.start()));
    await untilAnswers('somebody stands in for the shop', [em('EM3'), 'getAssignments', {}], ({ assignments }) =>
      assignments.some(({ owner, standIn }) => owner === 'EM3' && standIn !== undefined),
    );
  });
  after(async () => {
    await stopAll(...managers);
    await site.close();
  });

  const say = (clients: number, orders: number) => {
    site.page('/shop').body = JSON.stringify({ clients, orders });
  };
  const em = (id: string): ManagerProcess => {
    const found = managers.find((one) => one.id === id);
    if (!found) throw new Error(`no manager ${id}`);
    return found;
  };
  const raised = (manager: ManagerProcess, count: number, holds: (alarms: Alarms) => boolean = () => true) =>
    untilAnswers(
      `${count} alarms at ${manager.id}`,
      [manager, 'getAlarms', { scope: 'self', element: 'device/shop' }],
      ({ alarms }) => alarms.length === count && holds(alarms),
    ).then(({ alarms }) => alarms);

  it("are the owner's, whichever manager was told of its element", async () => {
    const send = (severity: 'minor' | 'cleared') =>
      ask(
        em('EM1'),
        'sendEvent',
        { events: [{ severity, name: 'cartLost', text: 'a cart was lost', element: 'device/shop' }] },
        ADA,
      );
    expect((await send('minor')).stored).to.have.length(1);
    const [alarm] = await raised(em('EM3'), 1, areKept);
    expect(alarm).to.include({ manager: 'EM3', element: 'device/shop', name: 'cartLost', severity: 'minor' });
    expect(alarm?.about).to.equal(undefined);
    await raised(em('EM1'), 0);
    const { PTP_STORE } = await ask(em('EM3'), 'getDevices', { element: 'device/shop', scope: 'self' }, ADA);
    expect(PTP_STORE.managers[0]?.devices[0]?.status).to.equal('minor');
    const { events } = await ask(em('EM2'), 'getEvents', { element: 'device/shop', text: 'cart' }, ADA);
    expect(events.map(({ manager }) => manager)).to.deep.equal(['EM1']);
    await send('cleared');
    await raised(em('EM3'), 0);
  });

  it('stand at whoever takes over, with what was acknowledged the moment before', async () => {
    say(150, 0);
    const [clients] = await raised(em('EM3'), 1, areKept);
    expect(clients).to.include({ manager: 'EM3', severity: 'major', state: 'raised' });
    expect(clients?.keptBy).to.be.oneOf(['EM1', 'EM2']);
    say(150, 150);
    const both = await raised(em('EM3'), 2, areKept);
    const orders = both.find(({ id }) => id !== clients?.id);
    const id = clients?.id ?? '';
    const answer = await ask(em('EM3'), 'acknowledgeAlarm', { alarm: id, note: 'on my way' }, ADA);
    expect([answer.alone, answer.alarm.state]).to.deep.equal([false, 'acknowledged']);
    await em('EM3').kill();

    const { assignments } = await untilAnswers(
      'somebody else has the shop',
      [em('EM1'), 'getAssignments', {}],
      ({ assignments: all }) => all.some(({ owner }) => owner !== undefined && owner !== 'EM3'),
    );
    const owner = em(assignments[0]?.owner ?? '');
    const taken = await raised(owner, 2);
    const found = taken.find((one) => one.id === id);
    expect(found).to.include({ manager: owner.id, state: 'acknowledged', key: clients?.key });
    expect(found?.acknowledged).to.include({ by: ADA.name, note: 'on my way' });
    expect(taken.map((one) => one.id)).to.have.members([id, orders?.id]);
    // The one that is left keeps them now.
    const other = owner.id === 'EM1' ? 'EM2' : 'EM1';
    await raised(owner, 2, (alarms) => alarms.every(({ keptBy }) => keptBy === other));
  });

  it('are kept for managers only', async () => {
    const asked = ask(em('EM1'), 'keepAlarms', MESSAGE, ADA);
    expect(await faultOf(asked)).to.match(/^Client\.Forbidden: keepAlarms is open to a manager of the pool only/);
  });
});

const areKept = (alarms: Alarms): boolean => alarms.every(({ keptBy }) => keptBy !== undefined);

const MESSAGE = { owner: 'EM9', incarnation: 1, number: 1, subjects: [], released: [] };
