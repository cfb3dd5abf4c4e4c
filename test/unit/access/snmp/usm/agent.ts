/** An agent's side of SNMPv3 (RFC 3414 section 3.2, as the authoritative engine), without a socket or a clock. */

import { encodeOid } from '../../../../../src/access/snmp/ber/oid.js';
import { encodePdu, PDU } from '../../../../../src/access/snmp/message/pdu.js';
import {
  readScopedPdu,
  readV3,
  type V3Header,
  writeScopedPdu,
  writeV3,
} from '../../../../../src/access/snmp/message/v3.js';
import type { AuthProtocol, PrivProtocol } from '../../../../../src/access/snmp/usm/algorithms.js';
import { sign, verify } from '../../../../../src/access/snmp/usm/authenticate.js';
import { digestOfPassword, localized, privacyKey } from '../../../../../src/access/snmp/usm/keys.js';
import { Decryption, encrypt } from '../../../../../src/access/snmp/usm/privacy.js';

export interface AgentUser {
  readonly name: string;
  readonly auth?: AuthProtocol;
  readonly authPassword?: string;
  readonly priv?: PrivProtocol;
  readonly privPassword?: string;
}

export const REPORTS = {
  unsupportedLevel: '1.3.6.1.6.3.15.1.1.1.0',
  notInTime: '1.3.6.1.6.3.15.1.1.2.0',
  unknownUser: '1.3.6.1.6.3.15.1.1.3.0',
  unknownEngine: '1.3.6.1.6.3.15.1.1.4.0',
  wrongDigest: '1.3.6.1.6.3.15.1.1.5.0',
  decryptionError: '1.3.6.1.6.3.15.1.1.6.0',
} as const;

const NAME = encodeOid('1.3.6.1.2.1.1.5.0');
const EMPTY = Buffer.alloc(0);

interface Answer {
  readonly type?: number;
  readonly auth?: boolean;
  readonly priv?: boolean;
  readonly oid?: string;
  readonly value?: string;
}

export class PureAgent {
  engineId = Buffer.from('80001f8880e9bd0c1d12667a51', 'hex');
  boots = 3;
  time = 5000;
  /** What each message that came turned out to be: a report's name, or `response`. */
  readonly seen: string[] = [];
  #keys: { readonly engineId: Buffer; readonly auth: Buffer; readonly priv: Buffer } | undefined;

  constructor(
    readonly user: AgentUser,
    readonly context = '',
  ) {}

  answer(message: Buffer): Buffer {
    const header = readV3(message);
    const { flags } = header;
    const { auth, priv } = this.user;
    if (!header.engineId.equals(this.engineId)) return this.#report('unknownEngine', header);
    if (header.user.toString() !== this.user.name) return this.#report('unknownUser', header);
    if (flags.auth !== (auth !== undefined) || flags.priv !== (priv !== undefined))
      return this.#report('unsupportedLevel', header);
    if (auth && !verify(message, header.authFrom, header.authTo, auth, this.#key.auth))
      return this.#report('wrongDigest', header);
    const inTime = header.boots === this.boots && Math.abs(header.time - this.time) <= 150;
    if (auth && !inTime) return this.#report('notInTime', header, true);
    const octets = message.subarray(header.scopedFrom, header.scopedTo);
    const plain = priv
      ? new Decryption(priv, this.#key.priv).decrypt(header.boots, header.time, header.salt, octets)
      : octets;
    try {
      const pdu = readScopedPdu(plain ?? EMPTY);
      this.seen.push('response');
      const value = `${pdu.contextName} ${pdu.contextEngineId.equals(this.engineId)} ${pdu.requestId}`;
      return this.write(header, { value });
    } catch {
      return this.#report('decryptionError', header);
    }
  }

  #report(what: keyof typeof REPORTS, header: V3Header, auth = false): Buffer {
    this.seen.push(what);
    return this.write(header, { type: PDU.REPORT, auth, priv: false, oid: REPORTS[what] });
  }

  /** Whatever it is told to say; where nothing is said, a response as secure as its user. */
  write({ msgId }: Pick<V3Header, 'msgId'>, answer: Answer = {}): Buffer {
    const { user } = this;
    const auth = answer.auth === false ? undefined : user.auth;
    const priv = answer.priv === false || !auth ? undefined : user.priv;
    const oid = answer.oid === undefined ? NAME : encodeOid(answer.oid);
    const binding = { oid, type: 4, value: Buffer.from(answer.value ?? '') };
    const pdu = encodePdu(answer.type ?? PDU.RESPONSE, 1, 0, 0, [binding]);
    const salt = priv ? Buffer.from('0102030405060708', 'hex') : EMPTY;
    const plain = writeScopedPdu(this.engineId, Buffer.from(this.context), pdu);
    const scoped = priv ? encrypt(priv, this.#key.priv, this.boots, this.time, salt, plain) : plain;
    const { bytes, authAt } = writeV3({
      msgId,
      maxSize: 1472,
      flags: { auth: auth !== undefined, priv: priv !== undefined, reportable: false },
      engineId: this.engineId,
      boots: this.boots,
      time: this.time,
      user: Buffer.from(user.name),
      authLength: auth?.macLength ?? 0,
      salt,
      scoped,
    });
    if (auth) sign(bytes, authAt, auth, this.#key.auth);
    return bytes;
  }

  get #key() {
    const { engineId, user } = this;
    if (this.#keys?.engineId !== engineId) {
      const { auth, priv } = user;
      const ku = (password: string | undefined) => (auth && password ? digestOfPassword(auth, password) : EMPTY);
      this.#keys = {
        engineId,
        auth: auth ? localized(auth, ku(user.authPassword), engineId) : EMPTY,
        priv: auth && priv ? privacyKey(auth, priv, ku(user.privPassword), engineId) : EMPTY,
      };
    }
    return this.#keys;
  }
}
