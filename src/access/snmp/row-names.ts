/**
 * Names of the rows of tables, from columns of other tables. They are read once in a while: of an entity table with
 * thousands of rows only those that are wanted.
 */
import { readCells, textIn } from './collect/cells.js';
import { isFresh } from './collect/memory.js';
import { NAMES_MS } from './collect/part.js';
import type { InterfaceNames } from './interfaces.js';
import type { SnmpSession } from './session.js';
import { type BulkSize, walkColumns } from './walk.js';

/** ifName and ifDescr: interfaces are named as their other values are. */
const INTERFACE_NAMES: ReadonlySet<string> = new Set(['1.3.6.1.2.1.31.1.1.1.1', '1.3.6.1.2.1.2.2.1.2']);
/** More names than these are walked for, and not kept. */
const MOST_KEPT = 500;
/** Characters of a name, as of the instances that are named by it. */
const MOST_LENGTH = 128;
/** Characters of JSON that are kept; what does not fit is read again by the next poll. */
const MOST_CHARACTERS = 32 * 1024;

interface KeptNames {
  readonly atMs: number;
  readonly names: Readonly<Record<string, string>>;
}

/** By the OID of the column. */
export type NamesMemory = Readonly<Record<string, KeptNames>>;

export class RowNames {
  readonly #names = new Map<string, Map<string, string>>();
  readonly #readMs = new Map<string, number>();
  readonly #interfaces: InterfaceNames['names'];
  readonly #nowMs: number;

  readonly #kept: NamesMemory;
  #isChanged = false;

  constructor(kept: unknown, interfaces: InterfaceNames['names'], nowMs: number) {
    this.#interfaces = interfaces;
    this.#nowMs = nowMs;
    this.#kept = readMemory(kept);
    for (const [oid, { atMs, names }] of Object.entries(this.#kept)) {
      if (!isFresh(atMs, nowMs, NAMES_MS)) continue;
      this.#names.set(oid, new Map(Object.entries(names)));
      this.#readMs.set(oid, atMs);
    }
  }

  nameOf(indexOid: string, index: string): string {
    const own = INTERFACE_NAMES.has(indexOid) ? this.#interfaces.get(index) : undefined;
    return own ?? this.#names.get(indexOid)?.get(index) ?? '';
  }

  /**
   * Reads those names that are not known yet.
   * @throws PtpError `Access.*`
   */
  async learn(
    session: SnmpSession,
    wanted: readonly { readonly indexOid: string; readonly indexes: readonly string[] }[],
    bulk: BulkSize,
  ): Promise<void> {
    const missing = new Map<string, Set<string>>();
    for (const { indexOid, indexes } of wanted) {
      const lacking = missing.get(indexOid) ?? new Set<string>();
      for (const index of indexes) if (!this.#isKnown(indexOid, index)) lacking.add(index);
      missing.set(indexOid, lacking);
    }
    for (const [oid, indexes] of missing) if (indexes.size > 0) await this.#read(session, oid, [...indexes], bulk);
  }

  /** The very same as before where nothing was read. */
  get memory(): NamesMemory {
    if (!this.#isChanged) return this.#kept;
    const kept: Record<string, KeptNames> = {};
    let left = MOST_CHARACTERS;
    for (const [oid, names] of this.#names) {
      const column = { atMs: this.#readMs.get(oid) ?? this.#nowMs, names: Object.fromEntries(names) };
      const length = JSON.stringify(column).length;
      if (names.size > MOST_KEPT || length > left) continue;
      left -= length;
      kept[oid] = column;
    }
    return kept;
  }

  #isKnown(indexOid: string, index: string): boolean {
    if (INTERFACE_NAMES.has(indexOid) && this.#interfaces.has(index)) return true;
    return this.#names.get(indexOid)?.has(index) ?? false;
  }

  async #read(session: SnmpSession, oid: string, indexes: readonly string[], bulk: BulkSize): Promise<void> {
    const isMany = indexes.length > MOST_KEPT;
    const columns = isMany ? await walkColumns(session, [oid], bulk) : await readCells(session, [oid], indexes);
    this.#isChanged = true;
    const names = this.#names.get(oid) ?? new Map<string, string>();
    for (const index of indexes) names.set(index, textIn(columns, oid, index).slice(0, MOST_LENGTH));
    this.#names.set(oid, names);
    if (!this.#readMs.has(oid)) this.#readMs.set(oid, this.#nowMs);
  }
}

const readMemory = (kept: unknown): NamesMemory => (isNamesMemory(kept) ? kept : {});

const isNamesMemory = (value: unknown): value is NamesMemory =>
  typeof value === 'object' && value !== null && Object.values(value).every(isKeptNames);

function isKeptNames(value: unknown): value is KeptNames {
  if (typeof value !== 'object' || value === null || !('atMs' in value) || !('names' in value)) return false;
  const { atMs, names } = value;
  if (typeof atMs !== 'number' || typeof names !== 'object' || names === null) return false;
  return Object.values(names).every((name) => typeof name === 'string');
}
