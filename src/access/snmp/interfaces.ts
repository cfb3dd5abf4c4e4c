/** Interfaces by name, from IF-MIB (RFC 2863): what is read of them and what becomes of it. */
import type { Reading } from '../access.js';
import { uniqueNames } from './instances.js';
import { sameNames } from './message/names.js';
import type { SnmpSession } from './session.js';
import { getEach } from './system.js';
import { numberOf, scalarOf } from './values.js';
import { type BulkSize, type Column, walkColumns } from './walk.js';

const IF_ENTRY = '1.3.6.1.2.1.2.2.1';
const IF_X_ENTRY = '1.3.6.1.2.1.31.1.1.1';

const NAME = `${IF_X_ENTRY}.1`;
const DESCRIPTION = `${IF_ENTRY}.2`;
const SPEED = `${IF_ENTRY}.5`;
const HIGH_SPEED = `${IF_X_ENTRY}.15`;
const ALIAS = `${IF_X_ENTRY}.18`;

/** RFC 2863: how many interfaces there are, whether or not they are all read. */
const IF_NUMBER = '1.3.6.1.2.1.2.1.0';
/**
 * Interfaces of one element. Each has some twenty values, and all of an element have to fit into one answer and one page.
 */
export const MOST_INTERFACES = 3000;

type Counter = NonNullable<Reading['counter']>;

interface CounterColumns {
  readonly metric: string;
  readonly unit: string;
  /** Of 64 bits, where there is one. */
  readonly wide?: string;
  /** Of 32 bits. */
  readonly narrow: string;
  /** What its readings tell of it: the same objects for all of them. */
  readonly ofWide: Counter;
  readonly ofNarrow: Counter;
}

const ofRate = (rateUnit: string): Pick<CounterColumns, 'ofWide' | 'ofNarrow'> => ({
  ofWide: { bits: 64, rateUnit },
  ofNarrow: { bits: 32, rateUnit },
});

const octets = (metric: string, wide: number, narrow: number): CounterColumns => ({
  metric,
  unit: 'By',
  wide: `${IF_X_ENTRY}.${wide}`,
  narrow: `${IF_ENTRY}.${narrow}`,
  ...ofRate('bit/s'),
});
const packets = (metric: string, narrow: number, wide?: number): CounterColumns => ({
  metric,
  unit: '1',
  narrow: `${IF_ENTRY}.${narrow}`,
  ...(wide === undefined ? {} : { wide: `${IF_X_ENTRY}.${wide}` }),
  ...ofRate('1/s'),
});

/** Rates of octets are in bit/s, so that they compare with `ifSpeed`. */
const COUNTERS: readonly CounterColumns[] = [
  octets('ifInOctets', 6, 10),
  octets('ifOutOctets', 10, 16),
  packets('ifInUcastPkts', 11, 7),
  packets('ifOutUcastPkts', 17, 11),
  packets('ifInDiscards', 13),
  packets('ifInErrors', 14),
  packets('ifOutDiscards', 19),
  packets('ifOutErrors', 20),
];

/** 1 up, 2 down, 3 testing, and for the operational one 4 unknown, 5 dormant, 6 notPresent, 7 lowerLayerDown. */
const STATES: readonly (readonly [metric: string, oid: string])[] = [
  ['ifAdminStatus', `${IF_ENTRY}.7`],
  ['ifOperStatus', `${IF_ENTRY}.8`],
];

/** What is read of every interface. */
const WANTED: readonly string[] = [
  ...[NAME, DESCRIPTION, HIGH_SPEED, ALIAS],
  ...STATES.map(([, oid]) => oid),
  ...COUNTERS.map(({ wide, narrow }) => wide ?? narrow),
];

/** By ifIndex. */
export interface InterfaceNames {
  /** As the instances of its values are named. */
  readonly names: ReadonlyMap<string, string>;
  /** Bits per second. */
  readonly speeds: ReadonlyMap<string, number>;
}

export interface Interfaces extends InterfaceNames {
  readonly readings: readonly Reading[];
}

/**
 * Values of the first {@link MOST_INTERFACES}; `interfacesNotRead` counts the others.
 *
 * @throws PtpError `Access.*`
 */
export async function readInterfaces(session: SnmpSession, bulk: BulkSize): Promise<Interfaces> {
  const walk = (oids: readonly string[]) => walkColumns(session, oids, bulk, MOST_INTERFACES);
  let columns = await walk(WANTED);
  let indexes = indexesOf(columns);
  const missing = lacking(columns, indexes);
  if (missing.length > 0) {
    columns = new Map([...columns, ...(await walk(missing))]);
    indexes = indexesOf(columns);
  }
  const known: InterfaceNames = { names: namesOf(columns, indexes), speeds: speedsOf(columns, indexes) };
  const readings = interfaceReadings(columns, known.names);
  const count = indexes.size;
  if (count < MOST_INTERFACES) return { ...known, readings };
  const [number] = await getEach(session, [IF_NUMBER]);
  const left = Number(optionalNumber(number) ?? count) - count;
  if (!(left > 0)) return { ...known, readings };
  return { ...known, readings: [...readings, { metric: 'interfacesNotRead', instance: '', value: left, unit: '1' }] };
}

type Columns = ReadonlyMap<string, Column>;
type Indexes = ReadonlySet<string>;

/** 32-bit columns that stand in where an interface lacks the wide one: slow ones may (RFC 2863 section 3.1.6). */
function lacking(columns: Columns, indexes: Indexes): readonly string[] {
  const isIncomplete = (oid: string) => {
    const column = columns.get(oid);
    for (const index of indexes) if (!column?.has(index)) return true;
    return false;
  };
  const names: string[] = [];
  for (const { wide, narrow } of COUNTERS) if (wide !== undefined && isIncomplete(wide)) names.push(narrow);
  if (isIncomplete(HIGH_SPEED)) names.push(SPEED);
  return names.length === 0 ? names : sameNames(names);
}

/** Of the columns that every interface should be in. */
const NAMING: readonly string[] = [DESCRIPTION, NAME, STATES[1]?.[1] ?? ''];

function indexesOf(columns: Columns): Indexes {
  const indexes = new Set<string>();
  for (const oid of NAMING) for (const index of columns.get(oid)?.keys() ?? []) indexes.add(index);
  return indexes;
}

function namesOf(columns: Columns, indexes: Indexes): ReadonlyMap<string, string> {
  const written = new Map<string, string>();
  for (const index of indexes)
    written.set(index, textIn(columns, NAME, index).trim() || textIn(columns, DESCRIPTION, index));
  return uniqueNames(written, (index) => `if${index}`);
}

function textIn(columns: Columns, oid: string, index: string): string {
  const found = columns.get(oid)?.get(index);
  return found === undefined ? '' : String(scalarOf(found) ?? '');
}

function speedsOf(columns: Columns, indexes: Indexes): ReadonlyMap<string, number> {
  const speeds = new Map<string, number>();
  for (const index of indexes) {
    const speed = speedOf(columns.get(HIGH_SPEED)?.get(index), columns.get(SPEED)?.get(index));
    if (speed !== undefined) speeds.set(index, speed);
  }
  return speeds;
}

/** Pure: columns by OID to readings by interface. */
export function interfaceReadings(columns: Columns, names = namesOf(columns, indexesOf(columns))): readonly Reading[] {
  const cell = (oid: string, index: string) => columns.get(oid)?.get(index);
  const readings: Reading[] = [];
  for (const [index, instance] of names) {
    const add = (metric: string, value: Reading['value'] | undefined, unit: string) => {
      if (value !== undefined) readings.push({ metric, instance, value, unit });
    };
    for (const [metric, oid] of STATES) add(metric, optionalNumber(cell(oid, index)), '1');
    add('ifSpeed', speedOf(cell(HIGH_SPEED, index), cell(SPEED, index)), 'bit/s');
    add('ifAlias', textIn(columns, ALIAS, index) || undefined, '1');
    for (const { metric, unit, wide, narrow, ofWide, ofNarrow } of COUNTERS) {
      const found = wide === undefined ? undefined : cell(wide, index);
      const value = optionalNumber(found ?? cell(narrow, index));
      if (value !== undefined) readings.push({ metric, instance, value, unit, counter: found ? ofWide : ofNarrow });
    }
  }
  return readings;
}

const optionalNumber = (varbind: Parameters<typeof numberOf>[0] | undefined) => varbind && numberOf(varbind);

/** What agents write who do not know the speed: all bits set, of 32 or 16 of them. ifSpeed also means by it that it is higher. */
const NO_SPEED: ReadonlySet<number> = new Set([0xffff_ffff, 0xffff]);
/** Millions of bits per second that nothing has: who writes more has counted bits. */
const TOO_FAST = 10_000_000;

/** Bits per second; ifHighSpeed counts millions of them. Nothing where the interface has no speed of its own. */
function speedOf(high: Parameters<typeof numberOf>[0] | undefined, low: Parameters<typeof numberOf>[0] | undefined) {
  const wide = told(high);
  if (wide > 0) return wide >= TOO_FAST ? wide : wide * 1_000_000;
  const narrow = told(low);
  return narrow > 0 ? narrow : undefined;
}

function told(cell: Parameters<typeof numberOf>[0] | undefined): number {
  const value = Number(optionalNumber(cell) ?? 0);
  return NO_SPEED.has(value) ? 0 : value;
}
