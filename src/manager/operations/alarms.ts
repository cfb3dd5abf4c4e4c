/** Alarms of this manager, or of all: getAlarms. Changing them is in alarm-changes.ts. */
import { PtpError } from '../../base/errors.js';
import { SEVERITIES } from '../../model/status.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import { ALARM_COLUMNS, type AlarmRow, DEFAULT_SORT, eachOnce, summed } from '../alarm-list.js';
import type { ManagerCore } from '../core.js';
import { gather } from '../gather.js';
import { depthBehind, listRows, mergeDepth, pageOf } from '../listing.js';
import { changeHandlers } from './alarm-changes.js';
import { type AlarmQuestion, byChange, checkHistory, isHistory, ownAlarms, placeBehind } from './own-alarms.js';

type AlarmList = Output<'getAlarms'>;

export function alarmHandlers(core: ManagerCore): Handlers {
  return {
    getAlarms(input, context) {
      // Who has the alarm, or has had the element, is not for the caller to know.
      const isAboutOne = input.element !== undefined || input.alarm !== undefined;
      const scope = input.scope ?? (isAboutOne ? 'pool' : core.defaultScope);
      return scope === 'pool' ? poolAlarms(core, input, context) : ownAlarms(core, input);
    },
    ...changeHandlers(core),
  };
}

/** Over all managers, each asked at the same time; enough of each to fill the page that is wanted. */
async function poolAlarms(core: ManagerCore, input: AlarmQuestion, context: CallContext): Promise<AlarmList> {
  const isPast = isHistory(input);
  if (isPast) checkHistory(input);
  const { page, pageSize } = pageOf(input);
  const depth =
    input.after === undefined ? mergeDepth(input, 'alarms', 'narrow them by a filter') : depthBehind(page, pageSize);
  const question = { ...input, scope: 'self' as const, page: 1, pageSize: depth };
  const [own, { answers, missing }] = await Promise.all([
    ownAlarms(core, question).catch(orNothing),
    gather(core.directory, core.directory.ids(), 'getAlarms', question, context, { lacking: 'empty' }),
  ]);
  const lists = [...(own ? [own] : []), ...answers.map(({ answer }) => answer)];
  const all = lists.flatMap(({ alarms }) => alarms);
  const rows = eachOnce(all);
  const twice = all.length - rows.length;
  const total = lists.reduce((sum, one) => sum + one.total, 0) - twice;
  const isMore = lists.some(({ next }) => next !== undefined);
  const { after } = input;
  const shown = isPast
    ? historyPage(rows, page, pageSize, isMore)
    : listRows(rows, { page, pageSize, sort: input.sort ?? DEFAULT_SORT, after }, ALARM_COLUMNS, isMore);
  return {
    alarms: shown.rows,
    counts: withoutTwice(summed(lists.map(({ counts }) => counts)), all, rows),
    total,
    parts: lists.flatMap(({ parts }) => parts),
    missing,
    ...(shown.next !== undefined && { next: shown.next }),
  };
}

function historyPage(rows: readonly AlarmRow[], page: number, pageSize: number, isMore: boolean) {
  const shown = rows
    .slice()
    .sort(byChange)
    .slice((page - 1) * pageSize, page * pageSize);
  return { rows: shown, ...placeBehind(shown, isMore || rows.length > page * pageSize) };
}

/** What two managers told of is counted once: of those that were fetched, as in the total. */
function withoutTwice(counts: AlarmList['counts'], all: readonly AlarmRow[], once: readonly AlarmRow[]) {
  if (all.length === once.length) return counts;
  const fewer = SEVERITIES.map((severity) => {
    const of = (rows: readonly AlarmRow[]) => rows.filter((row) => row.severity === severity).length;
    return { severity, count: of(once) - of(all) };
  });
  return summed([counts, fewer]);
}

/** An element that another manager has, by its bare id. */
function orNothing(thrown: unknown): undefined {
  if (thrown instanceof PtpError && thrown.fault === 'Client.NotFound') return undefined;
  throw thrown;
}
