import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import ssh2 from 'ssh2';
import type { PollAnswer } from '../../../src/access/access.js';
import { fingerprintOf } from '../../../src/access/cli/host-key.js';
import { type Asking, failureOf, metricValue } from '../../support/access.js';
import { temporaryFolder } from '../../support/temporary.js';
import { assertValues, CREDENTIAL, cliPolls, UPTIME } from './cli-polls.js';
import { newHostKey, PASSWORD, pour, type SshOptions, startSsh, startTcp } from './fake-device.js';

describe('access method cli over SSH', () => {
  const { started, asking, poll, ssh } = cliPolls();

  it('runs single commands on one connection', async () => {
    const device = await started(startSsh({ shell: false }));
    assertValues(await poll(asking(device, 'ssh')));
    assert.equal(device.made(), 1);
  });

  for (const exec of ['refused', 'silent', 'once'] as const) {
    it(`goes over to a prompt where a single command is ${exec}, and remembers it`, async () => {
      const device = await started(startSsh({ exec }));
      const first = await poll(asking(device, 'ssh'));
      assertValues(first);
      assert.equal(device.made(), 2);
      assertValues(await poll(asking(device, 'ssh', { memory: first.memory })));
      assert.equal(device.made(), 3);
    });
  }

  it('keeps to what the configuration says of sessions', async () => {
    assertValues(await ssh({ exec: 'refused' }, { options: { session: 'shell' } }));
    const refused = await failureOf(ssh({ exec: 'refused' }, { options: { session: 'exec' } }));
    assert.match(refused.message, /takes no single commands; session="shell"/);
    const neither = await failureOf(ssh({ exec: 'refused', shell: false }));
    assert.match(neither.message, /gives this user no terminal/);
  });

  it('answers a device that asks for the login only at its terminal', async () => {
    assertValues(await ssh({ allows: () => true, exec: 'refused', login: true }));
  });

  it('answers by keyboard-interactive', async () => {
    const asked: string[] = [];
    const device = await started(
      startSsh({
        allows: (attempt) => {
          if (attempt.method !== 'keyboard-interactive') return ['keyboard-interactive'];
          attempt.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
            asked.push(...answers);
            if (answers[0] === PASSWORD) attempt.accept();
            else attempt.reject(['keyboard-interactive']);
          });
          return false;
        },
      }),
    );
    assertValues(await poll(asking(device, 'ssh')));
    assert.deepEqual(asked, [PASSWORD]);
  });

  it('says that it is not let in, and by which ways it might be', async () => {
    const wrong = await failureOf(ssh({}, { credential: { ...CREDENTIAL, password: 'wrong-one' } }));
    assert.equal(wrong.code, 'Access.Denied');
    assert.match(wrong.message, /does not let this user in; user and password have to be right; it takes password$/);
    assert.notInclude(`${wrong.stack}`, 'wrong-one');
    const device = await started(startSsh());
    const { credential: _none, ...nobody } = asking(device, 'ssh');
    assert.match((await failureOf(poll(nobody))).message, /name a credential with one/);
  });

  it('tells a command that is not there', async () => {
    const failure = await failureOf(ssh({}, { over: { commands: ['show version', 'frobnicate'] } }));
    assert.equal(failure.code, 'Access.Content');
    assert.match(failure.message, /"frobnicate": sh: 1: frobnicate: not found$/);
  });

  it('tells a command that fails without output, and minds no other status', async () => {
    const onExec: SshOptions['onExec'] = (channel, command) => {
      if (command === 'bad') channel.stderr.write(`cannot, says ${PASSWORD}\n`);
      else channel.write('uptime is 77 seconds\n');
      channel.exit(3);
      channel.end();
    };
    const failure = await failureOf(ssh({ onExec }, { over: { commands: ['bad'] } }));
    assert.match(failure.message, /ended the command "bad" with status 3: cannot, says \*\*\*$/);
    const { readings } = await ssh({ onExec }, { over: { commands: ['good'], metrics: [UPTIME] } });
    assert.equal(metricValue(readings, 'uptime'), 77);
  });

  it('ends output without end, and a command without end', async () => {
    const endless = await failureOf(ssh({ onExec: (channel) => pour(channel, 'y\n'.repeat(5000)) }));
    assert.equal(endless.code, 'Access.TooLarge');
    const errors = await failureOf(ssh({ onExec: (channel) => void channel.stderr.write('y\n'.repeat(2 ** 20)) }));
    assert.equal(errors.code, 'Access.TooLarge');
    const device = await started(startSsh({ onExec: () => {} }));
    const hanging = await failureOf(poll(asking(device, 'ssh', { over: { timeoutMs: 700 } })));
    assert.equal(hanging.code, 'Access.Timeout');
    assert.match(hanging.message, /did not finish the command "show version" within 0\.7 s/);
  });

  it('says what does not speak SSH, and with what there is nothing in common', async () => {
    const web = await started(startTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(2000))));
    assert.match((await failureOf(poll(asking(web, 'ssh')))).message, /does not speak SSH on that port/);
    const old = { server: { algorithms: { kex: ['diffie-hellman-group14-sha1' as const] } } };
    const failure = await failureOf(ssh(old));
    assert.equal(failure.code, 'Access.Protocol');
    assert.match(failure.message, /has no key exchange algorithm in common with this manager; legacy="true" allows/);
    assertValues(await ssh(old, { options: { legacy: 'true' } }));
  });

  it('leaves nothing open when it is ended', async () => {
    const device = await started(startSsh({ onExec: () => {} }));
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 300);
    await failureOf(poll({ ...asking(device, 'ssh'), signal: ending.signal }));
    for (let turn = 0; device.open() > 0 && turn < 40; turn++) await new Promise((done) => setTimeout(done, 25));
    assert.equal(device.open(), 0);
  });

  it('lets no secret into an error', async () => {
    for (const options of [{ exec: 'refused' as const }, {}]) {
      const failure = await failureOf(
        ssh({ ...options, commands: {}, echo: 'all' }, { over: { commands: [`show ${PASSWORD}`] } }),
      );
      assert.notInclude(`${failure.message} ${failure.stack} ${JSON.stringify(failure)}`, PASSWORD);
    }
  });
});

describe('the host key of an access method cli', () => {
  const { started, asking, poll: ask } = cliPolls();
  const hostKey = newHostKey();
  const blobOf = (text: string): Buffer => {
    const parsed = ssh2.utils.parseKey(text);
    if (parsed instanceof Error) throw parsed;
    return parsed.getPublicSSH();
  };
  const [right, other] = [blobOf(hostKey), blobOf(newHostKey())];
  const lineOf = (blob: Buffer, hosts: string) => `${hosts} ssh-ed25519 ${blob.toString('base64')}\n`;
  async function poll(lines: (port: number) => string, more: Partial<Asking> = {}): Promise<PollAnswer> {
    const device = await started(startSsh({ hostKey }));
    const knownHosts = join(temporaryFolder('hosts'), 'known_hosts');
    writeFileSync(knownHosts, lines(device.port));
    const options = { knownHosts, insecure: 'false', ...more.options };
    return ask(asking(device, 'ssh', { ...more, options }));
  }

  it('is believed when it is among the known hosts', async () => {
    assertValues(await poll((port) => `# known\n${lineOf(right, `[127.0.0.1]:${port}`)}`));
  });

  it('is refused when nobody knows it, and the sentence says how to accept it', async () => {
    const failure = await failureOf(poll((port) => lineOf(right, `127.0.0.1,[127.0.0.2]:${port}`)));
    assert.equal(failure.code, 'Access.Protocol');
    assert.include(failure.message, fingerprintOf(right));
    assert.match(
      failure.message,
      /write the fingerprint as hostKey.*ssh-keyscan -p \d+ 127\.0\.0\.1 prints to .*hosts/,
    );
  });

  it('is refused when another is known, even where any is taken', async () => {
    for (const insecure of ['false', 'true']) {
      const failure = await failureOf(poll((port) => lineOf(other, `[127.0.0.1]:${port}`), { options: { insecure } }));
      assert.include(failure.message, fingerprintOf(right));
      assert.include(failure.message, `but the known hosts have ${fingerprintOf(other)}`);
    }
  });

  it('is refused when it is revoked', async () => {
    const failure = await failureOf(
      poll((port) =>
        `${lineOf(right, `[127.0.0.1]:${port}`)}@revoked ${lineOf(right, '*')}`.replace('*', `[*]:${port}`),
      ),
    );
    assert.match(failure.message, /revoked/);
  });

  it('is held against the fingerprint of the credential, which alone decides', async () => {
    const known = (port: number) => lineOf(other, `[127.0.0.1]:${port}`);
    const credential = { ...CREDENTIAL, hostKey: `${fingerprintOf(other)} ${fingerprintOf(right)}=` };
    assertValues(await poll(known, { credential }));
    const failure = await failureOf(
      poll((port) => lineOf(right, `[127.0.0.1]:${port}`), {
        credential: { ...CREDENTIAL, hostKey: fingerprintOf(other) },
      }),
    );
    assert.include(failure.message, `but hostKey of its credential is ${fingerprintOf(other)}`);
    const wrong = await failureOf(poll(known, { credential: { ...CREDENTIAL, hostKey: 'SHA256:...' } }));
    assert.equal(wrong.code, 'Access.Settings');
  });

  it('is told as an event when it changes where any is taken', async () => {
    const before = { hostKey: fingerprintOf(other) };
    const { events, memory } = await poll(() => '', { options: { insecure: 'true' }, memory: before });
    assert.deepEqual(
      events.map(({ name }) => name),
      ['hostKeyChanged'],
    );
    assert.deepEqual(memory, { hostKey: fingerprintOf(right) });
  });

  it('comes from a file that has to be there when it is named', async () => {
    const failure = await failureOf(poll(() => '', { options: { knownHosts: '/nowhere/known_hosts' } }));
    assert.equal(failure.code, 'Access.Settings');
    assert.match(failure.message, /^knownHosts="\/nowhere\/known_hosts" cannot be read/);
  });
});
