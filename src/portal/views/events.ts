/** `/events`: the event log, newest first. */
import { writeEventPlace } from '../../manager/event-place.js';
import { SEVERITIES } from '../../model/status.js';
import type { Output } from '../../xml/messages/operations.js';
import { isoTime } from '../format.js';
import { link } from '../links.js';
import type { PageContent, PageNode } from '../page-data.js';
import { PAGE_SIZES, type Paging, pageRequest, paging, type Query, RANGE_NAMES, RANGES, severityOf } from '../query.js';
import { eventNodes } from './event-nodes.js';
import { scopeOf, type ViewContext } from './view.js';

export async function events(context: ViewContext): Promise<PageContent> {
  const { query, base, now } = context;
  const request = pageRequest(query);
  const q = query.text('q');
  const severity = severityOf(query);
  const element = query.exact('element') ?? '';
  const range = RANGE_NAMES.find((name) => name === query.text('range')) ?? '';
  const from = query.time('from') ?? (range ? now - RANGES[range].ms : undefined);
  const to = query.time('to');
  const { after, before } = placeOf(query, request.page);
  const given = await context.ask('getEvents', {
    ...scopeOf(context),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(severity === undefined ? {} : { severity }),
    ...(q ? { text: q } : {}),
    ...(element ? { element } : {}),
    ...(after || before ? { after: after || before } : { page: request.page }),
    ...(before ? { sort: 'time' } : {}),
    pageSize: request.size,
  });
  // What lies before a place is read from there back.
  const answer = before ? { ...given, events: given.events.toReversed() } : given;
  const least = (request.page - 1) * request.size + answer.events.length + (given.next ? 1 : 0);
  const page = paging(request, answer.totalIsLeast ? Math.max(answer.total, least) : answer.total);
  const asked = { q, severity, element, range, from: query.text('from'), to: query.text('to') };
  const at = (changes: { readonly page: number; readonly after?: string; readonly before?: string }) =>
    link(base, '/events', { ...asked, ...(request.size === 50 ? {} : { size: request.size }), ...changes });
  return {
    sheet: 'events',
    title: 'Events',
    // Older pages do not change under the eyes of the reader.
    ...(request.page === 1 && to === undefined ? { refresh: 10 } : {}),
    answers: [{ operation: 'getEvents', content: answer }],
    own: {
      QUERY: {
        path: link(base, '/events'),
        ...page,
        q,
        severity: severity ?? '',
        element,
        range,
        ...(from === undefined ? {} : { from: isoTime(from) }),
        ...(to === undefined ? {} : { to: isoTime(to) }),
        filtered: Boolean(q || severity || element || from !== undefined || to !== undefined),
        ...(answer.totalIsLeast ? { least: true } : {}),
        ...besides(answer, page, before !== '', at),
        SEVERITY: [...SEVERITIES].reverse().map((name) => ({ name, selected: name === severity })),
        RANGE: RANGE_NAMES.map((name) => ({ name, label: RANGES[name].label, selected: name === range })),
        SIZE: PAGE_SIZES.map((size) => ({ size, selected: size === request.size })),
      },
      EVENT: eventNodes(answer, base),
    },
  };
}

/** Where a later page begins or ends: by a place in the log, so that events that arrive do not move it. */
function placeOf(query: Query, page: number): { readonly after: string; readonly before: string } {
  const after = page > 1 ? (query.exact('after') ?? '') : '';
  return { after, before: page > 1 && !after ? (query.exact('before') ?? '') : '' };
}

type Places = { readonly page: number; readonly after?: string; readonly before?: string };

/** The newer page and the older one. */
function besides(
  { events, next }: Output<'getEvents'>,
  { page }: Paging,
  isRead: boolean,
  at: (changes: Places) => string,
): PageNode {
  const [first] = events;
  const last = events.at(-1);
  const newer = page === 2 || !first ? { page: 1 } : { page: page - 1, before: writeEventPlace(first, true) };
  // Whoever came back from an older page finds it again.
  const older = isRead && last ? writeEventPlace(last, false) : next;
  return {
    ...(page > 1 ? { previous: at(newer) } : {}),
    ...(older === undefined ? {} : { next: at({ page: page + 1, after: older }) }),
  };
}
