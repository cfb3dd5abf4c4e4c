/**
 * Who had an element when, by the lines of the hand-over ledger. Pure.
 *
 * The line with the newest epoch counts from its time on; an older one only until then, so that of two managers that
 * polled at once the word of the newer owner stands. What lies before the first line belongs to whom that names as its
 * giver, and where it names nobody, to nobody in particular: whoever has something of that time is to be heard.
 */
import { compareEpochs, type Epoch, formatEpoch } from '../model/manager.js';

/** A line of the ledger, as far as it says who had the element. */
export interface Taking {
  /** When the new owner began, milliseconds since 1970. */
  readonly time: number;
  readonly from?: string;
  readonly to: string;
  readonly epoch: Epoch;
}

/** [from, to), milliseconds since 1970. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

export interface Tenure extends TimeSpan {
  /** Undefined where it is not known who had it. */
  readonly manager?: string;
}

/** Each hand-over once: its new owner knows best when it began. */
export function eachTakingOnce(
  told: readonly { readonly by: string; readonly takings: readonly Taking[] }[],
): Taking[] {
  const known = new Map<string, { readonly taking: Taking; readonly isOwn: boolean }>();
  for (const { by, takings } of told)
    for (const taking of takings) {
      const key = formatEpoch(taking.epoch);
      const isOwn = by === taking.to;
      const before = known.get(key);
      if (!before || (isOwn && !before.isOwn)) known.set(key, { taking, isOwn });
    }
  return [...known.values()].map(({ taking }) => taking);
}

/**
 * Ascending, without a gap, from the beginning to the end of all time.
 * @param heard The managers whose word there is. What belongs to others falls to whoever had it before them, who may have
 *   gone on polling; what has nobody before it, to nobody in particular.
 */
export function tenuresOf(takings: readonly Taking[], heard: (manager: string) => boolean): readonly Tenure[] {
  const newestFirst = takings.toSorted((a, b) => compareEpochs(b.epoch, a.epoch));
  const tenures: Tenure[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const { time, to } of newestFirst) {
    if (!heard(to)) continue;
    const from = Math.min(time, end);
    if (from < end) tenures.unshift({ manager: to, from, to: end });
    end = from;
  }
  const giver = newestFirst.findLast(({ to }) => heard(to))?.from;
  const first = giver !== undefined && heard(giver) ? { manager: giver } : {};
  if (end > Number.NEGATIVE_INFINITY) tenures.unshift({ ...first, from: Number.NEGATIVE_INFINITY, to: end });
  return tenures;
}

/** The times within a window for which a manager is to be heard: what was its own, and what was nobody's in particular. */
export function timesOf(tenures: readonly Tenure[], manager: string, window: TimeSpan): readonly TimeSpan[] {
  const times: TimeSpan[] = [];
  for (const tenure of tenures) {
    if (tenure.manager !== undefined && tenure.manager !== manager) continue;
    const span = common(tenure, window);
    if (!span) continue;
    const last = times.at(-1);
    if (last?.to === span.from) times[times.length - 1] = { from: last.from, to: span.to };
    else times.push(span);
  }
  return times;
}

/** The managers of which it is known that they had it within a window; `isWhole` where that leaves no time out. */
export function holdersWithin(tenures: readonly Tenure[], window: TimeSpan) {
  const within = tenures.filter((tenure) => common(tenure, window));
  return {
    managers: new Set(within.flatMap(({ manager }) => manager ?? [])),
    isWhole: within.every(({ manager }) => manager !== undefined),
  };
}

/** Undefined where they have nothing in common. */
export function common(a: TimeSpan, b: TimeSpan): TimeSpan | undefined {
  const span = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return span.from < span.to ? span : undefined;
}
