/** What the agents' log says: which polls were made, missed or done twice, and who took over when. Pure. */
import type { SeenPoll } from './agents.js';

/** The rhythm of an element as the agents see it: poll `n` arrives at `phaseMs + n * intervalMs` and a little. */
export interface Rhythm {
  readonly intervalMs: number;
  readonly phaseMs: number;
}

/** Of an interval: how much earlier than the rhythm a poll may come and still have its own number. */
const EARLY = 0.25;

/**
 * From the polls of a quiet time: the middle of all places within the interval. Undefined for fewer than three polls,
 * and where they do not come at one place.
 */
export function rhythmOf(polls: readonly SeenPoll[], intervalMs: number): Rhythm | undefined {
  const [first] = polls;
  if (!first || polls.length < 3) return undefined;
  // Places are taken relative to the first, so that those near the interval's end do not fall apart.
  const offsets = polls.map(({ atMs }) => centred(atMs - first.atMs, intervalMs)).sort((a, b) => a - b);
  const middle = offsets[Math.floor(offsets.length / 2)] ?? 0;
  const isSteady = offsets.filter((one) => Math.abs(one - middle) < EARLY * intervalMs).length > offsets.length / 2;
  return isSteady ? { intervalMs, phaseMs: first.atMs + middle } : undefined;
}

const centred = (ms: number, intervalMs: number): number => ms - Math.round(ms / intervalMs) * intervalMs;

export const numberOf = ({ intervalMs, phaseMs }: Rhythm, atMs: number): number =>
  Math.floor((atMs - phaseMs) / intervalMs + EARLY);

export interface Tally {
  /** Numbers in the window. */
  readonly due: number;
  /** Numbers that nobody polled. */
  readonly missed: number;
  /** Polls beyond the first of their number. */
  readonly doubled: number;
  /** The longest time without a poll, milliseconds. */
  readonly longestMs: number;
}

/** Counts what fell due in [fromMs, toMs), less what is too near to its ends to be told. */
export function tally(polls: readonly SeenPoll[], rhythm: Rhythm, [fromMs, toMs]: readonly [number, number]): Tally {
  const first = numberOf(rhythm, fromMs) + 1;
  const end = numberOf(rhythm, toMs - rhythm.intervalMs * (1 - EARLY));
  const counts = new Map<number, number>();
  const times = polls.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs && atMs < toMs);
  for (const atMs of times) {
    const number = numberOf(rhythm, atMs);
    if (number >= first && number < end) counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  const due = Math.max(0, end - first);
  const made = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const longestMs = times.reduce((longest, atMs, at) => Math.max(longest, atMs - (times[at - 1] ?? atMs)), 0);
  return { due, missed: due - counts.size, doubled: made - counts.size, longestMs };
}

export const sumOf = (parts: readonly Tally[]): Tally => ({
  due: parts.reduce((sum, one) => sum + one.due, 0),
  missed: parts.reduce((sum, one) => sum + one.missed, 0),
  doubled: parts.reduce((sum, one) => sum + one.doubled, 0),
  longestMs: Math.max(0, ...parts.map((one) => one.longestMs)),
});

/** The first poll after a moment that somebody else than `not` made. */
export const firstByOthers = (polls: readonly SeenPoll[], afterMs: number, not: string): SeenPoll | undefined =>
  polls.find(({ atMs, by }) => atMs > afterMs && by !== not);

/** In the order of time, with the element: for reading what happened. */
export function story(
  polls: ReadonlyMap<string, readonly SeenPoll[]>,
  [fromMs, toMs]: readonly [number, number],
): string {
  return [...polls]
    .map(([element, seen]) => {
      const shown = seen.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      return `${element}: ${shown.map(({ atMs, by }) => `${Math.round(atMs - fromMs)} ${by}`).join(', ')}`;
    })
    .join('\n');
}
