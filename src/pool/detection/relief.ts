/** A manager that lives but cannot work is relieved of all it has, or of the part that it cannot reach (SPEC 6). */
import type { MemberId } from '../member.js';
import { type Gauge, type Judgement, measure, newGauge, type Turn, turn, type Verdict } from './gauge.js';
import { type Effect, type Heartbeat, MOST_PARTS } from './state.js';

/** Windows in a row that are bad. */
const BAD_WINDOWS = 2;
/** Heartbeats in a row that name a trouble. */
const BAD_HEARTBEATS = 3;
/** A trouble is told up to so many characters. */
const MOST_WORDS = 200;

export interface Relief {
  /** Undefined before the first heartbeat of an incarnation. */
  all: Gauge | undefined;
  readonly parts: Map<string, Gauge>;
  /** The last heartbeat named a trouble. */
  hasTrouble: boolean;
  /** All was taken from it because of one. */
  isForTrouble: boolean;
  /** How often all was taken from it before this incarnation. */
  readonly times: number;
}

export const newRelief = (former?: Relief): Relief => ({
  all: undefined,
  parts: new Map(),
  hasTrouble: false,
  isForTrouble: false,
  times: former?.all?.times ?? former?.times ?? 0,
});

/** Takes the figures of a heartbeat. */
export function judgeWork(
  heartbeatMs: number,
  member: MemberId,
  relief: Relief,
  { polls, parts, load, trouble }: Heartbeat,
  nowMs: number,
): Effect[] {
  relief.all ??= newGauge(polls, nowMs, relief.times);
  const { all } = relief;
  const judged = new Map<string, Judgement | undefined>();
  for (const figures of parts.slice(0, MOST_PARTS)) {
    const gauge = gaugeOf(relief, figures, nowMs);
    if (gauge) judged.set(figures.part, measure(gauge, figures, load, heartbeatMs, nowMs));
  }
  const total = measure(all, polls, load, heartbeatMs, nowMs);
  const words = trouble?.slice(0, MOST_WORDS);
  const verdict = verdictOfAll(relief, total?.verdict, words !== undefined);
  const needed = words === undefined ? BAD_WINDOWS : BAD_HEARTBEATS;
  const effects = tell(member, undefined, turn(all, verdict, needed, heartbeatMs, nowMs), words ?? total?.why);
  relief.hasTrouble = words !== undefined;
  if (effects[0]?.is === 'relieve') relief.isForTrouble = relief.hasTrouble;
  for (const [part, gauge] of relief.parts) {
    const judgement = judged.get(part);
    // What has been taken as a whole is not taken in parts as well.
    if (all.relievedMs === undefined)
      effects.push(
        ...tell(member, part, turn(gauge, judgement?.verdict, BAD_WINDOWS, heartbeatMs, nowMs), judgement?.why),
      );
    if (!judged.has(part) && gauge.relievedMs === undefined) relief.parts.delete(part);
  }
  return effects;
}

function gaugeOf({ parts }: Relief, { part, due, done }: Heartbeat['parts'][number], nowMs: number): Gauge | undefined {
  const known = parts.get(part);
  if (known || parts.size >= MOST_PARTS) return known;
  const gauge = newGauge({ due, done }, nowMs);
  parts.set(part, gauge);
  return gauge;
}

/** A trouble outweighs all figures. One that works well in any part has only the others taken from it. */
function verdictOfAll(
  { parts, hasTrouble, isForTrouble, all }: Relief,
  total: Verdict | undefined,
  isTroubled: boolean,
): Verdict | undefined {
  if (isTroubled) return 'bad';
  if (total === 'bad') return [...parts.values()].some((gauge) => gauge.verdict === 'good') ? 'fair' : 'bad';
  if (total) return total;
  if (all?.relievedMs !== undefined) return isForTrouble ? 'good' : undefined;
  // The trouble is over before it was long enough.
  return hasTrouble ? 'fair' : undefined;
}

function tell(member: MemberId, part: string | undefined, turned: Turn, why = 'it works again'): Effect[] {
  if (!turned) return [];
  if (turned === 'relieve') return [{ is: 'relieve', member, part, why }];
  const reason = turned === 'trial' ? 'on trial: nothing has been known of its work for long' : why;
  return [{ is: 'restore', member, part, why: reason }];
}

/** Whether all was taken from a member, or which parts. */
export const relievedOf = ({ all, parts }: Relief): { readonly all: boolean; readonly parts: readonly string[] } => ({
  all: all?.relievedMs !== undefined,
  parts: [...parts].flatMap(([part, gauge]) => (gauge.relievedMs === undefined ? [] : [part])),
});

/** Gives back all that was taken from a member. */
export function restoreAll(member: MemberId, { all, parts }: Relief, why: string): Effect[] {
  const relieved = [...parts].filter(([, gauge]) => gauge.relievedMs !== undefined).map(([part]) => part);
  const names = all?.relievedMs === undefined ? relieved : [undefined, ...relieved];
  return names.map((part) => ({ is: 'restore', member, part, why }));
}
