/** Data that an application server, or another manager, pushes in: pushStore. */

import { isStored } from '../../assess/event-rules.js';
import { PtpError } from '../../base/errors.js';
import { type ElementName, elementName, type ManagedElement } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { ElementEntry, MetricValue, PtpStore } from '../../model/ptp-store.js';
import type { Sample } from '../../model/sample.js';
import type { Severity, Status } from '../../model/status.js';
import type { Handlers } from '../../peer/peer.js';
import type { ElementState, PollRecord } from '../../store/store.js';
import { checkAnswers, definitionsOf, type Sender, senderOf } from '../application-servers.js';
import type { ManagerCore } from '../core.js';
import { sourceOfCaller } from '../deeds.js';

const MOST_ELEMENTS = 1000;
const MOST_VALUES = 10_000;
/** Of one element, by name and instance: each of them is shown and kept from then on. */
export const MOST_NAMES = 10_000;
/** Characters of what is said of a status: it stands in events, alarms and lists. */
const LONGEST_REASON = 500;
/** How far ahead of this manager's clock a value's time may lie. */
const AHEAD_MS = 24 * 3600_000;
/** The one condition that the status of such an element is. */
const STATUS_KEY = 'told status';

interface Pushed {
  readonly definition: ManagedElement;
  readonly entry: ElementEntry;
  readonly path: string;
}

export function pushStoreHandlers(core: ManagerCore): Handlers {
  return {
    async pushStore({ PTP_STORE }, { caller }) {
      const sender = senderOf(caller, core.settings, 'pushStore');
      const pushed = pushedIn(core, PTP_STORE, sender);
      const source = sourceOfCaller(caller);
      const nowMs = core.env.clock.now();
      const records = pushed.map((one) => recordOf(core, one, nowMs));
      const events = pushed.flatMap((one, at) => statusEvent(core, one, records[at]?.state, source, nowMs));
      // What changed is told before it shows: were the manager to end in between, the server would push again.
      await core.store.recordEvents(events.filter((event) => isStored(core.settings.eventRules, event)));
      await core.store.recordPolls(records);
      for (const { element, state, time } of records) {
        core.table.apply(element, {
          ...(state && { state }),
          key: `${element}#pushed`,
          access: { method: 'push', ok: true, time },
        });
        if (state) core.collector.review.pushed(state);
      }
      return {
        elements: records.map(({ element }) => element),
        values: pushed.reduce((sum, { entry }) => sum + entry.metrics.length, 0),
      };
    },
  };
}

/** All that is pushed, if it may be. @throws PtpError */
function pushedIn(core: ManagerCore, store: PtpStore, sender: Sender): readonly Pushed[] {
  const self = core.settings.id;
  const known = definitionsOf(core);
  const found = new Map<ElementName, Pushed>();
  let values = 0;
  for (const [at, section] of store.managers.entries()) {
    const path = `PTP_STORE/EMANAGER[${at + 1}]`;
    if (section.id !== self)
      throw wrong(
        'Client.Forbidden',
        `what is pushed here is of ${self}; push that of ${section.id} to it`,
        `${path}/@id`,
      );
    for (const [list, tag] of LISTS)
      for (const [place, entry] of section[list].entries()) {
        const at = `${path}/${tag}[${place + 1}]`;
        const name = elementName(entry.kind, entry.id);
        checkAnswers(sender, known.get(name), { settings: core.settings, elements: known }, at);
        checkReason(entry, at);
        const nowMs = core.env.clock.now();
        const metrics = timedValues(entry.metrics, { nowMs, keptMs: core.settings.store.retentionMs, path: at });
        found.set(name, { definition: ownDefinition(core, name, at), entry: { ...entry, metrics }, path: at });
        values += metrics.length;
      }
  }
  if (found.size > MOST_ELEMENTS || values > MOST_VALUES)
    throw wrong(
      'Client.TooLarge',
      `${found.size} elements with ${values} values in one request; ${MOST_ELEMENTS} with ${MOST_VALUES} are the most`,
      'PTP_STORE',
    );
  return [...found.values()];
}

/** @throws PtpError `Client.Validation` */
export function checkReason({ reason = '' }: Pick<ElementEntry, 'reason'>, path: string): void {
  if (reason.length > LONGEST_REASON)
    throw wrong(
      'Client.Validation',
      `the reason has ${reason.length} characters; ${LONGEST_REASON} is the most`,
      `${path}/@reason`,
    );
}

const LISTS = [
  ['devices', 'Devices/Device'],
  ['services', 'Services/Service'],
  ['applications', 'Applications/Application'],
] as const;

/** Only what nobody polls: the word of a poll and that of a server would take turns. */
function ownDefinition(core: ManagerCore, name: ElementName, path: string): ManagedElement {
  const definition = core.table.definition(name);
  if (definition && definition.access.length === 0) return definition;
  if (definition)
    throw wrong('Client.Conflict', `${name} is polled; data can be pushed for elements that have no ACCESS`, path);
  const owner = core.ownerElsewhere(name);
  throw wrong(
    'Client.NotFound',
    owner === undefined
      ? `${name} is no element of ${core.settings.id}; its configuration lists what can be pushed`
      : `${name} is watched by ${owner}; push its data there`,
    path,
  );
}

/**
 * Values whose times the store can keep; of those without a time (0) it is that of now.
 * @throws PtpError `Client.Validation`
 */
export function timedValues(
  metrics: readonly MetricValue[],
  { nowMs, keptMs, path }: { readonly nowMs: number; readonly keptMs: number; readonly path: string },
): readonly MetricValue[] {
  const timed = metrics.map((value) => (value.time === 0 ? { ...value, time: nowMs } : value));
  const wrongAt = timed.findIndex(({ time }) => time > nowMs + AHEAD_MS || time < nowMs - keptMs);
  const found = timed[wrongAt];
  if (!found) return timed;
  throw wrong(
    'Client.Validation',
    found.time > nowMs
      ? 'the time of the value lies more than a day ahead; clocks differ'
      : 'the time of the value lies before all that is kept; send newer ones, or have them kept for longer (retention of STORE)',
    `${path}/Metrics/Metric[${wrongAt + 1}]/@time`,
  );
}

/**
 * The newest of each name.
 * @throws PtpError `Client.TooLarge` for more names than one element may have.
 */
export function latestWith(
  known: readonly MetricValue[],
  pushed: readonly MetricValue[],
  path: string,
): readonly MetricValue[] {
  const latest = new Map(known.map((value) => [keyOf(value), value]));
  for (const value of pushed) {
    const former = latest.get(keyOf(value));
    if (!former || former.time <= value.time) latest.set(keyOf(value), value);
  }
  if (latest.size > Math.max(MOST_NAMES, known.length))
    throw wrong(
      'Client.TooLarge',
      `the element would have ${latest.size} values of different names or instances; ${MOST_NAMES} are the most`,
      path,
    );
  return [...latest.values()];
}

function recordOf(core: ManagerCore, { definition, entry, path }: Pushed, nowMs: number): PollRecord {
  const { name } = definition;
  const known = core.table.get(name);
  const before = known?.status ?? 'unknown';
  const status = entry.status === 'unknown' ? before : entry.status;
  const since = status === before ? (known?.since ?? nowMs) : Math.min(entry.since ?? nowMs, nowMs);
  const state: ElementState = {
    element: name,
    status,
    since,
    ...(entry.reason !== undefined && { reason: entry.reason }),
    latest: latestWith(known?.metrics ?? [], entry.metrics, path),
  };
  const owned = { element: name, owner: core.settings.id, epoch: epochOf(known) };
  const samples = entry.metrics.flatMap(({ name: metric, instance, value, unit, time }): Sample[] =>
    typeof value === 'string' ? [] : [{ ...owned, metric, instance, value, unit, time }],
  );
  // Nobody has polled it, so it is not counted as a poll.
  return { isVerdict: true, element: name, method: 'push', time: nowMs, ok: true, samples, events: [], state };
}

const epochOf = (entry: ElementEntry | undefined) => entry?.epoch ?? { term: 0, number: 0, giver: '' };

const keyOf = ({ name, instance }: MetricValue): string => `${name}\n${instance}`;

const SEVERITY_OF: Readonly<Record<Status, Severity>> = {
  unknown: 'cleared',
  normal: 'cleared',
  maintenance: 'cleared',
  warning: 'warning',
  minor: 'minor',
  major: 'major',
  critical: 'critical',
  down: 'critical',
  unreachable: 'major',
};

function statusEvent(
  core: ManagerCore,
  { definition: { name, label } }: Pushed,
  state: ElementState | undefined,
  source: string,
  nowMs: number,
): readonly NewEvent[] {
  const before = core.table.get(name)?.status ?? 'unknown';
  if (!state || state.status === before) return [];
  const called = label ? `${label} (${name})` : name;
  return [
    {
      time: nowMs,
      severity: SEVERITY_OF[state.status],
      name: 'statusTold',
      text: `${called} is ${state.status}, it was ${before}${state.reason === undefined ? '' : `: ${state.reason}`}`,
      element: name,
      source,
      alarm: STATUS_KEY,
    },
  ];
}

const wrong = (
  code: 'Client.Forbidden' | 'Client.Conflict' | 'Client.NotFound' | 'Client.TooLarge' | 'Client.Validation',
  text: string,
  path: string,
): PtpError => new PtpError(code, text, { place: { path } });
