import { expect } from 'chai';
import { compareSettings } from '../../../src/config/compare.js';
import { readSettings } from '../../../src/config/load.js';
import type { Settings } from '../../../src/config/settings.js';

async function settings(body: string, host = 'uri="localhost:8080"', comment = ''): Promise<Settings> {
  const text = `<PTP_CONFIG>${comment}<PTPMANAGER type="EM"/><EMANAGER id="EM1"><HOST><HTTP_SERVER ${host}/></HOST>${body}</EMANAGER></PTP_CONFIG>`;
  const result = await readSettings(text, '/somewhere/em.xml', { environment: {} });
  expect(result.faults).to.deep.equal([]);
  if (!result.settings) throw new Error('no settings');
  return result.settings;
}

const device = (id: string, access = '<ACCESS method="snmp" credential="read"/>'): string =>
  `<DEVICE id="${id}" ip="192.0.2.1">${access}</DEVICE>`;
const elements = (...devices: string[]): string =>
  `<CREDENTIALS><CREDENTIAL id="read" community="a"/><CREDENTIAL id="write" community="b"/></CREDENTIALS><DEVICES>${devices.join('')}</DEVICES>`;

describe('comparing configurations', () => {
  it('the same in other words changes nothing', async () => {
    const before = await settings(elements(device('a'), device('b')));
    const after = await settings(
      elements(device('b'), device('a')).replace('id="a" ip="192.0.2.1"', 'ip=" 192.0.2.1" id="a"'),
      undefined,
      '<!-- x -->',
    );
    expect(after.fingerprint).not.to.equal(before.fingerprint);
    expect(compareSettings(before, after)).to.deep.equal({
      added: [],
      removed: [],
      changed: [],
      effects: [],
      needsRestart: [],
    });
  });

  it('elements added, removed and changed', async () => {
    const before = await settings(elements(device('a'), device('b'), device('c')));
    const after = await settings(
      elements(device('b'), device('c', '<ACCESS method="snmp" interval="7"/>'), device('d')),
    );
    const comparison = compareSettings(before, after);
    expect(comparison).to.deep.include({
      added: ['device/d'],
      removed: ['device/a'],
      changed: ['device/c'],
      needsRestart: [],
    });
    expect(comparison.effects).to.deep.equal([
      'device/d is polled from now on',
      'device/a is no longer polled',
      'device/c is polled by the new definition',
    ]);
  });

  it('a credential changes the elements that use it, and only them', async () => {
    const before = await settings(elements(device('a'), device('b', '<ACCESS method="snmp" credential="write"/>')));
    const after = await settings(
      elements(device('a'), device('b', '<ACCESS method="snmp" credential="write"/>')).replace(
        'community="a"',
        'community="c"',
      ),
    );
    const comparison = compareSettings(before, after);
    expect(comparison.changed).to.deep.equal(['device/a']);
    expect(comparison.effects.join()).not.to.contain('community');
  });

  it('SCHEDULE pull changes what names no interval', async () => {
    const two = elements(device('a'), device('b', '<ACCESS method="ftp" interval="7"/>'));
    const comparison = compareSettings(await settings(two), await settings(`${two}<SCHEDULE pull="9s"/>`));
    expect(comparison.changed).to.deep.equal(['device/a']);
  });

  it('managers, users, keys and other parts, each in a sentence without a secret', async () => {
    const eim = (port: number): string =>
      `<EINTEGRATION_MANAGER id="EIM1"><HOST><HTTP_SERVER uri="localhost:${port}"/></HOST></EINTEGRATION_MANAGER>`;
    const before = await settings(
      `${eim(1)}<POOL key="k1"/><SECURITY><USER name="ada" role="viewer" password="scrypt:1"/><USER name="bob" role="viewer" password="scrypt:1"/></SECURITY>`,
    );
    const after = await settings(
      `${eim(2)}<NEIGHBORS><EMANAGER id="EM2"><HOST><HTTP_SERVER uri="localhost:3"/></HOST></EMANAGER></NEIGHBORS><POOL key="k2"/>
      <SECURITY anonymous="viewer"><USER name="ada" role="admin" password="scrypt:2"/><USER name="eve" role="operator" password="scrypt:1"/></SECURITY>
      <STORE retention="1d"/><FILTERS><FILTER metric="x" action="ignore"/></FILTERS>`,
    );
    expect(compareSettings(before, after).effects).to.deep.equal([
      'neighbour EM2 is added',
      'integration manager EIM1 is reached as newly written',
      'user ada is admin instead of viewer',
      'user ada has a new password',
      'user eve is added as operator',
      'user bob is removed',
      'the pool key is another',
      'who is not logged in may look',
      'samples and events are kept for another time',
      'the filters change',
    ]);
  });

  it('what needs a restart says so', async () => {
    const before = await settings('');
    const after = await settings(
      '<SOCKET_SERVER><SERVER_NAME>localhost</SERVER_NAME><SERVER_PORT>1</SERVER_PORT></SOCKET_SERVER>',
      'uri="localhost:8081"',
    );
    expect(compareSettings(before, after).needsRestart).to.deep.equal([
      'the address of the HTTP server cannot change while it runs',
      'the address of the socket server cannot change while it runs',
      'uri and context of the HTTP server cannot change while it runs',
    ]);
  });
});
