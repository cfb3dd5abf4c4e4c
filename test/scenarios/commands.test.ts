/** The commands that people and scripts type against managers as they run: what they print, and how they end. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import type { Result } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary.js';
import { device, httpAccess, known, LOOKING, POOL, ptpmgr, Site, stopAll, untilAnswers } from './world.js';

describe('commands against running managers', function () {
  this.timeout(60_000);
  const folder = temporaryFolder('commands');
  const passwordFile = join(folder, 'password');
  let site: Site;
  let em: ManagerProcess;
  let eim: ManagerProcess;
  let deadPort = 0;

  before(async () => {
    site = await Site.start();
    const made = await ptpmgr(['passwd', 'ada', '--role', 'admin'], 'correct horse\n');
    writeFileSync(passwordFile, 'correct horse\n');
    const [port = 0, eimPort = 0, dead = 0] = await Promise.all([1, 2, 3].map(freeTcpPort));
    deadPort = dead;
    const reference = (id: string, role: 'EM' | 'EIM', at: number) =>
      referenceXml({ id, role, port: at, scheme: 'http' });
    em = await ManagerProcess.create({
      id: 'EM1',
      port,
      body: `${reference('EIM1', 'EIM', eimPort)}${POOL}<SECURITY anonymous="viewer">${made.stdout}</SECURITY>
        <DEVICES>${device('core1', httpAccess(site, '/core1'))}${device('sick1', httpAccess(site, '/sick1'))}</DEVICES>`,
    });
    site.page('/sick1').status = 500;
    eim = await ManagerProcess.create({
      id: 'EIM1',
      role: 'EIM',
      port: eimPort,
      body: `${POOL}${LOOKING}<EMANAGERS>${reference('EM1', 'EM', port)}${reference('EM9', 'EM', dead)}</EMANAGERS>`,
    });
    await Promise.all([em.start(), eim.start()]);
    await untilAnswers(
      'all were asked',
      [eim, 'getNeighbors', {}],
      (answer) => known(answer).join() === 'EM1 alive,EM9 unreachable',
    );
    await untilAnswers('it was told of the silent one', [em, 'getNeighbors', {}], (answer) =>
      known(answer).some((line) => line.startsWith('EM9 ')),
    );
    await untilAnswers(
      'all is polled',
      [em, 'getStatus', {}],
      ({ managers }) => managers[0]?.elements.map(({ status }) => status).join() === 'normal,major',
    );
  });
  after(async () => {
    await stopAll(em, eim);
    await site.close();
  });

  const shown = ({ code, stdout, output }: Result) => ({ code, stdout, stderr: output.replace(stdout, '') });
  /** Runs all at once and holds each to its exit code and what it prints. */
  const hold = (cases: readonly (readonly [args: readonly string[], code: number, stdout: RegExp, stderr: RegExp])[]) =>
    Promise.all(
      cases.map(async ([args, code, stdout, stderr]) => {
        const result = shown(await ptpmgr(args));
        const title = args.join(' ');
        expect(result.stdout, `${title}:\n${result.stdout}`).to.match(stdout);
        expect(result.stderr, title).to.match(stderr);
        expect(result.code, title).to.equal(code);
      }),
    );
  const nothing = /^$/;

  it('status shows who is there, who is not and why', async () => {
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'guessed\n');
    await hold([
      [
        ['status', eim.url],
        0,
        /^MANAGER +ROLE [\s\S]*^EIM1 +EIM +running [\s\S]*^EM1 +EM +running .*1 major, 1 normal[\s\S]*^EM9 .*unreachable.*nothing listens there[\s\S]*2 managers here, 1 not; 2 elements: 1 normal, 1 major$/m,
        nothing,
      ],
      [['status', `${em.url}/soap`], 0, /^EM1 +EM +running/m, nothing],
      [['status', `http://127.0.0.1:${deadPort}/ptpmgr/em`], 1, nothing, /^ptpmgr: .*cannot be reached.*\n$/],
      [['status', em.url, '--user', 'ada', '--password-file', wrong], 1, nothing, /^ptpmgr: .*\n$/],
    ]);
  });

  it('call prints answers, and says in one line why there is none', async () => {
    const account = ['--user', 'ada', '--password-file', passwordFile];
    await hold([
      [
        ['call', em.url, 'getDevices', 'element=core1'],
        0,
        /^<getDevicesResponse xmlns="urn:ptpmgr:peer">\n[\s\S]*<Device id="core1"/,
        nothing,
      ],
      [['call', em.url, 'pollNow', 'element=core1', ...account], 0, /<status>normal<\/status>/, nothing],
      [['call', em.url, 'checkConfig', `config=@${em.configFile}`, ...account], 0, /<valid>true<\/valid>/, nothing],
      [
        ['call', em.url, 'pollNow', 'element=core1'],
        1,
        nothing,
        /^ptpmgr: Client\.Unauthorized: pollNow is open to the role operator only; sign in\n$/,
      ],
      [
        ['call', em.url, 'getDevices', 'element=nowhere', 'scope=self'],
        1,
        nothing,
        /^ptpmgr: Client\.NotFound at element: .*"nowhere".*\n$/,
      ],
      // Any manager answers for any element, so one that is silent may have it: whoever says "not found" does not know.
      [
        ['call', em.url, 'getDevices', 'element=nowhere'],
        1,
        nothing,
        /^ptpmgr: Server\.Unavailable.*nowhere.*no answer came from EM9\n$/,
      ],
      [
        ['call', em.url, 'getSamples', 'element=core1', 'metric=Clients', 'from=now', 'to=-1h'],
        1,
        nothing,
        /^ptpmgr: Client\.Validation at to: .*\n$/,
      ],
      [['call', `http://127.0.0.1:${deadPort}/x`, 'areYouThere'], 1, nothing, /^ptpmgr: .*cannot be reached.*\n$/],
      [
        ['call', em.url, 'getDevice'],
        2,
        nothing,
        /^ptpmgr: there is no operation getDevice; did you mean getDevices\?\n$/,
      ],
    ]);
  });

  it('test tries an access once', async () => {
    await hold([
      [
        ['test', em.configFile, 'core1'],
        0,
        /^device\/core1 by http: \d+ values, 0 events in \d+ ms\n[\s\S]*Clients +42/,
        nothing,
      ],
      [['test', em.configFile, 'sick1'], 1, /^device\/sick1 by http: .*500.*\n$/, nothing],
      [
        ['test', em.configFile, 'core1', '--method', 'snmp'],
        2,
        nothing,
        /^ptpmgr: device\/core1 has no access by snmp; it has http\n$/,
      ],
    ]);
  });

  it('check tells every fault with its place, and run refuses what check does', async () => {
    const bad = join(folder, 'bad.xml');
    writeFileSync(
      bad,
      readFileSync(em.configFile, 'utf8')
        .replace('interval="1s"', 'intervall="1s"')
        .replace('id="sick1"', 'id="core1"'),
    );
    const faults =
      /^\/[^\n]*bad\.xml:\d+:\d+: ACCESS has no attribute intervall; did you mean interval\?\n[^\n]*bad\.xml:\d+:\d+: [^\n]*core1[^\n]*\n$/;
    const other = join(folder, 'other.xml');
    writeFileSync(other, readFileSync(em.configFile, 'utf8'));
    const data = join(folder, 'data');
    await hold([
      [['check', em.configFile, eim.configFile], 0, nothing, nothing],
      [['check', em.configFile, bad], 2, faults, nothing],
      [['run', bad, '--data', data], 2, nothing, faults],
      [['run', other, '--data', data], 1, nothing, new RegExp(`^ptpmgr: .*${em.port}.* is (taken|in use).*\\n$`)],
    ]);
  });
});
