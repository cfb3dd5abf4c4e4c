/** Whatever comes over the wire is read within its bounds, in linear time, or refused as malformed. */
import { assert } from 'chai';
import fc from 'fast-check';
import { MalformedMessage } from '../../../../src/access/snmp/ber/malformed.js';
import { encodeOid } from '../../../../src/access/snmp/ber/oid.js';
import { messageVersion } from '../../../../src/access/snmp/message/community.js';
import { tlv } from '../snmp-agent.js';
import { bindingLists } from './arbitraries.js';
import {
  hex,
  outgoing,
  partCount,
  partsOf,
  received,
  receivedV3,
  response,
  responseV3,
  watched,
  wellFormed,
  withHead,
  writeParts,
} from './messages.js';

/** Every byte is looked at a few times: as part of a length, a text, a number. */
const MOST_READS_PER_BYTE = 8;
const SOME_READS = 64;

/** Reads all that there is in a message. @returns Whether it was taken. */
function readAll(bytes: Buffer): boolean {
  const { buffer, reads } = watched(bytes);
  try {
    const message = messageVersion(buffer) === 3 ? receivedV3(buffer) : received(buffer);
    while (message.bindings.next()) {
      message.bindings.oidText();
      message.bindings.isMissing();
      message.bindings.value();
    }
    message.bindings.all();
    return true;
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    assert.isAtMost(error.at, bytes.length);
    assert.isAtLeast(error.at, 0);
    return false;
  } finally {
    assert.isAtMost(reads(), 2 * MOST_READS_PER_BYTE * bytes.length + SOME_READS, 'bytes read one by one');
  }
}

const messages = fc
  .tuple(bindingLists, fc.boolean())
  .map(([made, isV3]) => (isV3 ? responseV3(outgoing(made)) : response(outgoing(made))));

describe('a damaged message', () => {
  it('is whole before', () => {
    fc.assert(fc.property(messages, (message) => assert.isTrue(readAll(message))));
  });

  it('is refused when it is cut, wherever that is', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, cut) => {
        assert.isFalse(readAll(message.subarray(0, cut % message.length)));
      }),
      { numRuns: 300 },
    );
    const short = response([{ oid: encodeOid('1.3.6.1.2.1.1.3.0'), type: 0x43, value: hex('01 02') }]);
    for (let cut = 0; cut < short.length; cut++) assert.isFalse(readAll(short.subarray(0, cut)), `cut at ${cut}`);
  });

  it('is read within its bounds or refused when a byte is another', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(255), (message, at, byte) => {
        message[at % message.length] = byte;
        readAll(message);
      }),
      { numRuns: 500 },
    );
  });

  it('is so for every bit of it, and for every byte at its limits', () => {
    for (const whole of [response, responseV3]) {
      const message = whole([{ oid: encodeOid('1.3.200'), type: 0x46, value: hex('01 02 03') }]);
      let taken = 0;
      for (let at = 0; at < message.length; at++) {
        const was = message[at] ?? 0;
        const others = [1, 2, 4, 8, 16, 32, 64, 128].map((bit) => was ^ bit);
        for (const byte of [...others, 0, 0x7f, 0x80, 0x81, 0x84, 0x85, 0xff]) {
          const damaged = Buffer.from(message);
          damaged[at] = byte;
          if (readAll(damaged)) taken += 1;
        }
      }
      assert.isAbove(taken, message.length, 'values and texts may be any');
    }
  });

  it('is so for several bytes that are others, missing or too many', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.uint8Array({ maxLength: 4 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(messages, edits, (message, changes) => {
        let bytes = message;
        for (const [where, remove, insert] of changes) {
          const at = where % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
        }
        readAll(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('is so for no message at all', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readAll(Buffer.from(bytes))));
  });
});

describe('a hostile message', () => {
  const bindings = [
    { oid: encodeOid('1.3.6.1.2.1.1.3.0'), type: 0x43, value: hex('01 02') },
    { oid: encodeOid('1.3.6.1.2.1.1.2.0'), type: 0x06, value: hex('2b 06 01 04 01') },
    { oid: encodeOid('1.3.6.1.2.1.1.1.0'), type: 0x04, value: Buffer.from('text') },
  ];
  const whole: readonly (readonly [version: string, message: Buffer])[] = [
    ['v2c', response(bindings)],
    ['v3', responseV3(bindings)],
  ];

  /** Lengths that are wrong wherever they stand. */
  const LENGTHS: readonly (readonly [what: string, length: readonly number[]])[] = [
    ['an indefinite length', [0x80]],
    ['the largest short length', [0x7f]],
    ['a length of 2^16-1', [0x82, 0xff, 0xff]],
    ['a length of 2^31-1', [0x84, 0x7f, 0xff, 0xff, 0xff]],
    ['a length of 2^31', [0x84, 0x80, 0, 0, 0]],
    ['a length of 2^32-1', [0x84, 0xff, 0xff, 0xff, 0xff]],
    ['a length of five bytes', [0x85, 0, 0, 0, 0, 1]],
    ['a length of eight bytes', [0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a length of 127 bytes', [0xff]],
  ];
  /** Contents that no element but a text may have. */
  const CONTENTS: readonly (readonly [what: string, content: Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['a number of 33 bits', hex('01 00 00 00 00')],
    ['a number of 4 kB', Buffer.alloc(4096, 0xff)],
    ['arcs without end', Buffer.alloc(2000, 0xff)],
    ['overlong arcs', Buffer.alloc(2000, 0x80)],
    ['formats of C', Buffer.from('%s%n%x%.1024d'.repeat(40))],
    ['sequences in sequences', nested(800)],
    ['a hundred empty sequences', Buffer.concat(Array<Buffer>(100).fill(hex('30 00')))],
  ];
  const TAGS = [
    0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x09, 0x1f, 0x24, 0x30, 0x31, 0x40, 0x46, 0x7f, 0x80, 0xa2, 0xa4, 0xff,
  ];

  function nested(depth: number): Buffer {
    let bytes: Buffer = Buffer.alloc(0);
    for (let level = 0; level < depth; level++) bytes = tlv(0x30, bytes);
    return bytes;
  }

  for (const [version, message] of whole) {
    const parts = partsOf(message);
    const count = partCount(parts);
    const each = (write: (tag: number, content: Buffer) => Buffer, look: (taken: boolean, at: number) => void) => {
      for (let at = 0; at < count; at++) look(readAll(writeParts(parts, { at, write })), at);
    };

    it(`is made of elements (${version})`, () => {
      assert.isAbove(count, 15);
      each(wellFormed, (taken) => assert.isTrue(taken));
    });

    for (const [what, length] of LENGTHS) {
      it(`is refused with ${what} of any element (${version})`, () => {
        each(
          (tag, content) => withHead(tag, length, content),
          (taken, at) => assert.isFalse(taken, `element ${at}`),
        );
      });
    }

    for (const [what, content] of CONTENTS) {
      it(`is read or refused with ${what} in any element (${version})`, () => {
        let refused = 0;
        each(
          (tag) => tlv(tag, content),
          (taken) => {
            if (!taken) refused += 1;
          },
        );
        assert.isAbove(refused, 5);
      });
    }

    it(`is read or refused with an element missing, doubled or of another type (${version})`, () => {
      each(
        () => Buffer.alloc(0),
        (taken, at) => assert.isFalse(taken && at < 4, `element ${at} is missing`),
      );
      each(
        (tag, content) => Buffer.concat([wellFormed(tag, content), wellFormed(tag, content)]),
        () => {},
      );
      for (const tag of TAGS) {
        each(
          (_tag, content) => wellFormed(tag, content),
          () => {},
        );
      }
    });
  }

  it('is read in linear time with as many bindings as fit', () => {
    const one = tlv(0x30, hex('06 01 2b 05 00'));
    const many = Array<Buffer>(9000).fill(one);
    assert.isTrue(
      readAll(tlv(0x30, hex('02 01 01 04 00'), tlv(0xa2, hex('02 01 01 02 01 00 02 01 00'), tlv(0x30, ...many)))),
    );
  });

  it('is refused in linear time with the longest of everything', () => {
    for (const content of [Buffer.alloc(60_000, 0xff), Buffer.alloc(60_000, 0x80), Buffer.alloc(60_000, 0x01)]) {
      const name = tlv(0x30, tlv(0x06, content), hex('05 00'));
      assert.isFalse(
        readAll(tlv(0x30, hex('02 01 01 04 00'), tlv(0xa2, hex('02 01 01 02 01 00 02 01 00'), tlv(0x30, name)))),
      );
    }
    assert.isFalse(readAll(nested(15_000)));
  });
});
