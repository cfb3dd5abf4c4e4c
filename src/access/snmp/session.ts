/** One poll's questions to one agent, as promises with coded errors. They may be ended at any time. */
import { PtpError } from '../../base/errors.js';
import { accessFailure } from '../failure.js';
import type { Agent } from './agent.js';
import { MalformedMessage } from './ber/malformed.js';
import { encodeOid } from './ber/oid.js';
import type { VarBind } from './message/bindings.js';
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

export class SnmpSession {
  readonly agent: Agent;
  patience: Patience = { timeoutMs: 5000, resends: 0 };
  readonly #poller: SnmpPoller;
  readonly #address: AgentAddress;
  readonly #security: Security | undefined;
  readonly #forget: () => void;
  readonly #underWay = new Map<Asked, (error: Error) => void>();
  #ended: Error | undefined;

  /** @param forget What is known of the agent is not right any more. */
  constructor(
    poller: SnmpPoller,
    agent: Agent,
    { address, security }: { readonly address: AgentAddress; readonly security: Security | undefined },
    forget: () => void,
  ) {
    this.#poller = poller;
    this.agent = agent;
    this.#address = address;
    this.#security = security;
    this.#forget = forget;
  }

  /** Of SNMPv3: what is known of the agent's engine. */
  get engine(): Engine | undefined {
    return this.#security?.engine;
  }

  /** In the order asked. */
  async get(oids: readonly string[]): Promise<VarBind[]> {
    const answer = await this.#ask(PDU.GET, 0, 0, oids);
    if (answer.length !== oids.length || answer.some(({ oid }, at) => oid !== oids[at])) throw this.#unfit();
    return answer;
  }

  /** One successor for each. */
  async getNext(oids: readonly string[]): Promise<VarBind[]> {
    const answer = await this.#ask(PDU.GETNEXT, 0, 0, oids);
    if (answer.length !== oids.length) throw this.#unfit();
    return answer;
  }

  /** A list of successors for each OID. Sent again only for single rows: whoever wants more may ask for fewer. */
  async getBulk(oids: readonly string[], maxRepetitions: number): Promise<VarBind[][]> {
    const answer = await this.#ask(PDU.GETBULK, 0, maxRepetitions, oids, maxRepetitions > 1 ? 0 : undefined);
    if (answer.length > oids.length * maxRepetitions) throw this.#unfit();
    const columns: VarBind[][] = oids.map(() => []);
    answer.forEach((varbind, at) => {
      columns[at % oids.length]?.push(varbind);
    });
    return columns;
  }

  /** Ends all questions under way; they reject with `error`. */
  fail(error: Error): void {
    this.#ended ??= error;
    for (const [asked, reject] of [...this.#underWay]) {
      asked.cancel();
      reject(error);
    }
    this.#underWay.clear();
  }

  async #ask(
    pduType: number,
    a: number,
    b: number,
    oids: readonly string[],
    resends = this.patience.resends,
  ): Promise<VarBind[]> {
    if (this.#ended) throw this.#ended;
    const bindings = oids.map((oid) => ({ oid: encodeOid(oid) }));
    const question = this.#question(pduType, a, b, bindings);
    try {
      return await this.#answered(question, { ...this.patience, resends });
    } catch (error) {
      const failure = this.#failureOf(error);
      const isHarmless = failure instanceof AgentError || failure === this.#ended;
      if (!isHarmless) this.#forget();
      throw failure;
    }
  }

  #answered(question: Question, patience: Patience): Promise<VarBind[]> {
    return new Promise((resolve, reject) => {
      const asked = this.#poller.ask(this.#address, question, patience, (error, pdu) => {
        this.#underWay.delete(asked);
        try {
          if (error || !pdu) throw error ?? new NoAnswer(undefined);
          resolve(bindingsOf(pdu));
        } catch (thrown) {
          reject(thrown);
        }
      });
      this.#underWay.set(asked, reject);
    });
  }

  #question(pduType: number, a: number, b: number, bindings: readonly OutgoingBinding[]): Question {
    const { version, security, place } = this.agent;
    if (version !== 3) {
      const community = Buffer.from('community' in security ? security.community : '');
      return new CommunityQuestion(version, community, pduType, a, b, bindings);
    }
    if (!this.#security || !('context' in security)) throw new Error('broken invariant: SNMPv3 without a user');
    const contextName = Buffer.from(security.context);
    return new SecuredQuestion({ security: this.#security, contextName, pduType, a, b, bindings, place });
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

  #unfit(): PtpError {
    this.#forget();
    return this.#protocolError('answered with something that does not fit the question');
  }

  #protocolError(reason: string, cause?: Error): PtpError {
    return new PtpError('Access.Protocol', `${this.agent.place} ${reason}`, { cause });
  }
}

function bindingsOf(pdu: ReceivedPdu): VarBind[] {
  const { errorStatus } = pdu;
  if (errorStatus === STATUS.NO_ERROR) return pdu.bindings.all();
  throw new AgentError(errorStatus, ERROR_STATUS[errorStatus] ?? `error ${errorStatus}`);
}
