/**
 * `/handovers`: the ledger of all moves, the latest first.
 *
 * `QUERY` has what was asked for (`q`, `kind`, `flawed`, `page`, `size`), `HANDOVER` one for each move: `time`, `element`,
 * `from`, `to`, `reason`, `epoch`, `takeover`, polls `missed` and `doubled`, and `seconds`, raw and as people read them.
 */
import type { HandOver } from '../../manager/pool/pool-service.js';
import { formatEpoch } from '../../model/manager.js';
import { formatDuration, isoTime } from '../format.js';
import { type Base, elementNameLink, link, managerLink } from '../links.js';
import type { PageContent, PageNode } from '../page-data.js';
import { filterWords, PAGE_SIZES, pageRequest, paging } from '../query.js';
import { pageLinks } from './page-links.js';
import type { ViewContext } from './view.js';

const KINDS = [
  { name: 'planned', label: 'planned' },
  { name: 'takeover', label: 'takeovers' },
] as const;

export async function handOvers({ query, base, pool }: ViewContext): Promise<PageContent> {
  const request = pageRequest(query);
  const q = query.text('q');
  const kind = KINDS.find(({ name }) => name === query.text('kind'))?.name ?? '';
  const flawed = query.text('flawed') === 'yes';
  const filter = [...filterWords(q), kind && `kind:${kind}`, flawed && 'flawed:yes'].filter(Boolean).join(' ');
  const listed = (await pool?.handOvers({
    ...(filter ? { filter } : {}),
    page: request.page,
    pageSize: request.size,
  })) ?? { rows: [], total: 0 };
  const page = paging(request, listed.total);
  const asked = { q, kind, flawed: flawed ? 'yes' : '', ...(request.size === 50 ? {} : { size: request.size }) };
  return {
    sheet: 'handovers',
    title: 'Hand-overs',
    ...(request.page === 1 ? { refresh: 5 } : {}),
    answers: [],
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
      HANDOVER: listed.rows.map((row) => handOverNode(row, base)),
    },
  };
}

/** One line of the ledger. */
export function handOverNode(row: HandOver, base: Base): PageNode {
  const href = elementNameLink(base, row.element);
  return {
    time: isoTime(row.time),
    element: row.element,
    ...(href === undefined ? {} : { href }),
    ...(row.from === undefined ? {} : { from: row.from, fromHref: managerLink(base, row.from) }),
    to: row.to,
    toHref: managerLink(base, row.to),
    reason: row.reason,
    epoch: formatEpoch(row.epoch),
    takeover: row.takeover,
    missed: row.missed,
    doubled: row.doubled,
    seconds: Math.round(row.seconds * 1_000) / 1_000,
    took: took(row.seconds),
  };
}

/** Tenths matter below a minute: that is what a takeover is judged by. */
const took = (seconds: number): string =>
  seconds < 60 ? `${Math.max(0, seconds).toFixed(1)}\u00a0s` : formatDuration(seconds * 1_000);
