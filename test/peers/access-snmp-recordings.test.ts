/**
 * What recorded devices bring without any configuration, by the device types that are shipped: which metrics, with which
 * units and how many instances, what they say that they are, and who stands beside them.
 *
 * `PTPMGR_GOLDEN=write` writes `test/golden/snmp` anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { assert } from 'chai';
import type { AccessMethod, PollAnswer } from '../../src/access/access.js';
import { createSnmpMethod } from '../../src/access/snmp/method.js';
import { packagePath } from '../../src/base/paths.js';
import { loadDeviceTypes } from '../../src/config/device-types.js';
import { accessParts, metricValue, pollOnce } from '../support/access.js';
import { needCounterpart } from '../support/counterparts.js';
import { type Daemon, startSnmpsim } from '../support/daemons.js';
import { needShared } from '../support/shared.js';

/** Of each some values, and what they have to be. */
const RECORDINGS: Readonly<
  Record<string, readonly (readonly [metric: string, instance: string, value: number | string])[]>
> = {
  'apc-7902b': [
    ['power', '', 192],
    ['phaseCurrent', '1', 1.6],
    ['bankCurrent', '2', 1.1],
    ['outletState', 'SW-CO-NY-3850-01', 1],
    ['outletState', 'Outlet 3', 0],
    ['powerSupply1State', '', 1],
  ],
  'arista-dcs-7150s-52-cl': [
    ['cpuLoad', 'Core 1', 12],
    ['cpuLoadMean', '', 12.67],
    ['storageLoad', 'Flash', 79.25],
    ['temperature', 'Cpu temp sensor', 28.2],
    ['voltage', 'CpucardPwrCon Rail3 5V', 4.93],
    ['opticalPower', 'DOM TX Power Sensor for Ethernet5', -2.21],
    ['serialNumber', '', 'JPE15151458'],
  ],
  'cisco-c3750': [
    ['cpuLoad', '1', 29],
    ['memoryLoad', 'I/O', 70.78],
    ['temperature', 'Gi1/0/1 Module Temperature Sensor', 41.9],
    ['fanState', 'Switch#1, Fan#1', 1],
    ['powerSupplyState', 'Sw1, PS1 Normal, RPS NotExist', 1],
  ],
  'h3c-e528-2': [
    ['memoryTotal', 'Level 1 Virtual Module #1', 68_492_960],
    ['memoryLoad', 'Level 1 Virtual Module #1', 55],
    ['temperature', 'Sensor1', 40],
    ['fanState', '1', 1],
  ],
  'hpe-procurve-516733-b21': [
    ['cpuLoad', '', 97],
    ['memoryLoad', '1', 8.29],
    ['sensorState', 'Over-temperature Sensor', 1],
  ],
  'huawei-s5720': [
    ['cpuLoad', 'MPU Board 0', 38],
    ['memoryLoad', 'MPU Board 0', 7],
    ['temperature', 'MPU Board 0', 42],
    ['fanLevel', '0.7', 30],
  ],
  'juniper-mx960-12-3r6-6': [
    ['cpuLoad', 'Routing Engine 0', 29],
    ['memoryLoad', 'FPC: MPC Type 2 3D @ 1/*/*', 14],
    ['temperature', 'PEM 0', 35],
    ['partState', 'Routing Engine 1', 1],
    ['redAlarm', '', 1],
    ['storageLoad', '/var', 32.59],
  ],
};

/** Text that says what a device brought, the same however often it is asked. */
function described({ readings, facts }: PollAnswer): string {
  const counts = new Map<string, number>();
  for (const { metric, unit } of readings) counts.set(`${metric} ${unit}`, (counts.get(`${metric} ${unit}`) ?? 0) + 1);
  for (const { via } of facts?.neighbours ?? []) {
    const told = `neighbours by ${via}`;
    counts.set(told, (counts.get(told) ?? 0) + 1);
  }
  const { vendor = '-', model = '-', type = '-' } = facts ?? {};
  return [
    `${vendor}, ${model}, ${type}`,
    '',
    ...[...counts].map(([metric, count]) => `${metric} x ${count}`).sort(),
    '',
  ].join('\n');
}

describe('recorded devices without any configuration', () => {
  let snmpsim: Daemon | undefined;
  let method: AccessMethod;
  before(async function () {
    this.timeout(90_000);
    needShared(this, 'recordings');
    needCounterpart(this, 'snmpsim');
    snmpsim = await startSnmpsim({ recordings: Object.keys(RECORDINGS) });
    method = createSnmpMethod(
      accessParts({ deviceTypes: await loadDeviceTypes(packagePath('config', 'device-types')) }),
    );
  });
  after(async () => {
    await method?.close();
    await snmpsim?.stop();
  });
  const poll = (community: string, more: { readonly version?: string; readonly memory?: unknown } = {}) =>
    pollOnce(method, {
      options: { port: String(snmpsim?.port), version: more.version ?? '2c' },
      credential: { id: 'read', community },
      over: { timeoutMs: 20_000 },
      memory: more.memory,
    });

  for (const [name, values] of Object.entries(RECORDINGS)) {
    it(`${name} brings what it has, and says nothing else of it by what is remembered`, async () => {
      const file = packagePath('test', 'golden', 'snmp', `${name}.txt`);
      const first = await poll(name);
      if (process.env.PTPMGR_GOLDEN === 'write') writeFileSync(file, described(first));
      assert.equal(described(first), readFileSync(file, 'utf8'));
      assert.deepEqual(first.events, []);
      for (const [metric, instance, value] of values)
        assert.equal(metricValue(first.readings, metric, instance), value, `${metric} ${instance}`);

      const second = await poll(name, { memory: first.memory });
      const lines = ({ readings }: PollAnswer) =>
        readings.map(({ metric, instance, unit }) => `${metric} ${instance} ${unit}`);
      assert.deepEqual(lines(second), lines(first));
      assert.isBelow(JSON.stringify(second.memory).length, 32 * 1024);
    });
  }

  it('tell who stands beside them, by the names that others know', async () => {
    const { facts } = await poll('juniper-mx960-12-3r6-6');
    assert.deepInclude(facts?.neighbours ?? [], {
      via: 'lldp',
      port: 'ge-1/0/5',
      capacity: '1G',
      names: ['h3c-5800out', '202.117.145.102', '00:23:89:3c:2d:27'],
      remotePort: 'Ten-GigabitEthernet1/0/25',
    });
    assert.include(facts?.hardwareAddresses ?? [], 'a8:d0:e5:f6:17:c0');
  });

  it('is the same by version 1, where an agent refuses a question for one thing that it lacks', async function () {
    this.timeout(60_000);
    const name = 'apc-7902b';
    assert.equal(described(await poll(name, { version: '1' })), described(await poll(name)));
  });
});
