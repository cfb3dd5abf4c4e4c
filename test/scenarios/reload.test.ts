/** A configuration is changed while its manager runs: taken at once when it is right, and of no effect when it is not. */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { ManagerProcess } from '../support/manager-process.js';
import { until } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary.js';
import {
  type Account,
  ask,
  device,
  faultOf,
  httpAccess,
  listed,
  noPollIsMissing,
  POOL,
  page,
  Site,
  stopAll,
  untilAnswers,
} from './world.js';

let ada: Account = { name: 'ada', password: 'first' };

describe('a configuration that is changed while its manager runs', function () {
  this.timeout(60_000);
  const folder = temporaryFolder('reload');
  const log = join(folder, 'app.log');
  const secret = join(folder, 'place');
  let site: Site;
  let em: ManagerProcess;
  let since = 0;

  before(async () => {
    site = await Site.start();
    writeFileSync(log, '');
    writeFileSync(secret, site.url('/first'));
    const user = `<USER name="${ada.name}" role="operator" password="${await hashPassword(ada.password, systemRandom)}"/>`;
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `${POOL}<SECURITY anonymous="viewer">${user}</SECURITY>
        <DEVICES>
          ${device('steady', httpAccess(site, '/steady'))}
          ${device('core1', httpAccess(site, '/core1'), httpAccess(site, '/extra'))}
          ${device('secret1', httpAccess(site, '/hidden').replace(/url="[^"]*"/, `url="\${file:${secret}}"`))}
          ${device('logs', `<ACCESS method="file" path="${log}" from="start" interval="1s"><EVENT regex="^(.*)$" severity="minor" text="$1"/></ACCESS>`)}
        </DEVICES>`,
    });
    await em.start();
    await until('all is polled', () => ['/steady', '/core1', '/first'].every((path) => site.count(path) > 0));
    since = performance.now();
  });
  after(async () => {
    await stopAll(em);
    await site.close();
  });
  afterEach('no poll of what did not change is missing', () => noPollIsMissing(em, site, '/steady', since));

  const text = () => readFileSync(em.configFile, 'utf8');
  const saveInPlace = (next: string) => writeFileSync(em.configFile, next);
  const saveByRename = (next: string) => {
    writeFileSync(`${em.configFile}.next`, next);
    renameSync(`${em.configFile}.next`, em.configFile);
  };
  const takenTimes = async () => (await ask(em, 'getEvents', { text: 'configuration taken' })).total;
  /** Saves and waits until it has been taken. */
  const take = async (save: (next: string) => void, next: string) => {
    const before = await takenTimes();
    save(next);
    await until('it is taken', async () => (await takenTimes()) > before);
  };

  it('polls an element that is added by saving in place', async () => {
    await take(
      saveInPlace,
      text().replace('<DEVICES>', `<DEVICES>${device('added', httpAccess(site, '/added', '2s'))}`),
    );
    await until('it is polled', () => site.count('/added') > 0);
    const { PTP_STORE } = await untilAnswers('it has a status', [em, 'getDevices', {}], (answer) =>
      answer.PTP_STORE.managers.some(({ devices }) =>
        devices.some(({ id, status }) => [id, status].join() === 'added,normal'),
      ),
    );
    expect(PTP_STORE.managers[0]?.devices).to.have.length(5);
    const { events } = await ask(em, 'getEvents', { text: 'device/added is polled from now on' });
    expect(events.map(({ name, severity }) => [name, severity])).to.deep.equal([['configTaken', 'indeterminate']]);
  });

  it('polls an element by its new definition when that is renamed over the former', async () => {
    const accesses = async () => {
      const { PTP_STORE } = await ask(em, 'getDevices', { element: 'core1' });
      return PTP_STORE.managers[0]?.devices[0]?.access.length;
    };
    await until('both accesses are shown', async () => (await accesses()) === 2);
    await take(saveByRename, text().replace('/core1"', '/core2"').replace(httpAccess(site, '/extra'), ''));
    const left = site.count('/core1');
    await until('one is left', async () => (await accesses()) === 1);
    await until('the new place is polled', () => site.count('/core2') > 1);
    expect(site.count('/core1')).to.equal(left);
  });

  it('ends polling an element that is removed', async () => {
    await take(saveByRename, text().replace(device('added', httpAccess(site, '/added', '2s')), ''));
    const left = site.count('/added');
    expect(listed(await ask(em, 'getDevices', {}))).to.deep.equal([
      'EM1:core1',
      'EM1:logs',
      'EM1:secret1',
      'EM1:steady',
    ]);
    expect(await faultOf(ask(em, 'getDevices', { element: 'added' }))).to.match(/^Client\.NotFound/);
    await until('its time has come again', () => site.longestGapMs('/added', since) > 2200);
    expect(site.count('/added')).to.equal(left);
  });

  it('reads what it refers to anew at SIGHUP, although the file is the same', async () => {
    writeFileSync(secret, site.url('/second'));
    expect(site.count('/second')).to.equal(0);
    em.process.signal('SIGHUP');
    await until('the new place is polled', () => site.count('/second') > 1);
  });

  it('loses no line of a log whose access is changed, and takes none twice', async () => {
    const lines = async () => (await ask(em, 'getEvents', { element: 'logs', sort: 'time' })).events;
    appendFileSync(log, 'one\n');
    await until('the first line is there', async () => (await lines()).length === 1);
    // Written after the last poll by the former definition, and before the first by the new one.
    appendFileSync(log, 'two\nthree\n');
    await take(saveInPlace, text().replace('from="start" interval="1s"', 'from="start" interval="900ms"'));
    appendFileSync(log, 'four\n');
    await until('the last line is there', async () => (await lines()).some(({ text }) => text === 'four'));
    expect((await lines()).map((event) => event.text).sort()).to.deep.equal(['four', 'one', 'three', 'two']);
  });

  it('lets a new password count at once', async () => {
    expect(await faultOf(ask(em, 'getConfig', {}, ada))).to.match(/^answered/);
    const next: Account = { name: 'ada', password: 'second' };
    await take(saveInPlace, text().replace(/scrypt:[^"]*/, await hashPassword(next.password, systemRandom)));
    expect(await faultOf(ask(em, 'getConfig', {}, next))).to.match(/^answered/);
    expect(await faultOf(ask(em, 'getConfig', {}, ada))).to.match(/^Client\.Unauthorized/);
    ada = next;
  });

  for (const [what, spoil, reason] of [
    ['that breaks off', (good: string) => good.slice(0, good.indexOf('</DEVICES>')), /:\d+:\d+: .*DEVICES/],
    [
      'with an unknown attribute',
      (good: string) => good.replace('interval="900ms"', 'intervall="1s"'),
      /:\d+:\d+: .*intervall.*interval/,
    ],
    ['with an id twice', (good: string) => good.replace('id="core1"', 'id="steady"'), /:\d+:\d+: .*steady/],
    [
      'that only a restart could take',
      (good: string) => good.replace('id="EM1"', 'id="EM2"'),
      /: the id of the manager cannot change while it runs; restart/,
    ],
  ] as const) {
    it(`takes nothing of a file ${what}, and says so until a good one is there`, async () => {
      const good = text();
      const before = await ask(em, 'getStatus', {});
      expect(before.managers[0]).to.include({ health: 'good' }).and.not.have.property('configFault');
      saveByRename(spoil(good).replace('id="core1"', 'id="core1" label="Spoilt"'));
      const { managers } = await untilAnswers('it is refused', [em, 'getStatus', {}], (answer) =>
        Boolean(answer.managers[0]?.configFault),
      );
      const [status] = managers;
      expect(status?.configFault).to.match(reason).and.include(em.configFile);
      expect(status).to.include({ health: 'degraded', configVersion: before.managers[0]?.configVersion });
      const query = { text: 'config', severity: 'major', pageSize: 1 } as const;
      const { events } = await untilAnswers('it is told', [em, 'getEvents', query], (answer) =>
        Boolean(answer.events[0]?.text === status?.configFault),
      );
      expect(events[0]).to.include({ name: 'configRejected', severity: 'major' });
      const { config, version, fault } = await ask(em, 'getConfig', {}, ada);
      expect([version, fault]).to.deep.equal([status?.configVersion, status?.configFault]);
      expect(config).to.include('id="core1"').and.not.include('Spoilt').and.not.include('scrypt:');
      const shown = await page(em, '/config', { user: ada });
      expect(shown.status).to.equal(200);
      expect(shown.text).to.include(em.configFile).and.not.include('Spoilt');
      const { PTP_STORE } = await ask(em, 'getDevices', {});
      expect(JSON.stringify(PTP_STORE)).to.include('core1').and.not.include('Spoilt');

      await take(saveInPlace, good);
      const { managers: cleared } = await ask(em, 'getStatus', {});
      expect(cleared[0]).to.not.have.property('configFault');
      expect(cleared[0]?.health).to.equal('good');
    });
  }

  it('says what is wrong with a file that is gone, and goes on when it is back', async () => {
    renameSync(em.configFile, `${em.configFile}.away`);
    await untilAnswers('it is missed', [em, 'getStatus', {}], ({ managers }) => Boolean(managers[0]?.configFault));
    const { managers } = await ask(em, 'getStatus', {});
    expect(managers[0]?.configFault).to.equal(`${em.configFile}: does not exist; create it or mend its path`);
    await take(() => renameSync(`${em.configFile}.away`, em.configFile), '');
    const { managers: cleared } = await ask(em, 'getStatus', {});
    expect(cleared[0]).to.not.have.property('configFault');
  });
});
