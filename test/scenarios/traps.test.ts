/** A manager with TRAPS: what devices send shows as events, and what the rules say goes on to others. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { counterpart } from '../support/counterparts.js';
import type { Daemon } from '../support/daemons.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeUdpPort } from '../support/ports.js';
import { runProcess, until } from '../support/processes.js';
import { startSnmptrapd } from '../support/snmptrapd.js';
import { communityMessage, frame, LINK_DOWN, trap2 } from '../unit/access/snmp/traps/sending.js';
import { ask, POOL, page, stopAll } from './world.js';

const CREDENTIALS = '<CREDENTIALS><CREDENTIAL id="read" community="secret"/></CREDENTIALS>';
const DEVICES =
  '<DEVICES><DEVICE id="core1" ip="127.0.0.1"><ACCESS method="file" path="/dev/null" interval="1h"/></DEVICE></DEVICES>';
const LOOKING = '<SECURITY anonymous="viewer"/>';

const eventsOf = async (em: ManagerProcess, text = '') => (await ask(em, 'getEvents', { text, pageSize: 1000 })).events;

describe('a manager that receives traps', function () {
  this.timeout(60_000);
  let em: ManagerProcess;
  let port: number;
  let socket: Socket;

  before(async () => {
    port = await freeUdpPort();
    socket = createSocket('udp4');
    const traps = `<TRAPS bind="127.0.0.1:${port}" credential="read"/>`;
    em = await ManagerProcess.create({ id: 'EM1', body: `${LOOKING}${CREDENTIALS}${DEVICES}${traps}` });
    await em.start();
  });
  after(async () => {
    socket?.close();
    await stopAll(em);
  });

  const send = async (...messages: readonly Buffer[]) => {
    for (const message of messages)
      await new Promise<void>((resolve) => socket.send(message, port, '127.0.0.1', () => resolve()));
  };

  it('says nothing of parts without effect', () => {
    expect(em.process.output).to.not.contain('without effect');
  });

  it('shows an event of the device, also on its pages', async () => {
    await send(communityMessage(trap2()));
    await until('it is shown', async () => (await eventsOf(em, 'linkDown')).length === 1);
    const [event] = await eventsOf(em, 'linkDown');
    expect(event).to.include({ severity: 'major', element: 'device/core1', source: 'trap 127.0.0.1' });
    expect((await page(em, '/events')).text).to.contain('ifOperStatus.3 = down');
  });

  it('lives through a flood of junk, forged communities and one storm, and counts all of it', async () => {
    for (let round = 0; round < 10; round++) {
      const storm = Array.from({ length: 100 }, (_, n) => communityMessage(trap2(frame('1.3.6.1.4.1.99.1'), n)));
      const junk = Array.from({ length: 100 }, (_, n) => Buffer.alloc(n * 7, n));
      const forged = Array.from({ length: 100 }, () => communityMessage(trap2(), { community: 'public' }));
      await send(...storm, ...junk, ...forged);
    }
    await until(
      'the storm is summed up',
      async () => (await eventsOf(em, 'were counted and not told')).length > 0,
      30_000,
    );
    const [storm] = await eventsOf(em, 'were counted and not told');
    const singly = (await eventsOf(em, '1.3.6.1.4.1.99.1 without variables')).length;
    const dropped = (await eventsOf(em, 'dropped by the system')).length;
    expect(storm).to.include({ name: 'trapStorm', element: 'device/core1' });
    if (dropped === 0) expect(Number.parseInt(storm?.text ?? '', 10) + singly).to.equal(1000);
    const [refused] = await eventsOf(em, 'datagrams at the trap port');
    expect(refused).to.include({ name: 'trapsRefused', severity: 'warning' });
    expect(em.isRunning).to.equal(true);
    expect(em.process.output).to.not.contain('public');
  });

  it('takes another port while it runs', async () => {
    const other = await freeUdpPort();
    em.configure(`${LOOKING}${CREDENTIALS}${DEVICES}<TRAPS bind="127.0.0.1:${other}" credential="read"/>`);
    await until('it is taken', async () => (await eventsOf(em, 'configuration taken')).length === 1);
    port = other;
    await send(communityMessage(trap2(frame('1.3.6.1.6.3.1.1.5.1'))));
    await until('it is shown', async () => (await eventsOf(em, 'coldStart')).length === 1);
  });

  it('says so when it cannot have the port, and runs on', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      em.configure(`${LOOKING}${CREDENTIALS}${DEVICES}<TRAPS bind="127.0.0.1:${taken.address().port}"/>`);
      await until('it is told', async () => (await eventsOf(em, 'another process has it')).length === 1);
      expect((await eventsOf(em, 'another process has it'))[0]).to.include({
        name: 'trapsNotReceived',
        severity: 'major',
      });
    } finally {
      taken.close();
    }
  });

  it('does not start without its port, and says why', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port: busy } = taken.address();
    const other = await ManagerProcess.create({ id: 'EM2', body: `${LOOKING}<TRAPS bind="127.0.0.1:${busy}"/>` });
    try {
      const started = await other.launch();
      const { code } = await started.exited;
      expect(code).to.equal(1);
      expect(started.output).to.contain(`TRAPS bind="127.0.0.1:${busy}" cannot be had: another process has it`);
    } finally {
      taken.close();
    }
  });
});

describe('managers that send each other traps', function () {
  this.timeout(60_000);
  let em: ManagerProcess;
  let eim: ManagerProcess;
  let socket: Socket;
  const ports = { em: 0, eim: 0 };

  before(async () => {
    socket = createSocket('udp4');
    ports.em = await freeUdpPort();
    ports.eim = await freeUdpPort();
    const parts = (own: number, other: number) => `${CREDENTIALS}
      <EVENTS><EVENT name="linkDown|coldStart" action="store trap"/></EVENTS>
      <NOTIFY><DESTINATION id="other" type="trap" host="127.0.0.1" port="${other}" credential="read"/></NOTIFY>
      <TRAPS bind="127.0.0.1:${own}" credential="read"/>`;
    eim = await ManagerProcess.create({
      id: 'EIM1',
      role: 'EIM',
      body: `${POOL}${LOOKING}${parts(ports.eim, ports.em)}`,
    });
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `${referenceXml(eim)}${POOL}${LOOKING}${DEVICES}${parts(ports.em, ports.eim)}`,
    });
    await eim.start();
    await em.start();
  });
  after(async () => {
    socket?.close();
    await stopAll(em, eim);
  });

  const send = (trapOid: string, port: number) =>
    new Promise<void>((resolve) =>
      socket.send(communityMessage(trap2(frame(trapOid))), port, '127.0.0.1', () => resolve()),
    );

  it('have the same event, and do not send it back and forth', async () => {
    await send(LINK_DOWN, ports.em);
    const eventAt = async (manager: ManagerProcess) =>
      (await ask(manager, 'getEvents', { text: 'linkDown', scope: 'self' })).events;
    await until('the integration manager has it', async () => (await eventAt(eim)).length > 0);
    const [own] = await eventAt(em);
    const [told] = await eventAt(eim);
    expect(told).to.include({ name: 'linkDown', severity: 'major', element: 'device/core1', text: own?.text });
    expect(told?.source).to.equal('trap of manager EM1 at 127.0.0.1');
    await send('1.3.6.1.6.3.1.1.5.1', ports.em);
    await until(
      'the next one is there, too',
      async () => (await ask(eim, 'getEvents', { text: 'coldStart', scope: 'self' })).total > 0,
    );
    expect(await eventAt(em)).to.have.length(1);
    expect(await eventAt(eim)).to.have.length(1);
  });

  it('know the address of an element that another has reported', async () => {
    const at = async () => (await ask(eim, 'getEvents', { text: 'authenticationFailure', scope: 'self' })).events;
    await until('it is an event of that element', async () => {
      await send('1.3.6.1.6.3.1.1.5.5', ports.eim);
      return (await at()).some(({ element }) => element === 'device/core1');
    });
  });
});

describe('a manager between snmptrap and snmptrapd', function () {
  counterpart('snmptrapd');
  this.timeout(60_000);
  let em: ManagerProcess;
  let snmptrapd: Daemon;
  let port: number;

  before(async () => {
    snmptrapd = await startSnmptrapd(['authCommunity log secret', 'outputOption U']);
    port = await freeUdpPort();
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `${LOOKING}${CREDENTIALS}${DEVICES}
        <EVENTS><EVENT name="linkDown" severity="major" action="store alarm trap" to="noc"/></EVENTS>
        <NOTIFY><DESTINATION id="noc" type="trap" host="127.0.0.1" port="${snmptrapd.port}" credential="read"/></NOTIFY>
        <TRAPS bind="127.0.0.1:${port}" credential="read"/>`,
    });
    await em.start();
  });
  after(async () => {
    await stopAll(em);
    await snmptrapd?.stop();
  });

  it('shows what snmptrap sends, and tells snmptrapd of it', async () => {
    const sent = await runProcess('snmptrap', [
      ...['-v', '2c', '-c', 'secret', `127.0.0.1:${port}`, '', LINK_DOWN, '1.3.6.1.2.1.2.2.1.2.3', 's', 'eth0'],
    ]);
    expect(sent.code).to.equal(0);
    await until('it is shown', async () => (await eventsOf(em, 'linkDown')).length === 1);
    await snmptrapd.process.waitFor(/PTPMGR-MIB::ptpmgrEventText\.0 = STRING: ifDescr\.3 = eth0/, 5000);
    expect(snmptrapd.process.output).to.contain('PTPMGR-MIB::ptpmgrEventElement.0 = STRING: device/core1');
    expect(snmptrapd.process.output).to.contain('PTPMGR-MIB::ptpmgrEventSeverity.0 = INTEGER: major(4)');
  });
});
