/** What the lab must keep to itself: made once for a data directory, in files that only their owner may read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../base/env.js';

/** File names below the data directory; configurations refer to them as `${file:...}`. */
export const SECRET_FILES = {
  poolKey: 'secrets/pool.key',
  adminPassword: 'secrets/admin.password',
  snmpAuth: 'secrets/snmp.auth',
  snmpPriv: 'secrets/snmp.priv',
  sitePassword: 'secrets/site.password',
} as const;

export type LabSecrets = Readonly<Record<keyof typeof SECRET_FILES, string>>;

export function loadSecrets(folder: string, random: Random): LabSecrets {
  mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 });
  const secret = (name: keyof typeof SECRET_FILES, bytes: number) => {
    const file = join(folder, SECRET_FILES[name]);
    try {
      writeFileSync(file, random.bytes(bytes).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    return readFileSync(file, 'utf8').trim();
  };
  return {
    poolKey: secret('poolKey', 32),
    adminPassword: secret('adminPassword', 9),
    snmpAuth: secret('snmpAuth', 15),
    snmpPriv: secret('snmpPriv', 15),
    sitePassword: secret('sitePassword', 12),
  };
}
