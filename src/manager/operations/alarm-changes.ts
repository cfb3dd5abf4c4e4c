/**
 * What people do with alarms: acknowledgeAlarm, clearAlarm, at whichever manager they ask.
 *
 * The manager that owns the alarm does it. Who that is, is found by asking all for the alarm: alarms travel with their
 * elements. The same person who asks for the same once more is answered as the first time, so that whoever does not know
 * whether a request was taken may repeat it.
 */
import { PtpError } from '../../base/errors.js';
import type { Alarm, AlarmAction } from '../../model/alarm.js';
import type { CallContext, Caller, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import { type AlarmRow, eachOnce } from '../alarm-list.js';
import type { ManagerCore } from '../core.js';
import { forward } from '../forward.js';
import { gather } from '../gather.js';
import { ownAlarms, rowOf } from './own-alarms.js';
import { noteEvent } from './pool-knowledge.js';

type Change = 'acknowledgeAlarm' | 'clearAlarm';
type Done = Output<Change>;

/** Characters of a note. */
const LONGEST_NOTE = 1000;

export const changeHandlers = (core: ManagerCore): Handlers => ({
  acknowledgeAlarm: (input, context) => change(core, 'acknowledgeAlarm', input, context),
  clearAlarm: (input, context) => change(core, 'clearAlarm', input, context),
});

async function change(core: ManagerCore, operation: Change, input: Input<Change>, context: CallContext): Promise<Done> {
  const note = input.note?.trim() || undefined;
  if (note !== undefined && [...note].length > LONGEST_NOTE)
    throw new PtpError(
      'Client.Validation',
      `the note has ${[...note].length} characters; ${LONGEST_NOTE} is the most`,
      {
        place: { path: 'note' },
      },
    );
  const action: AlarmAction = {
    by: whoIs(context.caller),
    at: core.env.clock.now(),
    ...(note !== undefined && { note }),
  };
  const here = core.alarms.get(input.alarm);
  if (here) {
    const after = await changed(core, operation, here, action);
    if (after !== here) await noteChange(core, operation, after, action, context);
    return done(core, after);
  }
  return elsewhere(core, operation, { alarm: input.alarm, note }, action, context);
}

/** As it is written in the alarm; of a peer that asks for itself it is said that it is one. */
const whoIs = ({ kind, name }: Caller): string => (kind === 'user' ? name : `${kind} ${name}`);

function changed(core: ManagerCore, operation: Change, alarm: Alarm, action: AlarmAction): Promise<Alarm> {
  if (operation === 'clearAlarm') return core.alarms.clear(alarm.id, action);
  const former = alarm.acknowledged;
  if (!former) return core.alarms.acknowledge(alarm.id, action);
  if (isSame(former, action)) return Promise.resolve(alarm);
  throw conflict(
    alarm.id,
    `${former.by} has acknowledged it already, at ${timeText(former.at)}${former.note === undefined ? '' : `: "${former.note.slice(0, 200)}"`}`,
  );
}

/** In the event log, with the element, and from where it was asked for. */
async function noteChange(
  core: ManagerCore,
  operation: Change,
  { id, element, text }: Alarm,
  { by, note }: AlarmAction,
  { caller }: CallContext,
): Promise<void> {
  const [name, did] =
    operation === 'clearAlarm'
      ? (['alarmCleared', 'cleared'] as const)
      : (['alarmAcknowledged', 'acknowledged'] as const);
  const said = note === undefined ? '' : `: ${note}`;
  await noteEvent(core, {
    severity: 'indeterminate',
    name,
    text: `${by} ${did} the alarm ${id} (${text})${said}`,
    source: `${caller.kind} ${caller.name}${caller.from === '' ? '' : ` from ${caller.from}`}`,
    ...(element !== undefined && { element }),
  });
}

const isSame = (former: Pick<AlarmAction, 'by' | 'note'>, action: AlarmAction): boolean =>
  former.by === action.by && former.note === action.note;

async function elsewhere(
  core: ManagerCore,
  operation: Change,
  input: Input<Change>,
  action: AlarmAction,
  context: CallContext,
): Promise<Done> {
  const question = { alarm: input.alarm, state: 'all', scope: 'self' } as const;
  const [own, { answers, missing }] = await Promise.all([
    ownAlarms(core, question),
    gather(core.directory, core.directory.ids(), 'getAlarms', question, context, { lacking: 'empty' }),
  ]);
  const told = answers.flatMap(({ manager, answer }) => answer.alarms.map((row) => ({ manager, row })));
  const open = told.filter(({ row }) => row.state !== 'cleared');
  const [best] = eachOnce(open.map(({ row }) => row));
  const owner = open.find(({ row }) => row === best);
  if (owner) return forward(core, owner.manager, operation, input, context);
  const [over] = eachOnce([...own.alarms, ...told.map(({ row }) => row)]);
  if (over) return ofOneThatIsOver(operation, over, action);
  if (missing.length > 0) {
    const silent = missing.map(({ manager, reason }) => `${manager} (${reason})`).join(', ');
    throw new PtpError(
      'Server.Unavailable',
      `the alarm ${shown(input.alarm)} is at none of the managers that answered; no answer came from ${silent}`,
      { place: { path: 'alarm' } },
    );
  }
  throw new PtpError(
    'Client.NotFound',
    `there is no alarm ${shown(input.alarm)} at any manager; getAlarms lists those that there are, with their ids`,
    { place: { path: 'alarm' } },
  );
}

function ofOneThatIsOver(operation: Change, over: AlarmRow, action: AlarmAction): Done {
  const { id, cleared } = over;
  if (operation === 'clearAlarm' && cleared && isSame(cleared, action))
    return { alarm: over, alone: over.keptBy === undefined };
  const how = cleared ? ` by ${cleared.by} at ${timeText(cleared.at)}` : '';
  throw conflict(
    id,
    `it was cleared meanwhile${how}; ${operation === 'clearAlarm' ? 'there is nothing left to clear' : 'only open alarms are acknowledged'}`,
  );
}

const done = (core: ManagerCore, alarm: Alarm): Done => ({
  alarm: rowOf(core, alarm),
  alone: alarm.keptBy === undefined,
});

const conflict = (id: string, why: string): PtpError =>
  new PtpError('Client.Conflict', `alarm ${shown(id)}: ${why}`, { place: { path: 'alarm' } });

const shown = (id: string): string => `"${id.slice(0, 100)}"`;
const timeText = (time: number): string => new Date(time).toISOString();
