/**
 * One question to a PostgreSQL database by its own program `psql`, which knows every way to log in and writes rows as
 * comma-separated values by itself. The session may only read, and the server ends what takes too long.
 */
import { spawn } from 'node:child_process';
import { asPtpError, PtpError } from '../../base/errors.js';
import { hideUserInfo } from '../../config/words.js';
import { XML_LIMITS } from '../../xml/guard.js';
import { untilAborted } from '../failure.js';

const STATEMENT_LIMIT_MS = 30_000;
const CONNECT_LIMIT_S = 10;
const MOST_COMPLAINT = 64 * 2 ** 10;

/**
 * The rows, their column names first.
 * @throws PtpError `Access.*` that names the database, without a password.
 */
export async function queryPostgres(written: string, query: string, signal: AbortSignal): Promise<string> {
  const url = new URL(written);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const place = hideUserInfo(url.href).replace(/\?.*$/s, '?...');
  if (query.trimStart().startsWith('\\'))
    throw new PtpError(
      'Access.Settings',
      'the query is a command of psql; it should be SQL, such as select ip from devices',
    );
  if (signal.aborted) throw asPtpError(signal.reason);
  // The password is not seen in the list of processes.
  const child = spawn('psql', ['--no-psqlrc', '--quiet', '--csv', `--command=${query}`, '--', url.href], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LC_ALL: 'C.UTF-8',
      PGCLIENTENCODING: 'UTF8',
      PGCONNECT_TIMEOUT: String(CONNECT_LIMIT_S),
      PGOPTIONS: `-c default_transaction_read_only=on -c statement_timeout=${STATEMENT_LIMIT_MS}`,
      // Never asks; with a password file or by a certificate it may do without.
      ...(password !== '' && { PGPASSWORD: password }),
    },
  });
  const rows: Buffer[] = [];
  let length = 0;
  let complaint = '';
  child.stdout.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length > XML_LIMITS.maxBytes) child.kill('SIGKILL');
    else rows.push(piece);
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    if (complaint.length < MOST_COMPLAINT) complaint += piece;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(missing(cause)));
    child.once('close', (code) => resolve(code));
  });
  const code = await untilAborted(
    signal,
    place,
    () => ended,
    () => void child.kill('SIGKILL'),
  );
  if (length > XML_LIMITS.maxBytes)
    throw new PtpError(
      'Access.TooLarge',
      `${place} answers with more than ${XML_LIMITS.maxBytes / 2 ** 20} MiB; narrow the query`,
    );
  if (code !== 0) throw failed(place, complaint, code);
  return Buffer.concat(rows, length).toString('utf8');
}

const missing = (cause: Error): PtpError =>
  new PtpError(
    'Access.Settings',
    'there is no psql program on this machine, by which PostgreSQL is asked; install one (Debian: postgresql-client)',
    { cause },
  );

function failed(place: string, complaint: string, code: number | null): PtpError {
  const plain = complaint
    .replace(/^psql:\s*(?:error:\s*)?/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
  const denied = /authentication|password|permission denied/i.test(plain);
  return new PtpError(
    denied
      ? 'Access.Denied'
      : /could not connect|connection to server/i.test(plain)
        ? 'Access.Unreachable'
        : 'Access.Content',
    `${place} does not answer the query: ${hideUserInfo(plain) || `psql ended with ${code}`}`,
  );
}
