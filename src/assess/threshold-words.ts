/** What is said of thresholds: in events, in an element's reason, beside a value. Pure. */
import type { ThresholdSpec } from '../model/element.js';
import type { NewEvent } from '../model/event.js';
import { SEVERITIES, type Severity, type Status } from '../model/status.js';
import type { ThresholdEffect } from './thresholds.js';

/** Thresholds that a reason names; of more it says how many. */
const MOST_NAMED = 3;
/** Characters of an instance in a sentence. */
const LONGEST_NAME = 200;

type Standing = { readonly spec: ThresholdSpec; readonly instance: string };

/** `above 70 for 2 min`, `no value for 5 min`. */
export function limitWords({ above, below, forMs, noDataMs }: ThresholdSpec): string {
  if (noDataMs !== undefined) return `no value for ${durationWords(noDataMs)}`;
  const limit = above === undefined ? `below ${limitText(below)}` : `above ${limitText(above)}`;
  return forMs > 0 ? `${limit} for ${durationWords(forMs)}` : limit;
}

const limitText = (limit = ''): string => limit.replace(/%$/, ' %');

const nameOf = ({ spec, instance }: Standing): string =>
  instance === ''
    ? spec.metric
    : `${spec.metric} of ${instance.length > LONGEST_NAME ? `${instance.slice(0, LONGEST_NAME)}…` : instance}`;

/** Of the condition that a value is beyond a threshold: of several thresholds on one value each has its own. */
export const thresholdKey = ({ spec, instance }: Standing): string => {
  const until = spec.clear === undefined ? '' : ` until ${spec.clear}`;
  const name = instance === '' ? spec.metric : `${spec.metric} of ${instance}`;
  return `threshold ${name}: ${limitWords(spec)}${until}, ${spec.severity}`;
};

/** As it is told; `called` is what people call the element. */
export function eventOf(
  effect: ThresholdEffect,
  { element, called, time }: { readonly element: NewEvent['element']; readonly called: string; readonly time: number },
): NewEvent {
  const tell = (name: string, severity: Severity, text: string, more: Partial<NewEvent> = {}): NewEvent => ({
    time,
    severity,
    name,
    text: `${called}: ${text}`,
    ...(element && { element }),
    ...more,
  });
  if (effect.is === 'full')
    return tell(
      'thresholdsFull',
      'warning',
      'so many values are beyond their thresholds that no more are watched by these; set the thresholds wider',
    );
  const { spec, found } = effect;
  const [name, limit] = [nameOf(effect), limitWords(spec)];
  const alarm = thresholdKey(effect);
  const over = { alarm, isFinal: true } as const;
  const value = found === undefined ? '' : ` is ${valueWords(found.value, found.unit)}`;
  if (effect.is === 'raised')
    return tell(
      'thresholdRaised',
      spec.severity,
      spec.noDataMs === undefined ? `${name}${value}: ${limit}` : `${name}: ${limit}`,
      { alarm },
    );
  switch (effect.why) {
    case 'good':
      return tell(
        'thresholdCleared',
        'cleared',
        found ? `${name}${value}: no longer ${limitOnly(spec)}` : `${name}: values come again`,
        effect.wasFlapping ? { alarm, isFinal: true } : { alarm },
      );
    case 'gone':
      return tell('thresholdCleared', 'cleared', `${name}: there is no such value any more (it was ${limit})`, over);
    case 'withdrawn':
      return tell('thresholdCleared', 'cleared', `${name}: the threshold (${limit}) was removed or changed`, over);
  }
}

const limitOnly = (spec: ThresholdSpec): string => limitWords({ ...spec, forMs: 0 });

/** The sentence of an element's status, the worst first; undefined when nothing stands. */
export function reasonOf(all: readonly Standing[]): string | undefined {
  if (all.length === 0) return undefined;
  const worst = [...all].sort((a, b) => rank(b.spec.severity) - rank(a.spec.severity));
  const named = worst.slice(0, MOST_NAMED).map((one) => standingWords(one));
  return [...named, ...(worst.length > MOST_NAMED ? [`and ${worst.length - MOST_NAMED} more`] : [])].join('; ');
}

const standingWords = (one: Standing): string =>
  `${nameOf(one)}${one.spec.noDataMs === undefined ? '' : ':'} ${limitWords(one.spec)}`;

export const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** What a severity makes of the status of its element. */
export function statusOf(severity: Severity): Status {
  if (severity === 'cleared') return 'normal';
  return severity === 'indeterminate' ? 'warning' : severity;
}

const UNITS: Readonly<Record<string, string>> = { '1': '', '': '', Cel: ' °C', By: ' B', '%': ' %' };

const valueWords = (value: number, unit: string): string =>
  `${Number(value.toPrecision(6))}${Object.hasOwn(UNITS, unit) ? UNITS[unit] : unit.startsWith('{') ? '' : ` ${unit.slice(0, 16)}`}`;

const SPANS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** `90 s` as `90 s`, `120 s` as `2 min`: exact, in the largest unit that is. */
function durationWords(ms: number): string {
  const span = SPANS.find(([length]) => ms >= length && ms % length === 0);
  return span ? `${ms / span[0]} ${span[1]}` : `${ms} ms`;
}
