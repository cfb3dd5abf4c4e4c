/** One poll's questions to one agent, as promises with coded errors. They may be ended at any time. */
import { PtpError } from '../../base/errors.js';
import { accessFailure } from '../failure.js';
import type { Agent } from './agent.js';
import { MalformedMessage } from './ber/malformed.js';
import { Findings } from './findings.js';
import type { Habits } from './habits.js';
import { type Bindings, type Cell, TYPES, type VarBind } from './message/bindings.js';
import { communityTemplate } from './message/community.js';
import { Names, namesOf } from './message/names.js';
import { ERROR_STATUS, type OutgoingBinding, PDU, type ReceivedPdu, STATUS } from './message/pdu.js';
import { CommunityQuestion } from './poller/community-question.js';
import type { Asked, SnmpPoller } from './poller/poller.js';
import { type AgentAddress, NoAnswer, type Patience, type Question } from './poller/question.js';
import { SecuredQuestion } from './poller/secured-question.js';
import type { Engine } from './usm/engine.js';
import { failureOf } from './usm/findings.js';
import type { Security } from './usm/security.js';

export type { Patience } from './poller/question.js';

/** The agent understood and said no (RFC 3416 section 3, error-status). */
export class AgentError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface UnderWay {
  readonly reject: (error: Error) => void;
  asked: Asked | undefined;
}

export interface WayToAgent {
  readonly address: AgentAddress;
  /** Of SNMPv3. */
  readonly security: Security | undefined;
}

export class SnmpSession {
  readonly agent: Agent;
  readonly habits: Habits;
  /** What is wrong with its answers, though they are of use. */
  readonly findings = new Findings();
  patience: Patience = { timeoutMs: 5000, resends: 0 };
  /** Of this poll: questions asked, however often each was sent, and what was received in answer. */
  readonly effort = { requests: 0, bytes: 0 };
  readonly #poller: SnmpPoller;
  readonly #address: AgentAddress;
  readonly #security: Security | undefined;
  readonly #forget: () => void;
  /** The community of SNMPv1 and v2c, or the context of v3. */
  readonly #secret: Buffer;
  /** Mostly one. */
  readonly #underWay: UnderWay[] = [];
  #ended: Error | undefined;
  /** Any question of this poll. */
  #hasAnswered = false;

  /** @param forget The way to the agent is not right any more. */
  constructor(poller: SnmpPoller, agent: Agent, { address, security }: WayToAgent, habits: Habits, forget: () => void) {
    this.#poller = poller;
    this.agent = agent;
    this.#address = address;
    this.#security = security;
    this.#forget = forget;
    this.habits = habits;
    this.#secret = Buffer.from('context' in agent.security ? agent.security.context : agent.security.community);
  }

  /** Of SNMPv3: what is known of the agent's engine. */
  get engine(): Engine | undefined {
    return this.#security?.engine;
  }

  /** In the order asked. The very same array, which may not change, costs less from the second time on. */
  get(oids: readonly string[]): Promise<VarBind[]> {
    const names = namesOf(oids);
    return this.ask(PDU.GET, 0, names, (bindings) => {
      const found: VarBind[] = [];
      for (const content of names.contents) {
        if (!bindings.next() || !bindings.oidIs(content)) throw this.unfit();
        const oid = oids[found.length] ?? '';
        const { type, value } = this.cellIn(bindings, oid);
        found.push({ oid, type, value });
      }
      if (bindings.next()) throw this.unfit();
      return found;
    });
  }

  /** One successor for each. */
  getNext(oids: readonly string[]): Promise<VarBind[]> {
    return this.ask(PDU.GETNEXT, 0, namesOf(oids), (bindings) => {
      const found: VarBind[] = [];
      while (bindings.next()) {
        const oid = bindings.oidText();
        const { type, value } = this.cellIn(bindings, oids[found.length] ?? '');
        found.push({ oid, type, value });
      }
      if (found.length !== oids.length) throw this.unfit();
      return found;
    });
  }

  /**
   * What an answer without an error becomes is read while it is there: `read` is called once, or not at all.
   *
   * @param repetitions Of GETBULK, else 0.
   * @param asked Those that are asked again and again as {@link Names}.
   */
  ask<Result>(
    pduType: number,
    repetitions: number,
    asked: Names | readonly OutgoingBinding[],
    read: (bindings: Bindings) => Result,
    patience = this.patience,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const question = this.#question(pduType, repetitions, asked);
      const one: UnderWay = { reject, asked: undefined };
      one.asked = this.#poller.ask(this.#address, question, patience, (error, pdu) => {
        this.#end(one);
        this.effort.requests += 1;
        this.effort.bytes += one.asked?.bytes ?? 0;
        try {
          if (error || !pdu) throw error ?? new NoAnswer(undefined);
          const result = read(answerIn(pdu));
          this.#hasAnswered = true;
          resolve(result);
        } catch (thrown) {
          reject(this.#failed(thrown));
        }
      });
      this.#underWay.push(one);
    });
  }

  /** Ends all questions under way; they reject with `error`. */
  fail(error: Error): void {
    this.#ended ??= error;
    for (const { asked, reject } of this.#underWay.splice(0)) {
      asked?.cancel();
      reject(error);
    }
  }

  #end(one: UnderWay): void {
    const last = this.#underWay.pop();
    if (last !== undefined && last !== one) this.#underWay[this.#underWay.indexOf(one)] = last;
  }

  #question(pduType: number, repetitions: number, asked: Names | readonly OutgoingBinding[]): Question {
    const { version, security, place } = this.agent;
    if (version !== 3 && 'community' in security) {
      const isShared = asked instanceof Names;
      const template = isShared
        ? asked.template(version, security.community, pduType, repetitions)
        : communityTemplate(version, this.#secret, pduType, 0, repetitions, asked);
      return new CommunityQuestion(version, this.#secret, template, isShared);
    }
    if (!this.#security) throw new Error('broken invariant: SNMPv3 without a user');
    const bindings = asked instanceof Names ? asked.list : asked;
    const b = repetitions;
    return new SecuredQuestion({
      security: this.#security,
      contextName: this.#secret,
      pduType,
      a: 0,
      b,
      bindings,
      place,
    });
  }

  #failed(thrown: unknown): Error {
    const failure = this.#failureOf(thrown);
    const isHarmless = failure instanceof AgentError || failure === this.#ended;
    if (!isHarmless) this.#forget();
    return failure;
  }

  #failureOf(thrown: unknown): Error {
    const { place, version } = this.agent;
    if (thrown === this.#ended && this.#ended) return this.#ended;
    if (thrown instanceof MalformedMessage)
      return this.#protocolError('answered with a reply that cannot be decoded', thrown);
    if (thrown instanceof AgentError) {
      if (thrown.status !== STATUS.AUTHORIZATION_ERROR) return thrown;
      const reason = 'does not permit this community or user to read that';
      return new PtpError('Access.Denied', `${place} ${reason}`, { cause: thrown });
    }
    if (!(thrown instanceof NoAnswer)) return accessFailure(thrown, place);
    const silence = this.#security?.silence;
    if (silence !== undefined) return failureOf(silence, place, thrown);
    if (thrown.oddity !== undefined) return this.#protocolError(`answered only with ${thrown.oddity}`, thrown);
    const hint = version === 3 ? 'address, port and privPassword' : 'address, port, version and community';
    const message = `${place} did not answer; ${hint} have to be right, and its access list has to admit this manager`;
    return new PtpError('Access.Timeout', message, { cause: thrown });
  }

  /**
   * What stands at the current binding, without a value where that cannot be decoded: it does no harm to the others.
   *
   * @param about What was asked for, dotted.
   */
  cellIn(bindings: Bindings, about: string): Cell {
    try {
      return bindings.cell();
    } catch (error) {
      this.noteMalformed(error, about);
      return { type: TYPES.NULL, value: null };
    }
  }

  /** Tells of a value, or of a name, that cannot be decoded. @throws What is another error. */
  noteMalformed(error: unknown, about: string): void {
    if (!(error instanceof MalformedMessage)) throw error;
    const text = `${this.agent.place} tells of ${about} something that cannot be decoded (${error.message}); it is left out`;
    this.findings.note({ kind: 'valueMalformed', about, text });
  }

  /**
   * Tells of an object that the agent has and cannot tell the value of (RFC 3416 section 4.2.1, `genErr`): it costs
   * itself alone. @throws PtpError `Access.Protocol` if it is another error, or nothing has been answered in this poll.
   */
  noteRefused(error: AgentError, about: string): void {
    if (error.status !== STATUS.GEN_ERR || !this.#hasAnswered) throw this.refusal(error);
    const text = `${this.agent.place} fails to read ${about} (${error.message}); it is left out`;
    this.findings.note({ kind: 'valueRefused', about, text });
  }

  /** For an error status that nothing can be done about. */
  refusal(error: AgentError): PtpError {
    return this.#protocolError(`refuses the question (${error.message})`, error);
  }

  /** For an answer that does not fit what was asked. */
  unfit(): PtpError {
    return this.#protocolError('answered with something that does not fit the question');
  }

  #protocolError(reason: string, cause?: Error): PtpError {
    return new PtpError('Access.Protocol', `${this.agent.place} ${reason}`, { cause });
  }
}

/** @throws AgentError */
function answerIn({ errorStatus, bindings }: ReceivedPdu): Bindings {
  if (errorStatus === STATUS.NO_ERROR) return bindings;
  throw new AgentError(errorStatus, ERROR_STATUS[errorStatus] ?? `error ${errorStatus}`);
}
