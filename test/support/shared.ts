/**
 * Material that lies beside the checkout, in `../shared`: recordings of real devices, sample files, topologies.
 *
 * It is not part of the repository; a checkout without it skips what needs it, by name.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/base/paths.js';
import { skipBecause } from './skipping.js';

const ROOT = join(PACKAGE_ROOT, '..', 'shared');

/** An absolute path below `../shared`; undefined when it is not there. */
export function sharedPath(...parts: string[]): string | undefined {
  const path = join(ROOT, ...parts);
  return existsSync(path) ? path : undefined;
}

/**
 * The absolute path of `../shared/<parts>`; when it is absent, skips the running test or, in a `before` hook, its suite.
 *
 * @example it('loads the sample', function () { const file = needShared(this, 'samples', 'em1-config.xml'); ... });
 */
export function needShared(context: Mocha.Context, ...parts: string[]): string {
  return sharedPath(...parts) ?? skipBecause(context, `../shared/${parts.join('/')} is not beside this checkout`);
}

/** The text of `../shared/<parts>`, or a skip. */
export const needSharedText = (context: Mocha.Context, ...parts: string[]): string =>
  readFileSync(needShared(context, ...parts), 'utf8');
