/**
 * What a poll brought, on its way from the surrogate that made it to the owner of the element: JSON in pieces that fit
 * into texts of messages. Times of events are the surrogate's wall clock; all other times are durations.
 */
import type { ElementFacts, PollAnswer, Reading } from '../../access/access.js';
import { PtpError } from '../../base/errors.js';
import { SEVERITIES } from '../../model/status.js';
import { TEXT_LENGTH } from '../../xml/messages/bounds.js';
import { LONGEST_TEXT, LONGEST_WORD, MOST_MEMORY, MOST_VALUES } from '../pool/bundle/content.js';
import { optionalText, present } from '../pool/bundle/definition.js';
import { Field } from '../pool/bundle/field.js';
import { readFacts, readSample } from '../pool/bundle/import.js';

/** Bytes of an answer: with its message around it has to fit into one frame of a socket (4 MiB). */
export const MOST_ANSWER = 3 * 2 ** 20;
const MOST_EVENTS = 10_000;
const LONGEST_DURATION_MS = 100 * 365 * 86_400_000;
const LATEST_TIME = 8.64e15;

/** Characters that XML cannot carry, which JSON does not need. */
const json = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(/[\ufffe\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);

/** What a method asked to be kept. Undefined where there is nothing, or too much of it. */
export function writeMemory(memory: unknown): string | undefined {
  const text = memory === undefined ? undefined : json(memory);
  return text === undefined || text.length > MOST_MEMORY ? undefined : text;
}

/** @throws PtpError `Client.TooLarge`, `Client.Validation` */
export const readMemory = (text: string | undefined): unknown =>
  text === undefined ? undefined : Field.parse(text, 'memory', 4 * MOST_MEMORY).foreign(MOST_MEMORY);

/** @throws PtpError `Access.TooLarge` */
export function writeAnswer({ readings, events, facts, memory, uptimeMs }: PollAnswer): string[] {
  const kept = writeMemory(memory) === undefined ? undefined : memory;
  const text = json({ readings: readings.map(sentReading), events, facts, memory: kept, uptimeMs });
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_ANSWER)
    throw new PtpError(
      'Access.TooLarge',
      `its ${readings.length} values and ${events.length} events are longer than the ${MOST_ANSWER} bytes that can be passed on; read less of it by one access`,
    );
  return pieces(text);
}

/** @throws PtpError `Client.TooLarge`, `Client.Validation` */
export function readAnswer(texts: readonly string[]): PollAnswer {
  const at = Field.parse(texts.join(''), 'answer', MOST_ANSWER);
  return present<PollAnswer>({
    readings: at.at('readings').list(MOST_VALUES, readReading),
    events: at.at('events').list(MOST_EVENTS, (event) =>
      present({
        severity: event.at('severity').oneOf(SEVERITIES),
        name: event.at('name').text(LONGEST_WORD),
        text: event.at('text').text(LONGEST_TEXT),
        source: optionalText(event, 'source', LONGEST_WORD),
        time: event.at('time').optional((time) => time.number(-LATEST_TIME, LATEST_TIME)),
      }),
    ),
    facts: at.at('facts').optional((facts): ElementFacts => readFacts(facts)),
    memory: at.at('memory').optional((memory) => memory.foreign(MOST_MEMORY)),
    uptimeMs: at.at('uptimeMs').optional((uptime) => uptime.number(0, LONGEST_DURATION_MS)),
  });
}

/** Name, instance, unit, value; of a counter its width, 0 where that is not known, and the unit of its rate. */
const sentReading = ({ metric, instance, unit, value, counter }: Reading): readonly unknown[] => [
  metric,
  instance,
  unit,
  typeof value === 'bigint' ? { whole: String(value) } : value,
  ...(counter ? [counter.bits ?? 0, ...(counter.rateUnit === undefined ? [] : [counter.rateUnit])] : []),
];

function readReading(at: Field): Reading {
  const [metric, instance, unit, value, bits, rateUnit] = at.list(6, (one) => one);
  if (!metric || !instance || !unit || !value) throw at.fault('a list of name, instance, unit and value');
  return {
    metric: metric.text(LONGEST_WORD),
    instance: instance.text(LONGEST_WORD),
    unit: unit.text(LONGEST_WORD),
    value: readSample(value),
    ...(bits && {
      counter: { bits: widthOf(bits), ...(rateUnit && { rateUnit: rateUnit.text(LONGEST_WORD) }) },
    }),
  };
}

function widthOf(at: Field): 32 | 64 | undefined {
  const bits = at.integer(0, 64);
  if (bits === 32 || bits === 64) return bits;
  if (bits === 0) return undefined;
  throw at.fault('0, 32 or 64');
}

/** No piece ends within a letter of two units. */
function pieces(text: string): string[] {
  const all: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + TEXT_LENGTH);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to -= 1;
    all.push(text.slice(from, to));
    from = to;
  }
  return all;
}
