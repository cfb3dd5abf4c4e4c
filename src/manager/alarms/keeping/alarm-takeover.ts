/**
 * Of what this manager comes to own: gathers the copies of its alarms that are here and at others, and has the book go on
 * with what they come to.
 *
 * Others are asked once, for all that came at about the same time, and for a second at most; polling does not wait for it.
 * Whoever is silent then and lives is asked again for ten minutes: what turns up late is merged with what has happened since.
 */
import type { Env, Timer } from '../../../base/env.js';
import { asPtpError } from '../../../base/errors.js';
import type { Alarm } from '../../../model/alarm.js';
import { type AlarmSubject, compareVersions, type KeptSet, type KeptVersion } from '../../../model/kept-alarm.js';
import type { Peer } from '../../../peer/peer.js';
import {
  type AlarmCopy,
  type Beginning,
  isOpen,
  mergeCopies,
  mergeLate,
  newsOf,
  revisionsOf,
} from '../../../pool/alarms/merge.js';
import { readAlarm } from './alarm-text.js';
import { epochIn, type KeptAlarms, MOST_SUBJECTS, subjectIn } from './kept-alarms.js';

export interface AlarmTakeoverParts {
  readonly env: Env;
  readonly self: string;
  readonly incarnation: number;
  readonly kept: Pick<KeptAlarms, 'keptOf'>;
  /** Whom to ask: members that live. */
  readonly others: () => readonly string[];
  readonly peer: (manager: string) => Peer | undefined;
  /** What is open of it now, also what does not count yet; undefined: it is not owned here any more. */
  readonly alarmsOf: (subject: AlarmSubject) => readonly Alarm[] | undefined;
  readonly adopt: (subject: AlarmSubject, alarms: readonly Alarm[]) => void;
  /** One that is over, from this manager's own disk. */
  readonly overOnDisk: (id: string) => Promise<Alarm | undefined>;
  /** They are to be kept by others, too, from now on. */
  readonly onMerged: (subjects: readonly AlarmSubject[]) => void;
}

interface Beginner {
  readonly beginning: Beginning;
  /** When it came here, monotonic. */
  readonly sinceMs: number;
}

/** What comes within this time is asked for together. */
const TOGETHER_MS = 20;
const ANSWER_MS = 1_000;
const PATIENT_MS = 2_000;
/** Who does not answer is asked again after this, for as long as that. */
const AGAIN_MS = 5_000;
const PATIENCE_MS = 600_000;
/** Others that are asked; of a large pool those next to this one. */
const MOST_ASKED = 32;

export class AlarmTakeover {
  readonly #parts: AlarmTakeoverParts;
  readonly #beginners = new Map<AlarmSubject, Beginner>();
  /** Not gathered for yet. */
  readonly #fresh = new Set<AlarmSubject>();
  /** Of those that are being gathered for: who waits for the end of it. */
  readonly #open = new Map<AlarmSubject, (() => void)[]>();
  readonly #ending = new AbortController();
  readonly #timers = new Set<Timer>();
  #gathering: Timer | undefined;

  constructor(parts: AlarmTakeoverParts) {
    this.#parts = parts;
  }

  /**
   * It is owned here from now on; what the book has of it now is what it begins with.
   * @param unkept Ids of those of which no copy need know.
   */
  taken(subject: AlarmSubject, unkept: ReadonlySet<string> = new Set()): void {
    const alarms = this.#parts.alarmsOf(subject);
    if (!alarms || this.#ending.signal.aborted) return;
    const { clock } = this.#parts.env;
    const beginning = { base: undefined, revisions: revisionsOf(alarms), unkept };
    this.#beginners.set(subject, { beginning, sinceMs: clock.monotonic() });
    this.#fresh.add(subject);
    if (!this.#open.has(subject)) this.#open.set(subject, []);
    this.#gathering ??= this.#after(TOGETHER_MS, () => {
      this.#gathering = undefined;
      const subjects = [...this.#fresh];
      this.#fresh.clear();
      for (let from = 0; from < subjects.length; from += MOST_SUBJECTS)
        void this.#gather(subjects.slice(from, from + MOST_SUBJECTS));
    });
  }

  left(subject: AlarmSubject): void {
    this.#beginners.delete(subject);
    this.#fresh.delete(subject);
    this.#opened(subject);
  }

  /** Resolves when all that others have of it is gathered, or after two seconds; undefined where nothing is gathered. */
  whenGathered(subject: AlarmSubject): Promise<void> | undefined {
    const waiting = this.#open.get(subject);
    if (!waiting) return undefined;
    return new Promise((resolve) => {
      waiting.push(resolve);
      this.#after(PATIENT_MS, resolve);
    });
  }

  /** The newest copy of former owners that it goes on from. */
  sinceOf(subject: AlarmSubject): KeptVersion | undefined {
    return this.#beginners.get(subject)?.beginning.base;
  }

  /** Merges what a manager keeps of former owners. Never rejects. */
  async fetch(manager: string, subjects: readonly AlarmSubject[]): Promise<void> {
    for (const copy of (await this.#ask(manager, subjects)) ?? []) this.late(copy, copy.owner !== manager);
  }

  /**
   * A copy of what is owned here has turned up.
   * @param hasEnded Its owner had come to an end by then. Else it may have gone on beside this one, and seen things its own
   * way: then only what people have said to it is news.
   */
  late(copy: AlarmCopy, hasEnded: boolean): void {
    const { self, incarnation, alarmsOf, env } = this.#parts;
    const beginner = this.#beginners.get(copy.subject);
    const live = alarmsOf(copy.subject);
    // What this start has sent to others itself is no news.
    if (!live || !beginner || (copy.owner === self && copy.incarnation === incarnation)) return;
    const { beginning } = beginner;
    const nowMs = env.clock.now();
    if (hasEnded) this.#adopt(copy, mergeLate(live, beginning, copy, nowMs), live, beginner);
    else this.#adopt(undefined, newsOf(live, copy), live, beginner, copy.subject);
  }

  close(): void {
    this.#ending.abort();
    for (const timer of this.#timers) timer.cancel();
    for (const subject of [...this.#open.keys()]) this.#opened(subject);
  }

  #opened(subject: AlarmSubject): void {
    const waiting = this.#open.get(subject);
    this.#open.delete(subject);
    for (const resolve of waiting ?? []) resolve();
  }

  async #gather(subjects: readonly AlarmSubject[]): Promise<void> {
    const { others, onMerged } = this.#parts;
    const silent: string[] = [];
    const found = await Promise.all([
      this.#here(subjects),
      ...others()
        .slice(0, MOST_ASKED)
        .map(async (manager) => {
          const answer = await this.#ask(manager, subjects);
          if (!answer) silent.push(manager);
          return answer ?? [];
        }),
    ]);
    const copies = new Map<AlarmSubject, AlarmCopy[]>(subjects.map((subject) => [subject, []]));
    for (const copy of found.flat()) copies.get(copy.subject)?.push(copy);
    for (const [subject, some] of copies) {
      this.#begin(subject, some);
      this.#opened(subject);
    }
    const merged = subjects.filter((subject) => this.#beginners.has(subject));
    onMerged(merged);
    for (const manager of silent) this.#askAgain(manager, merged);
  }

  /** What this manager keeps, and what it had as their owner before: that is in the book. */
  async #here(subjects: readonly AlarmSubject[]): Promise<readonly AlarmCopy[]> {
    const { env, kept, self, alarmsOf } = this.#parts;
    try {
      const copies = await kept.keptOf(subjects);
      return copies.map((copy) => (copy.owner === self ? { ...copy, alarms: alarmsOf(copy.subject) ?? [] } : copy));
    } catch (thrown) {
      env.log.error('what is kept of alarms cannot be read', { reason: asPtpError(thrown).message });
      return [];
    }
  }

  #begin(subject: AlarmSubject, copies: readonly AlarmCopy[]): void {
    const beginner = this.#beginners.get(subject);
    const live = this.#parts.alarmsOf(subject);
    if (!beginner || !live) return;
    const nowMs = this.#parts.env.clock.now();
    const { base, alarms } = mergeCopies(subject, copies, nowMs);
    if (!base) return;
    if (base.owner === this.#parts.self) void this.#endOpenElsewhere(subject, live, copies);
    this.#adopt(base, mergeLate(live, beginner.beginning, { ...base, alarms }, nowMs), live, beginner);
  }

  /** What was over on this disk when the manager crashed, and others have not heard of that. */
  async #endOpenElsewhere(subject: AlarmSubject, live: readonly Alarm[], copies: readonly AlarmCopy[]): Promise<void> {
    const { overOnDisk, adopt, env, self } = this.#parts;
    const here = new Set(live.map(({ id }) => id));
    const theirs = copies.flatMap(({ owner, alarms }) => (owner === self ? alarms : []));
    const missing = new Set(theirs.flatMap((alarm) => (isOpen(alarm) && !here.has(alarm.id) ? [alarm.id] : [])));
    try {
      for (const id of missing) {
        const over = await overOnDisk(id);
        if (over) adopt(subject, [over]);
      }
    } catch (thrown) {
      env.log.warn('alarms that are over cannot be read', { subject, reason: asPtpError(thrown).message });
    }
  }

  /** @param by By which copy, where that is what it goes by from now on if it is the newest. */
  #adopt(
    by: KeptSet | undefined,
    changed: readonly Alarm[],
    before: readonly Alarm[],
    { beginning: { base, revisions, unkept }, sinceMs }: Beginner,
    subject: AlarmSubject | undefined = by?.subject,
  ): void {
    if (subject === undefined) return;
    if (changed.length > 0) this.#parts.adopt(subject, changed);
    // What came by it is not touched here either; of all that it began with it is remembered that it was there.
    const still = new Set(before.flatMap(({ id, revision }) => (revisions.get(id) === revision ? [id] : [])));
    for (const { id } of changed) still.add(id);
    const now = (this.#parts.alarmsOf(subject) ?? []).filter(({ id }) => still.has(id));
    const newest = by && (!base || compareVersions(by, base) >= 0) ? by : base;
    const known = new Map([...revisions, ...revisionsOf(changed), ...revisionsOf(now)]);
    this.#beginners.set(subject, { sinceMs, beginning: { base: newest, revisions: known, unkept } });
  }

  /** @returns Undefined when it did not answer. */
  async #ask(manager: string, subjects: readonly AlarmSubject[]): Promise<readonly AlarmCopy[] | undefined> {
    const { peer, env } = this.#parts;
    const to = peer(manager);
    if (!to) return undefined;
    const copies: AlarmCopy[] = [];
    try {
      for (let wanted: readonly string[] = subjects; wanted.length > 0; ) {
        const options = { timeoutMs: ANSWER_MS, signal: this.#ending.signal };
        const answer = await to.call('getKeptAlarms', { subjects: wanted }, options);
        for (const { subject, epoch, owner, incarnation, number, alarms } of answer.copies)
          copies.push({
            subject: subjectIn(subject, 'copies/subject'),
            epoch: epochIn(epoch, 'copies/epoch'),
            owner,
            incarnation,
            number,
            alarms: alarms.map(readAlarm),
          });
        wanted = answer.left.length < wanted.length ? answer.left : [];
      }
      return copies;
    } catch (thrown) {
      env.log.debug('what a manager keeps of alarms is not known', { manager, reason: asPtpError(thrown).message });
      return undefined;
    }
  }

  #askAgain(manager: string, subjects: readonly AlarmSubject[]): void {
    const { clock } = this.#parts.env;
    this.#after(AGAIN_MS, async () => {
      const still = subjects.filter(
        (subject) => clock.monotonic() - (this.#beginners.get(subject)?.sinceMs ?? 0) < PATIENCE_MS,
      );
      if (still.length === 0) return;
      const answer = await this.#ask(manager, still);
      if (!answer) this.#askAgain(manager, still);
      else for (const copy of answer) this.late(copy, copy.owner !== manager);
    });
  }

  #after(delayMs: number, run: () => void): Timer {
    const timer = this.#parts.env.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      if (!this.#ending.signal.aborted) run();
    });
    this.#timers.add(timer);
    return timer;
  }
}
