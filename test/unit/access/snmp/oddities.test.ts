/** What devices were found to say that is not so, or says less than it seems to. */
import { assert } from 'chai';
import { typeOfModel, typeOfServices, typeOfWords } from '../../../../src/access/snmp/collect/kind.js';
import { asMeant } from '../../../../src/access/snmp/collect/metric-parts.js';
import { sensorReadings } from '../../../../src/access/snmp/collect/sensors.js';
import { settled } from '../../../../src/access/snmp/collect/settle.js';
import { storageReadings } from '../../../../src/access/snmp/collect/storage.js';
import { interfaceReadings } from '../../../../src/access/snmp/interfaces.js';
import { TYPES, type VarBind } from '../../../../src/access/snmp/message/bindings.js';
import { readingOf } from '../../../../src/access/snmp/metrics.js';
import { textOf } from '../../../../src/access/snmp/values.js';
import { valuesOf } from '../../../support/access.js';

const cell = (value: number | string): VarBind => ({
  oid: '1.3',
  type: typeof value === 'number' ? TYPES.GAUGE32 : TYPES.OCTET_STRING,
  value: typeof value === 'number' ? value : Buffer.from(value),
});
const column = (cells: Readonly<Record<string, number | string>>) =>
  new Map(Object.entries(cells).map(([index, value]) => [index, cell(value)]));

describe('the speed of an interface', () => {
  const HIGH = '1.3.6.1.2.1.31.1.1.1.15';
  const LOW = '1.3.6.1.2.1.2.2.1.5';
  const speeds = (high: Readonly<Record<string, number>>, low: Readonly<Record<string, number>>) => {
    const names = column(Object.fromEntries(Object.keys({ ...high, ...low }).map((index) => [index, `if${index}`])));
    const columns = new Map([
      ['1.3.6.1.2.1.31.1.1.1.1', names],
      [HIGH, column(high)],
      [LOW, column(low)],
    ]);
    return Object.fromEntries(valuesOf(interfaceReadings(columns), 'ifSpeed'));
  };

  it('is not known where all bits are set', () => {
    assert.deepEqual(speeds({ 1: 4_294_967_295, 2: 65_535 }, { 1: 4_294_967_295, 3: 4_294_967_295 }), {});
    assert.deepEqual(speeds({ 1: 4_294_967_295 }, { 1: 1_000_000_000 }), { if1: 1_000_000_000 });
  });

  it('is what is meant where millions of bits are counted one by one', () =>
    assert.deepEqual(speeds({ 1: 1_000_000_000, 2: 400_000 }, {}), { if1: 1_000_000_000, if2: 400_000_000_000 }));
});

describe('text of devices', () => {
  const text = (bytes: string) => textOf(Buffer.from(bytes, 'latin1'));

  it('may have letters of ISO 8859-1', () => {
    assert.equal(text('B\xfcro 2, S\xfcd'), 'Büro 2, Süd');
    assert.equal(text('core 1 \x96 sw1'), 'core 1 \ufffd sw1');
    assert.equal(textOf(Buffer.from('Büro')), 'Büro');
  });

  it('is told from bytes', () => {
    assert.equal(text('\x00\x1b\xc5\x00\x00\x01'), '00:1b:c5:00:00:01');
    assert.equal(text('ABCD\xe5\xf6'), '41:42:43:44:e5:f6', 'an address of hardware');
    assert.equal(text('\xc0\xa8A'), 'c0:a8:41');
    assert.equal(text('sw\x01\xfcber'), '73:77:01:fc:62:65:72');
  });
});

describe('what kind of device it is', () => {
  const words: readonly (readonly [description: string, type: string | undefined])[] = [
    ['Juniper Networks, Inc. mx5-t internet router, kernel JUNOS 19.4R3.11', 'router'],
    ['Cisco Adaptive Security Appliance Version 9.12(2)', 'firewall'],
    ['Ruijie 10G Routing Switch(S5750-24GT/12SFP) By Ruijie Networks', 'switch'],
    ['Allied Telesis router/switch, Software (AlliedWare Plus) Version 5.4.8-2.1', 'switch'],
    ['Cambium cnPilot E500 Access Point', 'access-point'],
    ['SAMSUNG iPolis H.264 Premium Level IP Camera', 'camera'],
    ['UPS Web/SNMP Agent', 'ups'],
    ['Cisco IOS XR Software (Cisco ASR9K Series), Version 6.6.3[Default]', 'router'],
    ['Linux groups 6.1.0 x86_64', undefined],
  ];
  for (const [description, type] of words)
    it(`is ${type ?? 'not said'} by "${description}"`, () => assert.equal(typeOfWords(description), type));

  it('is told by how Cisco and Juniper call their models', () => {
    const told = [
      'WS-C3560G-48TS-E',
      'C9300-48P',
      'N5K-C5548UP',
      'ISR4321/K9',
      'ASA5555',
      'N540X-16Z4G8Q2C-D',
      'AIR-CT5508-K9',
      'X1',
    ];
    assert.deepEqual(told.map(typeOfModel), [
      ...['switch', 'switch', 'switch', 'router', 'firewall', 'router', 'wireless-controller', undefined],
    ]);
  });

  it('is a switch by its services only where it offers none to people', () =>
    assert.deepEqual([2, 6, 7, 78, 72, 4, 0].map(typeOfServices), [
      ...['switch', 'switch', 'switch', undefined, undefined, undefined, undefined],
    ]));
});

describe('what one thing is told by', () => {
  const reading = (metric: string, value: number) => ({ metric, instance: '', value, unit: '1' });
  const shown = (sources: Parameters<typeof settled>[0]) =>
    settled(sources).readings.map(({ metric, value }) => `${metric} ${value}`);

  it('comes from one source, the most particular one', () =>
    assert.deepEqual(
      shown([[], [reading('memoryTotal', 100), reading('memoryUsed', 13)], [reading('memoryLoad', 88)]]),
      ['memoryTotal 100', 'memoryUsed 13', 'memoryLoad 13'],
    ));

  it("is added to by the element's own configuration, not replaced", () =>
    assert.deepEqual(shown([[reading('memoryUsed', 1)], [reading('memoryUsed', 2), reading('memoryLoad', 3)]]), [
      ...['memoryUsed 1', 'memoryLoad 3'],
    ]));
});

describe('values that cannot be', () => {
  it('are a tenth where a UPS counts tenths of volts and of hertz', () => {
    const meant = (metric: string, value: number) => asMeant({ metric, instance: '', value, unit: '' }).value;
    assert.deepEqual(
      [meant('inputVoltage', 2313), meant('outputVoltage', 480), meant('outputFrequency', 499.9)],
      [...[231.3, 480, 49.99]],
    );
    assert.equal(meant('outputPower', 5100), 5100);
  });

  it('are 2 GiB and more where a size is negative', () => {
    const size = (value: number) => readingOf({ name: 'memoryTotal', unit: 'By', absent: ['-1'] }, '', cell(value));
    assert.equal(size(-1_535_721_472)[0]?.value, 2_759_245_824);
    assert.deepEqual(size(-1), []);
  });

  it('are left out: more used than there is, a register without a sensor', () => {
    const STORAGE = '1.3.6.1.2.1.25.2.3.1';
    const columns = new Map([
      [`${STORAGE}.3`, column({ 1: '/ifs', 2: '/var, type: ufs, dev: /dev/md0', 3: '/.mount/packages/db' })],
      [`${STORAGE}.4`, column({ 1: 8192, 2: 1, 3: 1 })],
      [`${STORAGE}.5`, column({ 1: 186_914_380, 2: 4, 3: 5 })],
      [`${STORAGE}.6`, column({ 1: 1_354_557_666, 2: 1, 3: 5 })],
    ]);
    assert.deepEqual(Object.fromEntries(valuesOf(storageReadings(columns), 'storageLoad')), { '/var': 25 });
    const sensors = { 1: [8, -1, 'inlet'], 2: [8, -1, 'none'] } as const;
    const values = column({ 1: 305, 2: -32_768 });
    assert.deepEqual(Object.fromEntries(valuesOf(sensorReadings(values, new Map(), sensors), 'temperature')), {
      inlet: 30.5,
    });
  });
});
