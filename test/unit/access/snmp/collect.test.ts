import { assert } from 'chai';
import type { Reading } from '../../../../src/access/access.js';
import { chassisOf } from '../../../../src/access/snmp/collect/chassis.js';
import { MOST_KEPT } from '../../../../src/access/snmp/collect/part.js';
import { printerReadings } from '../../../../src/access/snmp/collect/printer.js';
import { fitting, sensorOf, sensorReadings } from '../../../../src/access/snmp/collect/sensors.js';
import { settled } from '../../../../src/access/snmp/collect/settle.js';
import { processorReadings, storageReadings, ucdReadings } from '../../../../src/access/snmp/collect/storage.js';
import { TYPES, type VarBind } from '../../../../src/access/snmp/message/bindings.js';
import { readingOf, tableReadings } from '../../../../src/access/snmp/metrics.js';
import type { Column } from '../../../../src/access/snmp/walk.js';
import type { MetricSpec } from '../../../../src/model/element.js';

const cell = (value: number | string): VarBind =>
  typeof value === 'number'
    ? { oid: '1.3', type: TYPES.INTEGER, value }
    : /^1\.3\./.test(value)
      ? { oid: '1.3', type: TYPES.OID, value }
      : { oid: '1.3', type: TYPES.OCTET_STRING, value: Buffer.from(value) };

/** A table by rows: the cells of each in the order of the columns. */
function table(
  columns: readonly string[],
  rows: Readonly<Record<string, readonly (number | string | undefined)[]>>,
): ReadonlyMap<string, Column> {
  return new Map(
    columns.map((oid, at) => {
      const cells = Object.entries(rows).flatMap(([index, row]) => {
        const value = row[at];
        return value === undefined ? [] : [[index, cell(value)] as const];
      });
      return [oid, new Map(cells)];
    }),
  );
}

/** `metric instance value unit`. */
const shown = (readings: readonly Reading[]): string[] =>
  readings.map(({ metric, instance, value, unit }) => `${metric} [${instance}] ${value} ${unit}`);

const STORAGE = ['2', '3', '4', '5', '6'].map((column) => `1.3.6.1.2.1.25.2.3.1.${column}`);
const type = (number: number): string => `1.3.6.1.2.1.25.2.1.${number}`;

describe('storage by HOST-RESOURCES-MIB', () => {
  const cases: readonly (readonly [
    what: string,
    rows: Readonly<Record<string, readonly (number | string | undefined)[]>>,
    expected: readonly string[],
  ])[] = [
    [
      'is bytes and per cent',
      { 1: [type(4), '/', 4096, 1000, 250] },
      ['storageTotal [/] 4096000 By', 'storageUsed [/] 1024000 By', 'storageLoad [/] 25 %'],
    ],
    [
      'is named by where it is mounted, as drives are by their letter',
      {
        1: [type(4), '/dev/ad0s1a: root file system, mounted on: /var', 1, 4, 1],
        2: [type(4), 'C:\\ Label:  Serial 1a', 1, 4, 2],
      },
      [
        'storageTotal [/var] 4 By',
        'storageUsed [/var] 1 By',
        'storageLoad [/var] 25 %',
        'storageTotal [C:\\] 4 By',
        'storageUsed [C:\\] 2 By',
        'storageLoad [C:\\] 50 %',
      ],
    ],
    [
      'may be larger than a number of 32 bits with a sign',
      { 1: [type(4), '/srv', 1, -2147483648, 0] },
      ['storageTotal [/srv] 2147483648 By', 'storageUsed [/srv] 0 By', 'storageLoad [/srv] 0 %'],
    ],
    [
      'leaves out what is empty, is not there, or belongs to the kernel',
      {
        1: [type(7), 'cdrom', 2048, 0, 0],
        2: [type(4), '/proc', 1, 1, 1],
        3: [type(4), '/dev', 1, 1, 1],
        4: [type(4), '/x', 1, 1],
      },
      [],
    ],
    [
      'counts memory without buffers and cache where they have rows of their own',
      {
        1: [type(2), 'Physical memory', 1024, 100, 90],
        3: [type(3), 'Virtual memory', 1024, 150, 90],
        6: [type(1), 'Memory buffers', 1024, 100, 10],
        7: [type(1), 'Cached memory', 1024, 30, 30],
        8: [type(1), 'Shared memory', 1024, 5, 5],
        10: [type(3), 'Swap space', 1024, 50, 5],
      },
      [
        'memoryTotal [] 102400 By',
        'memoryUsed [] 51200 By',
        'memoryLoad [] 50 %',
        'swapTotal [Swap space] 51200 By',
        'swapUsed [Swap space] 5120 By',
        'swapLoad [Swap space] 10 %',
      ],
    ],
    [
      'keeps memory as told where nothing tells of caches, and file systems in memory among the others',
      { 1: [type(2), 'RAM', 1, 4, 1], 2: [type(3), 'Tmp', 1, 4, 2] },
      [
        'memoryTotal [RAM] 4 By',
        'memoryUsed [RAM] 1 By',
        'memoryLoad [RAM] 25 %',
        'storageTotal [Tmp] 4 By',
        'storageUsed [Tmp] 2 By',
        'storageLoad [Tmp] 50 %',
      ],
    ],
  ];
  for (const [what, rows, expected] of cases)
    it(what, () => assert.deepEqual(shown(storageReadings(table(STORAGE, rows))), expected));
});

describe('processors', () => {
  const loads = (...values: number[]): Column => new Map(values.map((value, at) => [String(196608 + at), cell(value)]));

  it('are one without a name', () =>
    assert.deepEqual(shown(processorReadings(loads(7), { 196608: 'Intel' })), ['cpuLoad [] 7 %']));

  it('of one make are counted, and have a mean', () =>
    assert.deepEqual(shown(processorReadings(loads(10, 21), { 196608: 'Intel', 196609: 'Intel' })), [
      'cpuLoadMean [] 15.5 %',
      'cpuLoad [CPU 1] 10 %',
      'cpuLoad [CPU 2] 21 %',
    ]));

  it('that are told apart keep their names', () =>
    assert.deepEqual(shown(processorReadings(loads(1, 3), { 196608: 'Core 1', 196609: 'Core 2' })), [
      'cpuLoadMean [] 2 %',
      'cpuLoad [Core 1] 1 %',
      'cpuLoad [Core 2] 3 %',
    ]));
});

describe('UCD-SNMP-MIB', () => {
  it('tells memory without buffers and cache, swap, and load', () =>
    assert.deepEqual(shown(ucdReadings([1000, 300, 100, 100, 50, 40, 0.5, 0.25, 0.1])), [
      'loadAverage [1 min] 0.5 1',
      'loadAverage [5 min] 0.25 1',
      'loadAverage [15 min] 0.1 1',
      'memoryTotal [] 1024000 By',
      'memoryUsed [] 512000 By',
      'memoryLoad [] 50 %',
      'swapTotal [] 51200 By',
      'swapUsed [] 10240 By',
      'swapLoad [] 20 %',
    ]));

  it('may have a part of it only, and no swap', () =>
    assert.deepEqual(shown(ucdReadings([1000, undefined, 1, 1, 0, 0, 0.5])), ['loadAverage [1 min] 0.5 1']));
});

describe('sensors by ENTITY-SENSOR-MIB', () => {
  /** Type, scale, precision, name, value. */
  const cases: readonly (readonly [
    kind: number,
    scale: number,
    precision: number,
    name: string,
    value: number,
    expected: string | undefined,
  ])[] = [
    [8, 9, 1, 'CPU', 282, 'temperature [CPU] 28.2 Cel'],
    [8, 9, 0, 'inlet', -5, 'temperature [inlet] -5 Cel'],
    [4, 8, 0, 'rail', 3300, 'voltage [rail] 3.3 V'],
    [3, 9, 2, 'mains', 23012, 'voltage [mains] 230.12 V'],
    [5, 8, 0, 'PSU 1', 380, 'current [PSU 1] 0.38 A'],
    [5, 8, 3, 'DOM TX Bias Sensor for Ethernet5', 5090, 'laserCurrent [DOM TX Bias Sensor for Ethernet5] 0.00509 A'],
    [6, 9, 0, 'PSU 1', 120, 'power [PSU 1] 120 W'],
    [6, 10, 1, 'chassis', 15, 'power [chassis] 1500 W'],
    [6, 8, 4, 'DOM RX Power Sensor for Ethernet5', 10000, 'opticalPower [DOM RX Power Sensor for Ethernet5] 0 dBm'],
    [6, 8, 4, 'Rx power', 5000, 'opticalPower [Rx power] -3.01 dBm'],
    [6, 8, 4, 'Rx power of a dark one', 0, undefined],
    [14, 9, 1, 'Te1/1 Receive Power Sensor', -57, 'opticalPower [Te1/1 Receive Power Sensor] -5.7 dBm'],
    [7, 9, 1, 'mains', 500, 'frequency [mains] 50 Hz'],
    [9, 9, 0, 'room', 41, 'humidity [room] 41 %'],
    [10, 9, 0, 'Fan 1', 9990, 'fanSpeed [Fan 1] 9990 rpm'],
    [11, 9, 0, 'duct', 3, 'airflow [duct] 3 m3/min'],
    [12, 9, 0, 'door', 1, undefined],
    [2, 9, 0, 'unknown', 1, undefined],
    [8, 9, 0, 'below what it can measure', -1_000_000_000, undefined],
    [8, 99, 0, 'of a strange scale', 1, undefined],
  ];
  for (const [kind, scale, precision, name, value, expected] of cases) {
    it(`${name}: ${expected ?? 'no value'}`, () => {
      const sensors = { 1: sensorOf(kind, scale, precision, name) ?? null };
      const readings = sensorReadings(new Map([['1', cell(value)]]), new Map([['1', cell(1)]]), sensors);
      assert.deepEqual(shown(readings), expected === undefined ? [] : [expected]);
    });
  }

  it('are as many as may be kept; the others are counted', () => {
    const all = Array.from(
      { length: 1200 },
      (_, at) => [`1000${at}`, sensorOf(8, 9, 0, `${at} ${'x'.repeat(100)}`) ?? null] as const,
    );
    const { sensors, left } = fitting(all);
    assert.isBelow(JSON.stringify(sensors).length, MOST_KEPT);
    assert.equal(Object.keys(sensors).length, 1200);
    assert.equal(left, Object.values(sensors).filter((sensor) => sensor === null).length);
    assert.isAbove(left, 0);
    assert.equal(fitting(all.slice(0, 100)).left, 0);
  });

  it('that are not ok have no value; without a status they are taken for ok', () => {
    const sensors = { 1: sensorOf(8, 9, 0, 'a') ?? null, 2: sensorOf(8, 9, 0, 'b') ?? null };
    const values = new Map([
      ['1', cell(20)],
      ['2', cell(21)],
    ]);
    assert.deepEqual(shown(sensorReadings(values, new Map([['1', cell(2)]]), sensors)), ['temperature [b] 21 Cel']);
  });
});

describe('printers', () => {
  const columns = [
    '1.3.6.1.2.1.43.10.2.1.4',
    '1.3.6.1.2.1.43.11.1.1.6',
    '1.3.6.1.2.1.43.11.1.1.8',
    '1.3.6.1.2.1.43.11.1.1.9',
  ];
  it('have supplies in per cent, and none where the level is unknown', () =>
    assert.deepEqual(
      shown(
        printerReadings(
          table(columns, {
            '1.1': [4711, 'Black', 3000, 2250],
            '1.2': [undefined, 'Waste', 100, -3],
            '1.3': [undefined, 'Drum', -2, 5],
          }),
        ),
      ),
      ['pages [] 4711 1', 'supplyLevel [Black] 75 %'],
    ));
});

describe('the chassis', () => {
  const row = (isChassis: boolean, model: string, serial: string) => ({ isChassis, model, serial });
  const cases: readonly (readonly [what: string, rows: Parameters<typeof chassisOf>[0], expected: object])[] = [
    ['is the first', [row(true, 'X1', 'S1'), row(true, 'X2', 'S2')], { model: 'X1', serial: 'S1' }],
    ['may stand behind a stack', [row(false, '', ''), row(true, 'X1', 'S1')], { model: 'X1', serial: 'S1' }],
    ['may have a serial number only', [row(true, '', 'S1')], { serial: 'S1' }],
    ['is the first part with a model where nothing is called so', [row(false, 'X9', '')], { model: 'X9' }],
    ['may be unknown', [], {}],
  ];
  for (const [what, rows, expected] of cases) it(what, () => assert.deepEqual(chassisOf(rows), expected));
});

describe('a METRIC', () => {
  const spec = (more: Partial<MetricSpec>): MetricSpec => ({ name: 'm', oid: '1.3', ...more });
  const cases: readonly (readonly [
    what: string,
    spec: Partial<MetricSpec>,
    value: number | string,
    expected: unknown,
  ])[] = [
    ['is scaled without the digits of a product', { unit: 'A', scale: 0.1 }, 3, 0.3],
    ['is scaled though it is written as text', { unit: 'A', scale: 0.1 }, '16', 1.6],
    ['has no value where the device says so', { unit: 'Cel', absent: ['0', '65535'] }, 65535, undefined],
    ['may be 0 where nothing else is said', { unit: 'Cel' }, 0, 0],
    ['is a state of ours', { unit: '{state}', states: { 3: 'critical' } }, 3, 3],
    ['has no state that is not listed', { unit: '{state}', states: { 3: 'critical' } }, 5, undefined],
    ['is text without a unit', {}, 'AP7902B', 'AP7902B'],
  ];
  for (const [what, more, value, expected] of cases)
    it(what, () => assert.strictEqual(readingOf(spec(more), '', cell(value))[0]?.value, expected));

  it('is a column with a name for each row', () => {
    const rows = new Map([
      ['1', cell(1)],
      ['2', cell(2)],
    ]);
    const named = tableReadings(spec({ unit: 'A' }), rows, (index) => (index === '1' ? 'L1' : ''));
    assert.deepEqual(shown(named), ['m [L1] 1 A', 'm [2] 2 A']);
  });
});

describe('readings of all sources', () => {
  const reading = (metric: string, value: number | string, instance = '', unit = '%'): Reading => ({
    metric,
    instance,
    value,
    unit,
  });

  it('are those of the most particular one', () => {
    const { readings } = settled([
      [reading('cpuLoad', 1)],
      [reading('cpuLoad', 2), reading('cpuLoad', 3, 'b'), reading('temperature', 4)],
    ]);
    assert.deepEqual(shown(readings), ['cpuLoad [] 1 %', 'temperature [] 4 %']);
  });

  it('have a load where used and free, or used and total, are told', () => {
    const used = (instance: string, value: number) => reading('memoryUsed', value, instance, 'By');
    assert.include(
      shown(settled([[used('a', 1), reading('memoryFree', 3, 'a', 'By')]]).readings),
      'memoryLoad [a] 25 %',
    );
    assert.include(shown(settled([[used('', 2), reading('memoryTotal', 4, '', 'By')]]).readings), 'memoryLoad [] 50 %');
    assert.lengthOf(settled([[used('a', 1), reading('memoryLoad', 9)]]).readings, 1 + 0);
  });

  it('say the model as a fact', () => {
    const { readings, facts } = settled([[reading('model', ' AP7902B '), reading('model', 'other')]]);
    assert.deepEqual([shown(readings), facts], [[], { model: 'AP7902B' }]);
  });
});
