/**
 * Opens SNMPv3 messages that come to the trap port (RFC 3414 section 3.2): of a trap the sender's engine is the
 * authoritative one, of an inform this manager's own, which the sender has to discover by the reports that are given
 * here (RFC 3414 section 4). No socket, and time is an argument.
 */
import { MalformedMessage } from '../ber/malformed.js';
import { encodePdu, PDU } from '../message/pdu.js';
import { readScopedPdu, type ScopedPdu, type V3Header } from '../message/v3.js';
import { verify } from '../usm/authenticate.js';
import type { Salts } from '../usm/privacy.js';
import type { UsmUser } from '../usm/security.js';
import { counterBinding } from './contents.js';
import type { TrapCredentials } from './credentials.js';
import type { OwnEngine } from './own-engine.js';
import type { Refusal } from './refusals.js';
import { type SecuredMessage, secured, UserKeys } from './secured.js';
import type { SendingEngines } from './senders.js';

/** usmStats (RFC 3414 section 5): what a report says is wrong. */
const USM_STATS = '1.3.6.1.6.3.15.1.1';
const STATS = {
  unsupportedLevel: 1,
  notInTime: 2,
  unknownUser: 3,
  unknownEngine: 4,
  wrongDigest: 5,
  undecipherable: 6,
} as const;
type Stat = keyof typeof STATS;

const NOBODY: UsmUser = { name: Buffer.alloc(0) };
const EMPTY = Buffer.alloc(0);
const NO_KEYS = new UserKeys(NOBODY, EMPTY);

export type Opened3 =
  /** `answer` makes the message that answers an inform with that PDU. */
  | { readonly is: 'open'; readonly pdu: ScopedPdu; readonly answer: (pdu: Uint8Array) => Buffer }
  /** Somebody looks for this engine or its clock, as whoever sends informs has to. */
  | { readonly is: 'discovery'; readonly report: Buffer }
  | { readonly is: 'refused'; readonly why: Refusal; readonly report: Buffer | undefined };

export class V3Door {
  readonly #own: OwnEngine;
  readonly #salts: Salts;
  readonly #senders: SendingEngines;
  readonly #counts = new Map<Stat, number>();
  #users: TrapCredentials['users'] = new Map();
  #ownKeys = new Map<UsmUser, UserKeys>();

  constructor(own: OwnEngine, salts: Salts, senders: SendingEngines) {
    this.#own = own;
    this.#senders = senders;
    this.#salts = salts;
  }

  take(users: TrapCredentials['users']): void {
    this.#users = users;
    this.#ownKeys = new Map([...users.values()].flat().map((user) => [user, new UserKeys(user, this.#own.id)]));
    this.#senders.forgetKeys();
  }

  /** @throws MalformedMessage */
  open(message: Buffer, header: V3Header, nowMs: number): Opened3 {
    const isOwn = header.engineId.equals(this.#own.id);
    const { reportable } = header.flags;
    if (header.engineId.length === 0) {
      if (!reportable) return { is: 'refused', why: 'unsupportedLevel', report: undefined };
      return { is: 'discovery', report: this.#report('unknownEngine', header, message, nowMs) };
    }
    const opened = this.#openFor(isOwn, message, header, nowMs);
    if (isOwn) {
      if (opened.is !== 'open' || opened.pdu.pduType !== PDU.TRAP2) return opened;
      // Traps are in the name of their sender; this one claims to be from here.
      return { is: 'refused', why: 'replayed', report: undefined };
    }
    if (opened.is === 'open' && opened.pdu.pduType !== PDU.INFORM) return opened;
    // An inform to the engine that somebody else, or this manager before it lost its disk, has had here.
    const report = reportable ? this.#report('unknownEngine', header, message, nowMs) : undefined;
    if (opened.is === 'refused') return { ...opened, report };
    return report ? { is: 'discovery', report } : { is: 'refused', why: 'unasked', report };
  }

  #openFor(isOwn: boolean, message: Buffer, header: V3Header, nowMs: number): Opened3 {
    const refused = (why: Refusal, stat: Stat, keys?: UserKeys, user?: UsmUser): Opened3 => {
      const report = header.flags.reportable ? this.#report(stat, header, message, nowMs, user, keys) : undefined;
      return { is: 'refused', why, report };
    };
    const named = this.#users.get(header.user.toString('latin1'));
    if (!named) return refused('unknownUser', 'unknownUser');
    const { auth, priv } = header.flags;
    const fitting = named.filter(
      (user) => auth === (user.auth !== undefined) && priv === (user.auth?.priv !== undefined),
    );
    if (fitting.length === 0) return refused('unsupportedLevel', 'unsupportedLevel');
    const found = this.#signer(fitting, isOwn, message, header);
    if (!found) return refused('wrongDigest', 'wrongDigest');
    const { user, keys } = found;
    if (user.auth) {
      if (isOwn && !this.#own.isTimely(header.boots, header.time, nowMs))
        return this.#untimely(header, message, user, keys, nowMs);
      const digest = message.toString('latin1', header.authFrom, header.authTo);
      if (!isOwn && !this.#senders.isNew(user, keys, header.engineId, header, digest, nowMs))
        return { is: 'refused', why: 'replayed', report: undefined };
    }
    const pdu = read(message, header, keys);
    if (!pdu) return refused('undecipherable', 'undecipherable', keys, user);
    const { contextEngineId, contextName } = pdu;
    return {
      is: 'open',
      pdu,
      answer: (content) =>
        this.#secured({ msgId: header.msgId, contextEngineId, contextName, pdu: content }, user, keys, nowMs),
    };
  }

  #signer(users: readonly UsmUser[], isOwn: boolean, message: Buffer, header: V3Header) {
    for (const user of users) {
      const keys = (isOwn && this.#ownKeys.get(user)) || this.#senders.keysOf(user, header.engineId);
      if (!user.auth || verify(message, header.authFrom, header.authTo, user.auth.protocol, keys.auth))
        return { user, keys };
    }
    return undefined;
  }

  /** With no clock of this engine at all it is the second step of discovery, and no copy. */
  #untimely(header: V3Header, message: Buffer, user: UsmUser, keys: UserKeys, nowMs: number): Opened3 {
    const report = this.#report('notInTime', header, message, nowMs, user, keys);
    if (!header.flags.reportable) return { is: 'refused', why: 'replayed', report: undefined };
    if (header.boots === 0 && header.time === 0) return { is: 'discovery', report };
    return { is: 'refused', why: 'replayed', report };
  }

  #secured(
    content: Pick<SecuredMessage, 'msgId' | 'contextEngineId' | 'contextName' | 'pdu'>,
    user: UsmUser,
    keys: UserKeys,
    nowMs: number,
  ): Buffer {
    const { id: engineId, boots } = this.#own;
    return secured({ ...content, engineId, boots, time: this.#own.timeAt(nowMs) }, user, keys, this.#salts);
  }

  /** Signed, but never encrypted, where the sender has shown who it is (RFC 3414 section 3.2 step 7). */
  #report(stat: Stat, header: V3Header, message: Buffer, nowMs: number, user = NOBODY, keys = NO_KEYS): Buffer {
    const count = ((this.#counts.get(stat) ?? 0) + 1) >>> 0;
    this.#counts.set(stat, count);
    const pdu = encodePdu(PDU.REPORT, requestIdOf(message, header), 0, 0, [
      counterBinding(`${USM_STATS}.${STATS[stat]}.0`, count),
    ]);
    const { name, auth } = user;
    const signer: UsmUser = auth ? { name, auth: { protocol: auth.protocol, ku: auth.ku } } : { name: header.user };
    const content = { msgId: header.msgId, contextEngineId: this.#own.id, contextName: EMPTY, pdu };
    return this.#secured(content, signer, keys, nowMs);
  }
}

/** Undefined for what cannot be decrypted. @throws MalformedMessage for what is malformed in plain text. */
function read(message: Buffer, header: V3Header, keys: UserKeys): ScopedPdu | undefined {
  const { boots, time, salt, scopedFrom, scopedTo } = header;
  const { decryption } = keys;
  if (!decryption) return readScopedPdu(message, scopedFrom, scopedTo);
  const plain = decryption.decrypt(boots, time, salt, message.subarray(scopedFrom, scopedTo));
  if (!plain) return undefined;
  try {
    return readScopedPdu(plain);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

/** 0 where it cannot be read (RFC 3412 section 7.1.3). */
function requestIdOf(message: Buffer, { flags, scopedFrom, scopedTo }: V3Header): number {
  if (flags.priv) return 0;
  try {
    return readScopedPdu(message, scopedFrom, scopedTo).requestId;
  } catch (error) {
    if (error instanceof MalformedMessage) return 0;
    throw error;
  }
}
