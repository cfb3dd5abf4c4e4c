/** `METRIC oid=...`: single values and tables of the element's own configuration and of its device type. */
import { PtpError } from '../../base/errors.js';
import type { MetricSpec } from '../../model/element.js';
import type { Reading } from '../access.js';
import { uniqueNames } from './instances.js';
import type { VarBind } from './message/bindings.js';
import { normalOid } from './oid.js';
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
}

/** What is wrong with a METRIC of method snmp, in a sentence. */
export function snmpMetricFault(spec: MetricSpec): string | undefined {
  if (spec.oid === undefined) return `METRIC ${spec.name} should have an oid: method snmp finds values by it`;
  for (const [name, oid] of [
    ['oid', spec.oid],
    ['indexOid', spec.indexOid],
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
 * column after all, its rows named by their index.
 *
 * @throws PtpError `Access.*`
 */
export async function readMetrics(
  session: SnmpSession,
  specs: readonly MetricSpec[],
  bulk: BulkSize,
): Promise<readonly Reading[]> {
  const metrics = specs.flatMap(oidMetric);
  const single = metrics.filter(({ spec }) => spec.index === undefined);
  const readings: Reading[] = [];
  const tables = metrics.filter(({ spec }) => spec.index !== undefined);
  for (let from = 0; from < single.length; from += MOST_SCALARS) {
    const part = single.slice(from, from + MOST_SCALARS);
    const answers = await getEach(
      session,
      part.map(({ oid }) => oid),
    );
    part.forEach((metric, at) => {
      const answer = answers[at];
      if (answer && !isMissing(answer)) readings.push(...readingOf(metric.spec, '', answer));
      else if (!metric.oid.endsWith('.0')) tables.push(metric);
    });
  }
  const oids = new Set(tables.flatMap(({ oid, indexOid }) => (indexOid ? [oid, indexOid] : [oid])));
  const columns = oids.size > 0 ? await walkColumns(session, [...oids], bulk) : new Map<string, Column>();
  for (const metric of tables) readings.push(...tableReadings(metric, columns));
  if (readings.length <= MOST_READINGS) return readings;
  throw new PtpError(
    'Access.TooLarge',
    `${session.agent.place} has ${readings.length} values; at most ${MOST_READINGS} are taken`,
  );
}

function oidMetric(spec: MetricSpec): OidMetric[] {
  const oid = spec.oid === undefined ? undefined : normalOid(spec.oid);
  return oid ? [{ spec, oid, indexOid: spec.indexOid === undefined ? undefined : normalOid(spec.indexOid) }] : [];
}

function tableReadings({ spec, oid, indexOid }: OidMetric, columns: ReadonlyMap<string, Column>): Reading[] {
  const rows = columns.get(oid) ?? new Map<string, VarBind>();
  const nameColumn = spec.index === 'name' && indexOid ? columns.get(indexOid) : undefined;
  const nameOf = (index: string): string => {
    const cell = nameColumn?.get(index);
    return cell === undefined ? '' : String(scalarOf(cell) ?? '');
  };
  const names = uniqueNames(new Map([...rows.keys()].map((index) => [index, nameOf(index)])), (index) => index);
  return [...rows].flatMap(([index, varbind]) => readingOf(spec, names.get(index) ?? index, varbind));
}

/** Text becomes a number where the metric has a unit or is a counter; without either it stays text. */
function readingOf(spec: MetricSpec, instance: string, varbind: VarBind): Reading[] {
  const bits = counterBits(varbind);
  const counted = spec.counter ?? bits !== undefined;
  const value = spec.unit !== undefined || counted ? numberOf(varbind) : scalarOf(varbind);
  if (value === undefined) return [];
  return [{ metric: spec.name, instance, value, unit: spec.unit ?? '1', ...(counted ? { counter: { bits } } : {}) }];
}
