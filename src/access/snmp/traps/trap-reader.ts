/**
 * From a datagram at the trap port to what it says: decoded, its sender known by community or user. No socket, and time
 * is an argument; nothing that anybody sends makes it throw.
 */
import { MalformedMessage } from '../ber/malformed.js';
import { TAG } from '../ber/tags.js';
import { BerWriter } from '../ber/writer.js';
import { messageVersion, Received, readCommunityMessage } from '../message/community.js';
import { encodePdu, type OutgoingBinding, PDU, type ReceivedPdu } from '../message/pdu.js';
import { readV3 } from '../message/v3.js';
import type { Salts } from '../usm/privacy.js';
import type { TrapCredentials } from './credentials.js';
import { isNotification, type Notification, notificationOf } from './notification.js';
import type { OwnEngine } from './own-engine.js';
import type { Refusal } from './refusals.js';
import { SendingEngines } from './senders.js';
import { V3Door } from './v3-door.js';

export interface InformFrame {
  /** Tells the sender that it is stored, and not before it is. */
  readonly answer: Buffer;
  /** The same when it is sent once more, and another for every other. */
  readonly key: string;
  /** Whether the key holds for whatever address it comes from, as nobody but its sender can have made it. */
  readonly isSigned: boolean;
}

export type Incoming =
  | {
      readonly is: 'notification';
      readonly notification: Notification;
      /** Undefined for a trap, which nobody waits for. */
      readonly inform: InformFrame | undefined;
    }
  /** Has to be answered at once, and means nothing. */
  | { readonly is: 'question'; readonly reply: Buffer }
  | { readonly is: 'refused'; readonly why: Refusal; readonly reply: Buffer | undefined };

const ownWriter = new BerWriter();

export class TrapReader {
  readonly #door: V3Door;
  readonly #received = new Received();
  #communities: readonly Buffer[] = [];

  constructor(own: OwnEngine, salts: Salts, senders = new SendingEngines()) {
    this.#door = new V3Door(own, salts, senders);
  }

  take({ communities, users }: TrapCredentials): void {
    this.#communities = communities;
    this.#door.take(users);
  }

  /** @param nowMs Monotonic. */
  read(datagram: Buffer, nowMs: number): Incoming {
    try {
      return messageVersion(datagram) === 3 ? this.#readV3(datagram, nowMs) : this.#readCommunity(datagram);
    } catch (error) {
      if (error instanceof MalformedMessage) return refused('malformed');
      throw error;
    }
  }

  #readCommunity(datagram: Buffer): Incoming {
    const received = this.#received;
    readCommunityMessage(datagram, received);
    const { version, communityFrom, communityTo, pduType } = received;
    const isIt = (one: Buffer) => one.compare(datagram, communityFrom, communityTo) === 0;
    if (!this.#communities.some(isIt)) return refused('community');
    // Informs and the newer traps came with version 2; old agents that mix them mean what they say.
    if (!isNotification(pduType)) return refused('unasked');
    const notification = notificationOf(version === 0 ? '1' : '2c', received);
    if (!notification.isInform) return { is: 'notification', notification, inform: undefined };
    const key = keyOf(received, notification);
    const writer = ownWriter.reset();
    writer.raw(responseTo(received));
    writer.octets(datagram.subarray(communityFrom, communityTo));
    writer.int(version);
    writer.wrap(TAG.SEQUENCE, 0);
    return { is: 'notification', notification, inform: { answer: writer.bytes(), key, isSigned: false } };
  }

  #readV3(datagram: Buffer, nowMs: number): Incoming {
    const header = readV3(datagram);
    const opened = this.#door.open(datagram, header, nowMs);
    if (opened.is === 'discovery') return { is: 'question', reply: opened.report };
    if (opened.is === 'refused') return { is: 'refused', why: opened.why, reply: opened.report };
    const { pdu } = opened;
    if (!isNotification(pdu.pduType)) return refused('unasked');
    const notification = notificationOf('3', pdu);
    if (!notification.isInform) return { is: 'notification', notification, inform: undefined };
    const answer = opened.answer(responseTo(pdu));
    const sender = `${header.user.toString('latin1')} ${pdu.contextEngineId.toString('hex')}`;
    const key = `${sender} ${keyOf(pdu, notification)}`;
    return { is: 'notification', notification, inform: { answer, key, isSigned: header.flags.auth } };
  }
}

const refused = (why: Refusal): Incoming => ({ is: 'refused', why, reply: undefined });

const keyOf = ({ requestId }: ReceivedPdu, { upTime, trapOid }: Notification): string =>
  `${requestId} ${upTime} ${trapOid}`;

/** With the bindings as they came (RFC 3416 section 4.2.7). @throws MalformedMessage */
function responseTo({ requestId, bindings }: ReceivedPdu): Buffer {
  const same: OutgoingBinding[] = [];
  bindings.rewind();
  while (bindings.next())
    same.push({
      oid: bindings.buffer.subarray(bindings.oidFrom, bindings.oidTo),
      type: bindings.type,
      value: bindings.buffer.subarray(bindings.valueFrom, bindings.valueTo),
    });
  return encodePdu(PDU.RESPONSE, requestId, 0, 0, same);
}
