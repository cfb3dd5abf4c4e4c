/**
 * What is told here of elements of other managers goes to their owners, who go on with it.
 *
 * ```
 *   told ── own disk, another's ─┬─ passAlarms ──▶ the owner's disk, another's ──▶ its own here, and shown there alone
 *                                └─ not within two seconds: shown here, and passed on later
 *   over ── note on own disk ────── passAlarms, until the owner has heard of it
 * ```
 *
 * The id of an alarm stays what it is: one that is brought twice, since an answer was lost, is one.
 */
import { type Env, sleep, type Timer } from '../../../base/env.js';
import { asPtpError } from '../../../base/errors.js';
import type { Alarm } from '../../../model/alarm.js';
import type { ElementName } from '../../../model/element.js';
import type { NewEvent } from '../../../model/event.js';
import type { Peer } from '../../../peer/peer.js';
import type { Input, Output } from '../../../xml/messages/operations.js';
import type { AlarmBook } from '../alarm-book.js';
import type { Elsewhere } from '../alarm-book-parts.js';
import type { AlarmKeeper } from '../keeper.js';
import { alarmText } from '../keeping/alarm-text.js';
import { type AlarmTaking, MOST_ENDED, MOST_PASSED } from './alarm-taking.js';
import { type EndedThere, EndsToPass, type Notes } from './ends-to-pass.js';

export interface AlarmPassingParts {
  readonly env: Env;
  readonly self: string;
  /** Has alarms of this manager kept by another one. */
  readonly keeper: AlarmKeeper;
  readonly notes: Notes;
  readonly book: () => Pick<AlarmBook, 'open' | 'get' | 'passedOn'>;
  /** Who polls an element, this manager included; undefined where that is not known now. Never rejects. */
  readonly ownerOf: (element: ElementName) => Promise<string | undefined>;
  /** Undefined where no way to it is known. */
  readonly peer: (manager: string) => Peer | undefined;
  /** For what is about elements that have come here meanwhile. */
  readonly taking: Pick<AlarmTaking, 'take' | 'goesOnAs' | 'goOn' | 'tellAgain' | 'end'>;
}

/** So long nobody sees an alarm here that its owner will have in a moment. */
const AT_ONCE_MS = 2000;
const ANSWER_MS = 5000;
/** What is told at about the same time goes together. */
const TOGETHER_MS = 50;
/** What was not passed on is tried again after this, and ever later up to that. */
const AGAIN_MS = 2000;
const AGAIN_LATER_MS = 60_000;
/** People who are being told of an alarm here are not told of it by its owner as well: it waits so long for that. */
const TOLD_WITHIN_MS = 60_000;

interface Lane {
  readonly alarms: Map<string, Alarm>;
  readonly ends: Map<string, EndedThere>;
  /** Resolves when what is in it was sent, whatever came of it. */
  readonly sent: Promise<void>;
}

export class AlarmPassing implements AlarmKeeper, Elsewhere {
  readonly #parts: AlarmPassingParts;
  readonly #ends: EndsToPass;
  /** By owner: what the next message has. One is on its way at a time, so that none overtakes another. */
  readonly #lanes = new Map<string, Lane>();
  readonly #sending = new Map<string, Promise<void>>();
  readonly #ending = new AbortController();
  #again: Timer | undefined;
  #againMs = AGAIN_MS;

  constructor(parts: AlarmPassingParts) {
    this.#parts = parts;
    this.#ends = new EndsToPass(parts.env, parts.notes);
  }

  /** To be called once, when the book has been read. */
  async start(): Promise<void> {
    await this.#ends.load();
    this.#later();
  }

  close(): void {
    this.#ending.abort();
    this.#again?.cancel();
  }

  /** See {@link AlarmKeeper.keep}. */
  async keep(alarm: Alarm): Promise<string | undefined> {
    const { keeper, env } = this.#parts;
    const kept = keeper.keep(alarm);
    const isOpen = alarm.about !== undefined && alarm.severity !== 'cleared';
    if (!isOpen || this.#ending.signal.aborted) return kept;
    this.#later();
    // People are told of what is shown here.
    if (this.#parts.book().get(alarm.id)) return kept;
    const [by] = await Promise.all([kept, Promise.race([this.#pass(alarm), sleep(env.clock, AT_ONCE_MS)])]);
    return by;
  }

  told(element: ElementName, key: string, event: NewEvent): void {
    if (event.severity !== 'cleared') {
      // What stands again is not over: the owner will hear that it was told of again.
      this.#ends.remove(element, key);
      return;
    }
    void this.#passEnd(this.#ends.add(element, key, event));
  }

  noting(): Promise<void> | undefined {
    return this.#ends.noting();
  }

  /** What another manager passes on to this one. @throws PtpError `Client.Validation`, `Client.TooLarge` */
  take(brought: Input<'passAlarms'>): Promise<Output<'passAlarms'>> {
    return this.#parts.taking.take(brought);
  }

  async #pass(alarm: Alarm): Promise<void> {
    const owner = alarm.about && (await this.#parts.ownerOf(alarm.about));
    if (owner === undefined) return;
    if (owner === this.#parts.self) return this.#takeHere(alarm);
    const lane = this.#lane(owner);
    lane.alarms.set(alarm.id, alarm);
    await lane.sent;
  }

  async #passEnd(end: EndedThere): Promise<void> {
    this.#later();
    const owner = await this.#parts.ownerOf(end.element);
    if (owner === undefined) return;
    if (owner === this.#parts.self) {
      if (await this.#parts.taking.end(end, this.#ageOf(end.at))) this.#ends.passed(end);
      return;
    }
    const lane = this.#lane(owner);
    lane.ends.set(end.id, end);
    await lane.sent;
  }

  /** The element has come here since. */
  #takeHere(alarm: Alarm): void {
    const { taking, book } = this.#parts;
    const next = taking.goesOnAs(alarm, this.#ageOf(alarm.lastAt));
    if (next === undefined) return;
    if (!book().passedOn(alarm.id, alarm.revision, next !== 'told again')) return;
    if (next === 'told again') void taking.tellAgain(alarm);
    else void taking.goOn(next);
  }

  #lane(owner: string): Lane {
    const known = this.#lanes.get(owner);
    if (known && known.alarms.size < MOST_PASSED && known.ends.size < MOST_ENDED) return known;
    const before = this.#sending.get(owner) ?? sleep(this.#parts.env.clock, TOGETHER_MS);
    const sent: Promise<void> = before.then(async () => {
      if (this.#lanes.get(owner) === lane) this.#lanes.delete(owner);
      await this.#send(owner, lane);
      if (this.#sending.get(owner) === sent) this.#sending.delete(owner);
    });
    const lane: Lane = { alarms: new Map(), ends: new Map(), sent };
    this.#lanes.set(owner, lane);
    this.#sending.set(owner, sent);
    return lane;
  }

  /** Never rejects. */
  async #send(owner: string, { alarms, ends }: Lane): Promise<void> {
    const { env, peer, keeper, book } = this.#parts;
    if (this.#ending.signal.aborted) return;
    try {
      const way = peer(owner);
      if (!way) return;
      const question = {
        alarms: [...alarms.values()].map((alarm) => ({
          alarm: alarmText(alarm),
          age: this.#ageOf(alarm.lastAt) / 1000,
        })),
        ended: [...ends.values()].map(({ at, ...end }) => ({ ...end, age: this.#ageOf(at) / 1000 })),
      };
      const { taken } = await way.call('passAlarms', question, { timeoutMs: ANSWER_MS, signal: this.#ending.signal });
      if (taken.length > 0) this.#againMs = AGAIN_MS;
      for (const id of taken) {
        const alarm = alarms.get(id);
        const over = alarm && book().passedOn(id, alarm.revision, false);
        if (over) void keeper.keep(over);
        const end = ends.get(id);
        if (end) this.#ends.passed(end);
      }
    } catch (thrown) {
      env.log.debug('alarms could not be passed on', { to: owner, reason: asPtpError(thrown).message });
    }
  }

  #later(): void {
    if (this.#ending.signal.aborted) return;
    this.#again ??= this.#parts.env.clock.after(this.#againMs, () => {
      this.#again = undefined;
      void this.#tryAgain();
    });
  }

  async #tryAgain(): Promise<void> {
    const about = this.#parts
      .book()
      .open()
      .filter((alarm) => alarm.about !== undefined);
    const ends = this.#ends.waiting();
    this.#againMs = about.length + ends.length === 0 ? AGAIN_MS : Math.min(AGAIN_LATER_MS, this.#againMs * 2);
    const nowMs = this.#parts.env.clock.now();
    const due = about.filter(({ told, change, changedAt }) => told >= change || nowMs - changedAt > TOLD_WITHIN_MS);
    await Promise.all([
      ...due.slice(0, MOST_PASSED).map((alarm) => this.#pass(alarm)),
      ...ends.slice(0, MOST_ENDED).map((end) => this.#passEnd(end)),
    ]);
    if (about.length + ends.length > 0) this.#later();
  }

  #ageOf(time: number): number {
    return Math.max(0, this.#parts.env.clock.now() - time);
  }
}
