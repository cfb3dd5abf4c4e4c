import { assert } from 'chai';
import fc from 'fast-check';
import { AUTH, authNamed, PRIV, type PrivProtocol, privNamed } from '../../../../../src/access/snmp/usm/algorithms.js';
import { digestOfPassword, privacyKey } from '../../../../../src/access/snmp/usm/keys.js';
import { Decryption, Encryption, encrypt, Salts } from '../../../../../src/access/snmp/usm/privacy.js';
import { decryptBy, encryptBy, ORACLE_CIPHERS } from './oracle.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const PROTOCOLS: readonly PrivProtocol[] = Object.values(PRIV);
const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((made) => Buffer.from(made));
const anyCount = fc.nat({ max: 2_147_483_647 });

const NIST_PLAIN = hex(
  '6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710',
);
/** NIST SP 800-38A, F.3.13 to F.3.17; the vector 00 01 ... 0f is boots, time and salt. */
const NIST: readonly (readonly [priv: PrivProtocol, key: string, encrypted: string])[] = [
  [
    PRIV.aes128,
    '2b7e151628aed2a6abf7158809cf4f3c',
    '3b3fd92eb72dad20333449f8e83cfb4a c8a64537a0b3a93fcde3cdad9f1ce58b 26751f67a3cbb140b1808cf187a4f4df c04b05357c5d1c0eeac4c66f9ff7f2e6',
  ],
  [
    PRIV.aes192,
    '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b',
    'cdc80d6fddf18cab34c25909c99a4174 67ce7f7f81173621961a2b70171d3d7a 2e1e8a1dd59b88b1c8e60fed1efac4c9 c05f9f9ca9834fa042ae8fba584b09ff',
  ],
  [
    PRIV.aes256,
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    'dc7e84bfda79164b7ecd8486985d3860 39ffed143b28b1c832113c6331e5407b df10132415e54b92a13ed0a8267ae2f9 75a385741ab9cef82031623d55b1e471',
  ],
];

const decrypt = (priv: PrivProtocol, key: Buffer, boots: number, time: number, salt: Buffer, encrypted: Buffer) =>
  new Decryption(priv, key).decrypt(boots, time, salt, encrypted);

describe('encryption of SNMPv3', () => {
  for (const [priv, key, encrypted] of NIST) {
    it(`by ${priv.name} is what NIST shows`, () => {
      const salt = hex('08090a0b0c0d0e0f');
      assert.deepEqual(encrypt(priv, hex(key), 0x00010203, 0x04050607, salt, NIST_PLAIN), hex(encrypted));
      assert.deepEqual(decrypt(priv, hex(key), 0x00010203, 0x04050607, salt, hex(encrypted)), NIST_PLAIN);
    });
  }

  for (const priv of PROTOCOLS) {
    it(`by ${priv.name} is the same for each of many messages, whatever came before it`, () => {
      const message = fc.tuple(anyCount, anyCount, bytes(8, 8), bytes(1, 300));
      const one = fc.property(bytes(priv.keyLength, priv.keyLength), fc.array(message), (key, messages) => {
        const encryption = new Encryption(priv, key);
        for (const [boots, time, salt, scoped] of messages)
          assert.deepEqual(
            encryption.encrypt(boots, time, salt, scoped),
            encrypt(priv, key, boots, time, salt, scoped),
          );
      });
      fc.assert(one, { numRuns: 50 });
    });
  }

  for (const priv of PROTOCOLS) {
    it(`by ${priv.name} is the same, and undone, in whatever order a pair is used`, () => {
      const message = fc.tuple(fc.boolean(), anyCount, anyCount, bytes(8, 8), bytes(1, 80));
      const one = fc.property(bytes(priv.keyLength, priv.keyLength), fc.array(message), (key, messages) => {
        const decryption = new Decryption(priv, key);
        const encryption = new Encryption(priv, key, decryption);
        for (const [isOut, boots, time, salt, scoped] of messages) {
          const encrypted = encrypt(priv, key, boots, time, salt, scoped);
          if (isOut) assert.deepEqual(encryption.encrypt(boots, time, salt, scoped), encrypted);
          else assert.deepEqual(decryption.decrypt(boots, time, salt, encrypted)?.subarray(0, scoped.length), scoped);
        }
      });
      fc.assert(one, { numRuns: 50 });
    });
  }

  it('by DES is what FIPS 81 shows', () => {
    const [key, vector, salt] = [hex('0123456789abcdef'), hex('1234567890abcdef'), hex('1122334455667788')];
    const preVector = Buffer.from(vector.map((octet, at) => octet ^ (salt[at] ?? 0)));
    const plain = Buffer.from('Now is the time for all ');
    const encrypted = hex('e5c7cdde872bf27c 43e934008c389c0f 683788499a7c05f6');
    assert.deepEqual(encrypt(PRIV.des, Buffer.concat([key, preVector]), 1, 2, salt, plain), encrypted);
    assert.deepEqual(decrypt(PRIV.des, Buffer.concat([key, preVector]), 3, 4, salt, encrypted), plain);
  });

  for (const priv of PROTOCOLS) {
    it(`by ${priv.name} can be undone, and by no other key, salt or engine`, () => {
      const inputs = [bytes(priv.keyLength, priv.keyLength), anyCount, anyCount, bytes(8, 8), bytes(32, 300)] as const;
      const one = fc.property(...inputs, (key, boots, time, salt, scoped) => {
        const encrypted = encrypt(priv, key, boots, time, salt, scoped);
        const back = decrypt(priv, key, boots, time, salt, encrypted);
        assert.deepEqual(back?.subarray(0, scoped.length), scoped);
        assert.isBelow((back?.length ?? 0) - scoped.length, priv === PRIV.des ? 8 : 1);
        const other = (buffer: Buffer) => Buffer.from(buffer.map((octet) => octet ^ 0x42));
        assert.notDeepEqual(decrypt(priv, other(key), boots, time, salt, encrypted), back);
        assert.notDeepEqual(decrypt(priv, key, boots, time, other(salt), encrypted), back);
        if (priv !== PRIV.des) assert.notDeepEqual(decrypt(priv, key, boots, time ^ 1, salt, encrypted), back);
      });
      fc.assert(one, { numRuns: 50 });
    });
  }

  for (const priv of PROTOCOLS) {
    it(`by ${priv.name} is undone message after message, whatever came before`, () => {
      const key = Buffer.from(Array.from({ length: priv.keyLength }, (_, at) => at));
      const messages = fc.array(fc.record({ salt: bytes(8, 8), scoped: bytes(0, 90), broken: fc.boolean() }));
      const one = fc.property(messages, anyCount, anyCount, (all, boots, time) => {
        const decryption = new Decryption(priv, key);
        for (const { salt, scoped, broken } of all) {
          const encrypted = encrypt(priv, key, boots, time, salt, scoped);
          if (broken) decryption.decrypt(time, boots, Buffer.alloc(8), encrypted.subarray(1));
          const back = decryption.decrypt(boots, time, salt, encrypted);
          assert.deepEqual(back?.subarray(0, scoped.length), scoped);
        }
      });
      fc.assert(one, { numRuns: 50 });
    });
  }

  for (const name of ORACLE_CIPHERS) {
    it(`by ${name} is understood by another, and understands it`, () => {
      const priv = privNamed(name);
      assert.isDefined(priv);
      const sealings = fc.record({
        auth: fc.constantFrom(...Object.keys(AUTH)),
        priv: fc.constant(name),
        password: fc.constantFrom('maplesyrup', 'private-1 ß'),
        engineId: fc.constantFrom(hex('000000000000000000000002'), hex('80001f8880e9bd0c1d12667a51')),
        boots: anyCount,
        time: anyCount,
      });
      const one = fc.property(sealings, bytes(8, 8), bytes(1, 300), (sealing, salt, scoped) => {
        const { password, engineId, boots, time } = sealing;
        const auth = authNamed(sealing.auth);
        if (!auth || !priv) throw new Error('names are known');
        const key = privacyKey(auth, priv, digestOfPassword(auth, password), engineId);
        assert.deepEqual(decryptBy(sealing, salt, encrypt(priv, key, boots, time, salt, scoped)), scoped);
        const theirs = encryptBy(sealing, scoped);
        assert.deepEqual(decrypt(priv, key, boots, time, theirs.salt, theirs.encrypted), scoped);
      });
      fc.assert(one, { numRuns: 40 });
    });
  }

  const misfits: readonly (readonly [what: string, priv: PrivProtocol, salt: number, length: number])[] = [
    ['a short salt', PRIV.aes128, 7, 16],
    ['no salt', PRIV.aes256, 0, 16],
    ['a long salt', PRIV.des, 9, 16],
    ['half a block of DES', PRIV.des, 8, 20],
    ['more than a datagram holds', PRIV.aes128, 8, 65_536],
  ];
  for (const [what, priv, salt, length] of misfits)
    it(`does not undo ${what}`, () =>
      assert.isUndefined(decrypt(priv, Buffer.alloc(priv.keyLength), 1, 1, Buffer.alloc(salt), Buffer.alloc(length))));

  it('takes whatever an agent says of its boots and time', () => {
    assert.isDefined(decrypt(PRIV.aes128, Buffer.alloc(16), -1, 2 ** 40, Buffer.alloc(8), Buffer.alloc(9)));
  });
});

describe('salts', () => {
  it('count on from where chance put them, over the end of 32 and of 64 bits', () => {
    const salts = new Salts(hex('fffffffffffffffe'));
    assert.deepEqual(
      [salts.next(), salts.next(), salts.next()].map((salt) => salt.toString('hex')),
      ['ffffffffffffffff', '0000000000000000', '0000000000000001'],
    );
    assert.equal(new Salts(hex('00000001ffffffff')).next().toString('hex'), '0000000200000000');
  });
});
