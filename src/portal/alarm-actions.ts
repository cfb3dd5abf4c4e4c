/** What a person does with alarms from a page: acknowledging and clearing, one or many at once, with a note. */
import { asPtpError, PtpError } from '../base/errors.js';
import { roleAtLeast } from '../model/manager.js';
import type { CallContext, Invoke } from '../peer/peer.js';
import { fullStop, type Outcome } from './actions.js';

const OPERATIONS = { acknowledge: 'acknowledgeAlarm', clear: 'clearAlarm' } as const;
type AlarmAction = keyof typeof OPERATIONS;
const WORDS: Readonly<Record<AlarmAction, string>> = { acknowledge: 'acknowledged', clear: 'cleared' };

export const isAlarmAction = (name: string | null): name is AlarmAction => name === 'acknowledge' || name === 'clear';

/** Alarms that one form may name: as many as a page shows. */
const MOST_ALARMS = 250;
/** Asked for at the same time. */
const AT_A_TIME = 16;
/** Reasons that are told. */
const MOST_TOLD = 20;

/** What was done, and what the page that it leads to says of it; what was refused is told by itself. */
export type AlarmOutcome =
  | { readonly notice: string; readonly count: number; readonly alone: boolean }
  | { readonly outcome: Outcome };

/** @throws PtpError `Client.Forbidden`. */
export async function performOnAlarms(
  { invoke, call }: { readonly invoke: Invoke; readonly call: CallContext },
  action: AlarmAction,
  form: URLSearchParams,
): Promise<AlarmOutcome> {
  const { caller } = call;
  if (!roleAtLeast(caller.role, 'operator'))
    throw new PtpError(
      caller.kind === 'anonymous' ? 'Client.Unauthorized' : 'Client.Forbidden',
      `alarms are acknowledged and cleared by the role operator only; ${caller.name || 'who asks'} has the role ${caller.role}`,
    );
  const alarms = [...new Set(form.getAll('alarm').filter(Boolean))].slice(0, MOST_ALARMS);
  if (alarms.length === 0)
    return {
      outcome: { title: 'No alarm was chosen', condition: 'warning', sentences: ['Tick those that are meant.'] },
    };
  const note = form.get('note')?.trim() || undefined;
  const refused: string[] = [];
  let alone = false;
  const one = async (alarm: string): Promise<void> => {
    try {
      const done = await invoke(OPERATIONS[action], { alarm, ...(note !== undefined && { note }) }, call);
      alone ||= done.alone;
    } catch (thrown) {
      refused.push(asPtpError(thrown).message);
    }
  };
  for (let at = 0; at < alarms.length; at += AT_A_TIME) await Promise.all(alarms.slice(at, at + AT_A_TIME).map(one));
  const count = alarms.length - refused.length;
  if (refused.length === 0) return { notice: WORDS[action], count, alone };
  return { outcome: refusal(WORDS[action], count, refused) };
}

function refusal(word: string, done: number, refused: readonly string[]): Outcome {
  const rest = refused.length - MOST_TOLD;
  return {
    title: refused.length === 1 ? `One alarm was not ${word}` : `${refused.length} alarms were not ${word}`,
    condition: 'warning',
    sentences: [
      ...(done > 0 ? [done === 1 ? `One other was ${word}.` : `${done} others were ${word}.`] : []),
      ...refused.slice(0, MOST_TOLD).map(fullStop),
      ...(rest > 0 ? [`And ${rest} more.`] : []),
    ],
  };
}
