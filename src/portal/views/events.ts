/** `/events`: the event log, newest first. */
import { SEVERITIES } from '../../model/status.js';
import { isoTime } from '../format.js';
import { link } from '../links.js';
import type { PageContent } from '../page-data.js';
import { PAGE_SIZES, pageRequest, paging, RANGE_NAMES, RANGES, severityOf } from '../query.js';
import { eventNodes } from './event-nodes.js';
import { pageLinks } from './page-links.js';
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
  const answer = await context.ask('getEvents', {
    ...scopeOf(context),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(severity === undefined ? {} : { severity }),
    ...(q ? { text: q } : {}),
    ...(element ? { element } : {}),
    page: request.page,
    pageSize: request.size,
  });
  const page = paging(request, answer.total);
  const asked = { q, severity, element, range, from: query.text('from'), to: query.text('to') };
  const at = (changes: { readonly page: number }) =>
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
        ...pageLinks(page, at),
        SEVERITY: [...SEVERITIES].reverse().map((name) => ({ name, selected: name === severity })),
        RANGE: RANGE_NAMES.map((name) => ({ name, label: RANGES[name].label, selected: name === range })),
        SIZE: PAGE_SIZES.map((size) => ({ size, selected: size === request.size })),
      },
      EVENT: eventNodes(answer, base),
    },
  };
}
