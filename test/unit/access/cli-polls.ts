/** What the tests of the command line poll with: fake devices that end with the test. */
import { assert } from 'chai';
import type { AccessMethod, PollAnswer } from '../../../src/access/access.js';
import { createCliMethod } from '../../../src/access/cli/method.js';
import type { Credential } from '../../../src/config/settings.js';
import { type Asking, accessParts, metricValue, pollOnce, valuesOf } from '../../support/access.js';
import {
  ENABLE,
  type FakeDevice,
  PASSWORD,
  type Script,
  type SshOptions,
  startSsh,
  startTelnet,
  USER,
} from './fake-device.js';

export const CREDENTIAL: Credential = { id: 'shell', user: USER, password: PASSWORD, enablePassword: ENABLE };
export const UPTIME = { name: 'uptime', regex: 'uptime is (\\d+) seconds', unit: 's' };
const FREE = { name: 'diskFree', regex: '(?<instance>disk\\d+)\\s+(?<value>\\d+)', unit: 'By' };

export interface CliPolls {
  started<Device extends FakeDevice>(start: Promise<Device>): Promise<Device>;
  asking(device: FakeDevice, protocol: 'ssh' | 'telnet', more?: Partial<Asking>): Asking;
  poll(asking: Asking): Promise<PollAnswer>;
  telnet(script: Partial<Script>, more?: Partial<Asking>): Promise<PollAnswer>;
  ssh(options: SshOptions, more?: Partial<Asking>): Promise<PollAnswer>;
}

/** To be called within a `describe`. */
export function cliPolls(): CliPolls {
  let method: AccessMethod;
  const devices: FakeDevice[] = [];
  beforeEach(() => {
    method = createCliMethod(accessParts());
  });
  afterEach(async () => {
    await method.close();
    await Promise.all(devices.splice(0).map((device) => device.stop()));
  });
  const polls: CliPolls = {
    async started(start) {
      const device = await start;
      devices.push(device);
      return device;
    },
    asking: (device, protocol, more = {}) => ({
      credential: CREDENTIAL,
      signal: AbortSignal.timeout(10_000),
      ...more,
      options: {
        protocol,
        port: String(device.port),
        ...(protocol === 'ssh' ? { insecure: 'true' } : {}),
        ...more.options,
      },
      over: { commands: ['show version', 'show disks'], metrics: [UPTIME, FREE], timeoutMs: 4000, ...more.over },
    }),
    poll: (asking) => pollOnce(method, asking),
    telnet: async (script, more) => polls.poll(polls.asking(await polls.started(startTelnet(script)), 'telnet', more)),
    ssh: async (options, more) => polls.poll(polls.asking(await polls.started(startSsh(options)), 'ssh', more)),
  };
  return polls;
}

export function assertValues({ readings }: PollAnswer): void {
  assert.equal(metricValue(readings, 'uptime'), 77);
  assert.deepEqual(
    valuesOf(readings, 'diskFree'),
    new Map([
      ['disk0', 1200],
      ['disk1', 3400],
    ]),
  );
  assert.isAbove(Number(metricValue(readings, 'responseTime')), 0);
}
