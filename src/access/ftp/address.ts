/** Where an FTP server is and how it is entered, from the attributes of an `ACCESS method="ftp"`. */
import { PtpError } from '../../base/errors.js';
import type { AccessSpec, ManagedElement } from '../../model/element.js';
import { withoutUser } from '../http/request.js';
import { elementHost, hostPort, numberOption } from '../options.js';

/** RFC 4217: `explicit` begins in the clear and goes over to TLS by AUTH TLS. */
export type FtpTls = 'none' | 'explicit' | 'implicit';

export interface FtpAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: FtpTls;
  /** Of the log; undefined when only logging in is wanted. Relative to where the login leads, unless it begins with `/`. */
  readonly path: string | undefined;
  /** For errors, without credentials. */
  readonly place: string;
}

const DEFAULT_PORT = 21;
const IMPLICIT_PORT = 990;

/**
 * As RFC 1738 section 3.2.2 has it, `ftp://host/logs/a.log` is below the login's folder and `ftp://host//var/log/a`
 * (or `%2Fvar`) is absolute. Without a url it is the element itself that is asked, and only whether it lets one in.
 *
 * @throws PtpError `Access.Settings`
 */
export function ftpAddress(element: ManagedElement, access: AccessSpec): FtpAddress {
  const text = access.options.url ?? `ftp://${hostPort(elementHost(element), portOption(access) ?? DEFAULT_PORT)}/`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const shown = withoutUser(text);
  if (url?.protocol !== 'ftp:' && url?.protocol !== 'ftps:')
    throw settings(`url="${shown}" should begin with ftp:// or ftps://`);
  if (!url.hostname) throw settings(`url="${shown}" should name a host`);
  if (url.username || url.password)
    throw settings(`url="${shown}" should be without user and password; name a credential instead`);
  const tls = tlsOption(access, url.protocol === 'ftps:');
  const port = url.port
    ? Number(url.port)
    : (portOption(access) ?? (tls === 'implicit' ? IMPLICIT_PORT : DEFAULT_PORT));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const path = pathOf(url, shown);
  return { host, port, tls, path, place: `ftp://${hostPort(host, port)}/${path ?? ''}` };
}

const portOption = (access: AccessSpec): number | undefined =>
  access.options.port === undefined ? undefined : numberOption(access, 'port', DEFAULT_PORT, [1, 65_535]);

/** `ftps://` alone means implicit TLS, as everywhere. */
function tlsOption({ options: { tls } }: AccessSpec, secure: boolean): FtpTls {
  if (tls === undefined) return secure ? 'implicit' : 'none';
  if (tls === 'true' || tls === '1' || tls === 'explicit') return 'explicit';
  if (tls === 'false' || tls === '0' || tls === 'none') return 'none';
  if (tls === 'implicit') return 'implicit';
  throw settings(`tls="${tls}" should be false, true or implicit`);
}

function pathOf(url: URL, shown: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.pathname.slice(1));
  } catch (cause) {
    throw new PtpError('Access.Settings', `url="${shown}" is not percent-encoded as a URL should be`, { cause });
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end in a path would be a command of its own
  if (/[\u0000-\u001f\u007f]/.test(path))
    throw settings(`url="${shown}" has a control character in its path; it should not`);
  return path === '' || path.endsWith('/') ? undefined : path;
}

const settings = (message: string): PtpError => new PtpError('Access.Settings', message);
