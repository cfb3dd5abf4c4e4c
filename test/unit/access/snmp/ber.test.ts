import { assert } from 'chai';
import fc from 'fast-check';
import {
  readInt32,
  readInteger,
  readUint32,
  readUint64High,
  readUint64Low,
} from '../../../../src/access/snmp/ber/integer.js';
import { MalformedMessage } from '../../../../src/access/snmp/ber/malformed.js';
import { BerReader } from '../../../../src/access/snmp/ber/reader.js';
import { BerWriter } from '../../../../src/access/snmp/ber/writer.js';
import { integerContent } from './arbitraries.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const all = <Result>(read: (bytes: Uint8Array, from: number, to: number) => Result, content: string): Result => {
  const bytes = hex(content);
  // Between other bytes, which must not count.
  return read(Buffer.concat([hex('ff7f'), bytes, hex('ff7f')]), 2, 2 + bytes.length);
};

describe('integers of BER', () => {
  type Read = (bytes: Uint8Array, from: number, to: number) => number | bigint;
  const readUint64: Read = (bytes, from, to) =>
    (BigInt(readUint64High(bytes, from, to)) << 32n) | BigInt(readUint64Low(bytes, from, to));

  const tables: readonly (readonly [
    what: string,
    read: Read,
    rows: readonly (readonly [string, number | bigint])[],
  ])[] = [
    [
      'Integer32',
      readInt32,
      [
        ['00', 0],
        ['7f', 127],
        ['80', -128],
        ['ff', -1],
        ['00 80', 128],
        ['ff 7f', -129],
        ['7f ff ff ff', 2 ** 31 - 1],
        ['80 00 00 00', -(2 ** 31)],
        // Longer than it has to be.
        ['00 00 00 01', 1],
        ['00 00 00 00 01', 1],
        ['ff ff ff ff ff ff ff fe', -2],
        ['00 00 00 00 7f ff ff ff', 2 ** 31 - 1],
      ],
    ],
    [
      'INTEGER as a value',
      readInteger,
      [
        ['', 0],
        ['ff', -1],
        ['80 00 00 00', -(2 ** 31)],
        ['00 ff ff ff ff', 2 ** 32 - 1],
        ['ff 00 00 00 00', -(2 ** 32)],
        ['00 1f ff ff ff ff ff ff', Number.MAX_SAFE_INTEGER],
        ['ff e0 00 00 00 00 00 01', Number.MIN_SAFE_INTEGER],
        ['ff ff ff ff ff ff ff ff', -1],
      ],
    ],
    [
      'Counter32',
      readUint32,
      [
        ['', 0],
        ['00', 0],
        ['7f', 127],
        ['00 ff ff ff ff', 2 ** 32 - 1],
        ['00 80 00 00 00', 2 ** 31],
        // Without the zero that says that it is not negative.
        ['ff', 255],
        ['80 00', 2 ** 15],
        ['ff ff ff ff', 2 ** 32 - 1],
        ['00 00 00 00 ff ff ff ff', 2 ** 32 - 1],
        ['00 00 00 00 00 00 00 01', 1],
      ],
    ],
    [
      'Counter64',
      readUint64,
      [
        ['', 0n],
        ['01', 1n],
        ['ff', 255n],
        ['01 00 00 00 00', 2n ** 32n],
        ['7f ff ff ff ff ff ff ff', 2n ** 63n - 1n],
        ['ff ff ff ff ff ff ff ff', 2n ** 64n - 1n],
        ['00 ff ff ff ff ff ff ff ff', 2n ** 64n - 1n],
        ['00 80 00 00 00 00 00 00 01', 2n ** 63n + 1n],
      ],
    ],
  ];
  for (const [what, read, rows] of tables) {
    for (const [content, value] of rows) {
      it(`${what} ${content || 'without content'} is ${value}`, () => assert.strictEqual(all(read, content), value));
    }
  }

  const refused: readonly (readonly [what: string, read: Read, content: string, says: RegExp])[] = [
    ['Integer32', readInt32, '', /an integer of 0 bytes/],
    ['Integer32', readInt32, '00 80 00 00 00', /does not fit 32 bits/],
    ['Integer32', readInt32, 'ff 7f ff ff ff', /does not fit 32 bits/],
    ['Integer32', readInt32, '01 00 00 00 00', /does not fit 32 bits/],
    ['Integer32', readInt32, '00 ff 00 00 00 01', /does not fit 32 bits/],
    ['Integer32', readInt32, '00'.repeat(9), /an integer of 9 bytes/],
    ['INTEGER as a value', readInteger, '00 20 00 00 00 00 00 00', /does not fit 53 bits/],
    ['INTEGER as a value', readInteger, '80 00 00 00 00 00 00 00', /does not fit 53 bits/],
    ['INTEGER as a value', readInteger, '00'.repeat(9), /an integer of 9 bytes/],
    ['Counter32', readUint32, '01 00 00 00 00', /does not fit 32 bits/],
    ['Counter32', readUint32, 'ff ff ff ff ff', /does not fit 32 bits/],
    ['Counter32', readUint32, '00'.repeat(9), /an integer of 9 bytes/],
    ['Counter64', readUint64, '01 00 00 00 00 00 00 00 00', /does not fit 64 bits/],
    ['Counter64', readUint64, 'ff'.repeat(9), /does not fit 64 bits/],
    ['Counter64', readUint64Low, '01 00 00 00 00 00 00 00 00', /does not fit 64 bits/],
    ['Counter64', readUint64, '00'.repeat(10), /an integer of 10 bytes/],
  ];
  for (const [what, read, content, says] of refused) {
    it(`refuses ${what} ${content || 'without content'}`, () => {
      assert.throws(() => all(read, content), MalformedMessage, says);
    });
  }

  it('come back as they were', () => {
    const check = (read: Read, value: bigint) => {
      const content = integerContent(value);
      assert.equal(BigInt(read(content, 0, content.length)), value);
    };
    fc.assert(fc.property(fc.bigInt(-(2n ** 31n), 2n ** 31n - 1n), (value) => check(readInt32, value)));
    fc.assert(fc.property(fc.bigInt(-(2n ** 53n) + 1n, 2n ** 53n - 1n), (value) => check(readInteger, value)));
    fc.assert(fc.property(fc.bigInt(0n, 2n ** 32n - 1n), (value) => check(readUint32, value)));
    fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => check(readUint64, value)));
  });
});

describe('reading BER', () => {
  const reader = new BerReader();
  const LENGTHS: readonly (readonly [form: string, head: string, length: number])[] = [
    ['the short form', '04 00', 0],
    ['the short form', '04 7f', 127],
    ['one byte', '04 81 80', 128],
    ['one byte more than needed', '04 81 05', 5],
    ['two bytes', '04 82 01 00', 256],
    ['two bytes more than needed', '04 82 00 05', 5],
    ['three bytes', '04 83 01 00 00', 65_536],
    ['four bytes', '04 84 00 01 00 00', 65_536],
  ];
  for (const [form, head, length] of LENGTHS) {
    it(`takes a length of ${length} in ${form}`, () => {
      const headBytes = hex(head);
      const buffer = Buffer.concat([headBytes, Buffer.alloc(length, 7), hex('05 00')]);
      reader.reset(buffer);
      assert.equal(reader.enter(0x04), headBytes.length + length);
      assert.equal(reader.at, headBytes.length);
      reader.reset(buffer).skip();
      assert.equal(reader.peek(), 0x05);
    });
  }

  const refused: readonly (readonly [what: string, bytes: string, says: string])[] = [
    ['nothing at all', '', 'byte 0: the end, where tag 0x04 has to be'],
    ['another tag', '02 01 00', 'byte 0: tag 0x02, where tag 0x04 has to be'],
    ['a tag alone', '04', 'byte 1: the end, where a length has to be'],
    ['an indefinite length', '04 80 00 00', 'byte 1: an indefinite length; SNMP has none'],
    ['a length of five bytes', '04 85 00 00 00 00 01 00', 'byte 1: a length of 5 bytes; at most 4 are taken'],
    ['a length of 127 bytes', '04 ff', 'byte 1: a length of 127 bytes; at most 4 are taken'],
    ['a length that is cut off', '04 82 01', 'byte 1: the end within a length'],
    ['a length without its bytes', '04 84', 'byte 1: the end within a length'],
    ['a content beyond the end', '04 03 01 02', 'byte 1: a content of 3 bytes where 2 are left'],
    ['the largest length', '04 84 ff ff ff ff 00', 'byte 1: a content of 4294967295 bytes where 1 are left'],
    [
      'a length that is negative in C',
      '04 84 80 00 00 00 00',
      'byte 1: a content of 2147483648 bytes where 1 are left',
    ],
  ];
  for (const [what, bytes, says] of refused) {
    it(`refuses ${what}`, () => assert.throws(() => reader.reset(hex(bytes)).enter(0x04), MalformedMessage, says));
  }

  it('refuses tags of several bytes, and the end', () => {
    for (const tag of ['1f', '3f', '5f', '9f', 'bf', 'ff']) {
      assert.throws(() => reader.reset(hex(`${tag} 78 01 00`)).enterAny(), MalformedMessage, 'a tag of several bytes');
    }
    assert.throws(() => reader.reset(hex('')).enterAny(), MalformedMessage, 'the end');
    assert.equal(reader.peek(), -1);
  });

  it('ends where it is told, though the buffer goes on', () => {
    const buffer = hex('00 04 03 01 02 03 00');
    assert.throws(() => reader.reset(buffer, 1, 5).enter(0x04), MalformedMessage, 'where 2 are left');
    assert.throws(() => reader.reset(buffer, 1, 2).enter(0x04), MalformedMessage, 'the end, where a length');
    assert.equal(reader.reset(buffer, 1, 6).enter(0x04), 6);
    assert.throws(() => reader.reset(buffer, 1, 8), RangeError);
    assert.throws(() => reader.reset(buffer, 3, 2), RangeError);
    assert.throws(() => reader.reset(buffer, -1, 2), RangeError);
  });

  it('gives octets as a copy', () => {
    const buffer = hex('04 02 61 62');
    const octets = reader.reset(buffer).octets();
    buffer.fill(0);
    assert.equal(octets.toString(), 'ab');
  });

  it('says how much is left over', () => {
    reader.reset(hex('05 00 01 02'));
    reader.skip();
    assert.throws(() => reader.finish('message'), MalformedMessage, 'byte 2: 2 bytes too many in the message');
  });
});

describe('writing BER', () => {
  const written = (write: (writer: BerWriter) => void): string => {
    const writer = new BerWriter();
    write(writer);
    return writer.bytes().toString('hex');
  };

  it('writes integers as short as can be', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const content = integerContent(BigInt(value));
        const expected = `02${content.length.toString(16).padStart(2, '0')}${content.toString('hex')}`;
        assert.equal(
          written((writer) => writer.int(value)),
          expected,
        );
      }),
    );
    for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN]) {
      assert.throws(() => written((writer) => writer.int(value)), 'is an Integer32');
    }
  });

  it('writes every length in its shortest form', () => {
    const head = (length: number) =>
      written((writer) => writer.octets(Buffer.alloc(length))).slice(0, -2 * length || undefined);
    assert.deepEqual([0, 1, 127, 128, 255, 256, 65_535, 65_536].map(head), [
      '0400',
      '0401',
      '047f',
      '048180',
      '0481ff',
      '04820100',
      '0482ffff',
      '0483010000',
    ]);
  });

  it('wraps what was written since a mark, and grows as needed', () => {
    const sizes = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const bytes = Buffer.from(
          written((writer) => {
            writer.empty(0x05);
            const mark = writer.length;
            for (const length of lengths) writer.octets(Buffer.alloc(length, length & 0xff));
            writer.wrap(0x30, mark);
          }),
          'hex',
        );
        const reader = new BerReader().reset(bytes);
        reader.end = reader.enter(0x30);
        for (const length of lengths.toReversed())
          assert.deepEqual(reader.octets(), Buffer.alloc(length, length & 0xff));
        reader.finish('sequence');
        reader.end = bytes.length;
        assert.equal(reader.enter(0x05), bytes.length);
      }),
    );
  });

  it('can be used again, and gives copies', () => {
    const writer = new BerWriter();
    writer.octets(Buffer.alloc(5000, 1));
    const first = writer.bytes();
    writer.reset().int(5);
    assert.equal(writer.bytes().toString('hex'), '020105');
    assert.equal(first[first.length - 1], 1);
  });

  it('refuses more than any datagram holds', () => {
    assert.throws(() => written((writer) => writer.octets(Buffer.alloc(200_000))), 'no larger than a datagram');
  });
});
