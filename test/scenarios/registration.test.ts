/** Managers find each other, lose each other and find each other again; polling goes on meanwhile. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import {
  ask,
  device,
  httpAccess,
  known,
  LOOKING,
  listed,
  noPollIsMissing,
  POOL,
  page,
  Site,
  stopAll,
  untilAnswers,
} from './world.js';

describe('an e-manager and its integration manager', function () {
  this.timeout(60_000);
  let site: Site;
  let eim: ManagerProcess;
  let em1: ManagerProcess;
  let em2: ManagerProcess;

  before(async () => {
    site = await Site.start();
    const [eimPort, port1, port2, deadPort] = await Promise.all([1, 2, 3, 4].map(freeTcpPort));
    const reference = (id: string, role: 'EM' | 'EIM', port = 0) => referenceXml({ id, role, port, scheme: 'http' });
    const eimXml = reference('EIM1', 'EIM', eimPort);
    eim = await ManagerProcess.create({ id: 'EIM1', role: 'EIM', port: eimPort, body: `${POOL}${LOOKING}` });
    em1 = await ManagerProcess.create({
      id: 'EM1',
      port: port1,
      body: `${eimXml}<NEIGHBORS>${reference('EM2', 'EM', port2)}${reference('EM9', 'EM', deadPort)}</NEIGHBORS>${POOL}
        ${LOOKING}<DEVICES>${device('core1', httpAccess(site, '/core1'))}</DEVICES>`,
    });
    em2 = await ManagerProcess.create({
      id: 'EM2',
      port: port2,
      body: `${eimXml}${POOL}<SCHEDULE push="2s"/>${LOOKING}<DEVICES>${device('edge1', httpAccess(site, '/edge1'))}</DEVICES>`,
    });
    // In this order: whoever finds nobody tries again after five seconds only.
    for (const manager of [eim, em2, em1]) await manager.start();
  });
  after(async () => {
    await stopAll(em1, em2, eim);
    await site.close();
  });

  const complete = async () => {
    await untilAnswers('both are registered', [eim, 'getNeighbors', {}], (answer) =>
      ['EM1 alive', 'EM2 alive'].every((one) => known(answer).includes(one)),
    );
    await untilAnswers('both elements are listed with values', [eim, 'getDevices', {}], (answer) => {
      const values = answer.PTP_STORE.managers.flatMap(({ devices }) => devices.map(({ metrics }) => metrics.length));
      return listed(answer).join() === 'EM1:core1,EM2:edge1' && !values.includes(0);
    });
    for (const em of [em1, em2]) {
      await untilAnswers('it says so', [em, 'getStatus', {}], ({ managers }) => {
        return managers[0]?.registeredWith.join() === 'EIM1';
      });
    }
  };

  it('finds the e-managers on its list by their registration alone', complete);

  it('knows of every neighbour whether it is there, and if not, why', async () => {
    const { neighbors } = await untilAnswers(
      'all were asked',
      [em1, 'getNeighbors', {}],
      (answer) => known(answer).join() === 'EIM1 alive,EM2 alive,EM9 unreachable',
    );
    const [dead] = neighbors.filter(({ id }) => id === 'EM9');
    expect(dead?.reason).to.match(
      /^EM9 at http:\/\/127\.0\.0\.1:\d+\/ptpmgr\/em cannot be reached: .*nothing listens there$/,
    );
    expect(dead).to.not.have.property('age');
    const [alive] = neighbors.filter(({ id }) => id === 'EM2');
    expect(alive).to.include({ state: 'running', incarnation: 1 });
    expect(alive?.age).to.be.below(7);
    expect(alive).to.not.have.property('reason');
    expect((await page(em1, '/managers')).text).to.include('nothing listens there');
  });

  it('is told of neighbours by the integration manager when it names none itself', async () => {
    await untilAnswers('EM2 has met EM1', [em2, 'getNeighbors', {}], (answer) => known(answer).includes('EM1 alive'));
  });

  it('leaves an integration manager that goes from its configuration, and registers with one that comes', async () => {
    const text = readFileSync(em2.configFile, 'utf8');
    writeFileSync(em2.configFile, text.replace(/<EINTEGRATION_MANAGER[\s\S]*?<\/EINTEGRATION_MANAGER>/, ''));
    const registered = (count: number) =>
      untilAnswers(`it is registered with ${count}`, [em2, 'getStatus', {}], ({ managers }) => {
        return managers[0]?.registeredWith.length === count;
      });
    await registered(0);
    const asked = performance.now();
    writeFileSync(em2.configFile, text);
    await registered(1);
    expect(performance.now() - asked).to.be.below(3000);
  });

  it('loses nothing when the integration manager is killed, and is back at once without its data', async () => {
    const since = performance.now();
    // Right after it was asked: it is back before it is asked the next time, and calls itself incarnation 1 as before.
    await untilAnswers('it was asked just now', [em1, 'getNeighbors', {}], ({ neighbors }) =>
      neighbors.some(({ id, age = 99 }) => id === 'EIM1' && age < 0.2),
    );
    await eim.kill();
    rmSync(eim.dataFolder, { recursive: true });
    await eim.start();
    const back = performance.now();
    await complete();
    expect(performance.now() - back).to.be.below(10_000);
    await noPollIsMissing(em1, site, '/core1', since);
    await noPollIsMissing(em2, site, '/edge1', since);
  });

  it('works on while the integration manager is away for longer', async () => {
    const since = performance.now();
    await eim.kill();
    await untilAnswers('EM1 sees it', [em1, 'getStatus', {}], ({ managers }) => !managers[0]?.registeredWith.length);
    // The master of the pool, whoever that is, says what was found.
    const found = await Promise.all(
      [em1, em2].map((manager) => ask(manager, 'getEvents', { text: 'EIM1 is crashed' })),
    );
    const names = found.flatMap(({ events }) => events.map(({ name, severity }) => `${name} ${severity}`));
    expect(names).to.include('managerFound major');
    expect(listed(await ask(em1, 'getDevices', {}))).to.deep.equal(['EM1:core1']);
    await eim.start();
    const back = performance.now();
    await complete();
    expect(performance.now() - back).to.be.below(10_000);
    const again = await ask(em1, 'getNeighbors', {});
    const { reach, incarnation } = again.neighbors.find(({ id }) => id === 'EIM1') ?? {};
    expect(reach).to.equal('alive');
    expect(incarnation).to.be.greaterThan(1);
    await noPollIsMissing(em1, site, '/core1', since);
    await noPollIsMissing(em2, site, '/edge1', since);
  });
});
