/** How polling goes: rate, lateness and failures, for the manager's own status and metrics. */
import type { Clock } from '../../base/env.js';
import type { Polls } from '../../pool/detection/state.js';

/** Rate and lateness are told over the last minute, in pieces of five seconds. */
const PIECE_MS = 5000;
const PIECES = 12;

interface Piece {
  readonly number: number;
  polls: number;
  worstLagMs: number;
}

export class PollMeter {
  readonly #clock: Clock;
  readonly #startedMs: number;
  #pieces: Piece[] = [];
  #done = 0;
  #failed = 0;
  #overlapped = 0;
  readonly #parts = new Map<string, { due: number; done: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.monotonic();
  }

  /** @param lagMs How long after its due time the poll began; undefined for one that was not in the schedule. */
  done(ok: boolean, lagMs: number | undefined): void {
    this.#done += 1;
    if (!ok) this.#failed += 1;
    const piece = this.#current();
    piece.polls += 1;
    piece.worstLagMs = Math.max(piece.worstLagMs, lagMs ?? 0);
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

  get figures(): { done: number; failed: number; overlapped: number; ratePerSecond: number; worstLagMs: number } {
    this.#current();
    const coveredMs = Math.min(PIECE_MS * PIECES, Math.max(1, this.#clock.monotonic() - this.#startedMs));
    return {
      done: this.#done,
      failed: this.#failed,
      overlapped: this.#overlapped,
      ratePerSecond: (this.#pieces.reduce((sum, { polls }) => sum + polls, 0) / coveredMs) * 1000,
      worstLagMs: this.#pieces.reduce((worst, { worstLagMs }) => Math.max(worst, worstLagMs), 0),
    };
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
    const piece = { number, polls: 0, worstLagMs: 0 };
    this.#pieces = [...this.#pieces.filter((old) => old.number > number - PIECES), piece];
    return piece;
  }
}
