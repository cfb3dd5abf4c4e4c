/** An alarm as it goes from manager to manager, and as it is kept for another: JSON. */
import type { Alarm, AlarmAction, AlarmRoot } from '../../../model/alarm.js';
import { type ElementName, parseElementName } from '../../../model/element.js';
import { SEVERITIES } from '../../../model/status.js';
import { optionalText, present } from '../../pool/bundle/definition.js';
import { Field } from '../../pool/bundle/field.js';

/** Characters of one alarm. */
export const LONGEST_ALARM = 64 * 1024;
const LONGEST_ID = 100;
const LONGEST_WORD = 2048;
const LONGEST_TEXT = 16 * 1024;
/** Milliseconds since 1970. */
const LATEST = 8_640_000_000_000_000;

/** Who keeps it is for each to say that knows of it. */
export const alarmText = ({ keptBy: _, ...alarm }: Alarm): string => JSON.stringify(alarm);

/** @throws PtpError `Client.Validation`, `Client.TooLarge` */
export function readAlarm(text: string): Alarm {
  const at = Field.parse(text, 'alarm', LONGEST_ALARM);
  const count = (name: string): number => at.at(name).integer(0, Number.MAX_SAFE_INTEGER);
  const time = (name: string): number => at.at(name).number(0, LATEST);
  return present<Alarm>({
    id: idOf(at.at('id')),
    element: at.at('element').optional(elementOf),
    about: at.at('about').optional(elementOf),
    manager: at.at('manager').text(LONGEST_WORD, 1),
    key: at.at('key').text(LONGEST_WORD, 1),
    name: at.at('name').text(LONGEST_WORD),
    severity: at.at('severity').oneOf(SEVERITIES),
    worst: at.at('worst').oneOf(SEVERITIES),
    text: at.at('text').text(LONGEST_TEXT),
    source: optionalText(at, 'source', LONGEST_WORD),
    raisedAt: time('raisedAt'),
    changedAt: time('changedAt'),
    lastAt: time('lastAt'),
    count: count('count'),
    acknowledged: at.at('acknowledged').optional(readAction),
    cleared: at.at('cleared').optional(readAction),
    comings: at.at('comings').optional((comings) => comings.integer(0, Number.MAX_SAFE_INTEGER)),
    isFlapping: at.at('isFlapping').optional((flapping) => flapping.boolean()) ? true : undefined,
    goneAt: at.at('goneAt').optional((goneAt) => goneAt.number(0, LATEST)),
    root: at.at('root').optional(readRoot),
    silencedBy: optionalText(at, 'silencedBy', LONGEST_WORD),
    revision: count('revision'),
    change: count('change'),
    told: count('told'),
  });
}

/** It is a key in the store, which could take some characters never, and would be asked to for ever. */
function idOf(at: Field): string {
  const id = at.text(LONGEST_ID, 1);
  if (!/^[A-Za-z0-9-]+$/.test(id)) throw at.fault('letters, digits and hyphens');
  return id;
}

const readAction = (at: Field): AlarmAction =>
  present<AlarmAction>({
    by: at.at('by').text(LONGEST_WORD),
    at: at.at('at').number(0, LATEST),
    note: optionalText(at, 'note', LONGEST_TEXT),
    severity: at.at('severity').optional((severity) => severity.oneOf(SEVERITIES)),
  });

const readRoot = (at: Field): AlarmRoot =>
  present<AlarmRoot>({
    element: elementOf(at.at('element')),
    alarm: optionalText(at, 'alarm', LONGEST_WORD),
    why: at.at('why').text(LONGEST_TEXT),
  });

function elementOf(at: Field): ElementName {
  const parsed = parseElementName(at.text(LONGEST_WORD, 1));
  if (!parsed) throw at.fault('the name of an element, such as device/core1');
  return `${parsed.kind}/${parsed.id}`;
}
