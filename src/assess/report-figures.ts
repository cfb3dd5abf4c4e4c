/** What stands out among the figures of an element: what is used most, and what is worst of a chosen metric. Pure. */

import { ACCESS_METHODS } from '../model/element.js';
import type { reportEntry, reportFigure } from '../xml/messages/parts.js';
import { UTILISATION_METRICS } from './utilisation.js';

type ReportEntry = NonNullable<(typeof reportEntry)['value']>;
type Utilisation = ReportEntry['utilisation'][number];
type Figures = ReportEntry['metrics'][number];
export type FigureName = NonNullable<(typeof reportFigure)['value']>;

export interface ReportFigures {
  readonly metric: string;
  readonly instance: string;
  readonly unit: string;
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  readonly percentile95: number;
  /** What it comes from is so many milliseconds apart; absent where it is samples. */
  readonly resolutionMs?: number;
}

/** By the names that device types give them; all in per cent. */
const USED: Readonly<Record<Utilisation['of'], readonly string[]>> = {
  interface: UTILISATION_METRICS,
  cpu: ['cpuLoad'],
};

/** Name of the series of response times of a method, in ms. */
export const RESPONSE_PREFIX = 'responseTime.';

/** Words for several metrics at once. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  utilisation: [...UTILISATION_METRICS, 'utilisation'],
  cpu: [...USED.cpu, 'cpu'],
  responseTime: [...ACCESS_METHODS.map((method) => `${RESPONSE_PREFIX}${method}`), 'responseTime'],
};

/** The metrics that a report is to be on. */
export const metricsOf = (word: string): readonly string[] =>
  (Object.hasOwn(FAMILIES, word) ? FAMILIES[word] : undefined) ?? [word];

export const figuresEntry = ({ resolutionMs = 0, ...figures }: ReportFigures): Figures => {
  const { metric, instance, unit, count, minimum, mean, maximum, percentile95 } = figures;
  return { metric, instance, unit, count, minimum, mean, maximum, percentile95, resolution: resolutionMs / 1000 };
};

/** Of each kind that with the highest percentile. */
export function utilisationOf(figures: readonly ReportFigures[]): readonly Utilisation[] {
  return (['interface', 'cpu'] as const).flatMap((of) => {
    const busiest = worstFigures(
      figures.filter(({ metric }) => USED[of].includes(metric)),
      'percentile95',
    );
    return busiest ? [{ of, ...busiest }] : [];
  });
}

/** The highest, or of the minimum the lowest; of equals the first. */
export function worstFigures(figures: readonly ReportFigures[], by: FigureName): Figures | undefined {
  const direction = by === 'minimum' ? -1 : 1;
  const [first, ...others] = figures.filter(({ count }) => count > 0);
  const worst = others.reduce(
    (one, other) => (direction * ((other[by] ?? 0) - (one?.[by] ?? 0)) > 0 ? other : one),
    first,
  );
  return worst && figuresEntry(worst);
}
