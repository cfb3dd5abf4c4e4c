/** A dead router with elements of two managers behind it: one alarm, and quiet for the rest; windows of maintenance. */
import { expect } from 'chai';
import type { Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { ask, device, LOOKING, Site, stopAll, untilAnswers } from './world.js';

const BEHIND = 15;

describe('elements behind a dead one', function () {
  this.timeout(120_000);
  let site: Site;
  let way: TcpProxy;
  let em1: ManagerProcess;
  let em2: ManagerProcess;
  let isDead = false;

  before(async () => {
    site = await Site.start();
    way = new TcpProxy(() => site.port);
    way.up = (chunk) => (isDead ? Buffer.alloc(0) : chunk);
    const [wayPort, port1, port2] = await Promise.all([way.listen(), freeTcpPort(), freeTcpPort()]);
    const http = (path: string, interval: string) =>
      `<ACCESS method="http" url="http://127.0.0.1:${wayPort}/${path}" interval="${interval}" timeout="1s" retries="0"/>`;
    // Those behind it are looked at more often: all of them fail before the router is called down.
    const router = device('router', http('router', '6s'));
    const behind = (prefix: string) =>
      Array.from({ length: BEHIND }, (_, index) =>
        device(`${prefix}${index}`, http(`${prefix}${index}`, '2s'), '<PARENT id="router"/>'),
      ).join('');
    const shop = `<SERVICES><SERVICE id="shop" dnsname="shop.example" device="router">${http('shop', '2s')}</SERVICE></SERVICES>`;
    const member = (id: string, port: number, other: string, otherPort: number, body: string, priority: number) =>
      ManagerProcess.create({
        id,
        port,
        body: `<NEIGHBORS>${referenceXml({ id: other, role: 'EM', port: otherPort, scheme: 'http' })}</NEIGHBORS>
          <POOL name="test" key="0123456789abcdef0123456789abcdef" heartbeat="500ms" priority="${priority}"/>${LOOKING}${body}`,
      });
    em1 = await member('EM1', port1, 'EM2', port2, `<DEVICES>${behind('a')}</DEVICES>${shop}`, 0);
    em2 = await member('EM2', port2, 'EM1', port1, `<DEVICES>${router}${behind('b')}</DEVICES>`, 1);
    await Promise.all([em1.start(), em2.start()]);
    await untilAnswers(
      'the pool knows who owns what',
      [em1, 'getAssignments', { pageSize: 1 }],
      ({ total }) => total === 2 * BEHIND + 2,
      40_000,
    );
    await allAre({ normal: 2 * BEHIND + 2 });
  });
  after(async () => {
    await stopAll(em1, em2);
    await way.close();
    await site.close();
  });

  const entries = ({ PTP_STORE }: Output<'getStore'>) =>
    PTP_STORE.managers.flatMap(({ devices, services }) => [...devices, ...services]);
  const counted = (answer: Output<'getStore'>): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status } of entries(answer)) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const allAre = (wanted: Record<string, number>) =>
    untilAnswers(
      `elements are ${JSON.stringify(wanted)}`,
      [em1, 'getStore', { scope: 'pool' }],
      (answer) => {
        const counts = counted(answer);
        return Object.entries(wanted).every(([status, count]) => counts[status] === count);
      },
      40_000,
    );
  let diedAt = 0;
  const downs = async () => {
    const { events } = await ask(em1, 'getEvents', {
      scope: 'pool',
      filter: 'name:elementDown',
      from: diedAt,
      pageSize: 200,
    });
    return events.map(({ element }) => element);
  };
  const open = async () =>
    (await ask(em1, 'getAlarms', { scope: 'pool', pageSize: 200 })).alarms.filter(
      ({ element }) => element !== undefined,
    );

  it('are unreachable, and one alarm stands on its own', async () => {
    isDead = true;
    diedAt = Date.now();
    await allAre({ unreachable: 2 * BEHIND + 1, down: 1 });
    expect(await downs()).to.deep.equal(['device/router']);
    let alarms: Awaited<ReturnType<typeof open>> = [];
    await until(
      'every other alarm names the one that it follows from',
      async () => {
        alarms = await open();
        return alarms.filter(({ root }) => root?.alarm === undefined).length === 1;
      },
      15_000,
    );
    const root = alarms.find((one) => one.root === undefined);
    expect(root?.element).to.equal('device/router');
    expect(alarms).to.have.length(2 * BEHIND + 2);
    for (const one of alarms)
      if (one !== root) expect(one.root).to.deep.include({ element: 'device/router', alarm: root?.id });
    const reasons = new Set(
      entries(await ask(em1, 'getStore', { scope: 'pool' })).map(
        ({ kind, reason }) => `${kind} ${reason?.replace(/ since .*/, '')}`,
      ),
    );
    expect(reasons)
      .to.include('device behind device/router, which is down')
      .and.to.include('service on device/router, which is down');
  });

  it('return without a word when it is back', async () => {
    isDead = false;
    await allAre({ normal: 2 * BEHIND + 2 });
    expect(await downs()).to.have.length(1);
    await until('no alarm is open', async () => (await open()).length === 0, 10_000);
  });
});
