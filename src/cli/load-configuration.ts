/** A configuration read for a command, its accesses checked by the methods themselves. */
import { dirname, resolve } from 'node:path';
import { packagePath } from '../base/paths.js';
import { systemEnv } from '../base/system-env.js';
import type { LoadResult } from '../config/load.js';
import type { Terminal } from './terminal.js';

/** Folder of the shipped device types. */
export const DEVICE_TYPES = packagePath('config', 'device-types');

/**
 * @param strict For a command that uses the settings: what this machine lacks is a fault. See `LoadOptions`.
 */
export async function loadConfiguration(file: string, strict: boolean, { environment }: Terminal): Promise<LoadResult> {
  const { loadSettings } = await import('../config/load.js');
  const { accessCheck, createAccessMethods } = await import('../access/methods.js');
  const path = resolve(file);
  // These methods poll nothing, so that nothing of them is open.
  const methods = createAccessMethods({ env: systemEnv('error'), configDir: dirname(path), deviceTypes: () => [] });
  const options = { environment, strict, deviceTypesDir: DEVICE_TYPES, checkAccess: accessCheck(methods) };
  return loadSettings(path, options);
}
