/**
 * One SQLite connection, as narrow as the store needs it and safe against the ways of the engine underneath.
 *
 * The engine is libsql 0.5.29. What was found there, and is fenced in here:
 * - An object, a boolean or a lone `null` as parameter ends the whole process: parameters go as one array, checked.
 * - A parameter that is left out keeps its value of the previous run: their number is checked.
 * - Rows as objects carry an extra `_metadata`: rows are read as arrays only.
 * - Every JavaScript number is bound as REAL: integer arithmetic on a parameter needs a CAST in SQL.
 * - Text is read up to its first NUL only: NUL is replaced by U+FFFD on the way in, as lone surrogates are anyway.
 * - `close()` leaves the file open while a prepared statement lives: statements are dropped first, and the log is
 *   folded into the database before.
 */
import Database from 'libsql';
import { invariant } from '../../base/errors.js';

export { asNumber, asText } from '../columns.js';

export type Bindable = string | number | bigint | Uint8Array | null;
/** What a column holds; numbers as doubles. */
export type Column = string | number | Uint8Array | null;

export interface Statement {
  /** Answers with the id of the row inserted last, and the number of rows changed. */
  run(...values: Bindable[]): { readonly lastId: number; readonly changes: number };
  first(...values: Bindable[]): readonly Column[] | undefined;
  rows(...values: Bindable[]): readonly (readonly Column[])[];
}

export interface Connection {
  readonly file: string;
  exec(sql: string): void;
  /** Prepares once for each text of SQL; the same text gives the same statement. */
  prepare(sql: string): Statement;
  /** Runs `work` in a transaction of its own; rolls back when it throws. */
  transaction<Result>(work: () => Result): Result;
  readonly inTransaction: boolean;
  close(): void;
}

export interface OpenOptions {
  /** How long to wait for another process's lock, milliseconds. Default 2,000. */
  readonly busyMs?: number;
}

export { storable } from './storable.js';

/** @throws the engine's own error; `explain` of failures.ts makes a sentence of it. */
export function connect(file: string, options: OpenOptions = {}): Connection {
  let database: Database.Database | undefined = new Database(file, { timeout: options.busyMs ?? 2000 });
  const statements = new Map<string, Statement>();

  const open = (): Database.Database => {
    invariant(database, `the database ${file} is closed`);
    return database;
  };
  const exec = (sql: string): void => void open().exec(sql);

  return {
    file,
    exec,
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const made = statement(open(), sql);
      statements.set(sql, made);
      return made;
    },
    transaction(work) {
      exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk or a failed read may already have ended the transaction.
        if (open().inTransaction) exec('ROLLBACK');
        throw error;
      }
    },
    get inTransaction() {
      return open().inTransaction;
    },
    close() {
      if (!database) return;
      statements.clear();
      database.close();
      database = undefined;
    },
  };
}

function statement(database: Database.Database, sql: string): Statement {
  const prepared = database.prepare(sql);
  const expected = sql.split('?').length - 1;
  // `raw` changes what a row looks like, and is refused for statements that give none.
  const reading = prepared.reader ? prepared.raw() : prepared;

  return {
    run(...values) {
      const { lastInsertRowid, changes } = prepared.run(...checked(values, expected, sql));
      return { lastId: Number(lastInsertRowid), changes };
    },
    first(...values) {
      return asRow(reading.get(...checked(values, expected, sql)));
    },
    rows(...values) {
      return reading.all(...checked(values, expected, sql)).map((row) => asRow(row) ?? []);
    },
  };
}

function checked(values: Bindable[], expected: number, sql: string): unknown[] {
  // Sentences are made only when they are needed: this is done for every row.
  if (values.length !== expected) invariant(false, `${values.length} parameters instead of ${expected} for ${sql}`);
  for (const value of values) {
    const type = typeof value;
    const fits =
      type === 'number' || type === 'string' || type === 'bigint' || value === null || value instanceof Uint8Array;
    if (!fits) invariant(false, `a parameter of type ${type} for ${sql}`);
  }
  // One array as the only argument is taken as the list of parameters; a lone null or buffer is not.
  return values.length === 1 && typeof values[0] === 'object' ? [values] : values;
}

function asRow(row: unknown): readonly Column[] | undefined {
  if (row === undefined || row === null) return undefined;
  invariant(Array.isArray(row), 'a row is an array');
  return row;
}
