/** The orders that a table offers in its head. Pure. */
import type { PageNode } from '../page-data.js';

/**
 * A `SORT` for each column: whether it is the order now, and where the other direction is found.
 *
 * @param falling Columns that are wanted from the top first, such as urgency and traffic; text is wanted from A.
 */
export const sortNodes = (
  columns: readonly string[],
  sort: string,
  falling: (column: string) => boolean,
  at: (changes: { readonly sort: string }) => string,
): readonly PageNode[] =>
  columns.map((column) => {
    const current = sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none';
    const [first, other] = falling(column) ? [`-${column}`, column] : [column, `-${column}`];
    return { column, current, href: at({ sort: sort === first ? other : first }) };
  });
