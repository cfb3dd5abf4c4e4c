/** Files that are never seen half written, neither by another process nor after power was lost. */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The old content or the new one, and the new one for good from when this resolves.
 * @param mode Of the file, which is a new one; default only for its owner.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const next = `${path}.next`;
  try {
    const file = await open(next, 'w', mode);
    try {
      // The mask of the process, or what a crash has left there, may have given it another one.
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Names that were made, changed or taken away in a folder stay so. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
