/** The element that a page is about: asked for whole, given out with the values that the page shows. */
import { PtpError } from '../../base/errors.js';
import { type ElementKind, type ElementName, elementName } from '../../model/element.js';
import type { ElementEntry, MetricValue } from '../../model/ptp-store.js';
import { elementLink, plural } from '../links.js';
import type { Answer } from '../page-data.js';
import { DEFAULT_SIZE, type Query, rangeName } from '../query.js';
import { type ElementRow, rowsOf } from '../rows.js';
import { scopeOf, type ViewContext } from './view.js';

type OneAnswer = Extract<Answer, { operation: 'getDevices' | 'getServices' | 'getApplications' }>;

export interface OneElement {
  readonly name: ElementName;
  readonly row: ElementRow;
  readonly answer: OneAnswer;
}

/** @throws PtpError `Client.NotFound`. */
export async function oneElement(context: ViewContext, kind: ElementKind, id: string): Promise<OneElement> {
  const name = elementName(kind, id);
  const answer = await ask(context, kind, name);
  const row = rowsOf(answer.content.PTP_STORE, kind).find(({ entry }) => entry.id === id);
  if (!row)
    throw new PtpError('Client.NotFound', `there is no ${kind} "${id}" here; ${plural(kind)} lists those that are`);
  return { name, row, answer };
}

async function ask(context: ViewContext, kind: ElementKind, element: string): Promise<OneAnswer> {
  const input = { ...scopeOf(context), element, detail: 'full' } as const;
  switch (kind) {
    case 'device':
      return { operation: 'getDevices', content: await context.ask('getDevices', input) };
    case 'service':
      return { operation: 'getServices', content: await context.ask('getServices', input) };
    case 'application':
      return { operation: 'getApplications', content: await context.ask('getApplications', input) };
  }
}

/**
 * The answer with those values alone that the page shows. An element may have a hundred thousand, and all that is in
 * the answer goes through the stylesheet; who wants all asks the operation itself, or page by page.
 */
export function trimmed({ answer, row }: OneElement, shows: (value: MetricValue) => boolean) {
  const metrics = row.entry.metrics.filter(shows);
  const entries = (all: readonly ElementEntry[]) =>
    all.map((entry) => (entry === row.entry ? { ...entry, metrics } : entry));
  const { PTP_STORE: store } = answer.content;
  const managers = store.managers.map((section) =>
    section === row.section
      ? {
          ...section,
          devices: entries(section.devices),
          services: entries(section.services),
          applications: entries(section.applications),
        }
      : section,
  );
  return {
    answer: { ...answer, content: { ...answer.content, PTP_STORE: { ...store, managers } } } satisfies OneAnswer,
    /** For `ELEMENT`: how many values there are, and how many of them the answer holds. */
    counts: { values: row.entry.metrics.length, shown: metrics.length },
  };
}

/** What an element's address says beside the element: the chart, and the place in the table of interfaces. */
const STATE = ['metric', 'instance', 'range', 'ifq', 'ifSort', 'ifSize', 'ifPage'] as const;
type ElementState = Readonly<Partial<Record<(typeof STATE)[number], string | number>>>;

/** What was asked for, without what goes without saying. */
export function elementState(query: Query): ElementState {
  return {
    metric: query.exact('metric'),
    instance: query.exact('instance'),
    range: query.text('range') ? rangeName(query, '1h') : undefined,
    ifq: query.text('ifq'),
    ifSort: query.text('ifSort'),
    ifSize: query.whole('ifSize', DEFAULT_SIZE, 1, 1_000) === DEFAULT_SIZE ? undefined : query.text('ifSize'),
    ifPage: query.whole('ifPage', 1, 1, 1_000_000) === 1 ? undefined : query.text('ifPage'),
  };
}

/** Addresses of the same element's page: what they do not change stays as it is. */
export const elementLinks =
  ({ base, query }: Pick<ViewContext, 'base' | 'query'>, kind: ElementKind, id: string) =>
  (changes: ElementState = {}): string =>
    elementLink(base, kind, id, { ...elementState(query), ...changes });
export type ElementLinks = ReturnType<typeof elementLinks>;
