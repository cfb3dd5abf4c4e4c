/**
 * Reports on the elements of this manager: of each an outline from the store, with what former owners have of the same
 * time, to list them by; figures of those alone that are shown, or of all where the report is on a metric.
 */
import { type ReportEntry, type ReportParts, report } from '../../assess/report.js';
import { type FigureName, metricsOf, type ReportFigures } from '../../assess/report-figures.js';
import { type TimeSpan, timesOf } from '../../assess/tenures.js';
import type { Alarm } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { CallContext } from '../../peer/peer.js';
import type { Input } from '../../xml/messages/operations.js';
import type { ManagerCore, Sections } from '../core.js';
import {
  type AllElsewhere,
  type Elsewhere,
  elsewhereOfAll,
  elsewhereOfMoved,
  figuresElsewhere,
  figuresTogether,
  withElsewhere,
} from '../past/whole-reports.js';
import type { UnwatchedElement } from '../unwatched.js';

/** Alarms that one report counts. */
const MOST_ALARMS = 20_000;
const ALARMS_A_PAGE = 1000;
/** Parts that a percentile is made of where it need not travel. */
const MOST_OWN_RANKS = 10_000;
/** Elements whose figures are looked at together. */
const AT_ONCE = 8;

export interface Outline {
  readonly row: ReportEntry;
  readonly parts: ReportParts;
}

export interface Outlines {
  readonly outlined: readonly Outline[];
  readonly alarmsLeftOut: number;
}

/** What a report is on: the metrics, and by which figure elements are compared. */
export type ReportOn = NonNullable<ReportParts['on']>;

export const reportOn = ({ worst, figure }: Pick<Input<'getReport'>, 'worst' | 'figure'>): ReportOn | undefined =>
  worst === undefined ? undefined : { metrics: metricsOf(worst), by: figure ?? DEFAULT_FIGURE };

export const DEFAULT_FIGURE: FigureName = 'percentile95';

export class OwnReport {
  readonly #core: ManagerCore;
  readonly #range: TimeSpan;
  readonly #context: CallContext;
  readonly #missing = new Map<string, Sections['missing'][number]>();
  #elsewhere: ReadonlyMap<ElementName, Elsewhere> = new Map();

  constructor(core: ManagerCore, range: TimeSpan, context: CallContext) {
    this.#core = core;
    this.#range = range;
    this.#context = context;
  }

  /** Those that have been asked and did not answer. */
  get missing(): Sections['missing'] {
    return [...this.#missing.values()];
  }

  /** Of all elements of this manager; where the report is on a metric, of those that have it. */
  async outlines(on?: ReportOn): Promise<Outlines> {
    const { table } = this.#core;
    const [own, elsewhere] = await Promise.all([
      outlinesOf(this.#core, this.#range, table.names()),
      elsewhereOfMoved(this.#core, this.#range, (name) => table.get(name) !== undefined, this.#context),
    ]);
    return this.#outlined(own, elsewhere, on);
  }

  /** Of elements that nobody watches, by what anybody has of them. */
  async unwatched(elements: readonly UnwatchedElement[], on?: ReportOn): Promise<Outlines> {
    const names = elements.map(({ element }) => element);
    if (names.length === 0) return { outlined: [], alarmsLeftOut: 0 };
    const [own, elsewhere] = await Promise.all([
      outlinesOf(this.#core, this.#range, names),
      elsewhereOfAll(this.#core, this.#range, names, this.#context),
    ]);
    const labelled = own.parts.map((parts, at) => ({
      ...parts,
      label: elements[at]?.entry.label,
      manager: elements[at]?.manager ?? parts.manager,
    }));
    return this.#outlined({ ...own, parts: labelled }, elsewhere, on);
  }

  async #outlined(
    own: Awaited<ReturnType<typeof outlinesOf>>,
    elsewhere: AllElsewhere,
    on: ReportOn | undefined,
  ): Promise<Outlines> {
    this.#note(elsewhere.missing);
    this.#elsewhere = elsewhere.of;
    const all = own.parts.map((parts) => withElsewhere(parts, elsewhere.of.get(parts.element), this.#core.settings.id));
    const parts = on ? await this.#withFigures(all, on) : all;
    const outlined = parts.map((one) => ({ row: report(one), parts: one }));
    return {
      outlined: on ? outlined.filter(({ row }) => row.worst !== undefined) : outlined,
      alarmsLeftOut: own.alarmsLeftOut,
    };
  }

  /** With all their figures and events. */
  async completed(outlined: readonly Outline[]): Promise<readonly ReportEntry[]> {
    const parts = await this.#withFigures(outlined.map((one) => one.parts));
    const { from, to } = this.#range;
    return Promise.all(
      parts.map(async (one) => {
        const events = await this.#core.store.eventCounts(from, to, one.element);
        return report({ ...one, events: [...one.events, ...events] });
      }),
    );
  }

  async #withFigures(all: readonly ReportParts[], on?: ReportOn): Promise<readonly ReportParts[]> {
    const elements = all.map(({ element }) => element);
    const question = { ...this.#range, ...(on && { metrics: on.metrics }) };
    const elsewhere = await figuresElsewhere(this.#core, this.#elsewhere, elements, question, this.#context);
    this.#note(elsewhere.missing);
    const complete: ReportParts[] = [];
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const some = all.slice(at, at + AT_ONCE).map(async (parts): Promise<ReportParts> => {
        const figures = await figuresOf(
          this.#core,
          parts.element,
          question,
          this.#elsewhere.get(parts.element),
          elsewhere.of.get(parts.element),
        );
        return { ...parts, figures, ...(on && { on }) };
      });
      complete.push(...(await Promise.all(some)));
    }
    return complete;
  }

  #note(missing: Sections['missing']): void {
    for (const one of missing) this.#missing.set(one.manager, one);
  }
}

/** @param known Who had it when, where others had it as well; `theirs` is what they have. */
export async function figuresOf(
  { store, settings }: ManagerCore,
  element: ElementName,
  { metrics, ...range }: TimeSpan & { readonly metrics?: readonly string[] },
  known: Elsewhere | undefined,
  theirs: Elsewhere | undefined,
): Promise<readonly ReportFigures[]> {
  const wanted = metrics ? { metrics } : {};
  if (!known || known.pasts.length === 0) return store.figures(range.from, range.to, element, wanted);
  // What others have is joined part by part: only as exactly as all of them are told.
  const own = timesOf(known.tenures, settings.id, range).map(({ from, to }) =>
    store.figures(from, to, element, { ...wanted, ranks: MOST_OWN_RANKS }),
  );
  return figuresTogether((await Promise.all(own)).flat(), theirs);
}

/** Of these elements, from the own store. */
export async function outlinesOf(
  core: ManagerCore,
  { from, to }: TimeSpan,
  elements: readonly ElementName[],
): Promise<{ readonly parts: readonly ReportParts[]; readonly alarmsLeftOut: number }> {
  const only = elements.length === 1 ? elements[0] : undefined;
  const [spans, polls, { alarms, leftOut }] = await Promise.all([
    core.store.statusSpans(from, to, only),
    core.store.pollCounts(from, to, only),
    alarmsRaised(core, { from, to }, only),
  ]);
  const alarmsOf = byElement(alarms);
  const spansOf = byElement(spans);
  const pollsOf = new Map(polls.map((count) => [count.element, count]));
  const parts = elements.map((element): ReportParts => {
    const entry = core.table.get(element);
    return {
      element,
      label: entry?.label,
      manager: core.settings.id,
      from,
      to,
      status: entry?.status ?? 'unknown',
      spans: spansOf.get(element) ?? [],
      polls: pollsOf.get(element)?.polls ?? 0,
      pollsFailed: pollsOf.get(element)?.failed ?? 0,
      figures: [],
      events: [],
      alarms: alarmsOf.get(element) ?? [],
    };
  });
  return { parts, alarmsLeftOut: leftOut };
}

function byElement<Row extends { readonly element?: ElementName }>(rows: readonly Row[]) {
  const grouped = new Map<ElementName | undefined, Row[]>();
  for (const row of rows) {
    const known = grouped.get(row.element);
    if (known) known.push(row);
    else grouped.set(row.element, [row]);
  }
  return grouped;
}

/** The newest first; those of the range, whatever has become of them since. */
async function alarmsRaised(
  core: ManagerCore,
  { from, to }: TimeSpan,
  element?: ElementName,
): Promise<{ readonly alarms: readonly Alarm[]; readonly leftOut: number }> {
  const alarms: Alarm[] = [];
  for (let total = 1; alarms.length < Math.min(total, MOST_ALARMS); ) {
    const page = await core.store.queryAlarms({
      from,
      ...(element && { element }),
      offset: alarms.length,
      limit: ALARMS_A_PAGE,
    });
    total = page.total;
    alarms.push(...page.rows);
    if (page.rows.length < ALARMS_A_PAGE) break;
    if (alarms.length >= MOST_ALARMS)
      return { alarms: alarms.filter(isWithin(from, to)), leftOut: total - MOST_ALARMS };
  }
  return { alarms: alarms.filter(isWithin(from, to)), leftOut: 0 };
}

const isWithin =
  (from: number, to: number) =>
  ({ raisedAt }: Alarm): boolean =>
    raisedAt >= from && raisedAt < to;
