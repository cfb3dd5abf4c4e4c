/** What a person can do about an element's maintenance: set a window with a reason and an end, and take it back. */
import { PtpError } from '../base/errors.js';
import { type ElementName, parseElementName } from '../model/element.js';
import type { CallContext, Invoke } from '../peer/peer.js';
import type { Outcome } from './actions.js';
import { isoTime } from './format.js';
import { Query } from './query.js';
import { SPAN_NAMES, SPANS } from './spans.js';

export interface MaintenanceParts {
  readonly invoke: Invoke;
  readonly call: CallContext;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @throws PtpError `Client.Validation` for a reason or times that are none; else what the owner says. */
export async function setMaintenance(
  { invoke, call, now }: MaintenanceParts,
  element: ElementName,
  form: URLSearchParams,
): Promise<Outcome> {
  const from = timeOf(form, 'from', 'beginning');
  const to = timeOf(form, 'until', 'end') ?? (from ?? now) + spanOf(form);
  const text = form.get('text')?.trim() ?? '';
  const { window } = await invoke('setMaintenance', { element, ...(from !== undefined && { from }), to, text }, call);
  const id = parseElementName(element)?.id ?? element;
  return {
    title: window.active ? `${id} is in maintenance` : `${id} is going to be in maintenance`,
    condition: 'maintenance',
    sentences: [
      window.active
        ? `It is polled on, and nobody is told of its alarms before ${said(window.to)}.`
        : `From ${said(window.from)} to ${said(window.to)} nobody is told of its alarms; it is polled on.`,
      'What still stands at the end is told then.',
    ],
    undo: { action: 'endMaintenance', word: 'Take it back' },
  };
}

export async function endMaintenance(
  { invoke, call }: MaintenanceParts,
  element: ElementName,
  form: URLSearchParams,
): Promise<Outcome> {
  const window = form.get('window') || undefined;
  const { windows } = await invoke('endMaintenance', { element, ...(window !== undefined && { window }) }, call);
  const id = parseElementName(element)?.id ?? element;
  const active = windows.find((one) => one.active);
  return {
    title: active ? `${id} is in maintenance by another window` : `${id} is not in maintenance any more`,
    condition: active ? 'maintenance' : 'normal',
    sentences: active
      ? [`That one lasts until ${said(active.to)}.`]
      : ['Its alarms that still stand are told now, and so are those that come.'],
  };
}

function timeOf(form: URLSearchParams, name: string, what: string): number | undefined {
  const text = form.get(name)?.trim() ?? '';
  if (text === '') return undefined;
  const time = new Query(new URLSearchParams({ [name]: text }).toString()).time(name);
  if (time !== undefined) return time;
  throw new PtpError(
    'Client.Validation',
    `the ${what} of the maintenance is no time; it is written as 2026-03-14T18:00 (UTC)`,
    { place: { path: name } },
  );
}

function spanOf(form: URLSearchParams): number {
  const span = SPAN_NAMES.find((name) => name === form.get('for'));
  if (span !== undefined) return SPANS[span].ms;
  throw new PtpError('Client.Validation', 'a maintenance needs an end; choose how long it lasts, or until when', {
    place: { path: 'for' },
  });
}

const said = (time: number): string =>
  isoTime(time)
    .replace(/\.\d+Z$/, ' UTC')
    .replace('T', ' ');
