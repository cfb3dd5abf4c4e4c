import { assert } from 'chai';
import fc from 'fast-check';
import {
  AUTH,
  AUTH_NAMES,
  type AuthProtocol,
  authNamed,
  PRIV,
  PRIV_NAMES,
  privNamed,
} from '../../../../../src/access/snmp/usm/algorithms.js';
import { byObject, digestText } from '../../../../../src/access/snmp/usm/digest.js';
import { digestOfPassword, KeyCache, localized, privacyKey } from '../../../../../src/access/snmp/usm/keys.js';
import { keyBy } from './oracle.js';

const ENGINE = Buffer.from('000000000000000000000002', 'hex');
const anyAuth = fc.constantFrom<AuthProtocol>(...Object.values(AUTH));
const anyPassword = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' });
const anyEngine = fc.uint8Array({ minLength: 5, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

describe('names of the protocols of SNMPv3', () => {
  const written: readonly (readonly [string, string | undefined])[] = [
    ['md5', 'md5'],
    ['SHA', 'sha1'],
    ['sha-1', 'sha1'],
    ['SHA-256', 'sha256'],
    ['sha_512', 'sha512'],
    ['sha3', undefined],
    ['', undefined],
    ['constructor', undefined],
  ];
  for (const [name, expected] of written)
    it(`takes ${name || 'nothing'} for ${expected}`, () => assert.equal(authNamed(name)?.name, expected));

  const ciphers: readonly (readonly [string, string | undefined])[] = [
    ['DES', 'des'],
    ['aes', 'aes128'],
    ['AES-128', 'aes128'],
    ['AES-192', 'aes192'],
    ['aes256b', 'aes256'],
    ['AES-256-C', 'aes256c'],
    ['aes192r', 'aes192c'],
    ['3des', undefined],
  ];
  for (const [name, expected] of ciphers)
    it(`takes ${name} for ${expected}`, () => assert.equal(privNamed(name)?.name, expected));

  it('knows every name that it lists', () => {
    for (const name of AUTH_NAMES) assert.isDefined(authNamed(name), name);
    for (const name of PRIV_NAMES) assert.isDefined(privNamed(name), name);
  });
});

describe('keys of SNMPv3', () => {
  const vectors: readonly (readonly [where: string, auth: AuthProtocol, ku: string, kul: string])[] = [
    ['RFC 3414 A.3.1', AUTH.md5, '9faf3283884e92834ebc9847d8edd963', '526f5eed9fcce26f8964c2930787d82b'],
    [
      'RFC 3414 A.3.2',
      AUTH.sha1,
      '9fb5cc0381497b3793528939ff788d5d79145211',
      '6695febc9288e36282235fc7151f128497b38f3f',
    ],
  ];
  for (const [where, auth, ku, kul] of vectors) {
    it(`are those of ${where}`, () => {
      const made = digestOfPassword(auth, 'maplesyrup');
      assert.equal(made.toString('hex'), ku);
      assert.equal(localized(auth, made, ENGINE).toString('hex'), kul);
    });
  }

  const extended: readonly (readonly [auth: AuthProtocol, key: string])[] = [
    [AUTH.md5, '526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12'],
    [AUTH.sha1, '6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c'],
  ];
  for (const [auth, key] of extended) {
    it(`of ${auth.name} become longer as the draft of Reeder shows`, () => {
      const ku = digestOfPassword(auth, 'maplesyrup');
      assert.equal(privacyKey(auth, PRIV.aes256c, ku, ENGINE).toString('hex'), key);
      assert.equal(privacyKey(auth, PRIV.aes192c, ku, ENGINE).toString('hex'), key.slice(0, 48));
    });
  }

  it('of MD5 become longer as the draft of Blumenthal says: by the hash of all that is there', () => {
    const ku = digestOfPassword(AUTH.md5, 'maplesyrup');
    const kul = localized(AUTH.md5, ku, ENGINE);
    const longer = Buffer.concat([kul, Buffer.from(byObject('md5', kul), 'latin1')]);
    assert.deepEqual(privacyKey(AUTH.md5, PRIV.aes256, ku, ENGINE), longer);
    assert.deepEqual(privacyKey(AUTH.md5, PRIV.aes192, ku, ENGINE), longer.subarray(0, 24));
  });

  it('are those that another makes, for all hashes, passwords and engines', () => {
    const one = fc.property(anyAuth, anyPassword, anyEngine, (auth, password, engineId) => {
      assert.deepEqual(
        localized(auth, digestOfPassword(auth, password), engineId),
        keyBy(auth.name, password, engineId),
      );
    });
    fc.assert(one, { numRuns: 30 });
  });

  it('fit their cipher, and begin with the localized key', () => {
    const ku = new Map(Object.values(AUTH).map((auth) => [auth, digestOfPassword(auth, 'maplesyrup')]));
    for (const [auth, digest] of ku) {
      for (const priv of Object.values(PRIV)) {
        const key = privacyKey(auth, priv, digest, ENGINE);
        assert.lengthOf(key, priv.keyLength, `${auth.name} ${priv.name}`);
        const same = Math.min(key.length, auth.digestLength);
        assert.deepEqual(key.subarray(0, same), localized(auth, digest, ENGINE).subarray(0, same));
      }
    }
  });

  it('are not made of an empty password', () => {
    assert.throws(() => digestOfPassword(AUTH.sha256, ''), /invariant/);
  });

  it('hash in one call as by an object', () => {
    const one = fc.property(anyAuth, fc.uint8Array({ maxLength: 300 }), (auth, data) => {
      assert.equal(digestText(auth.hash, data), byObject(auth.hash, data));
      assert.lengthOf(digestText(auth.hash, data), auth.digestLength);
    });
    fc.assert(one);
  });
});

describe('the cache of keys', () => {
  it('hashes a password once for each protocol', () => {
    const cache = new KeyCache(Buffer.alloc(32, 7));
    const first = cache.ku(AUTH.sha1, 'maplesyrup');
    assert.strictEqual(cache.ku(AUTH.sha1, 'maplesyrup'), first);
    assert.deepEqual(first, digestOfPassword(AUTH.sha1, 'maplesyrup'));
    assert.deepEqual(cache.ku(AUTH.md5, 'maplesyrup'), digestOfPassword(AUTH.md5, 'maplesyrup'));
    assert.deepEqual(cache.ku(AUTH.sha1, 'maplesyrup2'), digestOfPassword(AUTH.sha1, 'maplesyrup2'));
    assert.equal(cache.size, 3);
  });
});
