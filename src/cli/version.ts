/** The package's version, as its package.json has it. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../base/paths.js';

export function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(packagePath('package.json'), 'utf8'));
  if (typeof content === 'object' && content !== null && 'version' in content) return String(content.version);
  throw new Error('package.json names no version');
}
