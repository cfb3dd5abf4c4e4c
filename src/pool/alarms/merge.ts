/**
 * What a new owner makes of all the copies of an element's alarms that it finds.
 *
 * A copy (*set*) has all alarms that were open when it was begun, and what its keeper was told after that. So the copy of
 * the highest version says what stands: what is missing there is over, however many older copies still have it. Of an
 * older copy only two things can be news, where its owner went on without knowing that it had been taken over from: that
 * somebody has acknowledged an alarm, and that a person has cleared it. No clock is asked anywhere.
 */
import { type Alarm, BY_ITSELF } from '../../model/alarm.js';
import { type AlarmSubject, AT_OWNER, compareVersions, type KeptSet } from '../../model/kept-alarm.js';
import { compareEpochs } from '../../model/manager.js';
import { SEVERITIES } from '../../model/status.js';

/** A copy, wherever it was found. */
export interface AlarmCopy extends KeptSet {
  readonly alarms: readonly Alarm[];
}

export interface Merged {
  readonly subject: AlarmSubject;
  /** Open ones, and those that are over and were in a copy. By id. */
  readonly alarms: readonly Alarm[];
  /** The copy that it goes by; undefined where there was none. */
  readonly base: KeptSet | undefined;
}

export const isOpen = ({ severity }: Pick<Alarm, 'severity'>): boolean => severity !== 'cleared';

/** Of two versions in one line of changes. What tells most of a tie is kept, so that the order does not matter. */
export function laterOf(a: Alarm, b: Alarm): Alarm {
  const order =
    a.revision - b.revision ||
    a.change - b.change ||
    a.told - b.told ||
    Number(a.acknowledged !== undefined) - Number(b.acknowledged !== undefined) ||
    a.count - b.count ||
    (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return order >= 0 ? a : b;
}

/**
 * Copies of one subject, in any order.
 * @param nowMs Only noted: when what stood twice was made one.
 */
export function mergeCopies(subject: AlarmSubject, copies: readonly AlarmCopy[], nowMs: number): Merged {
  const byAge = [...copies].sort((a, b) => compareVersions(b, a));
  const [base, ...older] = byAge;
  if (!base) return { subject, alarms: [], base: undefined };
  const alarms = new Map(base.alarms.map((alarm) => [alarm.id, alarm]));
  for (const copy of older) addOlder(alarms, copy, compareEpochs(copy.epoch, base.epoch) === 0);
  return { subject, alarms: onePerKey([...alarms.values()], nowMs), base };
}

/** @param isOfOneLine The copy comes from the same ownership: whatever it has, the newer one goes on from there. */
function addOlder(alarms: Map<string, Alarm>, copy: AlarmCopy, isOfOneLine: boolean): void {
  for (const old of copy.alarms) {
    const known = alarms.get(old.id);
    if (!known) {
      // Over in the old copy, too: it is history that the newer one does not carry any more.
      if (!isOpen(old)) alarms.set(old.id, old);
    } else alarms.set(old.id, isOfOneLine ? laterOf(known, old) : withNewsOf(known, old));
  }
}

/** What a former owner did after it had been taken over from, without knowing that. */
export function withNewsOf(alarm: Alarm, old: Alarm): Alarm {
  const told = isSame(alarm, old) || old.change < alarm.change ? Math.max(alarm.told, old.told) : alarm.told;
  const known = told > alarm.told ? { ...alarm, told: Math.min(told, alarm.change) } : alarm;
  if (!isOpen(known)) return known;
  const news = saidTo(old, known);
  if (!news) return known;
  return {
    ...known,
    ...news,
    revision: Math.max(known.revision, old.revision) + 1,
    change: Math.max(known.change, old.change) + 1,
  };
}

function saidTo(old: Alarm, alarm: Alarm): Partial<Alarm> | undefined {
  const { acknowledged, cleared } = old;
  if (cleared && cleared.by !== BY_ITSELF && old.revision > alarm.revision)
    return { severity: 'cleared', cleared, changedAt: Math.max(alarm.changedAt, cleared.at) };
  if (!acknowledged || alarm.acknowledged || isWorse(alarm, acknowledged.severity ?? old.severity)) return undefined;
  return { acknowledged, changedAt: Math.max(alarm.changedAt, acknowledged.at) };
}

const isWorse = ({ severity }: Alarm, than: Alarm['severity']): boolean =>
  SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(than);

/** People would be told the same of both. */
const isSame = (a: Alarm, b: Alarm): boolean =>
  a.change === b.change &&
  a.severity === b.severity &&
  a.text === b.text &&
  (a.acknowledged === undefined) === (b.acknowledged === undefined);

/** Two owners may have raised the same condition: the one that has been known for longer stays, with what was said of the other. */
export function onePerKey(alarms: readonly Alarm[], nowMs: number): readonly Alarm[] {
  const open = new Map<string, Alarm>();
  const result: Alarm[] = [];
  for (const alarm of [...alarms].sort(byBeginning)) {
    const first = isOpen(alarm) ? open.get(alarm.key) : undefined;
    if (first) {
      open.set(first.key, joined(first, alarm));
      result.push(over(alarm, `the same condition as ${first.id}`, nowMs));
    } else if (isOpen(alarm)) open.set(alarm.key, alarm);
    else result.push(alarm);
  }
  return [...result, ...open.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

const byBeginning = (a: Alarm, b: Alarm): number => a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1);

function joined(first: Alarm, other: Alarm): Alarm {
  const adopts =
    !first.acknowledged && other.acknowledged && !isWorse(first, other.acknowledged.severity ?? other.severity);
  return {
    ...first,
    worst: isWorse(other, first.worst) ? other.severity : first.worst,
    lastAt: Math.max(first.lastAt, other.lastAt),
    count: first.count + other.count,
    revision: first.revision + 1,
    ...(adopts && {
      acknowledged: other.acknowledged,
      change: first.change + 1,
      changedAt: Math.max(first.changedAt, other.changedAt),
    }),
  };
}

const over = (alarm: Alarm, note: string, nowMs: number): Alarm => ({
  ...alarm,
  severity: 'cleared',
  cleared: { by: BY_ITSELF, at: nowMs, note },
  changedAt: nowMs,
  revision: alarm.revision + 1,
  change: alarm.change + 1,
});

/** What a new owner began with. */
export interface Beginning {
  /** The copy; undefined: what a bundle brought, or nothing. */
  readonly base: KeptSet | undefined;
  /** Of the alarms then, by id: one that still has that revision has not changed here. */
  readonly revisions: ReadonlyMap<string, number>;
  /** Of the alarms then, those that a bundle brought and no other manager had: a keeper need not know of them. */
  readonly unkept?: ReadonlySet<string>;
}

export const revisionsOf = (alarms: readonly Alarm[]): ReadonlyMap<string, number> =>
  new Map(alarms.map(({ id, revision }) => [id, revision]));

/**
 * A copy that turns up when the new owner has gone on already.
 * @param live What is open there now.
 * @returns Alarms that are different by it, each with a revision above that of the one it replaces.
 */
export function mergeLate(
  live: readonly Alarm[],
  { base, revisions, unkept }: Beginning,
  found: AlarmCopy,
  nowMs: number,
): readonly Alarm[] {
  // Of the same version is what its owner sends at the end: it has gone on since.
  const isNewer = !base || compareVersions(found, base) >= 0;
  const known = new Map(live.map((alarm) => [alarm.id, alarm]));
  const merged = new Map(known);
  const isUntouched = ({ id, revision }: Alarm): boolean => revisions.get(id) === revision;
  for (const one of found.alarms) {
    const here = known.get(one.id);
    if (here) merged.set(one.id, isNewer && isUntouched(here) ? laterOf(here, one) : withNewsOf(here, one));
    // What it began with and has no more is over by what happened here.
    else if (!revisions.has(one.id) && (isNewer || !isOpen(one))) merged.set(one.id, one);
  }
  if (isNewer) {
    const there = new Set(found.alarms.map(({ id }) => id));
    const isUnheard = ({ id }: Alarm): boolean => found.number !== AT_OWNER && unkept?.has(id) === true;
    for (const here of live)
      if (isOpen(here) && isUntouched(here) && !there.has(here.id) && !isUnheard(here))
        merged.set(here.id, over(here, IN_NEWER_COPY, nowMs));
  }
  return onePerKey([...merged.values()], nowMs).flatMap((alarm) => {
    const here = known.get(alarm.id);
    if (here === alarm) return [];
    return [here && here.revision >= alarm.revision ? { ...alarm, revision: here.revision + 1 } : alarm];
  });
}

/** What people have said to somebody who went on as owner beside the one that is it now. @returns As {@link mergeLate}. */
export function newsOf(live: readonly Alarm[], found: AlarmCopy): readonly Alarm[] {
  const theirs = new Map(found.alarms.map((alarm) => [alarm.id, alarm]));
  return live.flatMap((alarm) => {
    const old = theirs.get(alarm.id);
    const merged = old ? withNewsOf(alarm, old) : alarm;
    if (merged === alarm) return [];
    return [{ ...merged, revision: Math.max(merged.revision, alarm.revision + 1) }];
  });
}

const IN_NEWER_COPY = 'it was over already when its owner was lost';
