import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import fc from 'fast-check';
import { createFileMethod } from '../../../src/access/file.js';
import { changesOf } from '../../../src/access/settings-file/changes.js';
import { settingLines } from '../../../src/access/settings-file/lines.js';
import { type Asking, accessParts, failureOf, metricValue, pollOnce } from '../../support/access.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('a file of settings', () => {
  const setUp = (over: Asking['over'] = {}) => {
    const folder = temporaryFolder('settings');
    const file = join(folder, 'app.conf');
    const method = createFileMethod(accessParts({ configDir: folder }));
    const state: { memory?: unknown } = {};
    const poll = async () => {
      const options = { path: 'app.conf', content: 'settings' };
      const answer = await pollOnce(method, { options, over, memory: state.memory });
      // As it would come back from the store.
      state.memory = JSON.parse(JSON.stringify(answer.memory));
      return answer;
    };
    const texts = async () =>
      (await poll()).events.map(({ name, text }) => `${name}: ${text.replaceAll(file, 'app.conf')}`);
    return { file, poll, texts, state };
  };

  it('tells line by line what is different, and nothing of what is not', async () => {
    const { file, poll, texts } = setUp();
    writeFileSync(file, 'Port 22\n\nX11Forwarding no\nUseDNS no\n');
    assert.deepEqual((await poll()).events, []);
    assert.deepEqual((await poll()).events, []);
    writeFileSync(file, 'Port 2222\n\nUseDNS no\nAllowUsers ada\n');
    assert.deepEqual(await texts(), [
      'settingChanged: app.conf line 1: "Port 2222" in place of "Port 22"',
      'settingChanged: app.conf line 3 was taken out: "X11Forwarding no"',
      'settingChanged: app.conf line 4 is new: "AllowUsers ada"',
    ]);
    assert.deepEqual(await texts(), []);
  });

  it('gives values, and looks for events in what is different', async () => {
    const { file, poll } = setUp({
      metrics: [{ name: 'port', regex: '^Port (\\d+)', counter: false, unit: '1' }],
      events: [{ regex: '^\\+ .*permit any', severity: 'major', name: 'opened' }],
    });
    writeFileSync(file, 'Port 22\naccess-list 1 permit any\n');
    const first = await poll();
    assert.equal(metricValue(first.readings, 'port'), 22);
    assert.deepEqual([metricValue(first.readings, 'lines'), metricValue(first.readings, 'changedLines')], [2, 0]);
    writeFileSync(file, 'Port 22\naccess-list 1 permit any\naccess-list 2 permit any\n');
    const second = await poll();
    assert.equal(metricValue(second.readings, 'changedLines'), 1);
    assert.deepEqual(
      second.events.filter(({ name }) => name === 'opened').map(({ text }) => text),
      ['+ access-list 2 permit any'],
    );
  });

  it('keeps secrets out of events and memory, and sees that they change', async () => {
    const { file, texts, state } = setUp();
    const text = (secret: string) =>
      [
        `enable secret 5 ${secret}`,
        `snmp-server community ${secret} RO`,
        `tacacs-server key 7 ${secret}`,
        `password = "${secret}"`,
        `db_password: ${secret}`,
        `api-key=${secret}`,
        `url = https://ada:${secret}@example.org/`,
        `root:$6$${secret}$${secret}:19000`,
        '-----BEGIN RSA PRIVATE KEY-----',
        secret,
        '-----END RSA PRIVATE KEY-----',
        'hostname r1',
        '',
      ].join('\n');
    writeFileSync(file, text('OldGeheim1'));
    await texts();
    writeFileSync(file, text('NewGeheim2'));
    const told = await texts();
    assert.lengthOf(told, 9);
    for (const one of told) assert.match(one, /what is hidden has changed$/);
    const kept = settingLines(text('NewGeheim2')).map(({ text }) => text);
    assert.notInclude(JSON.stringify([told, kept, state]), 'Geheim');
    assert.equal(kept[1], 'snmp-server community ***');
    assert.equal(kept[11], 'hostname r1');
  });

  it('knows secrets in the words of many programs', () => {
    for (const line of [
      '<password>Geheim</password>',
      '  <db:Password type="plain">Geheim</db:Password>',
      'snmp-server user ada ops v3 auth sha Geheim priv aes 128 Geheim',
      'createUser ada SHA-256 "Geheim" AES "Geheim"',
      'Server=db;User=ada;Pwd=Geheim;',
      'rootpw {SSHA}Geheim',
      'proxy_set_header Authorization "Basic Geheim";',
    ])
      assert.notInclude(settingLines(line)[0]?.text ?? assert.fail(), 'Geheim', line);
    for (const line of ['shared = 1', 'share /srv', '<host>r1</host>', 'keyboard de'])
      assert.equal(settingLines(line)[0]?.text, line);
  });

  it('sums up what would be too much, and is known again when empty', async () => {
    const { file, texts } = setUp();
    const lines = (count: number, of: string) => Array.from({ length: count }, (_, at) => `${of}${at}\n`).join('');
    writeFileSync(file, '');
    await texts();
    writeFileSync(file, lines(50, 'a'));
    const told = await texts();
    assert.lengthOf(told, 21);
    assert.equal(told[20], 'settingChanged: app.conf: 30 more lines are different');
    writeFileSync(file, lines(5000, 'b'));
    assert.deepEqual(await texts(), ['settingChanged: app.conf was rewritten: hardly a line of its 5000 is as it was']);
    writeFileSync(file, '\n');
    await texts();
    writeFileSync(file, '');
    assert.deepEqual(await texts(), ['settingChanged: app.conf line 1 was taken out: ""']);
  });

  it('fails where it is none', async () => {
    const { file, poll } = setUp();
    assert.equal((await failureOf(poll())).code, 'Access.NotFound');
    writeFileSync(file, 'a\u0000b');
    assert.match((await failureOf(poll())).message, /is not a text/);
    writeFileSync(file, Buffer.alloc(513 * 2 ** 10, 'a'));
    assert.match((await failureOf(poll())).message, /has 525312 bytes; a file of settings may have up to 524288/);
  });

  it('is no folder', async () => {
    const { file, poll } = setUp();
    mkdirSync(file);
    assert.equal((await failureOf(poll())).code, 'Access.Content');
  });

  it('tells changes by which the one state becomes the other', () => {
    const lines = fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd'), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, now) => {
        const of = (texts: string[]) => texts.map((text) => ({ text, mark: '' }));
        const changes = changesOf(of(before), of(now)) ?? assert.fail();
        const made = [...before];
        // Lines are numbered as they are now, so the changes have to be made from the top.
        for (const { line, was, is } of changes) {
          if (was !== undefined) assert.deepEqual(made.splice(line - 1, 1), [was]);
          if (is !== undefined) made.splice(line - 1, 0, is);
        }
        assert.deepEqual(made, now);
      }),
    );
  });
});
