import { assert } from 'chai';
import fc from 'fast-check';
import { MalformedMessage } from '../../../../src/access/snmp/ber/malformed.js';
import { encodeOid } from '../../../../src/access/snmp/ber/oid.js';
import { Bindings, TYPES, type Value } from '../../../../src/access/snmp/message/bindings.js';
import { tlv } from '../snmp-agent.js';
import { bindingLists } from './arbitraries.js';
import { hex, outgoing, received, response } from './messages.js';

const SYS_UP_TIME = encodeOid('1.3.6.1.2.1.1.3.0');

/** The one binding of a list. */
function single(type: number, content: string): Bindings {
  const list = tlv(0x30, tlv(0x06, Buffer.from(SYS_UP_TIME)), tlv(type, hex(content)));
  const bindings = new Bindings();
  bindings.reset(list, 0, list.length);
  assert.isTrue(bindings.next());
  return bindings;
}

describe('values of a binding', () => {
  const table: readonly (readonly [what: string, type: number, content: string, value: Value])[] = [
    ['a negative INTEGER', TYPES.INTEGER, 'ff ff ff 38', -200],
    ['the least INTEGER', TYPES.INTEGER, '80 00 00 00', -(2 ** 31)],
    ['an INTEGER beyond 32 bits', TYPES.INTEGER, '00 ff ff ff ff', 2 ** 32 - 1],
    ['a Counter32 with the zero', TYPES.COUNTER32, '00 ff ff ff fe', 2 ** 32 - 2],
    ['a Counter32 without the zero', TYPES.COUNTER32, 'ff ff ff fe', 2 ** 32 - 2],
    ['a Gauge32', TYPES.GAUGE32, '3b 9a ca 00', 1_000_000_000],
    ['TimeTicks', TYPES.TIMETICKS, '01', 1],
    ['a UInteger32', TYPES.UINTEGER32, '00 80 00 00 00', 2 ** 31],
    ['a Counter64', TYPES.COUNTER64, '00 ff ff ff ff ff ff ff ff', 2n ** 64n - 1n],
    ['a Counter64 beyond what a number holds', TYPES.COUNTER64, '20 00 00 00 00 00 01', 2n ** 53n + 1n],
    ['a small Counter64', TYPES.COUNTER64, '05', 5n],
    ['text', TYPES.OCTET_STRING, '61 00 ff', hex('61 00 ff')],
    ['empty text', TYPES.OCTET_STRING, '', hex('')],
    ['an OID', TYPES.OID, '2b 06 01 04 01 bf 08', '1.3.6.1.4.1.8072'],
    ['no OID', TYPES.OID, '', '0.0'],
    ['an address', TYPES.IP_ADDRESS, 'c0 00 02 ff', '192.0.2.255'],
    ['an address of IPv6 under the old type', TYPES.IP_ADDRESS, '00'.repeat(16), Buffer.alloc(16)],
    ['an empty address', TYPES.IP_ADDRESS, '', hex('')],
    ['a float in Opaque', TYPES.OPAQUE, '9f 78 04 3f 80 00 00', hex('9f 78 04 3f 80 00 00')],
    ['NULL', TYPES.NULL, '', null],
    ['noSuchObject', TYPES.NO_SUCH_OBJECT, '', null],
    ['noSuchInstance', TYPES.NO_SUCH_INSTANCE, '', null],
    ['endOfMibView', TYPES.END_OF_MIB_VIEW, '', null],
    ['a type that SNMP does not know', 0x45, '01 02', hex('01 02')],
  ];
  for (const [what, type, content, value] of table) {
    it(what, () => {
      const binding = single(type, content);
      assert.equal(binding.type, type);
      assert.deepEqual(binding.value(), value);
      assert.deepEqual(binding.bytes(), hex(content));
      assert.equal(binding.isCounter64(), type === TYPES.COUNTER64);
      assert.equal(binding.isMissing(), type >= 0x80);
      assert.deepEqual(binding.number(), typeof value === 'number' ? value : Number.NaN);
      assert.deepEqual(binding.all(), [{ oid: '1.3.6.1.2.1.1.3.0', type, value }]);
    });
  }

  it('has a Counter64 in halves, without a bigint', () => {
    const counter = single(TYPES.COUNTER64, '00 fe dc ba 98 76 54 32 10');
    assert.equal(counter.counter64High(), 0xfedcba98);
    assert.equal(counter.counter64Low(), 0x76543210);
    assert.equal(counter.counter64(), 0xfedcba9876543210n);
    const small = single(TYPES.COUNTER64, 'ff ff ff ff');
    assert.deepEqual([small.counter64High(), small.counter64Low()], [0, 0xffff_ffff]);
  });

  it('gives bytes as copies', () => {
    const text = single(TYPES.OCTET_STRING, '61 62');
    const [bytes, value] = [text.bytes(), text.value()];
    text.buffer.fill(0);
    assert.deepEqual([bytes, value], [Buffer.from('ab'), Buffer.from('ab')]);
  });

  const malformed: readonly (readonly [what: string, type: number, content: string])[] = [
    ['a Counter32 above 2^32-1', TYPES.COUNTER32, '01 00 00 00 00'],
    ['a Counter32 of nine bytes', TYPES.COUNTER32, '00'.repeat(9)],
    ['a Counter64 above 2^64-1', TYPES.COUNTER64, '01 00 00 00 00 00 00 00 00'],
    ['an INTEGER beyond 53 bits', TYPES.INTEGER, '7f ff ff ff ff ff ff ff'],
    ['an OID with an overlong arc', TYPES.OID, '2b 80 01'],
    ['an OID with an arc of 2^32', TYPES.OID, '2b 90 80 80 80 00'],
    ['an OID that is cut', TYPES.OID, '2b 86'],
  ];
  for (const [what, type, content] of malformed) {
    it(`refuses ${what} only when it is asked for`, () => {
      const binding = single(type, content);
      assert.deepEqual(binding.bytes(), hex(content));
      assert.throws(() => binding.value(), MalformedMessage);
      assert.throws(() => binding.all(), MalformedMessage);
    });
  }
});

describe('the list of bindings', () => {
  it('gives what was written', () => {
    fc.assert(
      fc.property(bindingLists, (made) => {
        const { bindings } = received(response(outgoing(made)));
        const expected = made.map(({ oid, type, value }) => ({ oid, type, value }));
        assert.deepEqual(bindings.all(), expected);
        assert.isFalse(bindings.next());
        assert.deepEqual(bindings.all(), expected, 'a second time');
        bindings.rewind();
        for (const { oid, type, value, content } of made) {
          assert.isTrue(bindings.next());
          assert.isTrue(bindings.oidIs(encodeOid(oid)));
          assert.isFalse(bindings.oidIs(encodeOid('1.3.5.7.9.11')));
          assert.equal(bindings.oidText(), oid);
          assert.equal(bindings.type, type);
          assert.deepEqual(bindings.bytes(), content);
          assert.deepEqual(bindings.value(), value);
        }
        assert.isFalse(bindings.next());
      }),
    );
  });

  it('can be used again for another buffer', () => {
    const bindings = new Bindings();
    assert.isFalse(bindings.next());
    for (const content of ['01', '02']) {
      const list = Buffer.concat([hex('ff'), tlv(0x30, tlv(0x06, Buffer.from(SYS_UP_TIME)), tlv(0x43, hex(content)))]);
      bindings.reset(list, 1, list.length);
      assert.isTrue(bindings.next());
      assert.equal(bindings.number(), Number(content));
      assert.isFalse(bindings.next());
    }
  });

  const NAME = tlv(0x06, Buffer.from(SYS_UP_TIME));
  const VALUE = tlv(0x43, hex('01'));
  const refused: readonly (readonly [what: string, list: Buffer, says: string])[] = [
    ['another type than a sequence', tlv(0x31, NAME, VALUE), 'tag 0x31, where tag 0x30 has to be'],
    ['an empty binding', tlv(0x30), 'the end, where tag 0x06 has to be'],
    ['a name that is no OID', tlv(0x30, VALUE, NAME), 'tag 0x43, where tag 0x06 has to be'],
    ['an empty name', tlv(0x30, tlv(0x06), VALUE), 'a binding whose name is empty'],
    ['a name that is cut', tlv(0x30, tlv(0x06, hex('2b 86')), VALUE), 'an arc that is cut off'],
    ['a name without a value', tlv(0x30, NAME), 'the end, where an element has to be'],
    ['two values', tlv(0x30, NAME, VALUE, VALUE), '3 bytes too many in the binding'],
    ['a sequence as a value', tlv(0x30, NAME, tlv(0x30, VALUE)), 'a value made of several'],
    ['a PDU as a value', tlv(0x30, NAME, tlv(0xa2)), 'a value made of several'],
    ['a value of a long tag', tlv(0x30, NAME, hex('9f 78 04 00 00 00 00')), 'a tag of several bytes'],
    [
      'a value beyond its binding',
      Buffer.concat([tlv(0x30, NAME, hex('04 05')), hex('61 62 63 64 65')]),
      'where 0 are left',
    ],
    ['a binding beyond the list', hex('30 05 06 01 2b'), 'a content of 5 bytes where 3 are left'],
  ];
  for (const [what, list, says] of refused) {
    it(`refuses ${what}`, () => {
      const bindings = new Bindings();
      bindings.reset(list, 0, list.length);
      assert.throws(() => bindings.next(), MalformedMessage, says);
    });
  }

  it('has those before a malformed one', () => {
    const list = Buffer.concat([tlv(0x30, NAME, VALUE), tlv(0x30, NAME)]);
    const bindings = new Bindings();
    bindings.reset(list, 0, list.length);
    assert.isTrue(bindings.next());
    assert.equal(bindings.number(), 1);
    assert.throws(() => bindings.next(), MalformedMessage);
  });
});
