/**
 * Of whoever keeps alarms for others: what of a message it takes, and what it refuses.
 *
 * For one subject it keeps one copy: that of the highest version. A message either begins a copy anew, then it brings all
 * open alarms of the subject and what else was kept of it is dropped, or goes on with the one that is here, then it
 * brings changes. Owner and keeper may come to differ (a lost disk, a message lost): what does not fit is *lacking*, and
 * the owner begins anew. A new owner that has not heard of what is kept here (*unmerged*) hears of it before that is
 * dropped.
 */
import type { Alarm } from '../../model/alarm.js';
import {
  type AlarmSubject,
  compareVersions,
  type KeptChange,
  type KeptSet,
  type KeptVersion,
} from '../../model/kept-alarm.js';
import { compareEpochs, type Epoch } from '../../model/manager.js';
import { isOpen } from './merge.js';

/** Alarms of one subject in a message. */
export interface SubjectAlarms {
  readonly subject: AlarmSubject;
  readonly epoch: Epoch;
  /** They are all that are open: what else is kept of the subject is out of date. */
  readonly begins: boolean;
  /** Where it begins: the newest copy of former owners that is in it. */
  readonly since?: KeptVersion | undefined;
  readonly alarms: readonly Alarm[];
}

export interface KeepMessage {
  readonly owner: string;
  /** Start of the owner. */
  readonly incarnation: number;
  /** Rises from message to message of one start, whoever it goes to. */
  readonly number: number;
  readonly subjects: readonly SubjectAlarms[];
  /** Another manager keeps these by now, or nobody needs to; under which ownership. */
  readonly released: readonly { readonly subject: AlarmSubject; readonly epoch: Epoch }[];
}

interface KeptRow {
  readonly revision: number;
  readonly isOpen: boolean;
  readonly atMs: number;
}

interface KeptSubject {
  readonly set: KeptSet;
  /** By id of the alarm. */
  readonly rows: Map<string, KeptRow>;
  /** When its owner last spoke of it, by the wall clock here. */
  heardMs: number;
}

/** All that decides; the alarms themselves are on disk. Changed in place by this file alone. */
export interface KeeperState {
  readonly subjects: Map<AlarmSubject, KeptSubject>;
  /** Of each alarm that is kept: no message about another subject may take its place, on disk neither. */
  readonly subjectOf: Map<string, AlarmSubject>;
  /** The latest message of each owner. */
  readonly heard: Map<string, { readonly incarnation: number; readonly number: number }>;
  /** Alarms that are kept. */
  count: number;
}

export const newKeeperState = (): KeeperState => ({
  subjects: new Map(),
  subjectOf: new Map(),
  heard: new Map(),
  count: 0,
});

/** Alarms that one manager keeps for others. */
export const MOST_KEPT = 50_000;
/** Elements and managers of which it keeps a copy, those without an alarm included. */
export const MOST_SUBJECTS = 200_000;
/** An alarm that is over is kept for this long, so that a new owner can tell what became of it. */
export const OVER_FOR_MS = 86_400_000;
/** Owners whose latest message is remembered. */
const MOST_OWNERS = 5_000;

/** Takes in what is on disk at the start. */
export function rememberKept(
  state: KeeperState,
  sets: readonly KeptSet[],
  rows: readonly { readonly subject: AlarmSubject; readonly at: number; readonly alarm: Alarm }[],
  nowMs: number,
): void {
  for (const set of sets) state.subjects.set(set.subject, { set, rows: new Map(), heardMs: nowMs });
  for (const { subject, at, alarm } of rows) note(state, state.subjects.get(subject), alarm, at);
}

export interface Taken {
  /** To be on disk before anything is answered. Bodies are the caller's. */
  readonly change: Omit<KeptChange, 'alarms'> & { readonly alarms: readonly { subject: AlarmSubject; alarm: Alarm }[] };
  /** Of these a newer ownership is known here. */
  readonly stale: readonly AlarmSubject[];
  /** Of these no copy is here that could be gone on with. */
  readonly lacking: readonly AlarmSubject[];
  /** Of these a copy of a former owner is here that the new one has not seen. */
  readonly unmerged: readonly AlarmSubject[];
}

/** `old`: a later message of the owner has been heard. `full`: no room for as many alarms. */
export type Refusal = 'old' | 'full';

/**
 * @param ownEpoch Under which this manager owns a subject itself.
 * @returns What is to be written, which counts as kept from now on: when it cannot be, {@link forgetKept} has to say so.
 */
export function takeMessage(
  state: KeeperState,
  message: KeepMessage,
  ownEpoch: (subject: AlarmSubject) => Epoch | undefined,
  nowMs: number,
): Taken | Refusal {
  const { owner, incarnation, number } = message;
  const heard = state.heard.get(owner);
  if (heard && (heard.incarnation - incarnation || heard.number - number) >= 0) return 'old';
  const brought = message.subjects.reduce((sum, { alarms }) => sum + alarms.length, 0);
  if (state.count + brought > MOST_KEPT) return 'full';
  if (state.subjects.size + newSubjects(state, message) > MOST_SUBJECTS) return 'full';
  hear(state, message);

  const sets: KeptSet[] = [];
  const alarms: { subject: AlarmSubject; alarm: Alarm }[] = [];
  const removed: string[] = [];
  const stale: AlarmSubject[] = [];
  const lacking: AlarmSubject[] = [];
  const unmerged: AlarmSubject[] = [];
  for (const one of message.subjects) {
    const { subject, epoch, begins } = one;
    const version = { epoch, incarnation, number };
    const known = state.subjects.get(subject);
    const own = ownEpoch(subject);
    if ((own && compareEpochs(own, epoch) > 0) || (known && compareEpochs(known.set.epoch, epoch) > 0)) {
      stale.push(subject);
      continue;
    }
    if (begins && known && isNews(known, one)) {
      unmerged.push(subject);
      continue;
    }
    if (begins) {
      const set: KeptSet = { subject, owner, ...version };
      removed.push(...begin(state, set, one.alarms, nowMs));
      sets.push(set);
    } else if (!known || !isBegunBy(known.set, owner, version)) {
      lacking.push(subject);
      continue;
    }
    const kept = state.subjects.get(subject);
    for (const alarm of one.alarms)
      if (isFree(state, alarm.id, subject) && (begins || (kept?.rows.get(alarm.id)?.revision ?? 0) <= alarm.revision)) {
        note(state, kept, alarm, nowMs);
        alarms.push({ subject, alarm });
      }
  }
  const forgotten: AlarmSubject[] = [];
  for (const { subject, epoch } of message.released) {
    const known = state.subjects.get(subject);
    const order = known ? compareEpochs(known.set.epoch, epoch) : 1;
    // Under one ownership there is one owner.
    if (!known || order > 0 || (order === 0 && known.set.owner !== message.owner)) continue;
    removed.push(...keepOnly(state, known.rows, new Set()));
    if (known.rows.size > 0) continue;
    drop(state, subject);
    forgotten.push(subject);
  }
  return { change: { sets, alarms, forgotten, removed }, stale, lacking, unmerged };
}

/** The disk did not take it: whatever comes next has to begin anew. */
export function forgetKept(state: KeeperState, subjects: readonly AlarmSubject[]): void {
  for (const subject of subjects) drop(state, subject);
}

/** What need not be kept any more: alarms long over, and what nobody has spoken of since `unheardSinceMs`. */
export function outdated(
  state: KeeperState,
  nowMs: number,
  unheardSinceMs: number,
): Pick<KeptChange, 'forgotten' | 'removed'> {
  const forgotten: AlarmSubject[] = [];
  const removed: string[] = [];
  for (const [subject, { rows, heardMs }] of state.subjects) {
    const over = [...rows].flatMap(([id, row]) => (!row.isOpen && row.atMs < nowMs - OVER_FOR_MS ? [id] : []));
    for (const id of over) remove(state, rows, id);
    removed.push(...over);
    if (heardMs >= unheardSinceMs) continue;
    drop(state, subject);
    forgotten.push(subject);
  }
  return { forgotten, removed };
}

const newSubjects = ({ subjects }: KeeperState, message: KeepMessage): number =>
  message.subjects.reduce((sum, { subject }) => sum + (subjects.has(subject) ? 0 : 1), 0);

const isFree = ({ subjectOf }: KeeperState, id: string, subject: AlarmSubject): boolean =>
  (subjectOf.get(id) ?? subject) === subject;

const isNews = ({ set, rows }: KeptSubject, { epoch, since }: SubjectAlarms): boolean =>
  compareEpochs(set.epoch, epoch) < 0 && rows.size > 0 && (!since || compareVersions(set, since) > 0);

const isBegunBy = (set: KeptSet, owner: string, version: Parameters<typeof compareVersions>[0]): boolean =>
  set.owner === owner &&
  compareEpochs(set.epoch, version.epoch) === 0 &&
  set.incarnation === version.incarnation &&
  set.number < version.number;

function hear(state: KeeperState, { owner, incarnation, number }: KeepMessage): void {
  state.heard.delete(owner);
  state.heard.set(owner, { incarnation, number });
  if (state.heard.size <= MOST_OWNERS) return;
  const [oldest] = state.heard.keys();
  if (oldest !== undefined) state.heard.delete(oldest);
}

/** @returns What was kept and is out of date. */
function begin(state: KeeperState, set: KeptSet, alarms: readonly Alarm[], nowMs: number): string[] {
  const rows = state.subjects.get(set.subject)?.rows ?? new Map<string, KeptRow>();
  state.subjects.set(set.subject, { set, rows, heardMs: nowMs });
  return keepOnly(state, rows, new Set(alarms.map(({ id }) => id)));
}

/** What is over stays: it does no harm, and tells what became of it. @returns What does not. */
function keepOnly(state: KeeperState, rows: Map<string, KeptRow>, ids: ReadonlySet<string>): string[] {
  const gone = [...rows].flatMap(([id, row]) => (row.isOpen && !ids.has(id) ? [id] : []));
  for (const id of gone) remove(state, rows, id);
  return gone;
}

function note(state: KeeperState, kept: KeptSubject | undefined, alarm: Alarm, atMs: number): void {
  if (!kept) return;
  if (!kept.rows.has(alarm.id)) state.count += 1;
  state.subjectOf.set(alarm.id, kept.set.subject);
  kept.rows.set(alarm.id, { revision: alarm.revision, isOpen: isOpen(alarm), atMs });
  kept.heardMs = Math.max(kept.heardMs, atMs);
}

function remove(state: KeeperState, rows: Map<string, KeptRow>, id: string): void {
  if (!rows.delete(id)) return;
  state.subjectOf.delete(id);
  state.count -= 1;
}

function drop(state: KeeperState, subject: AlarmSubject): void {
  const { rows } = state.subjects.get(subject) ?? {};
  for (const id of [...(rows?.keys() ?? [])]) if (rows) remove(state, rows, id);
  state.subjects.delete(subject);
}
