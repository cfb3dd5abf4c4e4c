/**
 * How a destination fares, for people: when it last took something, what it said, and the events that tell of it.
 *
 * Life: untried -> working <-> troubled (a try failed; nobody is told yet) -> failing (three in a row, which is told) ->
 * working (which is told).
 */
import type { NewEvent } from '../../model/event.js';

export const DESTINATION_CONDITIONS = ['untried', 'working', 'troubled', 'failing'] as const;
export type DestinationCondition = (typeof DESTINATION_CONDITIONS)[number];

/** A break of a few seconds is nobody's business. */
const TOLD_AT = 3;
/** Of what was given up people are told so often. */
const LOST_MS = 300_000;

type Telling = Pick<NewEvent, 'name' | 'severity' | 'text' | 'source' | 'alarm'>;

/** Names of the events, and what is taken or not. */
export interface DestinationWords {
  readonly fails: string;
  readonly works: string;
  readonly what: string;
}

const OF_NOTICES: DestinationWords = { fails: 'noticesNotSent', works: 'noticesSent', what: 'notices' };

export interface Happened {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

export class DestinationState {
  readonly #id: string;
  readonly #tell: (event: Telling) => void;
  readonly #words: DestinationWords;
  #failures = 0;
  #isTold = false;
  #lost = 0;
  #lostToldMs = Number.NEGATIVE_INFINITY;
  readonly counts = { sent: 0, failed: 0, lost: 0 };
  lastSent: number | undefined;
  lastFailure: Happened | undefined;
  /** What it took only in part. */
  remark: string | undefined;

  constructor(id: string, tell: (event: Telling) => void, words: DestinationWords = OF_NOTICES) {
    this.#id = id;
    this.#tell = tell;
    this.#words = words;
  }

  get condition(): DestinationCondition {
    if (this.#failures >= TOLD_AT) return 'failing';
    if (this.#failures > 0) return 'troubled';
    return this.lastSent === undefined ? 'untried' : 'working';
  }

  get isHealthy(): boolean {
    return this.#failures === 0;
  }

  sent(nowMs: number, remark: string | undefined): void {
    this.counts.sent += 1;
    this.lastSent = nowMs;
    this.remark = remark;
    if (this.#isTold)
      this.#tell({
        ...about(this.#id),
        name: this.#words.works,
        severity: 'cleared',
        text: `destination ${this.#id} takes ${this.#words.what} again`,
      });
    this.#failures = 0;
    this.#isTold = false;
  }

  failed(nowMs: number, reason: string): void {
    this.counts.failed += 1;
    this.#failures += 1;
    this.lastFailure = { at: nowMs, text: reason };
    if (this.#failures < TOLD_AT || this.#isTold) return;
    this.#isTold = true;
    this.#tell({
      ...about(this.#id),
      name: this.#words.fails,
      severity: 'major',
      text: `destination ${this.#id} does not take ${this.#words.what}: ${reason}`,
    });
  }

  /** @param monotonicMs Of now. */
  lost(count: number, reason: string, monotonicMs: number): void {
    this.counts.lost += count;
    this.#lost += count;
    if (monotonicMs - this.#lostToldMs < LOST_MS) return;
    this.#lostToldMs = monotonicMs;
    const { source } = about(this.#id);
    this.#tell({
      source,
      name: 'noticesLost',
      severity: 'minor',
      text: `${this.#lost} notices for destination ${this.#id} were given up: ${reason}`,
    });
    this.#lost = 0;
  }
}

const SOURCE = 'destination ';

const about = (id: string) => ({ source: `${SOURCE}${id}`, alarm: `destination ${id}` });

/** The destination that such an event, or its alarm, speaks of: it is not told to that one. */
export const destinationOf = (source: string | undefined): string | undefined =>
  source?.startsWith(SOURCE) ? source.slice(SOURCE.length) : undefined;
