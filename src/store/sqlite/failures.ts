/** What an error of the engine means to the person who runs the manager. */
import { dirname } from 'node:path';
import { PtpError } from '../../base/errors.js';
import type { WireError } from './verbs.js';

/** An error of the engine as one sentence: which file, what is wrong with it, what to do. */
export function explain(file: string, thrown: unknown): PtpError {
  if (thrown instanceof PtpError) return thrown;
  return new PtpError('Store.Failed', sentence(file, codeOf(thrown)), { cause: thrown });
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  const code: unknown = Reflect.get(thrown, 'code');
  if (typeof code === 'string' && code !== '') return code;
  // A file that cannot be opened at all comes without a code, its number at the end of the message.
  return thrown.message.startsWith('ConnectionFailed') ? 'SQLITE_CANTOPEN' : '';
}

export const notWritable = (file: string): string =>
  `the store ${file} cannot be written; give the manager's user the right to write it and the folder ${dirname(file)}`;

function sentence(file: string, code: string): string {
  const is = (...starts: string[]) => starts.some((start) => code === start || code.startsWith(`${start}_`));
  // What threads share is a file, too: it cannot be made on a full disk.
  if (is('SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'))
    return `the disk that holds the store ${file} is full; free space there, or give the store a smaller retention or budget`;
  if (is('SQLITE_READONLY', 'SQLITE_PERM', 'SQLITE_AUTH')) return notWritable(file);
  if (is('SQLITE_CANTOPEN'))
    return `the store ${file} cannot be opened; the folder ${dirname(file)} must exist and the manager's user must have the right to write there`;
  if (is('SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL'))
    return `the store ${file} is locked by another program; end that program, or wait until it is done`;
  if (is('SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT'))
    return `the store ${file} is damaged or is no ptpmgr database; restore it from a backup, or move it away to begin with an empty one`;
  if (is('SQLITE_IOERR'))
    return `the disk failed while the store ${file} was read or written; look at the system log for the disk's errors`;
  if (is('SQLITE_NOMEM')) return `there is not enough memory to work with the store ${file}; give the manager more`;
  return `the store ${file} could not carry out a request because of a defect; the log has the details`;
}

/** Whether a call is stored is not known: the answer to its transaction was lost. */
export class InDoubt extends PtpError {
  /** Number of the transaction. */
  readonly batch: number;
  /** Of the call's events, if it is stored. */
  readonly ids: readonly number[];

  constructor(why: PtpError, batch: number, ids: readonly number[]) {
    super(why.code, why.message, { cause: why.cause });
    this.batch = batch;
    this.ids = ids;
  }
}

export function toWire(error: PtpError): WireError {
  const { code, message, cause } = error;
  return {
    code,
    message,
    cause: cause instanceof Error ? (cause.stack ?? cause.message) : '',
    ...(error instanceof InDoubt && { doubt: { batch: error.batch, ids: error.ids } }),
  };
}

export function fromWire({ code, message, cause, doubt }: WireError): PtpError {
  const error = new PtpError(code, message, { cause });
  return doubt ? new InDoubt(error, doubt.batch, doubt.ids) : error;
}
