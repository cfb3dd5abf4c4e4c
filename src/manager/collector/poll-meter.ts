/** How polling goes: rate, lateness and failures, for the manager's own status and metrics. */
import type { Clock } from '../../base/env.js';
import type { Polls } from '../../pool/detection/state.js';

/** Rate and lateness are told over the last minute, in pieces of five seconds. */
const PIECE_MS = 5000;
const PIECES = 12;

/** Lags are counted by their powers of two: below 1 ms, below 2 ms, and so on to above 16 s. */
const CLASSES = 16;

interface Piece {
  readonly number: number;
  polls: number;
  worstLagMs: number;
  /** Poll cost of the polls made, milliseconds. */
  costMs: number;
  readonly lags: Uint32Array;
}

/** How late polls began. */
export interface Lag {
  /** By less than this 95 of 100, to within its power of two. */
  readonly percentile95Ms: number;
  readonly worstMs: number;
}

export class PollMeter {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #ownedCost: () => number;
  #pieces: Piece[] = [];
  #done = 0;
  #failed = 0;
  #overlapped = 0;
  readonly #parts = new Map<string, { due: number; done: number }>();

  /** @param ownedCost Of all that is to be polled, by what a poll of it has cost lately: milliseconds per second. */
  constructor(clock: Clock, ownedCost: () => number = () => 0) {
    this.#clock = clock;
    this.#ownedCost = ownedCost;
    this.#startedMs = clock.monotonic();
  }

  /** @param lagMs How long after its due time the poll began; undefined for one that was not in the schedule. */
  done(ok: boolean, lagMs: number | undefined): void {
    this.#done += 1;
    if (!ok) this.#failed += 1;
    const piece = this.#current();
    piece.polls += 1;
    if (lagMs === undefined) return;
    piece.worstLagMs = Math.max(piece.worstLagMs, lagMs);
    // The number of binary digits of the whole milliseconds.
    const of = Math.min(CLASSES - 1, 32 - Math.clz32(Math.max(0, lagMs)));
    piece.lags[of] = (piece.lags[of] ?? 0) + 1;
  }

  /** A poll has been made that costs so much. */
  worked(costMs: number): void {
    this.#current().costMs += costMs;
  }

  /**
   * Polls of the schedule have come to their end, and it is known whose fault it was if they failed: one that still
   * runs, or others are still asked about, says nothing of this manager.
   * @param part The access method.
   * @param isDone The element said something, or others find it dead as well: the manager has done its work.
   */
  judged(part: string, isDone: boolean, count = 1): void {
    const sum = this.#part(part);
    sum.due += count;
    if (isDone) sum.done += count;
  }

  /** Of polls in the schedule since the start, for heartbeats: all, and by access method. */
  get work(): { readonly polls: Polls; readonly parts: readonly (Polls & { readonly part: string })[] } {
    const parts = [...this.#parts].map(([part, { due, done }]) => ({ part, due, done }));
    const sum = (of: (one: Polls) => number) => parts.reduce((all, one) => all + of(one), 0);
    return { polls: { due: sum(({ due }) => due), done: sum(({ done }) => done) }, parts };
  }

  /** A poll fell due while the former one of the same access still ran; it is left out. */
  overlapped(): void {
    this.#overlapped += 1;
  }

  /** Over the last minute, or the last `spanMs` of it: to within 5 s. */
  lag(spanMs = PIECE_MS * PIECES): Lag {
    const since = this.#current().number - Math.ceil(spanMs / PIECE_MS);
    const pieces = this.#pieces.filter(({ number }) => number > since);
    return {
      percentile95Ms: percentile95(pieces.map(({ lags }) => lags)),
      worstMs: pieces.reduce((worst, { worstLagMs }) => Math.max(worst, worstLagMs), 0),
    };
  }

  /** Poll cost of all that is to be polled, milliseconds per second. */
  get ownedCost(): number {
    return this.#ownedCost();
  }

  /** Of what was polled over the last minute. */
  get costPerSecond(): number {
    this.#current();
    return this.#pieces.reduce((sum, { costMs }) => sum + costMs, 0) / (this.#coveredMs / 1000);
  }

  get figures(): { done: number; failed: number; overlapped: number; ratePerSecond: number; worstLagMs: number } {
    this.#current();
    return {
      done: this.#done,
      failed: this.#failed,
      overlapped: this.#overlapped,
      ratePerSecond: (this.#pieces.reduce((sum, { polls }) => sum + polls, 0) / this.#coveredMs) * 1000,
      worstLagMs: this.#pieces.reduce((worst, { worstLagMs }) => Math.max(worst, worstLagMs), 0),
    };
  }

  get #coveredMs(): number {
    return Math.min(PIECE_MS * PIECES, Math.max(1, this.#clock.monotonic() - this.#startedMs));
  }

  #part(part: string): { due: number; done: number } {
    const known = this.#parts.get(part) ?? { due: 0, done: 0 };
    this.#parts.set(part, known);
    return known;
  }

  #current(): Piece {
    const number = Math.floor(this.#clock.monotonic() / PIECE_MS);
    const last = this.#pieces.at(-1);
    if (last?.number === number) return last;
    const piece = { number, polls: 0, worstLagMs: 0, costMs: 0, lags: new Uint32Array(CLASSES) };
    this.#pieces = [...this.#pieces.filter((old) => old.number > number - PIECES), piece];
    return piece;
  }
}

/** Below which 95 of 100 lags lie, by counts of their powers of two: within a class they are taken to lie evenly. */
function percentile95(pieces: readonly Uint32Array[]): number {
  const sums = Array.from({ length: CLASSES }, (_, of) => pieces.reduce((sum, lags) => sum + (lags[of] ?? 0), 0));
  let left = 0.95 * sums.reduce((sum, count) => sum + count, 0);
  if (left === 0) return 0;
  for (const [of, count] of sums.entries()) {
    const [from, to] = of === 0 ? [0, 1] : [2 ** (of - 1), 2 ** of];
    if (left <= count) return from + ((to - from) * left) / count;
    left -= count;
  }
  return 2 ** (CLASSES - 1);
}
