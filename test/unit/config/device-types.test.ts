import { expect } from 'chai';
import { packagePath } from '../../../src/base/paths.js';
import { loadDeviceTypes, matchingDeviceTypes, readDeviceTypeFile } from '../../../src/config/device-types.js';
import type { DeviceType } from '../../../src/config/settings.js';

const type = (id: string, snmpoid: string): DeviceType => ({ id, snmpoid, metrics: [] });

describe('device types', () => {
  it('the longest match wins, an exact one before all', () => {
    const types = [
      type('all', '1.3.*'),
      type('apc', '1.3.6.1.4.1.318.*'),
      type('ups', '1.3.6.1.4.1.318.1.3'),
      type('ups-below', '1.3.6.1.4.1.318.1.3.*'),
    ];
    expect(matchingDeviceTypes(types, '1.3.6.1.4.1.318.1.3')[0]?.id).to.equal('ups');
    expect(matchingDeviceTypes(types, '.1.3.6.1.4.1.318.1.3.9')[0]?.id).to.equal('ups-below');
    expect(matchingDeviceTypes(types, '1.3.6.1.4.1.318')[0]?.id).to.equal('apc');
    expect(matchingDeviceTypes(types, '1.3.6.1.4.1.3180.1')[0]?.id).to.equal('all');
    expect(matchingDeviceTypes(types, '2.1')[0]).to.equal(undefined);
    expect(matchingDeviceTypes([], '1.3')[0]).to.equal(undefined);
  });

  it('of equal ones the first wins, so that own types come before shipped ones', () => {
    expect(matchingDeviceTypes([type('own', '1.3.6.*'), type('shipped', '1.3.6.*')], '1.3.6.1')[0]?.id).to.equal('own');
  });

  describe('that are shipped', () => {
    let shipped: readonly DeviceType[];
    before(async () => {
      shipped = await loadDeviceTypes(packagePath('config', 'device-types'));
    });

    it('have ids of their own', () => expect(new Set(shipped.map(({ id }) => id)).size).to.equal(shipped.length));

    /** sysObjectID of devices as they were recorded, and of the vendor's first product for the others. */
    for (const [oid, vendor, kind] of [
      ['1.3.6.1.4.1.2636.1.1.1.2.21', 'Juniper', 'router'],
      ['1.3.6.1.4.1.9.1.516', 'Cisco', 'switch'],
      ['1.3.6.1.4.1.9.1.1', 'Cisco', undefined],
      ['1.3.6.1.4.1.2011.2.23.276', 'Huawei', 'switch'],
      ['1.3.6.1.4.1.11.2.3.7.11.107', 'HP', 'switch'],
      ['1.3.6.1.4.1.25506.1.578', 'H3C', 'switch'],
      ['1.3.6.1.4.1.12356.101.1.1', 'Fortinet', 'firewall'],
      ['1.3.6.1.4.1.14988.1', 'MikroTik', 'router'],
      ['1.3.6.1.4.1.318.1.3.4.8', 'APC', 'pdu'],
      ['1.3.6.1.4.1.318.1.3.27', 'APC', 'ups'],
      ['1.3.6.1.4.1.8072.3.2.10', undefined, undefined],
      ['1.3.6.1.4.1.9.1.1069', 'Cisco', 'wireless-controller'],
      ['1.3.6.1.4.1.9.12.3.1.3.1084', 'Cisco', 'switch'],
      ['1.3.6.1.4.1.9.6.1.94.24.5', 'Cisco', 'switch'],
      ['1.3.6.1.4.1.1588.2.1.1.1', 'Brocade', 'switch'],
      ['1.3.6.1.4.1.14823.1.1.32', 'Aruba', 'wireless-controller'],
      ['1.3.6.1.4.1.674.11000.5000.100.2.1.7', 'Dell', 'switch'],
      ['1.3.6.1.4.1.674.10892.5', 'Dell', 'server'],
      ['1.3.6.1.4.1.534.6.6.7', 'Eaton', 'pdu'],
      ['1.3.6.1.4.1.705.1', 'Eaton', 'ups'],
      ['1.3.6.1.4.1.318.1.3.32', 'APC', 'transfer-switch'],
      ['1.3.6.1.4.1.3375.2.1.3.4.43', 'F5', 'load-balancer'],
      ['1.3.6.1.4.1.2636.1.1.1.2.34', 'Juniper', 'firewall'],
      ['1.3.6.1.4.1.11.2.3.9.1', 'HP', 'printer'],
      ['1.3.6.1.4.1.12356.106.1.42404', 'Fortinet', 'switch'],
      ['1.3.6.1.4.1.35265.1.80', 'Eltex', 'switch'],
      ['1.3.6.1.4.1.30065.1.3011.7150.3282.52.2745', 'Arista', 'switch'],
    ] as const) {
      it(`${oid} is from ${vendor}`, () => {
        const types = matchingDeviceTypes(shipped, oid);
        const found = { vendor: types[0]?.vendor, type: types.find((one) => one.type)?.type };
        expect([found.vendor, found.type]).to.deep.equal([vendor, kind]);
      });
    }
  });

  it('a faulty file is named with its place', () => {
    const text = '<DEVICE_TYPES>\n  <DEVICE_TYPE snmpoid="1.3.x"/>\n</DEVICE_TYPES>';
    expect(() => readDeviceTypeFile(text, 'a.xml')).to.throw(
      '"1.3.x" is not right for the attribute snmpoid of DEVICE_TYPE',
    );
    expect(() => readDeviceTypeFile('<DEVICE_TYPES>', 'a.xml')).to.throw('not well-formed');
    expect(() => readDeviceTypeFile('<PTP_CONFIG/>', 'a.xml')).to.throw('should be DEVICE_TYPES');
  });

  it('a folder that is not there is said so', async () => {
    const thrown = await loadDeviceTypes('/no/such/folder').catch((error: unknown) => error);
    expect(thrown).to.have.property('code', 'Config.Unreadable');
  });
});
