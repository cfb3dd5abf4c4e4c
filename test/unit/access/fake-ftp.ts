/** An FTP server in memory with as much of RFC 959 and 3659 as a test wants, and no more. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Asking } from '../../support/access.js';

export interface FakeFtp {
  readonly asking: Asking;
  /** Commands in the order in which they came, without their arguments. */
  readonly commands: string[];
  /** By name; a test may change them. */
  readonly files: Map<string, string>;
  stop(): Promise<void>;
}

/** @param lacking Commands that this server does not understand. */
export async function startFakeFtp(
  files: Readonly<Record<string, string>>,
  lacking: readonly string[] = [],
): Promise<FakeFtp> {
  const open = new Set<Socket | Server>();
  const kept = new Map(Object.entries(files));
  const commands: string[] = [];
  const server = createServer((control) => {
    open.add(control);
    serve(control, kept, lacking, commands, open);
  });
  await listen(server);
  return {
    asking: { options: { url: `ftp://127.0.0.1:${portOf(server)}/a.log`, from: 'start' } },
    commands,
    files: kept,
    stop: () =>
      new Promise((resolve) => {
        for (const one of open) 'destroy' in one ? one.destroy() : one.close();
        server.close(() => resolve());
      }),
  };
}

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function serve(
  control: Socket,
  files: ReadonlyMap<string, string>,
  lacking: readonly string[],
  commands: string[],
  open: Set<Socket | Server>,
): void {
  let restart = 0;
  let data: Promise<Socket> | undefined;
  const say = (line: string) => control.write(`${line}\r\n`);
  const passive = async (): Promise<number> => {
    const server = createServer();
    open.add(server);
    data = new Promise((resolve) =>
      server.once('connection', (socket) => {
        open.add(socket);
        socket.on('error', () => {});
        server.close();
        resolve(socket);
      }),
    );
    await listen(server);
    return portOf(server);
  };
  const send = async (content: string) => {
    say('150 here it comes');
    (await data)?.end(content, () => say('226 done'));
    data = undefined;
  };
  const answers: Readonly<Record<string, (argument: string) => unknown>> = {
    USER: () => say('331 password?'),
    PASS: () => say('230 welcome'),
    FEAT: () => say('211-Features:\r\n211 End'),
    TYPE: () => say('200 fine'),
    STRU: () => say('200 fine'),
    OPTS: () => say('200 fine'),
    EPSV: async () => say(`229 entering (|||${await passive()}|)`),
    SIZE: (name) => say(files.has(name) ? `213 ${Buffer.byteLength(files.get(name) ?? '')}` : '550 no such file'),
    MDTM: () => say('213 20260101000000'),
    REST: (offset) => {
      restart = Number(offset);
      say('350 go on');
    },
    RETR: async (name) => {
      const bytes = Buffer.from(files.get(name) ?? '');
      const content = bytes.subarray(restart).toString();
      restart = 0;
      if (files.has(name)) await send(content);
      else say('550 no such file');
    },
    LIST: () =>
      send(
        [...files]
          .map(([name, text]) => `-rw-r--r-- 1 a a ${Buffer.byteLength(text)} Jan 01 00:00 ${name}\r\n`)
          .join(''),
      ),
  };
  control.on('error', () => {});
  control.on('data', (chunk) => {
    for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
      const [command = '', ...argument] = line.split(' ');
      commands.push(command);
      const run = lacking.includes(command) ? undefined : answers[command];
      if (run) void run(argument.join(' ').replace(/^-a\s*/, ''));
      else say('502 not implemented');
    }
  });
  say('220 hello');
}
