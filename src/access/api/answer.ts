/** What a module answered, held to what a poll may give: nothing of it is believed before. */
import { PtpError } from '../../base/errors.js';
import type { AccessSpec, MetricSpec } from '../../model/element.js';
import { SEVERITIES } from '../../model/status.js';
import type { ElementFacts, PollAnswer, Reading } from '../access.js';
import { BIGINT, NOT_FINITE } from './protocol.js';

const MOST_READINGS = 5000;
const MOST_EVENTS = 1000;
/** As of values and events of other methods. */
const MOST_VALUE_TEXT = 4096;
const MOST_EVENT_TEXT = 2000;
const MOST_NAME = 256;
const MOST_MEMORY = 64 * 2 ** 10;
const MOST_DEPTH = 32;
const MOST_UNSIGNED = 2n ** 64n - 1n;
/** Beyond any wall clock, in which a time can still be told (year 9999), milliseconds since 1970. */
const LAST_TIME = 253_402_300_799_999;

const METRIC = /^[\p{L}_][\p{L}\p{Nd}._:/-]{0,127}$/u;
const UNIT = /^\S{1,64}$/;
const FACTS = ['sysObjectId', 'sysName', 'description', 'location', 'vendor', 'model', 'type'] as const;

type Json = Readonly<Record<string, unknown>>;

/**
 * @param value JSON.
 * @throws PtpError `Access.Content`, `Access.TooLarge`
 */
export function moduleAnswer(value: unknown, { metrics }: AccessSpec, place: string): PollAnswer {
  const at = new Answer(place);
  const { readings, events, facts, memory, uptimeMs } = at.object(value, 'its answer', [
    'readings',
    'events',
    'facts',
    'memory',
    'uptimeMs',
  ]);
  const specs = new Map(metrics.map((one) => [one.name, one]));
  const found = at
    .list(readings, 'readings', MOST_READINGS)
    .map((one, index) => at.reading(one, `readings[${index}]`, specs));
  const seen = new Set<string>();
  for (const { metric, instance } of found) {
    const key = `${metric}\n${instance}`;
    if (seen.has(key))
      throw at.fault(`readings has ${metric}${instance && ` of ${instance}`} twice`, 'each metric and instance once');
    seen.add(key);
  }
  return {
    readings: found,
    events: at.list(events, 'events', MOST_EVENTS).map((one, index) => at.event(one, `events[${index}]`)),
    ...(facts !== undefined && { facts: at.facts(facts) }),
    ...(memory !== undefined && { memory: at.memory(memory) }),
    ...(uptimeMs !== undefined && { uptimeMs: at.number(uptimeMs, 'uptimeMs', 0, Number.MAX_SAFE_INTEGER) }),
  };
}

/** Reads one answer; each method throws a sentence that begins with the module and says where in its answer. */
class Answer {
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  fault(what: string, should: string): PtpError {
    return new PtpError('Access.Content', `${this.#place} answered wrongly: ${what}; it should be ${should}`);
  }

  object(value: unknown, where: string, members: readonly string[]): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.fault(`${where} is ${kindOf(value)}`, 'an object');
    const strange = Object.keys(value).find((name) => !members.includes(name));
    if (strange !== undefined)
      throw this.fault(`${where} has a member ${quoted(strange)}`, `one of ${members.join(', ')}`);
    return { ...value };
  }

  list(value: unknown, where: string, most: number): readonly unknown[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.fault(`${where} is ${kindOf(value)}`, 'a list');
    if (value.length <= most) return value;
    throw new PtpError(
      'Access.TooLarge',
      `${this.#place} answered with ${value.length} ${where}; at most ${most} are taken`,
    );
  }

  reading(value: unknown, where: string, specs: ReadonlyMap<string, MetricSpec>): Reading {
    const found = this.object(value, where, ['metric', 'instance', 'value', 'unit', 'counter']);
    const metric = this.matching(found.metric, `${where}.metric`, METRIC, 'a name of letters, digits and . _ - : /');
    const spec = specs.get(metric);
    const unit =
      found.unit === undefined
        ? (spec?.unit ?? '1')
        : this.matching(found.unit, `${where}.unit`, UNIT, 'a unit such as ms');
    const measured = this.value(found.value, `${where}.value`);
    const counter = this.counter(found.counter ?? spec?.counter, `${where}.counter`);
    if (counter && typeof measured === 'string')
      throw this.fault(`${where}.value is a text`, 'a number, as of a counter');
    const instance = found.instance === undefined ? '' : this.text(found.instance, `${where}.instance`, MOST_NAME, 0);
    return { metric, instance, value: measured, unit, ...(counter && { counter }) };
  }

  value(value: unknown, where: string): Reading['value'] {
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'string') return this.text(value, where, MOST_VALUE_TEXT, 0);
    const whole = member(value, BIGINT);
    if (whole !== undefined && /^\d{1,20}$/.test(whole) && BigInt(whole) <= MOST_UNSIGNED) return BigInt(whole);
    throw this.fault(
      `${where} is ${kindOf(value)}`,
      'a finite number, a bigint of 64 bits from 0 up, true, false or a text',
    );
  }

  counter(value: unknown, where: string): Reading['counter'] {
    if (value === undefined || value === false) return undefined;
    if (value === true) return { bits: undefined };
    const { bits, rateUnit } = this.object(value, where, ['bits', 'rateUnit']);
    if (bits !== undefined && bits !== 32 && bits !== 64)
      throw this.fault(`${where}.bits is ${kindOf(bits)}`, '32 or 64');
    return {
      bits,
      ...(rateUnit !== undefined && {
        rateUnit: this.matching(rateUnit, `${where}.rateUnit`, UNIT, 'a unit such as bit/s'),
      }),
    };
  }

  event(value: unknown, where: string): PollAnswer['events'][number] {
    const found = this.object(value, where, ['severity', 'name', 'text', 'time']);
    const severity = SEVERITIES.find((one) => one === (found.severity ?? 'indeterminate'));
    if (!severity)
      throw this.fault(`${where}.severity is ${kindOf(found.severity)}`, `one of ${SEVERITIES.join(', ')}`);
    const name = this.text(found.name, `${where}.name`, MOST_NAME, 1);
    const text = this.text(found.text ?? name, `${where}.text`, MOST_EVENT_TEXT, 1);
    if (found.time === undefined) return { severity, name, text };
    return { severity, name, text, time: this.number(found.time, `${where}.time`, 0, LAST_TIME) };
  }

  facts(value: unknown): ElementFacts {
    const found = this.object(value, 'facts', FACTS);
    return Object.fromEntries(
      FACTS.flatMap((name) =>
        found[name] === undefined ? [] : [[name, this.text(found[name], `facts.${name}`, MOST_EVENT_TEXT, 0)]],
      ),
    );
  }

  memory(value: unknown): unknown {
    if (isDeep(value, MOST_DEPTH)) throw this.fault('memory is nested too deep', `at most ${MOST_DEPTH} levels deep`);
    const { length } = JSON.stringify(value);
    if (length <= MOST_MEMORY) return value;
    throw new PtpError(
      'Access.TooLarge',
      `${this.#place} answered with a memory of ${length} characters; at most ${MOST_MEMORY} are kept`,
    );
  }

  number(value: unknown, where: string, least: number, most: number): number {
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw this.fault(`${where} is ${kindOf(value)}`, `a number from ${least} to ${most}`);
  }

  text(value: unknown, where: string, most: number, least: number): string {
    if (typeof value === 'string' && value.length >= least && value.length <= most) return value;
    const what = typeof value === 'string' ? `${value.length} characters long` : kindOf(value);
    throw this.fault(`${where} is ${what}`, `a text of ${least} to ${most} characters`);
  }

  matching(value: unknown, where: string, pattern: RegExp, should: string): string {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw this.fault(`${where} is ${kindOf(value)}`, should);
  }
}

function isDeep(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((one) => isDeep(one, most - 1));
}

const member = (value: unknown, name: string): string | undefined => {
  const found =
    typeof value === 'object' && value !== null ? Object.entries(value).find(([one]) => one === name)?.[1] : undefined;
  return typeof found === 'string' ? found : undefined;
};

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);

/** For a sentence: what is there instead, without showing all of it. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  const number = member(value, NOT_FINITE) ?? member(value, BIGINT);
  if (number !== undefined) return quoted(number).slice(1, -1);
  return Array.isArray(value) ? 'a list' : 'an object';
}
