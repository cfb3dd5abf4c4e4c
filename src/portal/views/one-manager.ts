/**
 * `/managers/ID`: how one manager is, what it owns, what it stands in for and what it would be given back, with why; and
 * what can be done with it.
 */
import { PtpError } from '../../base/errors.js';
import { awayFrom, ownedBy, standInOf } from '../../manager/pool/pool-lists.js';
import type { PoolService } from '../../manager/pool/pool-service.js';
import { allowedActions } from '../actions.js';
import { managerLink } from '../links.js';
import type { Answer, PageContent, PageNode } from '../page-data.js';
import { poolFacts } from '../pool-facts.js';
import { filterWords, PAGE_SIZES, pageRequest, pageWithin } from '../query.js';
import { managerNodes } from './manager-nodes.js';
import { pageLinks } from './page-links.js';
import { assignmentNode, NO_POOL, poolNode } from './pool-nodes.js';
import { attempt, type ViewContext } from './view.js';

export async function managerPage(context: ViewContext, id: string): Promise<PageContent> {
  const { ask, pool, base, identity } = context;
  const [status, neighbors, capabilities] = await Promise.all([
    attempt(ask('getStatus', { manager: id })),
    ask('getNeighbors', {}),
    attempt(ask('getCapabilities', { manager: id })),
  ]);
  const found =
    'value' in status ? status.value : { managers: [], missing: [{ manager: id, reason: status.fault.message }] };
  const only = { managers: found.managers.filter((one) => one.id === id), missing: found.missing };
  const known = { neighbors: neighbors.neighbors.filter((neighbor) => neighbor.id === id) };
  const facts = pool && poolFacts(pool);
  const isMember = facts?.view.members.some((member) => member.id === id) ?? false;
  if (only.managers.length === 0 && known.neighbors.length === 0 && !context.handedThrough.includes(id) && !isMember) {
    throw new PtpError('Client.NotFound', `no manager "${id}" is known here; /managers lists those that are`);
  }
  const answers: Answer[] = [
    { operation: 'getStatus', content: only },
    { operation: 'getNeighbors', content: known },
  ];
  if ('value' in capabilities) answers.push({ operation: 'getCapabilities', content: capabilities.value });
  const ACTION = allowedActions(context, id, only.managers[0]?.state);
  const nodes = managerNodes(context, only, known, facts?.view).filter((node) => node.id === id);
  const list = pool && isMember ? assignmentList(context, pool, id) : {};
  return {
    sheet: 'manager',
    title: only.managers[0]?.name ?? known.neighbors[0]?.name ?? id,
    refresh: 5,
    answers,
    own: {
      POOL: facts ? poolNode(facts, { base, self: identity.id, neighbors }) : NO_POOL,
      MANAGER: nodes.map((node) => ({ ...node, ACTION })),
      ...list,
    },
  };
}

/** The lists of one manager, and the filter that makes each. */
const LISTS = {
  owns: { word: 'Owns', filter: (id: string) => `${ownedBy(id)} unwatched:no` },
  standsIn: { word: 'Stands in for', filter: standInOf },
  away: { word: 'Would be given back', filter: awayFrom },
} as const;
type ListName = keyof typeof LISTS;
const LIST_NAMES: readonly ListName[] = ['owns', 'standsIn', 'away'];

/** `QUERY` with a `LIST` for each list, and the `ASSIGNMENT`s of the one that is shown. */
function assignmentList({ query, base }: ViewContext, pool: PoolService, id: string): PageNode {
  const q = query.text('q');
  const request = pageRequest(query);
  const here = (changes: Parameters<typeof managerLink>[2] = {}) => managerLink(base, id, changes);
  const count = (name: ListName) => pool.assignments({ filter: LISTS[name].filter(id), page: 1, pageSize: 1 }).total;
  const totals = { owns: count('owns'), standsIn: count('standsIn'), away: count('away') };
  // Of one that has lost everything, what it has lost is wanted.
  const usual = totals.owns === 0 && totals.away > 0 ? 'away' : 'owns';
  const shown = LIST_NAMES.find((name) => name === query.text('show')) ?? usual;
  const filter = [LISTS[shown].filter(id), ...filterWords(q)].join(' ');
  const counted = q ? pool.assignments({ filter, page: 1, pageSize: 1 }).total : totals[shown];
  const page = pageWithin(request, counted);
  const { rows } = pool.assignments({ filter, page: page.page, pageSize: page.size });
  const kept = { show: shown === usual ? '' : shown, ...(request.size === 50 ? {} : { size: request.size }) };
  return {
    QUERY: {
      path: here(),
      show: shown,
      q,
      filtered: q !== '',
      allHref: here(kept),
      ...page,
      ...pageLinks(page, (changes) => here({ ...kept, q, ...changes })),
      KEPT: shown === usual ? [] : [{ name: 'show', value: shown }],
      LIST: LIST_NAMES.map((name) => ({
        name,
        word: LISTS[name].word,
        count: totals[name],
        selected: name === shown,
        href: here({ show: name === usual ? '' : name }),
      })),
      SIZE: PAGE_SIZES.map((size) => ({ size, selected: size === request.size })),
    },
    ASSIGNMENT: rows.map((row) => assignmentNode(row, base)),
  };
}
