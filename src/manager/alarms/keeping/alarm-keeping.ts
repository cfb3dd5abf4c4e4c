/**
 * Has the alarms of this manager kept by others: gives the decisions of `pool/alarms/keeping.ts` what they need to know,
 * and does what they say.
 */
import type { Env, Timer } from '../../../base/env.js';
import { asPtpError, PtpError } from '../../../base/errors.js';
import type { Alarm } from '../../../model/alarm.js';
import { type AlarmSubject, AT_OWNER, type KeptSet, type KeptVersion, subjectOf } from '../../../model/kept-alarm.js';
import { compareEpochs, type Epoch, formatEpoch } from '../../../model/manager.js';
import type { Peer } from '../../../peer/peer.js';
import type { KeepMessage } from '../../../pool/alarms/keeper.js';
import { ANSWER_MS, keeperOf, keepingWakeAtMs, stepKeeping, TOGETHER_MS } from '../../../pool/alarms/keeping.js';
import {
  type KeepingEffect,
  type KeepingInput,
  type KeepingState,
  type KeepingWorld,
  newKeepingState,
} from '../../../pool/alarms/keeping-state.js';
import type { Input } from '../../../xml/messages/operations.js';
import type { AlarmKeeper } from '../keeper.js';
import { alarmText } from './alarm-text.js';

export interface AlarmKeepingParts {
  readonly env: Env;
  readonly self: string;
  readonly incarnation: number;
  /** Under which a subject is owned here; undefined: it is not. */
  readonly epochOf: (subject: AlarmSubject) => Epoch | undefined;
  /** Managers that could keep it, the most wanted first; without this one. */
  readonly candidates: (subject: AlarmSubject) => readonly string[];
  readonly alarmsOf: (subject: AlarmSubject) => readonly Alarm[];
  /** The newest copy of former owners that its alarms go on from. */
  readonly sinceOf: (subject: AlarmSubject) => KeptVersion | undefined;
  /** Merges what a manager keeps of former owners. Never rejects. */
  readonly fetch: (manager: string, subjects: readonly AlarmSubject[]) => Promise<void>;
  /** Undefined where no way to it is known. */
  readonly peer: (manager: string) => Peer | undefined;
  /** Brings to this manager's own disk by which version it owns these. */
  readonly noteOwn: (sets: readonly KeptSet[]) => Promise<void>;
  readonly onKept: (alarms: readonly Alarm[], by: string) => void;
}

/** The last that the former owner says. */
export interface HandedOn {
  readonly subject: AlarmSubject;
  /** Under which it was owned here. */
  readonly epoch: Epoch;
  /** They are all that are open; false: it has been taken over, and this manager did not know that. */
  readonly isAll: boolean;
  readonly alarms: readonly Alarm[];
}

export class AlarmKeeping implements AlarmKeeper {
  readonly #parts: AlarmKeepingParts;
  readonly #state: KeepingState;
  readonly #world: KeepingWorld;
  readonly #tickets = new Map<number, (keptBy: string | undefined) => void>();
  /** Under which epoch it is noted that a subject is owned here, and when that is on disk. */
  readonly #noted = new Map<AlarmSubject, { readonly epoch: Epoch; readonly done: Promise<void> }>();
  /** By new owner. */
  readonly #handing = new Map<string, HandedOn[]>();
  readonly #ending = new AbortController();
  #ticket = 0;
  #timer: Timer | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(parts: AlarmKeepingParts) {
    this.#parts = parts;
    this.#state = newKeepingState(parts.self, parts.incarnation, parts.env.clock.monotonic());
    this.#world = parts;
  }

  async keep(alarm: Alarm): Promise<string | undefined> {
    if (this.#ending.signal.aborted) return undefined;
    const subject = subjectOf(alarm);
    this.#ticket += 1;
    const ticket = this.#ticket;
    const counts = new Promise<string | undefined>((resolve) => this.#tickets.set(ticket, resolve));
    const noted = this.note([subject]);
    this.#take({ is: 'changed', subject, alarm, ticket });
    const [keptBy] = await Promise.all([counts, noted]);
    return keptBy;
  }

  /** It is owned here from now on, or another stands in for it; without a subject, managers have come or gone. */
  look(subject?: AlarmSubject): void {
    this.#take({ is: 'look', ...(subject !== undefined && { subject }) });
  }

  /** Notes on disk by which version these are owned here. Never rejects. */
  async note(subjects: readonly AlarmSubject[]): Promise<void> {
    const { epochOf, self, incarnation, env, noteOwn } = this.#parts;
    const anew: KeptSet[] = [];
    const under: Promise<void>[] = [];
    for (const subject of subjects) {
      const epoch = epochOf(subject);
      const known = this.#noted.get(subject);
      if (known && epoch && compareEpochs(known.epoch, epoch) === 0) under.push(known.done);
      else if (epoch) anew.push({ subject, owner: self, epoch, incarnation, number: AT_OWNER });
    }
    if (anew.length > 0) {
      const done = noteOwn(anew).catch((thrown: unknown) => {
        for (const { subject } of anew) this.#noted.delete(subject);
        env.log.warn('whose alarms these are cannot be noted', { reason: asPtpError(thrown).message });
      });
      for (const { subject, epoch } of anew) this.#noted.set(subject, { epoch, done });
      under.push(done);
    }
    await Promise.all(under);
  }

  /**
   * It is another's.
   * @returns Under which ownership its alarms were last kept, and by whom; undefined where it had none.
   */
  left(subject: AlarmSubject): { readonly epoch: Epoch; readonly keeper: string | undefined } | undefined {
    const noted = this.#noted.get(subject);
    this.#noted.delete(subject);
    const keeper = keeperOf(this.#state, subject);
    if (noted) this.#take({ is: 'look', subject });
    return noted && { epoch: noted.epoch, keeper };
  }

  /**
   * Gives a new owner what this manager had at last. Nobody waits for it, and it is tried a few times only: what counted is
   * kept elsewhere, too.
   */
  handOn(to: string, handed: HandedOn): void {
    const waiting = this.#handing.get(to);
    if (waiting) waiting.push(handed);
    else {
      this.#handing.set(to, [handed]);
      this.#parts.env.clock.after(TOGETHER_MS, () => void this.#handOn(to));
    }
  }

  async #handOn(to: string): Promise<void> {
    const { self, incarnation, env } = this.#parts;
    const all = this.#handing.get(to) ?? [];
    this.#handing.delete(to);
    const subjects = all.map(({ subject, epoch, isAll, alarms }) => ({ subject, epoch, begins: isAll, alarms }));
    while (subjects.length > 0) {
      const some = subjects.splice(0, MOST_HANDED);
      for (let tries = 0; tries < MOST_TRIES && !this.#ending.signal.aborted; tries += 1) {
        this.#state.number += 1;
        const message = { owner: self, incarnation, number: this.#state.number, subjects: some, released: [] };
        try {
          await this.#call(to, message);
          break;
        } catch (thrown) {
          env.log.debug('the last of alarms did not arrive', { to, reason: asPtpError(thrown).message });
          await new Promise<void>((resolve) => env.clock.after(TRY_AGAIN_MS, resolve));
        }
      }
    }
  }

  /** Whoever waits hears that this manager is alone with it. */
  close(): void {
    this.#ending.abort();
    this.#timer?.cancel();
    for (const resolve of this.#tickets.values()) resolve(undefined);
    this.#tickets.clear();
  }

  #take(input: KeepingInput): void {
    if (this.#ending.signal.aborted) return;
    const nowMs = this.#parts.env.clock.monotonic();
    for (const effect of stepKeeping(this.#state, input, this.#world, nowMs)) this.#perform(effect);
    this.#arm();
  }

  #arm(): void {
    const { clock } = this.#parts.env;
    const wakeMs = keepingWakeAtMs(this.#state) ?? Number.POSITIVE_INFINITY;
    // One that comes too soon costs less than a timer for each change.
    if (wakeMs >= this.#wakeMs) return;
    this.#timer?.cancel();
    this.#wakeMs = wakeMs;
    this.#timer = clock.after(Math.max(1, wakeMs - clock.monotonic()), () => {
      this.#wakeMs = Number.POSITIVE_INFINITY;
      this.#take({ is: 'tick' });
    });
  }

  #perform(effect: KeepingEffect): void {
    switch (effect.is) {
      case 'send':
        void this.#send(effect.to, effect.message);
        return;
      case 'kept':
        this.#parts.onKept(effect.alarms, effect.by);
        return;
      case 'counts': {
        const resolve = this.#tickets.get(effect.ticket);
        this.#tickets.delete(effect.ticket);
        resolve?.(effect.keptBy);
      }
    }
  }

  async #send(by: string, message: KeepMessage): Promise<void> {
    const { number } = message;
    try {
      const { stale, lacking, unmerged } = await this.#call(by, message);
      const of = (names: readonly string[]): AlarmSubject[] =>
        message.subjects.flatMap(({ subject }) => (names.includes(subject) ? [subject] : []));
      if (unmerged.length > 0) await this.#parts.fetch(by, of(unmerged));
      this.#take({ is: 'answered', by, number, stale: of(stale), lacking: of([...lacking, ...unmerged]) });
    } catch (thrown) {
      const { env } = this.#parts;
      env.log.warn('alarms are not kept by another manager', { manager: by, reason: asPtpError(thrown).message });
      this.#take({ is: 'failed', by, number });
    }
  }

  async #call(to: string, message: KeepMessage) {
    const peer = this.#parts.peer(to);
    if (!peer) throw new PtpError('Server.Unavailable', `no way to ${to} is known`);
    return peer.call('keepAlarms', inputOf(message), { timeoutMs: ANSWER_MS, signal: this.#ending.signal });
  }
}

/** Subjects of one message. */
const MOST_HANDED = 200;
const MOST_TRIES = 3;
const TRY_AGAIN_MS = 1_000;

const inputOf = ({ owner, incarnation, number, subjects, released }: KeepMessage): Input<'keepAlarms'> => ({
  owner,
  incarnation,
  number,
  subjects: subjects.map(({ subject, epoch, begins, since, alarms }) => ({
    subject,
    epoch: formatEpoch(epoch),
    kind: begins ? 'all' : 'changes',
    ...(since && {
      since: { epoch: formatEpoch(since.epoch), incarnation: since.incarnation, number: since.number },
    }),
    alarms: alarms.map(alarmText),
  })),
  released: released.map(({ subject, epoch }) => ({ subject, epoch: formatEpoch(epoch) })),
});
