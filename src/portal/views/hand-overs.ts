/**
 * `/handovers`: the ledger of all moves, the latest first.
 *
 * The answer of `getHandOvers` has the moves; `QUERY` says what was asked for (`q`, `kind`, `flawed`, `page`, `size`), and
 * `HANDOVER`, by element and epoch, where each element and manager is shown and how long the move took as people read it.
 */
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration } from '../format.js';
import { type Base, elementNameLink, link, managerLink } from '../links.js';
import type { PageContent, PageNode } from '../page-data.js';
import { filterWords, PAGE_SIZES, pageRequest, paging } from '../query.js';
import { pageLinks } from './page-links.js';
import { scopeOf, type ViewContext } from './view.js';

const KINDS = [
  { name: 'planned', label: 'planned' },
  { name: 'takeover', label: 'takeovers' },
] as const;

export async function handOvers(context: ViewContext): Promise<PageContent> {
  const { query, base, pool, ask } = context;
  const request = pageRequest(query);
  const q = query.text('q');
  const kind = KINDS.find(({ name }) => name === query.text('kind'))?.name ?? '';
  const flawed = query.text('flawed') === 'yes';
  const filter = [...filterWords(q), kind && `kind:${kind}`, flawed && 'flawed:yes'].filter(Boolean).join(' ');
  const answer = await ask('getHandOvers', {
    ...scopeOf(context),
    ...(filter ? { filter } : {}),
    page: request.page,
    pageSize: request.size,
  });
  const page = paging(request, answer.total);
  const asked = { q, kind, flawed: flawed ? 'yes' : '', ...(request.size === 50 ? {} : { size: request.size }) };
  return {
    sheet: 'handovers',
    title: 'Hand-overs',
    ...(request.page === 1 ? { refresh: 5 } : {}),
    answers: [{ operation: 'getHandOvers', content: answer }],
    own: {
      POOL: { standing: pool?.view.standing ?? 'alone' },
      QUERY: {
        path: link(base, '/handovers'),
        ...page,
        q,
        kind,
        flawed,
        filtered: filter !== '',
        ...pageLinks(page, (changes) => link(base, '/handovers', { ...asked, ...changes })),
        KIND: KINDS.map((one) => ({ ...one, selected: one.name === kind })),
        SIZE: PAGE_SIZES.map((size) => ({ size, selected: size === request.size })),
      },
      HANDOVER: answer.handOvers.map((row) => handOverNode(row, base)),
    },
  };
}

function handOverNode(
  { element, epoch, from, to, seconds }: Output<'getHandOvers'>['handOvers'][number],
  base: Base,
): PageNode {
  const href = elementNameLink(base, element);
  return {
    element,
    epoch,
    ...(href === undefined ? {} : { href }),
    ...(from === undefined ? {} : { fromHref: managerLink(base, from) }),
    toHref: managerLink(base, to),
    took: took(seconds),
  };
}

/** Tenths matter below a minute: that is what a takeover is judged by. */
const took = (seconds: number): string =>
  seconds < 60 ? `${Math.max(0, seconds).toFixed(1)}\u00a0s` : formatDuration(seconds * 1_000);
