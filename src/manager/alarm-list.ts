/** How lists of alarms are made, filtered, sorted and merged. Pure. */
import { type Alarm, alarmState } from '../model/alarm.js';
import { type ElementName, parseElementName } from '../model/element.js';
import { compareEpochs, type Epoch, formatEpoch, parseEpoch } from '../model/manager.js';
import type { AlarmEntry } from '../model/ptp-store.js';
import { SEVERITIES, type Severity } from '../model/status.js';
import type { Input, Output } from '../xml/messages/operations.js';
import type { Columns } from './listing.js';

export type AlarmRow = Output<'getAlarms'>['alarms'][number];
export type SeverityCount = Output<'getAlarms'>['counts'][number];

/** @param epoch Of the element's ownership; absent where the manager does not own it. */
export function alarmRow(alarm: Alarm, epoch: Epoch | undefined, age = 0): AlarmRow {
  const { id, element, about, manager, key, name, severity, worst, text, source } = alarm;
  const { raisedAt, changedAt, lastAt, count, acknowledged, cleared, root, silencedBy, keptBy } = alarm;
  const said = ({ by, at, note }: NonNullable<Alarm['cleared']>) => ({ by, at, note });
  return {
    id,
    element,
    about,
    manager,
    epoch: epoch && formatEpoch(epoch),
    age,
    key,
    name,
    severity,
    worst,
    state: alarmState(alarm),
    text,
    source,
    raisedAt,
    changedAt,
    lastAt,
    count,
    acknowledged: acknowledged && said(acknowledged),
    cleared: cleared && said(cleared),
    flapping: alarm.isFlapping === true,
    root: root && { element: root.element, alarm: root.alarm, why: root.why },
    silencedBy,
    keptBy,
  };
}

export const gravity = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** That an alarm counts by: of one that is over, the worst that it was. */
export const shownSeverity = ({ severity, worst }: Pick<AlarmRow, 'severity' | 'worst'>): Severity =>
  severity === 'cleared' ? worst : severity;

const yes = (holds: boolean): string => (holds ? 'yes' : 'no');
/** Beyond the milliseconds of any year that can be written. */
const LAST = 1e15;
/** Newer before older, among those that nothing else tells apart. */
const newestFirst = (time: number): string => String(LAST - time).padStart(16, '0');

export const ALARM_COLUMNS: Columns<AlarmRow> = {
  columns: {
    severity: ({ severity }) => severity,
    worst: ({ worst }) => worst,
    state: ({ state }) => state,
    name: ({ name }) => name,
    key: ({ key }) => key,
    id: ({ id }) => id,
    element: ({ element, about }) => element ?? about,
    kind: ({ element, about }) => parseElementName(element ?? about ?? '')?.kind,
    manager: ({ manager }) => manager,
    by: ({ acknowledged }) => acknowledged?.by,
    root: ({ root }) => root?.element,
    follows: ({ root }) => yes(root !== undefined),
    flapping: ({ flapping }) => yes(flapping),
    silenced: ({ silencedBy }) => yes(silencedBy !== undefined),
    raised: ({ raisedAt }) => raisedAt,
    changed: ({ changedAt }) => changedAt,
    last: ({ lastAt }) => lastAt,
    count: ({ count }) => count,
  },
  order: {
    severity: ({ severity }) => gravity(severity),
    worst: ({ worst }) => gravity(worst),
  },
  text: ({ id, text, name, element, about, source, manager, severity, acknowledged, root, silencedBy }) => [
    id,
    text,
    name,
    element,
    about,
    source,
    manager,
    severity,
    acknowledged?.by,
    acknowledged?.note,
    root?.element,
    silencedBy,
  ],
  tieBreak: ({ raisedAt, id }) => `${newestFirst(raisedAt)} ${id}`,
};

/** The worst first, and among those the newest. */
export const DEFAULT_SORT = '-severity';

type Choice = NonNullable<Input<'getAlarms'>['state']>;

export const isChosen = ({ state }: AlarmRow, choice: Choice): boolean =>
  choice === 'all' || (choice === 'open' ? state !== 'cleared' : state === choice);

/** An element by its name, or by its bare id. */
export function isAbout({ element, about }: Pick<AlarmRow, 'element' | 'about'>, reference: string): boolean {
  const name = element ?? about;
  return name !== undefined && (name === reference || parseElementName(name)?.id === reference);
}

/** Open ones by severity, the worst first. */
export function countsOf(rows: readonly Pick<AlarmRow, 'severity'>[]): readonly SeverityCount[] {
  const counts = new Map<Severity, number>();
  for (const { severity } of rows) counts.set(severity, (counts.get(severity) ?? 0) + 1);
  counts.delete('cleared');
  return written(counts);
}

/** Of several managers. */
export function summed(all: readonly (readonly SeverityCount[])[]): readonly SeverityCount[] {
  const counts = new Map<Severity, number>();
  for (const { severity, count } of all.flat()) counts.set(severity, (counts.get(severity) ?? 0) + count);
  return written(counts);
}

const written = (counts: ReadonlyMap<Severity, number>): readonly SeverityCount[] =>
  [...counts]
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => ({ severity, count }))
    .sort((a, b) => gravity(b.severity) - gravity(a.severity));

/**
 * Each alarm once: of an element that is on the move two managers may tell. The newer ownership counts, then what was
 * changed last, then the lower id, so that everybody who merges the same lists sees the same.
 */
export function eachOnce(rows: readonly AlarmRow[]): readonly AlarmRow[] {
  const best = new Map<string, AlarmRow>();
  for (const row of rows) {
    const rival = best.get(row.id);
    if (!rival || isBetter(row, rival)) best.set(row.id, row);
  }
  return best.size === rows.length ? rows : [...best.values()];
}

function isBetter(row: AlarmRow, rival: AlarmRow): boolean {
  const epoch = row.epoch === undefined ? undefined : parseEpoch(row.epoch);
  const other = rival.epoch === undefined ? undefined : parseEpoch(rival.epoch);
  const byEpoch = epoch && other ? compareEpochs({ ...epoch, giver: '' }, { ...other, giver: '' }) : 0;
  if (byEpoch !== 0) return byEpoch > 0;
  if (!epoch !== !other) return epoch !== undefined;
  return row.changedAt - rival.changedAt > 0 || (row.changedAt === rival.changedAt && row.manager < rival.manager);
}

/** Open alarms by the element that they are about, as they stand in the common data format; undefined for the manager's own. */
export function alarmEntries(open: readonly Alarm[]): ReadonlyMap<ElementName | undefined, readonly AlarmEntry[]> {
  const entries = new Map<ElementName | undefined, AlarmEntry[]>();
  for (const alarm of open) {
    const known = entries.get(alarm.element);
    if (known) known.push(entryOf(alarm));
    else entries.set(alarm.element, [entryOf(alarm)]);
  }
  return entries;
}

function entryOf(alarm: Alarm): AlarmEntry {
  const { id, key, name, severity, worst, text, source, raisedAt, changedAt, lastAt, count } = alarm;
  const { acknowledged, root, isFlapping, silencedBy, keptBy } = alarm;
  return {
    ...{ id, key, name, severity, worst, text, raisedAt, changedAt, lastAt, count },
    ...(source !== undefined && { source }),
    ...(acknowledged && { acknowledged }),
    ...(root && { root }),
    ...(isFlapping && { flapping: true }),
    ...(silencedBy !== undefined && { silencedBy }),
    ...(keptBy !== undefined && { keptBy }),
  };
}
