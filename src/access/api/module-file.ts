/** The file of a module: where it is, and which version of it. */
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { PtpError } from '../../base/errors.js';
import type { AccessSpec } from '../../model/element.js';
import { accessFailure } from '../failure.js';

export interface ModuleFile {
  readonly path: string;
  /** Another one after every change. */
  readonly version: string;
  /** For errors, such as `module billing.mjs`. */
  readonly place: string;
}

/** @throws PtpError `Access.Settings` */
export function modulePath({ options: { module } }: AccessSpec): string {
  if (!module) throw new PtpError('Access.Settings', 'method api should have a module');
  if (/\.m?js$/.test(module)) return module;
  throw new PtpError('Access.Settings', `module="${module}" should be an ES module, a file that ends in .mjs or .js`);
}

/** @throws PtpError `Access.Settings`, `Access.NotFound`, `Access.Denied`: nothing was asked then. */
export async function findModule(access: AccessSpec, configDir: string): Promise<ModuleFile> {
  const module = modulePath(access);
  const path = resolve(configDir, module);
  const stats = await stat(path).catch((cause: unknown) => {
    const failure = accessFailure(cause, path);
    const reason = failure.code === 'Access.NotFound' ? `${failure.message}; it should be a file` : failure.message;
    throw new PtpError('Access.Settings', `module="${module}" cannot be loaded: ${reason}`, { cause });
  });
  if (!stats.isFile())
    throw new PtpError('Access.Settings', `module="${module}" should be a file, which ${path} is not`);
  const version = [stats.dev, stats.ino, stats.size, stats.mtimeMs].join(' ');
  return { path, version, place: `module ${basename(path)}` };
}
