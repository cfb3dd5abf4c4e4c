/** A question of SNMPv1 or v2c. */
import { type CommunityVersion, Received, type Template } from '../message/community.js';
import { PDU } from '../message/pdu.js';
import type { V3Header } from '../message/v3.js';
import type { Heard, Question } from './question.js';

const OTHER_VERSION: Heard = { is: 'odd', what: 'an answer of another SNMP version' };
const OTHER_COMMUNITY: Heard = { is: 'odd', what: 'an answer with another community' };
const NO_RESPONSE: Heard = { is: 'odd', what: 'a message that is no response' };

export class CommunityQuestion implements Question {
  readonly #version: CommunityVersion;
  readonly #community: Uint8Array;
  readonly #template: Template;
  readonly #isShared: boolean;

  /**
   * @param template Of that version and community.
   * @param isShared Whether others have it as well, so that it is not changed.
   */
  constructor(version: CommunityVersion, community: Uint8Array, template: Template, isShared = true) {
    this.#version = version;
    this.#community = community;
    this.#template = template;
    this.#isShared = isShared;
  }

  message(id: number): Buffer {
    const { bytes, idAt } = this.#template;
    const message = this.#isShared ? Buffer.allocUnsafe(bytes.length) : bytes;
    if (this.#isShared) message.set(bytes);
    message[idAt] = id >>> 24;
    message[idAt + 1] = id >>> 16;
    message[idAt + 2] = id >>> 8;
    message[idAt + 3] = id;
    return message;
  }

  hear(datagram: Buffer, received: Received | V3Header): Heard {
    if (!(received instanceof Received) || received.version !== this.#version) return OTHER_VERSION;
    if (received.pduType !== PDU.RESPONSE) return NO_RESPONSE;
    return this.#isOwn(datagram, received) ? { is: 'answer', pdu: received } : OTHER_COMMUNITY;
  }

  #isOwn(datagram: Buffer, { communityFrom, communityTo }: Received): boolean {
    const community = this.#community;
    if (communityTo - communityFrom !== community.length) return false;
    for (let at = 0; at < community.length; at++) if (community[at] !== datagram[communityFrom + at]) return false;
    return true;
  }
}
