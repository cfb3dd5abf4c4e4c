/** A question of SNMPv3: what its engine has yet to tell is asked first, by the same exchange. */
import { Received } from '../message/community.js';
import { type PlainPdu, ScopedPdu, type V3Header } from '../message/v3.js';
import { failureOf } from '../usm/findings.js';
import type { Security } from '../usm/security.js';
import type { Heard, Question } from './question.js';

const OTHER_VERSION: Heard = { is: 'odd', what: 'an answer of another SNMP version' };
const OTHER_REQUEST: Heard = { is: 'odd', what: 'an answer to another question' };
const AGAIN: Heard = { is: 'again' };

export interface SecuredRequest extends Omit<PlainPdu, 'requestId'> {
  readonly security: Security;
  readonly contextName: Buffer;
  /** For errors, such as `snmp 10.0.0.1:161`. */
  readonly place: string;
}

/** An answer is read before anything else is heard, so one does for all. */
const heard = new ScopedPdu();

export class SecuredQuestion implements Question {
  readonly #request: SecuredRequest;
  #id = 0;
  #learnt = 0;

  constructor(request: SecuredRequest) {
    this.#request = request;
  }

  message(id: number, nowMs: number): Buffer {
    const { security, contextName, pduType, a, b, bindings } = this.#request;
    this.#id = id;
    return security.secure({ msgId: id, requestId: id, contextName, pduType, a, b, bindings }, nowMs);
  }

  hear(datagram: Buffer, head: Received | V3Header, nowMs: number): Heard {
    if (head instanceof Received) return OTHER_VERSION;
    const { security, place } = this.#request;
    const opened = security.open(datagram, head, this.#learnt, nowMs, heard);
    switch (opened.kind) {
      case 'response':
        return opened.pdu.requestId === this.#id ? { is: 'answer', pdu: opened.pdu } : OTHER_REQUEST;
      case 'again':
        this.#learnt |= opened.learnt;
        return AGAIN;
      case 'refused':
        return { is: 'refusal', error: failureOf(opened.finding, place) };
      case 'discarded':
        return { is: 'odd', what: '', error: failureOf(opened.finding, place) };
    }
  }
}
