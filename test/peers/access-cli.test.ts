import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import type { AccessMethod } from '../../src/access/access.js';
import { createCliMethod } from '../../src/access/cli/method.js';
import type { Credential } from '../../src/config/settings.js';
import { type Asking, accessParts, failureOf, metricValue, pollOnce, valuesOf } from '../support/access.js';
import {
  type CliDaemon,
  needUsersOfItsOwn,
  PASSPHRASE,
  type SshDaemon,
  startSshd,
  startTelnetd,
} from '../support/cli-daemons.js';
import { counterpart } from '../support/counterparts.js';
import { temporaryFolder } from '../support/temporary.js';

const COMMANDS = ['printf "disk%s 1200\\n" a b', 'echo uptime 77; exit 3'];
const METRICS = [
  { name: 'diskFree', regex: '(?<instance>disk\\w) (?<value>\\d+)', unit: 'By' },
  { name: 'uptime', regex: '^uptime (\\d+)', unit: 's' },
];

describe('cli with sshd', function () {
  this.timeout(60_000);
  counterpart('sshd', 'openssl');
  let sshd: SshDaemon;
  let method: AccessMethod;
  before(async function () {
    needUsersOfItsOwn(this);
    sshd = await startSshd();
    method = createCliMethod(accessParts());
  });
  after(async () => {
    await method?.close();
    await sshd?.stop();
  });

  const withPassword = (): Credential => ({
    id: 'shell',
    user: sshd.user,
    password: sshd.password,
    hostKey: sshd.fingerprint,
  });
  const withKey = (privateKey: string, more: Partial<Credential> = {}): Credential => ({
    id: 'shell',
    user: sshd.user,
    hostKey: sshd.fingerprint,
    privateKey,
    ...more,
  });
  const asking = (credential: Credential, more: Partial<Asking> = {}): Asking => ({
    credential,
    ...more,
    options: { port: String(sshd.port), ...more.options },
    over: { commands: COMMANDS, metrics: METRICS, timeoutMs: 10_000, ...more.over },
  });
  async function reads(credential: Credential, more: Partial<Asking> = {}): Promise<void> {
    const { readings, memory } = await pollOnce(method, asking(credential, more));
    assert.equal(metricValue(readings, 'uptime'), 77);
    assert.deepEqual([...valuesOf(readings, 'diskFree').keys()], ['diska', 'diskb']);
    assert.isAbove(Number(metricValue(readings, 'responseTime')), 0);
    assert.deepEqual(memory, {});
  }

  it('reads by single commands, with a password', () => reads(withPassword()));
  it('reads with an Ed25519 key', () => reads(withKey(sshd.keys.ed25519)));
  it('reads with an RSA key', () => reads(withKey(sshd.keys.rsa)));
  it('reads with an encrypted key', () => reads(withKey(sshd.keys.encrypted, { passphrase: PASSPHRASE })));
  it('reads at a prompt that it learns', async () => {
    const { readings } = await pollOnce(
      method,
      asking(withPassword(), {
        options: { session: 'shell' },
        over: { commands: COMMANDS.map((one) => one.replace('; exit 3', '')) },
      }),
    );
    assert.equal(metricValue(readings, 'uptime'), 77);
    assert.lengthOf([...valuesOf(readings, 'diskFree').keys()], 2);
  });
  for (const pager of ['more', 'LESS= less -M']) {
    it(`turns the pages of ${pager}`, async () => {
      const { readings } = await pollOnce(
        method,
        asking(withPassword(), {
          options: { session: 'shell' },
          over: {
            commands: ['stty rows 20', 'for n in $(seq 1 100); do echo "disk-$n 1200"; done > list', `${pager} list`],
            metrics: [{ name: 'diskFree', regex: '^disk-(?<instance>\\d+) (?<value>\\d+)$', unit: 'By' }],
          },
        }),
      );
      assert.lengthOf([...valuesOf(readings, 'diskFree').keys()], 100);
    });
  }

  it('refuses a host that nobody knows, and believes one that is known', async () => {
    const { hostKey: _none, ...nobody } = withPassword();
    const knownHosts = join(temporaryFolder('hosts'), 'known_hosts');
    writeFileSync(knownHosts, '');
    const unknown = await failureOf(pollOnce(method, asking(nobody, { options: { knownHosts } })));
    assert.equal(unknown.code, 'Access.Protocol');
    assert.include(unknown.message, `${sshd.fingerprint} (ssh-ed25519)`);
    writeFileSync(knownHosts, sshd.knownHost);
    await reads(nobody, { options: { knownHosts } });
  });

  it('refuses a host whose key is another than the one of its credential', async () => {
    const hostKey = `SHA256:${'A'.repeat(43)}`;
    const other = await failureOf(pollOnce(method, asking({ ...withPassword(), hostKey })));
    assert.include(other.message, sshd.fingerprint);
  });

  it('tells of a wrong password, a strange key, a wrong passphrase and a closed port', async () => {
    const wrong = await failureOf(pollOnce(method, asking({ ...withPassword(), password: 'wrong-one' })));
    assert.equal(wrong.code, 'Access.Denied');
    assert.match(wrong.message, /user and password have to be right; it takes publickey, password$/);
    assert.notInclude(`${wrong.stack}`, 'wrong-one');
    const strange = await failureOf(pollOnce(method, asking(withKey(sshd.keys.stranger))));
    assert.equal(strange.code, 'Access.Denied');
    assert.match(strange.message, /user and privateKey have to be right/);
    const passphrase = await failureOf(
      pollOnce(method, asking(withKey(sshd.keys.encrypted, { passphrase: 'not that one' }))),
    );
    assert.equal(passphrase.code, 'Access.Settings');
    assert.match(passphrase.message, /cannot be opened with the passphrase/);
    const encrypted = await failureOf(pollOnce(method, asking(withKey(sshd.keys.encrypted))));
    assert.match(encrypted.message, /is encrypted; its credential needs a passphrase$/);
    const closed = await failureOf(pollOnce(method, asking(withPassword(), { options: { port: '9' } })));
    assert.equal(closed.code, 'Access.Refused');
  });

  it('tells of a command that is not there, and of one that prints without end', async () => {
    for (const session of ['exec', 'shell']) {
      const absent = await failureOf(
        pollOnce(method, asking(withPassword(), { options: { session }, over: { commands: ['frobnicate'] } })),
      );
      assert.equal(absent.code, 'Access.Content', session);
      assert.match(absent.message, /"frobnicate".*not found$/);
      const endless = await failureOf(
        pollOnce(method, asking(withPassword(), { options: { session }, over: { commands: ['yes'] } })),
      );
      assert.equal(endless.code, 'Access.TooLarge', session);
    }
  });
});

describe('cli with telnetd', function () {
  this.timeout(60_000);
  counterpart('telnetd', 'openssl');
  let telnetd: CliDaemon;
  let method: AccessMethod;
  before(async function () {
    needUsersOfItsOwn(this);
    telnetd = await startTelnetd();
    method = createCliMethod(accessParts());
  });
  after(async () => {
    await method?.close();
    await telnetd?.stop();
  });
  const asking = (password: string, commands: readonly string[]): Asking => ({
    credential: { id: 'shell', user: telnetd.user, password },
    options: { protocol: 'telnet', port: String(telnetd.port) },
    over: { commands, metrics: METRICS, timeoutMs: 10_000 },
  });

  it('logs in and reads', async () => {
    const commands = COMMANDS.map((one) => one.replace('; exit 3', ''));
    const { readings } = await pollOnce(method, asking(telnetd.password, commands));
    assert.equal(metricValue(readings, 'uptime'), 77);
    assert.lengthOf([...valuesOf(readings, 'diskFree').keys()], 2);
  });

  it('tells of a wrong password', async () => {
    const wrong = await failureOf(pollOnce(method, asking('wrong-one', COMMANDS)));
    assert.equal(wrong.code, 'Access.Denied');
    assert.notInclude(`${wrong.stack}`, 'wrong-one');
  });
});
