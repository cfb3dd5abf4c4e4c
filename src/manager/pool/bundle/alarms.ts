/** Open alarms in a bundle: every time in them is an age, and whoever reads them holds them to their bounds. */
import type { Alarm, AlarmAction, AlarmRoot } from '../../../model/alarm.js';
import { type ElementName, elementName, parseElementName } from '../../../model/element.js';
import { SEVERITIES } from '../../../model/status.js';
import { optionalText, present } from './definition.js';
import type { Field } from './field.js';

/** Those of one element; somewhat more than {@link MOST_OPEN} of its book, whose own have room always. */
const MOST_ALARMS = 1000;
/** Of all of them together, as JSON: definition, memories and thresholds need room, too. */
const MOST_CHARACTERS = 384 * 1024;
const SHORT_TEXT = 200;
const LONGEST_WORD = 1024;
const LONGEST_TEXT = 4096;
const MOST_COUNT = 2 ** 50;
/** As of all ages; they may be a little below zero, where a wall clock was put back. */
const MOST_AGE_MS = 100 * 365 * 86_400_000;

const AGES = ['raisedAt', 'changedAt', 'lastAt', 'goneAt'] as const;

type Aged = Readonly<Record<string, unknown>>;

/** The worst first. Where there are many of long words, texts are cut, and the mildest are left out at the very last. */
export function exportAlarms(alarms: readonly Alarm[], nowMs: number): readonly Aged[] {
  const worst = [...alarms].sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  let left = MOST_CHARACTERS;
  return worst.slice(0, MOST_ALARMS).flatMap((alarm) => {
    const sent = left > MOST_CHARACTERS / 2 ? alarm : { ...alarm, text: alarm.text.slice(0, SHORT_TEXT) };
    const one = agedAlarm(sent, nowMs);
    const length = JSON.stringify(one).length;
    if (length > left) return [];
    left -= length;
    return [one];
  });
}

const agedAlarm = ({ element: _, acknowledged, ...alarm }: Alarm, nowMs: number): Aged => ({
  ...alarm,
  ...Object.fromEntries(
    AGES.flatMap((name) => {
      const at = alarm[name];
      return at === undefined ? [] : [[name, nowMs - at]];
    }),
  ),
  ...(acknowledged && { acknowledged: { ...acknowledged, at: nowMs - acknowledged.at } }),
});

/** @throws PtpError `Client.Validation` */
export const readAlarms = (at: Field, element: ElementName, nowMs: number): readonly Alarm[] =>
  at.list(MOST_ALARMS, (alarm) => readAlarm(alarm, element, nowMs));

/** Ids of those that no copy had when the body was made; who keeps the others is the taker's to find out anew. */
export const readUnkept = (at: Field): readonly string[] =>
  at
    .list(MOST_ALARMS, (alarm) => (optionalText(alarm, 'keptBy', LONGEST_WORD) ? '' : alarm.at('id').text(100, 1)))
    .filter((id) => id !== '');

function readAlarm(at: Field, element: ElementName, nowMs: number): Alarm {
  const time = (field: Field): number => nowMs - field.number(-MOST_AGE_MS, MOST_AGE_MS);
  const count = (field: Field): number => field.integer(0, MOST_COUNT);
  const id = at.at('id').text(100, 1);
  if (!/^[A-Za-z0-9-]+$/.test(id)) throw at.at('id').fault('letters, digits and hyphens');
  return present<Alarm>({
    id,
    element,
    manager: at.at('manager').text(LONGEST_WORD),
    key: at.at('key').text(LONGEST_WORD),
    name: at.at('name').text(LONGEST_WORD),
    severity: at.at('severity').oneOf(SEVERITIES),
    worst: at.at('worst').oneOf(SEVERITIES),
    text: at.at('text').text(LONGEST_TEXT),
    source: optionalText(at, 'source', LONGEST_WORD),
    raisedAt: time(at.at('raisedAt')),
    changedAt: time(at.at('changedAt')),
    lastAt: time(at.at('lastAt')),
    count: count(at.at('count')),
    acknowledged: at.at('acknowledged').optional((action) => readAction(action, time)),
    comings: at.at('comings').optional(count),
    isFlapping: at.at('isFlapping').optional((flag) => flag.boolean()) ? true : undefined,
    goneAt: at.at('goneAt').optional(time),
    root: at.at('root').optional(readRoot),
    silencedBy: optionalText(at, 'silencedBy', LONGEST_WORD),
    revision: count(at.at('revision')),
    change: count(at.at('change')),
    told: count(at.at('told')),
  });
}

const readAction = (at: Field, time: (field: Field) => number): AlarmAction =>
  present<AlarmAction>({
    by: at.at('by').text(LONGEST_WORD),
    at: time(at.at('at')),
    note: optionalText(at, 'note', LONGEST_TEXT),
    severity: at.at('severity').optional((severity) => severity.oneOf(SEVERITIES)),
  });

function readRoot(at: Field): AlarmRoot {
  const named = parseElementName(at.at('element').text(LONGEST_WORD));
  if (!named) throw at.at('element').fault('the name of an element');
  return present<AlarmRoot>({
    element: elementName(named.kind, named.id),
    alarm: optionalText(at, 'alarm', LONGEST_WORD),
    why: at.at('why').text(LONGEST_TEXT),
  });
}
