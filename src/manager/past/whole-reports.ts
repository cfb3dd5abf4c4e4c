/**
 * What reports on elements of this manager take from the stores of their former owners.
 *
 * For a list only those elements are looked at that have come here within its time, by this manager's ledger, and only
 * the managers that the ledgers name are asked, each once for all that it may know: what a year of moves has scattered is
 * gathered in as many rounds as an element had owners one before the other. For a report on one element all managers are
 * asked who had it (`holders.ts`).
 */
import { joinedFigures, type Rank, readRanks } from '../../assess/figures.js';
import type { ReportParts } from '../../assess/report.js';
import type { ReportFigures } from '../../assess/report-figures.js';
import type { ReportedAlarm } from '../../assess/report-groups.js';
import { eachTakingOnce, type Taking, type Tenure, type TimeSpan, tenuresOf, timesOf } from '../../assess/tenures.js';
import type { ElementName } from '../../model/element.js';
import type { CallContext } from '../../peer/peer.js';
import type { SeriesFigures } from '../../store/store.js';
import type { ManagerCore, Sections } from '../core.js';
import { gather } from '../gather.js';
import { movedTo } from '../pool/pool-lists.js';
import { takingsIn } from './holders.js';
import { FORMER_OWNERS_WITHIN_MS, MOST_ELEMENTS, MOST_RANKS, type Past, takingsOf } from './own-past.js';

/** Hand-overs of a report's time that are looked at, the newest. */
const MOST_MOVES = 20_000;
const MOVES_A_PAGE = 1000;
/** Owners one before the other. */
const MOST_ROUNDS = 4;

/** What others have of one element. */
export interface Elsewhere {
  readonly tenures: readonly Tenure[];
  readonly pasts: readonly { readonly manager: string; readonly past: Past }[];
}

export interface AllElsewhere {
  readonly of: ReadonlyMap<ElementName, Elsewhere>;
  readonly missing: Sections['missing'];
}

/** Of elements that have come here within a time, by what the ledgers say. */
export async function elsewhereOfMoved(
  core: ManagerCore,
  window: TimeSpan,
  isWanted: (element: ElementName) => boolean,
  context: CallContext,
): Promise<AllElsewhere> {
  const self = core.settings.id;
  const takings = new Map<ElementName, { readonly by: string; readonly takings: readonly Taking[] }[]>();
  for (const { element, ...taking } of await movesHere(core, window))
    if (isWanted(element)) gatherInto(takings, element, { by: self, takings: [taking] });
  const pasts = new Map<ElementName, Elsewhere['pasts'][number][]>();
  const asked = new Map<string, Set<ElementName>>([[self, new Set(takings.keys())]]);
  const missing = new Map<string, Sections['missing'][number]>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const questions: Questions = new Map();
    for (const [element, told] of takings)
      for (const { from } of told.flatMap((one) => one.takings)) {
        if (from === undefined || missing.has(from) || asked.get(from)?.has(element)) continue;
        asked.set(from, (asked.get(from) ?? new Set()).add(element));
        gatherInto(questions, from, { element, ...window });
      }
    if (questions.size === 0) break;
    const answered = await askAll(core, questions, {}, context);
    for (const one of answered.missing) missing.set(one.manager, one);
    for (const { manager, past, element } of answered.pasts) {
      gatherInto(pasts, element, { manager, past });
      const within = takingsIn(past).filter(({ time }) => time >= window.from);
      gatherInto(takings, element, { by: manager, takings: within });
    }
  }
  const of = [...takings].map(([element, told]): [ElementName, Elsewhere] => {
    const heard = (manager: string) => !missing.has(manager);
    return [element, { tenures: tenuresOf(eachTakingOnce(told), heard), pasts: pasts.get(element) ?? [] }];
  });
  return { of: new Map(of), missing: [...missing.values()] };
}

/** Of elements that nobody watches: from all managers. */
export async function elsewhereOfAll(
  core: ManagerCore,
  window: TimeSpan,
  elements: readonly ElementName[],
  context: CallContext,
): Promise<AllElsewhere> {
  const asked = elements.map((element) => ({ element, ...window }));
  const questions: Questions = new Map(core.directory.ids('EM').map((manager) => [manager, asked]));
  const { pasts, missing } = await askAll(core, questions, {}, context);
  const silent = new Set(missing.map(({ manager }) => manager));
  const told = await Promise.all(
    elements.map(async (element): Promise<[ElementName, Elsewhere]> => {
      const theirs = pasts.filter((one) => one.element === element);
      const takings = theirs.map(({ manager, past }) => ({ by: manager, takings: takingsIn(past) }));
      const own = { by: core.settings.id, takings: await takingsOf(core, element) };
      const heard = (manager: string) => !silent.has(manager);
      return [element, { tenures: tenuresOf(eachTakingOnce([own, ...takings]), heard), pasts: theirs }];
    }),
  );
  return { of: new Map(told), missing };
}

/** Of one element, from those that are known to have something of it. */
export async function elsewhereOf(
  core: ManagerCore,
  element: ElementName,
  { tenures, others }: { readonly tenures: readonly Tenure[]; readonly others: readonly string[] },
  window: TimeSpan,
  context: CallContext,
): Promise<AllElsewhere> {
  const concerned = others.filter((manager) => timesOf(tenures, manager, window).length > 0);
  const questions: Questions = new Map(concerned.map((manager) => [manager, [{ element, ...window }]]));
  const { pasts, missing } = await askAll(core, questions, {}, context);
  return { of: new Map([[element, { tenures, pasts }]]), missing };
}

/** Figures of these elements at those who have something of them, of some metrics or of all, each of its own time. */
export async function figuresElsewhere(
  core: ManagerCore,
  all: ReadonlyMap<ElementName, Elsewhere>,
  elements: readonly ElementName[],
  { metrics, ...window }: TimeSpan & { readonly metrics?: readonly string[] },
  context: CallContext,
): Promise<AllElsewhere> {
  const questions: Questions = new Map();
  for (const element of elements) {
    const elsewhere = all.get(element);
    for (const { manager } of elsewhere?.pasts ?? [])
      for (const time of timesOf(elsewhere?.tenures ?? [], manager, window))
        gatherInto(questions, manager, { element, ...time });
  }
  const { pasts, missing } = await askAll(core, questions, { figures: true, ...(metrics && { metrics }) }, context);
  const found = new Map<ElementName, Elsewhere['pasts'][number][]>();
  for (const { element, ...one } of pasts) gatherInto(found, element, one);
  const of = [...found].map(([element, some]): [ElementName, Elsewhere] => [
    element,
    { tenures: all.get(element)?.tenures ?? [], pasts: some },
  ]);
  return { of: new Map(of), missing };
}

/** By manager. */
type Questions = Map<string, { readonly element: ElementName; readonly from: number; readonly to: number }[]>;

/** Elements with figures of all, or of some metrics, in one question: they have to fit into one answer. */
const MOST_WITH_ALL = 10;
const MOST_WITH_SOME = 50;

async function askAll(
  core: ManagerCore,
  questions: Questions,
  { metrics = [], figures = false }: { readonly metrics?: readonly string[]; readonly figures?: boolean },
  context: CallContext,
) {
  const pieces = !figures ? MOST_ELEMENTS : metrics.length === 0 ? MOST_WITH_ALL : MOST_WITH_SOME;
  const answered = await Promise.all(
    [...questions].map(async ([manager, all]) => {
      const pasts: Past[] = [];
      for (let at = 0; at < all.length; at += pieces) {
        const question = { elements: all.slice(at, at + pieces), metrics, figures };
        const { answers, missing } = await gather(core.directory, [manager], 'getPast', question, context, {
          withinMs: FORMER_OWNERS_WITHIN_MS,
        });
        for (const { answer } of answers) pasts.push(...answer.pasts);
        if (missing.length > 0) return { manager, pasts, missing };
      }
      return { manager, pasts, missing: [] };
    }),
  );
  return {
    pasts: answered.flatMap(({ manager, pasts }) => {
      const wanted = new Map(questions.get(manager)?.map(({ element }) => [String(element), element]));
      return pasts.flatMap((past) => {
        const element = wanted.get(past.element);
        return element ? [{ manager, past, element }] : [];
      });
    }),
    missing: answered.flatMap(({ missing }) => missing),
  };
}

async function movesHere(core: ManagerCore, { from, to }: TimeSpan) {
  const moves: (Taking & { readonly element: ElementName })[] = [];
  for (let page = 1; moves.length < MOST_MOVES; page += 1) {
    const filter = movedTo(core.settings.id);
    const { rows } = await core.pool.handOvers({ from, to, filter, page, pageSize: MOVES_A_PAGE });
    moves.push(
      ...rows.map(({ element, time, from: giver, to: taker, epoch }) => ({
        ...{ element, time, to: taker, epoch },
        ...(giver !== undefined && { from: giver }),
      })),
    );
    if (rows.length < MOVES_A_PAGE) break;
  }
  return moves;
}

/** The parts of a report with what others have of the same time; each time is of who had the element then. */
export function withElsewhere(
  parts: ReportParts,
  elsewhere: Elsewhere | undefined,
  /** Whose own parts they are. */
  self = parts.manager,
): ReportParts {
  if (!elsewhere || elsewhere.pasts.length === 0) return parts;
  const { tenures, pasts } = elsewhere;
  const spansOf = (manager: string, spans: ReportParts['spans']) =>
    spans.flatMap(({ status, ...span }) => timesOf(tenures, manager, span).map((time) => ({ status, ...time })));
  const alarms = new Map<string, ReportedAlarm>(parts.alarms.map((alarm) => [alarm.id, alarm]));
  for (const alarm of pasts.flatMap(({ past }) => past.alarms.map(alarmOf)))
    if ((alarms.get(alarm.id)?.changedAt ?? Number.NEGATIVE_INFINITY) < alarm.changedAt) alarms.set(alarm.id, alarm);
  return {
    ...parts,
    spans: withoutOverlap([
      ...spansOf(self, parts.spans),
      ...pasts.flatMap(({ manager, past }) => spansOf(manager, past.states)),
    ]),
    polls: pasts.reduce((sum, { past }) => sum + past.polls, parts.polls),
    pollsFailed: pasts.reduce((sum, { past }) => sum + past.pollsFailed, parts.pollsFailed),
    events: [...parts.events, ...pasts.flatMap(({ past }) => past.events)],
    alarms: [...alarms.values()],
  };
}

/** Of a time that is nobody's in particular, two may tell: the first counts. */
function withoutOverlap(spans: ReportParts['spans']): ReportParts['spans'] {
  let end = Number.NEGATIVE_INFINITY;
  return spans
    .toSorted((a, b) => a.from - b.from)
    .flatMap((span) => {
      const from = Math.max(span.from, end);
      end = Math.max(end, span.to);
      return from < span.to ? [{ ...span, from }] : [];
    });
}

function alarmOf({ acknowledgedAt, clearedAt, ...alarm }: Past['alarms'][number]): ReportedAlarm {
  return {
    ...alarm,
    ...(acknowledgedAt !== undefined && { acknowledged: { at: acknowledgedAt } }),
    ...(clearedAt !== undefined && { cleared: { at: clearedAt } }),
  };
}

/** By metric, instance and unit, each of all managers and times together. */
export function figuresTogether(
  own: readonly SeriesFigures[],
  elsewhere: Elsewhere | undefined,
): readonly ReportFigures[] {
  const theirs = elsewhere?.pasts.flatMap(({ past }) => past.figures) ?? [];
  type Part = Omit<ReportFigures, 'percentile95'> & { readonly ranks: readonly Rank[] };
  const byName = new Map<string, Part[]>();
  const all: readonly Part[] = [
    ...own.map(({ ranks = [], ...one }) => ({ ...one, ranks })),
    ...theirs.map(({ resolution = 0, ranks, ...one }) => ({
      ...one,
      resolutionMs: resolution * 1000,
      ranks: readRanks(ranks, MOST_RANKS),
    })),
  ];
  for (const part of all) gatherInto(byName, JSON.stringify([part.metric, part.instance, part.unit]), part);
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, same]) => {
      const [first] = same;
      const joined = joinedFigures(same);
      if (!first || !joined) return [];
      const resolutionMs = Math.max(...same.map((one) => one.resolutionMs ?? 0));
      const { metric, instance, unit } = first;
      return [{ metric, instance, unit, ...joined, ...(resolutionMs > 0 && { resolutionMs }) }];
    });
}

function gatherInto<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
