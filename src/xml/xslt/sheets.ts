/**
 * Where stylesheets are found: folder by folder, the administrator's own before the shipped ones, file by file.
 *
 * A sheet is a plain file name. What a sheet includes is found by the same rule, so nothing else on the disk can be
 * reached from one, by whatever path or address.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SHEET_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}\.xsl$/;

/** Addresses of sheets within an engine: `sheet:/home.xsl`. */
export const SHEET_SCHEME = 'sheet:/';

/** Enough for any page; a sheet that is larger is a mistake. */
const MAX_SHEET_BYTES = 4 * 2 ** 20;

export interface Sheet {
  readonly name: string;
  readonly path: string;
  /** Changes whenever the file is another one or another version. */
  readonly stamp: string;
}

export class SheetFolders {
  /** @param folders The first that has a sheet gives it; folders that are not there count as empty. */
  constructor(private readonly folders: readonly string[]) {}

  find(name: string): Sheet | undefined {
    if (!SHEET_NAME.test(name)) return undefined;
    for (const folder of this.folders) {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isFile() && stat.size <= MAX_SHEET_BYTES) {
        return { name, path, stamp: `${path}|${stat.mtimeMs}|${stat.size}|${stat.ino}` };
      }
    }
    return undefined;
  }

  read(sheet: Sheet): string {
    return readFileSync(sheet.path, 'utf8');
  }

  /** The plain name in what a sheet refers to; undefined for everything that is no sheet of these folders. */
  static nameOf(reference: string): string | undefined {
    const name = reference.startsWith(SHEET_SCHEME) ? reference.slice(SHEET_SCHEME.length) : reference;
    return SHEET_NAME.test(name) ? name : undefined;
  }
}

/** Whether all files that something was made of are still the ones that would be found now. */
export const unchanged = (folders: SheetFolders, parts: readonly Sheet[]): boolean =>
  parts.every((part) => folders.find(part.name)?.stamp === part.stamp);
