/** Programs in C that measurements need, made when they are needed, in a folder that goes away at the end. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packagePath } from '../../src/base/paths.js';

const folder = mkdtempSync(join(tmpdir(), 'ptpmgr-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * @param sources Below `test/bench`.
 * @returns The program; undefined when there is no compiler, or a library is not installed.
 */
export async function compiled(
  name: string,
  sources: readonly string[],
  libraries: readonly string[],
): Promise<string | undefined> {
  const program = join(folder, name);
  const paths = sources.map((source) => packagePath('test', 'bench', source));
  try {
    await promisify(execFile)('gcc', ['-O2', '-o', program, ...paths, ...libraries.map((library) => `-l${library}`)]);
    return program;
  } catch {
    return undefined;
  }
}
