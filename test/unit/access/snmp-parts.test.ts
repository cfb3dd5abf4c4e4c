import { assert } from 'chai';
import fc from 'fast-check';
import { objectionTo } from '../../../src/access/snmp/datagram.js';
import { createDes } from '../../../src/access/snmp/des.js';
import { uniqueNames } from '../../../src/access/snmp/instances.js';
import { interfaceReadings } from '../../../src/access/snmp/interfaces.js';
import { netSnmp, type VarBind } from '../../../src/access/snmp/net-snmp.js';
import { compareOids, normalOid } from '../../../src/access/snmp/oid.js';
import { uptimeOf } from '../../../src/access/snmp/system.js';
import { numberOf, scalarOf } from '../../../src/access/snmp/values.js';
import { metricValue, valuesOf } from '../../support/access.js';
import { seededRandom } from '../../support/test-env.js';
import { answer, binding, integer, octets, tlv } from './snmp-agent.js';

const { ObjectType } = netSnmp;
const bind = (type: number, value: unknown, oid = '1.3'): VarBind => ({ oid, type, value });

describe('values of snmp', () => {
  const cases: readonly (readonly [what: string, varbind: VarBind, expected: unknown])[] = [
    ['a counter of 64 bits', bind(ObjectType.Counter64, Buffer.from('ffffffffffffffff', 'hex')), 2n ** 64n - 1n],
    ['one with a sign byte', bind(ObjectType.Counter64, Buffer.from('00ffffffffffffffff', 'hex')), 2n ** 64n - 1n],
    ['an empty one', bind(ObjectType.Counter64, Buffer.alloc(0)), 0n],
    ['text', bind(ObjectType.OctetString, Buffer.from('Zürich\n')), 'Zürich\n'],
    ['text that ends in zeros', bind(ObjectType.OctetString, Buffer.from('ab\0\0')), 'ab'],
    ['a hardware address', bind(ObjectType.OctetString, Buffer.from('001bc5', 'hex')), '00:1b:c5'],
    ['bytes that are no UTF-8', bind(ObjectType.OctetString, Buffer.from('fffe41', 'hex')), 'ff:fe:41'],
    ['a float within Opaque', bind(ObjectType.Opaque, Buffer.from('9f78043f800000', 'hex')), 1],
    ['an address', bind(ObjectType.IpAddress, '10.0.0.1'), '10.0.0.1'],
    ['nothing', bind(ObjectType.NoSuchObject, null), undefined],
  ];
  for (const [what, varbind, expected] of cases) it(what, () => assert.strictEqual(scalarOf(varbind), expected));

  it('are numbers where a number is wanted and written', () => {
    const number = (text: string) => numberOf(bind(ObjectType.OctetString, Buffer.from(text)));
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
  const text = (value: string) => bind(ObjectType.OctetString, Buffer.from(value));
  const gauge = (value: number) => bind(ObjectType.Gauge, value);
  const wide = (value: bigint) => bind(ObjectType.Counter64, Buffer.from(value.toString(16).padStart(16, '0'), 'hex'));

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
    for (const wrong of ['', '1', '3.1', '1.3.x', '1..3', '1.3.4294967296', 'iso.org'])
      assert.isUndefined(normalOid(wrong));
  });
});

describe('datagrams', () => {
  const question = { requestId: integer(7), community: octets('public'), type: 0xa0, oids: [] };
  const v2c = { version: 1, authenticated: false, encrypted: false } as const;
  const v3 = { version: 3, authenticated: true, encrypted: true } as const;
  const reply = answer(question, [binding('1.3.6.1', integer(1))]);
  const secure = (flags: number, pdu: number) =>
    tlv(
      0x30,
      integer1(3),
      tlv(0x30, integer(1), integer(65_507), tlv(0x04, Buffer.from([flags])), integer(3)),
      octets('security'),
      flags & 2 ? octets('encrypted') : tlv(0x30, octets('engine'), octets(''), tlv(pdu, integer(1))),
    );
  const integer1 = (value: number) => tlv(0x02, Buffer.from([value]));
  const v2cReply = tlv(0x30, integer1(1), octets('public'), tlv(0xa2, integer(7)));

  it('pass when they are what was asked for', () => {
    assert.isUndefined(objectionTo(v2cReply, v2c));
    assert.isUndefined(objectionTo(secure(3, 0xa2), v3));
    assert.isUndefined(objectionTo(secure(0, 0xa8), v3), 'a report cannot be authentic before the keys are known');
  });
  it('are refused when they are not', () => {
    assert.equal(objectionTo(v2cReply, v3), 'another SNMP version');
    assert.equal(objectionTo(secure(3, 0xa2), v2c), 'another SNMP version');
    assert.match(objectionTo(secure(0, 0xa2), v3) ?? '', /without the digest/);
    assert.equal(objectionTo(secure(1, 0xa2), { ...v3, authenticated: false, encrypted: false }), 'not SNMP');
  });
  it('may be anything', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void objectionTo(Buffer.from(bytes), v3)));
    for (let length = 0; length < reply.length; length++)
      assert.isDefined(objectionTo(v2cReply.subarray(0, Math.min(length, v2cReply.length - 1)), v2c));
  });
});

describe('DES', () => {
  it('gives back what it was given', () => {
    const des = createDes(seededRandom());
    const engine = { engineID: Buffer.from('80001f88', 'hex') };
    const { md5 } = netSnmp.AuthProtocols;
    const text = Buffer.from('a scoped PDU of no particular length');
    const { encryptedPdu, msgPrivacyParameters } = des.encryptPdu(
      text,
      netSnmp.PrivProtocols.des,
      'password',
      md5,
      engine,
    );
    const back = des.decryptPdu(encryptedPdu, netSnmp.PrivProtocols.des, msgPrivacyParameters, 'password', md5, engine);
    assert.isTrue(back.subarray(0, text.length).equals(text));
    assert.isFalse(encryptedPdu.subarray(0, 8).equals(text.subarray(0, 8)));
  });
});
