/** Every manager of a pool is asked about every element, while all are there and while one is killed. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { PtpmgrClient } from '../../src/client.js';
import { hashPassword } from '../../src/peer/security/password.js';
import type { Input, OperationName, Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { type Account, ask, device, faultOf, httpAccess, POOL, ptpmgr, Site, stopAll, untilAnswers } from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };

/** What is asked about an element, and what of the answer is not the same a moment later. */
type Question = readonly [operation: OperationName, input: object];

describe('any manager of a pool, asked about any element', function () {
  this.timeout(180_000);
  let site: Site;
  let managers: ManagerProcess[];
  const from = Date.now() - 60_000;

  before(async () => {
    site = await Site.start();
    const ids = ['EM1', 'EM2', 'EM3'];
    const ports = await Promise.all([...ids, 'EIM1'].map(freeTcpPort));
    const reference = (id: string, at: number) =>
      referenceXml({ id, role: id.startsWith('EIM') ? 'EIM' : 'EM', port: ports[at] ?? 0, scheme: 'http' });
    const security = `<SECURITY anonymous="viewer"><USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>`;
    const beyond = `<THRESHOLD metric="Clients" above="10" severity="minor"/>`;
    const access = (path: string) => httpAccess(site, path).replace('</ACCESS>', `${beyond}</ACCESS>`);
    const elements = [
      `<DEVICES>${device('core1', access('/core1'))}</DEVICES>
       <SERVICES><SERVICE id="web" dnsname="localhost" type="web">${httpAccess(site, '/web')}</SERVICE></SERVICES>`,
      `<DEVICES>${device('core2', access('/core2'))}</DEVICES>`,
      `<DEVICES>${device('core3', access('/core3'))}</DEVICES>
       <APPLICATIONS><APPLICATION id="batch" ip="127.0.0.1">${httpAccess(site, '/batch')}</APPLICATION></APPLICATIONS>`,
    ];
    const em = (id: string, at: number) => {
      const others = ids.flatMap((other, index) => (index === at ? [] : [reference(other, index)]));
      const body = `${reference('EIM1', 3)}<NEIGHBORS>${others.join('')}</NEIGHBORS>${POOL}${security}${elements[at]}`;
      return ManagerProcess.create({ id, port: ports[at] ?? 0, body });
    };
    const eim = ManagerProcess.create({
      id: 'EIM1',
      role: 'EIM',
      port: ports[3] ?? 0,
      body: `${POOL}${security}<EMANAGERS>${ids.map(reference).join('')}</EMANAGERS>`,
    });
    managers = await Promise.all([...ids.map(em), eim]);
    // One after the other: a busy machine starts four at once hardly faster.
    for (const one of managers) await one.start();
  });
  after(async () => {
    await stopAll(...managers);
    await site.close();
  });

  const operate = <O extends OperationName>(manager: ManagerProcess, operation: O, input: Input<O>) =>
    ask(manager, operation, input, ADA);
  const at = (id: string): ManagerProcess => {
    const found = managers.find((one) => one.id === id);
    if (!found) throw new Error(id);
    return found;
  };

  const aboutElement = (name: string, list: OperationName): readonly Question[] => [
    [list, { element: name, detail: 'full' }],
    [list, { element: name.slice(name.indexOf('/') + 1), detail: 'summary' }],
    ['getSamples', { element: name, metric: 'Clients', from, to: Date.now() + 60_000, step: 3600 }],
    ['getEvents', { element: name }],
    ['getAlarms', { element: name }],
    ['getAlarms', { element: name, state: 'all' }],
    ['pollNow', { element: name }],
    ['getAssignments', { element: name }],
    ['getHandOvers', { element: name }],
  ];
  const questions: readonly Question[] = [
    ...aboutElement('device/core1', 'getDevices'),
    ...aboutElement('device/core2', 'getDevices'),
    ...aboutElement('service/web', 'getServices'),
    ...aboutElement('application/batch', 'getApplications'),
    ['getDeviceReport', { element: 'core3' }],
    ['getServiceReport', { element: 'web' }],
    ['getAlarms', { scope: 'pool', sort: 'element' }],
  ];

  /** What an answer is about: rows by their names and what does not change from poll to poll. */
  function gist(operation: OperationName, answer: unknown): unknown {
    const all = answer as Partial<
      Output<'getDevices'> & Output<'getAlarms'> & Output<'getEvents'> & Output<'getSamples'>
    > &
      Partial<Output<'pollNow'> & Output<'getAssignments'> & Output<'getHandOvers'> & Output<'getDeviceReport'>>;
    if (all.PTP_STORE)
      return all.PTP_STORE.managers.flatMap(({ devices, services, applications }) =>
        [...devices, ...services, ...applications].map(({ id, kind, owner, status, epoch, alarms = [] }) => ({
          ...{ id, kind, owner, status, epoch },
          ...(operation === 'getStore' && { alarms: alarms.map((one) => one.id) }),
        })),
      );
    if (all.alarms) return all.alarms.map(({ age: _, count, lastAt, changedAt, ...row }) => row);
    if (all.events) return all.events.map(({ name, manager, id }) => `${name} ${manager} ${id}`);
    if (all.series) return all.series.map(({ metric, unit }) => `${metric} ${unit}`);
    if (all.values) return [all.element, all.manager, all.status, all.values.map(({ name }) => name)];
    if (all.assignments) return all.assignments.map(({ element, owner, epoch }) => [element, owner, epoch]);
    if (all.handOvers) return all.handOvers.map(({ element, to, epoch }) => [element, to, epoch]);
    if (all.report) return [all.report.element, all.report.manager, all.report.status];
    throw new Error(`${operation} has an answer of another form: ${JSON.stringify(answer).slice(0, 200)}`);
  }

  const askedOf = async (manager: ManagerProcess, [operation, input]: Question): Promise<unknown> => {
    const answer = await ask(manager, operation, input as Input<OperationName>, ADA);
    return gist(operation, answer);
  };

  it('answers the same as every other', async () => {
    // Each of the three devices is beyond its threshold.
    await untilAnswers(
      'all alarms are raised',
      [at('EIM1'), 'getAlarms', {}],
      ({ alarms }) => alarms.length >= 3,
      60_000,
    );
    await untilAnswers(
      'the integration manager has pulled',
      [at('EIM1'), 'getDevices', {}],
      ({ PTP_STORE }) =>
        PTP_STORE.managers
          .flatMap(({ devices }) => devices)
          // It may remember the time before the pool was founded.
          .filter(({ status, epoch }) => status === 'minor' && epoch !== undefined && epoch.term > 0).length === 3,
      60_000,
    );
    for (const question of questions) {
      const said: unknown[] = [];
      for (const manager of managers) said.push(await askedOf(manager, question));
      const [first, ...others] = said;
      for (const [index, other] of others.entries())
        expect(other, `${JSON.stringify(question)} at ${managers[index + 1]?.id}`).to.deep.equal(first);
    }
  });

  it('says which of its alarms is whose, with owner and epoch, and who did not answer', async () => {
    const { alarms, parts, missing, counts, total } = await ask(at('EM2'), 'getAlarms', {
      scope: 'pool',
      filter: 'kind:device',
    });
    expect(alarms.map(({ element, manager, severity }) => `${element} ${manager} ${severity}`).sort()).to.deep.equal([
      'device/core1 EM1 minor',
      'device/core2 EM2 minor',
      'device/core3 EM3 minor',
    ]);
    expect(alarms.every(({ epoch }) => epoch !== undefined)).to.equal(true);
    expect(parts.map(({ manager }) => manager).sort()).to.deep.equal(['EIM1', 'EM1', 'EM2', 'EM3']);
    expect([missing, total]).to.deep.equal([[], 3]);
    // What the filter leaves out is not counted, such as the warning of a manager that is busy.
    expect(counts).to.deep.equal([{ severity: 'minor', count: 3 }]);
  });

  it('reads a list of the pool on from where its page ended', async () => {
    const seen: string[] = [];
    const query = { scope: 'pool', filter: 'kind:device', pageSize: 1, sort: 'element' } as const;
    let next: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const answer = await ask(at('EM3'), 'getAlarms', { ...query, ...(next !== undefined && { after: next }) });
      seen.push(...answer.alarms.map(({ element = '' }) => element));
      next = answer.next;
    }
    expect([seen, next]).to.deep.equal([['device/core1', 'device/core2', 'device/core3'], undefined]);
  });

  it('acknowledges and clears whose alarm it may be, and says what it cannot', async () => {
    const { alarms } = await ask(at('EM1'), 'getAlarms', { element: 'core2' });
    const alarm = alarms[0]?.id ?? '';
    const seen = { alarm, note: 'the carrier knows' };
    const { alarm: row } = await operate(at('EM3'), 'acknowledgeAlarm', seen);
    expect([row.manager, row.state, row.acknowledged?.by, row.acknowledged?.note]).to.deep.equal([
      'EM2',
      'acknowledged',
      'ada',
      'the carrier knows',
    ]);
    // Whoever does not know whether it was taken may ask again, anywhere.
    expect((await operate(at('EIM1'), 'acknowledgeAlarm', seen)).alarm.acknowledged).to.deep.equal(row.acknowledged);
    expect(await faultOf(operate(at('EM1'), 'acknowledgeAlarm', { alarm, note: 'mine' }))).to.match(
      /^Client\.Conflict: alarm ".*": ada has acknowledged it already, at .*: "the carrier knows"/,
    );
    expect(await faultOf(operate(at('EM1'), 'acknowledgeAlarm', { alarm: 'nothing' }))).to.match(
      /^Client\.NotFound: there is no alarm "nothing" at any manager/,
    );
    expect(await faultOf(ask(at('EM1'), 'clearAlarm', { alarm }))).to.match(/^Client\.Unauthorized/);
    site.page('/core2').body = '{"clients": 5}';
    await untilAnswers(
      'it is over',
      [at('EM3'), 'getAlarms', { alarm }],
      ({ alarms: [one] }) => one?.state === 'cleared',
    );
    expect(await faultOf(operate(at('EM1'), 'clearAlarm', { alarm }))).to.match(
      /^Client\.Conflict: alarm ".*": it was cleared meanwhile by ptpmgr/,
    );
    const { events } = await ask(at('EM1'), 'getEvents', { element: 'device/core2', text: 'acknowledged the alarm' });
    expect(events.map(({ source }) => source)).to.deep.equal(['user ada from 127.0.0.1 by EM3']);
  });

  it('shows it on the pages of any, and by the commands', async () => {
    const { stdout } = await ptpmgr(['status', at('EM2').url]);
    expect(stdout).to.match(/^ALARM +ABOUT +FOR +OWNER +SEEN TO BY +WHAT/m);
    expect(stdout).to.match(/^minor +device\/core1 +\S+(?: \S+)? +EM1 +- +/m);
    const called = await ptpmgr([
      'call',
      '--pool',
      `http://127.0.0.1:1/ptpmgr/em,${at('EM1').url}`,
      'getAlarms',
      'element=core3',
    ]);
    expect(called.stdout).to.contain('<element>device/core3</element>');
  });

  it('answers on while one is killed, and so does a client that knew that one alone', async () => {
    const pool = new PtpmgrClient({ managers: [at('EM3').url], user: ADA.name, password: ADA.password });
    try {
      expect((await pool.call('areYouThere', {})).id).to.equal('EM3');
      await until('the others are learnt', () => pool.managers.length === 4);
      const living = managers.filter(({ id }) => id !== 'EM3');
      const questionsOfIts: readonly Question[] = [
        ['getDevices', { element: 'device/core3' }],
        ['getSamples', { element: 'core3', metric: 'Clients', from, to: Date.now() + 60_000 }],
        ['getAlarms', { element: 'device/core3' }],
        ['pollNow', { element: 'batch' }],
      ];
      const killedMs = performance.now();
      const killedAt = Date.now();
      await at('EM3').kill();
      const owners = new Set<string | undefined>();
      while (performance.now() - killedMs < 8_000) {
        for (const manager of living) {
          for (const question of questionsOfIts) await askedOf(manager, question);
        }
        const { PTP_STORE } = await pool.call('getDevices', { element: 'device/core3' });
        for (const { devices } of PTP_STORE.managers) for (const { owner } of devices) owners.add(owner);
        const { alarms } = await pool.call('getAlarms', { element: 'device/core3' });
        expect(alarms.length).to.be.at.most(1);
      }
      expect([...owners].some((owner) => owner === 'EM1' || owner === 'EM2')).to.equal(true);
      // What it measured before lies in its store: everybody says that it is missing.
      const history = { element: 'device/core3', metric: 'Clients', from, to: killedAt } as const;
      for (const manager of living) {
        const { missing } = await ask(manager, 'getSamples', history, ADA);
        expect(
          missing.map((one) => one.manager),
          manager.id,
        ).to.deep.equal(['EM3']);
      }
    } finally {
      await pool.close();
    }
  });
});
