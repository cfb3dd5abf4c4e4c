/**
 * One net-snmp session as promises with coded errors. Its requests may be ended at any time; what makes it unfit for
 * further use is noticed here.
 */
import { PtpError } from '../../base/errors.js';
import { accessFailure } from '../failure.js';
import { type Agent, expectedReplies, resolveAgent } from './agent.js';
import { GuardedSocket, UnusableReply } from './guarded-socket.js';
import { netSnmp, type RawSession, type SessionOptions, type VarBind } from './net-snmp.js';

/** The agent understood and said no (RFC 3416 section 3, error-status). */
export class AgentError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** How long one request may take, and how often it is sent again without an answer. */
export interface Patience {
  readonly timeoutMs: number;
  readonly resends: number;
}

type Done<Result> = (error: unknown, result?: Result) => void;

export class SnmpSession {
  readonly agent: Agent;
  readonly #raw: RawSession;
  readonly #pending = new Set<(error: Error) => void>();
  #usable = true;
  patience: Patience = { timeoutMs: 5000, resends: 0 };

  /** @throws Errors of the resolver and the socket. */
  static async open(agent: Agent): Promise<SnmpSession> {
    return new SnmpSession(agent, await GuardedSocket.open(await resolveAgent(agent), expectedReplies(agent)));
  }

  private constructor(agent: Agent, socket: GuardedSocket) {
    this.agent = agent;
    const { version, port, security } = agent;
    const options: SessionOptions = {
      version,
      port,
      timeout: this.patience.timeoutMs,
      retries: 0,
      dgramModule: { createSocket: () => socket },
    };
    this.#raw =
      'user' in security
        ? netSnmp.createV3Session(agent.host, security.user, { ...options, context: security.context })
        : netSnmp.createSession(agent.host, security.community, options);
    this.#raw.on('error', (cause) => this.fail(new UnusableReply('a reply that cannot be decoded', { cause })));
    socket.onFailure = (error) => this.fail(error);
  }

  /** False after a failure: then a new session has to be opened. */
  get usable(): boolean {
    return this.#usable;
  }

  get(oids: readonly string[]): Promise<VarBind[]> {
    return this.#request((done) => this.#raw.get(oids, done));
  }

  getNext(oids: readonly string[]): Promise<VarBind[]> {
    return this.#request((done) => this.#raw.getNext(oids, done));
  }

  /** A list of successors for each OID. Sent again only for single rows: whoever wants more may ask for fewer. */
  getBulk(oids: readonly string[], maxRepetitions: number): Promise<VarBind[][]> {
    const resends = maxRepetitions > 1 ? 0 : this.patience.resends;
    return this.#request((done) => this.#raw.getBulk(oids, 0, maxRepetitions, done), resends);
  }

  /** Ends all requests under way; they reject with `error`. */
  fail(error: Error): void {
    this.#usable = false;
    for (const reject of [...this.#pending]) reject(error);
    this.#raw.cancelRequests(error);
  }

  close(): void {
    this.fail(new Error('the session is closed'));
    this.#raw.close();
  }

  async #request<Result>(send: (done: Done<Result>) => void, resends = this.patience.resends): Promise<Result> {
    this.#raw.timeout = this.patience.timeoutMs;
    this.#raw.retries = resends;
    let reject: (error: Error) => void = () => {};
    try {
      return await new Promise<Result>((resolve, rejectRequest) => {
        reject = rejectRequest;
        this.#pending.add(reject);
        send((error, result) => (error || result === undefined ? rejectRequest(asError(error)) : resolve(result)));
      });
    } catch (error) {
      const failure = this.#failureOf(error);
      // After a lost answer a v3 session discovers the engine anew; for the others nothing has changed.
      const harmless = failure instanceof AgentError || (failure.code === 'Access.Timeout' && this.agent.version !== 3);
      if (!harmless) this.#usable = false;
      throw failure;
    } finally {
      this.#pending.delete(reject);
    }
  }

  #failureOf(error: unknown): PtpError | AgentError {
    const { place, version } = this.agent;
    if (error instanceof UnusableReply) return this.#protocolError(`answered with ${error.message}`, error);
    if (!(error instanceof Error)) return accessFailure(error, place);
    const status = 'status' in error ? Number(error.status) : 0;
    const code = 'code' in error ? error.code : undefined;
    if (error.name === 'RequestTimedOutError') {
      const hint = version === 3 ? 'address, port and privPassword' : 'address, port, version and community';
      const message = `${place} did not answer; ${hint} have to be right, and its access list has to admit this manager`;
      return new PtpError('Access.Timeout', message, { cause: error });
    }
    if (error.name === 'RequestFailedError') {
      if (status !== netSnmp.ErrorStatus.AuthorizationError) return new AgentError(status, error.message);
      return this.#denied('does not permit this community or user to read that', error);
    }
    if (error.name !== 'ResponseInvalidError') return accessFailure(error, place);
    if (code === netSnmp.ResponseInvalidCode.EAuthFailure) return this.#denied(reportReason(error.message), error);
    if (code === netSnmp.ResponseInvalidCode.ECouldNotDecrypt)
      return this.#denied('cannot be understood: privPassword and privProtocol have to be those of the agent', error);
    return this.#protocolError('answered with something that does not fit the question', error);
  }

  #denied(reason: string, cause: Error): PtpError {
    return new PtpError('Access.Denied', `${this.agent.place} ${reason}`, { cause });
  }

  #protocolError(reason: string, cause: Error): PtpError {
    return new PtpError('Access.Protocol', `${this.agent.place} ${reason}`, { cause });
  }
}

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('the request failed without a reason', { cause: thrown });

/** Reports of the user-based security model (RFC 3414 section 5), in net-snmp's words, as sentences. */
function reportReason(report: string): string {
  if (report.startsWith('Unknown User')) return 'does not know the user; the name has to be one that the agent has';
  if (report.startsWith('Wrong Digest'))
    return 'refuses the password; authPassword and authProtocol have to be those of the agent';
  if (report.startsWith('Decryption'))
    return 'cannot decrypt the request; privPassword and privProtocol have to be those of the agent';
  if (report.startsWith('Unsupported Security'))
    return 'does not offer the user this level of security; its user has to have the same protocols';
  if (report.startsWith('Authentication digest'))
    return 'answers with another password; authPassword and authProtocol have to be those of the agent';
  return 'refuses the request for reasons of security';
}
