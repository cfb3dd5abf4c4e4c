/** A device's command line over SSH (the ssh2 package): a prompt, a few commands, nothing of this machine behind it. */
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import type { Random } from '../../../base/env.js';
import { Flow } from '../flow.js';
import { newSshKey } from './ssh-key.js';

export interface SshSettings {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

const MOST_CONNECTIONS = 50;
const LONGEST_LINE = 1024;

/** @throws the system's error, `EADDRINUSE` among them, when the address cannot be taken. */
export async function startSshConsole(
  settings: SshSettings,
  now: () => number,
  random: Random,
): Promise<{ port: number; close(): Promise<void> }> {
  const answer = makeCommands(settings.name, now, random);
  const open = new Set<Connection>();
  const hostKey = newSshKey().private;
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    open.add(client);
    client.on('error', () => client.end());
    client.on('close', () => open.delete(client));
    if (open.size > MOST_CONNECTIONS) client.end();
    client.on('authentication', (attempt) => {
      const right =
        attempt.method === 'password' &&
        same(attempt.username, settings.user) &&
        same(attempt.password, settings.password);
      if (right) attempt.accept();
      else attempt.reject(['password']);
    });
    client.on('ready', () => client.on('session', (accept) => serveSession(accept(), settings.name, answer)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.address, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of open) client.end();
      }),
  };
}

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function serveSession(session: ssh2.Session, name: string, answer: (command: string) => string): void {
  session.on('pty', (accept) => accept?.());
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept();
    channel.on('error', () => {});
    channel.write(answer(command));
    channel.exit(0);
    channel.end();
  });
  session.on('shell', (accept) => serveShell(accept(), `${name}> `, answer));
}

function serveShell(channel: ServerChannel, prompt: string, answer: (command: string) => string): void {
  let line = '';
  channel.on('error', () => {});
  channel.write(prompt);
  channel.on('data', (bytes: Buffer) => {
    for (const character of bytes.toString('latin1')) {
      if (character === '\x03' || character === '\x04') return void channel.end();
      if (character !== '\r' && character !== '\n') {
        if (line.length < LONGEST_LINE) {
          line += character;
          channel.write(character);
        }
        continue;
      }
      const command = line.trim();
      line = '';
      if (command === 'exit' || command === 'quit') {
        channel.write('\r\n');
        channel.exit(0);
        return void channel.end();
      }
      channel.write(`\r\n${answer(command).replaceAll('\n', '\r\n')}${prompt}`);
    }
  });
}

function makeCommands(name: string, now: () => number, random: Random): (command: string) => string {
  const used = [new Flow(61_000_000, now(), random), new Flow(110_000_000, now(), random)];
  const sessions = new Flow(1200, now(), random);
  const commands: Readonly<Record<string, () => string>> = {
    'show version': () => `${name} CacheOS 4.1.12 (ptpmgr lab)\n`,
    'show disks': () =>
      `Disk      Free (KB)\n${used.map((flow, at) => `disk${at}     ${Math.round(250_000_000 - flow.rate(now()))}\n`).join('')}`,
    'show sessions': () => `Sessions: ${Math.round(sessions.rate(now()))}\n`,
  };
  return (command) => {
    if (command === '') return '';
    if (Object.hasOwn(commands, command)) return commands[command]?.() ?? '';
    return `% unknown command; there is: ${Object.keys(commands).join(', ')}, exit\n`;
  };
}
