/** `METRIC oid=...`: single values and tables of the element's own configuration and of its device type. */
import { PtpError } from '../../base/errors.js';
import { type MetricSpec, STATE_WORDS } from '../../model/element.js';
import type { Reading } from '../access.js';
import { uniqueNames } from './instances.js';
import type { Cell } from './message/bindings.js';
import { sameNames } from './message/names.js';
import { normalOid } from './oid.js';
import type { RowNames } from './row-names.js';
import type { SnmpSession } from './session.js';
import { getEach } from './system.js';
import { counterBits, isMissing, numberOf, scalarOf } from './values.js';
import { type BulkSize, type Column, walkColumns } from './walk.js';

/** Scalars asked for in one request. */
const MOST_SCALARS = 20;
/** Readings of one poll. */
const MOST_READINGS = 100_000;

interface OidMetric {
  readonly spec: MetricSpec;
  readonly oid: string;
  readonly indexOid: string | undefined;
  readonly whereOid: string | undefined;
}

/** What is wrong with a METRIC of method snmp, in a sentence. */
export function snmpMetricFault(spec: MetricSpec): string | undefined {
  if (spec.oid === undefined) return `METRIC ${spec.name} should have an oid: method snmp finds values by it`;
  for (const [name, oid] of [
    ['oid', spec.oid],
    ['indexOid', spec.indexOid],
    ['whereOid', spec.whereOid],
  ] as const) {
    if (oid !== undefined && !normalOid(oid)) {
      return `${name}="${oid}" of METRIC ${spec.name} should be a dotted object identifier such as 1.3.6.1.2.1.1.3.0`;
    }
  }
  if (spec.index === 'name' && !spec.indexOid) return `METRIC ${spec.name} with index="name" should have an indexOid`;
  return undefined;
}

/**
 * A metric with an `index` is a column; one without is a single value, or, where the agent has no such value, a
 * column after all, its rows named by their index. Of several with the same name the first that brings values counts.
 *
 * @throws PtpError `Access.*`
 */
export async function readMetrics(
  session: SnmpSession,
  specs: readonly MetricSpec[],
  bulk: BulkSize,
  rowNames: RowNames,
): Promise<readonly Reading[]> {
  if (specs.length === 0) return [];
  const metrics = specs.flatMap(oidMetric);
  const single = metrics.filter(({ spec }) => spec.index === undefined);
  const found = new Map<MetricSpec, readonly Reading[]>();
  const tables = metrics.filter(({ spec }) => spec.index !== undefined);
  for (let from = 0; from < single.length; from += MOST_SCALARS) {
    const part = single.slice(from, from + MOST_SCALARS);
    const answers = await getEach(session, sameNames(part.map(({ oid }) => oid)));
    part.forEach((metric, at) => {
      const answer = answers[at];
      if (answer && !isMissing(answer)) found.set(metric.spec, readingOf(metric.spec, '', answer));
      else if (!metric.oid.endsWith('.0')) tables.push(metric);
    });
  }
  const oids = new Set(tables.flatMap(({ oid, whereOid }) => (whereOid ? [oid, whereOid] : [oid])));
  const columns = oids.size > 0 ? await walkColumns(session, sameNames([...oids]), bulk) : new Map<string, Column>();
  const rows = tables.map((metric) => ({ metric, rows: wantedRows(metric, columns) }));
  await rowNames.learn(
    session,
    rows.flatMap(({ metric: { indexOid }, rows }) => (indexOid ? [{ indexOid, indexes: [...rows.keys()] }] : [])),
    bulk,
  );
  for (const { metric, rows: chosen } of rows) {
    const nameOf = (index: string): string => (metric.indexOid ? rowNames.nameOf(metric.indexOid, index) : '');
    found.set(metric.spec, tableReadings(metric.spec, chosen, nameOf));
  }
  const readings = firstOfEach(metrics.map(({ spec }) => ({ name: spec.name, readings: found.get(spec) ?? [] })));
  if (readings.length <= MOST_READINGS) return readings;
  throw new PtpError(
    'Access.TooLarge',
    `${session.agent.place} has ${readings.length} values; at most ${MOST_READINGS} are taken`,
  );
}

/** By what is configured, which lives as long as the configuration: OIDs are not looked at anew for each poll. */
const NORMAL = new WeakMap<MetricSpec, readonly OidMetric[]>();

function oidMetric(spec: MetricSpec): readonly OidMetric[] {
  const known = NORMAL.get(spec);
  if (known) return known;
  const [oid, indexOid, whereOid] = [spec.oid, spec.index === 'name' ? spec.indexOid : undefined, spec.whereOid].map(
    (written) => (written === undefined ? undefined : normalOid(written)),
  );
  const metrics = oid ? [{ spec, oid, indexOid, whereOid }] : [];
  NORMAL.set(spec, metrics);
  return metrics;
}

function firstOfEach(all: readonly { readonly name: string; readonly readings: readonly Reading[] }[]): Reading[] {
  const brought = new Set<string>();
  const readings: Reading[] = [];
  for (const one of all) {
    if (one.readings.length === 0 || brought.has(one.name)) continue;
    brought.add(one.name);
    readings.push(...one.readings);
  }
  return readings;
}

function wantedRows({ oid, whereOid }: OidMetric, columns: ReadonlyMap<string, Column>): Column {
  const rows = columns.get(oid) ?? new Map<string, Cell>();
  if (whereOid === undefined) return rows;
  const where = columns.get(whereOid);
  return new Map(
    [...rows].filter(([index]) => {
      const cell = where?.get(index);
      const value = cell === undefined ? '' : String(scalarOf(cell) ?? '').trim();
      return value !== '' && value !== '0';
    }),
  );
}

/** Pure. */
export function tableReadings(spec: MetricSpec, rows: Column, nameOf: (index: string) => string): Reading[] {
  const names = uniqueNames(new Map([...rows.keys()].map((index) => [index, nameOf(index)])), (index) => index);
  return [...rows].flatMap(([index, cell]) => readingOf(spec, names.get(index) ?? index, cell));
}

/** Pure. Text becomes a number where the metric has a unit or is a counter; without either it stays text. */
export function readingOf(spec: MetricSpec, instance: string, cell: Cell): Reading[] {
  const { name: metric, states, scale } = spec;
  const bits = counterBits(cell);
  const counted = spec.counter ?? bits !== undefined;
  const isNumber = spec.unit !== undefined || counted || scale !== undefined || states !== undefined;
  const told = isNumber ? numberOf(cell) : scalarOf(cell);
  if (told === undefined || spec.absent?.includes(String(told))) return [];
  const unit = spec.unit ?? '1';
  // Sizes of 2 GiB and more are written as negative numbers by many agents.
  const value = unit === 'By' && typeof told === 'number' && told < 0 ? told + 2 ** 32 : told;
  if (states) {
    const word = Object.hasOwn(states, String(value)) ? states[String(value)] : undefined;
    return word === undefined ? [] : [{ metric, instance, value: STATE_WORDS.indexOf(word), unit }];
  }
  const counter = counted ? { counter: { bits } } : {};
  // A counter is scaled when it is a rate; as a product with a fraction it would not be whole.
  const scaled = scale === undefined || counted || typeof value === 'string' ? value : rounded(Number(value) * scale);
  return [{ metric, instance, value: scaled, unit, ...counter }];
}

/** Without the digits that a product of decimals has too many: 3 × 0.1. */
export const rounded = (value: number): number => Number(value.toPrecision(12));
