/** The bytes of a source of elements: from a file, by HTTP, or as the rows that a database answers with. */
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PtpError } from '../../base/errors.js';
import { OPEN_FLAGS, whyUnreadable } from '../../config/references.js';
import type { SourceSettings } from '../../config/settings.js';
import { decodeXml, XML_LIMITS } from '../../xml/guard.js';
import { accessFailure, untilAborted } from '../failure.js';
import { askHttp, placeOf } from '../http/request.js';
import { queryPostgres } from './postgres.js';

export interface SourceText {
  readonly text: string;
  readonly format: 'xml' | 'csv';
  /** Lies on this machine. */
  readonly local: boolean;
  /** What relative paths in it begin with. */
  readonly baseDir: string;
}

/** @throws PtpError that names the place, without a password. */
export type ReadSource = (source: SourceSettings, signal: AbortSignal) => Promise<SourceText>;

export const readSource: ReadSource = (source, signal) => {
  if (source.path !== undefined) return fromFile(source.path, source.type === 'csv' ? 'csv' : 'xml');
  if (source.url === undefined) throw new PtpError('Access.Settings', `${source.name} says no place to read from`);
  return source.type === 'postgres'
    ? fromDatabase(source.url, source.query ?? '', signal)
    : fromServer(source.url, signal);
};

async function fromFile(path: string, format: 'xml' | 'csv'): Promise<SourceText> {
  let handle: FileHandle;
  try {
    handle = await open(path, OPEN_FLAGS);
  } catch (cause) {
    throw new PtpError('Access.NotFound', `${path} ${whyUnreadable(cause)}`, { cause });
  }
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new PtpError('Access.Content', `${path} is not a file; name a file`);
    if (info.size > XML_LIMITS.maxBytes) throw tooLarge(path);
    const bytes = await handle.readFile();
    if (bytes.length > XML_LIMITS.maxBytes) throw tooLarge(path);
    return { text: textOf(bytes, format, path), format, local: true, baseDir: dirname(path) };
  } finally {
    await handle.close();
  }
}

const tooLarge = (place: string): PtpError =>
  new PtpError(
    'Access.TooLarge',
    `${place} is larger than ${XML_LIMITS.maxBytes / 2 ** 20} MiB; split it into several sources`,
  );

function textOf(bytes: Buffer, format: 'xml' | 'csv', place: string): string {
  if (format === 'xml') return decodeXml(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PtpError('Access.Content', `${place} is not UTF-8 text; save it as UTF-8`, { cause });
  }
}

/** XML, or rows where the server says that they are (`text/csv`, or a name that ends so). */
async function fromServer(written: string, signal: AbortSignal): Promise<SourceText> {
  const { url, credential } = plainUrl(written);
  const place = placeOf(url);
  const controller = new AbortController();
  const ask = () =>
    askHttp(
      {
        url,
        trust: { rejectUnauthorized: true },
        credential,
        isFinal: (status) => status === 200,
        wantsBody: true,
        accept: 'application/xml, text/xml, text/csv',
      },
      AbortSignal.any([signal, controller.signal]),
    );
  let answer: Awaited<ReturnType<typeof askHttp>>;
  try {
    answer = await untilAborted(signal, place, ask, () => controller.abort());
  } catch (thrown) {
    throw accessFailure(thrown, place);
  }
  if (answer.status !== 200)
    throw new PtpError('Access.Content', `${place} answered with status ${answer.status}; 200 would be right`);
  // No list of elements in XML begins with anything but this.
  const isXml = /^(?:\uFEFF)?\s*</.test(answer.body.subarray(0, 200).toString('utf8'));
  const format = isXml ? 'xml' : 'csv';
  return { text: textOf(answer.body, format, place), format, local: false, baseDir: '/' };
}

/** What stands before the host is for the server, not for whoever looks at the address. */
function plainUrl(written: string): {
  readonly url: URL;
  readonly credential: { readonly id: string; readonly user: string; readonly password: string } | undefined;
} {
  const url = new URL(written);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '') return { url, credential: undefined };
  return {
    url,
    credential: { id: 'source', user: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

async function fromDatabase(url: string, query: string, signal: AbortSignal): Promise<SourceText> {
  return { text: await queryPostgres(url, query, signal), format: 'csv', local: false, baseDir: '/' };
}
