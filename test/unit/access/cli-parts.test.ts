import { createHmac, generateKeyPairSync } from 'node:crypto';
import { assert } from 'chai';
import fc from 'fast-check';
import ssh2 from 'ssh2';
import { complaintIn } from '../../../src/access/cli/device-errors.js';
import { isEncrypted, readableKey } from '../../../src/access/cli/key-text.js';
import { knownKeys } from '../../../src/access/cli/known-hosts.js';
import { pagerAt } from '../../../src/access/cli/pager.js';
import { givenPrompt, learntPrompt, promptPattern } from '../../../src/access/cli/prompt.js';
import { redaction } from '../../../src/access/cli/redact.js';
import { shownLine, shownText } from '../../../src/access/cli/screen.js';
import { withoutEcho } from '../../../src/access/cli/shell.js';
import { TelnetCodec } from '../../../src/access/cli/telnet-codec.js';
import { newSshKey } from '../../../src/cli/lab/sites/ssh-key.js';

describe('what a terminal shows', () => {
  const cases: readonly (readonly [raw: string, shown: string])[] = [
    ['plain text  ', 'plain text'],
    ['text\r', 'text'],
    ['abc\b\bX', 'aXc'],
    ['\b\b\babc', 'abc'],
    ['--More--\r        \rnext', 'next'],
    ['--More--\x1b[8D\x1b[Knext', 'next'],
    ['abcdef\x1b[3D\x1b[K', 'abc'],
    ['abc\x1b[2Kd', '   d'],
    ['\x1b[31mred\x1b[0m and \x1b]0;title\x07plain', 'red and plain'],
    ['\x1b[?2004hprompt$', 'prompt$'],
    ['a\x1b[5Cb', 'a     b'],
    ['abc\x1b[2Gx', 'axc'],
    ['a\tb', 'a\tb'],
    ['\x00a\x07\x7f\u009bb', 'ab'],
    ['cut off\x1b[', 'cut off'],
    ['cut off\x1b', 'cut off'],
    ['far\x1b[99999Caway', 'far'.padEnd(3)],
  ];
  for (const [raw, shown] of cases)
    it(`${JSON.stringify(raw)} is ${JSON.stringify(shown)}`, () => {
      if (raw.startsWith('far')) assert.isBelow(shownLine(raw).length, 5000);
      else assert.equal(shownLine(raw), shown);
    });

  it('has no control character left, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (raw) => {
        assert.notMatch(shownText(raw).replace(/[\t\n]/g, ''), /\p{Cc}/u);
      }),
    );
  });
});

describe('signs of pagers', () => {
  const spaces = ['--More--', ' --More-- ', '-- more --', '<--- More --->', '  ---- More ----', '---(more 45%)---'];
  const more = [
    ...spaces,
    '-- MORE --, next page: Space, next line: Enter, quit: Control-C',
    'Press any key to continue (Q to quit)',
    'Press <SPACE> to continue or <Q> to quit:',
    'More: <space>,  Quit: q or CTRL+Z, One line: <return>',
    '--More--(19%)',
    'list lines 1-19/100 19%',
  ];
  for (const line of more) it(`${line} is answered with a space`, () => assert.equal(pagerAt(line, '\n')?.answer, ' '));
  it('Press RETURN to get started. is answered with Enter', () =>
    assert.equal(pagerAt('Press RETURN to get started.', '\r\n')?.answer, '\r\n'));
  for (const line of [
    '',
    'core1>',
    'more bits',
    'the more -- the better',
    'lines 1-2 of text',
    'a - more detailed list',
  ])
    it(`"${line}" is none`, () => assert.isUndefined(pagerAt(line, '\n')));
});

describe('prompts that are learnt', () => {
  const cases: readonly (readonly [shown: string, also: readonly string[], never: readonly string[]])[] = [
    ['core1>', ['core1#', 'core1(config-if)#', 'no newline core1>'], ['core2>', 'core1> show', 'core10']],
    ['<H3C>', ['[H3C]', '[H3C-GigabitEthernet1/0/1]', '[~H3C]'], ['<H4C>', '[H3C] text']],
    ['ops@mx960>', ['ops@mx960#'], ['root@mx960>']],
    ['ops@host:~$', ['ops@host:/var/log$', 'ops@host:~#'], ['ops@other:~$']],
    ['[ops@host ~]$', ['[ops@host log]$'], ['[ops@host ~]']],
    ['#', [' #'], ['a #', '##']],
    ['[12] node>', ['[13] node>'], ['[12] nodes>']],
    ['A:sr1#', ['A:sr1#'], ['A:sr2#']],
    ['Enter choice:', ['Enter choice:'], ['Enter choice: 1']],
  ];
  for (const [shown, also, never] of cases)
    it(shown, () => {
      const prompt = learntPrompt(shown);
      for (const line of [shown, ...also]) assert.isDefined(prompt.startIn(line), line);
      for (const line of never) assert.isUndefined(prompt.startIn(line), line);
    });

  it('begin where the output ends', () => {
    assert.equal(learntPrompt('core1>').startIn('77core1>'), 2);
    assert.equal(learntPrompt('core1>').startIn(`${'x'.repeat(900)}core1>`), 900);
  });

  it('are not looked for without end', () => {
    const prompt = givenPrompt(promptPattern('(a+)+b'));
    assert.throws(() => prompt.startIn('a'.repeat(60)), /prompt takes too long/);
  });
});

describe('complaints of devices', () => {
  const complaints = [
    "       ^\n% Invalid input detected at '^' marker.\n",
    '% Incomplete command.',
    '%% Unrecognized command',
    'unknown command.',
    'syntax error, expecting <command>.',
    "Error: Unrecognized command found at '^' position.",
    'Invalid input: frobnicate',
    'bad command name frobnicate (line 1 column 1)',
    '-bash: frobnicate: command not found',
    'sh: 1: frobnicate: not found',
    '/bin/ash: frobnicate: not found',
    '% Authorization failed.',
    '% unknown command; there is: show version, show disks, exit',
  ];
  for (const text of complaints) it(JSON.stringify(text), () => assert.isDefined(complaintIn(text)));
  const answers = [
    '',
    '%SYS-5-CONFIG_I: Configured from console by vty0',
    'Errors: 0\nInvalid packets: 3',
    'error counters: 7 invalid',
    `${'disk 1200\n'.repeat(9)}% Invalid input`,
    'load 5 % busy',
  ];
  for (const text of answers)
    it(`not ${JSON.stringify(text.slice(0, 40))}`, () => assert.isUndefined(complaintIn(text)));
});

describe('echo and passwords', () => {
  it('takes away what was typed, also when it was folded', () => {
    assert.equal(withoutEcho('show disks\na\nb', 'show disks'), 'a\nb');
    assert.equal(withoutEcho('core1> show disks\na', 'show disks'), 'a');
    assert.equal(withoutEcho('show di\nsks\na', 'show disks'), 'a');
    assert.equal(withoutEcho('\na', 'show disks'), 'a');
    assert.equal(withoutEcho('a', 'show disks'), 'a');
  });

  it('hides passwords, long ones anywhere, short ones where they are echoes', () => {
    const long = redaction(['swordfish', undefined, '']);
    assert.equal(long.output('with swordfish.'), 'with ***.');
    const short = redaction(['77', 'a+b']);
    assert.equal(
      short.output('uptime 77\nPassword: 77\n77\nPassword: a+b'),
      'uptime 77\nPassword: ***\n***\nPassword: ***',
    );
    assert.equal(short.sentence('uptime 77'), 'uptime ***');
  });
});

describe('the Telnet protocol', () => {
  it('refuses what is offered and asked, in whatever pieces it comes', () => {
    const stream = [255, 251, 1, 65, 255, 253, 31, 255, 250, 24, 255, 255, 240, 255, 240, 13, 0, 66, 13, 10, 255, 255];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 })), (sizes) => {
        const codec = new TelnetCodec();
        const [data, reply]: [number[], number[]] = [[], []];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn] ?? stream.length;
          const taken = codec.take(Uint8Array.from(stream.slice(at, at + size)));
          data.push(...taken.data);
          reply.push(...taken.reply);
          at += size;
        }
        assert.deepEqual(data, [65, 13, 66, 13, 10, 255]);
        assert.deepEqual(reply, [255, 254, 1, 255, 252, 31]);
      }),
    );
  });

  it('answers no refusal, so that no loop begins', () => {
    assert.lengthOf(new TelnetCodec().take(Uint8Array.from([255, 252, 1, 255, 254, 1])).reply, 0);
  });

  it('stops at what nobody sends in earnest', () => {
    const codec = new TelnetCodec();
    const offers = Uint8Array.from(Array.from({ length: 300 }, () => [255, 251, 1]).flat());
    assert.isTrue(codec.take(offers).isAbsurd);
    assert.isTrue(
      new TelnetCodec().take(new Uint8Array(200_000).fill(241).map((b, at) => (at % 2 ? b : 255))).isAbsurd,
    );
    assert.isFalse(new TelnetCodec().take(new Uint8Array(2_000_000).fill(65)).isAbsurd);
  });
});

describe('known hosts', () => {
  const key = Buffer.from('a key').toString('base64');
  const found = (line: string, name = 'core1', port = 22) => knownKeys(line, [name], port).length > 0;
  const hash = (name: string) => {
    const salt = Buffer.from('salt of twenty bytes');
    return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
  };
  const cases: readonly (readonly [line: string, name: string, port: number, is: boolean])[] = [
    [`core1 ssh-ed25519 ${key} comment`, 'core1', 22, true],
    [`CORE1,10.0.0.1 ssh-ed25519 ${key}`, 'core1', 22, true],
    [`core1 ssh-ed25519 ${key}`, 'core1', 2222, false],
    [`[core1]:2222 ssh-ed25519 ${key}`, 'core1', 2222, true],
    [`core* ssh-ed25519 ${key}`, 'core1', 22, true],
    [`c?re1 ssh-ed25519 ${key}`, 'core1', 22, true],
    [`core*,!core1 ssh-ed25519 ${key}`, 'core1', 22, false],
    [`${hash('core1')} ssh-ed25519 ${key}`, 'core1', 22, true],
    [`${hash('core2')} ssh-ed25519 ${key}`, 'core1', 22, false],
    [`# core1 ssh-ed25519 ${key}`, 'core1', 22, false],
    [`@cert-authority core1 ssh-ed25519 ${key}`, 'core1', 22, false],
    ['core1 ssh-ed25519', 'core1', 22, false],
  ];
  for (const [line, name, port, is] of cases)
    it(`${is ? 'finds' : 'does not find'} ${name} on ${port} in ${line}`, () =>
      assert.equal(found(line, name, port), is));
  it('notes what is revoked', () =>
    assert.isTrue(knownKeys(`@revoked * ssh-ed25519 ${key}`, ['core1'], 22)[0]?.isRevoked));
});

describe('private keys', () => {
  const passphrase = 'open sesame';
  const readable = (text: string, given?: string) => {
    const key = readableKey(text, given);
    if ('fault' in key) return key.fault;
    const parsed = ssh2.utils.parseKey(key.text);
    if (parsed instanceof Error) throw parsed;
    return parsed.sign('x') instanceof Error ? 'cannot sign' : parsed.type;
  };
  const pairs = {
    'ssh-ed25519': () => generateKeyPairSync('ed25519').privateKey,
    'ssh-rsa': () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    'ecdsa-sha2-nistp256': () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey,
  };
  for (const [type, make] of Object.entries(pairs))
    it(`reads ${type} in PKCS#8, in the clear and encrypted`, () => {
      const key = make();
      assert.equal(readable(key.export({ type: 'pkcs8', format: 'pem' }).toString()), type);
      const sealed = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
      assert.isTrue(isEncrypted(sealed));
      assert.equal(readable(sealed, passphrase), type);
      assert.equal(readable(sealed, 'another'), 'passphrase');
      assert.equal(readable(sealed), 'encrypted');
    });
  it('reads OpenSSH keys, in the clear and encrypted', () => {
    const open = newSshKey();
    assert.equal(readable(open.private), 'ssh-ed25519');
    const sealed = newSshKey(passphrase);
    assert.isTrue(isEncrypted(sealed.private));
    assert.equal(readable(sealed.private, passphrase), 'ssh-ed25519');
    assert.equal(readable(sealed.private, 'another'), 'passphrase');
    assert.equal(readable(sealed.private), 'encrypted');
    assert.equal(readable(open.public), 'public');
  });
  it('says what is none', () => assert.equal(readable('rubbish'), 'format'));
});
