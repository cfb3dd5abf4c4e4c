/** Notifications from net-snmp's own tools to a manager, and a manager's own to net-snmp's daemon. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Outgoing } from '../../src/access/notices/sender.js';
import { engineIdOf } from '../../src/access/snmp/traps/own-engine.js';
import { gathered, type Message } from '../../src/assess/notices/message.js';
import { alarmNotice, eventNotice } from '../../src/assess/notices/notice.js';
import type { Env } from '../../src/base/env.js';
import { packagePath } from '../../src/base/paths.js';
import type { Credential, Destination, Settings } from '../../src/config/settings.js';
import { TrapService } from '../../src/manager/traps/trap-service.js';
import type { NewEvent, PtpEvent } from '../../src/model/event.js';
import { counterpart } from '../support/counterparts.js';
import type { Daemon } from '../support/daemons.js';
import { runProcess, until } from '../support/processes.js';
import { MIB_FOLDERS, startSnmptrapd } from '../support/snmptrapd.js';
import { temporaryFolder } from '../support/temporary.js';
import { realTimeEnv } from '../support/test-env.js';
import { alarm, cleared } from '../unit/assess/notices/samples.js';

const IDENTITY = '0123456789abcdef0123456789abcdef';

interface TestUser {
  readonly id: string;
  /** As net-snmp spells them. */
  readonly auth: string;
  readonly priv?: string;
  readonly authProtocol: string;
  readonly privProtocol?: string;
}

const USERS: readonly TestUser[] = [
  { id: 'md5', auth: 'MD5', authProtocol: 'md5' },
  { id: 'md5des', auth: 'MD5', authProtocol: 'md5', priv: 'DES', privProtocol: 'des' },
  { id: 'sha', auth: 'SHA', authProtocol: 'sha', priv: 'AES', privProtocol: 'aes' },
  { id: 'sha256', auth: 'SHA-256', authProtocol: 'sha256', priv: 'AES', privProtocol: 'aes128' },
  { id: 'sha512', auth: 'SHA-512', authProtocol: 'sha512', priv: 'AES', privProtocol: 'aes128' },
];
const [AUTH_PASSWORD, PRIV_PASSWORD] = ['authentic1', 'encrypted1'];

const CREDENTIALS: readonly Credential[] = [
  { id: 'read', community: 'secret' },
  ...USERS.map(({ id, authProtocol, privProtocol }) => ({
    id,
    user: id,
    authProtocol,
    authPassword: AUTH_PASSWORD,
    ...(privProtocol && { privProtocol, privPassword: PRIV_PASSWORD }),
  })),
];

/** The parts of the settings that traps have to do with. */
const settings = (destinations: readonly Destination[] = []) =>
  ({
    credentials: new Map(CREDENTIALS.map((one) => [one.id, one])),
    traps: { bind: { host: '127.0.0.1', port: 0 }, credentials: CREDENTIALS.map(({ id }) => id) },
    destinations,
    eventRules: [{ actions: ['trap'] }],
  }) satisfies Partial<Settings>;

class Events {
  readonly events: NewEvent[] = [];

  async recordEvents(events: readonly NewEvent[]): Promise<readonly PtpEvent[]> {
    this.events.push(...events);
    return [];
  }

  async getNote(): Promise<string | undefined> {
    return undefined;
  }

  async putNote(): Promise<void> {}
}

function serviceFor(env: Env, store: Events, destinations: readonly Destination[] = []): TrapService {
  return new TrapService({
    env,
    store,
    identity: IDENTITY,
    boots: 3,
    settings: () => settings(destinations),
    elements: () => [],
  });
}

const level = ({ id, auth, priv }: TestUser): string[] => [
  ...['-v', '3', '-u', id, '-l', priv ? 'authPriv' : 'authNoPriv', '-a', auth, '-A', AUTH_PASSWORD],
  ...(priv ? ['-x', priv, '-X', PRIV_PASSWORD] : []),
];
const LINK_DOWN = ['', '1.3.6.1.6.3.1.1.5.3', '1.3.6.1.2.1.2.2.1.2.3', 's', 'eth0'];
const LINK_DOWN_1 = ['1.3.6.1.4.1.9', '10.0.0.7', '2', '0', '55', '1.3.6.1.2.1.2.2.1.2.3', 's', 'eth0'];

describe("notifications of net-snmp's tools", () => {
  counterpart('snmptrapd');
  const store = new Events();
  const folder = temporaryFolder('snmptrap');
  let service: TrapService;
  before(async () => {
    // What it says about making it is nothing that a test waits for.
    mkdirSync(join(folder, 'cert_indexes'));
    service = serviceFor(realTimeEnv(), store);
    await service.start();
  });
  after(() => service.close());

  const send = (program: 'snmptrap' | 'snmpinform', ...args: string[]) => {
    const [split, rest] = [args.indexOf('--'), args];
    const place = `127.0.0.1:${service.port}`;
    return runProcess(program, [...rest.slice(0, split), place, ...rest.slice(split + 1)], {
      env: { SNMP_PERSISTENT_DIR: folder, MIBS: '' },
    });
  };
  const comes = async (program: 'snmptrap' | 'snmpinform', ...args: string[]) => {
    const before = store.events.length;
    const result = await send(program, ...args);
    expect(result.output, result.output).to.equal('');
    expect(result.code).to.equal(0);
    await until('it is stored', () => store.events.length > before, 5000);
    expect(store.events).to.have.length(before + 1);
    expect(store.events.at(-1)).to.include({ name: 'linkDown', severity: 'major' });
    expect(store.events.at(-1)?.text).to.match(/^ifDescr\.3 = eth0 \(from /);
  };

  it('come in v1', () => comes('snmptrap', '-v', '1', '-c', 'secret', '--', ...LINK_DOWN_1));
  it('come in v2c', () => comes('snmptrap', '-v', '2c', '-c', 'secret', '--', ...LINK_DOWN));
  it('come as informs of v2c, which are answered', () =>
    comes('snmpinform', '-v', '2c', '-c', 'secret', '--', ...LINK_DOWN));
  for (const user of USERS) {
    it(`come in v3 with ${user.auth}${user.priv ? ` and ${user.priv}` : ''}`, () =>
      comes('snmptrap', '-e', `0x8000000001${user.id.length}2030405`.slice(0, 20), ...level(user), '--', ...LINK_DOWN));
    it(`come as informs of v3 with ${user.auth}${user.priv ? ` and ${user.priv}` : ''}, which are answered`, () =>
      comes('snmpinform', ...level(user), '--', ...LINK_DOWN));
  }

  it('are told why not where the user or the password is another', async () => {
    const [user] = USERS;
    if (!user) return;
    const stranger = await send('snmpinform', '-r', '0', ...level({ ...user, id: 'mallory' }), '--', ...LINK_DOWN);
    expect(stranger.output).to.contain('Unknown user name');
    const wrong = level(user).map((arg) => (arg === AUTH_PASSWORD ? 'another1' : arg));
    const forger = await send('snmpinform', '-r', '0', ...wrong, '--', ...LINK_DOWN);
    expect(forger.output).to.contain('Authentication failure');
    await until('it is told', () => store.events.some(({ name }) => name === 'trapsRefused'), 5000);
    expect(service.counts).to.include({ unknownUser: 1, wrongDigest: 1 });
  });
});

const outgoing = (content: Message['content']): Outgoing => ({
  message: { id: 'EM1-noc-1', content },
  telling: { manager: 'EM1', destination: 'noc', nowMs: 0, pageOf: () => '' },
  host: 'localhost',
});

describe('traps of a manager at snmptrapd', () => {
  counterpart('snmptrapd');
  const engine = `0x${engineIdOf(IDENTITY).toString('hex')}`;
  const event: PtpEvent = {
    id: 4711,
    manager: 'EM1',
    time: Date.UTC(2026, 10, 21, 20, 59, 3, 200),
    severity: 'critical',
    name: 'elementDown',
    text: 'device/zürich does not answer',
    element: 'device/zürich',
    source: 'user ada',
  };
  let snmptrapd: Daemon;
  before(async () => {
    snmptrapd = await startSnmptrapd([
      'authCommunity log secret',
      'outputOption U',
      ...USERS.flatMap(({ id, auth, priv }) => [
        `createUser -e ${engine} ${id} ${auth} ${AUTH_PASSWORD}${priv ? ` ${priv} ${PRIV_PASSWORD}` : ''}`,
        `authUser log ${id} ${priv ? 'priv' : 'auth'}`,
      ]),
    ]);
  });
  after(() => snmptrapd?.stop());

  for (const { id } of CREDENTIALS) {
    it(`are received and decoded by the MIB (credential ${id})`, async () => {
      const env = realTimeEnv();
      const destination: Destination = {
        id: 'noc',
        type: 'trap',
        host: '127.0.0.1',
        port: snmptrapd.port,
        credential: id,
      };
      const service = serviceFor(env, new Events(), [destination]);
      const seen = snmptrapd.process.output.length;
      await service.send(outgoing({ is: 'one', notice: eventNotice(event) }), destination);
      const output = () => snmptrapd.process.output.slice(seen);
      await until('it is printed', () => output().includes('ptpmgrEventSource'), 5000);
      await service.close();
      service.closeSender();
      expect(output()).to.contain('SNMPv2-MIB::snmpTrapOID.0 = OID: PTPMGR-MIB::ptpmgrEvent');
      for (const part of [
        'ptpmgrEventManager.0 = STRING: EM1',
        'ptpmgrEventId.0 = Gauge32: 4711',
        'ptpmgrEventTime.0 = STRING: 2026-11-21,20:59:3.2,+0:0',
        'ptpmgrEventSeverity.0 = INTEGER: critical(3)',
        'ptpmgrEventName.0 = STRING: elementDown',
        'ptpmgrEventElement.0 = STRING: device/zürich',
        'ptpmgrEventText.0 = STRING: device/zürich does not answer',
        'ptpmgrEventSource.0 = STRING: user ada',
      ])
        expect(output()).to.contain(`PTPMGR-MIB::${part}`);
    });
  }
});

describe('alarms of a manager at snmptrapd', () => {
  counterpart('snmptrapd');
  let snmptrapd: Daemon;
  before(async () => {
    snmptrapd = await startSnmptrapd(['authCommunity log secret', 'outputOption U']);
  });
  after(() => snmptrapd?.stop());

  const sent = async (content: Message['content']): Promise<string> => {
    const destination: Destination = {
      id: 'noc',
      type: 'trap',
      host: '127.0.0.1',
      port: snmptrapd.port,
      credential: 'read',
    };
    const service = serviceFor(realTimeEnv(), new Events(), [destination]);
    const seen = snmptrapd.process.output.length;
    const output = () => snmptrapd.process.output.slice(seen);
    await service.send(outgoing(content), destination);
    await until('it is printed', () => /(?:AlarmState|GatheredCount)\.0.*\n/.test(output()), 5000);
    await service.close();
    service.closeSender();
    return output();
  };

  it('are received with id, change and state', async () => {
    const output = await sent({ is: 'one', notice: alarmNotice(cleared(alarm('4f1c-7'))) });
    for (const part of [
      'SNMPv2-MIB::snmpTrapOID.0 = OID: PTPMGR-MIB::ptpmgrAlarm',
      'PTPMGR-MIB::ptpmgrEventSeverity.0 = INTEGER: cleared(1)',
      'PTPMGR-MIB::ptpmgrAlarmId.0 = STRING: 4f1c-7',
      'PTPMGR-MIB::ptpmgrAlarmChange.0 = Gauge32: 2',
      'PTPMGR-MIB::ptpmgrAlarmState.0 = INTEGER: cleared(3)',
    ])
      expect(output).to.contain(part);
  });

  it('are gathered into one that says how many', async () => {
    const notices = Array.from({ length: 500 }, (_, at) => alarmNotice(alarm(`a${at}`)));
    const output = await sent({ is: 'gathered', all: gathered(notices, () => undefined) });
    for (const part of [
      'SNMPv2-MIB::snmpTrapOID.0 = OID: PTPMGR-MIB::ptpmgrGathered',
      'PTPMGR-MIB::ptpmgrEventText.0 = STRING: 500 notices: 500 critical (elementDown 500)',
      'PTPMGR-MIB::ptpmgrNoticeId.0 = STRING: EM1-noc-1',
      'PTPMGR-MIB::ptpmgrGatheredCount.0 = Gauge32: 500',
    ])
      expect(output).to.contain(part);
  });
});

describe('schemas/PTPMGR-MIB', () => {
  counterpart('smilint');

  it('is clean at the strictest level of smilint', async () => {
    const env = { SMIPATH: MIB_FOLDERS.join(':') };
    const { output, code } = await runProcess('smilint', ['-l', '6', packagePath('schemas', 'PTPMGR-MIB')], { env });
    // Of the modules of the IETF it says more than of ours.
    expect(output.split('\n').filter((line) => line.includes('PTPMGR-MIB'))).to.deep.equal([]);
    expect(code).to.equal(0);
  });

  it('would not be if anything in it were wrong', async () => {
    const env = { SMIPATH: MIB_FOLDERS.slice(1).join(':') };
    const { output } = await runProcess('smilint', ['-l', '6', packagePath('schemas', 'ptp-store.xsd')], { env });
    expect(output).to.contain('ptp-store.xsd');
  });
});
