/** The pages before and after one of a list. Pure. */
import type { PageNode } from '../page-data.js';
import type { Paging } from '../query.js';

/** `previous` and `next`, where there are any. */
export function pageLinks(paging: Paging, at: (changes: { readonly page: number }) => string): PageNode {
  const { page, pages } = paging;
  return {
    ...(page > 1 ? { previous: at({ page: Math.min(page - 1, pages) }) } : {}),
    ...(page < pages ? { next: at({ page: page + 1 }) } : {}),
  };
}
