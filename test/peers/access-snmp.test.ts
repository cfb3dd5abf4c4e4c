import { assert } from 'chai';
import type { AccessMethod, Credential, Learnt } from '../../src/access/access.js';
import { createSnmpMethod } from '../../src/access/snmp/method.js';
import { systemClock } from '../../src/base/system-env.js';
import { accessParts, failureOf, metricValue, pollOnce, valuesOf } from '../support/access.js';
import { counterpart, needCounterpart } from '../support/counterparts.js';
import { type Daemon, type SnmpV3User, startSnmpd, startSnmpsim } from '../support/daemons.js';
import { needShared } from '../support/shared.js';

const PASSWORDS = { authKey: 'authentic-1', privKey: 'private-1' } as const;
const USERS: readonly SnmpV3User[] = [
  { name: 'md5des', auth: 'MD5', priv: 'DES', ...PASSWORDS },
  { name: 'shaaes', auth: 'SHA', priv: 'AES', ...PASSWORDS },
  { name: 'sha256', auth: 'SHA-256', authKey: PASSWORDS.authKey },
  { name: 'sha512', auth: 'SHA-512', priv: 'AES', ...PASSWORDS },
];
const v3 = (user: string, over: Partial<Credential> = {}): Credential => ({
  id: 'v3',
  user,
  authProtocol: 'sha',
  authPassword: PASSWORDS.authKey,
  privProtocol: 'aes128',
  privPassword: PASSWORDS.privKey,
  ...over,
});

describe('snmp with snmpd', () => {
  counterpart('snmpd');
  let snmpd: Daemon;
  let method: AccessMethod;
  before(async () => {
    snmpd = await startSnmpd({
      community: 'secret',
      v3users: USERS,
      lines: ['sysLocation Denver', 'sysName probe.example'],
    });
    method = createSnmpMethod(accessParts());
  });
  after(async () => {
    await method?.close();
    await snmpd?.stop();
  });
  const options = (more: Record<string, string> = {}) => ({ port: String(snmpd.port), ...more });

  for (const version of ['1', '2c']) {
    it(`reads system and interfaces by version ${version}`, async () => {
      const credential = { id: 'read', community: 'secret' };
      const { readings, facts, uptimeMs } = await pollOnce(method, { options: options({ version }), credential });
      assert.equal(facts?.sysName, 'probe.example');
      assert.equal(facts?.location, 'Denver');
      assert.match(facts?.sysObjectId ?? '', /^1\.3\.6\.1\.4\.1\.8072\./);
      assert.isAbove(uptimeMs ?? 0, 0);
      assert.equal(metricValue(readings, 'ifOperStatus', 'lo'), 1);
      const loopback = readings.find(({ metric, instance }) => metric === 'ifInOctets' && instance === 'lo');
      assert.equal(loopback?.counter?.bits, version === '1' ? 32 : 64);
    });
  }

  const levels: readonly (readonly [user: string, over: Partial<Credential>])[] = [
    ['md5des', { authProtocol: 'md5', privProtocol: 'des' }],
    ['shaaes', {}],
    ['sha256', { authProtocol: 'SHA-256', privPassword: undefined }],
    ['sha512', { authProtocol: 'sha512' }],
  ];
  for (const [user, over] of levels) {
    it(`reads by version 3 as ${user}, and again with the same session`, async () => {
      for (let poll = 0; poll < 2; poll++) {
        const { readings } = await pollOnce(method, { options: options({ version: '3' }), credential: v3(user, over) });
        assert.equal(metricValue(readings, 'ifOperStatus', 'lo'), 1);
      }
    });
  }

  /** Discoveries and corrections of its clock that the agent has had to make, by its own count. */
  const discoveries = async (): Promise<readonly unknown[]> => {
    const stats = { unknownEngines: '1.3.6.1.6.3.15.1.1.4.0', notInTime: '1.3.6.1.6.3.15.1.1.2.0' };
    const metrics = Object.entries(stats).map(([name, oid]) => ({ name, oid }));
    const { readings } = await pollOnce(method, {
      options: options(),
      over: { metrics },
      credential: { id: 'read', community: 'secret' },
    });
    return Object.keys(stats).map((name) => metricValue(readings, name));
  };

  it('asks for no engine when a former owner has told of it, however long the word was under way', async () => {
    const asking = { options: options({ version: '3' }), credential: v3('shaaes') };
    const { learnt } = await pollOnce(method, asking);
    const before = await discoveries();
    const sent: unknown = JSON.parse(JSON.stringify(learnt));
    const taker = createSnmpMethod(accessParts());
    try {
      // On the taker's clock the word is older than it is: by as much, the agent's clock seems to be behind.
      const atMs = systemClock.monotonic() - 100_000;
      const { readings } = await pollOnce(taker, { ...asking, learnt: { what: sent, atMs } });
      assert.equal(metricValue(readings, 'ifOperStatus', 'lo'), 1);
      assert.deepEqual(await discoveries(), before);
    } finally {
      await taker.close();
    }
  });

  it('learns it anew where the word is wrong', async () => {
    const asking = { options: options({ version: '3' }), credential: v3('shaaes') };
    const { learnt } = await pollOnce(method, asking);
    const [engines, times] = await discoveries();
    const taker = createSnmpMethod(accessParts());
    try {
      const word: Learnt = { what: learnt, atMs: systemClock.monotonic() - 200_000 };
      // An agent whose clock is behind may have been set back, or replaced: it is asked who it is.
      assert.match((await failureOf(pollOnce(taker, { ...asking, learnt: word }))).message, /clock/);
      const { readings } = await pollOnce(taker, { ...asking, learnt: word });
      assert.equal(metricValue(readings, 'ifOperStatus', 'lo'), 1);
      assert.deepEqual(await discoveries(), [Number(engines) + 1, Number(times) + 2]);
    } finally {
      await taker.close();
    }
  });

  const refusals: readonly (readonly [
    what: string,
    user: string,
    over: Partial<Credential>,
    code: string,
    words: RegExp,
  ])[] = [
    [
      'a wrong password',
      'shaaes',
      { authPassword: 'not-authentic' },
      'Access.Denied',
      /refuses the password; authPassword/,
    ],
    ['an unknown user', 'nobody', {}, 'Access.Denied', /does not know the user/],
    [
      'too little security',
      'shaaes',
      { authPassword: undefined, privPassword: undefined },
      'Access.Denied',
      /does not permit|does not offer/,
    ],
    ['a short password', 'shaaes', { authPassword: 'short' }, 'Access.Settings', /at least 8 characters/],
    [
      'an unknown protocol',
      'shaaes',
      { privProtocol: 'rot13' },
      'Access.Settings',
      /privProtocol="rot13" of credential v3/,
    ],
  ];
  for (const [what, user, over, code, words] of refusals) {
    it(`tells of ${what}, and of no secret`, async () => {
      const failure = await failureOf(
        pollOnce(method, { options: options({ version: '3' }), credential: v3(user, over) }),
      );
      assert.equal(failure.code, code);
      assert.match(failure.message, words);
      assert.notMatch(failure.message, /authentic-1|private-1|not-authentic|short"/);
    });
  }

  it('tells of a wrong community as of no answer, with what to look at', async () => {
    const failure = await failureOf(pollOnce(method, { options: options(), over: { timeoutMs: 300 } }));
    assert.equal(failure.code, 'Access.Timeout');
    assert.match(failure.message, /community/);
  });

  it('tells of a closed port at once', async () => {
    const failure = await failureOf(pollOnce(method, { options: { port: '9' } }));
    assert.equal(failure.code, 'Access.Refused');
  });

  it('reads single values and tables', async () => {
    const credential = { id: 'read', community: 'secret' };
    const metrics = [
      { name: 'uptime', oid: '1.3.6.1.2.1.25.1.1.0', unit: 's' },
      {
        name: 'mtu',
        oid: '1.3.6.1.2.1.2.2.1.4',
        index: 'name' as const,
        indexOid: '1.3.6.1.2.1.31.1.1.1.1',
        unit: 'By',
      },
      { name: 'load', oid: '1.3.6.1.4.1.2021.10.1.3', index: 'index' as const, unit: '1' },
      { name: 'type', oid: '.1.3.6.1.2.1.2.2.1.3', unit: '1' },
      { name: 'nothing', oid: '1.3.6.1.4.1.99999.1.0', unit: '1' },
    ];
    const { readings } = await pollOnce(method, { options: options(), credential, over: { metrics } });
    assert.isAbove(Number(metricValue(readings, 'uptime')), 0);
    assert.isAbove(Number(metricValue(readings, 'mtu', 'lo')), 1000);
    assert.isNumber(metricValue(readings, 'load', '1'));
    assert.equal(metricValue(readings, 'type', '1'), 24);
    assert.equal(valuesOf(readings, 'nothing').size, 0);
  });
});

describe('snmp with recordings of real devices', () => {
  const MX960 = 'juniper-mx960-12-3r6-6';
  const STACK = 'cisco-c3750';
  let snmpsim: Daemon | undefined;
  let method: AccessMethod;
  before(async function () {
    this.timeout(90_000);
    needShared(this, 'recordings');
    needCounterpart(this, 'snmpsim');
    snmpsim = await startSnmpsim({ recordings: [MX960, STACK] });
    const types = [
      {
        id: 'juniper',
        snmpoid: '1.3.6.1.4.1.2636.*',
        vendor: 'Juniper',
        type: 'router',
        metrics: [
          {
            name: 'temperature',
            oid: '1.3.6.1.4.1.2636.3.1.13.1.7',
            index: 'name' as const,
            indexOid: '1.3.6.1.4.1.2636.3.1.13.1.5',
            unit: 'Cel',
          },
        ],
      },
    ];
    method = createSnmpMethod(accessParts({ deviceTypes: types }));
  });
  after(async () => {
    await method?.close();
    await snmpsim?.stop();
  });
  const poll = (community: string, more: Record<string, string> = {}) =>
    pollOnce(method, {
      options: { port: String(snmpsim?.port), ...more },
      credential: { id: 'read', community },
      over: { timeoutMs: 20_000 },
    });

  it('shows the interfaces of a Juniper MX960 by name, and what its type adds', async () => {
    const { readings, facts } = await poll(MX960);
    assert.equal(facts?.vendor, 'Juniper');
    const states = valuesOf(readings, 'ifOperStatus');
    assert.equal(states.size, 74);
    assert.equal(states.get('ge-0/0/0'), metricValue(readings, 'ifOperStatus', 'ge-0/0/0'));
    assert.equal(valuesOf(readings, 'ifInOctets').size, 74);
    assert.equal(typeof metricValue(readings, 'ifInOctets', 'ge-0/0/0'), 'bigint');
    assert.isAbove(Number(metricValue(readings, 'ifSpeed', 'ge-0/0/0')), 999_999_999);
    assert.isAbove(valuesOf(readings, 'temperature').size, 5);
  });

  it('shows the interfaces of a Cisco stack by name', async () => {
    const { readings } = await poll(STACK);
    const names = [...valuesOf(readings, 'ifOperStatus').keys()];
    assert.includeMembers(names, ['Vl1', 'StackPort1', 'Gi1/0/1', 'Gi1/0/12']);
    assert.lengthOf(names, 19);
  });

  it('reads the same by one row at a time', async () => {
    const [many, single] = [await poll(STACK), await poll(STACK, { maxRepetitions: '1' })];
    const shown = (answer: typeof many) =>
      answer.readings.map(({ metric, instance, value }) => `${metric} ${instance} ${value}`);
    assert.deepEqual(shown(single), shown(many));
  });
});
