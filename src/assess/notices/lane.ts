/**
 * What waits for one destination, and when it is sent. Pure: time, monotonic, and chance are arguments.
 *
 * Life of a row: waiting -> in a message (which stays as it is until it has come through or is given up: it may have
 * arrived although nobody said so) -> sent, or unsent: too old, too many before it, or refused several times.
 *
 * Of a lane, while its destination takes what it is sent:
 *
 * ```
 *   calm ── a few wait, for as long as it takes others to follow ──▶ one message for each
 *    ▲ │
 *    │ └── more wait than are read one by one, or too many messages of late ──▶ storm
 *    └──── only a few in the meantime ◀── one message for all that waits, after longer and longer pauses ──┘
 * ```
 *
 * A destination that fails is tried again after 5 s, 10 s, ... up to 5 minutes, and by chance up to half sooner.
 */
import { type Behind, gathered, type Message, withBehind } from './message.js';
import type { Notice } from './notice.js';
import { UnsentCount } from './unsent.js';

/** A notice on its way to one destination. */
export interface Row {
  /** Ascending. */
  readonly id: number;
  readonly destination: string;
  readonly notice: Notice;
  /** Since when it is to be told, monotonic. */
  readonly sinceMs: number;
}

export interface LaneLimits {
  /** The first waits so long for others, milliseconds. */
  readonly settleMs: number;
  /** As many at a time are told one by one; more become one message. */
  readonly together: number;
  /** Messages within a window; with more there is a storm. */
  readonly messages: number;
  readonly windowMs: number;
}

/** For those who read every message, and for programs. */
export const READERS: LaneLimits = { settleMs: 2000, together: 4, messages: 10, windowMs: 60_000 };
export const PROGRAMS: LaneLimits = { settleMs: 50, together: 200, messages: 1000, windowMs: 10_000 };

export const MOST_WAITING = 20_000;
/** The first pause of a storm is this part of a window; each further one is twice as long, up to the whole. */
const FIRST_PAUSE = 6;
/** What is older is of no use to anybody, and kept in the event log anyway. */
export const EXPIRY_MS = 24 * 3600_000;
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;
/** A destination may ask to be left alone for as long. */
const MOST_ASKED_MS = 3600_000;
/** A message that the destination does not take, while it takes others, would hold up all that follow. */
const MOST_REFUSALS = 3;

export interface Failure {
  /** The destination has read it and does not want it. */
  readonly isRefused: boolean;
  /** When it asks to be tried again. */
  readonly afterMs?: number;
}

interface Frozen {
  readonly message: Message;
  readonly rows: readonly Row[];
  refusals: number;
}

export class Lane {
  readonly #destination: string;
  readonly #limits: LaneLimits;
  /** By id, ascending. */
  readonly #waiting = new Map<number, Row>();
  readonly #byAlarm = new Map<string, Row>();
  readonly #unsent = new UnsentCount();
  #frozen: Frozen | undefined;
  #isSending = false;
  #failures = 0;
  #retryMs = 0;
  /** When the latest messages went out. */
  #recent: number[] = [];
  #isStorm = false;
  /** Between two messages of a storm. */
  #pauseMs = 0;
  #mark: number | undefined;

  constructor(destination: string, limits: LaneLimits) {
    this.#destination = destination;
    this.#limits = limits;
  }

  /** All that is not sent, that which is being tried included. */
  get size(): number {
    return this.#waiting.size + (this.#frozen?.rows.length ?? 0);
  }

  get failures(): number {
    return this.#failures;
  }

  get retryMs(): number {
    return this.#retryMs;
  }

  /** Up to which row the message goes that is being tried, if it is a gathered one: kept for {@link recall}. */
  get mark(): number | undefined {
    return this.#frozen?.message.content.is === 'gathered' ? lastOf(this.#frozen.rows) : this.#mark;
  }

  /** After a start: the message that was being tried is made of the same rows, and has the same id. */
  recall(mark: number): void {
    this.#mark = mark;
  }

  /** Of an alarm that waits already the latest is told, and as soon as the former would have been. */
  add(row: Row): { readonly superseded: Row | undefined; readonly lost: Row | undefined } {
    const { alarm } = row.notice;
    const superseded = alarm === undefined ? undefined : this.#byAlarm.get(alarm);
    if (superseded) this.#forget(superseded);
    const added = superseded ? { ...row, sinceMs: Math.min(row.sinceMs, superseded.sinceMs) } : row;
    this.#waiting.set(row.id, added);
    if (alarm !== undefined) this.#byAlarm.set(alarm, added);
    const [oldest] = this.#waiting.values();
    const isFull = this.#waiting.size > MOST_WAITING;
    return { superseded, lost: isFull && oldest ? this.#lose(oldest) : undefined };
  }

  /** The one that waits for an alarm and is in no message yet, taken away. */
  withdraw(alarm: string): Row | undefined {
    const row = this.#byAlarm.get(alarm);
    if (row) this.#forget(row);
    return row;
  }

  /** @returns Those that wait and are not wanted any more, taken away. */
  drop(isWanted: (row: Row) => boolean): readonly Row[] {
    const dropped = [...this.#waiting.values()].filter((row) => !isWanted(row));
    for (const row of dropped) this.#forget(row);
    return dropped;
  }

  /** All that is there, taken away, as when the destination is. */
  empty(): readonly Row[] {
    const rows = [...(this.#frozen?.rows ?? []), ...this.#waiting.values()];
    this.#waiting.clear();
    this.#byAlarm.clear();
    this.#frozen = undefined;
    this.#isSending = false;
    return rows;
  }

  /** When there is something to do, monotonic; undefined while there is nothing, or while a message is on its way. */
  dueMs(): number | undefined {
    if (this.#isSending) return undefined;
    if (this.#frozen) return this.#retryMs;
    const [first] = this.#waiting.values();
    if (!first) return undefined;
    const settledMs = first.sinceMs + this.#limits.settleMs;
    const last = this.#recent.at(-1);
    const stormMs = this.#isStorm && last !== undefined ? last + this.#pauseMs : 0;
    return Math.max(settledMs, stormMs, this.#retryMs);
  }

  /** The message to be sent now, if there is one: its outcome has to be told before there is another. */
  take(
    nowMs: number,
    behind: (notice: Notice) => Behind | undefined,
  ): { readonly message: Message; readonly rows: readonly Row[] } | undefined {
    const dueMs = this.dueMs();
    if (dueMs === undefined || nowMs < dueMs) return undefined;
    this.#frozen ??= this.#compose(nowMs, behind);
    this.#isSending = true;
    return this.#frozen;
  }

  /** @returns The rows that are told now. */
  sent(nowMs: number): readonly Row[] {
    const frozen = this.#settled();
    this.#failures = 0;
    this.#retryMs = 0;
    this.#recent.push(nowMs);
    if (frozen?.message.unsent) this.#unsent.settle(frozen.message.unsent);
    return frozen?.rows ?? [];
  }

  /**
   * @param chance Within [0, 1).
   * @returns The rows that are given up.
   */
  failed(nowMs: number, chance: number, { isRefused, afterMs = 0 }: Failure): readonly Row[] {
    this.#isSending = false;
    this.#failures += 1;
    const doubled = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 10));
    const delayMs = Math.max(doubled * (1 - chance / 2), Math.min(afterMs, MOST_ASKED_MS));
    this.#retryMs = nowMs + delayMs;
    if (this.#frozen && isRefused) this.#frozen.refusals += 1;
    if (!this.#frozen || this.#frozen.refusals < MOST_REFUSALS) return [];
    return (this.#settled()?.rows ?? []).map((row) => this.#lose(row));
  }

  /** @returns Rows that are too old by now. */
  expire(nowMs: number): readonly Row[] {
    const isOld = ({ sinceMs }: Row) => nowMs - sinceMs >= EXPIRY_MS;
    const old = [...this.#waiting.values()].filter(isOld);
    if (!this.#isSending && this.#frozen?.rows.every(isOld)) old.unshift(...(this.#settled()?.rows ?? []));
    return old.map((row) => this.#lose(row));
  }

  #compose(nowMs: number, behind: (notice: Notice) => Behind | undefined): Frozen {
    const rows = [...this.#waiting.values()];
    const isMany = rows.length > this.#limits.together || this.#isStorm;
    const marked = rows.filter(({ id }) => id <= (this.#mark ?? 0));
    this.#mark = undefined;
    const taken = marked.length > 0 ? marked : isMany ? rows : rows.slice(0, 1);
    this.#look(nowMs, rows.length);
    for (const row of taken) this.#forget(row);
    const unsent = this.#unsent.told;
    return { message: { ...this.#messageOf(taken, behind), ...(unsent && { unsent }) }, rows: taken, refusals: 0 };
  }

  #messageOf(rows: readonly Row[], behind: (notice: Notice) => Behind | undefined): Message {
    const notices = rows.map(({ notice }) => notice);
    const [first] = notices;
    if (first && notices.length === 1)
      return { id: first.id, content: { is: 'one', notice: withBehind(first, behind(first)) } };
    // Of all rows only one destination has this one, and it is in no other message.
    const id = `${first?.manager ?? ''}-${this.#destination}-${lastOf(rows)}`;
    return { id, content: { is: 'gathered', all: gathered(notices, behind) } };
  }

  /** Whether there is a storm from this message on. */
  #look(nowMs: number, count: number): void {
    const { messages, together, windowMs } = this.#limits;
    this.#recent = this.#recent.filter((ms) => nowMs - ms < windowMs).slice(-messages);
    const isMany = count > together || this.#recent.length + 1 >= messages;
    const longerMs = this.#isStorm ? 2 * this.#pauseMs : windowMs / FIRST_PAUSE;
    this.#isStorm = isMany;
    this.#pauseMs = this.#isStorm ? Math.min(longerMs, windowMs) : 0;
  }

  #settled(): Frozen | undefined {
    const frozen = this.#frozen;
    this.#frozen = undefined;
    this.#isSending = false;
    return frozen;
  }

  #lose(row: Row): Row {
    this.#forget(row);
    this.#unsent.add(row.notice.name);
    return row;
  }

  #forget(row: Row): void {
    this.#waiting.delete(row.id);
    const { alarm } = row.notice;
    if (alarm !== undefined && this.#byAlarm.get(alarm)?.id === row.id) this.#byAlarm.delete(alarm);
  }
}

const lastOf = (rows: readonly Row[]): number => rows.reduce((last, { id }) => Math.max(last, id), 0);
