/** A question of SNMPv3: what its engine has yet to tell is asked first, by the same exchange. */
import { Received } from '../message/community.js';
import { encodePdu, type OutgoingBindings } from '../message/pdu.js';
import { ScopedPdu, type V3Header } from '../message/v3.js';
import { failureOf } from '../usm/findings.js';
import type { Security } from '../usm/security.js';
import type { Heard, Question } from './question.js';

const OTHER_VERSION: Heard = { is: 'odd', what: 'an answer of another SNMP version' };
const OTHER_REQUEST: Heard = { is: 'odd', what: 'an answer to another question' };
const AGAIN: Heard = { is: 'again' };

export interface SecuredRequest {
  readonly security: Security;
  readonly contextName: Buffer;
  readonly pduType: number;
  /** nonRepeaters of GETBULK, else 0. */
  readonly a: number;
  /** maxRepetitions of GETBULK, else 0. */
  readonly b: number;
  readonly bindings: OutgoingBindings;
  /** For errors, such as `snmp 10.0.0.1:161`. */
  readonly place: string;
}

export class SecuredQuestion implements Question {
  readonly #request: SecuredRequest;
  readonly #pdu = new ScopedPdu();
  #id = 0;
  #learnt = 0;

  constructor(request: SecuredRequest) {
    this.#request = request;
  }

  message(id: number, nowMs: number): Buffer {
    const { security, contextName, pduType, a, b, bindings } = this.#request;
    this.#id = id;
    const pdu = encodePdu(pduType, id, a, b, bindings);
    return security.secure({ msgId: id, requestId: id, contextName, pdu }, nowMs);
  }

  hear(datagram: Buffer, head: Received | V3Header, nowMs: number): Heard {
    if (head instanceof Received) return OTHER_VERSION;
    const { security, place } = this.#request;
    const opened = security.open(datagram, head, this.#learnt, nowMs, this.#pdu);
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
