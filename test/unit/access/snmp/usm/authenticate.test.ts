import { createHmac } from 'node:crypto';
import { assert } from 'chai';
import fc from 'fast-check';
import { AUTH, type AuthProtocol } from '../../../../../src/access/snmp/usm/algorithms.js';
import { sign, verify } from '../../../../../src/access/snmp/usm/authenticate.js';
import { digestBy, keyBy } from './oracle.js';

const PROTOCOLS: readonly AuthProtocol[] = Object.values(AUTH);
const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((made) => Buffer.from(made));

/** A message, where its digest stands, and the key. */
const signable = fc.constantFrom(...PROTOCOLS).chain((auth) =>
  fc.record({
    auth: fc.constant(auth),
    before: bytes(0, 80),
    after: bytes(0, 400),
    key: bytes(auth.digestLength, auth.digestLength),
  }),
);

const laidOut = (auth: AuthProtocol, before: Buffer, after: Buffer) => ({
  message: Buffer.concat([before, Buffer.alloc(auth.macLength), after]),
  from: before.length,
  to: before.length + auth.macLength,
});

describe('digests of SNMPv3 messages', () => {
  it('are HMAC over the message with zeroes in their place, cut', () => {
    const one = fc.property(signable, ({ auth, before, after, key }) => {
      const { message, from, to } = laidOut(auth, before, after);
      const expected = createHmac(auth.hash, key).update(message).digest().subarray(0, auth.macLength);
      sign(message, from, auth, key);
      assert.deepEqual(message.subarray(from, to), expected);
      assert.deepEqual(message.subarray(0, from), before);
      assert.deepEqual(message.subarray(to), after);
      assert.isTrue(verify(message, from, to, auth, key));
    });
    fc.assert(one);
  });

  for (const auth of PROTOCOLS) {
    it(`by ${auth.name} are those that another makes`, () => {
      const engineId = Buffer.from('80001f8880e9bd0c1d12667a51', 'hex');
      const { message, from, to } = laidOut(auth, Buffer.from('before'), Buffer.from('after'));
      const expected = digestBy(auth.name, 'maplesyrup', engineId, message);
      sign(message, from, auth, keyBy(auth.name, 'maplesyrup', engineId));
      assert.deepEqual(message.subarray(from, to), expected);
      assert.lengthOf(expected, auth.macLength);
    });

    it(`by ${auth.name} are refused when any octet of the message or the key is another`, () => {
      const { message, from, to } = laidOut(auth, Buffer.alloc(30, 1), Buffer.alloc(60, 2));
      const key = Buffer.alloc(auth.digestLength, 3);
      sign(message, from, auth, key);
      for (let at = 0; at < message.length; at++) {
        for (const bit of [0x01, 0x80]) {
          const changed = Buffer.from(message);
          changed[at] = (changed[at] ?? 0) ^ bit;
          assert.isFalse(verify(changed, from, to, auth, key), `octet ${at} of the message`);
        }
      }
      for (let at = 0; at < key.length; at++) {
        const changed = Buffer.from(key);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        assert.isFalse(verify(message, from, to, auth, changed), `octet ${at} of the key`);
      }
    });
  }

  it('leave what they verify as it was', () => {
    const { message, from, to } = laidOut(AUTH.sha1, Buffer.alloc(10, 1), Buffer.alloc(10, 2));
    const key = Buffer.alloc(20, 3);
    sign(message, from, AUTH.sha1, key);
    const before = Buffer.from(message);
    verify(message, from, to, AUTH.sha1, key);
    assert.deepEqual(message, before);
  });

  it('do not show octets of a longer message that came before', () => {
    const key = Buffer.alloc(20, 3);
    const { message, from } = laidOut(AUTH.sha1, Buffer.alloc(0), Buffer.alloc(5));
    sign(message, from, AUTH.sha1, key);
    sign(Buffer.alloc(2000, 0xff), 0, AUTH.sha512, Buffer.alloc(64, 0xff));
    const { message: again } = laidOut(AUTH.sha1, Buffer.alloc(0), Buffer.alloc(5));
    sign(again, from, AUTH.sha1, key);
    assert.deepEqual(again, message);
  });

  const misfits: readonly (readonly [what: string, length: number, from: number, to: number])[] = [
    ['none', 100, 10, 10],
    ['a shorter one', 100, 10, 21],
    ['a longer one', 100, 10, 23],
    ['one of another protocol', 100, 10, 34],
    ['one beyond the end', 100, 90, 102],
    ['one before the beginning', 100, -12, 0],
    ['one of a message that is too long', 65_536, 10, 22],
  ];
  for (const [what, length, from, to] of misfits)
    it(`are refused when there is ${what}`, () =>
      assert.isFalse(verify(Buffer.alloc(length), from, to, AUTH.sha1, Buffer.alloc(20))));

  it('fit into the longest message', () => {
    const message = Buffer.alloc(65_535, 5);
    sign(message, 65_523, AUTH.md5, Buffer.alloc(16, 1));
    assert.isTrue(verify(message, 65_523, 65_535, AUTH.md5, Buffer.alloc(16, 1)));
    assert.throws(() => sign(Buffer.alloc(65_536), 0, AUTH.md5, Buffer.alloc(16)), /invariant/);
    assert.throws(() => sign(Buffer.alloc(20), 10, AUTH.md5, Buffer.alloc(16)), /invariant/);
  });
});
