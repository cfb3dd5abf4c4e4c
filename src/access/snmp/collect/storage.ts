/** Memory and storage, processors and processes of hosts: HOST-RESOURCES-MIB (RFC 2790) and UCD-SNMP-MIB. */
import type { Reading } from '../../access.js';
import { uniqueNames } from '../instances.js';
import { getEach } from '../system.js';
import { numberOf, scalarOf } from '../values.js';
import { type Column, walkColumns } from '../walk.js';
import { numberIn, readCells, textIn } from './cells.js';
import { isFresh } from './memory.js';
import { NAMES_MS, type Part } from './part.js';

const HR = '1.3.6.1.2.1.25';
const STORAGE = `${HR}.2.3.1`;
const TYPE = `${STORAGE}.2`;
const DESCRIPTION = `${STORAGE}.3`;
const UNITS = `${STORAGE}.4`;
const SIZE = `${STORAGE}.5`;
const USED = `${STORAGE}.6`;
const STORAGE_COLUMNS = [TYPE, DESCRIPTION, UNITS, SIZE, USED];
/** hrStorageTypes: other, RAM, virtual memory; what follows are disks. */
const RAM = `${HR}.2.1.2`;
const MEMORY_TYPES: ReadonlySet<string> = new Set(['1', '2', '3'].map((type) => `${HR}.2.1.${type}`));
const PSEUDO_TYPE = /, type: (devfs|fdescfs|linprocfs|procfs), dev: /;
/** Kept by a kernel for itself, or full by their nature: of no use to anybody who looks after disks. */
const PSEUDO = /^(\/\.mount)?\/(proc|dev|sys|packages(\/mnt)?|tmp\/\.mnt)(\/|$)/;
const MOST_STORAGES = 200;

/** hrStorageTable. Sizes of 2 TiB and more are written as negative numbers by many agents. */
export const storagePart: Part = {
  id: 'HOST-RESOURCES-MIB hrStorageTable',
  roots: [USED],
  async read({ session, bulk }) {
    const columns = await walkColumns(session, STORAGE_COLUMNS, bulk, MOST_STORAGES);
    return { readings: storageReadings(columns) };
  },
};

interface Storage {
  readonly kind: 'memory' | 'storage' | 'swap';
  readonly instance: string;
  readonly total: number;
  readonly used: number;
  readonly isRam: boolean;
}

/** Pure. `memoryTotal` and its like for what is memory, `swap...` and `storage...` for the rest. */
export function storageReadings(columns: ReadonlyMap<string, Column>): Reading[] {
  const indexes = [...(columns.get(SIZE)?.keys() ?? [])];
  const names = uniqueNames(
    new Map(indexes.map((index) => [index, storageName(textIn(columns, DESCRIPTION, index))])),
    (index) => index,
  );
  const storages = indexes.flatMap((index): Storage[] => {
    const instance = names.get(index) ?? index;
    const type = textIn(columns, TYPE, index);
    const units = numberIn(columns, UNITS, index) ?? 1;
    const total = unsigned(numberIn(columns, SIZE, index)) * units;
    const used = unsigned(numberIn(columns, USED, index)) * units;
    // More used than there is has a size that went beyond 32 bits: nobody knows how large it is.
    if (!(total > 0) || used > total || PSEUDO.test(instance)) return [];
    if (PSEUDO_TYPE.test(textIn(columns, DESCRIPTION, index))) return [];
    return [{ kind: kindOf(type, instance), instance, total, used, isRam: type === RAM }];
  });
  return withoutCaches(storages).flatMap(({ kind, instance, total, used }) => share(kind, instance, total, used));
}

/** Some agents call file systems in memory by the types of memory. */
function kindOf(type: string, name: string): Storage['kind'] {
  if (/\bswap\b/i.test(name)) return 'swap';
  return MEMORY_TYPES.has(type) && /\b(RAM|memory|physical|virtual|buffers?|cached?)\b/i.test(name)
    ? 'memory'
    : 'storage';
}

/**
 * Where an agent has rows of their own for buffers and cache, these are free for whoever asks for them: then there is
 * one memory, used without them.
 */
function withoutCaches(storages: readonly Storage[]): readonly Storage[] {
  const memory = storages.filter(({ kind }) => kind === 'memory');
  const caches = memory.filter(({ instance }) => /buffer|cache/i.test(instance));
  const [real, ...others] = memory.filter((one) => one.isRam && !caches.includes(one) && !/shared/i.test(one.instance));
  if (!real || others.length > 0 || caches.length === 0) return storages;
  const used = Math.max(
    0,
    caches.reduce((left, cache) => left - cache.used, real.used),
  );
  return [{ ...real, instance: '', used }, ...storages.filter(({ kind }) => kind !== 'memory')];
}

/**
 * `/dev/ad0s1a: root file system, mounted on: /`, `/var, type: ufs, dev: /dev/md0` and
 * `C:\ Label:System  Serial Number 1234` are called as people do.
 */
function storageName(description: string): string {
  const name = /mounted on: (\S.*)$/.exec(description) ?? /^(\/[^,]*), type: \w+, dev: /.exec(description);
  return name?.[1] ?? /^[A-Za-z]:\\/.exec(description)?.[0] ?? description;
}

/** @returns NaN for what is not there, which is left out. */
const unsigned = (value: number | undefined): number =>
  value !== undefined && value < 0 ? value + 2 ** 32 : (value ?? Number.NaN);

/** `kindTotal`, `kindUsed` in bytes, `kindLoad` in per cent. */
function share(kind: 'memory' | 'storage' | 'swap', instance: string, total: number, used: number): Reading[] {
  if (!Number.isFinite(total) || !Number.isFinite(used) || total <= 0) return [];
  return [
    { metric: `${kind}Total`, instance, value: total, unit: 'By' },
    { metric: `${kind}Used`, instance, value: used, unit: 'By' },
    { metric: `${kind}Load`, instance, value: Math.round((10_000 * used) / total) / 100, unit: '%' },
  ];
}

const PROCESSOR_LOAD = `${HR}.3.3.1.2`;
const LOADS = [PROCESSOR_LOAD];
const DEVICE_DESCRIPTION = `${HR}.3.2.1.3`;
const MOST_PROCESSORS = 256;

/** hrProcessorLoad: the mean of the last minute. `cpuLoadMean` is that of all where there are several. */
export const processorPart: Part = {
  id: 'HOST-RESOURCES-MIB hrProcessorTable',
  roots: [PROCESSOR_LOAD],
  async read({ session, bulk, kept, nowMs }) {
    const loads = (await walkColumns(session, LOADS, bulk, MOST_PROCESSORS)).get(PROCESSOR_LOAD) ?? new Map();
    const indexes = [...loads.keys()];
    if (
      isKept(kept) &&
      isFresh(kept.atMs, nowMs, NAMES_MS) &&
      indexes.every((index) => Object.hasOwn(kept.names, index))
    )
      return { readings: processorReadings(loads, kept.names), kept };
    const cells = await readCells(session, [DEVICE_DESCRIPTION], indexes);
    const names = Object.fromEntries(indexes.map((index) => [index, textIn(cells, DEVICE_DESCRIPTION, index)]));
    return { readings: processorReadings(loads, names), kept: { atMs: nowMs, names } };
  },
};

interface KeptNames {
  readonly atMs: number;
  readonly names: Readonly<Record<string, string>>;
}

function isKept(value: unknown): value is KeptNames {
  if (typeof value !== 'object' || value === null || !('atMs' in value) || !('names' in value)) return false;
  const { atMs, names } = value;
  if (typeof atMs !== 'number' || typeof names !== 'object' || names === null) return false;
  return Object.values(names).every((name) => typeof name === 'string');
}

/** Pure. Processors of one make are told apart by their number, not by thousands of a hrDeviceIndex. */
export function processorReadings(loads: Column, names: Readonly<Record<string, string>>): Reading[] {
  const indexes = [...loads.keys()];
  const told = indexes.map((index) => (names[index] ?? '').trim());
  const isTelling = told.every((name) => name !== '' && name.length <= 64) && new Set(told).size === told.length;
  const readings = indexes.flatMap((index, at): Reading[] => {
    const cell = loads.get(index);
    const value = cell && numberOf(cell);
    if (value === undefined) return [];
    const instance = indexes.length === 1 ? '' : isTelling ? (told[at] ?? index) : `CPU ${at + 1}`;
    return [{ metric: 'cpuLoad', instance, value: Number(value), unit: '%' }];
  });
  if (readings.length < 2) return readings;
  const sum = readings.reduce((total, { value }) => total + Number(value), 0);
  const mean = Math.round((100 * sum) / readings.length) / 100;
  return [{ metric: 'cpuLoadMean', instance: '', value: mean, unit: '%' }, ...readings];
}

const USERS = `${HR}.1.5.0`;
const PROCESSES = `${HR}.1.6.0`;
const COUNTS = [USERS, PROCESSES];

export const hostPart: Part = {
  id: 'HOST-RESOURCES-MIB hrSystem',
  roots: [`${HR}.1.5`, `${HR}.1.6`],
  async read({ session }) {
    const [users, processes] = await getEach(session, COUNTS);
    const readings = (
      [
        ['users', users],
        ['processes', processes],
      ] as const
    ).flatMap(([metric, found]): Reading[] => {
      const value = found && numberOf(found);
      return value === undefined ? [] : [{ metric, instance: '', value, unit: '1' }];
    });
    return { readings };
  },
};

const UCD = '1.3.6.1.4.1.2021';
/** memTotalReal, memAvailReal, memBuffer, memCached, memTotalSwap, memAvailSwap in KiB; laLoad of 1, 5 and 15 minutes. */
const UCD_ASKED = [
  ...[5, 6, 14, 15, 3, 4].map((object) => `${UCD}.4.${object}.0`),
  ...[1, 2, 3].map((row) => `${UCD}.10.1.3.${row}`),
];
const LOAD_PERIODS = ['1 min', '5 min', '15 min'];
const KIB = 1024;

export const ucdPart: Part = {
  id: 'UCD-SNMP-MIB',
  roots: [`${UCD}.4.5`, `${UCD}.10.1.3`],
  async read({ session }) {
    const answers = await getEach(session, UCD_ASKED);
    const numbers = answers.map((answer) => {
      const value = answer && scalarOf(answer) !== undefined ? numberOf(answer) : undefined;
      return value === undefined ? undefined : Number(value);
    });
    return { readings: ucdReadings(numbers) };
  },
};

/** Pure. What buffers and the cache take is free for whoever asks for it, so it does not count as used. */
export function ucdReadings(numbers: readonly (number | undefined)[]): Reading[] {
  const [total, available, buffers, cached, swap, swapAvailable, ...loads] = numbers;
  const readings: Reading[] = loads.flatMap((value, at): Reading[] =>
    value === undefined ? [] : [{ metric: 'loadAverage', instance: LOAD_PERIODS[at] ?? '', value, unit: '1' }],
  );
  if (total && available !== undefined) {
    const used = Math.max(0, total - available - (buffers ?? 0) - (cached ?? 0));
    readings.push(...share('memory', '', total * KIB, used * KIB));
  }
  if (swap && swapAvailable !== undefined)
    readings.push(...share('swap', '', swap * KIB, Math.max(0, swap - swapAvailable) * KIB));
  return readings;
}
