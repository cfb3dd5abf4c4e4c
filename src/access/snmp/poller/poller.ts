/**
 * Asks any number of agents over a few shared sockets.
 *
 * ```
 *   waiting ──room in the window──▶ under way ──answer, from that address, with that id──▶ done
 *                                    │  ▲ └──nothing by the deadline, and no more tries──▶ no answer
 *                      sent again ◀────┘  │   (the same message: a late answer to the first one counts as well)
 *                           └─────────────┘
 * ```
 *
 * An id is a place in the table of those under way and 15 random bits; what comes is looked up by it, and counts only
 * from the address and port that were asked. What is malformed, or comes from elsewhere, or under an id that nobody
 * waits for, changes nothing: it is counted, and told to whoever waited for that agent in vain.
 */
import type { Clock, Random, Timer } from '../../../base/env.js';
import { MalformedMessage } from '../ber/malformed.js';
import { messageVersion, Received, readCommunityMessage } from '../message/community.js';
import type { ReceivedPdu } from '../message/pdu.js';
import { readV3, type V3Header } from '../message/v3.js';
import { RequestIds } from './ids.js';
import { Oddities } from './oddities.js';
import { type OpenPorts, openUdpPorts, type PortListener, type Ports, SOCKETS } from './ports.js';
import { type AgentAddress, NoAnswer, type Patience, type Question } from './question.js';
import { type OpenSecondWay, openUdpSecondWay, type SecondWay } from './second-way.js';
import { TooLate } from './too-late.js';

/** Questions under way at once; more wait for one of these to end. */
const MOST_UNDER_WAY = 8_192;
/** How often deadlines are looked at; each is met to within half of this. */
const SWEEP_MS = 20;
/** Without an answer for this part of the timeout, and at most so long, a question goes a second way. */
const SECOND_WAY_AFTER = 0.4;
const SECOND_WAY_MS = 500;
/** So many do at a time: each has a socket. */
const MOST_SECOND_WAYS = 256;
/** By answers that ask for another question one is put anew so often. */
const MOST_AGAINS = 3;

export interface PollerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly openPorts?: OpenPorts;
  readonly openSecondWay?: OpenSecondWay;
}

/** What has come and gone since the start. */
export interface PollerCounts {
  sent: number;
  answered: number;
  unanswered: number;
  /** Datagrams that are no SNMP. */
  malformed: number;
  /** Datagrams that nobody waited for: late, twice, forged. */
  unexpected: number;
}

/** The PDU is to be read at once: the next message takes its place. */
export type Done = (error: Error | undefined, pdu: ReceivedPdu | undefined) => void;

/** What one who asks may still do. */
export interface Asked {
  /** Received in answer. */
  readonly bytes: number;
  /** Ends it, and tells nobody. */
  cancel(): void;
}

class UnderWay implements Asked {
  /** 0 while it is not under way. */
  id = 0;
  socket = 0;
  bytes = 0;
  /** When it was sent first. */
  beganMs = 0;
  deadlineMs = 0;
  secondAtMs = Number.POSITIVE_INFINITY;
  agains = 0;
  oddity: { readonly what: string; readonly error?: Error } | undefined;
  second: SecondWay | undefined;
  isOver = false;

  constructor(
    readonly poller: SnmpPoller,
    readonly to: AgentAddress,
    readonly question: Question,
    readonly timeoutMs: number,
    public resends: number,
    readonly done: Done,
  ) {}

  cancel(): void {
    this.poller.end(this);
  }
}

export class SnmpPoller implements PortListener {
  readonly counts: PollerCounts = { sent: 0, answered: 0, unanswered: 0, malformed: 0, unexpected: 0 };
  readonly #clock: Clock;
  /** All that are under way: what is done for each question has to be cheap, and a place in a table is. */
  readonly #ids: RequestIds<UnderWay>;
  readonly #ports: Ports;
  readonly #openSecondWay: OpenSecondWay;
  readonly #waiting = new Set<UnderWay>();
  readonly #received = new Received();
  readonly #tooLate = new TooLate();
  readonly #oddities = new Oddities();
  #nextSocket = 0;
  #secondWays = 0;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor({ clock, random, openPorts = openUdpPorts, openSecondWay = openUdpSecondWay }: PollerParts) {
    this.#clock = clock;
    this.#ids = new RequestIds(random);
    this.#ports = openPorts(this, clock);
    this.#openSecondWay = openSecondWay;
  }

  /** Questions that wait for others to end. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Datagrams that the kernel dropped because they were not read in time; undefined where it does not say. */
  drops(): Promise<number | undefined> {
    return this.#ports.drops();
  }

  /** @param done Called once, unless it is cancelled; not before this returns. */
  ask(to: AgentAddress, question: Question, { timeoutMs, resends }: Patience, done: Done): Asked {
    const one = new UnderWay(this, to, question, timeoutMs, resends, done);
    if (this.#isClosed) throw new Error('the poller is closed');
    if (this.#ids.size < MOST_UNDER_WAY) this.#begin(one);
    else this.#waiting.add(one);
    return one;
  }

  /** Ends all; those who asked are told. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#ports.close();
    const finish = (one: UnderWay) => this.#finish(one, new Error('the poller is closed'));
    for (const one of [...this.#waiting]) finish(one);
    this.#ids.forEach(finish);
  }

  arrives(datagram: Buffer, host: string, port: number): void {
    let head: Received | V3Header = this.#received;
    try {
      if (messageVersion(datagram) === 3) head = readV3(datagram);
      else readCommunityMessage(datagram, this.#received);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#malformed(host, port);
      return;
    }
    const id = 'msgId' in head ? head.msgId : head.requestId;
    const one = this.#ids.get(id);
    if (one === undefined || one.to.port !== port || one.to.host !== host) {
      this.counts.unexpected += 1;
      if (one) one.oddity = { what: `an answer from another address, ${host} port ${port}` };
      else if (this.#tooLate.has(id, host, port)) this.#noteLate(datagram, head, host, port);
      // Twice, or to who has ended meanwhile: networks and agents that are asked twice do so.
      else if (!this.#ids.wasFreed(id)) this.#note(host, port, 'an answer to another question');
      return;
    }
    this.#hear(one, datagram, head);
  }

  fails(error: Error, to: { readonly host: string; readonly port: number } | undefined): void {
    if (!to) return;
    this.#ids.forEach((one) => {
      if (one.to.host === to.host && one.to.port === to.port) this.#finish(one, error);
    });
  }

  /** Nobody waits for it any more. */
  end(one: UnderWay): void {
    if (one.isOver) return;
    one.isOver = true;
    if (one.second) {
      this.#secondWays -= 1;
      one.second.close();
    }
    if (one.id === 0) {
      this.#waiting.delete(one);
      return;
    }
    this.#ids.free(one.id);
    if (this.#waiting.size > 0) this.#beginNext();
  }

  #beginNext(): void {
    for (const next of this.#waiting) {
      if (this.#ids.size >= MOST_UNDER_WAY) break;
      this.#waiting.delete(next);
      this.#begin(next);
    }
  }

  #begin(one: UnderWay): void {
    const nowMs = this.#clock.monotonic();
    one.id = this.#ids.take(one);
    this.#nextSocket = (this.#nextSocket + 1) % SOCKETS;
    one.socket = this.#nextSocket;
    this.#send(one, nowMs);
    one.beganMs = nowMs;
    one.deadlineMs = nowMs + one.timeoutMs;
    one.secondAtMs = nowMs + Math.min(SECOND_WAY_MS, one.timeoutMs * SECOND_WAY_AFTER);
    this.#timer ??= this.#clock.after(SWEEP_MS, () => this.#sweep());
  }

  #send(one: UnderWay, nowMs: number): void {
    this.counts.sent += 1;
    this.#ports.send(one.socket, one.question.message(one.id, nowMs), one.to);
  }

  #hear(one: UnderWay, datagram: Buffer, head: Received | V3Header): void {
    try {
      one.bytes += datagram.length;
      // To ask for the time takes longer than all else here.
      const nowMs = head === this.#received ? 0 : this.#clock.monotonic();
      const heard = one.question.hear(datagram, head, nowMs);
      if (heard.is === 'answer') {
        this.counts.answered += 1;
        this.end(one);
        one.done(undefined, heard.pdu);
      } else if (heard.is === 'odd') one.oddity = heard;
      else if (heard.is === 'refusal') this.#finish(one, heard.error);
      else if (one.agains < MOST_AGAINS) {
        one.agains += 1;
        this.#ids.free(one.id);
        one.id = this.#ids.take(one);
        this.#send(one, this.#clock.monotonic());
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#malformed(one.to.host, one.to.port);
    }
  }

  /** Costs whoever waits for that agent one try, at the deadline: it may have come from anybody. */
  #malformed(host: string, port: number): void {
    this.counts.malformed += 1;
    this.#note(host, port, 'something that cannot be decoded');
  }

  /** Told to those who ask that agent in the same way: others there have nothing to do with it. */
  #noteLate(datagram: Buffer, head: Received | V3Header, host: string, port: number): void {
    if ('msgId' in head) return;
    const what = 'an answer to an earlier question: it takes longer than the timeout';
    this.#ids.forEach((one) => {
      if (one.to.port !== port || one.to.host !== host || one.oddity) return;
      if (one.question.hear(datagram, head, 0).is === 'answer') one.oddity = { what };
    });
  }

  #note(host: string, port: number, what: string): void {
    this.#oddities.note({ host, port }, what, this.#clock.monotonic());
  }

  #sweep(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic() + SWEEP_MS / 2;
    this.#ids.forEach((one) => {
      if (nowMs >= one.deadlineMs) this.#late(one, nowMs);
      else if (nowMs >= one.secondAtMs) this.#goSecondWay(one);
    });
    if (this.#ids.size > 0) this.#timer ??= this.#clock.after(SWEEP_MS, () => this.#sweep());
  }

  #late(one: UnderWay, nowMs: number): void {
    if (one.resends > 0) {
      one.resends -= 1;
      one.deadlineMs = nowMs + one.timeoutMs;
      this.#send(one, nowMs);
      return;
    }
    this.counts.unanswered += 1;
    this.#tooLate.givenUp(one.id, one.to);
    const what = one.oddity?.what ?? this.#oddities.since(one.to, one.beganMs);
    this.#finish(one, one.oddity?.error ?? new NoAnswer(what));
  }

  #goSecondWay(one: UnderWay): void {
    if (this.#secondWays >= MOST_SECOND_WAYS) return;
    this.#secondWays += 1;
    one.secondAtMs = Number.POSITIVE_INFINITY;
    // It is not sent at once.
    const message = Buffer.from(one.question.message(one.id, this.#clock.monotonic()));
    one.second = this.#openSecondWay(one.to, message, {
      arrives: (datagram) => {
        if (!one.isOver) this.arrives(datagram, one.to.host, one.to.port);
      },
      fails: (error) => {
        if (!isOwnWant(error)) this.#finish(one, error);
      },
    });
  }

  #finish(one: UnderWay, error: Error): void {
    if (one.isOver) return;
    this.end(one);
    one.done(error, undefined);
  }
}

/** This machine lacks something, which says nothing of the agent. */
const isOwnWant = (error: Error): boolean =>
  'code' in error && ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'].includes(String(error.code));
