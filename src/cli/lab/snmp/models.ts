/**
 * The makes of SNMP devices that stand in the lab: system group, IF-MIB interfaces with 64-bit counters, and a few
 * objects of the maker's own.
 */
import type { Random } from '../../../base/env.js';
import { Flow } from '../flow.js';
import type { ScalarObject, SnmpDevice, TableObject } from './device.js';

export const DEVICE_MODELS = ['router', 'switch', 'server', 'ups'] as const;
export type DeviceModel = (typeof DEVICE_MODELS)[number];

interface Port {
  readonly name: string;
  readonly alias: string;
  /** IANAifType: 6 ethernetCsmacd, 24 softwareLoopback. */
  readonly type: number;
  readonly megabits: number;
  /** A port without a cable: administratively up, operationally down. */
  readonly down?: boolean;
}

interface Make {
  readonly sysObjectId: string;
  readonly description: string;
  readonly vendor: string;
  readonly ports: readonly Port[];
}

const ethernet = (name: string, alias: string, megabits: number, down = false): Port => ({
  name,
  alias,
  type: 6,
  megabits,
  down,
});

export const MAKES: Readonly<Record<DeviceModel, Make>> = {
  router: {
    sysObjectId: '1.3.6.1.4.1.2636.1.1.1.2.25',
    description: 'Juniper Networks, Inc. mx480 internet router, kernel JUNOS 21.4R3 (ptpmgr lab)',
    vendor: 'Juniper',
    ports: [
      ethernet('xe-0/0/0', 'core west', 10_000),
      ethernet('xe-0/0/1', 'core east', 10_000),
      ethernet('ge-1/0/0', 'customers', 1_000),
      ethernet('ge-1/0/1', 'spare', 1_000, true),
    ],
  },
  switch: {
    sysObjectId: '1.3.6.1.4.1.9.1.516',
    description: 'Cisco IOS Software, C3750 Software (C3750-IPSERVICESK9-M), Version 12.2(55)SE (ptpmgr lab)',
    vendor: 'Cisco',
    ports: [
      ...[1, 2, 3, 4, 5, 6].map((port) => ethernet(`Gi1/0/${port}`, `desk ${port}`, 1_000, port === 6)),
      ethernet('Te1/1/1', 'uplink', 10_000),
    ],
  },
  server: {
    sysObjectId: '1.3.6.1.4.1.8072.3.2.10',
    description: 'Linux lab 6.1.0 #1 SMP x86_64 (ptpmgr lab)',
    vendor: 'Net-SNMP',
    ports: [
      { name: 'lo', alias: '', type: 24, megabits: 10 },
      ethernet('eth0', 'front', 10_000),
      ethernet('eth1', 'storage', 10_000),
    ],
  },
  ups: {
    sysObjectId: '1.3.6.1.4.1.318.1.3.27',
    description: 'APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.4.6 AF1:v6.4.6 MN:AP9630) (ptpmgr lab)',
    vendor: 'APC',
    ports: [ethernet('eth0', 'management', 100)],
  },
};

export interface DeviceSettings {
  readonly model: DeviceModel;
  readonly sysName: string;
  readonly location: string;
  /** When the device was started, by the lab's time. */
  readonly startMs: number;
}

export function makeDevice({ model, sysName, location, startMs }: DeviceSettings, random: Random): SnmpDevice {
  const make = MAKES[model];
  return {
    sysName,
    scalars: [
      { name: 'sysDescr', oid: '1.3.6.1.2.1.1.1', type: 'OctetString', read: () => make.description },
      { name: 'sysObjectID', oid: '1.3.6.1.2.1.1.2', type: 'OID', read: () => make.sysObjectId },
      {
        name: 'sysUpTime',
        oid: '1.3.6.1.2.1.1.3',
        type: 'TimeTicks',
        read: (now) => Math.floor((now - startMs) / 10) % 2 ** 32,
      },
      { name: 'sysContact', oid: '1.3.6.1.2.1.1.4', type: 'OctetString', read: () => 'lab@localhost' },
      { name: 'sysName', oid: '1.3.6.1.2.1.1.5', type: 'OctetString', read: () => sysName },
      { name: 'sysLocation', oid: '1.3.6.1.2.1.1.6', type: 'OctetString', read: () => location },
      { name: 'ifNumber', oid: '1.3.6.1.2.1.2.1', type: 'Integer', read: () => make.ports.length },
      ...ownScalars(model, startMs, random),
    ],
    tables: [...interfaceTables(make.ports, startMs, random), ...ownTables(model, startMs, random)],
  };
}

/** ifTable and ifXTable of RFC 2863. */
function interfaceTables(ports: readonly Port[], startMs: number, random: Random): TableObject[] {
  const wrap32 = (total: number) => total % 2 ** 32;
  const rows = ports.map((port, position) => {
    const meanBytes = port.down ? 0 : (port.megabits * 1e6 * (0.02 + 0.25 * random.next())) / 8;
    const inBytes = new Flow(meanBytes, startMs, random, Math.floor(random.next() * 2 ** 42));
    const outBytes = new Flow(meanBytes * (0.3 + random.next()), startMs, random, Math.floor(random.next() * 2 ** 42));
    const errors = new Flow(port.down ? 0 : 0.01 * random.next(), startMs, random);
    const packets = (bytes: number) => Math.floor(bytes / 700);
    const ifIndex = position + 1;
    const mac = `02:00:00:${[random.next(), random.next(), random.next()]
      .map((one) =>
        Math.floor(one * 128)
          .toString(16)
          .padStart(2, '0'),
      )
      .join(':')}`;
    return {
      index: [ifIndex],
      ifTable: [
        () => ifIndex,
        () => port.name,
        () => port.type,
        () => 1500,
        () => Math.min(port.megabits * 1e6, 2 ** 32 - 1),
        () => String.fromCharCode(...mac.split(':').map((byte) => Number.parseInt(byte, 16))),
        () => 1,
        () => (port.down ? 2 : 1),
        (now: number) => wrap32(inBytes.total(now)),
        (now: number) => wrap32(packets(inBytes.total(now))),
        () => 0,
        (now: number) => wrap32(errors.total(now)),
        (now: number) => wrap32(outBytes.total(now)),
        (now: number) => wrap32(packets(outBytes.total(now))),
        () => 0,
        () => 0,
      ],
      ifXTable: [
        () => port.name,
        (now: number) => inBytes.total(now),
        (now: number) => packets(inBytes.total(now)),
        (now: number) => outBytes.total(now),
        (now: number) => packets(outBytes.total(now)),
        () => port.megabits,
        () => port.alias,
      ],
    };
  });
  return [
    {
      name: 'ifTable',
      oid: '1.3.6.1.2.1.2.2.1',
      index: [1],
      columns: [
        { number: 1, name: 'ifIndex', type: 'Integer' },
        { number: 2, name: 'ifDescr', type: 'OctetString' },
        { number: 3, name: 'ifType', type: 'Integer' },
        { number: 4, name: 'ifMtu', type: 'Integer' },
        { number: 5, name: 'ifSpeed', type: 'Gauge' },
        { number: 6, name: 'ifPhysAddress', type: 'OctetString' },
        { number: 7, name: 'ifAdminStatus', type: 'Integer' },
        { number: 8, name: 'ifOperStatus', type: 'Integer' },
        { number: 10, name: 'ifInOctets', type: 'Counter32' },
        { number: 11, name: 'ifInUcastPkts', type: 'Counter32' },
        { number: 13, name: 'ifInDiscards', type: 'Counter32' },
        { number: 14, name: 'ifInErrors', type: 'Counter32' },
        { number: 16, name: 'ifOutOctets', type: 'Counter32' },
        { number: 17, name: 'ifOutUcastPkts', type: 'Counter32' },
        { number: 19, name: 'ifOutDiscards', type: 'Counter32' },
        { number: 20, name: 'ifOutErrors', type: 'Counter32' },
      ],
      rows: rows.map(({ index, ifTable }) => ({ index, cells: ifTable })),
    },
    {
      name: 'ifXTable',
      oid: '1.3.6.1.2.1.31.1.1.1',
      index: [],
      augments: 'ifTable',
      columns: [
        { number: 1, name: 'ifName', type: 'OctetString' },
        { number: 6, name: 'ifHCInOctets', type: 'Counter64' },
        { number: 7, name: 'ifHCInUcastPkts', type: 'Counter64' },
        { number: 10, name: 'ifHCOutOctets', type: 'Counter64' },
        { number: 11, name: 'ifHCOutUcastPkts', type: 'Counter64' },
        { number: 15, name: 'ifHighSpeed', type: 'Gauge' },
        { number: 18, name: 'ifAlias', type: 'OctetString' },
      ],
      rows: rows.map(({ index, ifXTable }) => ({ index, cells: ifXTable })),
    },
  ];
}

/** PowerNet-MIB (APC): battery capacity and load; UCD-SNMP-MIB: memory. */
function ownScalars(model: DeviceModel, startMs: number, random: Random): ScalarObject[] {
  if (model === 'ups') {
    const load = new Flow(38, startMs, random);
    return [
      { name: 'upsAdvBatteryCapacity', oid: '1.3.6.1.4.1.318.1.1.1.2.2.1', type: 'Gauge', read: () => 100 },
      {
        name: 'upsAdvBatteryTemperature',
        oid: '1.3.6.1.4.1.318.1.1.1.2.2.2',
        type: 'Gauge',
        read: (now) => Math.round(20 + load.rate(now) / 10),
      },
      {
        name: 'upsAdvOutputLoad',
        oid: '1.3.6.1.4.1.318.1.1.1.4.2.3',
        type: 'Gauge',
        read: (now) => Math.round(load.rate(now)),
      },
    ];
  }
  if (model === 'server') {
    const used = new Flow(6_000_000, startMs, random);
    return [
      { name: 'memTotalReal', oid: '1.3.6.1.4.1.2021.4.5', type: 'Integer', read: () => 16_307_112 },
      {
        name: 'memAvailReal',
        oid: '1.3.6.1.4.1.2021.4.6',
        type: 'Integer',
        read: (now) => Math.round(16_307_112 - used.rate(now)),
      },
    ];
  }
  return [];
}

/** UCD-SNMP-MIB laTable; JUNIPER-MIB jnxOperatingTable, of which temperature and CPU. */
function ownTables(model: DeviceModel, startMs: number, random: Random): TableObject[] {
  if (model === 'server') {
    const load = new Flow(1.4, startMs, random);
    return [
      {
        name: 'laTable',
        oid: '1.3.6.1.4.1.2021.10.1',
        index: [1],
        columns: [
          { number: 1, name: 'laIndex', type: 'Integer' },
          { number: 2, name: 'laNames', type: 'OctetString' },
          { number: 3, name: 'laLoad', type: 'OctetString' },
          { number: 5, name: 'laLoadInt', type: 'Integer' },
        ],
        rows: [1, 5, 15].map((minutes, position) => ({
          index: [position + 1],
          cells: [
            () => position + 1,
            () => `Load-${minutes}`,
            (now) => load.rate(now - minutes * 30_000).toFixed(2),
            (now) => Math.round(load.rate(now - minutes * 30_000) * 100),
          ],
        })),
      },
    ];
  }
  if (model === 'router') {
    const heat = new Flow(42, startMs, random);
    return [
      {
        name: 'jnxOperatingTable',
        oid: '1.3.6.1.4.1.2636.3.1.13.1',
        index: [1, 2, 3, 4],
        columns: [
          { number: 1, name: 'jnxOperatingContentsIndex', type: 'Integer' },
          { number: 2, name: 'jnxOperatingL1Index', type: 'Integer' },
          { number: 3, name: 'jnxOperatingL2Index', type: 'Integer' },
          { number: 4, name: 'jnxOperatingL3Index', type: 'Integer' },
          { number: 5, name: 'jnxOperatingDescr', type: 'OctetString' },
          { number: 7, name: 'jnxOperatingTemp', type: 'Gauge' },
          { number: 8, name: 'jnxOperatingCPU', type: 'Gauge' },
        ],
        rows: ['Routing Engine 0', 'Routing Engine 1'].map((name, position) => ({
          index: [9, position + 1, 0, 0],
          cells: [
            () => 9,
            () => position + 1,
            () => 0,
            () => 0,
            () => name,
            (now) => Math.round(30 + heat.rate(now + position * 5000) / 4),
            (now) => Math.round(heat.rate(now + position * 9000) / (position + 1)),
          ],
        })),
      },
    ];
  }
  return [];
}
