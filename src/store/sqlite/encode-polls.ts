/** Outcomes of polls as the writer takes them: names told once, numbers as columns. */
import { PtpError } from '../../base/errors.js';
import { type ElementName, parseElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { Sample } from '../../model/sample.js';
import { SEVERITIES } from '../../model/status.js';
import type { PollRecord } from '../store.js';
import { encodeLatest } from './latest.js';
import type { SeriesDefinition, WirePolls } from './verbs.js';

/** What an access may remember, in bytes of UTF-16. */
const MAX_MEMORY = 256 * 1024;

/** How many records a call is, for the bound of what waits. */
export const weightOf = (polls: readonly PollRecord[]): number =>
  polls.reduce((sum, { samples, events }) => sum + 1 + samples.length + events.length, 0);

/** The handles that stand for series towards one life of the writer. */
export class SeriesHandles {
  private readonly handles = new Map<ElementName, Map<string, number>>();
  private count = 0;

  encode(polls: readonly PollRecord[]): WirePolls {
    for (const poll of polls) check(poll);
    const samples = polls.flatMap(numericSamples);
    const definitions: SeriesDefinition[] = [];
    const handles = new Int32Array(samples.length);
    const times = new Float64Array(samples.length);
    const values = new Float64Array(samples.length);
    samples.forEach((sample, index) => {
      handles[index] = this.handle(sample, definitions);
      times[index] = Math.trunc(sample.time);
      values[index] = sample.value;
    });
    return {
      outcomes: polls.flatMap(({ element, time, ok, isVerdict }) =>
        isVerdict ? [] : [{ element, time: Math.trunc(time), ok }],
      ),
      definitions,
      handles,
      times,
      values,
      events: polls.flatMap(({ events }) => events.map(plainEvent)),
      states: polls.flatMap(({ state }) => (state ? [{ ...state, latest: encodeLatest(state.latest) }] : [])),
      memories: polls.flatMap(({ element, memory }) => (memory ? [{ ...memory, element }] : [])),
    };
  }

  private handle({ element, metric, instance, unit }: NumericSample, definitions: SeriesDefinition[]): number {
    let ofElement = this.handles.get(element);
    if (!ofElement) {
      ofElement = new Map();
      this.handles.set(element, ofElement);
    }
    const key = `${metric}\0${instance}\0${unit}`;
    const known = ofElement.get(key);
    if (known !== undefined) return known;
    const handle = this.count;
    this.count += 1;
    ofElement.set(key, handle);
    definitions.push({ handle, element, metric, instance, unit });
    return handle;
  }
}

type NumericSample = Pick<Sample, 'element' | 'metric' | 'instance' | 'unit' | 'time'> & { readonly value: number };

/**
 * What becomes a point of a series: text does not, nor what is no finite number; counters beyond 2^53 become the
 * nearest double (their exact value stands in the element's latest values). The response time of a poll that
 * succeeded is a series of its own, `responseTime.METHOD` in ms.
 */
function numericSamples({ element, method, time, ok, responseMs, samples }: PollRecord): readonly NumericSample[] {
  const numeric: NumericSample[] = [];
  for (const sample of samples) {
    if (typeof sample.value === 'string') continue;
    const value = Number(sample.value);
    if (Number.isFinite(value)) numeric.push({ ...sample, value });
  }
  if (ok && responseMs !== undefined && Number.isFinite(responseMs)) {
    numeric.push({ element, metric: `responseTime.${method}`, instance: '', unit: 'ms', time, value: responseMs });
  }
  return numeric;
}

/** An event as it is stored: whole milliseconds, and no field that is not known. */
export function plainEvent({ time, severity, name, text, element, source }: NewEvent): NewEvent {
  if (element !== undefined) checkElement(element);
  if (!SEVERITIES.includes(severity)) {
    throw new PtpError(
      'Client.Validation',
      `${JSON.stringify(severity)} is no severity; it would be one of ${SEVERITIES.join(', ')}`,
    );
  }
  return {
    time: Math.trunc(time),
    severity,
    name,
    text,
    ...(element !== undefined && { element }),
    ...(source !== undefined && { source }),
  };
}

function check({ element, samples, state, memory }: PollRecord): void {
  checkElement(element);
  if (state) checkElement(state.element);
  for (const sample of samples) if (sample.element !== element) checkElement(sample.element);
  if (memory && memory.memory.length > MAX_MEMORY) {
    throw new PtpError(
      'Client.TooLarge',
      `the memory of ${memory.key} has ${memory.memory.length} characters; at most ${MAX_MEMORY} are kept`,
    );
  }
}

function checkElement(name: string): void {
  if (parseElementName(name)) return;
  throw new PtpError(
    'Client.Validation',
    `${JSON.stringify(name)} is not the name of an element; it would be device/ID, service/ID or application/ID`,
  );
}
