/**
 * Writes a configuration file anew: the old one or the new one is there at any time, and the former version is kept
 * beside it, as `FILE.former`.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { replaceFile } from '../base/durable-file.js';
import { PtpError } from '../base/errors.js';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export const fingerprintOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * @param fingerprint Of the version that the new text was made from.
 * @param text As decoded; a byte order mark that the file has stays.
 * @returns The fingerprint of what the file is now.
 * @throws PtpError `Client.Conflict` when the file is another than that one; `Store.Failed` when it cannot be written.
 */
export async function saveConfig(file: string, fingerprint: string, text: string): Promise<string> {
  try {
    // Written where a link leads to, so that the link stays one.
    const path = await realpath(file);
    const [former, { mode }] = await Promise.all([readFile(path), stat(path)]);
    if (fingerprintOf(former) !== fingerprint)
      throw new PtpError('Client.Conflict', `${file} has been changed meanwhile; read it again`);
    const hasMark = former.subarray(0, 3).equals(BYTE_ORDER_MARK);
    const bytes = Buffer.concat([hasMark ? BYTE_ORDER_MARK : Buffer.alloc(0), Buffer.from(text)]);
    if (bytes.equals(former)) return fingerprint;
    await replaceFile(`${path}.former`, former, mode & 0o777);
    await replaceFile(path, bytes, mode & 0o777);
    return fingerprintOf(bytes);
  } catch (error) {
    if (error instanceof PtpError) throw error;
    const reason = error instanceof Error ? String(Reflect.get(error, 'code') ?? error.message) : String(error);
    throw new PtpError(
      'Store.Failed',
      `${file} cannot be written (${reason}); give the manager's user the right to write it and its folder`,
      { cause: error },
    );
  }
}
