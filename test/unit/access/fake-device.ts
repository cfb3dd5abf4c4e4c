/** A scripted device with a command line, over Telnet and over SSH (the ssh2 package's server). */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import ssh2, {
  type AuthContext,
  type AuthenticationType,
  type Connection,
  type ServerChannel,
  type ServerConfig,
} from 'ssh2';
import { newSshKey } from '../../../src/cli/lab/sites/ssh-key.js';

export const USER = 'ops';
export const PASSWORD = 'swordfish-in-the-clear';
export const ENABLE = 'let-me-rule';

export interface Script {
  /** What it prints for each command; a list: pages, each but the last followed by `pager`. */
  readonly commands: Readonly<Record<string, string | readonly string[]>>;
  readonly prompt: string;
  /** Printed before the login, or before the prompt. */
  readonly banner: string;
  /** Asked first; without it everybody is in. */
  readonly login: boolean;
  readonly pager: string;
  /** Sent when a page has been turned. */
  readonly erase: string;
  /** Repeats what is typed; a careless one repeats passwords, too. */
  readonly echo: boolean | 'all';
  /** Sends everything in pieces of that many characters, with a pause between them. */
  readonly pieces: number;
  readonly pauseMs: number;
}

const DEFAULTS: Script = {
  commands: {
    'show version': 'Example OS 1.2\nuptime is 77 seconds',
    'show disks': 'Disk   Free\ndisk0  1200\ndisk1  3400',
  },
  prompt: 'core1> ',
  banner: '',
  login: false,
  pager: ' --More-- ',
  erase: '\r          \r',
  echo: true,
  pieces: Number.POSITIVE_INFINITY,
  pauseMs: 0,
};

/** What a terminal is played on. */
interface Line {
  send(text: string): void;
  hangUp(): void;
}

type Take = (character: string) => void;

/** @returns What takes the characters that are typed. */
function play(script: Script, line: Line): Take {
  let typed = '';
  let taken: (text: string) => void = () => {};
  let key: (() => void) | undefined;
  let sending = Promise.resolve();
  const send = (text: string) => {
    const all = text.replaceAll('\n', '\r\n');
    sending = sending.then(async () => {
      for (let at = 0; at < all.length; at += script.pieces) {
        line.send(all.slice(at, at + script.pieces));
        if (script.pauseMs > 0) await wait(script.pauseMs);
        if (!Number.isFinite(script.pieces)) break;
      }
    });
  };
  const ask = (question: string, then: (text: string) => void) => {
    taken = then;
    send(question);
  };
  const print = (pages: readonly string[], then: () => void) => {
    const [page = '', ...rest] = pages;
    send(page);
    if (rest.length === 0) return then();
    send(script.pager);
    key = () => {
      send(script.erase);
      print(rest, then);
    };
  };
  const ready = () => ask(script.prompt, carryOut);
  const carryOut = (command: string) => {
    if (command === '') return ready();
    if (command === 'exit') return line.hangUp();
    if (command === 'enable')
      return ask('Password: ', (given) => (given === ENABLE ? ready() : ask('% Bad secret\nPassword: ', ready)));
    const output = script.commands[command];
    if (output === undefined) {
      send(`    ^\n% Invalid input detected at '^' marker.\n\n`);
      return ready();
    }
    print(typeof output === 'string' ? [output] : output, () => {
      send('\n');
      ready();
    });
  };
  const logIn = () =>
    ask('User Name: ', (user) =>
      ask('Password: ', (password) => {
        if (user === USER && password === PASSWORD) return ready();
        send('% Login invalid\n\n');
        logIn();
      }),
    );
  const isSecret = () => taken !== carryOut;
  send(script.banner);
  if (script.login) logIn();
  else ready();
  return (character) => {
    if (key) {
      const turn = key;
      key = undefined;
      return turn();
    }
    if (character === '\n') {
      const text = typed.replace(/\r$/, '');
      typed = '';
      send('\n');
      return taken(text);
    }
    if (character === '\0') return;
    typed += character;
    if (character !== '\r' && (script.echo === 'all' || (script.echo && !isSecret()))) send(character);
  };
}

export interface FakeDevice {
  readonly port: number;
  /** Connections that stand. */
  readonly open: () => number;
  /** All that was ever made. */
  readonly made: () => number;
  stop(): Promise<void>;
}

export interface FakeTelnet extends FakeDevice {
  /** Bytes 255 and what follows them, as they came. */
  readonly commands: () => readonly number[];
}

export async function startTelnet(
  over: Partial<Script> = {},
  greeting: readonly number[] = [255, 251, 1, 255, 251, 3, 255, 253, 31, 255, 250, 24, 1, 255, 240],
): Promise<FakeTelnet> {
  const seen: number[] = [];
  const device = await startTcp((socket) => {
    socket.write(Buffer.from(greeting));
    const take = play(
      { ...DEFAULTS, ...over },
      { send: (text) => void socket.write(text), hangUp: () => void socket.end() },
    );
    let skip = 0;
    socket.on('data', (bytes) => {
      for (const byte of bytes) {
        if (byte === 255) skip = 3;
        if (skip > 0) seen.push(byte);
        else take(String.fromCharCode(byte));
        skip = Math.max(0, skip - 1);
      }
    });
  });
  return { ...device, commands: () => seen };
}

/** A TCP server that does as it is told. */
export async function startTcp(onConnection: (socket: Socket) => void): Promise<FakeDevice> {
  const sockets = new Set<Socket>();
  let made = 0;
  const server = createServer((socket) => {
    made += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    made: () => made,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Writes for ever, as fast as it is read. */
export function pour(stream: Socket | ServerChannel, piece: string): void {
  let closed = false;
  stream.on('close', () => {
    closed = true;
  });
  stream.on('error', () => {});
  const more = () => {
    while (!closed && stream.writable && stream.write(piece));
  };
  stream.on('drain', more);
  more();
}

export interface SshOptions extends Partial<Script> {
  /** Default: user and password alone are right. */
  readonly allows?: (attempt: AuthContext) => boolean | readonly AuthenticationType[];
  /** `refused`; `silent`: taken and ended without a word; `once`: the connection ends with the first; default: taken. */
  readonly exec?: 'refused' | 'silent' | 'once';
  readonly shell?: false;
  /** Instead of carrying commands out. */
  readonly onExec?: (channel: ServerChannel, command: string) => void;
  readonly server?: Partial<ServerConfig>;
  readonly hostKey?: string;
}

export const newHostKey = (): string => newSshKey().private;

export async function startSsh(options: SshOptions = {}): Promise<FakeDevice> {
  const script = { ...DEFAULTS, ...options };
  const clients = new Set<Connection>();
  let made = 0;
  const allows = options.allows ?? passwordOnly;
  const server = new ssh2.Server({ ...options.server, hostKeys: [options.hostKey ?? newHostKey()] }, (client) => {
    made += 1;
    clients.add(client);
    client.on('error', () => {});
    client.on('close', () => clients.delete(client));
    client.on('authentication', (attempt) => {
      const verdict = allows(attempt);
      if (verdict === true) attempt.accept();
      else if (attempt.method !== 'keyboard-interactive' || verdict !== false)
        attempt.reject(verdict === false ? ['password'] : [...verdict]);
    });
    client.on('session', (accept) => serve(accept(), script, options, client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => clients.size,
    made: () => made,
    stop: async () => {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const passwordOnly = (attempt: AuthContext): boolean =>
  attempt.method === 'password' && attempt.username === USER && attempt.password === PASSWORD;

function serve(session: ssh2.Session, script: Script, options: SshOptions, client: Connection): void {
  session.on('pty', (accept) => accept?.());
  session.on('shell', (accept, reject) => {
    if (options.shell === false) return void reject?.();
    const channel = accept();
    channel.on('error', () => {});
    const take = play(script, { send: (text) => void channel.write(text), hangUp: () => void channel.end() });
    channel.on('data', (bytes: Buffer) => {
      for (const character of bytes.toString('latin1')) take(character);
    });
  });
  session.on('exec', (accept, reject, { command }) => {
    if (options.exec === 'refused') return void reject?.();
    const channel = accept();
    channel.on('error', () => {});
    if (options.onExec) return options.onExec(channel, command);
    if (options.exec === 'silent') return void channel.end();
    const output = script.commands[command];
    if (output === undefined) {
      channel.stderr.write(`sh: 1: ${command}: not found\n`);
      channel.exit(127);
    } else {
      channel.write(`${typeof output === 'string' ? output : output.join('')}\n`);
      channel.exit(0);
    }
    if (options.exec === 'once') channel.on('finish', () => client.end());
    channel.end();
  });
}
