/** Small charts beside values: the last hour, for as many metrics as a page can bear. */
import type { ElementName } from '../../model/element.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { Point, Series } from '../../model/sample.js';
import { sparkPath } from '../charts/chart.js';
import { TRAFFIC_IN, TRAFFIC_OUT } from '../interfaces.js';
import type { PageNode } from '../page-data.js';
import { isNumeric } from '../values.js';
import { attempt, type ViewContext } from './view.js';

/** Up to so many instances of a metric are asked for in one question; of more, only those that are shown, one by one. */
const MOST_TOGETHER = 100;
/** Questions for one page. What comes after is shown as a number alone. */
const MOST_QUESTIONS = 125;
/** Of an element of another manager: each question is a call over the network. */
const MOST_REMOTE_QUESTIONS = 24;
/** Paths in one page. */
const MOST_SPARKS = 400;
const SPAN_MS = 3_600_000;
const STEP_MS = 60_000;

export interface Sparks {
  /** `SPARK` of an interface: both directions on one scale. */
  traffic(instance: string): PageNode | undefined;
  of(value: MetricValue): PageNode | undefined;
}

export interface SparkInput {
  readonly element: ElementName;
  /** Whether another manager has the samples. */
  readonly remote: boolean;
  /** All values of the element. */
  readonly metrics: readonly MetricValue[];
  /** Instances whose traffic is shown. */
  readonly traffic: readonly string[];
  /** Values that are shown. */
  readonly values: readonly MetricValue[];
}

export async function sparklines(context: ViewContext, input: SparkInput): Promise<Sparks> {
  const to = Math.ceil(context.now / STEP_MS) * STEP_MS;
  const window = { from: to - SPAN_MS, to };
  const asked = await Promise.all(
    questions(input).map((question) =>
      attempt(context.ask('getSamples', { element: input.element, ...question, ...window, step: STEP_MS / 1_000 })),
    ),
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

interface Question {
  readonly metric: string;
  readonly instance?: string;
}

function questions({ metrics, traffic, values, remote }: SparkInput): readonly Question[] {
  const instances = new Map<string, number>();
  for (const { name, value } of metrics) {
    if (isNumeric(value)) instances.set(name, (instances.get(name) ?? 0) + 1);
  }
  const shown = [
    ...traffic.flatMap((instance) => [TRAFFIC_IN, TRAFFIC_OUT].map((metric) => ({ metric, instance }))),
    ...values.map(({ name, instance }) => ({ metric: name, instance })),
  ];
  const asked = new Map<string, Question>();
  for (const { metric, instance } of shown) {
    const count = instances.get(metric);
    if (count === undefined) continue;
    const question = count > MOST_TOGETHER ? { metric, instance } : { metric };
    asked.set(JSON.stringify(question), question);
  }
  return [...asked.values()].slice(0, remote ? MOST_REMOTE_QUESTIONS : MOST_QUESTIONS);
}

const keyOf = (metric: Series['metric'], instance: Series['instance']): string => JSON.stringify([metric, instance]);
