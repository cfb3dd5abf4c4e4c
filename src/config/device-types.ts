/** What to collect from a device that says what it is: files of `DEVICE_TYPES`, and the choice among them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PtpError } from '../base/errors.js';
import { decodeXml } from '../xml/guard.js';
import { parsePositioned } from '../xml/positions.js';
import { FaultList } from './fault-list.js';
import { readDeviceTypes } from './read-events.js';
import { ConfigReader } from './reader.js';
import type { DeviceType } from './settings.js';
import { checkStructure } from './structure.js';
import { configSchema } from './words.js';

/** More files than these are not read. */
const MOST_FILES = 1000;

/**
 * All device types of the `.xml` files of a folder, by file name.
 *
 * @throws PtpError `Config.Unreadable` when the folder or a file cannot be read; `Config.Invalid` with file, line and
 * column of the first fault.
 */
export async function loadDeviceTypes(dir: string): Promise<readonly DeviceType[]> {
  try {
    const names = (await readdir(dir)).filter((name) => name.endsWith('.xml')).sort();
    const types: DeviceType[] = [];
    for (const name of names.slice(0, MOST_FILES)) {
      const file = join(dir, name);
      types.push(...readDeviceTypeFile(decodeXml(await readFile(file)), file));
    }
    return types;
  } catch (cause) {
    if (cause instanceof PtpError) throw cause;
    throw new PtpError(
      'Config.Unreadable',
      `the device types in ${dir} cannot be read; it should be a folder of XML files`,
      { cause },
    );
  }
}

/** @throws PtpError `Config.Invalid` with the place of the first fault. */
export function readDeviceTypeFile(text: string, file: string): readonly DeviceType[] {
  const { schema, words } = configSchema();
  const faults = new FaultList();
  const document = parseFile(text, file);
  checkStructure(document, 'DEVICE_TYPES', schema.validate(text), words, faults);
  const types = readDeviceTypes(new ConfigReader(words, faults), document.root);
  const [first] = faults.faults();
  if (first)
    throw new PtpError('Config.Invalid', first.message, {
      place: { file, line: first.line, column: first.column, path: first.path },
    });
  return types;
}

function parseFile(text: string, file: string): ReturnType<typeof parsePositioned> {
  try {
    return parsePositioned(text);
  } catch (cause) {
    if (!(cause instanceof PtpError)) throw cause;
    throw new PtpError('Config.Invalid', cause.message, { place: { ...cause.place, file }, cause });
  }
}

/**
 * The types whose `snmpoid` fits a sysObjectID, the one that says most first: an exact one, then the longest prefix
 * that ends in `.*`; of several equal ones the first, so put a configuration's own types before the shipped ones.
 */
export function matchingDeviceTypes(types: readonly DeviceType[], sysObjectId: string): readonly DeviceType[] {
  const oid = sysObjectId.replace(/^\./, '');
  return types
    .map((type) => ({ type, length: matchLength(type.snmpoid, oid) }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length)
    .map(({ type }) => type);
}

/** Zero when it does not match; an exact match counts as longer than every prefix. */
function matchLength(pattern: string, oid: string): number {
  if (pattern === oid) return Number.MAX_SAFE_INTEGER;
  if (!pattern.endsWith('.*')) return 0;
  const prefix = pattern.slice(0, -1);
  return oid.startsWith(prefix) || oid === prefix.slice(0, -1) ? prefix.length : 0;
}
