/** Series of an element out of the stores of all managers that have measured it. */
import { mergeSeries } from '../../assess/merge-series.js';
import { type TimeSpan, timesOf } from '../../assess/tenures.js';
import type { ElementName } from '../../model/element.js';
import type { Series } from '../../model/sample.js';
import type { CallContext } from '../../peer/peer.js';
import { tooMany } from '../../store/sqlite/series-names.js';
import type { SampleQuery } from '../../store/store.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore, Sections } from '../core.js';
import { gather } from '../gather.js';
import type { HolderSearch } from './holders.js';
import { FORMER_OWNERS_WITHIN_MS } from './own-past.js';

/** Points that one answer may hold over all its series. */
const MOST_POINTS = 50_000;

type Samples = Output<'getSamples'>;
type Question = Omit<Input<'getSamples'>, 'element'> & { readonly element: ElementName };

/** What this manager has of it in its own store. */
export async function ownSamples(core: ManagerCore, question: Question): Promise<Samples> {
  const found = await core.store.querySamples(queryOf(question));
  return answerOf(core, found, [core.settings.id], []);
}

/** What there is of it anywhere, each time of the manager that had the element then. */
export async function wholeSamples(
  core: ManagerCore,
  holders: HolderSearch,
  question: Question,
  context: CallContext,
): Promise<Samples> {
  const { tenures, others, missing } = await holders.of(question.element, question, context);
  const self = core.settings.id;
  const own = timesOf(tenures, self, question).map((time) =>
    core.store.querySamples(queryOf({ ...question, ...time })),
  );
  const theirs = others.flatMap((manager) =>
    timesOf(tenures, manager, question).map((time) => askedOf(core, manager, { ...question, ...time }, context)),
  );
  const [found, answers] = await Promise.all([Promise.all(own), Promise.all(theirs)]);
  const lists = [...found, ...answers.map(({ series }) => series)];
  const series = mergeSeries(lists, question.step !== undefined);
  const points = series.reduce((sum, one) => sum + one.points.length, 0);
  if (points > MOST_POINTS) throw tooMany(queryOf(question), series.length, MOST_POINTS);
  const heard = answers.flatMap((one) => (one.missing.length === 0 ? [one.manager] : []));
  return answerOf(core, series, [...new Set([self, ...heard])], [...missing, ...answers.flatMap((one) => one.missing)]);
}

async function askedOf(core: ManagerCore, manager: string, question: Question & TimeSpan, context: CallContext) {
  const asked = { ...question, scope: 'self' } as const;
  const { answers, missing } = await gather(core.directory, [manager], 'getSamples', asked, context, {
    withinMs: FORMER_OWNERS_WITHIN_MS,
  });
  const series = answers.flatMap(({ answer }) =>
    answer.series.map(
      ({ resolution = 0, ...one }): Series => ({
        ...one,
        element: question.element,
        ...(resolution > 0 && { resolutionMs: resolution * 1000 }),
      }),
    ),
  );
  return { manager, series, missing };
}

const queryOf = ({ element, metric, instance, from, to, step }: Question): SampleQuery => ({
  ...{ element, metric, instance, from, to },
  stepMs: step === undefined ? undefined : step * 1000,
  limit: MOST_POINTS,
});

const answerOf = (
  core: ManagerCore,
  found: readonly Series[],
  managers: readonly string[],
  missing: Sections['missing'],
): Samples => ({
  manager: core.settings.id,
  series: found.map(({ metric, instance, unit, points, resolutionMs = 0 }) => ({
    ...{ metric, instance, unit, points },
    resolution: resolutionMs / 1000,
  })),
  parts: managers.map((manager) => ({ manager, age: 0, source: 'store' })),
  missing: [...new Map(missing.map((one) => [one.manager, one])).values()],
});
