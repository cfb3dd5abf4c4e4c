import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { elementsIn, openElementText, type TextOrigin } from '../../../../src/config/further/element-text.js';
import { loadSettings } from '../../../../src/config/load.js';
import type { Settings } from '../../../../src/config/settings.js';
import { methodCheck } from '../../../support/method-check.js';
import { temporaryFolder } from '../../../support/temporary.js';

const CONFIG = `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1">
<HOST><HTTP_SERVER uri="localhost:8080"/></HOST>
<SCHEDULE pull="15"/>
<CREDENTIALS><CREDENTIAL id="read" community="public"/></CREDENTIALS>
</EMANAGER></PTP_CONFIG>`;

describe('the text of a source', () => {
  const checkAccess = methodCheck();
  let settings: Settings;
  before(async () => {
    const file = join(temporaryFolder('configuration'), 'em.xml');
    writeFileSync(file, CONFIG);
    const loaded = await loadSettings(file, { environment: {} });
    if (!loaded.settings) throw new Error('no settings');
    settings = loaded.settings;
  });

  const read = async (text: string, format: 'xml' | 'csv', origin: Partial<TextOrigin> = {}) => {
    const opened = await openElementText(text, { format, local: true, baseDir: '/', environment: {}, ...origin });
    const found =
      'faults' in opened ? { elements: [], faults: opened.faults } : elementsIn(opened.text, { settings, checkAccess });
    return {
      ...found,
      faults: found.faults.map(({ line, column, message }) => `${line}:${column ?? ''}: ${message}`),
    };
  };

  it('as rows: names of columns in any order, quoted values, and SNMP for what has an address', async () => {
    const { elements, faults } = await read(
      '\uFEFFType;DNSNAME;description;customers;credential;interval;pool\r\n' +
        '"router";r1.example;"Core; the ""big"" one\nin the cellar";ATT, Qwest;read;30;true\r\n\r\n' +
        'switch;r2.example\r\n',
      'csv',
    );
    expect(faults).to.deep.equal([]);
    const [first, second] = elements;
    expect([first?.line, second?.line]).to.deep.equal([2, 5]);
    expect(first?.element).to.deep.include({
      name: 'device/r1.example',
      type: 'router',
      description: 'Core; the "big" one in the cellar',
      customers: ['ATT', 'Qwest'],
      pool: true,
    });
    expect(first?.element.access[0]).to.deep.include({ method: 'snmp', intervalMs: 30_000, credential: 'read' });
    expect(second?.element.access[0]).to.deep.include({ method: 'snmp', intervalMs: 15_000 });
  });

  it('as rows of every kind, each reached in its own way or in none', async () => {
    const { elements, faults } = await read(
      'kind,id,ip,device,method,url,expect\n' +
        'service,shop,,r1,http,http://192.0.2.1/,2xx\n' +
        'application,billing,,r1,,,\n' +
        'device,,192.0.2.9,,probe icmp,,\n' +
        'device,quiet,192.0.2.8,,none,,\n',
      'csv',
    );
    expect(faults).to.deep.equal([]);
    expect(elements.map(({ element: { name, access } }) => [name, access.map(({ method }) => method)])).to.deep.equal([
      ['device/192.0.2.9', ['probe']],
      ['device/quiet', []],
      ['service/shop', ['http']],
      ['application/billing', []],
    ]);
  });

  it('says what is wrong with rows at its place', async () => {
    const faultsOf = async (text: string) => (await read(text, 'csv')).faults;
    expect(await faultsOf('')).to.deep.equal([
      'undefined:: there is no row; the first names the columns, such as ip,dnsname,type',
    ]);
    expect(await faultsOf('ip,typ\n')).to.deep.equal(['1:4: there is no column "typ"; did you mean type?']);
    expect(await faultsOf('ip,ip\n')).to.deep.equal(['1:4: the column ip stands a second time; keep one']);
    expect(await faultsOf('ip\n192.0.2.1,x\n')).to.deep.equal(['2:11: this row has 2 values for 1 columns']);
    expect(await faultsOf('kind,ip\ndevise,192.0.2.1\n')).to.deep.equal([
      '2:1: the kind is none; it should be device, service or application',
    ]);
    expect(await faultsOf('type,ip\nx,192.0.2.1\nx,192.0.2.300\n')).to.deep.equal([
      '3:3: "192.0.2.300" is not right for the attribute ip of DEVICE; it should be an IP address, such as 192.0.2.1 or 2001:db8::1',
    ]);
    expect(await faultsOf('ip,credential\n192.0.2.1,raed\n')).to.deep.equal([
      '2:11: CREDENTIAL raed is not defined; did you mean read?',
    ]);
    expect((await faultsOf('ip\n192.0.2.1\n192.0.2.1\n'))[0]).to.match(/^3:1: device\/192.0.2.1 is defined a second/);
    expect(await faultsOf('ip\n"192.0.2.1\n')).to.deep.equal([
      '2:1: this quoted value has no end; close it with a quote',
    ]);
    expect(await faultsOf('ip\n"192.0.2.1"x\n')).to.deep.equal([
      '2:12: something follows a quoted value; a separator would be right',
    ]);
    expect(await faultsOf('id,label\na\u0001b,x\n')).to.deep.equal([
      '2:1: the character U+0001 cannot stand in XML; it should be left out',
    ]);
  });

  it('as XML with each of the roots', async () => {
    const device = '<DEVICE ip="192.0.2.1"/>';
    for (const text of [
      `<DEVICES>\n${device}</DEVICES>`,
      `<ELEMENTS><DEVICES>\n${device}</DEVICES><SERVICES/></ELEMENTS>`,
      `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="X"><DEVICES>\n${device}</DEVICES></EMANAGER></PTP_CONFIG>`,
    ]) {
      const { elements, faults } = await read(text, 'xml');
      expect(faults).to.deep.equal([]);
      expect(elements.map(({ element, line }) => [element.name, line])).to.deep.equal([['device/192.0.2.1', 2]]);
    }
    expect((await read('<SOURCES/>', 'xml')).faults).to.deep.equal([
      '1:1: the root element is SOURCES; it should be ELEMENTS, PTP_CONFIG, DEVICES, SERVICES or APPLICATIONS',
    ]);
  });

  it('leaves out what is faulty, for whoever has nothing better', async () => {
    const { elements, faults } = await read(
      '<DEVICES>\n<DEVICE ip="192.0.2.1"><ACCESS method="snmp" credential="gone"/></DEVICE>\n<DEVICE ip="192.0.2.2"/></DEVICES>',
      'xml',
    );
    expect(faults).to.deep.equal(['2:46: CREDENTIAL gone is not defined; add it to CREDENTIALS']);
    expect(elements.map(({ element }) => element.name)).to.deep.equal(['device/192.0.2.2']);
  });

  it('refers to variables and files only where it lies on this machine', async () => {
    const reference = (name: string) => ['$', `{env:${name}}`].join('');
    const text = `<DEVICES><DEVICE ip="${reference('IP')}"><ACCESS method="snmp" port="${reference('P')}"/></DEVICE></DEVICES>`;
    const environment = { IP: '192.0.2.7', P: '1161' };
    const local = await read(text, 'xml', { environment });
    expect(local.elements[0]?.element).to.deep.include({ ip: '192.0.2.7' });
    expect(local.elements[0]?.element.access[0]?.options).to.deep.equal({ port: '1161' });
    // Rows are what stood in somebody else's table, wherever they lie.
    const rows = await read(`ip,label\n192.0.2.7,${reference('IP')}`, 'csv', { environment });
    expect(rows.elements).to.deep.equal([]);
    expect(rows.faults.join()).to.match(/^2:11: label is a reference; only a local XML file may have some/);
    const far = await read(text, 'xml', { environment, local: false });
    expect(far.faults.join()).to.contain('what ip refers to is not right');
    expect(far.elements).to.deep.equal([]);
  });

  it('has no element that is too long to be given to another manager', async () => {
    const { elements, faults } = await read(`ip,label\n192.0.2.7,x\n`, 'csv');
    expect([elements.length, faults]).to.deep.equal([1, []]);
    const long = `<DEVICES><DEVICE ip="192.0.2.1" label="${'x'.repeat(600_000)}"/></DEVICES>`;
    expect((await read(long, 'xml', { local: false })).faults).to.deep.equal([
      '1:10: this element is longer than 131072 characters; shorten it',
    ]);
  });

  it('uses no file and no module of this machine where it comes from elsewhere', async () => {
    const access = (text: string) =>
      read(`<DEVICES><DEVICE id="x" ip="192.0.2.1"><ACCESS ${text}/></DEVICE></DEVICES>`, 'xml', { local: false });
    for (const text of ['method="file" path="/etc/passwd"', 'method="api" module="x.mjs"', 'method="xml" path="/x"']) {
      const { faults, elements } = await access(text);
      expect(faults.join(), text).to.contain('only a local XML file may say so');
      expect(elements).to.deep.equal([]);
    }
    expect((await access('method="snmp"')).faults).to.deep.equal([]);
  });
});
