/**
 * The table of an element's interfaces: what it is asked for (`ifq ifSort ifPage ifSize`), and in which order.
 * By default what a person has to look after comes first, then the names as people count. Pure.
 */
import type { InterfaceRow } from './interfaces.js';
import { compareValues } from './order.js';
import { matcher, type PageRequest, pageRequest, type Query } from './query.js';

export const INTERFACE_COLUMNS = ['state', 'name', 'in', 'out', 'used', 'speed', 'errors', 'discards'] as const;
export type InterfaceColumn = (typeof INTERFACE_COLUMNS)[number];

/** What needs looking after first. */
export const TROUBLE_FIRST = '-state';

export interface InterfaceRequest extends PageRequest {
  /** A column, `-` before it for the other direction. */
  readonly sort: string;
  readonly q: string;
}

export function interfaceRequest(query: Query): InterfaceRequest {
  const sort = query.text('ifSort');
  return {
    ...pageRequest(query, { page: 'ifPage', size: 'ifSize' }),
    sort: INTERFACE_COLUMNS.some((column) => column === sort.replace(/^-/, '')) ? sort : TROUBLE_FIRST,
    q: query.text('ifq'),
  };
}

/** From here on an interface is called busy, per cent of its speed. */
const BUSY = 80;

export const isBusy = (row: InterfaceRow): boolean => (row.utilisation ?? 0) >= BUSY;
export const isFaulty = (row: InterfaceRow): boolean => (row.errors ?? 0) > 0;

/** Down though nobody switched it off. */
export const isDown = ({ state, disabled }: InterfaceRow): boolean =>
  !disabled && (state === 'down' || state === 'lower layer down');

/** Down, but nothing speaks for its ever having been up: no description, and nothing has gone through. */
const isVacant = (row: InterfaceRow): boolean => isDown(row) && row.everUsed === false && row.alias === undefined;

/** Down, and somebody may be missing it. */
export const isLost = (row: InterfaceRow): boolean => isDown(row) && !isVacant(row);

/** The higher, the sooner a person wants to see it. Empty sockets of a switch must not hide a broken trunk. */
export function trouble(row: InterfaceRow): number {
  if (isLost(row)) return 4;
  if (isFaulty(row) || row.beyond.length > 0) return 3;
  if (isBusy(row) || (row.discards ?? 0) > 0) return 2;
  return isVacant(row) ? 1 : 0;
}

/** What the column of states says. */
export const stateWord = ({ state, disabled }: InterfaceRow): string =>
  disabled && state !== 'up' ? 'off' : (state ?? 'unknown');

type Placed = (name: string) => number;

const VALUES: Readonly<Record<InterfaceColumn, (row: InterfaceRow, placeOf: Placed) => number | undefined>> = {
  state: trouble,
  name: ({ instance }, placeOf) => placeOf(instance),
  in: ({ input }) => input,
  out: ({ output }) => output,
  used: ({ utilisation }) => utilisation,
  speed: ({ speed }) => speed,
  errors: ({ errors }) => errors,
  discards: ({ discards }) => discards,
};

/**
 * The interfaces that match, in order: all words of `q` in name, description and state; equal ones by name.
 *
 * @param placeOf Place of a name in the order that people count in.
 */
export function listedInterfaces(
  rows: readonly InterfaceRow[],
  { q, sort }: Pick<InterfaceRequest, 'q' | 'sort'>,
  placeOf: Placed,
): readonly InterfaceRow[] {
  const name = sort.replace(/^-/, '');
  const value = VALUES[INTERFACE_COLUMNS.find((column) => column === name) ?? 'name'];
  const direction = sort.startsWith('-') ? -1 : 1;
  const matches = matcher(q);
  return rows
    .filter((row) => matches(`${row.instance} ${row.alias ?? ''} ${stateWord(row)}`))
    .sort(
      (a, b) =>
        compareValues(value(a, placeOf), value(b, placeOf), direction) || placeOf(a.instance) - placeOf(b.instance),
    );
}
