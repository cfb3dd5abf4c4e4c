/** The large chart of an element's page: which metric, over which time, as which lines. */
import type { ElementName } from '../../model/element.js';
import type { Output } from '../../xml/messages/operations.js';
import { type ChartLine, chartNode, MOST_LINES } from '../charts/chart.js';
import { formatDuration } from '../format.js';
import { directionOf, directions, type InterfaceRow, TRAFFIC_IN } from '../interfaces.js';
import type { Answer, PageNode } from '../page-data.js';
import { type Query, RANGE_NAMES, RANGES, type RangeName } from '../query.js';
import { isNumeric, type ValueGroup } from '../values.js';
import { attempt, type ViewContext } from './view.js';

export interface ChosenMetric {
  readonly metric: string;
  /** Empty: the metric has no instances, or all of them are drawn. */
  readonly instance: string;
}

/** What devices are there for that have an interface only to be asked by: UPS and power distribution units. */
const PURPOSES = ['outputLoad', 'power', 'phaseCurrent'];
/** Interfaces of such a device. */
const FEW = 3;

/**
 * What the address asks for; else what a device without a network to carry is there for; else the fastest interface
 * that is up; else the first number there is.
 */
export function metricFor(
  query: Query,
  groups: readonly ValueGroup[],
  interfaces: readonly InterfaceRow[],
): ChosenMetric | undefined {
  const asked = query.exact('metric');
  if (asked) return { metric: asked, instance: query.exact('instance') ?? '' };
  const purposes = PURPOSES.flatMap((name) => groups.find(({ metric }) => metric === name) ?? []);
  const purpose = interfaces.length > FEW ? undefined : purposes[0];
  if (purpose) return oneOrAll(purpose);
  // By what does not change from poll to poll: a chart that goes over to another interface while it is read is no help.
  const [main] = interfaces
    .filter(({ input, output }) => input !== undefined || output !== undefined)
    .sort((a, b) => Number(b.state === 'up') - Number(a.state === 'up') || (b.speed ?? 0) - (a.speed ?? 0));
  if (main) return { metric: TRAFFIC_IN, instance: main.instance };
  const first = groups.find(({ values }) => values.some((value) => isNumeric(value.value)));
  return first && oneOrAll(first);
}

const oneOrAll = ({ metric, values }: ValueGroup): ChosenMetric => ({
  metric,
  instance: values.length === 1 ? (values[0]?.instance ?? '') : '',
});

type Samples = Output<'getSamples'>;

/** Which series are asked for: with an empty instance all of the metric. */
export interface ChartQuestion {
  readonly metric: string;
  readonly instance: string;
}

/** One metric in both directions; of several instances the first, each by itself: nobody can tell more lines apart. */
export function chartQuestions(
  { metric, instance }: ChosenMetric,
  groups: readonly ValueGroup[],
): readonly ChartQuestion[] {
  const several = instance ? undefined : groups.find((group) => group.metric === metric)?.values;
  if (several && several.length > MOST_LINES)
    return several.slice(0, MOST_LINES).map((value) => ({ metric, instance: value.instance }));
  return directions(metric).map((name) => ({ metric: name, instance }));
}

export interface MainChart {
  readonly node: PageNode;
  readonly answers: readonly Answer[];
}

export async function mainChart(
  context: ViewContext,
  element: ElementName,
  chosen: ChosenMetric | undefined,
  questions: readonly ChartQuestion[],
  range: RangeName,
): Promise<MainChart> {
  const { ms, stepMs } = RANGES[range];
  // Aligned to the step, so that a refresh does not make the whole line tremble.
  const to = Math.ceil(context.now / stepMs) * stepMs;
  const window = { from: to - ms, to, stepMs };
  if (!chosen) return { node: chartNode({ ...window, unit: '', lines: [] }), answers: [] };

  const asked = await Promise.all(
    questions.map(({ metric, instance }) =>
      attempt(
        context.ask('getSamples', {
          element,
          metric,
          ...(instance ? { instance } : {}),
          from: window.from,
          to: window.to,
          step: stepMs / 1_000,
        }),
      ),
    ),
  );
  const samples = asked.flatMap((one) => ('value' in one ? [one.value] : []));
  const fault = asked.flatMap((one) => ('fault' in one ? [one.fault] : []))[0];
  const unit = samples.flatMap(({ series }) => series.map((one) => one.unit))[0] ?? '';
  const distinct = (of: 'metric' | 'instance') => new Set(questions.map((question) => question[of])).size > 1;
  const naming = { metrics: distinct('metric'), instances: distinct('instance') };
  return {
    node: {
      ...chartNode({ ...window, unit, lines: samples.flatMap((one) => linesOf(one, naming)) }),
      title: naming.metrics ? chartTitle(chosen) : plainTitle(chosen),
      ...(fault ? { fault: fault.message } : {}),
      ...silentNode(samples),
      ...coarseNode(samples, stepMs),
    },
    answers: samples.map((content) => ({ operation: 'getSamples' as const, content, repeats: true })),
  };
}

/** Former owners that did not answer: what they measured is not drawn. */
function silentNode(samples: readonly Samples[]): PageNode {
  const silent = new Set(samples.flatMap(({ missing }) => missing.map(({ manager }) => manager)));
  return silent.size > 0 ? { silent: [...silent].sort().join(', ') } : {};
}

/** Where so little is left of a time that its points lie farther apart than they would be drawn. */
function coarseNode(samples: readonly Samples[], stepMs: number): PageNode {
  const coarsest =
    Math.max(0, ...samples.flatMap(({ series }) => series.map(({ resolution = 0 }) => resolution))) * 1_000;
  return coarsest > stepMs ? { coarse: formatDuration(coarsest) } : {};
}

/** `RANGE`: the same chart over other times. */
export const rangeNodes = (range: RangeName, href: (one: RangeName) => string): readonly PageNode[] =>
  RANGE_NAMES.map((one) => ({
    name: one,
    label: RANGES[one].label,
    selected: one === range,
    href: `${href(one)}#chart`,
  }));

/** Both directions have one name. */
const chartTitle = ({ metric, instance }: ChosenMetric): string =>
  plainTitle({ metric: metric === TRAFFIC_IN ? 'Traffic' : metric.replace(/^if(?:In|Out)/, ''), instance });

const plainTitle = ({ metric, instance }: ChosenMetric): string => (instance ? `${metric} \u00b7 ${instance}` : metric);

/** What tells the lines of a chart apart. */
interface Naming {
  readonly metrics: boolean;
  readonly instances: boolean;
}

const linesOf = ({ series }: Samples, naming: Naming): readonly ChartLine[] =>
  series.map(({ metric, instance, points }) => ({
    label: lineLabel(metric, instance, { ...naming, instances: naming.instances || series.length > 1 }),
    points,
  }));

function lineLabel(metric: string, instance: string, { metrics, instances }: Naming): string {
  const direction = metrics ? directionOf(metric) : undefined;
  if (direction) return instances ? `${instance} ${direction}` : direction;
  return instance || metric;
}
