import { assert } from 'chai';
import fc from 'fast-check';
import { uniqueNames } from '../../../src/access/snmp/instances.js';
import { interfaceReadings } from '../../../src/access/snmp/interfaces.js';
import { TYPES, type VarBind } from '../../../src/access/snmp/message/bindings.js';
import { compareOids, normalOid } from '../../../src/access/snmp/oid.js';
import { uptimeOf } from '../../../src/access/snmp/system.js';
import { numberOf, scalarOf } from '../../../src/access/snmp/values.js';
import { metricValue, valuesOf } from '../../support/access.js';

const bind = (type: number, value: VarBind['value'], oid = '1.3'): VarBind => ({ oid, type, value });

describe('values of snmp', () => {
  const cases: readonly (readonly [what: string, varbind: VarBind, expected: unknown])[] = [
    ['a counter of 64 bits', bind(TYPES.COUNTER64, 2n ** 64n - 1n), 2n ** 64n - 1n],
    ['text', bind(TYPES.OCTET_STRING, Buffer.from('Zürich\n')), 'Zürich\n'],
    ['text that ends in zeros', bind(TYPES.OCTET_STRING, Buffer.from('ab\0\0')), 'ab'],
    ['a hardware address', bind(TYPES.OCTET_STRING, Buffer.from('001bc5', 'hex')), '00:1b:c5'],
    ['bytes that are no UTF-8', bind(TYPES.OCTET_STRING, Buffer.from('fffe41', 'hex')), 'ff:fe:41'],
    ['a float within Opaque', bind(TYPES.OPAQUE, Buffer.from('9f78043f800000', 'hex')), 1],
    ['an address', bind(TYPES.IP_ADDRESS, '10.0.0.1'), '10.0.0.1'],
    ['nothing', bind(TYPES.NO_SUCH_OBJECT, null), undefined],
  ];
  for (const [what, varbind, expected] of cases) it(what, () => assert.strictEqual(scalarOf(varbind), expected));

  it('are numbers where a number is wanted and written', () => {
    const number = (text: string) => numberOf(bind(TYPES.OCTET_STRING, Buffer.from(text)));
    assert.deepEqual(['0.05', ' 12 ', '-3', '1e3', 'a5', ''].map(number), [0.05, 12, -3, 1000, undefined, undefined]);
  });
});

describe('names of rows', () => {
  it('are unique, and do not depend on the order of the walk', () => {
    const rows: readonly (readonly [string, string])[] = [
      ['1', 'eth0'],
      ['2', 'eth1'],
      ['3', 'eth1'],
      ['4', ' '],
      ['5', 'eth1#3'],
    ];
    const named = uniqueNames(new Map(rows), (index) => `if${index}`);
    assert.deepEqual(Object.fromEntries(named), { 1: 'eth0', 2: 'eth1#2', 3: 'eth1#3#', 4: 'if4', 5: 'eth1#3' });
    assert.deepEqual(
      Object.fromEntries(uniqueNames(new Map([...rows].reverse()), (index) => `if${index}`)),
      Object.fromEntries(named),
    );
  });

  it('are unique whatever the device says', () => {
    const names = fc.dictionary(fc.stringMatching(/^[1-9]$/), fc.constantFrom('a', 'b', 'a#1', 'a#2', 'a#1#', ''));
    fc.assert(
      fc.property(names, (rows) => {
        const named = uniqueNames(new Map(Object.entries(rows)), (index) => `#${index}`);
        assert.equal(new Set(named.values()).size, named.size);
      }),
    );
  });
});

describe('interfaces', () => {
  const ENTRY = '1.3.6.1.2.1.2.2.1';
  const X_ENTRY = '1.3.6.1.2.1.31.1.1.1';
  const column = (cells: Record<string, VarBind>) => new Map(Object.entries(cells));
  const text = (value: string) => bind(TYPES.OCTET_STRING, Buffer.from(value));
  const gauge = (value: number) => bind(TYPES.GAUGE32, value);
  const wide = (value: bigint) => bind(TYPES.COUNTER64, value);

  it('have the best of both tables', () => {
    const readings = interfaceReadings(
      new Map([
        [`${X_ENTRY}.1`, column({ 1: text('xe-0/0/0'), 2: text('') })],
        [`${ENTRY}.2`, column({ 1: text('ten gigabits'), 2: text('Serial1'), 3: text('Null0') })],
        [`${X_ENTRY}.15`, column({ 1: gauge(10_000), 2: gauge(0) })],
        [`${ENTRY}.5`, column({ 1: gauge(4_294_967_295), 2: gauge(64_000) })],
        [`${ENTRY}.8`, column({ 1: gauge(1), 2: gauge(2), 3: gauge(1) })],
        [`${X_ENTRY}.6`, column({ 1: wide(2n ** 40n) })],
        [`${ENTRY}.10`, column({ 1: gauge(5), 2: gauge(7) })],
      ]),
    );
    assert.deepEqual(Object.fromEntries(valuesOf(readings, 'ifOperStatus')), { 'xe-0/0/0': 1, Serial1: 2, Null0: 1 });
    assert.deepEqual(Object.fromEntries(valuesOf(readings, 'ifSpeed')), {
      'xe-0/0/0': 10_000_000_000,
      Serial1: 64_000,
    });
    assert.equal(metricValue(readings, 'ifInOctets', 'xe-0/0/0'), 2n ** 40n);
    assert.equal(metricValue(readings, 'ifInOctets', 'Serial1'), 7);
    const bits = readings.filter(({ metric }) => metric === 'ifInOctets').map(({ counter }) => counter?.bits);
    assert.deepEqual(bits, [64, 32]);
  });
});

describe('uptime', () => {
  const WRAP_MS = 2 ** 32 * 10;
  it('is that of the system, unwrapped where the engine tells how often', () => {
    assert.equal(uptimeOf(5000, undefined), 5000);
    assert.equal(uptimeOf(undefined, 7000), 7000);
    assert.equal(uptimeOf(5000, 4000), 5000);
    assert.equal(uptimeOf(5000, WRAP_MS * 2 + 4000), WRAP_MS * 2 + 5000);
    assert.equal(uptimeOf(5000, WRAP_MS * 1.4), 5000);
  });
});

describe('object identifiers', () => {
  it('are in the order of numbers', () => {
    const sorted = ['1.3.6', '1.3.6.1', '1.3.6.2', '1.3.6.10', '1.3.10'];
    assert.deepEqual([...sorted].reverse().sort(compareOids), sorted);
  });
  it('may begin with a dot and must be numbers of 32 bits', () => {
    assert.equal(normalOid('.1.3.6.1 '), '1.3.6.1');
    for (const wrong of ['', '1', '3.1', '1.3.x', '1..3', '1.3.4294967296', '1.40', '0.47.1', 'iso.org'])
      assert.isUndefined(normalOid(wrong));
  });
});
