import { assert } from 'chai';
import fc from 'fast-check';
import { MalformedMessage } from '../../../../src/access/snmp/ber/malformed.js';
import { arcsText, compareOidBytes, encodeOid, oidText, startsWithOid } from '../../../../src/access/snmp/ber/oid.js';
import { compareOids } from '../../../../src/access/snmp/oid.js';
import { PtpError } from '../../../../src/base/errors.js';
import { arcs, closeOids, oidContent, oids } from './arbitraries.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const arcsOf = (count: number): string => ['1', '3', ...Array<number>(count - 2).fill(1)].join('.');

describe('object identifiers as bytes', () => {
  const table: readonly (readonly [dotted: string, content: string])[] = [
    ['1.3.6.1.2.1.1.3.0', '2b 06 01 02 01 01 03 00'],
    ['0.0', '00'],
    ['0.39', '27'],
    ['1.0', '28'],
    ['1.39', '4f'],
    ['2.0', '50'],
    ['2.47', '7f'],
    ['2.48', '81 00'],
    // ITU-T X.690 section 8.19.5.
    ['2.100.3', '81 34 03'],
    ['2.999', '88 37'],
    ['2.4294967215', '8f ff ff ff 7f'],
    ['1.3.127.128', '2b 7f 81 00'],
    ['1.3.16383.16384', '2b ff 7f 81 80 00'],
    ['1.3.2097151.2097152', '2b ff ff 7f 81 80 80 00'],
    ['1.3.268435455.268435456', '2b ff ff ff 7f 81 80 80 80 00'],
    ['1.3.2147483648.4294967295', '2b 88 80 80 80 00 8f ff ff ff 7f'],
  ];
  for (const [dotted, content] of table) {
    it(`${dotted} is ${content}`, () => {
      assert.equal(Buffer.from(encodeOid(dotted)).toString('hex'), content.replaceAll(' ', ''));
      assert.equal(oidText(hex(content)), dotted);
    });
  }

  it('takes a leading dot, spaces around, and 128 arcs', () => {
    assert.deepEqual(encodeOid(' .1.3.6 '), encodeOid('1.3.6'));
    assert.equal(oidText(encodeOid(arcsOf(128))), arcsOf(128));
  });

  it('reads one without content as 0.0, which stands for none', () => assert.equal(oidText(hex('')), '0.0'));

  const nonsense = ['', '1', '1.', '.', '3.1', '0.40', '1.40', '2.4294967216', '1.3.x', '1.3.-1', '1..3', '1.3.1e2'];
  for (const dotted of [...nonsense, '1.3.4294967296', '1.3.0x10', arcsOf(129), '1.3.1\n2', 'sysName.0']) {
    it(`refuses ${JSON.stringify(dotted.slice(0, 20))} as a setting`, () => {
      assert.throws(() => encodeOid(dotted), PtpError, 'should be a dotted object identifier');
    });
  }

  const malformed: readonly (readonly [what: string, content: string, says: RegExp])[] = [
    ['a cut arc', '2b 06 81', /^byte 2: an arc that is cut off$/],
    ['a cut first arc', '81', /^byte 0: an arc that is cut off$/],
    ['an overlong arc', '2b 80 01', /^byte 1: an arc longer/],
    ['an overlong zero', '2b 80 00', /^byte 1: an arc longer/],
    ['an overlong first arc', '80 2b', /^byte 0: an arc longer/],
    ['an arc of 2^32', '2b 90 80 80 80 00', /^byte 1: an arc above 2\^32-1$/],
    ['a first arc of 2^32', '90 80 80 80 00', /^byte 0: an arc above 2\^32-1$/],
    ['an arc of six bytes', '2b 81 80 80 80 80 00', /^byte 1: an arc above 2\^32-1$/],
    ['129 arcs', `2b ${'01'.repeat(127)}`, /^byte 127: an object identifier of more than 128 arcs$/],
  ];
  for (const [what, content, says] of malformed) {
    it(`refuses ${what}`, () => assert.throws(() => oidText(hex(content)), MalformedMessage, says));
  }

  it('come back as they were', () => {
    fc.assert(
      fc.property(arcs, (parts) => {
        const bytes = encodeOid(parts.join('.'));
        assert.equal(Buffer.compare(bytes, oidContent(parts)), 0);
        assert.equal(oidText(bytes), parts.join('.'));
      }),
    );
  });

  it('are read between other bytes', () => {
    fc.assert(
      fc.property(oids, fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), (dotted, before, after) => {
        const content = encodeOid(dotted);
        const bytes = Buffer.concat([before, content, after]);
        assert.equal(oidText(bytes, before.length, before.length + content.length), dotted);
      }),
    );
  });

  it('give any bytes as text or say what is wrong with them', () => {
    const bytes = fc.array(fc.constantFrom(0, 1, 0x2b, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0xff), { maxLength: 140 });
    fc.assert(
      fc.property(bytes, (content) => {
        let text: string;
        try {
          text = oidText(Uint8Array.from(content));
        } catch (error) {
          assert.instanceOf(error, MalformedMessage);
          return;
        }
        // What is text is the only encoding of it.
        if (content.length > 0) assert.deepEqual([...encodeOid(text)], content);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the order of object identifiers', () => {
  const compare = (a: Uint8Array, b: Uint8Array) => compareOidBytes(a, 0, a.length, b, 0, b.length);
  const ordered = ['0.0', '0.39', '1.0', '1.3', '1.3.0', '1.3.1', '1.3.1.0', '1.3.2', '1.3.127', '1.3.127.255'];
  // By bytes 128 (81 00) would come before 255 (81 7f) but after 16384 (81 80 00).
  ordered.push(
    '1.3.128',
    '1.3.255',
    '1.3.256',
    '1.3.16383',
    '1.3.16384',
    '1.3.2097152',
    '1.3.4294967295',
    '2.0',
    '2.999',
  );

  it('goes by arcs, not by bytes', () => {
    const signs = ordered.map((a) => ordered.map((b) => Math.sign(compare(encodeOid(a), encodeOid(b)))));
    assert.deepEqual(
      signs,
      ordered.map((_a, i) => ordered.map((_b, j) => Math.sign(i - j))),
    );
  });

  it('is that of the arcs as numbers', () => {
    const either = fc.oneof(closeOids, oids);
    fc.assert(
      fc.property(either, either, (a, b) => {
        assert.equal(Math.sign(compare(encodeOid(a), encodeOid(b))), Math.sign(compareOids(a, b)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is told between other bytes', () => {
    const [a, b] = [encodeOid('1.3.6.255'), encodeOid('1.3.6.256')];
    const bytes = Buffer.concat([Buffer.from([0xff, 0xff]), a, b, Buffer.from([0xff])]);
    const middle = 2 + a.length;
    assert.isBelow(compareOidBytes(bytes, 2, middle, bytes, middle, middle + b.length), 0);
    assert.isAbove(compareOidBytes(bytes, middle, middle + b.length, bytes, 2, middle), 0);
    assert.equal(compareOidBytes(bytes, 2, middle, a, 0, a.length), 0);
  });

  it('is not told where it hangs on an arc that is none', () => {
    const good = hex('2b 06 01');
    for (const bad of ['2b 06 80 01', '2b 06 81', '2b 06 90 80 80 80 00', '80 2b']) {
      assert.throws(() => compare(good, hex(bad)), MalformedMessage);
      assert.throws(() => compare(hex(bad), good), MalformedMessage);
    }
  });

  it('never fails in another way', () => {
    const bytes = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(bytes, bytes, bytes, (common, one, other) => {
        try {
          assert.isFalse(Number.isNaN(compare(Buffer.concat([common, one]), Buffer.concat([common, other]))));
        } catch (error) {
          assert.instanceOf(error, MalformedMessage);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is below an object identifier', () => {
  it('is found by its beginning', () => {
    const column = encodeOid('1.3.6.1.2.1.2.2.1.2');
    const below = (dotted: string) => {
      const bytes = encodeOid(dotted);
      return startsWithOid(bytes, 0, bytes.length, column);
    };
    assert.isTrue(below('1.3.6.1.2.1.2.2.1.2'));
    assert.isTrue(below('1.3.6.1.2.1.2.2.1.2.0'));
    assert.isTrue(below('1.3.6.1.2.1.2.2.1.2.4294967295.1'));
    assert.isFalse(below('1.3.6.1.2.1.2.2.1.3.1'));
    assert.isFalse(below('1.3.6.1.2.1.2.2.1.20'));
    assert.isFalse(below('1.3.6.1.2.1.2.2.1.256'));
    assert.isFalse(below('1.3.6.1.2.1.2.2.1'));
  });

  it('has the rest as its index', () => {
    fc.assert(
      fc.property(closeOids, oids, (prefix, whole) => {
        const index = whole.split('.').slice(2).slice(0, 100);
        const bytes = encodeOid([prefix, ...index].join('.'));
        const from = encodeOid(prefix).length;
        assert.isTrue(startsWithOid(bytes, 0, bytes.length, encodeOid(prefix)));
        assert.equal(arcsText(bytes, from, bytes.length), index.join('.'));
      }),
    );
  });

  it('does not reach into the bytes after it', () => {
    const bytes = Buffer.concat([encodeOid('1.3.6'), Buffer.from([1, 2])]);
    assert.isFalse(startsWithOid(bytes, 0, 2, encodeOid('1.3.6.1')));
  });
});
