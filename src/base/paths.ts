/** Where the package's own files are, however it was installed. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root: this file is compiled to `<root>/dist/src/base/paths.js`. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** An absolute path below the package's root, such as `packagePath('schemas', 'ptp-config.xsd')`. */
export const packagePath = (...parts: string[]): string => join(PACKAGE_ROOT, ...parts);
