/** Small charts beside values: the last hour, for as many metrics as a page can bear. */
import type { ElementName } from '../../model/element.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { Point, Series } from '../../model/sample.js';
import { sparkPath } from '../charts/chart.js';
import { TRAFFIC_IN, TRAFFIC_OUT } from '../interfaces.js';
import type { PageNode } from '../page-data.js';
import { isNumeric, valueGroups } from '../values.js';
import { attempt, type ViewContext } from './view.js';

/** A question for each metric, all its instances in one. */
const MOST_METRICS = 24;
/** Paths in one page; what comes after is shown as a number alone. */
const MOST_SPARKS = 400;
const SPAN_MS = 3_600_000;
const STEP_MS = 60_000;

export interface Sparks {
  /** `SPARK` of an interface: both directions on one scale. */
  traffic(instance: string): PageNode | undefined;
  of(value: MetricValue): PageNode | undefined;
}

export async function sparklines(
  context: ViewContext,
  element: ElementName,
  metrics: readonly MetricValue[],
): Promise<Sparks> {
  const present = new Set(metrics.map((metric) => metric.name));
  const traffic = [TRAFFIC_IN, TRAFFIC_OUT].filter((name) => present.has(name));
  const plain = valueGroups(metrics).filter(({ values }) => values.some((value) => isNumeric(value.value)));
  const wanted = [...traffic, ...plain.map((group) => group.metric)].slice(0, MOST_METRICS);

  const to = Math.ceil(context.now / STEP_MS) * STEP_MS;
  const window = { from: to - SPAN_MS, to };
  const asked = await Promise.all(
    wanted.map((metric) => attempt(context.ask('getSamples', { element, metric, ...window, step: STEP_MS / 1_000 }))),
  );
  const points = new Map<string, readonly Point[]>();
  for (const one of asked) {
    if ('value' in one)
      for (const series of one.value.series) points.set(keyOf(series.metric, series.instance), series.points);
  }

  let drawn = 0;
  const path = (line: readonly Point[], highest?: number): string | undefined => {
    if (drawn >= MOST_SPARKS) return undefined;
    drawn++;
    return sparkPath(line, window.from, window.to, STEP_MS, highest);
  };
  return {
    traffic(instance) {
      const lines = [TRAFFIC_IN, TRAFFIC_OUT].map((metric) => points.get(keyOf(metric, instance)) ?? []);
      const highest = Math.max(1, ...lines.flat().map((point) => point.value));
      const [inPath, outPath] = lines.map((line) => path(line, highest));
      if (!inPath && !outPath) return undefined;
      return { ...(inPath ? { path: inPath } : {}), ...(outPath ? { second: outPath } : {}) };
    },
    of({ name, instance }) {
      const line = path(points.get(keyOf(name, instance)) ?? []);
      return line ? { path: line } : undefined;
    },
  };
}

const keyOf = (metric: Series['metric'], instance: Series['instance']): string => JSON.stringify([metric, instance]);
