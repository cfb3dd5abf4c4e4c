/** `ca` and `insecure`: whom a TLS client believes. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PtpError } from '../base/errors.js';
import type { AccessSpec } from '../model/element.js';
import { flagOption } from './options.js';

export interface TlsTrust {
  readonly rejectUnauthorized: boolean;
  /** Authorities instead of the system's. */
  readonly ca?: string;
}

/** @throws PtpError `Access.Settings` */
export async function tlsTrust(access: AccessSpec, configDir: string): Promise<TlsTrust> {
  const rejectUnauthorized = !flagOption(access, 'insecure', false);
  const { ca } = access.options;
  if (!ca) return { rejectUnauthorized };
  const path = resolve(configDir, ca);
  try {
    return { rejectUnauthorized, ca: await readFile(path, 'utf8') };
  } catch (cause) {
    throw new PtpError('Access.Settings', `ca="${ca}" cannot be read; it should be a file of certificates in PEM`, {
      cause,
    });
  }
}
