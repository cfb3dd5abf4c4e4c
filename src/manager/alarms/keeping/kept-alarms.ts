/** Keeps the alarms of other managers on disk, and gives them to whoever comes to own their elements. */
import type { Env, Timer } from '../../../base/env.js';
import { asPtpError, PtpError } from '../../../base/errors.js';
import type { Alarm } from '../../../model/alarm.js';
import {
  type AlarmSubject,
  AT_OWNER,
  elementOf,
  type KeptChange,
  type KeptSet,
  ownSubject,
  parseSubject,
} from '../../../model/kept-alarm.js';
import { type Epoch, formatEpoch, parseEpoch } from '../../../model/manager.js';
import {
  forgetKept,
  type KeepMessage,
  MOST_KEPT,
  newKeeperState,
  outdated,
  rememberKept,
  takeMessage,
} from '../../../pool/alarms/keeper.js';
import type { AlarmCopy } from '../../../pool/alarms/merge.js';
import type { Store } from '../../../store/store.js';
import type { Input, Output } from '../../../xml/messages/operations.js';
import { alarmText, readAlarm } from './alarm-text.js';

export interface KeptAlarmsParts {
  readonly env: Env;
  readonly self: string;
  readonly store: Pick<Store, 'changeKept' | 'loadKept'>;
  /** Under which a subject is owned here. */
  readonly epochOf: (subject: AlarmSubject) => Epoch | undefined;
  /** What this manager has itself of a subject that it owns. */
  readonly own: (subject: AlarmSubject) => AlarmCopy | undefined;
  /**
   * What the former owner of what is owned here has sent.
   * @param isAll At its end; else it did not know that it was the owner no more.
   */
  readonly onLate: (copy: AlarmCopy, isAll: boolean) => void;
}

/** Subjects of one question. */
export const MOST_SUBJECTS = 500;
/** Alarms of one message. */
const MOST_BROUGHT = 10_000;
/** Characters of one answer. */
const MOST_CHARACTERS = 2_000_000;
/** What its owner has not spoken of for so long is not kept any more; it does so every day. */
const UNHEARD_MS = 30 * 86_400_000;
const TIDY_EVERY_MS = 3_600_000;

export class KeptAlarms {
  readonly #parts: KeptAlarmsParts;
  readonly #state = newKeeperState();
  /** Of which it is noted on this disk that they are owned here. */
  readonly #own = new Set<AlarmSubject>();
  #loaded: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(parts: KeptAlarmsParts) {
    this.#parts = parts;
  }

  /** Alarms that are kept for others. */
  get count(): number {
    return this.#state.count;
  }

  close(): void {
    this.#timer?.cancel();
  }

  /**
   * Answers when it is on disk.
   * @throws PtpError `Client.Stale` for what is older than what its owner has sent already, `Server.Busy` where there is no
   * room, `Client.Validation`, `Store.Failed`.
   */
  async keep(input: Input<'keepAlarms'>): Promise<Output<'keepAlarms'>> {
    const message = messageOf(input);
    await this.load();
    const { env, store, epochOf, onLate } = this.#parts;
    const at = env.clock.now();
    const taken = takeMessage(this.#state, message, epochOf, at);
    if (taken === 'old')
      throw new PtpError(
        'Client.Stale',
        `message ${message.number} of start ${message.incarnation} of ${message.owner} is older than what has been heard of it; a newer one should be sent`,
        { place: { path: 'number' } },
      );
    if (taken === 'full')
      throw new PtpError('Server.Busy', `${MOST_KEPT} alarms are kept here already; another manager should be asked`);
    const { change, stale, lacking, unmerged } = taken;
    const alarms = change.alarms.map(({ subject, alarm }) => ({ id: alarm.id, subject, at, body: alarmText(alarm) }));
    try {
      await store.changeKept({ ...change, alarms });
    } catch (thrown) {
      forgetKept(
        this.#state,
        message.subjects.map(({ subject }) => subject),
      );
      throw thrown;
    }
    for (const { subject } of change.sets) this.#own.delete(subject);
    const { owner, incarnation } = message;
    for (const { subject, epoch, begins, alarms: brought } of message.subjects)
      if (stale.includes(subject) && epochOf(subject))
        onLate({ subject, owner, epoch, incarnation, number: AT_OWNER, alarms: brought }, begins);
    return { stale, lacking, unmerged };
  }

  /** @throws PtpError `Client.Validation`, `Store.Failed` */
  async give({ subjects: asked }: Input<'getKeptAlarms'>): Promise<Output<'getKeptAlarms'>> {
    if (asked.length > MOST_SUBJECTS)
      throw new PtpError('Client.Validation', `alarms of ${asked.length} are asked for; ${MOST_SUBJECTS} is the most`, {
        place: { path: 'subjects' },
      });
    const subjects = asked.map((one, index) => subjectIn(one, `subjects[${index + 1}]`));
    const all = await this.copiesOf(subjects);
    let characters = 0;
    const copies = all.map((copy) => ({ ...copy, epoch: formatEpoch(copy.epoch), alarms: copy.alarms.map(alarmText) }));
    const fitting = copies.findIndex(({ alarms }, index) => {
      characters += alarms.reduce((sum, text) => sum + text.length, 0);
      return index > 0 && characters > MOST_CHARACTERS;
    });
    const given = fitting < 0 ? copies.length : fitting;
    return { copies: copies.slice(0, given), left: copies.slice(given).map(({ subject }) => subject) };
  }

  /** What is kept here, or owned here, of these. */
  async copiesOf(subjects: readonly AlarmSubject[]): Promise<readonly AlarmCopy[]> {
    const own = subjects.flatMap((subject) => this.#parts.own(subject) ?? []);
    const owned = new Set(own.map(({ subject }) => subject));
    const kept = await this.keptOf(subjects.filter((one) => !owned.has(one)));
    // What is noted of an ownership of this manager has no alarms with it: given as a copy, it would end them all.
    return [...own, ...kept.filter(({ owner }) => owner !== this.#parts.self)];
  }

  /** What is kept here of these. */
  async keptOf(subjects: readonly AlarmSubject[]): Promise<readonly AlarmCopy[]> {
    if (subjects.length === 0) return [];
    const { sets, alarms } = await this.#parts.store.loadKept(subjects);
    return sets.map((set) => ({
      ...set,
      alarms: alarms.flatMap((one) => (one.subject === set.subject ? this.#read(one) : [])),
    }));
  }

  /**
   * Notes that these are owned here, by which version, for whoever reads this disk after a crash. What was kept of them for
   * others is forgotten: it is among this manager's own alarms by now.
   */
  async noteOwn(sets: readonly KeptSet[]): Promise<void> {
    forgetKept(
      this.#state,
      sets.map(({ subject }) => subject),
    );
    for (const { subject } of sets) this.#own.add(subject);
    const change: KeptChange = { sets, alarms: [], forgotten: sets.map(({ subject }) => subject), removed: [] };
    await this.#parts.store.changeKept(change);
  }

  /** It is another's, and the store has forgotten its alarms: what is noted of it would say that none stood. Never rejects. */
  async forgetOwn(subject: AlarmSubject): Promise<void> {
    const { env, epochOf, store } = this.#parts;
    try {
      await this.load();
      if (epochOf(subject) || !this.#own.delete(subject)) return;
      await store.changeKept({ sets: [], alarms: [], forgotten: [subject], removed: [] });
    } catch (thrown) {
      env.log.warn('whose alarms these were cannot be forgotten', { subject, reason: asPtpError(thrown).message });
    }
  }

  /** What is on disk is known from then on. */
  load(): Promise<void> {
    this.#loaded ??= this.#load().catch((thrown: unknown) => {
      this.#loaded = undefined;
      throw thrown;
    });
    return this.#loaded;
  }

  async #load(): Promise<void> {
    const { store, env, self } = this.#parts;
    const { sets, alarms } = await store.loadKept();
    const rows = alarms.flatMap(({ subject, at, ...one }) => this.#read(one).map((alarm) => ({ subject, at, alarm })));
    const others = sets.filter(({ owner }) => owner !== self);
    for (const { owner, subject } of sets) if (owner === self) this.#own.add(subject);
    rememberKept(this.#state, others, rows, env.clock.now());
    this.#tidyLater();
  }

  #tidyLater(): void {
    const { env } = this.#parts;
    this.#timer = env.clock.after(TIDY_EVERY_MS, () => {
      this.#tidyLater();
      void this.#tidy().catch((thrown: unknown) =>
        env.log.warn('alarms that need not be kept any more stay', { reason: asPtpError(thrown).message }),
      );
    });
  }

  async #tidy(): Promise<void> {
    const { env, store } = this.#parts;
    const nowMs = env.clock.now();
    await store.changeKept({ sets: [], alarms: [], ...outdated(this.#state, nowMs, nowMs - UNHEARD_MS) });
  }

  /** One that cannot be read is none: a newer ptpmgr may have written it. */
  #read({ id, body }: { readonly id: string; readonly body: string }): Alarm[] {
    try {
      return [readAlarm(body)];
    } catch (thrown) {
      this.#parts.env.log.error('an alarm that is kept cannot be read', {
        alarm: id,
        reason: asPtpError(thrown).message,
      });
      return [];
    }
  }
}

/** @throws PtpError `Client.Validation`, `Client.TooLarge` */
function messageOf({ owner, incarnation, number, subjects, released }: Input<'keepAlarms'>): KeepMessage {
  const brought = subjects.reduce((sum, { alarms }) => sum + alarms.length, 0);
  if (brought > MOST_BROUGHT || subjects.length > MOST_BROUGHT || released.length > MOST_BROUGHT)
    throw new PtpError('Client.TooLarge', `a message may bring ${MOST_BROUGHT} alarms at most`, {
      place: { path: 'subjects' },
    });
  return {
    owner,
    incarnation,
    number,
    subjects: subjects.map((one, index) => {
      const path = `subjects[${index + 1}]`;
      const subject = subjectIn(one.subject, `${path}/subject`);
      if (elementOf(subject) === undefined && subject !== ownSubject(owner))
        throw new PtpError('Client.Forbidden', `the alarms of ${subject} are its own, not those of ${owner}`, {
          place: { path: `${path}/subject` },
        });
      const alarms = one.alarms.map(readAlarm);
      const foreign = alarms.find((alarm) => !isOf(alarm, subject));
      if (foreign)
        throw new PtpError('Client.Validation', `alarm ${foreign.id.slice(0, 100)} is not one of ${subject}`, {
          place: { path: `${path}/alarms` },
        });
      const epoch = epochIn(one.epoch, `${path}/epoch`);
      const since = one.since && { ...one.since, epoch: epochIn(one.since.epoch, `${path}/since/epoch`) };
      return { subject, epoch, begins: one.kind === 'all', ...(since && { since }), alarms };
    }),
    released: released.map(({ subject, epoch }, index) => ({
      subject: subjectIn(subject, `released[${index + 1}]/subject`),
      epoch: epochIn(epoch, `released[${index + 1}]/epoch`),
    })),
  };
}

const isOf = ({ element }: Alarm, subject: AlarmSubject): boolean =>
  element === undefined ? subject.startsWith('manager/') : subject === element;

/** @throws PtpError `Client.Validation` */
export function subjectIn(text: string, path: string): AlarmSubject {
  const subject = parseSubject(text);
  if (subject) return subject;
  throw new PtpError(
    'Client.Validation',
    `"${text.slice(0, 100)}" has no alarms; it should be the name of an element, such as device/core1, or manager/ID`,
    { place: { path } },
  );
}

/** @throws PtpError `Client.Validation` */
export function epochIn(text: string, path: string): Epoch {
  const epoch = parseEpoch(text);
  if (epoch) return epoch;
  throw new PtpError('Client.Validation', `"${text.slice(0, 100)}" is no epoch; it should be term.number.giver`, {
    place: { path },
  });
}
