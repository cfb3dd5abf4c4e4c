/** Addresses of PostgreSQL databases as they are written: `postgres://user@host:port/database?sslmode=verify-full`. */
import { isIP } from 'node:net';

/** As libpq has them; it has more, which may end in no protection without anybody noticing. */
export const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export interface PostgresAddress {
  /** A name, an IP address, or the folder of a Unix socket, which begins with a slash. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  /**
   * `require` encrypts and believes any certificate; `verify-ca` wants one of a known authority, `verify-full` that it
   * is of this host, too. Default `verify-full`; on this machine `disable`.
   */
  readonly tls: TlsMode;
  /** Paths of PEM files as written: of the authority (default those that Node knows), and of a certificate to log in by. */
  readonly rootCert?: string;
  readonly cert?: string;
  readonly key?: string;
}

const DEFAULT_PORT = 5432;
const EXAMPLE = 'postgres://user@host/database';
const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const;
const SECRETS = ['password', 'sslpassword', 'passfile'];

/** The address, or what is wrong with it in words that follow `url `, without a password in them. */
export function parsePostgresUrl(written: string): PostgresAddress | { readonly fault: string } {
  const fault = (text: string) => ({ fault: text });
  if (!/^postgres(?:ql)?:\/\//.test(written)) return fault(`should be like ${EXAMPLE}`);
  if (!URL.canParse(written)) return fault(`is not an address; it should be like ${EXAMPLE}`);
  const url = new URL(written);
  const parameters = url.searchParams;
  for (const name of parameters.keys()) {
    if (SECRETS.includes(name))
      return fault(`has a ${name} after its question mark, where it would be seen; use the attribute password`);
    if (!PARAMETERS.some((known) => known === name))
      return fault(
        `has a parameter that is not known here; after the question mark may stand ${PARAMETERS.join(', ')}`,
      );
  }
  if (url.hash !== '') return fault('has a # in it; write %23 for it');
  const [user, password, database, named] = [
    url.username,
    url.password,
    url.pathname.replace(/^\//, ''),
    url.hostname.replace(/^\[(.*)\]$/, '$1'),
  ].map(decoded);
  if (user === undefined || password === undefined || database === undefined || named === undefined)
    return fault('has a % that stands for nothing; write %25 for it');
  if (user === '') return fault(`names no user; it should be like ${EXAMPLE}`);
  if (database === '') return fault(`names no database; it should be like ${EXAMPLE}`);
  if (/[\0/]/.test(database)) return fault('names a database with a slash in it; it should be a name alone');
  const host = parameters.get('host') ?? named;
  if (host === '') return fault(`names no host; it should be like ${EXAMPLE}`);
  if (host.includes(',')) return fault('names several hosts; it should name one');
  const mode = parameters.get('sslmode');
  const tls = TLS_MODES.find((known) => known === (mode ?? (isHere(host) ? 'disable' : 'verify-full')));
  if (!tls) return fault(`has an sslmode that is not known here; it should be one of ${TLS_MODES.join(', ')}`);
  const [rootCert, cert, key] = ['sslrootcert', 'sslcert', 'sslkey'].map((name) => parameters.get(name) ?? undefined);
  if ((cert === undefined) !== (key === undefined)) return fault('should have sslcert and sslkey, or neither of them');
  return {
    ...{ host, user, database, tls },
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    ...(password !== '' && { password }),
    ...(rootCert && { rootCert }),
    ...(cert && key && { cert, key }),
  };
}

/** What people call a database: never with a password. */
export const postgresName = ({ host, port, user, database }: PostgresAddress): string =>
  `postgres://${encodeURIComponent(user)}@${host.startsWith('/') ? encodeURIComponent(host) : host.includes(':') ? `[${host}]` : host}${
    port === DEFAULT_PORT ? '' : `:${port}`
  }/${encodeURIComponent(database)}`;

/** Whether a connection does not leave this machine. */
const isHere = (host: string): boolean =>
  host.startsWith('/') || host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
