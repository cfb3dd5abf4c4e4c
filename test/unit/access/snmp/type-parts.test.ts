import { assert } from 'chai';
import type { DeviceType } from '../../../../src/access/access.js';
import { TypeChoices } from '../../../../src/access/snmp/collect/type-parts.js';
import { matchingDeviceTypes } from '../../../../src/config/device-types.js';

const type = (id: string, snmpoid: string, ...metrics: (readonly [name: string, oid: string])[]): DeviceType => ({
  id,
  snmpoid,
  metrics: metrics.map(([name, oid]) => ({ name, oid, unit: '1' })),
});

describe('device types of a device', () => {
  const general = type('general', '1.3.6.*', ['cpuLoad', '1.3.1.0'], ['cpuLoad', '1.3.2.0'], ['sessions', '1.3.3.0']);
  const special = type('special', '1.3.6.7', ['cpuLoad', '1.3.4.0']);
  const types = [general, special];

  it('all count, the most particular first', () =>
    assert.deepEqual(
      matchingDeviceTypes(types, '1.3.6.7').map(({ id }) => id),
      ['special', 'general'],
    ));

  it('bring each metric once, and of one type all ways to it', () => {
    const choices = new TypeChoices();
    assert.deepEqual(choices.of(types, '1.3.6.7', []).part.roots, ['1.3.4', '1.3.3']);
    assert.deepEqual(choices.of(types, '1.3.6.1', []).part.roots, ['1.3.1', '1.3.2', '1.3.3']);
  });

  it('leave out what the element has by its own configuration', () => {
    const own = [{ name: 'cpuLoad', oid: '1.3.9.0' }];
    assert.deepEqual(new TypeChoices().of(types, '1.3.6.7', own).part.roots, ['1.3.3']);
  });

  it('are chosen anew when the configuration has others', () => {
    const choices = new TypeChoices();
    const first = choices.of(types, '1.3.6.1', []);
    assert.strictEqual(choices.of([...types], '1.3.6.1', []), first);
    assert.lengthOf(choices.of([special], '1.3.6.1', []).types, 0);
  });
});
