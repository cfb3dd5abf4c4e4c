/** Security of SNMPv3 against another's: every hash with every cipher that snmpd has. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { assert } from 'chai';
import { encodeOid } from '../../src/access/snmp/ber/oid.js';
import { PDU } from '../../src/access/snmp/message/pdu.js';
import { readV3 } from '../../src/access/snmp/message/v3.js';
import { AUTH, type AuthProtocol, PRIV, type PrivProtocol } from '../../src/access/snmp/usm/algorithms.js';
import type { Finding } from '../../src/access/snmp/usm/findings.js';
import { KeyCache } from '../../src/access/snmp/usm/keys.js';
import { Salts } from '../../src/access/snmp/usm/privacy.js';
import { type Opened, Security, usmUser } from '../../src/access/snmp/usm/security.js';
import { counterpart } from '../support/counterparts.js';
import { type Daemon, type SnmpV3User, startSnmpd } from '../support/daemons.js';

const AUTH_PASSWORD = 'authentic-1';
const PRIV_PASSWORD = 'private-1';
const SYS_NAME = encodeOid('1.3.6.1.2.1.1.5.0');
/** As snmpd spells them. */
const HASHES: readonly (readonly [string, AuthProtocol])[] = [
  ['MD5', AUTH.md5],
  ['SHA', AUTH.sha1],
  ['SHA-224', AUTH.sha224],
  ['SHA-256', AUTH.sha256],
  ['SHA-384', AUTH.sha384],
  ['SHA-512', AUTH.sha512],
];
const CIPHERS: readonly (readonly [string, PrivProtocol])[] = [
  ['DES', PRIV.des],
  ['AES', PRIV.aes128],
  ['AES-192', PRIV.aes192],
  ['AES-256', PRIV.aes256],
  ['AES-192-C', PRIV.aes192c],
  ['AES-256-C', PRIV.aes256c],
];

interface Kind {
  readonly user: SnmpV3User;
  readonly auth?: AuthProtocol;
  readonly priv?: PrivProtocol;
}

const KINDS: readonly Kind[] = [
  { user: { name: 'plain' } },
  ...HASHES.flatMap(([authName, auth]): Kind[] => [
    { user: { name: auth.name, auth: authName, authKey: AUTH_PASSWORD }, auth },
    ...CIPHERS.map(([privName, priv]) => ({
      user: {
        name: `${auth.name}-${priv.name}`,
        auth: authName,
        authKey: AUTH_PASSWORD,
        priv: privName,
        privKey: PRIV_PASSWORD,
      },
      auth,
      priv,
    })),
  ]),
];

describe('security of SNMPv3 with snmpd', () => {
  counterpart('snmpd');
  const keys = new KeyCache(Buffer.alloc(32, 1));
  const salts = new Salts(Buffer.from('0123456789abcdef', 'hex'));
  let snmpd: Daemon | undefined;
  let socket: Socket;
  before(async function () {
    this.timeout(30_000);
    snmpd = await startSnmpd({ v3users: KINDS.map(({ user }) => user), lines: ['sysName probe.example'] });
    socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
  });
  after(async () => {
    socket?.close();
    await snmpd?.stop();
  });

  const securityOf = (name: string, auth?: AuthProtocol, priv?: PrivProtocol, passwords = [AUTH_PASSWORD]) => {
    const [authPassword = '', privPassword = PRIV_PASSWORD] = passwords;
    const secret = auth && { protocol: auth, password: authPassword };
    const privSecret = priv && { priv: { protocol: priv, password: privPassword } };
    return new Security(usmUser(name, secret ? { auth: { ...secret, ...privSecret } } : {}, keys), salts);
  };

  let msgId = 1000;
  /** As many rounds as it takes; the time is that of the test's own clock. */
  async function ask(security: Security, timeoutMs = 2000): Promise<{ opened: Opened; rounds: number }> {
    let learnt = 0;
    for (let rounds = 1; rounds < 5; rounds++) {
      msgId++;
      const asked = { pduType: PDU.GET, a: 0, b: 0, bindings: [{ oid: SYS_NAME }] };
      const plain = { msgId, requestId: msgId, contextName: Buffer.alloc(0), ...asked };
      socket.send(security.secure(plain, performance.now()), snmpd?.port ?? 0, '127.0.0.1');
      const [answer]: Buffer[] = await once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) });
      assert.isDefined(answer);
      const header = readV3(answer ?? Buffer.alloc(0));
      assert.equal(header.msgId, msgId);
      const opened = security.open(answer ?? Buffer.alloc(0), header, learnt, performance.now());
      if (opened.kind !== 'again') return { opened, rounds };
      learnt |= opened.learnt;
    }
    throw new Error('it never came to an end');
  }

  for (const { user, auth, priv } of KINDS) {
    it(`reads as ${user.name}: ${user.auth ?? 'no digest'}, ${user.priv ?? 'no encryption'}`, async () => {
      const security = securityOf(user.name, auth, priv);
      for (const expected of [auth ? 3 : 2, 1]) {
        const { opened, rounds } = await ask(security);
        assert.equal(opened.kind, 'response', 'finding' in opened ? opened.finding : '');
        assert.equal(rounds, expected);
        if (opened.kind !== 'response') continue;
        assert.isTrue(opened.pdu.bindings.next());
        assert.equal(opened.pdu.bindings.bytes().toString(), 'probe.example');
        assert.deepEqual(opened.pdu.contextEngineId, security.engine.id);
      }
    });
  }

  const refusals: readonly (readonly [what: string, security: () => Security, finding: Finding])[] = [
    ['an unknown user', () => securityOf('nobody', AUTH.sha1), 'unknownUser'],
    ['another password', () => securityOf('sha1', AUTH.sha1, undefined, ['authentic-2']), 'wrongDigest'],
    ['another hash', () => securityOf('sha1', AUTH.sha256), 'wrongDigest'],
    ['more security than the user has', () => securityOf('sha1', AUTH.sha1, PRIV.aes128), 'unsupportedLevel'],
  ];
  for (const [what, security, finding] of refusals)
    it(`finds ${what}`, async () => {
      assert.deepEqual((await ask(security())).opened, { kind: 'refused', finding });
    });

  it('tells of another password of encryption, about which snmpd keeps silent', async () => {
    const security = securityOf('sha1-aes128', AUTH.sha1, PRIV.aes128, [AUTH_PASSWORD, 'private-2']);
    assert.isUndefined(security.silence);
    const outcome = await ask(security, 300).catch((error: unknown) => String(error));
    assert.match(String(outcome), /AbortError/);
    assert.equal(security.silence, 'neverDecrypted');
  });
});
