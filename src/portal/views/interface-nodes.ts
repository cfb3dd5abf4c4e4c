/** The table of interfaces as data: one page of it, what it was asked for, and where the other pages are. */
import type { Status } from '../../model/status.js';
import { formatValue } from '../format.js';
import {
  INTERFACE_COLUMNS,
  type InterfaceRequest,
  isBusy,
  isDown,
  isFaulty,
  isLost,
  stateWord,
  TROUBLE_FIRST,
} from '../interface-list.js';
import { type InterfaceRow, TRAFFIC_IN } from '../interfaces.js';
import type { PageNode } from '../page-data.js';
import { PAGE_SIZES, type Paging } from '../query.js';
import type { ChosenMetric } from './element-chart.js';
import type { ElementLinks } from './one-element.js';
import { pageLinks } from './page-links.js';
import { sortNodes } from './sort-nodes.js';
import type { Sparks } from './sparklines.js';

/** With fewer interfaces than this there is nothing to search. */
const WORTH_SEARCHING = 12;

/** `INTERFACES`: `total` is how many match, `all` how many there are. */
export function interfacesNode(
  all: readonly InterfaceRow[],
  request: InterfaceRequest,
  page: Paging,
  here: ElementLinks,
): PageNode {
  const { sort, q } = request;
  const at = (changes: { readonly sort?: string; readonly page?: number }) =>
    `${here({
      // Another order begins at its first page.
      ifPage: changes.page === 1 ? undefined : changes.page,
      ...(changes.sort === undefined ? {} : { ifSort: changes.sort === TROUBLE_FIRST ? undefined : changes.sort }),
    })}#interfaces`;
  const [path = '', search = ''] = here({ ifq: undefined, ifSize: undefined, ifPage: undefined }).split('?');
  return {
    ...page,
    all: all.length,
    down: all.filter(isLost).length,
    faulty: all.filter(isFaulty).length,
    sort,
    q,
    filtered: q !== '',
    searchable: all.length >= WORTH_SEARCHING || q !== '',
    // A form says its own query: what else the address says goes along.
    path: `${path}#interfaces`,
    KEPT: [...new URLSearchParams(search)].map(([name, value]) => ({ name, value })),
    allHref: `${here({ ifq: undefined, ifPage: undefined })}#interfaces`,
    ...pageLinks(page, at),
    SORT: sortNodes(INTERFACE_COLUMNS, sort, (column) => column !== 'name', at),
    SIZE: PAGE_SIZES.map((size) => ({ size, selected: size === page.size })),
  };
}

export function interfaceNode(
  row: InterfaceRow,
  sparks: Sparks,
  chosen: ChosenMetric | undefined,
  href: (metric: string) => string,
): PageNode {
  const bits = (value: number | undefined) => (value === undefined ? '' : formatValue(value, 'bit/s'));
  const rate = (value: number | undefined) => (value === undefined ? '' : formatValue(value, '1/s'));
  const spark = sparks.traffic(row.instance);
  const measured = row.input !== undefined || row.output !== undefined;
  return {
    instance: row.instance,
    ...(row.alias ? { alias: row.alias } : {}),
    ...(row.state ? { state: row.state } : {}),
    word: stateWord(row),
    // The words of the common data format, so that an interface has the shapes of an element's status.
    condition: interfaceCondition(row),
    disabled: row.disabled,
    BEYOND: row.beyond.map(({ name, severity = '', threshold = '' }) => ({ metric: name, severity, threshold })),
    speed: bits(row.speed),
    input: bits(row.input),
    output: bits(row.output),
    errors: rate(row.errors),
    discards: rate(row.discards),
    faulty: isFaulty(row),
    ...(row.utilisation === undefined
      ? {}
      : {
          utilisation: formatValue(row.utilisation, '%'),
          share: `${Math.min(100, row.utilisation).toFixed(1)}%`,
          busy: isBusy(row),
        }),
    ...(measured ? { href: href(TRAFFIC_IN) } : {}),
    ...(row.errors === undefined ? {} : { errorsHref: href('ifInErrors.rate') }),
    selected: measured && chosen?.metric === TRAFFIC_IN && chosen.instance === row.instance,
    ...(spark ? { spark } : {}),
  };
}

function interfaceCondition(row: InterfaceRow): Status {
  if (row.state === 'up') return 'normal';
  if (row.disabled) return 'maintenance';
  return isDown(row) ? 'down' : 'unknown';
}
