/** `/devices`, `/services`, `/applications`: paged, sorted and filtered by the operation itself. */
import type { ElementKind } from '../../model/element.js';
import { STATUSES, URGENCY } from '../../model/status.js';
import { type Base, link, plural } from '../links.js';
import type { Answer, PageContent, PageNode } from '../page-data.js';
import { DEFAULT_SORT, type ListRequest, listFilter, listRequest, PAGE_SIZES, type Paging, paging } from '../query.js';
import { compareRows, ELEMENT_COLUMNS, rowNode, rowsOf } from '../rows.js';
import { pageLinks } from './page-links.js';
import { sortNodes } from './sort-nodes.js';
import { scopeOf, type ViewContext } from './view.js';

/** Urgency, time and cost are wanted from the top first, text from A. */
const TOP_FIRST: ReadonlySet<string> = new Set(['status', 'since', 'cost']);

const TITLES = { device: 'Devices', service: 'Services', application: 'Applications' } as const;

export const elementList =
  (kind: ElementKind) =>
  async (context: ViewContext): Promise<PageContent> => {
    const { base, now, query } = context;
    const request = listRequest(query);
    const answer = await askList(context, kind, request);
    const { PTP_STORE: store, total } = answer.content;
    const rows = [...rowsOf(store, kind)].sort(compareRows(request.sort));
    const path = `/${plural(kind)}`;
    return {
      sheet: 'elements',
      title: TITLES[kind],
      refresh: 10,
      answers: [answer],
      own: {
        QUERY: { kind, path: link(base, path), ...listQueryNode(base, path, request, paging(request, total)) },
        ROW: rows.map((row) => rowNode(row, base, now)),
      },
    };
  };

type ListAnswer = Extract<Answer, { operation: 'getDevices' | 'getServices' | 'getApplications' }>;

async function askList(context: ViewContext, kind: ElementKind, request: ListRequest): Promise<ListAnswer> {
  const filter = listFilter(request);
  const input = {
    ...scopeOf(context),
    ...(filter ? { filter } : {}),
    sort: request.sort,
    page: request.page,
    pageSize: request.size,
    detail: 'summary',
  } as const;
  switch (kind) {
    case 'device':
      return { operation: 'getDevices', content: await context.ask('getDevices', input) };
    case 'service':
      return { operation: 'getServices', content: await context.ask('getServices', input) };
    case 'application':
      return { operation: 'getApplications', content: await context.ask('getApplications', input) };
  }
}

/** What was asked for, and the addresses of the other pages and orders of the same list. */
function listQueryNode(base: Base, path: string, request: ListRequest, paging: Paging): PageNode {
  const { q, status, type, site, manager, sort, size } = request;
  const kept = { q, status, type, site, manager, ...(size === 50 ? {} : { size }) };
  const at = (changes: { readonly sort?: string; readonly page?: number }) =>
    link(base, path, { ...kept, ...(sort === DEFAULT_SORT ? {} : { sort }), ...changes });
  return {
    ...request,
    ...paging,
    filtered: [q, status, type, site, manager].some((value) => value !== ''),
    ...pageLinks(paging, at),
    SORT: sortNodes(ELEMENT_COLUMNS, sort, (column) => TOP_FIRST.has(column), at),
    STATUS: [...STATUSES].sort((a, b) => URGENCY[b] - URGENCY[a]).map((name) => ({ name, selected: status === name })),
    SIZE: PAGE_SIZES.map((one) => ({ size: one, selected: one === size })),
  };
}
