import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { accessCheck, createAccessMethods } from '../../../src/access/methods.js';
import { packagePath } from '../../../src/base/paths.js';
import { FaultList } from '../../../src/config/fault-list.js';
import { type LoadOptions, loadSettings, readSettings } from '../../../src/config/load.js';
import { readElementList } from '../../../src/config/read-elements.js';
import { ConfigReader } from '../../../src/config/reader.js';
import type { Settings } from '../../../src/config/settings.js';
import { configSchema } from '../../../src/config/words.js';
import type { AccessMethodName } from '../../../src/model/element.js';
import { parsePositioned } from '../../../src/xml/positions.js';
import { accessParts } from '../../support/access.js';
import { methodCheck } from '../../support/method-check.js';
import { needShared } from '../../support/shared.js';

async function good(file: string, environment: Record<string, string> = {}): Promise<Settings> {
  const { settings, faults } = await loadSettings(file, { environment, checkAccess: methodCheck() });
  expect(faults).to.deep.equal([]);
  if (!settings) throw new Error('no settings');
  return settings;
}

describe('examples that come with the package', () => {
  it('config/em.xml runs on loopback', async () => {
    const file = packagePath('config', 'em.xml');
    const { settings, faults, warnings } = await loadSettings(file, {
      environment: {},
      strict: true,
      checkAccess: methodCheck(),
    });
    expect(faults).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
    expect(settings?.bind).to.deep.equal({ host: '127.0.0.1', port: 8080 });
    expect(settings?.address.origin).to.equal('http://localhost:8080');
    expect(settings?.elements.map(({ name }) => name)).to.deep.equal(['device/this-machine', 'service/view-of-all']);
    expect(settings?.withoutEffect).to.deep.equal([]);
  });

  it('config/eim.xml runs on loopback', async () => {
    const { settings, faults } = await loadSettings(packagePath('config', 'eim.xml'), {
      environment: {},
      strict: true,
      checkAccess: methodCheck(),
    });
    expect(faults).to.deep.equal([]);
    expect(settings).to.include({ role: 'EIM', id: 'EIM1', manages: false, portal: true });
    expect(settings?.managers.map(({ id, origin }) => `${id} ${origin}`)).to.deep.equal(['EM1 http://localhost:8080']);
  });
});

describe('the sample files', () => {
  it('em1-config.xml loads unchanged', async function () {
    const settings = await good(needShared(this, 'samples', 'em1-config.xml'));
    expect(settings).to.include({ id: 'EM1', name: 'ABC', role: 'EM', version: '1.0' });
    expect(settings.socketBind).to.deep.equal({ host: 'ovchia1.cnd.hp.com', port: 8899 });
    expect(settings.neighbors.map(({ id, origin }) => `${id} ${origin}`)).to.deep.equal([
      'EM2 http://ovchia2.cdn.hp.com:8080',
      'EM3 http://ovchia3.cdn.hp.com:8080',
    ]);
    expect(settings.elements.map(({ id }) => id)).to.deep.equal(['ovchia', 'ovchia8']);
    expect(settings.elements[0]?.access[0]).to.include({
      method: 'snmp',
      intervalMs: 30_000,
      timeoutMs: 5000,
      retries: 1,
    });
    expect(settings.supports.map(({ snmpoid }) => snmpoid)).to.deep.equal([
      '1.3.6.1.4.1.3417.1.1.1',
      '1.3.6.1.4.1.3417.1.1.2',
    ]);
  });

  it('eim1-config.xml loads unchanged', async function () {
    const settings = await good(needShared(this, 'samples', 'eim1-config.xml'));
    expect(settings.address).to.deep.equal({
      id: 'EIM1',
      name: 'EIM XYZ',
      role: 'EIM',
      origin: 'http://chia.cnd.hp.com:8888',
      context: 'ptpmgr/eim',
    });
    expect(settings.managers.map(({ id, failover }) => [id, failover])).to.deep.equal([
      ['EM1', ['EM3']],
      ['EM2', undefined],
      ['EM3', undefined],
    ]);
  });

  it('full-em-config.xml passes a check on a machine without its secrets, which are warned of', async function () {
    const file = needShared(this, 'samples', 'full-em-config.xml');
    const { settings, faults, warnings } = await loadSettings(file, { environment: {}, checkAccess: methodCheck() });
    expect(faults).to.deep.equal([]);
    expect(warnings.some(({ message }) => message.includes(`\${env:PTPMGR_POOL_KEY}`))).to.equal(true);
    expect(settings?.store).to.deep.equal({
      type: 'sqlite',
      url: 'em1.db',
      retentionMs: 7 * 86_400_000,
      rollupsMs: { 1: 60 * 86_400_000, 2: 2 * 365 * 86_400_000, 3: 10 * 365 * 86_400_000 },
      budgetBytes: 20e9,
    });
    const core1 = settings?.elements[0];
    expect(core1).to.include({
      name: 'device/core1',
      description: 'Core router of the Denver site',
      portal: 'http://core1.example/',
    });
    expect(core1?.links).to.deep.equal([{ to: 'edge1', capacity: '10G', cost: 10, label: 'xe-0/0/1' }]);
    expect(core1?.access[0]?.options).to.deep.equal({ version: '3', port: '161', maxRepetitions: '25' });
    expect(core1?.access[0]?.thresholds[0]).to.deep.equal({
      metric: 'temperature',
      above: '70',
      clear: '65',
      forMs: 120_000,
      severity: 'major',
    });
    expect(core1?.access[1]).to.include({ method: 'probe', intervalMs: 10_000 });
    expect(core1?.access[2]).to.include({ via: 'EM2', intervalMs: 60_000 });
    expect(settings?.elements[1]?.id).to.equal('cache1.example');
    expect(settings?.elements[1]?.access[1]?.commands).to.deep.equal(['show disks']);
    expect(settings?.elements.find(({ id }) => id === 'shop')).to.include({ device: 'cache1.example', nwview: 'Map' });
    expect(settings?.failover).to.deep.equal([
      {
        id: 'EM2',
        name: 'Roseville',
        types: ['router', 'switch'],
        address: { id: 'EM2', name: 'Roseville', role: 'EM', origin: 'http://localhost:8081', context: 'ptpmgr/em' },
      },
    ]);
    expect(settings?.withoutEffect).to.deep.equal(['STORE url (data are kept in the data directory)']);
  });

  it('full-em-config.xml does not run without its secrets', async function () {
    const file = needShared(this, 'samples', 'full-em-config.xml');
    const { settings, faults } = await loadSettings(file, { environment: {}, strict: true });
    expect(settings).to.equal(undefined);
    expect(faults.map(({ line }) => line)).to.deep.equal([28, 35, 35, 35, 40, 41, 41, 42, 42]);
  });
});

describe('docs/configuration.md', () => {
  it('tells of every element and attribute of the schema', () => {
    const schema = readFileSync(packagePath('schemas', 'ptp-config.xsd'), 'utf8');
    const words = [...schema.matchAll(/<xs:(?:element|attribute) name="(\w+)"/g)].map((match) => match[1] ?? '');
    const told = readFileSync(packagePath('docs', 'configuration.md'), 'utf8');
    expect(words.length).to.be.at.least(200);
    expect([...new Set(words)].filter((word) => !new RegExp(`\\b${word}\\b`).test(told))).to.deep.equal([]);
  });
});

describe('reading a configuration', () => {
  const read = async (body: string, options: Partial<LoadOptions> = {}) => {
    const text = `<PTP_CONFIG><PTPMANAGER type=" EM "/><EMANAGER id=" EM1 ">${body}</EMANAGER></PTP_CONFIG>`;
    return readSettings(text, '/somewhere/em.xml', { environment: {}, ...options });
  };
  const HOST = '<HOST dnsname="localhost"><HTTP_SERVER/></HOST>';

  it('takes the defaults of the specification', async () => {
    const { settings } = await read(
      `${HOST}<DEVICES><DEVICE ip="192.0.2.1"><ACCESS method="snmp"/></DEVICE></DEVICES>`,
    );
    expect(settings).to.deep.include({
      id: 'EM1',
      version: '1.0',
      bind: { host: 'localhost', port: 8080 },
      schedule: { pullMs: 60_000, pushMs: 60_000 },
      security: { anonymous: 'none', plainHttpAccepted: false, users: [] },
      manages: true,
      portal: true,
      stylesheets: { engine: 'libxslt' },
    });
    expect(settings?.address).to.include({ origin: 'http://localhost:8080', context: 'ptpmgr/em' });
    expect(settings?.elements[0]).to.include({ id: '192.0.2.1', pool: false });
    expect(settings?.elements[0]?.access[0]).to.include({ intervalMs: 60_000, timeoutMs: 5000, retries: 1 });
  });

  it('clips the default timeout to the interval, and takes SCHEDULE pull as the default interval', async () => {
    const device =
      '<DEVICES><DEVICE ip="192.0.2.1"><ACCESS method="snmp" interval="2"/><ACCESS method="ftp"/></DEVICE></DEVICES>';
    const { settings } = await read(`${HOST}<SCHEDULE pull="3s"/>${device}`);
    expect(settings?.elements[0]?.access.map(({ intervalMs, timeoutMs }) => [intervalMs, timeoutMs])).to.deep.equal([
      [2000, 2000],
      [3000, 3000],
    ]);
  });

  it('takes https and IPv6', async () => {
    const host = '<HOST><HTTP_SERVER uri="https://[2001:DB8::1]:8443/" context="/a/b/" bind="[::1]:8443"/></HOST>';
    const { settings, faults } = await read(`${host}<SECURITY><TLS cert="a.crt" key="keys/a.key"/></SECURITY>`);
    expect(faults).to.deep.equal([]);
    expect(settings?.address).to.include({ origin: 'https://[2001:db8::1]:8443', context: 'a/b' });
    expect(settings?.bind).to.deep.equal({ host: '::1', port: 8443 });
    expect(settings?.security.tls).to.deep.equal({
      cert: '/somewhere/a.crt',
      key: '/somewhere/keys/a.key',
      clients: 'none',
    });
  });

  it('gives the element of a bare id, and warns of one that another manager must have', async () => {
    const devices = '<DEVICES><DEVICE id="a" ip="192.0.2.1"><PARENT id="b"/></DEVICE></DEVICES>';
    const { settings, warnings } = await read(`${HOST}<POOL name="x"/>${devices}`);
    expect(settings?.elements[0]?.parents).to.deep.equal(['b']);
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'id="b" is not in this file; another manager or source has to define it',
    ]);
  });

  it('guesses at the element that is meant only where nobody else could define it', async () => {
    const devices = (target: string) =>
      `<DEVICES><DEVICE id="core1" ip="192.0.2.1"><LINK to="${target}"/><PARENT id="${target}"/></DEVICE></DEVICES>`;
    const other = '<EMANAGER id="EM2"><HOST><HTTP_SERVER uri="em2.example:8080"/></HOST></EMANAGER>';
    const said = (list: readonly { readonly message: string }[]) => list.map(({ message }) => message);
    const alone = await read(`${HOST}${devices('core2')}`);
    expect(said(alone.faults)).to.deep.equal([
      'to="core2" is not in this file; did you mean core1?',
      'id="core2" is not in this file; did you mean core1?',
    ]);
    const named = await read(`${HOST}<NEIGHBORS>${other}</NEIGHBORS>${devices('core2')}`);
    expect(named.faults).to.deep.equal([]);
    expect(said(named.warnings)).to.deep.equal([
      'to="core2" is not in this file; another manager or source has to define it',
      'id="core2" is not in this file; another manager or source has to define it',
    ]);
  });

  it('asks no method about an access that holds an open reference, which is a warning for check', async () => {
    const asked: string[] = [];
    const checkAccess = (element: { readonly id: string }) => {
      asked.push(element.id);
      return ['the access is not right'];
    };
    const open = `\${env:NOT_SET}`;
    const elements = [
      `<SERVICE id="a"><ACCESS method="http" url="${open}"/></SERVICE>`,
      `<SERVICE id="b" ip="${open}"><ACCESS method="http" expect="200"/></SERVICE>`,
      `<SERVICE id="c" ip="192.0.2.1"><ACCESS method="http"><METRIC name="m" regex="${open}"/></ACCESS></SERVICE>`,
      `<SERVICE id="d" ip="192.0.2.1" label="${open}"><ACCESS method="http" credential="k"/></SERVICE>`,
    ];
    const credentials = `<CREDENTIALS><CREDENTIAL id="k" user="u" password="${open}"/></CREDENTIALS>`;
    const result = await read(`${HOST}${credentials}<SERVICES>${elements.join('\n')}</SERVICES>`, { checkAccess });
    expect(asked).to.deep.equal(['d']);
    expect(result.faults.map(({ line, column, path }) => [line, column, path])).to.deep.equal([
      [4, 55, '/PTP_CONFIG/EMANAGER/SERVICES/SERVICE[4]/ACCESS'],
    ]);
    expect(result.warnings).to.have.length(5);
  });

  it('changes its fingerprint with every byte', async () => {
    const [one, same, other] = await Promise.all([read(HOST), read(HOST), read(`${HOST} `)]);
    expect(one.settings?.fingerprint)
      .to.match(/^[0-9a-f]{64}$/)
      .and.equal(same.settings?.fingerprint);
    expect(other.settings?.fingerprint).not.to.equal(one.settings?.fingerprint);
  });

  it('lists what has no effect yet, each part once', async () => {
    const { settings } = await read(`${HOST}<STORE url="x"/>`);
    expect(settings?.withoutEffect).to.deep.equal(['STORE url (data are kept in the data directory)']);
  });

  it('lists nothing that works: the methods there are, several integration managers, rules, filters, retention', async () => {
    const methods = createAccessMethods(accessParts());
    const own: Partial<Record<AccessMethodName, string>> = {
      xml: 'path="a.xml"',
      file: 'path="a.log"',
      api: 'module="a.mjs"',
    };
    const accesses = [...methods.keys()].map((method) => `<ACCESS method="${method}" ${own[method] ?? ''}/>`);
    const eims = [1, 2].map(
      (n) =>
        `<EINTEGRATION_MANAGER id="EIM${n}"><HOST><HTTP_SERVER uri="eim${n}.example:8888"/></HOST></EINTEGRATION_MANAGER>`,
    );
    const parts = [
      ...eims,
      '<POOL name="x" key="y"/><STORE type="sqlite" retention="1d" budget="1GB"/><SCHEDULE pull="30s" push="30s"/>',
      '<STYLESHEETS engine="libxslt"/><SUPPORT_DEVICES><DEVICE snmpoid="1.3.6.1" type="ups"/></SUPPORT_DEVICES>',
      '<EVENTS><EVENT name="debug.*" action="ignore"/><EVENT action="store"/></EVENTS>',
      '<FILTERS><FILTER metric="ifOut.*" action="ignore"/></FILTERS>',
      `<DEVICES><DEVICE id="a" ip="192.0.2.1" pool="false"><LINK to="b"/>${accesses.join('')}</DEVICE></DEVICES>`,
    ];
    const { settings, faults } = await read(`${HOST}${parts.join('')}`, { checkAccess: accessCheck(methods) });
    expect(faults).to.deep.equal([]);
    expect(settings?.elements[0]?.access).to.have.length.at.least(5);
    expect(settings?.withoutEffect).to.deep.equal([]);
  });

  it('finishes quickly with 10,000 elements, and with as many faults', async function () {
    this.timeout(20_000);
    const devices = Array.from(
      { length: 10_000 },
      (_, i) => `<DEVICE id="d${i}" ip="192.0.2.1"><ACCESS method="snmp"/></DEVICE>`,
    );
    const { settings } = await read(`${HOST}<DEVICES>${devices.join('\n')}</DEVICES>`);
    expect(settings?.elements).to.have.length(10_000);
    const { faults } = await read(`${HOST}<DEVICES>${devices.join('\n').replaceAll('method', 'methd')}</DEVICES>`);
    expect(faults).to.have.length(201);
    expect(faults.at(-1)?.message).to.match(/^\d+ more faults are not shown/);
  });

  it('finishes quickly with 10,000 references to elements of others', async () => {
    const devices = Array.from(
      { length: 10_000 },
      (_, i) => `<DEVICE id="device-number-${i}" ip="192.0.2.1"><PARENT id="router-number-${i}"/></DEVICE>`,
    );
    const { settings, warnings } = await read(`${HOST}<POOL name="x"/><DEVICES>${devices.join('')}</DEVICES>`);
    expect(settings?.elements).to.have.length(10_000);
    expect(warnings).to.have.length(200);
  });

  it('never throws, whatever was typed over it', async () => {
    const text = readFileSync(packagePath('config', 'em.xml'), 'utf8');
    const place = fc.integer({ min: 0, max: text.length });
    const typed = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<',
        '>',
        '"',
        '&',
        '/>',
        '<DEVICE>',
        '</DEVICE>',
        'interval="',
        '\u0000',
        '\ud800',
        '<![CDATA[',
        `\${env:X}`,
      ),
    );
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 0, max: 60 }), typed, async (at, removed, put) => {
        const { settings, faults } = await readSettings(
          text.slice(0, at) + put + text.slice(at + removed),
          '/somewhere/em.xml',
          {
            environment: {},
          },
        );
        expect(settings !== undefined && faults.length > 0).to.equal(false);
        for (const { line, column, message } of faults) {
          expect(line).to.be.at.least(1);
          expect(column).to.be.at.least(1);
          expect(message).not.to.equal('');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a list of elements from elsewhere', () => {
  it('is read and checked as one of the configuration', () => {
    const text = `<DEVICES>
  <DEVICE ip="192.0.2.1" type="router"><ACCESS method="snmp"/></DEVICE>
  <DEVICE id="b" ip="192.0.2.2"><ACCESS method="snmp" interval="soon"/></DEVICE>
</DEVICES>`;
    const { words, schema } = configSchema();
    const faults = new FaultList();
    const list = parsePositioned(text).root;
    const read = readElementList(new ConfigReader(words, faults), list, 30_000);
    expect(read.map(({ element }) => [element.name, element.access[0]?.intervalMs])).to.deep.equal([
      ['device/192.0.2.1', 30_000],
      ['device/b', 30_000],
    ]);
    expect(faults.faults().map(({ line, message }) => `${line} ${message}`)).to.deep.equal([
      '3 "soon" is not right for the attribute interval of ACCESS; it should be a duration: seconds, or a number with ms, s, m, h, d, w or y, such as 30, 500ms or 5m',
    ]);
    expect(schema.validate(text.replace('soon', '5m'))).to.deep.equal([]);
  });
});
