/** Reads the body of a bundle, which comes from a peer: everything in it is held to types and bounds. */
import type { ElementFacts, Learnt, Neighbour } from '../../../access/access.js';
import type { Root } from '../../../assess/dependence/dependence.js';
import type { CounterEntry, RateState } from '../../../assess/rates.js';
import type { AccessStanding, ReachState } from '../../../assess/status.js';
import { PtpError } from '../../../base/errors.js';
import { ACCESS_METHODS, DISCOVERIES, elementName, parseElementName } from '../../../model/element.js';
import type { MetricValue } from '../../../model/ptp-store.js';
import type { SampleValue } from '../../../model/sample.js';
import { STATUSES as ALL_STATUSES } from '../../../model/status.js';
import type { PollCursor } from '../../../pool/holding/state.js';
import { readAlarms, readUnkept } from './alarms.js';
import {
  type AccessContent,
  BODY_VERSION,
  type BundleContent,
  LONGEST_TEXT,
  LONGEST_WORD,
  MOST_BODY,
  MOST_LEARNT,
  MOST_MEMORY,
  MOST_SEALED,
  MOST_VALUES,
  type Moment,
  type ShownStatus,
} from './content.js';
import { optionalText, present, readDefinition } from './definition.js';
import { Field } from './field.js';
import { readSetMaintenance } from './maintenance.js';
import { readThresholds } from './thresholds.js';

/** A poll number is the index of a due time: a century of the shortest intervals has fewer. */
const MOST_NUMBER = 2 ** 40;
const LONGEST_MS = 365 * 86_400_000;
/** Ages may be a little below zero, where a wall clock was put back. */
const MOST_AGE_MS = 100 * LONGEST_MS;
const MOST_COUNTERS = 100_000;
/** Of a body that lay about. */
const MOST_KEPT_MS = 30 * 86_400_000;
const STATUSES = ['unknown', 'normal', 'minor', 'major', 'down', 'unreachable'] as const;
const STANDINGS = ['unknown', 'good', 'wrong', 'failed'] as const;
const FACTS = ['sysObjectId', 'sysName', 'description', 'location', 'vendor', 'model', 'type'] as const;

/** Of an element; also its hardware addresses, and the names of one of them. */
const MOST_NEIGHBOURS = 1000;

export interface ImportedBundle extends BundleContent {
  /** How long the body was under way or lay about. */
  readonly keptMs: number;
}

/**
 * @param cursors The bundle's own, as of now; undefined takes the body to have been made now.
 * @throws PtpError `Client.TooLarge`, `Client.Validation`
 */
export function importBundle(text: string, moment: Moment, cursors?: readonly PollCursor[]): ImportedBundle {
  const at = Field.parse(text, 'bundle', MOST_BODY);
  const version = at.at('version').integer(0, Number.MAX_SAFE_INTEGER);
  if (version !== BODY_VERSION)
    throw new PtpError('Client.Validation', `the bundle has version ${version}; it should have ${BODY_VERSION}`);
  const element = readDefinition(at.at('definition'));
  const made = at.at('accesses').list(256, (access) => readCursor(access.at('cursor')));
  if (made.length !== element.access.length)
    throw at.at('accesses').fault(`a list of ${element.access.length}, one for each access of the definition`);
  const keptMs = cursors ? keptFor(made, cursors) : 0;
  const read: Moment = { nowMs: moment.nowMs - keptMs, monotonicMs: moment.monotonicMs - keptMs };
  return present({
    keptMs,
    element,
    reach: readReach(at.at('reach'), read),
    shown: at.at('shown').optional((shown) =>
      present<ShownStatus>({
        status: shown.at('status').oneOf(ALL_STATUSES),
        since: read.nowMs - age(shown.at('sinceAgoMs')),
        reason: optionalText(shown, 'reason', LONGEST_TEXT),
      }),
    ),
    facts: readFacts(at.at('facts')),
    alarms: at.at('alarms').optional((alarms) => readAlarms(alarms, element.name, read.nowMs)),
    unkept: at.at('alarms').optional(readUnkept),
    maintenance: at.at('maintenance').optional(readSetMaintenance),
    latest: at.at('latest').list(MOST_VALUES, (value) => readValue(value, read)),
    accesses: at.at('accesses').list(256, (access) => readAccess(access, read)),
    sealed: optionalText(at, 'sealed', MOST_SEALED),
  });
}

export const readFacts = (at: Field): ElementFacts =>
  present<ElementFacts>({
    ...Object.fromEntries(FACTS.map((name) => [name, optionalText(at, name, LONGEST_TEXT)])),
    neighbours: at.at('neighbours').optional((all) => all.list(MOST_NEIGHBOURS, readNeighbour)),
    hardwareAddresses: at.at('hardwareAddresses').optional((all) => all.list(MOST_NEIGHBOURS, (one) => one.text(40))),
  });

const readNeighbour = (at: Field): Neighbour =>
  present<Neighbour>({
    via: at.at('via').oneOf(DISCOVERIES),
    port: at.at('port').text(LONGEST_WORD),
    capacity: optionalText(at, 'capacity', LONGEST_WORD),
    names: at.at('names').list(MOST_NEIGHBOURS, (one) => one.text(LONGEST_WORD)),
    remotePort: optionalText(at, 'remotePort', LONGEST_WORD),
  });

/** How long a body has been under way and lain about: the due times in it have come nearer by that. */
function keptFor(made: readonly PollCursor[], now: readonly PollCursor[]): number {
  let keptMs = 0;
  made.forEach((then, index) => {
    const cursor = now[index];
    if (cursor?.intervalMs !== then.intervalMs) return;
    const dueInMs = then.dueInMs + (cursor.next - then.next) * then.intervalMs;
    keptMs = Math.max(keptMs, dueInMs - cursor.dueInMs);
  });
  return Number.isFinite(keptMs) ? Math.min(keptMs, MOST_KEPT_MS) : 0;
}

/** @throws PtpError `Client.Validation` */
export const readCursor = (at: Field): PollCursor => ({
  intervalMs: at.at('intervalMs').number(100, LONGEST_MS),
  next: at.at('next').integer(0, MOST_NUMBER),
  dueInMs: at.at('dueInMs').number(-MOST_KEPT_MS, LONGEST_MS + MOST_KEPT_MS),
});

function readAccess(at: Field, moment: Moment): AccessContent {
  return present({
    cursor: readCursor(at.at('cursor')),
    failures: at.at('failures').integer(0, 1_000_000_000),
    costMs: at.at('costMs').number(0, 60_000),
    memory: at.at('memory').optional((memory) => memory.foreign(MOST_MEMORY)),
    learnt: at.at('learnt').optional((learnt) => readLearnt(learnt, moment.monotonicMs)),
    rates: at.at('rates').optional((rates) => readRates(rates, moment.monotonicMs)),
    thresholds: at.at('thresholds').optional((thresholds) => readThresholds(thresholds, moment.monotonicMs)),
    latest: at.at('latest').list(MOST_VALUES, (value) => readValue(value, moment)),
  });
}

const readLearnt = (at: Field, monotonicMs: number): Learnt => ({
  what: at.at('what').optional((what) => what.foreign(MOST_LEARNT)),
  atMs: monotonicMs - Math.max(0, age(at.at('agoMs'))),
});

const age = (at: Field): number => at.number(-MOST_AGE_MS, MOST_AGE_MS);

function readReach(at: Field, { nowMs }: Moment): ReachState {
  return present({
    status: at.at('status').oneOf(STATUSES),
    since: nowMs - age(at.at('sinceAgoMs')),
    reason: optionalText(at, 'reason', LONGEST_TEXT),
    behind: at.at('behind').optional((behind) => readRoot(behind, nowMs)),
    accesses: at.at('accesses').list(
      256,
      (access): AccessStanding =>
        present({
          method: access.at('method').oneOf(ACCESS_METHODS),
          standing: access.at('standing').oneOf(STANDINGS),
          badPolls: access.at('badPolls').integer(0, 2),
          failedPolls: access.at('failedPolls').integer(0, 2),
          error: optionalText(access, 'error', LONGEST_TEXT),
          told: access.at('told').boolean(),
        }),
    ),
  });
}

function readRoot(at: Field, nowMs: number): Root {
  const named = parseElementName(at.at('element').text(LONGEST_WORD));
  if (!named) throw at.at('element').fault('the name of an element');
  return present({
    element: elementName(named.kind, named.id),
    status: at.at('status').oneOf(['down', 'unreachable']),
    since: nowMs - age(at.at('sinceAgoMs')),
    alarm: optionalText(at, 'alarm', LONGEST_WORD),
  });
}

function readRates(at: Field, monotonicMs: number): RateState {
  const timeMs = monotonicMs - Math.max(0, age(at.at('agoMs')));
  return present({
    timeMs,
    uptimeMs: at.at('uptimeMs').optional((uptime) => uptime.number(0, MOST_AGE_MS)),
    counters: at.at('counters').list(MOST_COUNTERS, (metric) => {
      const [name, entries, bits] = metric.list(3, (one) => one);
      if (!name || !entries) throw metric.fault('a list of a metric and its counters');
      const counters = entries.list(MOST_COUNTERS, (entry) => readCounter(entry, monotonicMs));
      const group = [name.text(LONGEST_WORD), counters] as const;
      return bits && bits.number(32, 32) === 32 ? ([...group, 32] as const) : group;
    }),
  });
}

function readCounter(at: Field, monotonicMs: number): CounterEntry {
  const [instance, value, ago] = at.list(3, (one) => one);
  if (!instance || !value) throw at.fault('a list of instance and value');
  const decimal = value.text(40, 1);
  if (!/^-?\d+$/.test(decimal)) throw value.fault('a whole number in decimal');
  const name = instance.text(LONGEST_WORD);
  return ago ? [name, decimal, monotonicMs - Math.max(0, age(ago))] : [name, decimal];
}

function readValue(at: Field, { nowMs }: Moment): MetricValue {
  const [name, instance, unit, ago, value] = at.list(5, (one) => one);
  if (!name || !instance || !unit || !ago || !value) throw at.fault('a list of name, instance, unit, age and value');
  return {
    name: name.text(LONGEST_WORD),
    instance: instance.text(LONGEST_WORD),
    unit: unit.text(LONGEST_WORD),
    time: nowMs - age(ago),
    value: readSample(value),
  };
}

export function readSample(at: Field): SampleValue {
  if (at.isText) return at.text(LONGEST_TEXT);
  if (at.isNumber) return at.number(-Number.MAX_VALUE, Number.MAX_VALUE);
  const whole = at.at('whole').text(40, 1);
  if (!/^-?\d+$/.test(whole)) throw at.at('whole').fault('a whole number in decimal');
  return BigInt(whole);
}
