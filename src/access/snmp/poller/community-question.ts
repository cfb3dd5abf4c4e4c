/** A question of SNMPv1 or v2c. */
import { type CommunityVersion, communityTemplate, Received } from '../message/community.js';
import { type OutgoingBinding, PDU } from '../message/pdu.js';
import type { V3Header } from '../message/v3.js';
import type { Heard, Question } from './question.js';

const OTHER_VERSION: Heard = { is: 'odd', what: 'an answer of another SNMP version' };
const OTHER_COMMUNITY: Heard = { is: 'odd', what: 'an answer with another community' };
const NO_RESPONSE: Heard = { is: 'odd', what: 'a message that is no response' };

export class CommunityQuestion implements Question {
  readonly #version: CommunityVersion;
  readonly #community: Buffer;
  readonly #bytes: Buffer;
  readonly #idAt: number;

  /** @param a nonRepeaters of GETBULK, else 0. @param b maxRepetitions of GETBULK, else 0. */
  constructor(
    version: CommunityVersion,
    community: Buffer,
    pduType: number,
    a: number,
    b: number,
    bindings: readonly OutgoingBinding[],
  ) {
    this.#version = version;
    this.#community = community;
    const { bytes, idAt } = communityTemplate(version, community, pduType, a, b, bindings);
    this.#bytes = bytes;
    this.#idAt = idAt;
  }

  message(id: number): Buffer {
    // One that the system could not take at once goes with a later id, which costs a try; a copy for each costs more.
    const bytes = this.#bytes;
    const at = this.#idAt;
    bytes[at] = id >>> 24;
    bytes[at + 1] = id >>> 16;
    bytes[at + 2] = id >>> 8;
    bytes[at + 3] = id;
    return bytes;
  }

  hear(datagram: Buffer, received: Received | V3Header): Heard {
    if (!(received instanceof Received) || received.version !== this.#version) return OTHER_VERSION;
    if (received.pduType !== PDU.RESPONSE) return NO_RESPONSE;
    const { communityFrom, communityTo } = received;
    const isOwn = this.#community.compare(datagram, communityFrom, communityTo) === 0;
    return isOwn ? { is: 'answer', pdu: received } : OTHER_COMMUNITY;
  }
}
