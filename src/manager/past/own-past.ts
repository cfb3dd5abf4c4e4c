/** What this manager has in its own store of elements, whoever watches them now: getPast. */
import { writeRanks } from '../../assess/figures.js';
import { eachTakingOnce, type Taking, type TimeSpan } from '../../assess/tenures.js';
import { PtpError } from '../../base/errors.js';
import { type ElementName, elementName, parseElementName } from '../../model/element.js';
import { formatEpoch } from '../../model/manager.js';
import { SEVERITIES } from '../../model/status.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { ofElement } from '../pool/pool-lists.js';

export type Past = Output<'getPast'>['pasts'][number];

/** Whoever asks for the past waits for two answers, one after the other, and is waited for as well. */
export const FORMER_OWNERS_WITHIN_MS = 2_000;

/** Elements that one request may name. */
export const MOST_ELEMENTS = 200;
/** Hand-overs of an element that are told, and alarms, the newest first. */
const MOST_TAKINGS = 200;
const MOST_ALARMS = 200;
/** Parts that a percentile is made of: joined with others it is out by no more than one in so many. */
export const MOST_RANKS = 100;
/** Elements that are looked at together. */
const AT_ONCE = 8;

export async function ownPasts(core: ManagerCore, input: Input<'getPast'>): Promise<Output<'getPast'>> {
  const { elements } = input;
  if (elements.length > MOST_ELEMENTS) {
    throw new PtpError(
      'Client.Validation',
      `${elements.length} elements in one request; ${MOST_ELEMENTS} is the most, ask again for the rest`,
      { place: { path: 'elements' } },
    );
  }
  const questions = elements.map(questionOf);
  const pasts: Past[] = [];
  for (let at = 0; at < questions.length; at += AT_ONCE) {
    const looked = questions.slice(at, at + AT_ONCE).map(({ element, window }) => pastOf(core, element, window, input));
    for (const past of await Promise.all(looked)) if (past) pasts.push(past);
  }
  return { manager: core.settings.id, pasts };
}

interface PastQuestion {
  readonly element: ElementName;
  readonly window: TimeSpan | undefined;
}

function questionOf({ element, from, to }: Input<'getPast'>['elements'][number], index: number): PastQuestion {
  const place = { path: `elements[${index + 1}]` };
  const named = parseElementName(element);
  if (!named)
    throw new PtpError(
      'Client.Validation',
      `"${element.slice(0, 200)}" is no whole name; an element is named kind/ID`,
      {
        place,
      },
    );
  const name = elementName(named.kind, named.id);
  if (from === undefined && to === undefined) return { element: name, window: undefined };
  if (from === undefined || to === undefined || to < from)
    throw new PtpError('Client.Validation', 'from and to belong together, and to is not before from', { place });
  return { element: name, window: { from, to } };
}

/** Undefined where there is nothing of it. */
async function pastOf(
  core: ManagerCore,
  element: ElementName,
  window: TimeSpan | undefined,
  wanted: Pick<Input<'getPast'>, 'figures' | 'metrics'>,
): Promise<Past | undefined> {
  const takings = await takingsOf(core, element);
  const nothing = {
    element,
    takings: takings.map(({ epoch, ...taking }) => ({ ...taking, epoch: formatEpoch(epoch) })),
    ...{ states: [], polls: 0, pollsFailed: 0, events: [], alarms: [], figures: [] },
  };
  if (!window) return takings.length > 0 || (await hasAnything(core, element)) ? nothing : undefined;
  const { store } = core;
  const { from, to } = window;
  const [spans, [polls], events, alarms, figures] = await Promise.all([
    store.statusSpans(from, to, element),
    store.pollCounts(from, to, element),
    store.eventCounts(from, to, element),
    store.queryAlarms({ element, from, offset: 0, limit: MOST_ALARMS }),
    wanted.figures ? store.figures(from, to, element, { ...metricsOf(wanted), ranks: MOST_RANKS }) : [],
  ]);
  return {
    ...nothing,
    // What nobody knew need not be told.
    states: spans.flatMap(({ status, ...span }) =>
      status === 'unknown' ? [] : [{ status, from: span.from, to: span.to }],
    ),
    polls: polls?.polls ?? 0,
    pollsFailed: polls?.failed ?? 0,
    events: events.flatMap((one) => {
      const severity = SEVERITIES.find((known) => known === one.severity);
      return severity ? [{ severity, count: one.count }] : [];
    }),
    alarms: alarms.rows
      .filter(({ raisedAt }) => raisedAt >= from && raisedAt < to)
      .map(({ id, worst, raisedAt, changedAt, acknowledged, cleared }) => ({
        ...{ id, worst, raisedAt, changedAt },
        ...(acknowledged && { acknowledgedAt: acknowledged.at }),
        ...(cleared && { clearedAt: cleared.at }),
      })),
    figures: figures.map(({ element: _, percentile95: __, resolutionMs = 0, ranks = [], ...figure }) => ({
      ...figure,
      resolution: resolutionMs / 1000,
      ranks: writeRanks(ranks),
    })),
  };
}

const metricsOf = ({ metrics }: Pick<Input<'getPast'>, 'metrics'>) => (metrics.length > 0 ? { metrics } : {});

async function hasAnything({ store, env }: ManagerCore, element: ElementName): Promise<boolean> {
  const now = env.clock.now();
  const [spans, series] = await Promise.all([store.statusSpans(0, now, element), store.listSeries(element, 0, now)]);
  return spans.length > 0 || series.length > 0;
}

/** All that this manager's ledger says of it. */
export async function takingsOf(core: ManagerCore, element: ElementName): Promise<readonly Taking[]> {
  const { rows } = await core.pool.handOvers({ filter: ofElement(element), pageSize: MOST_TAKINGS });
  // The ledger does not tell upper and lower case apart, nor does it know quotes.
  const exact = rows.filter((row) => row.element === element);
  const takings = exact.map(({ time, from, to, epoch }) => ({ time, to, epoch, ...(from !== undefined && { from }) }));
  return eachTakingOnce([{ by: core.settings.id, takings }]);
}
