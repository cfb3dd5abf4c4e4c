import { assert } from 'chai';
import { failureOf, metricValue } from '../../support/access.js';
import { assertValues, CREDENTIAL, cliPolls, UPTIME } from './cli-polls.js';
import { PASSWORD, pour, type Script, startTcp, startTelnet } from './fake-device.js';

describe('access method cli over Telnet', () => {
  const { started, asking, poll, telnet } = cliPolls();

  it('refuses every option, once each', async () => {
    const device = await started(startTelnet());
    assertValues(await poll(asking(device, 'telnet')));
    assert.deepEqual([...device.commands()], [255, 254, 1, 255, 254, 3, 255, 252, 31]);
  });

  const banner =
    '\nWelcome to core1\n*** all access is logged; unauthorised access denied ***\nDefault password: none\n\n';
  const scripts: Readonly<Record<string, Partial<Script>>> = {
    'that asks for nothing': {},
    'that asks for user and password': { login: true },
    'that greets before its login': { login: true, banner },
    'that greets before its prompt': { banner },
    'that does not repeat what is typed': { echo: false },
    'that sends slowly, a few letters at a time': { pieces: 3, pauseMs: 5, login: true },
    'with colours and a title around its prompt': { prompt: '\x1b]0;core1\x07\x1b[1;32mcore1\x1b[0m> ' },
    'with a bare sign as its prompt': { prompt: '# ' },
    'with a number in its prompt that does not stay': { prompt: '[7] core1> ' },
    'that holds its output back and erases the sign': {
      commands: {
        'show version': ['Example OS\n', 'uptime is 77 seconds'],
        'show disks': ['disk0  1200\n', 'disk1  3400'],
      },
    },
    'that leaves the sign where it is': {
      commands: { 'show version': 'uptime is 77 seconds', 'show disks': ['disk0  1200\n', 'disk1  3400'] },
      erase: '',
      pager: '<--- More --->',
    },
    'that erases by backspaces': {
      commands: { 'show version': 'uptime is 77 seconds', 'show disks': ['disk0  1200\n', 'disk1  3400'] },
      pager: '-- more --',
      erase: `${'\b'.repeat(10)}${' '.repeat(10)}${'\b'.repeat(10)}`,
    },
    'that erases by escape sequences': {
      commands: { 'show version': 'uptime is 77 seconds', 'show disks': ['disk0  1200\n', 'disk1  3400'] },
      pager: '\x1b[7m  ---- More ----\x1b[m',
      erase: `\x1b[42D${' '.repeat(42)}\x1b[42D`,
    },
    'that wants any key': {
      commands: { 'show version': 'uptime is 77 seconds', 'show disks': ['disk0  1200\n', 'disk1  3400'] },
      pager: 'Press any key to continue (Q to quit)',
      erase: '\r\x1b[K',
    },
    'that mixes rubbish in': {
      commands: {
        'show version': '\x00\x07\x1b[\x1b(B\x1b[?25luptime is 7\x007 seconds\ufffd',
        'show disks': 'disk0  9\b1200\ndisk1  3400\x1b[5;10H',
      },
    },
  };
  for (const [name, script] of Object.entries(scripts)) {
    it(`reads from a device ${name}`, async () => {
      assertValues(await telnet(script));
    });
  }

  it('takes the prompt that the configuration gives', async () => {
    assertValues(await telnet({ prompt: 'ready ' }, { options: { prompt: '^ready' } }));
    const never = await failureOf(
      telnet({ prompt: 'ready ' }, { options: { prompt: '^steady' }, over: { timeoutMs: 400 } }),
    );
    assert.equal(never.code, 'Access.Timeout');
    assert.match(never.message, /did not show the prompt that is configured within 0\.4 s/);
  });

  it('types the password of enable, and the prompt that follows is still its own', async () => {
    const commands = ['enable', 'show version'];
    const { readings } = await telnet({ echo: 'all' }, { over: { commands, metrics: [UPTIME] } });
    assert.equal(metricValue(readings, 'uptime'), 77);
    const denied = await failureOf(
      telnet({}, { credential: { ...CREDENTIAL, enablePassword: 'not-that-one' }, over: { commands } }),
    );
    assert.equal(denied.code, 'Access.Denied');
    assert.match(denied.message, /enablePassword has to be right/);
    assert.notInclude(denied.message, 'not-that-one');
  });

  it('answers no other command with a password', async () => {
    const question = { commands: { 'show log': 'somebody wrote:\nPassword:' }, prompt: '' };
    const failure = await failureOf(
      telnet(question, { options: { prompt: 'core1>' }, over: { commands: ['show log'], timeoutMs: 500 } }),
    );
    assert.equal(failure.code, 'Access.Timeout');
  });

  it('says that it is not let in, and with which credential it might be', async () => {
    const wrong = await failureOf(
      telnet({ login: true, echo: 'all' }, { credential: { ...CREDENTIAL, password: 'wrong-one' } }),
    );
    assert.equal(wrong.code, 'Access.Denied');
    assert.match(wrong.message, /^telnet 127\.0\.0\.1:\d+ does not let this user in/);
    assert.notInclude(`${wrong.stack}`, 'wrong-one');
    const device = await started(startTelnet({ login: true }));
    const { credential: _none, ...nobody } = asking(device, 'telnet');
    const unnamed = await failureOf(poll(nobody));
    assert.equal(unnamed.code, 'Access.Denied');
    assert.match(unnamed.message, /asks for a user; name a credential/);
  });

  it('tells a command that the device does not know', async () => {
    const failure = await failureOf(telnet({}, { over: { commands: ['show version', 'shwo disks'] } }));
    assert.equal(failure.code, 'Access.Content');
    assert.match(failure.message, /does not carry out the command "shwo disks": % Invalid input detected at/);
  });

  it('tells a command after which no prompt comes, and shows the last line', async () => {
    const device = await started(
      startTcp((socket) => {
        socket.write('core1> ');
        socket.on('data', (bytes) => {
          const typed = bytes.toString();
          socket.write(typed.trim() === '' ? '\r\ncore1> ' : `${typed}\r\nReload? [confirm ${PASSWORD}]`);
        });
      }),
    );
    const failure = await failureOf(
      poll(
        asking(device, 'telnet', {
          over: { commands: ['reload'], timeoutMs: 1000 },
          signal: AbortSignal.timeout(5000),
        }),
      ),
    );
    assert.equal(failure.code, 'Access.Timeout');
    assert.match(
      failure.message,
      /the command "reload" within [\d.]+ s; its last line is "Reload\? \[confirm \*\*\*\]"/,
    );
  });

  it('lets a session end with its last command only', async () => {
    assertValues(await telnet({}, { over: { commands: ['show version', 'show disks', 'exit'] } }));
    const early = await failureOf(telnet({}, { over: { commands: ['exit', 'show version'] } }));
    assert.equal(early.code, 'Access.Refused');
    assert.match(early.message, /at the command "exit"/);
  });

  it('ends offers without end, output without end, and silence', async () => {
    const shouting = await started(startTcp((socket) => pour(socket, '\u00ff'.repeat(3000))));
    assert.match((await failureOf(poll(asking(shouting, 'telnet')))).code, /^Access\./);
    const offering = await started(
      startTcp((socket) => socket.write(Buffer.from(Array.from({ length: 300 }, () => [255, 251, 1]).flat()))),
    );
    const absurd = await failureOf(poll(asking(offering, 'telnet')));
    assert.match(absurd.message, /sends Telnet commands without end/);
    const endless = await started(startTcp((socket) => pour(socket, `${'y'.repeat(5000)}\r\n`)));
    assert.equal((await failureOf(poll(asking(endless, 'telnet')))).code, 'Access.TooLarge');
    const silent = await started(startTcp((socket) => void socket.resume()));
    const nothing = await failureOf(poll(asking(silent, 'telnet', { over: { timeoutMs: 300 } })));
    assert.equal(nothing.code, 'Access.Timeout');
    assert.match(nothing.message, /did not show a prompt or ask for a login/);
  });

  it('hides a password that the device repeats', async () => {
    const commands = { 'show users': `ops logged in with ${PASSWORD}` };
    const { readings, events } = await telnet(
      { commands, login: true, echo: 'all' },
      {
        over: {
          commands: ['show users'],
          metrics: [{ name: 'how', regex: 'with (.*)' }],
          events: [{ regex: 'logged.*', severity: 'minor' }],
        },
      },
    );
    assert.equal(metricValue(readings, 'how'), '***');
    assert.deepEqual(
      events.map(({ text }) => text),
      ['logged in with ***'],
    );
  });

  it('tells an event when its text comes up, and not while it stays', async () => {
    const device = await started(startTelnet({ commands: { show: 'fan 1: FAILED\nfan 2: FAILED' } }));
    const over = { commands: ['show'], metrics: [], events: [{ regex: '(.*): FAILED', severity: 'major' as const }] };
    const first = await poll(asking(device, 'telnet', { over }));
    assert.lengthOf(first.events, 2);
    const second = await poll(asking(device, 'telnet', { over, memory: first.memory }));
    assert.lengthOf(second.events, 0);
  });
});
