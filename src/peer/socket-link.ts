/**
 * One proved socket between two managers, over which both sides ask.
 *
 * ```
 *   open ──ping unanswered, frame refused, other side gone, too much unread──▶ closed (all open calls fail as Unavailable)
 * ```
 *
 * Nothing is ever held back on the reading side, so two managers that both write a lot cannot block each other; what
 * is too much is refused as busy, and a peer that does not read at all is cut off.
 */
import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock, Env, Timer } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import { USER_ROLES } from '../model/manager.js';
import { ConnectionEnded } from './breaks.js';
import type { MessageService } from './message-service.js';
import type { CallContext, Caller } from './peer.js';
import type { Exchange } from './peer-connection.js';
import { peerCaller } from './security/authenticate.js';
import type { Delegation } from './security/signature.js';
import { writeFault } from './soap-fault.js';
import {
  control,
  type Frame,
  type FrameSplitter,
  LARGEST_CONTEXT,
  LARGEST_FRAME,
  LARGEST_PAYLOAD,
  type WrittenFrame,
} from './socket-frames.js';
import type { Session } from './socket-handshake.js';

export interface LinkLimits {
  /** Calls of ours that may be open at once. Default 256; more are refused as busy. */
  readonly callsOpen: number;
  /** Requests of the other side in work at once. Default 256; more are answered as busy. */
  readonly requestsInWork: number;
  /** Bytes waiting to be sent past which calls are refused on both sides. Default 16 MiB; at four times that the link is cut. */
  readonly unsentBytes: number;
  /** A ping goes out after so long without a frame. Default 5 s. */
  readonly pingMs: number;
  /** Silence after which the other side counts as gone. Default 15 s. */
  readonly silenceMs: number;
  /** Closed after so long without a message from either side. Default never. */
  readonly idleMs: number;
}

export const DEFAULT_LINK_LIMITS: LinkLimits = {
  callsOpen: 256,
  requestsInWork: 256,
  unsentBytes: 16 * 2 ** 20,
  pingMs: 5_000,
  silenceMs: 15_000,
  idleMs: Number.POSITIVE_INFINITY,
};

/** The id of a `bye` by which nothing ends but this connection: nobody has to find out why. */
const FOR_NOW = 1;

interface OpenCall {
  resolve(xml: Buffer): void;
  reject(error: unknown): void;
}

export interface LinkParts {
  readonly env: Env;
  readonly socket: Socket;
  readonly session: Session;
  /** Holds what came after the handshake. */
  readonly splitter: FrameSplitter;
  readonly service: MessageService;
  readonly limits: LinkLimits;
}

export class SocketLink {
  readonly peer: string;
  readonly #parts: LinkParts;
  readonly #clock: Clock;
  readonly #address: string;
  readonly #calls = new Map<number, OpenCall>();
  readonly #inWork = new Map<number, AbortController>();
  readonly #onClose: ((reason: PtpError) => void)[] = [];
  readonly #noticeSignal = new AbortController();
  #noticesInWork = 0;
  /** A refusal is told once: who sends what is not understood does it again and again. */
  #hasRefused = false;
  #nextId = 1;
  #heardMs: number;
  /** When either side last had anything to say to the other. */
  #usedMs: number;
  #watch: Timer;
  #closed: PtpError | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#clock = parts.env.clock;
    this.peer = parts.session.peer;
    this.#address = parts.socket.remoteAddress ?? '';
    this.#heardMs = this.#clock.monotonic();
    this.#usedMs = this.#heardMs;
    const { socket, splitter } = parts;
    splitter.allow(LARGEST_FRAME);
    setMaxListeners(0, this.#noticeSignal.signal);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (cause) => this.close(this.#gone('the connection failed', cause)));
    socket.on('close', () => this.close(this.#gone('the connection was closed', new ConnectionEnded('closed'))));
    this.#watch = this.#clock.after(parts.limits.pingMs, () => this.#look());
    if (socket.destroyed) this.close(this.#gone('the connection was closed', new ConnectionEnded('closed')));
    else this.#read(Buffer.alloc(0));
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Called once, at once when it is closed already. */
  onClose(listener: (reason: PtpError) => void): void {
    if (this.#closed) listener(this.#closed);
    else this.#onClose.push(listener);
  }

  /** Sends a request and waits for its answer; the caller sets the timeout by its signal. */
  async exchange({ xml, delegation, signal }: Exchange): Promise<Buffer> {
    const request = this.#request(xml, delegation);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const id = this.#nextId;
      this.#nextId = (this.#nextId % 0xffffffff) + 1;
      const settle = () => {
        this.#calls.delete(id);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        settle();
        this.#send(control('cancel', id));
        reject(signal.reason);
      };
      this.#calls.set(id, {
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#send({ kind: 'request', id, ...request });
    });
  }

  /** Sends a request that is not answered; resolves when it is out of our hands. */
  async notify({ xml, delegation }: Pick<Exchange, 'xml' | 'delegation'>): Promise<void> {
    const request = this.#request(xml, delegation);
    return new Promise((resolve, reject) => {
      this.#send({ kind: 'notice', id: 0, ...request }, (error) => {
        if (error) reject(this.#closed ?? this.#gone('the connection failed', error));
        else resolve();
      });
    });
  }

  /** @throws PtpError when there is no place for it. */
  #request(xml: string, delegation: Delegation): Pick<WrittenFrame, 'context' | 'payload'> {
    if (this.#closed) throw this.#closed;
    this.#usedMs = this.#clock.monotonic();
    const { limits, socket } = this.#parts;
    if (this.#calls.size >= limits.callsOpen || socket.writableLength > limits.unsentBytes)
      throw new PtpError('Server.Busy', `too many requests to ${this.peer} are waiting; try again in a second`);
    const payloadBytes = Buffer.byteLength(xml);
    const context = JSON.stringify(delegation);
    if (payloadBytes > LARGEST_PAYLOAD || Buffer.byteLength(context) > LARGEST_CONTEXT)
      throw new PtpError('Client.TooLarge', `the request has ${payloadBytes} bytes, more than a socket takes`);
    return { context, payload: xml };
  }

  /** Says good-bye and ends; open calls fail with the reason. */
  close(reason: PtpError = this.#gone('the connection was closed by this manager')): void {
    this.#end(reason, control('bye'));
  }

  #end(reason: PtpError, farewell: WrittenFrame): void {
    if (this.#closed) return;
    if (this.#parts.socket.writable) this.#send(farewell);
    this.#closed = reason;
    this.#watch.cancel();
    this.#parts.socket.destroySoon();
    for (const call of [...this.#calls.values()]) call.reject(reason);
    for (const work of [...this.#inWork.values(), this.#noticeSignal]) work.abort(reason);
    this.#inWork.clear();
    for (const listener of this.#onClose) listener(reason);
  }

  #gone(why: string, cause?: unknown): PtpError {
    return new PtpError('Server.Unavailable', `${this.peer} cannot be reached over its socket: ${why}`, { cause });
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    const { splitter, session } = this.#parts;
    try {
      splitter.push(chunk);
      for (let bytes = splitter.next(); bytes && !this.#closed; bytes = splitter.next())
        this.#take(session.opener.open(bytes));
    } catch (cause) {
      this.#parts.env.log.warn('socket frame refused', { peer: this.peer, from: this.#address, error: String(cause) });
      this.close(this.#gone('a frame was refused', cause));
      this.#parts.socket.destroy();
    }
  }

  #take(frame: Frame): void {
    this.#heardMs = this.#clock.monotonic();
    if (frame.kind !== 'ping' && frame.kind !== 'pong') this.#usedMs = this.#heardMs;
    if (frame.kind === 'request') void this.#answer(frame);
    else if (frame.kind === 'notice') void this.#heed(frame);
    else if (frame.kind === 'answer') this.#calls.get(frame.id)?.resolve(frame.payload);
    else if (frame.kind === 'cancel')
      this.#inWork.get(frame.id)?.abort(new PtpError('Server.Timeout', 'the caller gave up'));
    else if (frame.kind === 'ping') this.#send(control('pong', frame.id));
    else if (frame.kind === 'bye')
      this.close(
        frame.id === FOR_NOW
          ? this.#gone('it was not used for long and is opened again when it is needed')
          : this.#gone('it ended the connection', new ConnectionEnded('end')),
      );
  }

  async #answer({ id, context, payload }: Frame): Promise<void> {
    const { service, limits } = this.#parts;
    const delegation = readDelegation(context);
    if (!delegation || this.#inWork.has(id)) return this.close(this.#gone('a request was malformed'));
    if (this.#inWork.size >= limits.requestsInWork || this.#parts.socket.writableLength > limits.unsentBytes) {
      const busy = new PtpError('Server.Busy', `too many requests of ${this.peer} are in work; try again in a second`);
      return this.#send({ kind: 'answer', id, context: '', payload: writeFault(busy, '1.2') });
    }
    const work = new AbortController();
    this.#inWork.set(id, work);
    const { xml } = await service({ bytes: payload, version: '1.2' }, this.#contextOf(delegation, work.signal));
    // Until the answer is out of our hands it counts as work: who does not read is not given more.
    this.#send({ kind: 'answer', id, context: '', payload: withinFrame(xml) }, () => this.#inWork.delete(id));
  }

  /** Carries out what is not answered. What there is no place for is lost, as whoever does not wait for an answer expects. */
  async #heed({ context, payload }: Frame): Promise<void> {
    const { env, service, limits } = this.#parts;
    const delegation = readDelegation(context);
    if (!delegation) return this.close(this.#gone('a request was malformed'));
    if (this.#noticesInWork >= limits.requestsInWork) return;
    this.#noticesInWork += 1;
    const { fault } = await service(
      { bytes: payload, version: '1.2', isAnswered: false },
      this.#contextOf(delegation, this.#noticeSignal.signal),
    );
    this.#noticesInWork -= 1;
    if (!fault || this.#hasRefused) return;
    this.#hasRefused = true;
    env.log.warn('a message was refused', { peer: this.peer, code: fault.code, reason: fault.message });
  }

  #contextOf({ requestId, hops, caller }: Delegation, signal: AbortSignal): CallContext {
    const from = peerCaller(this.peer, caller, this.#address, this.#parts.session.isOpen);
    return { caller: from, requestId, hops, signal };
  }

  #send(frame: WrittenFrame, sent: (error?: Error | null) => void = () => {}): void {
    if (this.#closed) {
      sent(this.#closed);
      return;
    }
    const { socket, session, limits } = this.#parts;
    if (socket.writableCorked === 0) {
      // What is said in one turn goes out in one piece: an answer, and what follows from the question.
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(session.sealer.seal(frame), sent);
    if (socket.writableLength > 4 * limits.unsentBytes) {
      this.close(this.#gone('it does not read what is sent to it'));
      socket.destroy();
    }
  }

  #look(): void {
    const { idleMs } = this.#parts.limits;
    const isUsed = this.#calls.size > 0 || this.#inWork.size > 0;
    if (!isUsed && this.#clock.monotonic() - this.#usedMs >= idleMs) {
      this.#end(this.#gone('it was not used for long and is opened again when it is needed'), control('bye', FOR_NOW));
      return;
    }
    const silentMs = this.#clock.monotonic() - this.#heardMs;
    if (silentMs >= this.#parts.limits.silenceMs) {
      this.close(this.#gone(`nothing was heard for ${Math.round(silentMs / 1000)} s`));
      this.#parts.socket.destroy();
      return;
    }
    if (silentMs >= this.#parts.limits.pingMs * 0.9) this.#send(control('ping'));
    this.#watch = this.#clock.after(this.#parts.limits.pingMs, () => this.#look());
  }
}

function withinFrame(answer: string): string {
  const bytes = Buffer.byteLength(answer);
  if (bytes <= LARGEST_PAYLOAD) return answer;
  const error = new PtpError(
    'Client.TooLarge',
    `the answer has ${bytes} bytes, more than a socket takes; ask for less with pageSize`,
  );
  return writeFault(error, '1.2');
}

/** What a proved peer says of a request; undefined when it is not what we write. */
function readDelegation(context: string): Delegation | undefined {
  try {
    const parsed: unknown = JSON.parse(context);
    if (!isRecord(parsed)) return undefined;
    const { requestId, hops, caller } = parsed;
    if (typeof requestId !== 'string' || !/^[\w.:-]{1,64}$/.test(requestId)) return undefined;
    if (typeof hops !== 'number' || !Number.isInteger(hops) || hops < 0 || hops > 99) return undefined;
    if (caller === undefined) return { requestId, hops };
    const known = readCaller(caller);
    return known && { requestId, hops, caller: known };
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function readCaller(value: unknown): Caller | undefined {
  if (!isRecord(value)) return undefined;
  const kind = (['peer', 'user', 'anonymous'] as const).find((one) => one === value.kind);
  const role = USER_ROLES.find((one) => one === value.role);
  if (!kind || !role || typeof value.name !== 'string' || typeof value.from !== 'string') return undefined;
  return { kind, role, name: value.name, from: value.from };
}
