/** Interfaces among the values of an element, by the names of IF-MIB (RFC 2863). Pure. */
import type { MetricValue } from '../model/ptp-store.js';

export interface InterfaceRow {
  readonly instance: string;
  readonly alias: string | undefined;
  /** `up`, `down`, ... */
  readonly state: string | undefined;
  /** Whether somebody switched it off on purpose. */
  readonly disabled: boolean;
  /** Bits per second. */
  readonly speed: number | undefined;
  readonly input: number | undefined;
  readonly output: number | undefined;
  /** The busier direction, per cent of the speed. */
  readonly utilisation: number | undefined;
  /** Per second, both directions. */
  readonly errors: number | undefined;
  readonly discards: number | undefined;
  /** What of it is beyond a threshold. */
  readonly beyond: readonly MetricValue[];
  /** Whether anything has ever gone through, by its counters; undefined without counters. */
  readonly everUsed: boolean | undefined;
}

/** Traffic, bits per second, as the access layer names it. */
export const TRAFFIC_IN = 'ifInOctets.rate';
export const TRAFFIC_OUT = 'ifOutOctets.rate';

/** ifOperStatus and ifAdminStatus, RFC 2863. */
const STATES = ['', 'up', 'down', 'testing', 'unknown', 'dormant', 'not present', 'lower layer down'];

/** What the table of interfaces shows; everything else stands among the other values. */
const KNOWN: ReadonlySet<string> = new Set([
  TRAFFIC_IN,
  TRAFFIC_OUT,
  'ifSpeed',
  'ifOperStatus',
  'ifAdminStatus',
  'ifAlias',
  'ifInErrors.rate',
  'ifOutErrors.rate',
  'ifInDiscards.rate',
  'ifOutDiscards.rate',
  'ifInUtilisation',
  'ifOutUtilisation',
]);

/** Both directions of what is measured in two; else the metric alone. */
export function directions(metric: string): readonly string[] {
  const [, kind] = /^if(?:In|Out)(.+)$/.exec(metric) ?? [];
  return kind === undefined ? [metric] : [`ifIn${kind}`, `ifOut${kind}`];
}

/** `in` or `out`; undefined for what has no direction. */
export const directionOf = (metric: string): string | undefined => /^if(In|Out)/.exec(metric)?.[1]?.toLowerCase();

/** Numbers that stand for words, and the speed, which does not move. */
export const isState = (name: string): boolean => ['ifOperStatus', 'ifAdminStatus', 'ifSpeed'].includes(name);

export const isInterfaceMetric = (name: string): boolean => KNOWN.has(name);

/** Counters of all that has gone through since the device was started. */
const CARRIED: ReadonlySet<string> = new Set(['ifInOctets', 'ifOutOctets']);

/** The interfaces, in the order of their first value. */
export function interfacesOf(metrics: readonly MetricValue[]): readonly InterfaceRow[] {
  const byInstance = new Map<string, Map<string, MetricValue>>();
  const everUsed = new Map<string, boolean>();
  for (const metric of metrics) {
    if (CARRIED.has(metric.name))
      everUsed.set(metric.instance, (everUsed.get(metric.instance) ?? false) || Number(metric.value) > 0);
    if (!isInterfaceMetric(metric.name)) continue;
    const values = byInstance.get(metric.instance) ?? new Map<string, MetricValue>();
    values.set(metric.name, metric);
    byInstance.set(metric.instance, values);
  }
  return [...byInstance].map(([instance, values]) => interfaceRow(instance, values, everUsed.get(instance)));
}

function interfaceRow(
  instance: string,
  values: ReadonlyMap<string, MetricValue>,
  everUsed: boolean | undefined,
): InterfaceRow {
  const number = (name: string): number | undefined => {
    const value = values.get(name)?.value;
    const asNumber = Number(value);
    return value === undefined || value === '' || Number.isNaN(asNumber) ? undefined : asNumber;
  };
  const input = number(TRAFFIC_IN);
  const output = number(TRAFFIC_OUT);
  const speed = number('ifSpeed') || undefined;
  const measured = input !== undefined || output !== undefined;
  const alias = values.get('ifAlias')?.value;
  const state = stateOf(values.get('ifOperStatus')?.value);
  return {
    instance,
    disabled: stateOf(values.get('ifAdminStatus')?.value) === 'down',
    alias: alias === undefined || alias === '' ? undefined : String(alias),
    state: state || undefined,
    speed,
    input,
    output,
    utilisation: speed && measured ? (100 * Math.max(input ?? 0, output ?? 0)) / speed : undefined,
    errors: sum(number('ifInErrors.rate'), number('ifOutErrors.rate')),
    discards: sum(number('ifInDiscards.rate'), number('ifOutDiscards.rate')),
    beyond: [...values.values()].filter(({ severity }) => severity !== undefined),
    everUsed,
  };
}

const stateOf = (value: MetricValue['value'] | undefined): string => {
  if (value === undefined) return '';
  const text = String(value);
  return /^\d+$/.test(text) ? (STATES[Number(text)] ?? text) : text;
};

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
