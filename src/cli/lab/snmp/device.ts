/** What an SNMP device of the lab has to show, whichever agent shows it. */

/** Names as net-snmp's `ObjectType` has them. */
export type ObjectTypeName = 'Integer' | 'OctetString' | 'OID' | 'Counter32' | 'Gauge' | 'TimeTicks' | 'Counter64';

/** Time is the lab's own: the wall clock at its start plus what a steady clock has counted since. */
export type Read = (nowMs: number) => number | string;

export interface ScalarObject {
  readonly name: string;
  /** Without the instance's `.0`. */
  readonly oid: string;
  readonly type: ObjectTypeName;
  readonly read: Read;
}

export interface TableColumn {
  readonly number: number;
  readonly name: string;
  readonly type: ObjectTypeName;
}

export interface TableRow {
  readonly index: readonly number[];
  /** One for each column of the table, in its order. */
  readonly cells: readonly Read[];
}

export interface TableObject {
  readonly name: string;
  /** Of the entry: columns lie directly below it. */
  readonly oid: string;
  readonly columns: readonly TableColumn[];
  /** Numbers of the columns that make up the index; of a table that extends another one, none. */
  readonly index: readonly number[];
  /** Name of the table whose index this one shares. */
  readonly augments?: string;
  readonly rows: readonly TableRow[];
}

export interface SnmpDevice {
  readonly sysName: string;
  readonly scalars: readonly ScalarObject[];
  readonly tables: readonly TableObject[];
}

/** An object as it stands on the wire: its whole OID, its type, and how it is read. */
export interface Instance {
  readonly oid: readonly number[];
  readonly type: ObjectTypeName;
  readonly read: Read;
}

const parts = (oid: string): number[] => oid.split('.').map(Number);

export function compareOids(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** All instances of a device, ascending by OID. */
export function instances(device: SnmpDevice): readonly Instance[] {
  const scalars = device.scalars.map(({ oid, type, read }) => ({ oid: [...parts(oid), 0], type, read }));
  const cells = device.tables.flatMap((table) =>
    table.rows.flatMap((row) =>
      table.columns.flatMap((column, position) => {
        const read = row.cells[position];
        return read ? [{ oid: [...parts(table.oid), column.number, ...row.index], type: column.type, read }] : [];
      }),
    ),
  );
  return [...scalars, ...cells].sort((a, b) => compareOids(a.oid, b.oid));
}
