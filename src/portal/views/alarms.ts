/**
 * `/alarms`: what stands open, the worst first, and with `state=cleared` or `all` what was.
 *
 * The answer of `getAlarms` has the alarms; `QUERY` says what was asked for, `ALARM`, by id, where each element is shown
 * and how long ago things were, `COUNT` how many of each severity there are in all pages.
 */
import type { Severity } from '../../model/status.js';
import type { Input } from '../../xml/messages/operations.js';
import { link } from '../links.js';
import type { PageContent, PageNode } from '../page-data.js';
import {
  filterWords,
  PAGE_SIZES,
  type PageRequest,
  pageRequest,
  paging,
  type Query,
  RANGE_NAMES,
  RANGES,
  severityOf,
} from '../query.js';
import { alarmForm, alarmNodes, countNodes, noticeNode, OPEN_SEVERITIES } from './alarm-nodes.js';
import { pageLinks } from './page-links.js';
import { sortNodes } from './sort-nodes.js';
import { scopeOf, type ViewContext } from './view.js';

const PATH = '/alarms';

const STATES = [
  { name: '', label: 'open', heading: 'Alarms' },
  { name: 'raised', label: 'not acknowledged', heading: 'Alarms' },
  { name: 'acknowledged', label: 'acknowledged', heading: 'Alarms' },
  { name: 'cleared', label: 'over', heading: 'Alarms that are over' },
  { name: 'all', label: 'all', heading: 'Alarms, open and over' },
] as const;
type StateName = (typeof STATES)[number]['name'];

const SORTS = ['severity', 'element', 'raised', 'state', 'count', 'manager'] as const;
const DEFAULT_SORT = '-severity';

interface Request extends PageRequest {
  readonly q: string;
  readonly state: StateName;
  readonly severity: Severity | undefined;
  /** Just that severity, and not worse ones. */
  readonly only: boolean;
  readonly element: string;
  readonly manager: string;
  readonly range: (typeof RANGE_NAMES)[number] | '';
  readonly sort: string;
  /** Where the page begins, told by the one before it. */
  readonly after: string;
}

function requestOf(query: Query): Request {
  const state = STATES.find(({ name }) => name === query.text('state'))?.name ?? '';
  const sort = query.text('sort');
  return {
    ...pageRequest(query),
    q: query.text('q'),
    state,
    severity: severityOf(query),
    only: query.text('only') === 'yes',
    element: query.exact('element') ?? '',
    manager: query.text('manager'),
    range: RANGE_NAMES.find((name) => name === query.text('range')) ?? '',
    sort: SORTS.some((name) => name === sort.replace(/^-/, '')) ? sort : DEFAULT_SORT,
    after: query.exact('after') ?? '',
  };
}

const isPast = ({ state }: Request): boolean => state === 'cleared' || state === 'all';

/** As a question; what is over is sorted by its latest change alone, and filtered by words. */
function questionOf(request: Request, now: number): Input<'getAlarms'> {
  const { q, state, severity, only, element, manager, range, sort, after, page, size } = request;
  const isOnly = only && severity !== undefined && !isPast(request);
  const columns = [
    ...(isOnly ? [`severity:${severity}`] : []),
    ...(manager
      ? [isPast(request) ? `"${manager.replaceAll('"', '')}"` : `manager:"${manager.replaceAll('"', '')}"`]
      : []),
  ];
  const filter = [...filterWords(q), ...columns].join(' ');
  return {
    ...(state === '' ? {} : { state }),
    ...(element ? { element } : {}),
    ...(severity === undefined || isOnly ? {} : { severity }),
    ...(range ? { from: now - RANGES[range].ms } : {}),
    ...(filter ? { filter } : {}),
    ...(after ? { page: 1, after } : { page }),
    pageSize: size,
    ...(isPast(request) || sort === DEFAULT_SORT ? {} : { sort }),
  };
}

export async function alarms(context: ViewContext): Promise<PageContent> {
  const { query, base, now, ask, call } = context;
  const request = requestOf(query);
  const answer = await ask('getAlarms', { ...scopeOf(context), ...questionOf(request, now) });
  const { q, state, severity, only, element, manager, range, sort, after } = request;
  const page = paging(request, answer.total);
  const asked = {
    ...{ q, state, severity, element, manager, range },
    ...(only && severity !== undefined ? { only: 'yes' } : {}),
    ...(sort === DEFAULT_SORT ? {} : { sort }),
    ...(request.size === 50 ? {} : { size: request.size }),
  };
  const at = (changes: Readonly<Record<string, string | number | undefined>> = {}) =>
    link(base, PATH, { ...asked, ...changes });
  const links = pageLinks(page, (changes) =>
    at(changes.page > page.page ? { ...changes, after: answer.next } : changes),
  );
  const shown = STATES.find(({ name }) => name === state) ?? STATES[0];
  return {
    sheet: 'alarms',
    title: shown.heading,
    refresh: 5,
    answers: [{ operation: 'getAlarms', content: answer }],
    own: {
      ...countNodesOf(answer.counts, base, { element, manager, q, range, state }),
      FORM: alarmForm(call, base, at({ page: page.page === 1 ? undefined : page.page, after })),
      ...noticeNode(query),
      QUERY: {
        path: link(base, PATH),
        ...page,
        q,
        state,
        past: isPast(request),
        severity: severity ?? '',
        element,
        manager,
        range,
        filtered: Boolean(q || severity || element || manager || range || state),
        ...links,
        // Its rows alone tell where a later page goes on; by its number alone, no page that far down is merged.
        ...(page.page > 1 ? { firstHref: at() } : {}),
        STATE: STATES.map(({ name, label }) => ({ name, label, selected: name === state })),
        SEVERITY: OPEN_SEVERITIES.map((name) => ({ name, selected: name === severity })),
        RANGE: RANGE_NAMES.map((name) => ({ name, label: RANGES[name].label, selected: name === range })),
        SIZE: PAGE_SIZES.map((size) => ({ size, selected: size === request.size })),
        SORT: isPast(request)
          ? []
          : sortNodes(
              SORTS,
              sort,
              (column) => !['element', 'manager'].includes(column),
              (changes) => at(changes),
            ),
      },
      ALARM: alarmNodes(answer, base, now),
    },
  };
}

const countNodesOf = (
  counts: Parameters<typeof countNodes>[0],
  base: string,
  more: Record<string, string>,
): PageNode => (counts.length > 0 ? { ALARMS: countNodes(counts, base, more) } : {});
