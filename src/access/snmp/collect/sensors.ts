/**
 * Sensors by ENTITY-SENSOR-MIB (RFC 3433), named by ENTITY-MIB (RFC 6933), and by CISCO-ENTITY-SENSOR-MIB, which has
 * the same columns elsewhere. What a sensor measures is read once in a while, its value at each poll.
 */
import type { Reading } from '../../access.js';
import { uniqueNames } from '../instances.js';
import { rounded } from '../metrics.js';
import { type Column, walkColumns } from '../walk.js';
import { numberIn, readCells, textIn } from './cells.js';
import { isFresh } from './memory.js';
import { NAMES_MS, type Part, type PartContext } from './part.js';

const ENTITY = '1.3.6.1.2.1.47.1.1.1.1';
const ENTITY_DESCRIPTION = `${ENTITY}.2`;
const ENTITY_NAME = `${ENTITY}.7`;

/** Sensors of one device; each transceiver has five. */
const MOST_SENSORS = 1000;
/** RFC 3433: the value is beyond what the sensor can measure. */
const OUT_OF_RANGE = 1_000_000_000;
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

/** What a sensor measures. */
interface Sensor {
  readonly metric: string;
  readonly unit: string;
  /** Of ten. */
  readonly exponent: number;
  readonly name: string;
  /** To be told in dBm, though it is measured in watts. */
  readonly isWatts?: boolean;
}

interface KeptSensors {
  readonly atMs: number;
  /** By index; null for one that measures nothing we know. */
  readonly sensors: Readonly<Record<string, Sensor | null>>;
}

const sensorPart = (id: string, entry: string): Part => {
  const [type, scale, precision, value, status] = [1, 2, 3, 4, 5].map((column) => `${entry}.${column}`) as [
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    id,
    roots: [value],
    async read(context) {
      const columns = await walkColumns(context.session, [value, status], context.bulk, MOST_SENSORS);
      const values = columns.get(value) ?? new Map();
      const sensors = await known(context, [...values.keys()], { type, scale, precision });
      const readings = sensorReadings(values, columns.get(status) ?? new Map(), sensors.sensors);
      return { readings, kept: sensors };
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
  { session, kept, nowMs }: PartContext,
  indexes: readonly string[],
  { type, scale, precision }: Readonly<Record<'type' | 'scale' | 'precision', string>>,
): Promise<KeptSensors> {
  if (isKept(kept) && isFresh(kept.atMs, nowMs, NAMES_MS) && indexes.every((index) => index in kept.sensors))
    return kept;
  const cells = await readCells(session, [type, scale, precision, ENTITY_NAME, ENTITY_DESCRIPTION], indexes);
  const names = uniqueNames(
    new Map(
      indexes.map((index) => [index, textIn(cells, ENTITY_NAME, index) || textIn(cells, ENTITY_DESCRIPTION, index)]),
    ),
    (index) => `sensor ${index}`,
  );
  const sensors = indexes.map((index) => {
    const sensor = sensorOf(
      numberIn(cells, type, index),
      numberIn(cells, scale, index),
      numberIn(cells, precision, index),
      names.get(index) ?? index,
    );
    return [index, sensor ?? null] as const;
  });
  return { atMs: nowMs, sensors: Object.fromEntries(sensors) };
}

/** Pure. What entPhySensorType, -Scale and -Precision say; scale 9 is units, each step of it three powers of ten. */
export function sensorOf(
  type: number | undefined,
  scale: number | undefined,
  precision: number | undefined,
  name: string,
): Sensor | undefined {
  const kind = type === undefined ? undefined : KINDS[type];
  if (!kind) return undefined;
  const optical = Object.hasOwn(OPTICAL, kind[0]) && IS_OPTICAL.test(name) ? OPTICAL[kind[0]] : undefined;
  const [metric, unit] = optical ?? kind;
  const exponent = 3 * ((scale ?? 9) - 9) - (precision ?? 0);
  if (Math.abs(exponent) > 40) return undefined;
  return { metric, unit, exponent, name, ...(optical && type === WATTS ? { isWatts: true } : {}) };
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
    if (!sensor || value === undefined || status !== OK || Math.abs(value) >= OUT_OF_RANGE) return [];
    const { metric, unit, exponent, name } = sensor;
    const measured = sensor.isWatts ? decibels(value * 10 ** exponent) : rounded(value * 10 ** exponent);
    return Number.isFinite(measured) ? [{ metric, instance: name, value: measured, unit }] : [];
  });
}

/** Decibels above a milliwatt; darkness has none. */
const decibels = (watts: number): number => Math.round(1000 * Math.log10(watts * 1000)) / 100;

function isKept(value: unknown): value is KeptSensors {
  if (typeof value !== 'object' || value === null || !('atMs' in value) || !('sensors' in value)) return false;
  const { atMs, sensors } = value;
  if (typeof atMs !== 'number' || typeof sensors !== 'object' || sensors === null) return false;
  return Object.values(sensors).every((sensor: unknown) => sensor === null || isSensor(sensor));
}

const isSensor = (value: unknown): value is Sensor =>
  typeof value === 'object' &&
  value !== null &&
  'metric' in value &&
  typeof value.metric === 'string' &&
  'unit' in value &&
  typeof value.unit === 'string' &&
  'exponent' in value &&
  typeof value.exponent === 'number' &&
  'name' in value &&
  typeof value.name === 'string';
