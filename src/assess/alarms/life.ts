/**
 * The life of an alarm: from the first word of a condition until nobody has to think of it any more.
 *
 * Pure: what is told, and when, are arguments. One state for each condition (a key within an element or a manager).
 *
 * ```
 *              told                            told again: count and time of the latest, severity, text
 *   nothing ─────────▶ raised ◀──────────────────────────┐ (any open state stays what it is)
 *      ▲                │  ▲
 *      │   acknowledged │  │ told again, worse than when it was acknowledged
 *      │                ▼  │
 *      │             acknowledged
 *      │                │
 *      │ ended          │ ended, while it is flapping
 *      │ (not flapping) ▼
 *      ├──────────── raised, acknowledged ──▶ the same, condition gone ── told ──▶ as before it went
 *      │                                          │
 *      │◀──── calm for ten minutes, or ended ─────┘
 *      │      for good (`isFinal`)
 *      │
 *      └──── from any open state: cleared by a person
 * ```
 *
 * - **Cleared** is for good: what is told of the condition after that raises another alarm with an id of its own.
 * - **Cleared by a person** ends the alarm and not the condition. While that stands and nothing new is told of it, it
 *   stays out of sight; whatever is told of it next (it is gone and comes again, it gets worse, the device sends its trap
 *   once more) raises another alarm. What stands is still seen in the status of the element.
 * - **Flapping**: a condition that has come for the third time without having been gone for ten minutes in between. Its
 *   alarm is marked, and stays open until the condition has been gone for ten minutes. That is the same measure as for
 *   thresholds, which do so on their own; their end, told after such a wait, is final.
 * - **An acknowledgement** holds for what was acknowledged: what gets worse than it was then is raised again. What gets
 *   better and as bad again stays acknowledged; so does a flapping alarm while its condition comes and goes.
 *
 * {@link Alarm.change} rises at what people are told of: raised, flapping for the first time, another severity,
 * acknowledged, cleared, and what had a root or was silenced and stands in its own right now. It does not for another
 * count, time or text, nor when a root or a silence is found: of that people are spared. {@link Alarm.revision} rises at
 * all of them.
 */
import { type Alarm, type AlarmAction, type AlarmRoot, BY_ITSELF } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import { textOf, wordOf } from './bounds.js';

/** What comes so often without calm in between is flapping. */
export const FLAPPING_COMINGS = 3;
/** Gone for so long, a condition is calm. */
export const CALM_MS = 600_000;

/** What is known of a condition. Both absent: nothing; then there need be no state at all. */
export interface Condition {
  /** Open. */
  readonly alarm?: Alarm;
  /** It is gone, and was there lately. */
  readonly lately?: Lately;
}

export interface Lately {
  readonly comings: number;
  /** Milliseconds since 1970. */
  readonly goneAt: number;
}

/** Of an event: severity `cleared` ends the condition, any other tells of it. */
export interface Telling extends Pick<NewEvent, 'severity' | 'name' | 'text' | 'source' | 'isFinal'> {
  /** See {@link Alarm.about}. */
  readonly about?: ElementName;
}

export type AlarmInput =
  | { readonly is: 'told'; readonly telling: Telling }
  | { readonly is: 'acknowledged'; readonly by: string; readonly note?: string }
  | { readonly is: 'cleared'; readonly by: string; readonly note?: string }
  /** Absent: it follows from nothing. */
  | { readonly is: 'rooted'; readonly root?: AlarmRoot }
  /** Absent: no window is open for it. */
  | { readonly is: 'silenced'; readonly by?: string }
  /** People know of it up to this change. */
  | { readonly is: 'known'; readonly change: number }
  /** Time has passed. */
  | { readonly is: 'time' };

/** Whose condition it is, and when. */
export interface Occasion {
  readonly manager: string;
  readonly element?: ElementName;
  readonly key: string;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: number;
  /** Of the next alarm. */
  readonly newId: () => string;
}

export interface Stepped {
  readonly condition: Condition;
  /** The alarm that is different now, as it is after it; also one that is over. */
  readonly changed?: Alarm;
}

export function step(before: Condition, input: AlarmInput, occasion: Occasion): Stepped {
  const { alarm } = before;
  if (input.is === 'told') return told(before, input.telling, occasion);
  if (!alarm) return isCalm(before.lately?.goneAt, occasion.nowMs) ? { condition: {} } : { condition: before };
  switch (input.is) {
    case 'acknowledged':
      return acknowledged(alarm, actionOf(input, occasion.nowMs));
    case 'cleared':
      return over(alarm, actionOf(input, occasion.nowMs));
    case 'rooted':
      return rooted(alarm, input.root, occasion.nowMs);
    case 'silenced':
      return silenced(alarm, input.by, occasion.nowMs);
    case 'known': {
      const known = Math.min(input.change, alarm.change);
      return known > alarm.told ? open({ ...alarm, told: known, revision: alarm.revision + 1 }) : { condition: before };
    }
    case 'time':
      return calmed(alarm, occasion.nowMs);
  }
}

/** When time alone changes something: calm, at the earliest. Milliseconds since 1970. */
export const wakeAt = ({ alarm, lately }: Condition): number | undefined => {
  const goneAt = alarm?.goneAt ?? lately?.goneAt;
  return goneAt === undefined ? undefined : goneAt + CALM_MS;
};

function told(before: Condition, telling: Telling, occasion: Occasion): Stepped {
  const { alarm } = before;
  if (telling.severity === 'cleared') return alarm ? ended(alarm, telling, occasion.nowMs) : { condition: before };
  return alarm ? toldAgain(alarm, telling, occasion.nowMs) : raised(before.lately, telling, occasion);
}

function raised(
  lately: Lately | undefined,
  { severity, name, text, source, about }: Telling,
  { manager, element, key, nowMs, newId }: Occasion,
): Stepped {
  const comings = lately && !isCalm(lately.goneAt, nowMs) ? lately.comings + 1 : 1;
  return open({
    id: newId(),
    ...(element !== undefined && { element }),
    ...(about !== undefined && { about }),
    manager,
    key,
    name: wordOf(name),
    severity,
    worst: severity,
    text: textOf(text),
    ...(source !== undefined && { source: wordOf(source) }),
    raisedAt: nowMs,
    changedAt: nowMs,
    lastAt: nowMs,
    count: 1,
    ...flapping(comings),
    revision: 1,
    change: 1,
    told: 0,
  });
}

const flapping = (comings: number): Pick<Alarm, 'comings' | 'isFlapping'> => ({
  ...(comings > 1 && { comings }),
  ...(comings >= FLAPPING_COMINGS && { isFlapping: true }),
});

function toldAgain(before: Alarm, telling: Telling, nowMs: number): Stepped {
  const { goneAt, acknowledged: seen, ...alarm } = before;
  const { severity } = telling;
  const [name, text] = [wordOf(telling.name), textOf(telling.text)];
  const isOther = severity !== alarm.severity;
  const isWorse = seen !== undefined && rank(severity) > rank(seen.severity ?? alarm.severity);
  const isNews = isOther || isWorse;
  return open({
    ...alarm,
    ...(seen && !isWorse && { acknowledged: seen }),
    name,
    severity,
    worst: rank(severity) > rank(alarm.worst) ? severity : alarm.worst,
    text,
    ...(telling.source !== undefined && { source: wordOf(telling.source) }),
    ...(goneAt !== undefined && { comings: (alarm.comings ?? 1) + 1 }),
    changedAt: isNews || text !== alarm.text ? nowMs : alarm.changedAt,
    lastAt: nowMs,
    count: alarm.count + 1,
    revision: alarm.revision + 1,
    change: alarm.change + (isNews ? 1 : 0),
  });
}

function ended(alarm: Alarm, { text, isFinal }: Telling, nowMs: number): Stepped {
  if (!alarm.isFlapping || isFinal) return over(alarm, { by: BY_ITSELF, at: nowMs, note: textOf(text) });
  if (alarm.goneAt !== undefined) return { condition: { alarm } };
  return open({ ...alarm, goneAt: nowMs, revision: alarm.revision + 1 });
}

function calmed(alarm: Alarm, nowMs: number): Stepped {
  const { goneAt } = alarm;
  if (goneAt === undefined) return { condition: { alarm } };
  // The clock has been put back: the wait begins anew by the clock as it goes now.
  if (nowMs < goneAt) return open({ ...alarm, goneAt: nowMs, revision: alarm.revision + 1 });
  if (!isCalm(goneAt, nowMs)) return { condition: { alarm } };
  const note = `it came and went ${alarm.comings ?? 1} times, and has not come for ${CALM_MS / 60_000} minutes`;
  return over(alarm, { by: BY_ITSELF, at: nowMs, note });
}

function over(before: Alarm, cleared: AlarmAction): Stepped {
  const { goneAt, ...alarm } = before;
  const condition =
    cleared.by === BY_ITSELF ? { lately: { comings: alarm.comings ?? 1, goneAt: goneAt ?? cleared.at } } : {};
  return {
    condition,
    changed: {
      ...alarm,
      severity: 'cleared',
      cleared,
      changedAt: cleared.at,
      revision: alarm.revision + 1,
      change: alarm.change + 1,
    },
  };
}

function acknowledged(alarm: Alarm, action: AlarmAction): Stepped {
  return open({
    ...alarm,
    acknowledged: { ...action, severity: alarm.severity },
    changedAt: action.at,
    revision: alarm.revision + 1,
    change: alarm.change + 1,
  });
}

function rooted(before: Alarm, root: AlarmRoot | undefined, nowMs: number): Stepped {
  const { root: former, ...alarm } = before;
  if (isSameRoot(former, root)) return { condition: { alarm: before } };
  return open(standing({ ...alarm, ...(root && { root }) }, before, nowMs));
}

function silenced(before: Alarm, by: string | undefined, nowMs: number): Stepped {
  const { silencedBy, ...alarm } = before;
  if (silencedBy === by) return { condition: { alarm: before } };
  return open(standing({ ...alarm, ...(by !== undefined && { silencedBy: by }) }, before, nowMs));
}

/** What people were spared of is told to them when it stands in its own right. */
const standing = (alarm: Alarm, before: Alarm, nowMs: number): Alarm => ({
  ...alarm,
  changedAt: nowMs,
  revision: before.revision + 1,
  change: before.change + (isSpared(before) && !isSpared(alarm) ? 1 : 0),
});

/** Whether people are spared of it: somebody looks after what it follows from, or works on it already. */
export const isSpared = ({ root, silencedBy }: Pick<Alarm, 'root' | 'silencedBy'>): boolean =>
  root !== undefined || silencedBy !== undefined;

const isSameRoot = (one: AlarmRoot | undefined, other: AlarmRoot | undefined): boolean =>
  one?.element === other?.element && one?.alarm === other?.alarm && one?.why === other?.why;

const open = (alarm: Alarm): Stepped => ({ condition: { alarm }, changed: alarm });

const actionOf = ({ by, note }: { readonly by: string; readonly note?: string }, at: number): AlarmAction => ({
  by: wordOf(by),
  at,
  ...(note !== undefined && { note: textOf(note) }),
});

const isCalm = (goneAt: number | undefined, nowMs: number): boolean =>
  goneAt !== undefined && nowMs - goneAt >= CALM_MS;

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);
