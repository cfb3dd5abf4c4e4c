/** An FTP server (the ftp-srv package) that lets one user read one folder. */
import { createRequire } from 'node:module';

interface FtpServer {
  on(
    event: 'login',
    run: (
      login: { username: string; password: string },
      accept: (where: { root: string }) => void,
      refuse: (why: Error) => void,
    ) => void,
  ): void;
  on(event: 'client-error' | 'server-error', run: () => void): void;
  listen(): Promise<unknown>;
  close(): Promise<unknown>;
  readonly server: { address(): { port: number } | string | null };
}
type FtpServerClass = new (options: Record<string, unknown>) => FtpServer;

const { FtpSrv }: { FtpSrv: FtpServerClass } = createRequire(import.meta.url)('ftp-srv');

export interface FtpSettings {
  readonly address: string;
  readonly port: number;
  readonly root: string;
  readonly user: string;
  readonly password: string;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;
const READING = [
  'USER',
  'PASS',
  'TYPE',
  'PASV',
  'EPSV',
  'CWD',
  'CDUP',
  'PWD',
  'LIST',
  'NLST',
  'SIZE',
  'MDTM',
  'REST',
  'RETR',
  'FEAT',
  'OPTS',
  'SYST',
  'STAT',
  'NOOP',
  'ABOR',
  'QUIT',
];

/** @throws the system's error, `EADDRINUSE` among them, when the address cannot be taken. */
export async function startFtpSite({
  address,
  port,
  root,
  user,
  password,
}: FtpSettings): Promise<{ port: number; close(): Promise<void> }> {
  const server = withoutSignalHandlers(
    () =>
      new FtpSrv({
        url: `ftp://${address}:${port}`,
        // A function, so that clients on loopback are told this address and not their own.
        pasv_url: () => address,
        anonymous: false,
        whitelist: READING,
        timeout: 60_000,
        log: SILENT,
      }),
  );
  server.on('login', ({ username, password: given }, accept, refuse) =>
    username === user && given === password ? accept({ root }) : refuse(new Error('user or password is wrong')),
  );
  server.on('client-error', () => {});
  server.on('server-error', () => {});
  await server.listen();
  const bound = server.server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : port,
    close: async () => {
      await server.close();
    },
  };
}

/** The package ends the whole process on these signals; here that is for the lab to decide. */
function withoutSignalHandlers<T>(make: () => T): T {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  const made = make();
  for (const [position, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[position]?.has(listener)) process.removeListener(signal, listener);
    }
  }
  return made;
}

const quiet = () => {};
const SILENT = {
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  fatal: quiet,
  child: () => SILENT,
};
