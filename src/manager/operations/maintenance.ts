/** Maintenance at run time: getMaintenance, setMaintenance, endMaintenance. The owner of an element keeps its windows. */
import {
  LONGEST_WINDOW_MS,
  MOST_WINDOWS,
  NOTHING_SET,
  windowsLeft,
  windowWords,
  withoutWindow,
  withWindow,
} from '../../assess/maintenance.js';
import { PtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import type { MaintenanceWindow, SetMaintenance } from '../../model/maintenance.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ElementMaintenance } from '../collector/element-review.js';
import type { ManagerCore } from '../core.js';
import { answerForElement } from '../forward.js';

/** In one answer. */
const MOST_LISTED = 1000;
const LONGEST_REASON = 500;

type Listed = Output<'getMaintenance'>['windows'][number];

export function maintenanceHandlers(core: ManagerCore): Handlers {
  return {
    async getMaintenance(input, context) {
      const { element } = input;
      if (element === undefined) return { manager: core.settings.id, windows: allWindows(core) };
      return answerForElement(core, element, 'getMaintenance', input, context, async (name) => ({
        manager: core.settings.id,
        windows: windowsOf(core, name),
      }));
    },

    setMaintenance: (input, context) =>
      answerForElement(core, input.element, 'setMaintenance', input, context, (name) =>
        set(core, name, input, context),
      ),

    endMaintenance: (input, context) =>
      answerForElement(core, input.element, 'endMaintenance', input, context, (name) =>
        end(core, name, input, context),
      ),
  };
}

function allWindows(core: ManagerCore): readonly Listed[] {
  const nowMs = core.env.clock.now();
  return core.collector.review
    .withWindows()
    .flatMap(({ name, maintenance }) => listed(name, maintenance, nowMs))
    .slice(0, MOST_LISTED);
}

function windowsOf(core: ManagerCore, name: ElementName): readonly Listed[] {
  const maintenance = core.collector.review.maintenanceOf(name);
  return maintenance ? listed(name, maintenance, core.env.clock.now()) : [];
}

const listed = (element: ElementName, { windows, window }: ElementMaintenance, nowMs: number): readonly Listed[] =>
  windowsLeft(windows, nowMs).map((one) => shown(element, one, one.id === window?.id));

const shown = (element: ElementName, window: MaintenanceWindow, active: boolean): Listed => ({
  element,
  ...window,
  active,
});

async function set(
  core: ManagerCore,
  name: ElementName,
  input: Input<'setMaintenance'>,
  context: CallContext,
): Promise<Output<'setMaintenance'>> {
  const nowMs = core.env.clock.now();
  const from = input.from ?? nowMs;
  const text = input.text.trim();
  if (text === '') throw wrong('text', 'the reason is empty; it should say why the element is in maintenance');
  if (text.length > LONGEST_REASON)
    throw wrong('text', `the reason has ${text.length} characters; ${LONGEST_REASON} is the most`);
  if (input.to <= nowMs) throw wrong('to', 'the end lies in the past; it should be later than now');
  if (input.to <= from) throw wrong('to', 'the end is not after the beginning; it should be later');
  if (input.to - from > LONGEST_WINDOW_MS)
    throw wrong(
      'to',
      `the window is longer than ${LONGEST_WINDOW_MS / 86_400_000} days; what is meant to last goes into the configuration`,
    );
  const before = core.collector.review.maintenanceOf(name)?.set ?? NOTHING_SET;
  const id = core.env.random.bytes(6).toString('hex');
  const window: MaintenanceWindow = { id, from, to: input.to, text, by: context.caller.name };
  const after = withWindow(before, window, nowMs);
  if (!after)
    throw new PtpError('Client.Conflict', `${name} has ${MOST_WINDOWS} windows already; take one of them back first`, {
      place: { path: 'element' },
    });
  await keep(core, name, after);
  await tell(core, context, name, 'maintenanceSet', `${name} is put into maintenance ${windowWords(window)}`);
  const active = core.collector.review.maintenanceOf(name)?.window?.id === id;
  return { manager: core.settings.id, window: shown(name, window, active) };
}

async function end(
  core: ManagerCore,
  name: ElementName,
  { window: id }: Input<'endMaintenance'>,
  context: CallContext,
): Promise<Output<'endMaintenance'>> {
  const nowMs = core.env.clock.now();
  const maintenance = core.collector.review.maintenanceOf(name);
  const before = maintenance?.set ?? NOTHING_SET;
  const left = windowsLeft(maintenance?.windows ?? [], nowMs);
  const ended = left.filter((one) => one.by !== undefined && (id === undefined || one.id === id));
  if (ended.length === 0) {
    const isConfigured = left.some((one) => id === undefined || one.id === id);
    throw isConfigured
      ? new PtpError(
          'Client.Conflict',
          `the window of ${name} stands in the configuration that lists it; change it there`,
          { place: { path: id === undefined ? 'element' : 'window' } },
        )
      : new PtpError('Client.NotFound', `${name} has no such window any more; getMaintenance lists those that it has`, {
          place: { path: id === undefined ? 'element' : 'window' },
        });
  }
  const after = ended.reduce((windows, one) => withoutWindow(windows, one.id, nowMs) ?? windows, before);
  await keep(core, name, after);
  const words = ended.map(windowWords).join('; ');
  await tell(core, context, name, 'maintenanceEnded', `the maintenance of ${name} is taken back, which was ${words}`);
  return { manager: core.settings.id, windows: windowsOf(core, name) };
}

async function keep(core: ManagerCore, name: ElementName, set: SetMaintenance): Promise<void> {
  if (core.collector.definitionOf(name)?.access.length === 0)
    throw new PtpError('Client.Conflict', `${name} has no access by which it is polled, so nothing is told of it`, {
      place: { path: 'element' },
    });
  if (await core.collector.review.judge(name, set)) return;
  throw new PtpError('Store.Failed', 'the store did not take the window; the log says why');
}

function tell(core: ManagerCore, { caller }: CallContext, element: ElementName, name: string, text: string) {
  const source = `${caller.kind} ${caller.name}`;
  return core.store.recordEvents([
    { time: core.env.clock.now(), severity: 'indeterminate', name, text, element, source },
  ]);
}

const wrong = (path: string, text: string): PtpError => new PtpError('Client.Validation', text, { place: { path } });
