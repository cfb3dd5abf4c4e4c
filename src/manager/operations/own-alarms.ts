/** The alarms of this manager: open ones from memory, those that are over from the store. */
import { PtpError } from '../../base/errors.js';
import { ALARM_STATES, type Alarm, type AlarmPlace, type AlarmState } from '../../model/alarm.js';
import { ELEMENT_KINDS, type ElementName, elementName, parseElementName } from '../../model/element.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import {
  ALARM_COLUMNS,
  type AlarmRow,
  alarmRow,
  countsOf,
  DEFAULT_SORT,
  gravity,
  isAbout,
  isChosen,
  shownSeverity,
} from '../alarm-list.js';
import type { ManagerCore } from '../core.js';
import { decodePlace, encodePlace, wrongPlace } from '../list-place.js';
import { filterRows, filterTerms, listRows, pageOf } from '../listing.js';

/** Of the store at once. */
const MOST_READ = 1000;

export type AlarmQuestion = Input<'getAlarms'>;
type Query = AlarmQuestion;
type AlarmList = Output<'getAlarms'>;

/** Whether what is over is wanted as well: that lies in the store. */
export const isHistory = ({ state, source, alarm }: Query): boolean =>
  alarm === undefined && (state === 'cleared' || state === 'all' || source === 'store');

export async function ownAlarms(core: ManagerCore, input: Query): Promise<AlarmList> {
  if (isHistory(input)) return history(core, input);
  const { alarm } = input;
  const state = input.state ?? (alarm === undefined ? 'open' : 'all');
  const open = alarm === undefined ? core.alarms.open() : await oneAlarm(core, alarm);
  const rows = open.map((one) => rowOf(core, one)).filter((row) => isChosen(row, state) && isWanted(row, input));
  const listed = listRows(rows, withSort(input), ALARM_COLUMNS);
  return {
    alarms: listed.rows,
    counts: countsOf(filterRows(rows, input.filter, ALARM_COLUMNS)),
    ...framed(core, 'memory', listed),
  };
}

const withSort = (input: Query): Query => ({ ...input, sort: input.sort ?? DEFAULT_SORT });

const framed = (
  core: ManagerCore,
  source: 'memory' | 'store',
  { total, next }: { readonly total: number; readonly next?: string },
) => ({
  total,
  parts: [{ manager: core.settings.id, age: 0, source }],
  missing: [],
  ...(next !== undefined && { next }),
});

export const rowOf = (core: ManagerCore, alarm: Alarm): AlarmRow =>
  alarmRow(alarm, alarm.element && core.table.get(alarm.element)?.epoch);

/** An open one from memory, one that is over from the store. */
async function oneAlarm(core: ManagerCore, id: string): Promise<readonly Alarm[]> {
  const open = core.alarms.get(id);
  if (open) return [open];
  const { rows } = await core.store.queryAlarms({ id, states: ['cleared'], offset: 0, limit: 1 });
  return rows;
}

function isWanted(row: AlarmRow, { element, severity, text, from, to }: Query): boolean {
  if (element !== undefined && !isAbout(row, element)) return false;
  if (severity !== undefined && gravity(shownSeverity(row)) < gravity(severity)) return false;
  if (from !== undefined && row.changedAt < from && row.raisedAt < from) return false;
  if (to !== undefined && row.raisedAt >= to) return false;
  const wanted = text?.toLowerCase();
  return wanted === undefined || ALARM_COLUMNS.text(row).some((one) => one?.toLowerCase().includes(wanted));
}

/** From the store, what changed last first. */
async function history(core: ManagerCore, input: Query): Promise<AlarmList> {
  const { page, pageSize } = pageOf(input);
  checkHistory(input);
  const { from, to, severity, text, element, after } = input;
  const states = statesOf(input);
  const terms = filterTerms(input.filter, []).map((term) => term.text);
  const words = text ? [...terms, text] : terms;
  // One more than wanted says whether there is another page.
  const limit = Math.min(pageSize + 1, MOST_READ);
  const found = await core.store.queryAlarms({
    ...{ from, to, severity, states, words, offset: (page - 1) * pageSize, limit },
    ...(element !== undefined && { element: historyName(core, element) }),
    ...(after !== undefined && { after: readHistoryPlace(after) }),
  });
  const rows = found.rows.slice(0, pageSize).map((one) => rowOf(core, one));
  const next = placeBehind(rows, found.rows.length === limit);
  return { alarms: rows, counts: [], ...framed(core, 'store', { total: found.total, ...next }) };
}

/** What changed last first, of the same time by id: as the store gives them. */
export const byChange = (a: AlarmRow, b: AlarmRow): number => b.changedAt - a.changedAt || (a.id < b.id ? 1 : -1);

const HISTORY = 'alarms -changed';

export function placeBehind(rows: readonly AlarmRow[], goesOn: boolean): { readonly next?: string } {
  const last = rows.at(-1);
  return last && goesOn ? { next: encodePlace([HISTORY, last.changedAt, last.id]) } : {};
}

function readHistoryPlace(after: string): AlarmPlace {
  const place = decodePlace(after);
  const [order, changedAt, id]: unknown[] = Array.isArray(place) ? place : [];
  if (order === HISTORY && Number.isSafeInteger(changedAt) && typeof id === 'string')
    return { changedAt: Number(changedAt), id };
  throw wrongPlace('it is no place in the history of alarms');
}

const statesOf = ({ state = 'open' }: Query): readonly AlarmState[] =>
  state === 'all' ? ALARM_STATES : state === 'open' ? ['raised', 'acknowledged'] : [state];

/** @throws PtpError `Client.Validation` */
export function checkHistory({ sort }: Query): void {
  if (sort === undefined || sort === '-changed') return;
  throw new PtpError(
    'Client.Validation',
    'alarms from the store are sorted by their latest change alone, newest first: -changed',
    { place: { path: 'sort' } },
  );
}

/** Also of one that is not here any more. */
function historyName(core: ManagerCore, reference: string): ElementName {
  const named = parseElementName(reference);
  if (named) return elementName(named.kind, named.id);
  const known =
    core.table.find(reference) ??
    ELEMENT_KINDS.map((kind) => elementName(kind, reference)).find(
      (name) => core.pool.assignmentOf(name) !== undefined,
    );
  if (known) return known;
  throw new PtpError(
    'Client.NotFound',
    `"${reference.slice(0, 200)}" is not known here; of an element that was elsewhere the history wants the whole name, kind/ID`,
    { place: { path: 'element' } },
  );
}
