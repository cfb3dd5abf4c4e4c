/** Conditions of a question, gathered with the values that they are about. */

import type { Row } from './columns.js';
import { plain } from './names.js';
import type { Parameter, Session } from './session.js';

/** Rows of one page at most. */
const MAX_PAGE = 1000;

export class Where {
  readonly #conditions: string[] = [];
  readonly values: Parameter[] = [];

  /** @param sql With a question mark for each value. */
  add(sql: string, ...values: readonly Parameter[]): void {
    let at = this.values.length;
    const numbered = sql.replaceAll('?', () => {
      at += 1;
      return `$${at}`;
    });
    this.#conditions.push(numbered);
    this.values.push(...values);
  }

  /** Part of one of these columns, upper and lower case of ASCII alike, taken literally. */
  addPart(columns: readonly string[], part: string): void {
    const pattern = patternOf(part);
    this.add(columns.map(like).join(' OR '), ...columns.map(() => pattern));
  }

  get sql(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.map((one) => `(${one})`).join(' AND ')}`;
  }

  /** One page in an order, and how many rows there are, up to `most`. */
  async page(
    session: Session,
    {
      columns,
      from,
      order,
      limit,
      offset,
    }: Readonly<Record<'columns' | 'from' | 'order', string>> & {
      readonly limit: number;
      readonly offset: number;
    },
  ): Promise<readonly Row[]> {
    return session.rows(
      `SELECT ${columns} FROM ${from} ${this.sql} ORDER BY ${order} LIMIT ${Math.min(limit, MAX_PAGE)} OFFSET ${offset}`,
      this.values,
    );
  }

  async count(session: Session, from: string, most: number): Promise<number> {
    const row = await session.first(
      `SELECT count(*) FROM (SELECT 1 FROM ${from} ${this.sql} LIMIT ${most}) AS counted`,
      this.values,
    );
    return Number(row?.[0] ?? 0);
  }
}

/** For `ILIKE`, with a backslash as the escape. */
export const patternOf = (part: string): string => `%${plain(part).replace(/[\\%_]/g, '\\$&')}%`;

/** The collation knows upper and lower case of ASCII only, in every database. */
export const like = (column: string): string => `coalesce(${column}, '') COLLATE "C" ILIKE ?`;
