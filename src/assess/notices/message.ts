/**
 * What is sent at once: one notice, or many gathered into one message, counted, the worst first. Pure.
 *
 * Of what is gathered nothing is lost without a number: names and elements are counted, and where a list is cut the
 * message says how many it leaves out.
 */
import type { ElementName } from '../../model/element.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import { type Notice, worstFirst } from './notice.js';

/** What is silent because it follows from the alarm that is told. */
export interface Behind {
  /** Elements other than the one that the alarm is of. */
  readonly elements: number;
  readonly alarms: number;
  /** The first few of the elements. */
  readonly names: readonly ElementName[];
}

export interface Told extends Notice {
  readonly behind?: Behind;
}

export interface Counted {
  readonly of: string;
  readonly count: number;
}

/** How often each occurs, the most frequent first; what stands for all beyond the bound. */
export interface Counts {
  readonly counted: readonly Counted[];
  /** Others that are not listed: how many, and how often they occur together. */
  readonly others: { readonly kinds: number; readonly count: number };
}

export interface Gathered {
  readonly count: number;
  /** Of the worst that still stands; `cleared` when all is over. */
  readonly worst: Severity;
  /** When the first and the last happened, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The worst first; `cleared` counts what is over. */
  readonly severities: readonly { readonly severity: Severity; readonly count: number }[];
  readonly names: Counts;
  /** Conditions of managers themselves count as theirs. */
  readonly elements: Counts;
  readonly listed: readonly Told[];
  readonly unlisted: number;
}

/** What could not be told before: too old, too much, or refused by the destination. */
export interface Unsent {
  readonly count: number;
  readonly names: readonly Counted[];
}

export interface Message {
  /** The same for the same message, however often it is tried. */
  readonly id: string;
  readonly content: { readonly is: 'one'; readonly notice: Told } | { readonly is: 'gathered'; readonly all: Gathered };
  readonly unsent?: Unsent;
}

const MOST_COUNTED = 10;
export const MOST_LISTED = 20;

/** @param behind What follows from an alarm. */
export function gathered(notices: readonly Notice[], behind: (notice: Notice) => Behind | undefined): Gathered {
  const sorted = [...notices].sort(worstFirst);
  const listed = sorted.slice(0, MOST_LISTED).map((notice) => withBehind(notice, behind(notice)));
  const times = notices.map(({ at }) => at);
  return {
    count: notices.length,
    worst: sorted[0]?.severity ?? 'cleared',
    from: times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY),
    to: times.reduce((most, at) => Math.max(most, at), 0),
    severities: [...SEVERITIES].reverse().flatMap((severity) => {
      const count = notices.filter((one) => one.severity === severity).length;
      return count > 0 ? [{ severity, count }] : [];
    }),
    names: countsOf(notices.map(({ name }) => name)),
    elements: countsOf(notices.map(({ element, manager }) => element ?? manager)),
    listed,
    unlisted: notices.length - listed.length,
  };
}

export const withBehind = (notice: Notice, behind: Behind | undefined): Told =>
  behind && behind.alarms > 0 ? { ...notice, behind } : notice;

function countsOf(words: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const all = mostFrequent(counts);
  const counted = all.slice(0, MOST_COUNTED);
  const listed = counted.reduce((sum, { count }) => sum + count, 0);
  return { counted, others: { kinds: all.length - counted.length, count: words.length - listed } };
}

/** Of equal ones in the order of their names, so that the same notices make the same message. */
export const mostFrequent = (counts: ReadonlyMap<string, number>): readonly Counted[] =>
  [...counts]
    .map(([of, count]) => ({ of, count }))
    .sort((a, b) => b.count - a.count || (a.of < b.of ? -1 : a.of > b.of ? 1 : 0));
