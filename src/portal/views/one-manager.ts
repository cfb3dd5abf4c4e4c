/**
 * `/managers/ID`: how one manager is, what it owns, what it stands in for and what it would be given back, with why; and
 * what can be done with it.
 */
import { PtpError } from '../../base/errors.js';
import { awayFrom, ownedBy, standInOf } from '../../manager/pool/pool-lists.js';
import { ELEMENT_KINDS } from '../../model/element.js';
import { allowedActions } from '../actions.js';
import { link, managerLink, plural } from '../links.js';
import type { Answer, PageContent, PageNode } from '../page-data.js';
import { poolFacts } from '../pool-facts.js';
import { lookAtPool, type PoolLook } from '../pool-look.js';
import { filterWords, PAGE_SIZES, pageRequest, pageWithin } from '../query.js';
import { alarmForm, alarmNodes, noticeNode } from './alarm-nodes.js';
import { managerNodes } from './manager-nodes.js';
import { pageLinks } from './page-links.js';
import { assignmentNode, NO_POOL, poolNode } from './pool-nodes.js';
import { attempt, type ViewContext } from './view.js';

export async function managerPage(context: ViewContext, id: string): Promise<PageContent> {
  const { ask, base, identity, now, query } = context;
  const [status, neighbors, capabilities, pool] = await Promise.all([
    attempt(ask('getStatus', { manager: id })),
    ask('getNeighbors', {}),
    attempt(ask('getCapabilities', { manager: id })),
    lookAtPool(context),
  ]);
  const found =
    'value' in status ? status.value : { managers: [], missing: [{ manager: id, reason: status.fault.message }] };
  const only = { managers: found.managers.filter((one) => one.id === id), missing: found.missing };
  const known = { neighbors: neighbors.neighbors.filter((neighbor) => neighbor.id === id) };
  const facts = pool && (await poolFacts(pool));
  const member = facts?.view.members.find((one) => one.id === id);
  if (only.managers.length === 0 && known.neighbors.length === 0 && !context.handedThrough.includes(id) && !member) {
    throw new PtpError('Client.NotFound', `no manager "${id}" is known here; /managers lists those that are`);
  }
  const answers: Answer[] = [
    { operation: 'getStatus', content: only },
    { operation: 'getNeighbors', content: known },
  ];
  if ('value' in capabilities) answers.push({ operation: 'getCapabilities', content: capabilities.value });
  const ACTION = member ? allowedActions(context, member, only.managers[0]?.state) : [];
  const nodes = managerNodes(context, only, known, facts?.view).filter((node) => node.id === id);
  const list = pool && member ? await assignmentList(context, pool, id) : {};
  const scope = id === identity.id ? 'self' : 'pool';
  const alarms = await attempt(ask('getAlarms', { scope, filter: alarmsOf(id), page: 1, pageSize: MOST_ALARMS }));
  if ('value' in alarms) answers.push({ operation: 'getAlarms', content: { ...alarms.value, missing: [] } });
  return {
    sheet: 'manager',
    title: only.managers[0]?.name ?? known.neighbors[0]?.name ?? id,
    refresh: 5,
    answers,
    own: {
      POOL: facts ? poolNode(facts, { base, self: identity.id, neighbors }) : NO_POOL,
      MANAGER: nodes.map((node) => ({
        ...node,
        alarmsHref: link(base, '/alarms', { manager: id, state: 'all' }),
        COST: ELEMENT_KINDS.map((kind) => ({
          kind: plural(kind),
          href: link(base, `/${plural(kind)}`, { sort: '-cost', manager: id }),
        })),
        ACTION,
      })),
      ...('value' in alarms ? { ALARM: alarmNodes(alarms.value, base, now) } : {}),
      FORM: alarmForm(context.call, base, managerLink(base, id)),
      ...noticeNode(query),
      ...list,
    },
  };
}

const MOST_ALARMS = 20;

/** Those of what it owns, and of itself. */
const alarmsOf = (id: string): string => `manager:"${id.replaceAll('"', '')}"`;

/** The lists of one manager, and the filter that makes each. */
const LISTS = {
  owns: { word: 'Owns', filter: (id: string) => `${ownedBy(id)} unwatched:no` },
  standsIn: { word: 'Stands in for', filter: standInOf },
  away: { word: 'Would be given back', filter: awayFrom },
} as const;
type ListName = keyof typeof LISTS;
const LIST_NAMES: readonly ListName[] = ['owns', 'standsIn', 'away'];

/** `QUERY` with a `LIST` for each list, and the `ASSIGNMENT`s of the one that is shown. */
async function assignmentList({ query, base }: ViewContext, pool: PoolLook, id: string): Promise<PageNode> {
  const q = query.text('q');
  const request = pageRequest(query);
  const here = (changes: Parameters<typeof managerLink>[2] = {}) => managerLink(base, id, changes);
  const count = async (filter: string) => (await pool.assignments({ filter, page: 1, pageSize: 1 })).total;
  const [owns, standsIn, away] = await Promise.all(LIST_NAMES.map((name) => count(LISTS[name].filter(id))));
  const totals = { owns: owns ?? 0, standsIn: standsIn ?? 0, away: away ?? 0 };
  // Of one that has lost everything, what it has lost is wanted.
  const usual = totals.owns === 0 && totals.away > 0 ? 'away' : 'owns';
  const shown = LIST_NAMES.find((name) => name === query.text('show')) ?? usual;
  const filter = [LISTS[shown].filter(id), ...filterWords(q)].join(' ');
  const counted = q ? await count(filter) : totals[shown];
  const page = pageWithin(request, counted);
  const { rows } = await pool.assignments({ filter, page: page.page, pageSize: page.size });
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
