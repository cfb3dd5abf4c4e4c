/** Parts that are nothing but METRICs: of standard MIBs, here, and of the device types of the configuration. */
import type { MetricSpec } from '../../../model/element.js';
import type { ElementFacts, Reading } from '../../access.js';
import { readMetrics, rounded } from '../metrics.js';
import { normalOid } from '../oid.js';
import { RowNames } from '../row-names.js';
import type { Part } from './part.js';

/**
 * Those of the metrics that the agent has, each told by the object that it is read from.
 *
 * @param only Of a MIB that an agent has as a whole or not at all: what tells that.
 * @param facts What a device is that has any of them.
 */
export function metricPart(id: string, specs: readonly MetricSpec[], only?: string, facts?: ElementFacts): Part {
  const rooted = specs.flatMap((spec) => {
    const oid = spec.oid === undefined ? undefined : normalOid(spec.oid);
    // Of a single value, whichever instance it is, what is above it.
    return oid ? [{ spec, root: spec.index === undefined ? oid.replace(/\.\d+$/, '') : oid }] : [];
  });
  return {
    id,
    roots: only === undefined ? [...new Set(rooted.map(({ root }) => root))] : [only],
    async read({ session, bulk, kept, interfaces, nowMs, has }) {
      const names = new RowNames(kept, interfaces.names, nowMs);
      const present = rooted.filter(({ root }) => only !== undefined || has(root)).map(({ spec }) => spec);
      const readings = await readMetrics(session, present, bulk, names);
      return { readings, kept: names.memory, ...(facts && readings.length > 0 ? { facts } : {}) };
    },
  };
}

const UPS = '1.3.6.1.2.1.33.1';
/** What agents write for what they do not measure: less than nothing, or the largest number. */
const UNMEASURED = ['-1', '2147483647', '4294967295'];
const upsValue = (name: string, object: string, unit: string, more: Partial<MetricSpec> = {}): MetricSpec => ({
  name,
  oid: `${UPS}.${object}.0`,
  unit,
  absent: UNMEASURED,
  ...more,
});
const upsLine = (name: string, column: string, unit: string, scale?: number): MetricSpec => ({
  name,
  oid: `${UPS}.${column}`,
  index: 'index',
  unit,
  absent: UNMEASURED,
  ...(scale === undefined ? {} : { scale }),
});

const standardUps = metricPart(
  'UPS-MIB',
  [
    upsValue('batteryState', '2.1', '{state}', { states: { 2: 'normal', 3: 'warning', 4: 'critical' } }),
    upsValue('onBattery', '2.2', 's'),
    upsValue('batteryRuntime', '2.3', 's', { scale: 60 }),
    upsValue('batteryCapacity', '2.4', '%'),
    upsValue('batteryVoltage', '2.5', 'V', { scale: 0.1 }),
    upsValue('batteryCurrent', '2.6', 'A', { scale: 0.1 }),
    upsValue('batteryTemperature', '2.7', 'Cel', { absent: [...UNMEASURED, '-273'] }),
    upsLine('inputFrequency', '3.3.1.2', 'Hz', 0.1),
    upsLine('inputVoltage', '3.3.1.3', 'V'),
    upsLine('inputCurrent', '3.3.1.4', 'A', 0.1),
    upsLine('inputPower', '3.3.1.5', 'W'),
    // Other, none, normal, bypass, battery, booster, reducer.
    upsValue('outputState', '4.1', '{state}', {
      states: { 2: 'critical', 3: 'normal', 4: 'warning', 5: 'critical', 6: 'warning', 7: 'warning' },
    }),
    upsValue('outputFrequency', '4.2', 'Hz', { scale: 0.1 }),
    upsLine('outputVoltage', '4.4.1.2', 'V'),
    upsLine('outputCurrent', '4.4.1.3', 'A', 0.1),
    upsLine('outputPower', '4.4.1.4', 'W'),
    upsLine('outputLoad', '4.4.1.5', '%'),
    upsValue('upsAlarms', '6.1', '1'),
  ],
  UPS,
  { type: 'ups' },
);

/** Volts and hertz that no supply has: who says more has counted tenths of what RFC 1628 wants. */
const MOST_VOLTS = 1000;
const MOST_HERTZ = 100;

/** Pure. */
export function asMeant(reading: Reading): Reading {
  const { metric, value } = reading;
  const most = /^(input|output)Voltage$/.test(metric)
    ? MOST_VOLTS
    : metric.endsWith('Frequency')
      ? MOST_HERTZ
      : undefined;
  return most !== undefined && Number(value) > most ? { ...reading, value: rounded(Number(value) / 10) } : reading;
}

/** RFC 1628. */
export const upsPart: Part = {
  ...standardUps,
  async read(context) {
    const answer = await standardUps.read(context);
    return { ...answer, readings: answer.readings.map(asMeant) };
  },
};

const PSE = '1.3.6.1.2.1.105.1.3.1.1';

/** POWER-ETHERNET-MIB (RFC 3621): what each supply for powered devices has, and gives. */
export const poePart = metricPart(
  'POWER-ETHERNET-MIB',
  [
    { name: 'poeCapacity', oid: `${PSE}.2`, index: 'index', unit: 'W' },
    { name: 'poePower', oid: `${PSE}.4`, index: 'index', unit: 'W' },
    {
      name: 'poeState',
      oid: `${PSE}.3`,
      index: 'index',
      unit: '{state}',
      states: { 1: 'normal', 2: 'off', 3: 'critical' },
    },
  ],
  PSE,
);
