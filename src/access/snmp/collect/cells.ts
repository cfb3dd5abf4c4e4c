/** Single cells of tables, asked for by name: cheaper than a walk where only some rows are wanted. */
import type { Cell } from '../message/bindings.js';
import type { SnmpSession } from '../session.js';
import { getEach } from '../system.js';
import { isMissing, numberOf, scalarOf } from '../values.js';
import type { Column } from '../walk.js';

/** Cells asked for in one request. */
const MOST_CELLS = 24;

/**
 * @returns The columns by OID, with those of the wanted rows that the agent has.
 * @throws PtpError `Access.*`
 */
export async function readCells(
  session: SnmpSession,
  columnOids: readonly string[],
  indexes: readonly string[],
): Promise<ReadonlyMap<string, Column>> {
  const columns = new Map(columnOids.map((oid) => [oid, new Map<string, Cell>()] as const));
  const cells = indexes.flatMap((index) => columnOids.map((column) => ({ column, index })));
  for (let from = 0; from < cells.length; from += MOST_CELLS) {
    const some = cells.slice(from, from + MOST_CELLS);
    const answers = await getEach(
      session,
      some.map(({ column, index }) => `${column}.${index}`),
    );
    some.forEach(({ column, index }, at) => {
      const answer = answers[at];
      if (answer && !isMissing(answer)) columns.get(column)?.set(index, answer);
    });
  }
  return columns;
}

/** The text in a cell, without blanks around it; empty when there is none. */
export function textIn(columns: ReadonlyMap<string, Column>, oid: string, index: string): string {
  const cell = columns.get(oid)?.get(index);
  return cell === undefined ? '' : String(scalarOf(cell) ?? '').trim();
}

/** The number in a cell; undefined when there is none. */
export function numberIn(columns: ReadonlyMap<string, Column>, oid: string, index: string): number | undefined {
  const cell = columns.get(oid)?.get(index);
  const value = cell && numberOf(cell);
  return value === undefined ? undefined : Number(value);
}
