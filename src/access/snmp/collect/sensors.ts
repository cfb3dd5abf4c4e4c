/**
 * Sensors by ENTITY-SENSOR-MIB (RFC 3433), named by ENTITY-MIB (RFC 6933), and by CISCO-ENTITY-SENSOR-MIB, which has
 * the same columns elsewhere. What a sensor measures is read once in a while, its value at each poll.
 */
import type { Reading } from '../../access.js';
import { uniqueNames } from '../instances.js';
import { rounded } from '../metrics.js';
import type { SnmpSession } from '../session.js';
import { type Column, walkColumns } from '../walk.js';
import { numberIn, readCells, textIn } from './cells.js';
import { isFresh } from './memory.js';
import { MOST_KEPT, NAMES_MS, type Part, type PartContext } from './part.js';

const ENTITY = '1.3.6.1.2.1.47.1.1.1.1';
const ENTITY_DESCRIPTION = `${ENTITY}.2`;
const ENTITY_NAME = `${ENTITY}.7`;

/** Sensors of one device; each transceiver has five. */
const MOST_SENSORS = 1200;
/** RFC 3433: the value is beyond what the sensor can measure. */
const OUT_OF_RANGE = 1_000_000_000;
/** What a register of 16 bits has that measures nothing. */
const UNMEASURED = -32_768;
const OK = 1;

/** By entPhySensorType: volts (AC, DC), amperes, watts, hertz, Celsius, %RH, rpm, m³/min, truth value; Cisco's dBm. */
const KINDS: Readonly<Record<number, readonly [metric: string, unit: string]>> = {
  3: ['voltage', 'V'],
  4: ['voltage', 'V'],
  5: ['current', 'A'],
  6: ['power', 'W'],
  7: ['frequency', 'Hz'],
  8: ['temperature', 'Cel'],
  9: ['humidity', '%'],
  10: ['fanSpeed', 'rpm'],
  11: ['airflow', 'm3/min'],
  14: ['opticalPower', 'dBm'],
};
/** Light must not hide among the power of supplies, nor the current of a laser among theirs; it is told in dBm. */
const OPTICAL: Readonly<Record<string, readonly [metric: string, unit: string]>> = {
  power: ['opticalPower', 'dBm'],
  current: ['laserCurrent', 'A'],
};
const WATTS = 6;
const IS_OPTICAL = /\b([TR]x|DOM|optical|laser|transceiver|SFP|bias)\b/i;

/** What a sensor measures: entPhySensorType, power of ten, name. Short, as hundreds of them are kept. */
type Sensor = readonly [type: number, exponent: number, name: string];

interface KeptSensors {
  readonly atMs: number;
  /** By index; null for one that measures nothing we know, or for which there was no room. */
  readonly sensors: Readonly<Record<string, Sensor | null>>;
  /** For how many there was no room. */
  readonly left: number;
}

const sensorPart = (id: string, entry: string): Part => {
  const [value, status] = [`${entry}.4`, `${entry}.5`];
  const asked = [value, status];
  return {
    id,
    roots: [value],
    async read(context) {
      const columns = await walkColumns(context.session, asked, context.bulk, MOST_SENSORS);
      const values = columns.get(value) ?? new Map();
      const kept = await known(context, [...values.keys()], entry);
      const readings = sensorReadings(values, columns.get(status) ?? new Map(), kept.sensors);
      const left: Reading = { metric: 'sensorsNotRead', instance: '', value: kept.left, unit: '1' };
      return { readings: kept.left > 0 ? [...readings, left] : readings, kept };
    },
  };
};

export const entitySensors = sensorPart('ENTITY-SENSOR-MIB', '1.3.6.1.2.1.99.1.1.1');

const cisco = sensorPart('CISCO-ENTITY-SENSOR-MIB', '1.3.6.1.4.1.9.9.91.1.1.1.1');
/** Newer systems have both; then the standard one is enough. */
export const ciscoSensors: Part = {
  ...cisco,
  read: async (context) =>
    entitySensors.roots.some((root) => context.has(root)) ? { readings: [] } : cisco.read(context),
};

async function known(
  { session, bulk, kept, nowMs }: PartContext,
  indexes: readonly string[],
  entry: string,
): Promise<KeptSensors> {
  if (isKept(kept) && isFresh(kept.atMs, nowMs, NAMES_MS) && indexes.every((index) => index in kept.sensors))
    return kept;
  const measured = [`${entry}.1`, `${entry}.2`, `${entry}.3`];
  const columns = await walkColumns(session, measured, bulk, MOST_SENSORS);
  const names = uniqueNames(await namesOf(session, indexes), (index) => `sensor ${index}`);
  const sensors = indexes.map((index) => {
    const told = measured.map((oid) => numberIn(columns, oid, index));
    return [index, sensorOf(told[0], told[1], told[2], names.get(index) ?? index) ?? null] as const;
  });
  return { atMs: nowMs, ...fitting(sensors) };
}

/** By name, which most have, else by description. Of the entities most are no sensors, so no table is walked. */
async function namesOf(session: SnmpSession, indexes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const named = await readCells(session, [ENTITY_NAME], indexes);
  const nameless = indexes.filter((index) => textIn(named, ENTITY_NAME, index) === '');
  const described = await readCells(session, [ENTITY_DESCRIPTION], nameless);
  return new Map(
    indexes.map((index) => [index, textIn(named, ENTITY_NAME, index) || textIn(described, ENTITY_DESCRIPTION, index)]),
  );
}

/** Pure. As many as may be kept from poll to poll: to read all of them each time would take hundreds of requests. */
export function fitting(
  all: readonly (readonly [index: string, sensor: Sensor | null])[],
): Pick<KeptSensors, 'sensors' | 'left'> {
  // Those without room have an entry, too, so that they are known to have none.
  let room = MOST_KEPT - 1024 - all.reduce((sum, [index]) => sum + `"${index}":null,`.length, 0);
  let left = 0;
  const sensors = all.map(([index, sensor]) => {
    const length = JSON.stringify(sensor).length;
    const isRoom = length <= room;
    if (isRoom) room -= length;
    else if (sensor) left++;
    return [index, isRoom ? sensor : null] as const;
  });
  return { sensors: Object.fromEntries(sensors), left };
}

/** Pure. What entPhySensorType, -Scale and -Precision say; scale 9 is units, each step of it three powers of ten. */
export function sensorOf(
  type: number | undefined,
  scale: number | undefined,
  precision: number | undefined,
  name: string,
): Sensor | undefined {
  const exponent = 3 * ((scale ?? 9) - 9) - (precision ?? 0);
  if (type === undefined || !KINDS[type] || Math.abs(exponent) > 40) return undefined;
  return [type, exponent, name];
}

/** Pure. A sensor that is not ok has no value. */
export function sensorReadings(
  values: Column,
  statuses: Column,
  sensors: Readonly<Record<string, Sensor | null>>,
): Reading[] {
  const columns = new Map([
    ['value', values],
    ['status', statuses],
  ]);
  return [...values.keys()].flatMap((index): Reading[] => {
    const sensor = Object.hasOwn(sensors, index) ? sensors[index] : undefined;
    const value = numberIn(columns, 'value', index);
    const status = numberIn(columns, 'status', index) ?? OK;
    if (!sensor || value === undefined || status !== OK) return [];
    if (Math.abs(value) >= OUT_OF_RANGE || value === UNMEASURED) return [];
    const [type, exponent, instance] = sensor;
    const kind = KINDS[type];
    if (!kind) return [];
    const optical = Object.hasOwn(OPTICAL, kind[0]) && IS_OPTICAL.test(instance) ? OPTICAL[kind[0]] : undefined;
    const [metric, unit] = optical ?? kind;
    const measured = optical && type === WATTS ? decibels(value * 10 ** exponent) : rounded(value * 10 ** exponent);
    return Number.isFinite(measured) ? [{ metric, instance, value: measured, unit }] : [];
  });
}

/** Decibels above a milliwatt; darkness has none. */
const decibels = (watts: number): number => Math.round(1000 * Math.log10(watts * 1000)) / 100;

function isKept(value: unknown): value is KeptSensors {
  if (typeof value !== 'object' || value === null || !('atMs' in value) || !('sensors' in value)) return false;
  const { atMs, sensors } = value;
  if (typeof atMs !== 'number' || typeof sensors !== 'object' || sensors === null) return false;
  if (!('left' in value) || typeof value.left !== 'number') return false;
  return Object.values(sensors).every((sensor: unknown) => sensor === null || isSensor(sensor));
}

function isSensor(value: unknown): value is Sensor {
  if (!Array.isArray(value)) return false;
  const [type, exponent, name] = value as readonly unknown[];
  return typeof type === 'number' && typeof exponent === 'number' && typeof name === 'string';
}
