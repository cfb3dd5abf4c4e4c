/** Values of an element as data, metric by metric. */
import type { MetricValue } from '../../model/ptp-store.js';
import { formatDuration, formatValue } from '../format.js';
import type { PageNode } from '../page-data.js';
import { isNumeric, type ValueGroup } from '../values.js';
import type { ChosenMetric } from './element-chart.js';
import type { ElementLinks } from './one-element.js';
import type { Sparks } from './sparklines.js';

/** Instances of one metric on the element's page; what has more has a page of its own. */
const MOST_INSTANCES = 20;

export interface ShownGroup extends ValueGroup {
  /** How many there are, shown or not. */
  readonly count: number;
}

/** The first values of each group, and the one that is drawn, wherever it is. */
export function shownGroups(groups: readonly ValueGroup[], chosen: ChosenMetric | undefined): readonly ShownGroup[] {
  return groups.map((group) => ({
    ...group,
    count: group.values.length,
    values: group.values.filter(
      (value, place) =>
        place < MOST_INSTANCES || (group.metric === chosen?.metric && value.instance === chosen.instance),
    ),
  }));
}

/** What values look like on a page. */
export interface ValueLook {
  readonly sparks: Sparks;
  readonly now: number;
  readonly chosen: ChosenMetric | undefined;
  readonly here: ElementLinks;
}

/** `GROUP`: `count` is how many there are; with fewer `VALUE`s it has the address of all. */
export const groupNode = ({ metric, values, count }: ShownGroup, look: ValueLook): PageNode => ({
  metric,
  count,
  ...(count > values.length ? { allHref: look.here({ metric, instance: undefined }) } : {}),
  VALUE: values.map((value) => valueNode(value, look)),
});

export function valueNode(value: MetricValue, { sparks, now, chosen, here }: ValueLook): PageNode {
  const { name, instance } = value;
  const spark = sparks.of(value);
  return {
    instance,
    text: formatValue(value.value, value.unit),
    ago: formatDuration(now - value.time),
    numeric: isNumeric(value.value),
    ...(isNumeric(value.value) ? { href: `${here({ metric: name, instance: instance || undefined })}#chart` } : {}),
    selected: chosen?.metric === name && chosen.instance === instance,
    ...(value.severity ? { severity: value.severity, threshold: value.threshold ?? '' } : {}),
    ...(spark ? { spark } : {}),
  };
}
