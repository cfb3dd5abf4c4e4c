/** Devices of which there is no recording: what little they say here has to come out as a person would read it. */
import { assert } from 'chai';
import type { AccessMethod } from '../../src/access/access.js';
import { createSnmpMethod } from '../../src/access/snmp/method.js';
import { compareOids } from '../../src/access/snmp/oid.js';
import { packagePath } from '../../src/base/paths.js';
import { loadDeviceTypes } from '../../src/config/device-types.js';
import { accessParts, pollOnce } from '../support/access.js';
import { needCounterpart } from '../support/counterparts.js';
import { type Daemon, startSnmpsim } from '../support/daemons.js';

type Value = number | string;

interface Made {
  readonly sysObjectId: string;
  readonly values: Readonly<Record<string, Value>>;
  /** Vendor, model and type. */
  readonly is: readonly [vendor: string | undefined, model: string | undefined, type: string | undefined];
  /** `metric [instance] value unit`, but for the system group. */
  readonly brings: readonly string[];
}

const UPS = '1.3.6.1.2.1.33.1';
const APC = '1.3.6.1.4.1.318.1.1.1';
const FORTIGATE = '1.3.6.1.4.1.12356.101.4.1';
const STORAGE = '1.3.6.1.2.1.25.2.3.1';
const FOUNDRY = '1.3.6.1.4.1.1991.1.1';

const DEVICES: Readonly<Record<string, Made>> = {
  'ups-of-a-standard': {
    sysObjectId: '1.3.6.1.4.1.99999.1',
    values: {
      [`${UPS}.2.1.0`]: 2,
      [`${UPS}.2.3.0`]: 42,
      [`${UPS}.2.4.0`]: 100,
      [`${UPS}.2.5.0`]: 545,
      [`${UPS}.3.3.1.2.1`]: 499,
      [`${UPS}.3.3.1.3.1`]: 231,
      [`${UPS}.4.1.0`]: 5,
      [`${UPS}.4.4.1.5.1`]: 37,
      [`${UPS}.6.1.0`]: 0,
    },
    is: [undefined, undefined, 'ups'],
    brings: [
      'batteryCapacity [] 100 %',
      'batteryRuntime [] 2520 s',
      'batteryState [] 1 {state}',
      'batteryVoltage [] 54.5 V',
      'inputFrequency [1] 49.9 Hz',
      'inputVoltage [1] 231 V',
      'outputLoad [1] 37 %',
      'outputState [] 3 {state}',
      'upsAlarms [] 0 1',
    ],
  },
  'smart-ups': {
    sysObjectId: '1.3.6.1.4.1.318.1.3.27',
    values: {
      [`${APC}.1.1.1.0`]: 'Smart-UPS 1500',
      [`${APC}.2.1.1.0`]: 2,
      [`${APC}.2.2.1.0`]: 98,
      [`${APC}.2.2.3.0`]: 252_000,
      [`${APC}.2.2.4.0`]: 2,
      [`${APC}.4.1.1.0`]: 2,
      [`${APC}.4.2.3.0`]: 21,
    },
    is: ['APC', 'Smart-UPS 1500', 'ups'],
    brings: [
      'batteryCapacity [] 98 %',
      'batteryReplacement [] 3 {state}',
      'batteryRuntime [] 2520 s',
      'batteryState [] 1 {state}',
      'outputLoad [] 21 %',
      'outputState [] 1 {state}',
    ],
  },
  fortigate: {
    sysObjectId: '1.3.6.1.4.1.12356.101.1.1000',
    values: {
      '1.3.6.1.4.1.12356.100.1.1.1.0': 'FGT60F',
      [`${FORTIGATE}.3.0`]: 4,
      [`${FORTIGATE}.4.0`]: 55,
      [`${FORTIGATE}.5.0`]: 1024,
      [`${FORTIGATE}.8.0`]: 1234,
    },
    is: ['Fortinet', undefined, 'firewall'],
    brings: [
      'cpuLoad [] 4 %',
      'memoryLoad [] 55 %',
      'memoryTotal [] 1048576 By',
      'serialNumber [] FGT60F 1',
      'sessions [] 1234 1',
    ],
  },
  routeros: {
    sysObjectId: '1.3.6.1.4.1.14988.1',
    values: {
      '1.3.6.1.4.1.14988.1.1.3.8.0': 242,
      '1.3.6.1.4.1.14988.1.1.3.10.0': 375,
      '1.3.6.1.4.1.14988.1.1.7.9.0': 'RB4011iGS+',
      '1.3.6.1.2.1.25.3.3.1.2.1': 3,
      [`${STORAGE}.3.65536`]: 'main memory',
      [`${STORAGE}.4.65536`]: 1024,
      [`${STORAGE}.5.65536`]: 1000,
      [`${STORAGE}.6.65536`]: 100,
    },
    is: ['MikroTik', 'RB4011iGS+', 'router'],
    brings: [
      'cpuLoad [] 3 %',
      'storageLoad [main memory] 10 %',
      'storageTotal [main memory] 1024000 By',
      'storageUsed [main memory] 102400 By',
      'temperature [] 37.5 Cel',
      'voltage [] 24.2 V',
    ],
  },
  windows: {
    sysObjectId: '1.3.6.1.4.1.311.1.1.3.1.2',
    values: {
      '1.3.6.1.2.1.25.1.6.0': 88,
      '1.3.6.1.2.1.25.3.3.1.2.5': 10,
      '1.3.6.1.2.1.25.3.3.1.2.6': 30,
      [`${STORAGE}.3.1`]: 'C:\\ Label:  Serial Number 1a2b3c4d',
      [`${STORAGE}.4.1`]: 4096,
      [`${STORAGE}.5.1`]: 1000,
      [`${STORAGE}.6.1`]: 900,
    },
    is: ['Microsoft', 'Windows', 'server'],
    brings: [
      'cpuLoad [CPU 1] 10 %',
      'cpuLoad [CPU 2] 30 %',
      'cpuLoadMean [] 20 %',
      'processes [] 88 1',
      'storageLoad [C:\\] 90 %',
      'storageTotal [C:\\] 4096000 By',
      'storageUsed [C:\\] 3686400 By',
    ],
  },
  icx: {
    sysObjectId: '1.3.6.1.4.1.1991.1.3.61.1',
    values: {
      [`${FOUNDRY}.1.3.1.1.2.1`]: 'Fan 1',
      [`${FOUNDRY}.1.3.1.1.3.1`]: 3,
      [`${FOUNDRY}.2.1.52.0`]: 12,
    },
    is: ['Ruckus', undefined, 'switch'],
    brings: ['cpuLoad [] 12 %', 'fanState [Fan 1] 3 {state}'],
  },
  'some-printer': {
    sysObjectId: '1.3.6.1.4.1.99999.2',
    values: {
      '1.3.6.1.2.1.43.10.2.1.4.1.1': 4711,
      '1.3.6.1.2.1.43.11.1.1.6.1.1': 'Black Toner',
      '1.3.6.1.2.1.43.11.1.1.8.1.1': 5000,
      '1.3.6.1.2.1.43.11.1.1.9.1.1': 1250,
    },
    is: [undefined, undefined, 'printer'],
    brings: ['pages [] 4711 1', 'supplyLevel [Black Toner] 25 %'],
  },
  'something-unheard-of': {
    sysObjectId: '1.3.6.1.4.1.99999.7',
    values: {},
    is: [undefined, undefined, undefined],
    brings: [],
  },
};

const line = (oid: string, value: Value): string => `${oid}|${typeof value === 'number' ? 2 : 4}|${value}`;

function recordingOf({ sysObjectId, values }: Made): string {
  const all = Object.entries(values).map(([oid, value]) => [oid, line(oid, value)] as const);
  const system = [
    ['1.3.6.1.2.1.1.1.0', line('1.3.6.1.2.1.1.1.0', 'made')],
    ['1.3.6.1.2.1.1.2.0', `1.3.6.1.2.1.1.2.0|6|${sysObjectId}`],
    ['1.3.6.1.2.1.1.3.0', '1.3.6.1.2.1.1.3.0|67|8640000'],
    // What stands behind everything else, as an agent's last object does.
    ['1.3.6.1.6.3.16.1.1.0', line('1.3.6.1.6.3.16.1.1.0', 1)],
  ] as const;
  const lines = [...system, ...all].sort(([a], [b]) => compareOids(a, b)).map(([, text]) => text);
  return `${lines.join('\n')}\n`;
}

describe('devices by what they say', () => {
  let snmpsim: Daemon | undefined;
  let method: AccessMethod;
  before(async function () {
    this.timeout(60_000);
    needCounterpart(this, 'snmpsim');
    const texts = Object.fromEntries(Object.entries(DEVICES).map(([name, made]) => [name, recordingOf(made)]));
    snmpsim = await startSnmpsim({ texts });
    method = createSnmpMethod(
      accessParts({ deviceTypes: await loadDeviceTypes(packagePath('config', 'device-types')) }),
    );
  });
  after(async () => {
    await method?.close();
    await snmpsim?.stop();
  });

  for (const [name, { is, brings }] of Object.entries(DEVICES)) {
    for (const version of ['1', '2c']) {
      it(`${name}, by version ${version}`, async () => {
        const { readings, facts, events } = await pollOnce(method, {
          options: { port: String(snmpsim?.port), version },
          credential: { id: 'read', community: name },
          over: { timeoutMs: 10_000 },
        });
        const shown = readings
          .filter(({ metric }) => !metric.startsWith('sys'))
          .map(({ metric, instance, value, unit }) => `${metric} [${instance}] ${value} ${unit}`);
        assert.deepEqual(shown.sort(), brings);
        assert.deepEqual([facts?.vendor, facts?.model, facts?.type], is);
        assert.deepEqual(events, []);
      });
    }
  }
});
