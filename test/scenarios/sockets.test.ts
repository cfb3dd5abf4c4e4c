/** Managers that hold a socket to each other, and one that can be reached in no other way. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { ManagerProcess, referenceXml, startManager } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import {
  type Account,
  ask,
  device,
  faultOf,
  httpAccess,
  known,
  LOOKING,
  listed,
  POOL,
  Site,
  stopAll,
  untilAnswers,
} from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };

describe('a manager that offers a socket', function () {
  this.timeout(30_000);
  let eim: ManagerProcess;
  let em: ManagerProcess;

  before(async () => {
    const [socketPort, closedPort] = await Promise.all([1, 2].map(freeTcpPort));
    eim = await startManager({ id: 'EIM1', role: 'EIM', body: `${POOL}${LOOKING}` });
    em = await ManagerProcess.create({ id: 'EM2', socketPort, body: `${referenceXml(eim)}${POOL}${LOOKING}` });
    // Its HTTP server is not where others are told that it is.
    const text = readFileSync(em.configFile, 'utf8');
    const [told, bound] = [`uri="http://127.0.0.1:${closedPort}"`, `bind="127.0.0.1:${em.port}"`];
    writeFileSync(em.configFile, text.replace(`uri="http://127.0.0.1:${em.port}"`, `${told} ${bound}`));
    await em.start();
  });
  after(() => stopAll(em, eim));

  it('is asked over it', async () => {
    await untilAnswers('EM2 is registered and reached', [eim, 'getNeighbors', {}], (answer) =>
      known(answer).includes('EM2 alive'),
    );
    const { managers } = await ask(eim, 'getStatus', { manager: 'EM2' });
    expect(managers[0]?.registeredWith).to.deep.equal(['EIM1']);
  });
});

describe('a manager behind a firewall', function () {
  this.timeout(60_000);
  let site: Site;
  let eim: ManagerProcess;
  let em: ManagerProcess;
  /** Between the e-manager and the socket server, and the HTTP server, of its integration manager. */
  let socketProxy: TcpProxy;
  let httpProxy: TcpProxy;

  before(async () => {
    site = await Site.start();
    const [eimPort = 0, eimSocket = 0, port = 0, closedPort = 0, emSocket = 0] = await Promise.all(
      [1, 2, 3, 4, 5].map(freeTcpPort),
    );
    socketProxy = new TcpProxy(() => eimSocket);
    httpProxy = new TcpProxy(() => eimPort);
    const [socketPort, httpPort] = [await socketProxy.listen(), await httpProxy.listen()];
    eim = await ManagerProcess.create({
      id: 'EIM1',
      role: 'EIM',
      port: eimPort,
      socketPort: eimSocket,
      body: `${POOL}<SECURITY anonymous="viewer"><USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>`,
    });
    em = await ManagerProcess.create({
      id: 'EM1',
      port,
      socketPort: emSocket,
      body: `<EINTEGRATION_MANAGER id="EIM1">
          <HOST dnsname="localhost"><HTTP_SERVER uri="127.0.0.1:${httpPort}" context="ptpmgr/eim"/></HOST>
          <SOCKET_SERVER><SERVER_NAME>127.0.0.1</SERVER_NAME><SERVER_PORT>${socketPort}</SERVER_PORT></SOCKET_SERVER>
        </EINTEGRATION_MANAGER>
        ${POOL}${LOOKING}<DEVICES>${device('core1', httpAccess(site, '/core1'))}
          ${device('dead1', httpAccess(site, '/dead1', '10m').replace('retries="0"', 'timeout="2600ms" retries="1"'))}</DEVICES>`,
    });
    // What others are told leads nowhere, and it offers no socket either.
    const text = readFileSync(em.configFile, 'utf8')
      .replace(`uri="http://127.0.0.1:${port}"`, `uri="http://127.0.0.1:${closedPort}" bind="127.0.0.1:${port}"`)
      .replace(/<SOCKET_SERVER>.*?<\/SOCKET_SERVER>/, '');
    writeFileSync(em.configFile, text);
    // In this order: whoever finds nobody tries again after five seconds only.
    await eim.start();
    await em.start();
  });
  after(async () => {
    await stopAll(em, eim);
    await Promise.all([site.close(), socketProxy.close(), httpProxy.close()]);
  });

  const bytesSent = () => socketProxy.sent.flat().reduce((sum, { length }) => sum + length, 0);
  const reached = () =>
    untilAnswers('EM1 is registered and reached', [eim, 'getNeighbors', {}], (answer) =>
      known(answer).includes('EM1 alive'),
    );
  const polled = () =>
    untilAnswers(
      'its element is listed',
      [eim, 'getDevices', { maxAge: 0 }],
      (answer) =>
        answer.missing.length === 0 &&
        answer.PTP_STORE.managers.some(({ devices }) => devices.some(({ status }) => status === 'normal')),
    );

  it('is reached over the socket that it opened', async () => {
    await reached();
    expect(listed(await polled())).to.deep.equal(['EM1:core1', 'EM1:dead1']);
    const answer = await ask(eim, 'pollNow', { element: 'core1' }, ADA);
    expect(answer).to.include({ manager: 'EM1', status: 'normal' });
    const { managers } = await ask(eim, 'getStatus', { manager: 'EM1' });
    expect(managers[0]?.registeredWith).to.deep.equal(['EIM1']);
    // What the asker may not do, nobody may do for the asker.
    expect(
      await faultOf(ask(eim, 'relay', { manager: 'EM1', request: { operation: 'getConfig', content: {} } })),
    ).to.match(/^Client\.Unauthorized/);
  });

  it('is given the time that a poll of an element that does not answer takes', async () => {
    site.page('/dead1').delayMs = 60_000;
    const { faults } = await ask(eim, 'pollNow', { element: 'dead1' }, ADA);
    expect(faults).to.deep.equal([{ method: 'http', message: 'no answer within 2.6 s' }]);
  });

  it('uses that socket for all that it asks itself as well', async () => {
    const [connections, bytes] = [httpProxy.sent.length, bytesSent()];
    const age = async () => (await ask(em, 'getNeighbors', {})).neighbors.find(({ id }) => id === 'EIM1')?.age ?? 99;
    await until('it was asked some time ago', async () => (await age()) > 1);
    await until('it is asked again', async () => (await age()) < 1);
    await ask(eim, 'getDevices', { maxAge: 0 });
    expect(bytesSent()).to.be.above(bytes);
    expect(httpProxy.sent.length).to.equal(connections);
  });

  it('is missed when the socket breaks, and reached again as soon as it has opened another', async () => {
    const sockets = socketProxy.sent.length;
    socketProxy.cut();
    await until('it has dialled again', () => socketProxy.sent.length > sockets);
    await reached();
    await polled();
  });

  it('comes back by itself when the other side was killed', async () => {
    await eim.kill();
    await eim.start();
    await reached();
    expect(listed(await polled())).to.deep.equal(['EM1:core1', 'EM1:dead1']);
  });

  it('is told to be unreachable, and why, when it is gone', async () => {
    await em.kill();
    const { neighbors } = await untilAnswers('it is missed', [eim, 'getNeighbors', {}], (answer) =>
      known(answer).includes('EM1 unreachable'),
    );
    expect(neighbors[0]?.reason).to.match(/^EM1 at http:.* cannot be reached: .*nothing listens there$/);
  });
});
