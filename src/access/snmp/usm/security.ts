/**
 * One user at one agent's engine: secures requests and opens what comes back (RFC 3414 section 3, RFC 3412 section 7).
 *
 * A manager that knows nothing of an engine asks for its id first, then for its clock, then what it wants to know
 * (RFC 3414 section 4); whoever sends needs to know nothing of that but to call {@link Security.secure} again, for the
 * same request, when {@link Security.open} says so.
 */
import { MalformedMessage } from '../ber/malformed.js';
import { PDU } from '../message/pdu.js';
import { type PlainPdu, readScopedPdu, ScopedPdu, type V3Header, writeScopedRequest, writeV3 } from '../message/v3.js';
import type { AuthProtocol, PrivProtocol } from './algorithms.js';
import { sign, verify } from './authenticate.js';
import { Engine } from './engine.js';
import { type Finding, findingOf } from './findings.js';
import { type KeyCache, localized, privacyKey } from './keys.js';
import { Decryption, Encryption, type Salts } from './privacy.js';

/** What a datagram over IPv4 holds; nobody answers with more. */
const MAX_SIZE = 65_507;
const EMPTY = Buffer.alloc(0);

/** A password as Ku, with the protocol that it is for. */
interface Secret<Protocol> {
  readonly protocol: Protocol;
  readonly ku: Buffer;
}

export interface UsmUser {
  readonly name: Buffer;
  /** Left out: messages carry no digest. */
  readonly auth?: Secret<AuthProtocol> & {
    /** Left out: messages are not encrypted. */
    readonly priv?: Secret<PrivProtocol>;
  };
}

interface Passwords {
  readonly auth?: {
    readonly protocol: AuthProtocol;
    readonly password: string;
    readonly priv?: { readonly protocol: PrivProtocol; readonly password: string };
  };
}

/** A user by passwords; takes 1 to 2 ms for each that `keys` does not know. */
export function usmUser(name: string, { auth }: Passwords, keys: KeyCache): UsmUser {
  if (!auth) return { name: Buffer.from(name) };
  const { protocol, password, priv } = auth;
  const secret = { protocol, ku: keys.ku(protocol, password) };
  if (!priv) return { name: Buffer.from(name), auth: secret };
  const privSecret = { protocol: priv.protocol, ku: keys.ku(protocol, priv.password) };
  return { name: Buffer.from(name), auth: { ...secret, priv: privSecret } };
}

/** A request before it is secured. */
export interface PlainRequest extends PlainPdu {
  /** 0 to 2^31-1, by chance: an answer with it is an answer to this. */
  readonly msgId: number;
  readonly contextName: Uint8Array;
}

/** What a request has had to learn before it could be asked: a set of bits, 0 at first. */
export const LEARNT = { ENGINE: 1, TIME: 2 } as const;

export type Opened =
  /** The answer, with the digest and encryption that the user has. */
  | { readonly kind: 'response'; readonly pdu: ScopedPdu }
  /** Secure the request once more and send it at once. `learnt` is to be added to what the request has learnt. */
  | { readonly kind: 'again'; readonly learnt: number }
  /** The request has come to its end; `failureOf` tells why. */
  | { readonly kind: 'refused'; readonly finding: Finding }
  /** As if it had not come: somebody else may have sent it. Where nothing better comes in time, `failureOf` tells why. */
  | { readonly kind: 'discarded'; readonly finding: Finding };

interface Keys {
  readonly engineId: Buffer;
  readonly auth: Buffer;
  readonly encryption: Encryption | undefined;
  readonly decryption: Decryption | undefined;
}

export class Security {
  readonly engine: Engine;
  readonly #user: UsmUser;
  readonly #salts: Salts;
  #keys: Keys | undefined;
  /** Whether the agent has proved by a digest that it knows the user, and whether it has answered a request since. */
  #isRecognized = false;
  #isAnswered = false;

  /** @param salts May serve any number of users and engines. */
  constructor(user: UsmUser, salts: Salts, engine: Engine = new Engine()) {
    this.#user = user;
    this.#salts = salts;
    this.engine = engine;
  }

  /**
   * The whole message, to be sent as it is: the request, or what asks for the engine's id as long as that is unknown.
   * Make it anew when it is sent again: it holds the time.
   *
   * @param nowMs Monotonic.
   */
  secure(request: PlainRequest, nowMs: number): Buffer {
    const { engine } = this;
    const { auth, name } = this.#user;
    if (!engine.isKnown) return discovery(request);
    const boots = engine.boots;
    const time = engine.timeAt(nowMs);
    const keys = auth && this.#keysOf(auth);
    let scoped: Buffer = writeScopedRequest(engine.id, request.contextName, request);
    let salt: Buffer = EMPTY;
    if (keys?.encryption) {
      salt = this.#salts.next();
      scoped = keys.encryption.encrypt(boots, time, salt, scoped);
    }
    const { bytes, authAt } = writeV3({
      msgId: request.msgId,
      maxSize: MAX_SIZE,
      flags: { auth: auth !== undefined, priv: auth?.priv !== undefined, reportable: true },
      engineId: engine.id,
      boots: auth ? boots : 0,
      time: auth ? time : 0,
      user: name,
      authLength: auth?.protocol.macLength ?? 0,
      salt,
      scoped,
    });
    if (keys && auth) sign(bytes, authAt, auth.protocol, keys.auth);
    return bytes;
  }

  /**
   * Opens a message whose message id is that of a request under way and which came from the agent's address.
   *
   * @param message Of which `header` was read.
   * @param learntBefore What the request has learnt so far: {@link LEARNT}. It learns each thing only once.
   * @param nowMs Monotonic.
   * @param into Is filled and returned; of no use when it is not.
   */
  open(message: Buffer, header: V3Header, learntBefore: number, nowMs: number, into = new ScopedPdu()): Opened {
    try {
      return header.flags.auth
        ? this.#openAuthentic(message, header, learntBefore, nowMs, into)
        : this.#openUnsigned(message, header, learntBefore, into);
    } catch (error) {
      if (error instanceof MalformedMessage) return discarded('unreadable');
      throw error;
    }
  }

  /**
   * What may be the reason when requests stay without an answer: agents keep silent, Net-SNMP's among them, about what
   * they decrypt to something without sense. Undefined when it is nothing that security knows of.
   */
  get silence(): Finding | undefined {
    return this.#user.auth?.priv && this.#isRecognized && !this.#isAnswered ? 'neverDecrypted' : undefined;
  }

  #openAuthentic(message: Buffer, header: V3Header, learntBefore: number, nowMs: number, into: ScopedPdu): Opened {
    const { engine } = this;
    const { auth } = this.#user;
    if (!auth || (header.flags.priv && !auth.priv)) return discarded('noAnswer');
    if (!this.#isOurs(header)) return discarded('foreign');
    const keys = this.#keysOf(auth);
    if (!verify(message, header.authFrom, header.authTo, auth.protocol, keys.auth)) return discarded('badDigest');
    const timeliness = engine.judge(header.boots, header.time, nowMs);
    if (timeliness === 'latched') return refused('latched');
    this.#isRecognized = true;
    const pdu = read(message, header, keys.decryption, into);
    if (!pdu) return timeliness === 'timely' ? refused('undecipherable') : discarded('late');

    if (pdu.pduType === PDU.REPORT) {
      const finding = reportedBy(pdu);
      if (finding !== 'notInTime') return timeliness === 'timely' ? refused(finding) : discarded('late');
      if (timeliness === 'backwards') {
        // It answers this very request, so it is new; an agent that counts no starts would else be refused for ever.
        engine.forgetTime();
        return refused('clockBackwards');
      }
      return learntBefore & LEARNT.TIME ? refused('notInTime') : { kind: 'again', learnt: LEARNT.TIME };
    }
    if (timeliness === 'backwards') return discarded('late');
    if (pdu.pduType !== PDU.RESPONSE) return discarded('noAnswer');
    if (header.flags.priv !== (auth.priv !== undefined)) return discarded('weaker');
    this.#isAnswered = true;
    return { kind: 'response', pdu };
  }

  /** Reports may lack the digest: how else could an agent say that it does not know the user? */
  #openUnsigned(message: Buffer, header: V3Header, learntBefore: number, into: ScopedPdu): Opened {
    const { engine } = this;
    const pdu = readScopedPdu(message, header.scopedFrom, header.scopedTo, into);
    if (pdu.pduType === PDU.REPORT) {
      const finding = reportedBy(pdu);
      // While the id is unknown any report brings it; there are agents that miss the user first.
      if (finding !== 'unknownEngine' && engine.isKnown) return refused(finding);
      if (learntBefore & LEARNT.ENGINE || !engine.discover(header.engineId)) return refused('unknownEngine');
      return { kind: 'again', learnt: LEARNT.ENGINE };
    }
    if (pdu.pduType !== PDU.RESPONSE) return discarded('noAnswer');
    if (this.#user.auth) return discarded('weaker');
    if (!this.#isOurs(header)) return discarded('foreign');
    return { kind: 'response', pdu };
  }

  #isOurs(header: V3Header): boolean {
    return this.engine.isKnown && header.engineId.equals(this.engine.id) && header.user.equals(this.#user.name);
  }

  /** Keys at the engine, made when it becomes known. */
  #keysOf({ protocol, ku, priv }: NonNullable<UsmUser['auth']>): Keys {
    const engineId = this.engine.id;
    if (this.#keys?.engineId !== engineId) {
      const privKey = priv ? privacyKey(protocol, priv.protocol, priv.ku, engineId) : EMPTY;
      const decryption = priv && new Decryption(priv.protocol, privKey);
      const encryption = priv && new Encryption(priv.protocol, privKey, decryption);
      this.#keys = { engineId, auth: localized(protocol, ku, engineId), encryption, decryption };
      this.#isRecognized = this.#isAnswered = false;
    }
    return this.#keys;
  }
}

/** Undefined for what cannot be decrypted. */
function read(
  message: Buffer,
  { flags, boots, time, salt, scopedFrom, scopedTo }: V3Header,
  decryption: Decryption | undefined,
  into: ScopedPdu,
): ScopedPdu | undefined {
  if (!flags.priv || !decryption) return readScopedPdu(message, scopedFrom, scopedTo, into);
  const decrypted = decryption.decrypt(boots, time, salt, message.subarray(scopedFrom, scopedTo));
  if (!decrypted) return undefined;
  try {
    return readScopedPdu(decrypted, 0, decrypted.length, into);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

const refused = (finding: Finding): Opened => ({ kind: 'refused', finding });
const discarded = (finding: Finding): Opened => ({ kind: 'discarded', finding });

/** @throws MalformedMessage */
const reportedBy = ({ bindings }: ScopedPdu): Finding =>
  bindings.next() ? findingOf(bindings.oidText()) : 'unknownReport';

/** Names no user and asks for nothing (RFC 3414 section 4). */
function discovery({ msgId, requestId }: PlainRequest): Buffer {
  return writeV3({
    msgId,
    maxSize: MAX_SIZE,
    flags: { auth: false, priv: false, reportable: true },
    engineId: EMPTY,
    boots: 0,
    time: 0,
    user: EMPTY,
    authLength: 0,
    salt: EMPTY,
    scoped: writeScopedRequest(EMPTY, EMPTY, { requestId, pduType: PDU.GET, a: 0, b: 0, bindings: [] }),
  }).bytes;
}
