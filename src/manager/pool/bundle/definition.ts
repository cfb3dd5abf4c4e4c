/**
 * The definition of an element as it goes from manager to manager, without secrets: JSON.
 *
 * Whoever polls by it takes the credential of that id from its own configuration, or from what came sealed.
 */
import { SECRET_ATTRIBUTES } from '../../../config/words.js';
import {
  ACCESS_METHODS,
  type AccessSpec,
  ELEMENT_KINDS,
  elementName,
  type Link,
  type ManagedElement,
  type MetricSpec,
  STATE_WORDS,
  type ThresholdSpec,
} from '../../../model/element.js';
import type { PlannedMaintenance } from '../../../model/maintenance.js';
import { SEVERITIES } from '../../../model/status.js';
import { Field } from './field.js';

/** Bytes of a definition. */
const MOST_DEFINITION = 512 * 1024;
const LONGEST_ID = 1024;
const WORD = 16 * 1024;
const TEXT = 64 * 1024;
const MANY = 10_000;
const SHORTEST_MS = 100;
const LONGEST_MS = 365 * 86_400_000;
/** The last moment that a `Date` can name. */
const LAST_MS = 8.64e15;

/** @throws PtpError `Client.TooLarge` */
export function exportDefinition(element: ManagedElement): string {
  const text = JSON.stringify(withoutSecrets(element));
  Field.parse(text, `definition of ${element.name}`, MOST_DEFINITION);
  return text;
}

/** @throws PtpError `Client.TooLarge`, `Client.Validation` */
export const importDefinition = (text: string): ManagedElement =>
  readDefinition(Field.parse(text, 'definition', MOST_DEFINITION));

export const withoutSecrets = (element: ManagedElement): ManagedElement => ({
  ...element,
  access: element.access.map((spec) => ({
    ...spec,
    options: Object.fromEntries(Object.entries(spec.options).filter(([name]) => !SECRET_ATTRIBUTES.includes(name))),
  })),
});

/** @throws PtpError `Client.Validation` */
export function readDefinition(at: Field): ManagedElement {
  const kind = at.at('kind').oneOf(ELEMENT_KINDS);
  const id = at.at('id').text(LONGEST_ID, 1);
  const name = elementName(kind, id);
  if (at.at('name').text(2 * LONGEST_ID) !== name) throw at.at('name').fault('the kind and the id, joined by a slash');
  return present({
    kind,
    id,
    name,
    ip: optionalText(at, 'ip'),
    dnsname: optionalText(at, 'dnsname'),
    label: optionalText(at, 'label'),
    type: optionalText(at, 'type'),
    vendor: optionalText(at, 'vendor'),
    model: optionalText(at, 'model'),
    location: optionalText(at, 'location'),
    pool: at.at('pool').boolean(),
    description: optionalText(at, 'description', TEXT),
    portal: optionalText(at, 'portal', TEXT),
    customers: texts(at, 'customers'),
    links: at.at('links').list(MANY, readLink),
    parents: texts(at, 'parents'),
    device: optionalText(at, 'device'),
    nwview: optionalText(at, 'nwview'),
    maintenance: at.at('maintenance').optional((all) => all.list(MANY, readPlanned)),
    access: at.at('access').list(256, readSpec),
  });
}

const readLink = (at: Field): Link =>
  present({
    to: at.at('to').text(WORD),
    capacity: optionalText(at, 'capacity'),
    cost: at.at('cost').optional((cost) => cost.number(-Number.MAX_VALUE, Number.MAX_VALUE)),
    label: optionalText(at, 'label'),
  });

/** Windows are given by UTC: unlike all other times between managers, theirs do not travel as ages. */
export const readPlanned = (at: Field): PlannedMaintenance =>
  present({
    from: at.at('from').number(-LAST_MS, LAST_MS),
    to: at.at('to').number(-LAST_MS, LAST_MS),
    text: optionalText(at, 'text'),
  });

function readSpec(at: Field): AccessSpec {
  const intervalMs = at.at('intervalMs').number(SHORTEST_MS, LONGEST_MS);
  return present({
    method: at.at('method').oneOf(ACCESS_METHODS),
    intervalMs,
    timeoutMs: at.at('timeoutMs').number(1, intervalMs),
    retries: at.at('retries').integer(0, 10),
    credential: optionalText(at, 'credential'),
    via: optionalText(at, 'via'),
    options: at.at('options').texts(100, TEXT),
    commands: texts(at, 'commands', TEXT),
    metrics: at.at('metrics').list(MANY, readMetric),
    events: at.at('events').list(MANY, (event) =>
      present({
        regex: event.at('regex').text(WORD),
        metric: optionalText(event, 'metric'),
        severity: event.at('severity').oneOf(SEVERITIES),
        text: optionalText(event, 'text'),
        name: optionalText(event, 'name'),
      }),
    ),
    thresholds: at.at('thresholds').list(MANY, readThreshold),
  });
}

export const readThreshold = (at: Field): ThresholdSpec =>
  present<ThresholdSpec>({
    metric: at.at('metric').text(WORD),
    above: optionalText(at, 'above'),
    below: optionalText(at, 'below'),
    clear: optionalText(at, 'clear'),
    forMs: at.at('forMs').number(0, LONGEST_MS),
    noDataMs: at.at('noDataMs').optional((noData) => noData.number(1, LONGEST_MS)),
    severity: at.at('severity').oneOf(SEVERITIES),
  });

const readMetric = (at: Field): MetricSpec =>
  present({
    name: at.at('name').text(WORD),
    unit: optionalText(at, 'unit'),
    counter: at.at('counter').optional((counter) => counter.boolean()),
    oid: optionalText(at, 'oid'),
    index: at.at('index').optional((index) => index.oneOf(['index', 'name'])),
    indexOid: optionalText(at, 'indexOid'),
    whereOid: optionalText(at, 'whereOid'),
    scale: at.at('scale').optional((scale) => scale.number(-Number.MAX_VALUE, Number.MAX_VALUE)),
    absent: at.at('absent').optional((absent) => absent.list(100, (one) => one.text(WORD))),
    states: at.at('states').optional(readStates),
    regex: optionalText(at, 'regex'),
    jsonpath: optionalText(at, 'jsonpath'),
    xpath: optionalText(at, 'xpath'),
  });

const readStates = (at: Field): MetricSpec['states'] =>
  Object.fromEntries(Object.keys(at.texts(100, WORD)).map((code) => [code, at.at(code).oneOf(STATE_WORDS)]));

const texts = (at: Field, name: string, longest = WORD): string[] => at.at(name).list(MANY, (one) => one.text(longest));

export const optionalText = (at: Field, name: string, longest = WORD): string | undefined =>
  at.at(name).optional((field) => field.text(longest));

/** Without members that are undefined, so that what was sent and what came are the same. */
export const present = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Value;
