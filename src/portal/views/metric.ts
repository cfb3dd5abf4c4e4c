/** `/devices/ID?metric=NAME`: all instances of one metric, where it has several. */
import type { MetricValue } from '../../model/ptp-store.js';
import { MOST_LINES } from '../charts/chart.js';
import { compareValues, naturalPlaces } from '../order.js';
import type { PageContent } from '../page-data.js';
import {
  DEFAULT_SIZE,
  matcher,
  PAGE_SIZES,
  type PageRequest,
  pageOf,
  pageRequest,
  pageWithin,
  type Query,
  rangeName,
} from '../query.js';
import { rowNode } from '../rows.js';
import { isNumeric, ValueSet } from '../values.js';
import { mainChart, rangeNodes } from './element-chart.js';
import { elementLinks, type OneElement, trimmed } from './one-element.js';
import { pageLinks } from './page-links.js';
import { sortNodes } from './sort-nodes.js';
import { sparklines } from './sparklines.js';
import { valueNode } from './value-nodes.js';
import type { ViewContext } from './view.js';

/** The values of the metric that the address asks for without an instance, where there are several. */
export function metricOfSeveral(query: Query, metrics: readonly MetricValue[]): readonly MetricValue[] | undefined {
  const asked = query.exact('metric');
  if (!asked || query.exact('instance')) return undefined;
  const values = metrics.filter((metric) => metric.name === asked);
  return values.length > 1 ? values : undefined;
}

const COLUMNS = ['instance', 'value'] as const;
const DEFAULT_SORT = 'instance';

/** What the list is asked for: `page size sort q`. */
interface ValueRequest extends PageRequest {
  readonly sort: string;
  readonly q: string;
}

function valueRequest(query: Query): ValueRequest {
  const sort = query.text('sort');
  return {
    ...pageRequest(query),
    sort: COLUMNS.some((column) => column === sort.replace(/^-/, '')) ? sort : DEFAULT_SORT,
    q: query.text('q'),
  };
}

/** The values that match, in order; equal ones by instance as people count. */
function listedValues(values: readonly MetricValue[], { q, sort }: ValueRequest): readonly MetricValue[] {
  const matches = matcher(q);
  const placeOf = naturalPlaces(values.map((value) => value.instance));
  const direction = sort.startsWith('-') ? -1 : 1;
  const rank = ({ instance, value }: MetricValue): string | number => {
    if (!sort.endsWith('value')) return placeOf(instance);
    return isNumeric(value) ? Number(value) : String(value);
  };
  return values
    .filter(({ instance, value }) => matches(isNumeric(value) ? instance : `${instance} ${value}`))
    .sort((a, b) => compareValues(rank(a), rank(b), direction) || placeOf(a.instance) - placeOf(b.instance));
}

export async function metricPage(
  context: ViewContext,
  element: OneElement,
  all: readonly MetricValue[],
): Promise<PageContent> {
  const { base, now, query, identity } = context;
  const { name, row } = element;
  const metric = all[0]?.name ?? '';
  const request = valueRequest(query);
  const listed = listedValues(all, request);
  const page = pageWithin(request, listed.length);
  const shown = pageOf(listed, page);

  const range = rangeName(query, '1h');
  const drawn = shown.filter((value) => isNumeric(value.value)).slice(0, MOST_LINES);
  const [chart, sparks] = await Promise.all([
    mainChart(
      context,
      name,
      { metric, instance: '' },
      drawn.map(({ instance }) => ({ metric, instance })),
      range,
    ),
    sparklines(context, {
      element: name,
      remote: identity.id !== row.section.id,
      metrics: row.entry.metrics,
      traffic: [],
      values: shown,
    }),
  ]);

  const here = elementLinks(context, row.entry.kind, row.entry.id);
  const { q, sort, size } = request;
  const [path = '', search = ''] = here().split('?');
  const at = (changes: Readonly<Record<string, string | number | undefined>>) => {
    const parameters = new URLSearchParams(search);
    const list = {
      q,
      size: size === DEFAULT_SIZE ? undefined : size,
      sort: sort === DEFAULT_SORT ? undefined : sort,
      ...changes,
    };
    for (const [key, value] of Object.entries(list)) if (value) parameters.set(key, String(value));
    return `${path}?${parameters}`;
  };
  const values = new ValueSet();
  for (const value of shown) values.add(metric, value.instance);
  const { answer, counts } = trimmed(element, (value) => value.name === metric && values.has(value));
  return {
    sheet: 'metric',
    title: `${metric} \u00b7 ${row.entry.label ?? row.entry.id}`,
    refresh: 10,
    answers: [answer, ...chart.answers],
    own: {
      ELEMENT: {
        ...rowNode(row, base, now),
        ...counts,
        pageHref: here({ metric: undefined, instance: undefined }),
      },
      QUERY: {
        metric,
        ...page,
        all: all.length,
        sort,
        q,
        filtered: q !== '',
        path,
        KEPT: [...new URLSearchParams(search)].map(([key, value]) => ({ name: key, value })),
        allHref: at({ q: undefined }),
        ...pageLinks(page, at),
        SORT: sortNodes(
          COLUMNS,
          sort,
          (column) => column === 'value',
          (changes) => at({ sort: changes.sort === DEFAULT_SORT ? undefined : changes.sort }),
        ),
        SIZE: PAGE_SIZES.map((one) => ({ size: one, selected: one === size })),
      },
      ...(all.some((value) => isNumeric(value.value))
        ? {
            CHART: {
              ...chart.node,
              metric,
              hidden: Math.max(0, listed.length - drawn.length),
              RANGE: rangeNodes(range, (one) => at({ range: one, page: page.page === 1 ? undefined : page.page })),
            },
          }
        : {}),
      VALUE: shown.map((value) => valueNode(value, { sparks, now, chosen: undefined, here })),
    },
  };
}
