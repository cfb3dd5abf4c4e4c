/** Of an owner: what it does about the keeping of its alarms. The story is told in `keeping-state.ts`. */
import type { Alarm } from '../../model/alarm.js';
import type { AlarmSubject } from '../../model/kept-alarm.js';
import { compareEpochs, type Epoch } from '../../model/manager.js';
import type { SubjectAlarms } from './keeper.js';
import {
  type Changes,
  type KeepingEffect,
  type KeepingInput,
  type KeepingState,
  type KeepingWorld,
  type KeptSubject,
  LOOK_MS,
  type Ticket,
} from './keeping-state.js';

/** How long a change waits for others to share its message, milliseconds. */
export const TOGETHER_MS = 60;
/** A keeper that has not answered by then is asked no more for now. */
export const ANSWER_MS = 1_000;
/** At first, and twice as long after each further failure in a row. */
const SUSPECTED_MS = 1_000;
const LONGEST_SUSPECTED_MS = 16_000;
/** A change counts by then, whatever happens. */
export const LATEST_MS = 2_500;
/** So often a copy is begun anew: of what nobody speaks of any more its keeper forgets it one day. */
const ANEW_MS = 86_400_000;
/** Alarms and characters of one message; a subject with more open alarms is kept by nobody. */
const MOST_ALARMS = 2_000;
const MOST_CHARACTERS = 1_500_000;

export function stepKeeping(
  state: KeepingState,
  input: KeepingInput,
  world: KeepingWorld,
  nowMs: number,
): KeepingEffect[] {
  const out: KeepingEffect[] = [];
  switch (input.is) {
    case 'changed':
      change(state, input, nowMs);
      break;
    case 'answered':
      answered(state, input, out, nowMs);
      break;
    case 'failed':
      if (state.flights.get(input.by)?.number === input.number) failed(state, input.by, nowMs);
      break;
    case 'look':
      if (input.subject === undefined) state.lookAtMs = Math.min(state.lookAtMs, nowMs);
      else {
        subjectOf(state, input.subject);
        enqueue(state, input.subject, nowMs);
      }
      break;
    case 'tick':
  }
  for (const [by, { untilMs }] of [...state.flights]) if (nowMs >= untilMs) failed(state, by, nowMs);
  if (nowMs >= state.lookAtMs) lookAtAll(state, world, nowMs);
  if (nowMs >= state.sendAtMs) {
    sendAll(state, world, nowMs, out);
    state.sendAtMs = nowMs + TOGETHER_MS;
  }
  if (nowMs >= state.overdueAtMs) countOverdue(state, nowMs, out);
  return out;
}

/** When it wants to be stepped again at the latest; undefined: nothing is to be done. */
export function keepingWakeAtMs(state: KeepingState): number | undefined {
  const times = [...state.flights.values()].map(({ untilMs }) => untilMs);
  if (state.queue.size > 0 || state.released.size > 0) times.push(state.sendAtMs);
  if (state.subjects.size > 0) times.push(state.lookAtMs);
  if (Number.isFinite(state.overdueAtMs)) times.push(state.overdueAtMs);
  return times.length > 0 ? times.reduce((least, one) => Math.min(least, one)) : undefined;
}

/** Who has a whole copy. */
export const keeperOf = (state: KeepingState, subject: AlarmSubject): string | undefined =>
  state.subjects.get(subject)?.keeper;

function change(
  state: KeepingState,
  { subject, alarm, ticket }: Extract<KeepingInput, { is: 'changed' }>,
  nowMs: number,
): void {
  const kept = subjectOf(state, subject);
  add(kept.waiting, alarm, [{ ticket, sinceMs: nowMs }]);
  state.overdueAtMs = Math.min(state.overdueAtMs, nowMs + LATEST_MS);
  enqueue(state, subject, nowMs);
}

function answered(
  state: KeepingState,
  { by, number, stale, lacking }: Extract<KeepingInput, { is: 'answered' }>,
  out: KeepingEffect[],
  nowMs: number,
): void {
  const flight = state.flights.get(by);
  if (flight?.number !== number) return;
  state.flights.delete(by);
  state.suspected.delete(by);
  for (const name of flight.subjects) {
    const kept = state.subjects.get(name);
    const flying = kept?.flying;
    if (!kept || !flying) continue;
    kept.flying = undefined;
    if (kept.waiting.size > 0) state.queue.add(name);
    if (lacking.includes(name)) {
      kept.keeper = undefined;
      takeBack(kept, flying.changes);
      state.queue.add(name);
    } else if (stale.includes(name)) {
      // Somebody else owns it, and this manager will hear of that.
      kept.keeper = undefined;
      count(flying.changes, undefined, out);
    } else {
      if (kept.keeper !== undefined && kept.keeper !== by) release(state, kept.keeper, name, flying.epoch);
      state.released.get(by)?.delete(name);
      if (flying.begins) kept.begunMs = nowMs;
      kept.keeper = by;
      kept.epoch = flying.epoch;
      out.push({ is: 'kept', by, alarms: flying.alarms });
      count(flying.changes, by, out);
    }
  }
}

function failed(state: KeepingState, by: string, nowMs: number): void {
  const flight = state.flights.get(by);
  state.flights.delete(by);
  const forMs = Math.min(LONGEST_SUSPECTED_MS, 2 * (state.suspected.get(by)?.forMs ?? SUSPECTED_MS / 2));
  state.suspected.set(by, { untilMs: nowMs + forMs, forMs });
  state.lookAtMs = Math.min(state.lookAtMs, nowMs + forMs);
  // Whatever it was to forget does no harm: newer copies go before it.
  state.released.delete(by);
  for (const name of flight?.subjects ?? []) {
    const kept = state.subjects.get(name);
    if (!kept?.flying) continue;
    const { changes } = kept.flying;
    kept.flying = undefined;
    // It may have begun a copy there all the same: whoever goes on has to begin a newer one.
    kept.epoch = undefined;
    takeBack(kept, changes);
    state.queue.add(name);
  }
  // What its copy has nobody knows: one that is suspected is begun anew.
  for (const [name, kept] of state.subjects) {
    if (kept.keeper !== by) continue;
    kept.keeper = undefined;
    state.queue.add(name);
  }
  state.sendAtMs = nowMs;
}

function lookAtAll(state: KeepingState, world: KeepingWorld, nowMs: number): void {
  state.lookAtMs = nowMs + LOOK_MS;
  for (const [name, kept] of state.subjects) {
    if (kept.flying || kept.waiting.size > 0) continue;
    const epoch = world.epochOf(name);
    if (epoch && world.alarmsOf(name).length > 0) {
      if (nowMs - kept.begunMs >= ANEW_MS) kept.epoch = undefined;
      if (isWhereItShouldBe(kept, epoch, trusted(state, world, name, nowMs))) continue;
      enqueue(state, name, nowMs);
    } else state.subjects.delete(name);
  }
}

/** Who could keep it, without those that have just failed to. */
const trusted = (state: KeepingState, world: KeepingWorld, name: AlarmSubject, nowMs: number): readonly string[] =>
  world.candidates(name).filter((one) => (state.suspected.get(one)?.untilMs ?? 0) <= nowMs);

function isWhereItShouldBe(kept: KeptSubject, epoch: Epoch, [wanted]: readonly string[]): boolean {
  return wanted === kept.keeper && (wanted === undefined || isSameEpoch(kept.epoch, epoch));
}

/** What goes to one keeper. */
interface Batch {
  readonly subjects: SubjectAlarms[];
  alarms: number;
  characters: number;
}

function sendAll(state: KeepingState, world: KeepingWorld, nowMs: number, out: KeepingEffect[]): void {
  const batches = new Map<string, Batch>();
  for (const name of state.queue) {
    const kept = state.subjects.get(name);
    if (kept?.flying) continue;
    if (!kept || !prepare(state, world, { name, kept, batches, nowMs }, out)) state.queue.delete(name);
  }
  for (const to of state.released.keys()) if (!state.flights.has(to) && !batches.has(to)) batches.set(to, newBatch());
  for (const [to, { subjects }] of batches) {
    state.number += 1;
    const { id, incarnation, number } = state;
    const released = [...(state.released.get(to) ?? [])].map(([subject, epoch]) => ({ subject, epoch }));
    state.released.delete(to);
    state.flights.set(to, { number, untilMs: nowMs + ANSWER_MS, subjects: subjects.map(({ subject }) => subject) });
    out.push({ is: 'send', to, message: { owner: id, incarnation, number, subjects, released } });
  }
}

interface Preparing {
  readonly name: AlarmSubject;
  readonly kept: KeptSubject;
  /** By keeper. */
  readonly batches: Map<string, Batch>;
  readonly nowMs: number;
}

const newBatch = (): Batch => ({ subjects: [], alarms: 0, characters: 0 });

/** @returns Whether it is still to be looked at. */
function prepare(
  state: KeepingState,
  world: KeepingWorld,
  { name, kept, batches, nowMs }: Preparing,
  out: KeepingEffect[],
): boolean {
  const epoch = world.epochOf(name);
  const candidates = epoch ? trusted(state, world, name, nowMs) : [];
  const stays = kept.keeper !== undefined && candidates.includes(kept.keeper) && ticketsOf(kept.waiting).length > 0;
  const to = stays ? kept.keeper : candidates[0];
  if (!epoch || to === undefined) {
    alone(kept, out);
    if (!epoch) state.subjects.delete(name);
    return false;
  }
  const begins = kept.keeper !== to || !isSameEpoch(kept.epoch, epoch);
  if (!begins && kept.waiting.size === 0) return false;
  if (state.flights.has(to)) return true;
  const alarms = begins ? allOf(kept, world.alarmsOf(name)) : [...kept.waiting.values()].map(({ alarm }) => alarm);
  if (begins && alarms.length === 0) {
    alone(kept, out);
    return false;
  }
  const characters = alarms.reduce((sum, alarm) => sum + charactersOf(alarm), 0);
  if (alarms.length > MOST_ALARMS || characters > MOST_CHARACTERS) {
    alone(kept, out);
    return false;
  }
  const batch = batches.get(to) ?? newBatch();
  if (batch.alarms + alarms.length > MOST_ALARMS || batch.characters + characters > MOST_CHARACTERS) return true;
  batches.set(to, batch);
  const since = begins ? world.sinceOf(name) : undefined;
  batch.subjects.push({ subject: name, epoch, begins, ...(since && { since }), alarms });
  batch.alarms += alarms.length;
  batch.characters += characters;
  kept.flying = { to, epoch, begins, changes: kept.waiting, alarms };
  kept.waiting = new Map();
  return false;
}

/** Nobody could keep it: it counts here alone, and is looked at again. */
function alone(kept: KeptSubject, out: KeepingEffect[]): void {
  count(kept.waiting, undefined, out);
  kept.waiting.clear();
  kept.keeper = undefined;
}

/** The open ones, and what is over since. */
function allOf({ waiting }: KeptSubject, open: readonly Alarm[]): readonly Alarm[] {
  const all = new Map(open.map((alarm) => [alarm.id, alarm]));
  for (const [id, { alarm }] of waiting) if ((all.get(id)?.revision ?? 0) < alarm.revision) all.set(id, alarm);
  return [...all.values()];
}

/** Of others nobody waits for anything. */
const busy = (state: KeepingState): KeptSubject[] => {
  const names = new Set([...state.queue, ...[...state.flights.values()].flatMap(({ subjects }) => subjects)]);
  return [...names].flatMap((name) => state.subjects.get(name) ?? []);
};

function countOverdue(state: KeepingState, nowMs: number, out: KeepingEffect[]): void {
  state.overdueAtMs = Number.POSITIVE_INFINITY;
  for (const kept of busy(state)) {
    const all = [...ticketsOf(kept.flying?.changes), ...ticketsOf(kept.waiting)];
    const sinceMs = all.reduce((least, one) => Math.min(least, one.sinceMs), Number.POSITIVE_INFINITY);
    if (nowMs < sinceMs + LATEST_MS) {
      state.overdueAtMs = Math.min(state.overdueAtMs, sinceMs + LATEST_MS);
      continue;
    }
    // Those that came later count with it: their order stays, and who is late with one is late with the next.
    for (const changes of [kept.flying?.changes, kept.waiting]) {
      if (!changes) continue;
      count(changes, undefined, out);
      for (const [id, { alarm }] of changes) changes.set(id, { alarm, tickets: [] });
    }
  }
}

function count(changes: Changes, keptBy: string | undefined, out: KeepingEffect[]): void {
  const tickets = ticketsOf(changes).map(({ ticket }) => ticket);
  for (const ticket of tickets.sort((a, b) => a - b)) out.push({ is: 'counts', ticket, keptBy });
}

function subjectOf(state: KeepingState, name: AlarmSubject): KeptSubject {
  const known = state.subjects.get(name);
  if (known) return known;
  const kept: KeptSubject = { epoch: undefined, keeper: undefined, begunMs: 0, waiting: new Map(), flying: undefined };
  state.subjects.set(name, kept);
  return kept;
}

function enqueue(state: KeepingState, name: AlarmSubject, nowMs: number): void {
  if (state.queue.size === 0) state.sendAtMs = nowMs + TOGETHER_MS;
  state.queue.add(name);
}

function release(state: KeepingState, keeper: string, name: AlarmSubject, epoch: Epoch): void {
  const all = state.released.get(keeper) ?? new Map<AlarmSubject, Epoch>();
  state.released.set(keeper, all.set(name, epoch));
}

/** What did not arrive waits again, before what has come since. */
function takeBack(kept: KeptSubject, changes: Changes): void {
  const later = kept.waiting;
  kept.waiting = changes;
  for (const { alarm, tickets } of later.values()) add(changes, alarm, tickets);
}

function add(changes: Changes, alarm: Alarm, tickets: readonly Ticket[]): void {
  const known = changes.get(alarm.id);
  changes.set(alarm.id, { alarm, tickets: [...(known?.tickets ?? []), ...tickets] });
}

const ticketsOf = (changes: Changes | undefined): Ticket[] =>
  [...(changes?.values() ?? [])].flatMap(({ tickets }) => tickets);

const isSameEpoch = (a: Epoch | undefined, b: Epoch): boolean => a !== undefined && compareEpochs(a, b) === 0;

/** About as many as it takes in a message. */
const charactersOf = ({ text, key, name, acknowledged, cleared, root }: Alarm): number =>
  600 +
  text.length +
  key.length +
  name.length +
  (acknowledged?.note?.length ?? 0) +
  (cleared?.note?.length ?? 0) +
  (root?.why.length ?? 0);
