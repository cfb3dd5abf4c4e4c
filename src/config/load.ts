/**
 * Reads and checks a configuration: well-formed, then the schema, then references, then the typed reading and the rules
 * that a schema cannot say. Everything that is wrong is reported together, in the order of the text.
 *
 * A reference (`${env:NAME}`, `${file:PATH}`) or a named file that this machine does not have is a warning when a file
 * is checked, as that may happen elsewhere than where the manager runs, and a fault when a manager is to run with it
 * (`strict`). Such a value then counts as written but unknown: no rule complains of it being missing.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PtpError, placed } from '../base/errors.js';
import { decodeXml, XML_LIMITS } from '../xml/guard.js';
import { type PositionedDocument, parsePositioned } from '../xml/positions.js';
import { loadDeviceTypes } from './device-types.js';
import { FaultList } from './fault-list.js';
import { readManagerSettings } from './read-settings.js';
import { ConfigReader } from './reader.js';
import { type Environment, OPEN_FLAGS, resolveReferences, whyNotReadable, whyUnreadable } from './references.js';
import type { AccessCheck } from './rules-methods.js';
import type { ConfigFault, Settings } from './settings.js';
import { checkStructure } from './structure.js';
import { configSchema } from './words.js';

export interface LoadOptions {
  /** Where `${env:NAME}` is looked up. */
  readonly environment: Environment;
  /** Folder whose device types come after those of the file. Default none. */
  readonly deviceTypesDir?: string;
  /** What this machine lacks is a fault, as a manager is to run. Default false: a warning. */
  readonly strict?: boolean;
  /** What the access methods find wrong, beside the rules of this folder. Default: they are not asked. */
  readonly checkAccess?: AccessCheck;
}

export interface LoadResult {
  /**
   * Only when there is no fault; left out, too, where a reference that is no more than a warning leaves it open who the
   * manager is or where it listens.
   */
  readonly settings?: Settings;
  readonly faults: readonly ConfigFault[];
  /** What is unusual, or missing on this machine only. */
  readonly warnings: readonly ConfigFault[];
}

/** Never rejects for what is wrong with the file, be it unreadable. */
export async function loadSettings(file: string, options: LoadOptions): Promise<LoadResult> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(file);
  } catch (error) {
    return onlyFault({ message: `${file} ${error instanceof PtpError ? error.message : whyUnreadable(error)}` });
  }
  try {
    return await read(decodeXml(bytes), bytes, file, options);
  } catch (error) {
    return onlyFault(faultOf(error));
  }
}

/** The same for text that is not on disk; paths in it are relative to where `file` is. */
export async function readSettings(text: string, file: string, options: LoadOptions): Promise<LoadResult> {
  return read(text, Buffer.from(text), file, options);
}

async function read(text: string, bytes: Uint8Array, file: string, options: LoadOptions): Promise<LoadResult> {
  const path = resolve(file);
  const baseDir = dirname(path);
  const { schema, words } = configSchema();
  let document: PositionedDocument;
  try {
    document = parsePositioned(text);
  } catch (error) {
    return onlyFault(faultOf(error));
  }
  const faults = new FaultList();
  const readable = checkStructure(document, 'PTP_CONFIG', schema.validate(text), words, faults);
  if (!readable) return { faults: faults.faults(), warnings: [] };
  const { root } = document;

  const lack = (options.strict ? faults.fault : faults.warning).bind(faults);
  const { values, unresolved } = await resolveReferences(root, baseDir, options.environment);
  for (const { place, message } of unresolved) lack(place, message);
  const fingerprint = createHash('sha256').update(bytes).digest('hex');
  const identity = { file: path, baseDir, fingerprint, text };
  const reader = new ConfigReader(words, faults, values);
  const result = readManagerSettings(reader, root, identity, options.checkAccess);
  for (const { place, attribute, path: named, mayShow } of result.files) {
    const problem = await whyNotReadable(named);
    if (problem) lack(place, `${attribute} names a file, but ${mayShow ? named : 'that'} ${problem}`);
  }
  const found = faults.faults();
  const warnings = faults.warnings();
  if (found.length > 0 || !result.settings) return { faults: found, warnings };
  try {
    const further = options.deviceTypesDir === undefined ? [] : await loadDeviceTypes(options.deviceTypesDir);
    const deviceTypes = [...result.settings.deviceTypes, ...further];
    return { settings: { ...result.settings, deviceTypes }, faults: [], warnings };
  } catch (error) {
    if (!(error instanceof PtpError)) throw error;
    return onlyFault({ message: placed(error.place, error.message) });
  }
}

async function readBounded(file: string): Promise<Buffer> {
  const handle = await open(file, OPEN_FLAGS);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new PtpError('Config.Unreadable', 'is not a file; name a file');
    const most = XML_LIMITS.maxBytes;
    if (info.size > most)
      throw new PtpError(
        'Config.Unreadable',
        `is larger than ${most / 2 ** 20} MiB; split it, with SOURCES for the elements`,
      );
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

const onlyFault = (fault: ConfigFault): LoadResult => ({ faults: [fault], warnings: [] });

function faultOf(error: unknown): ConfigFault {
  if (!(error instanceof PtpError)) throw error;
  const { line, column, path } = error.place;
  return { ...(line && { line }), ...(column && { column }), ...(path && { path }), message: error.message };
}
