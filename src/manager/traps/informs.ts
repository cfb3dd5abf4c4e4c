/**
 * Informs of late: one that is sent once more, as its answer has not come yet or was lost, is no second notification.
 *
 * Life of an inform: waiting (its event is not stored yet; what comes again only renews the answer that will be sent)
 * -> answered (what comes again is answered at once) -> forgotten.
 */

/** How long one may be sent again. */
const REMEMBERED_MS = 300_000;
/** The oldest are forgotten first, but none that waits. */
const MOST_REMEMBERED = 8192;

export interface Inform {
  isAnswered: boolean;
  /** To the latest time that it came: each may have an id of its own. */
  answer: () => void;
  readonly sinceMs: number;
}

export class Informs {
  /** The oldest first. */
  readonly #known = new Map<string, Inform>();

  /**
   * @param key What is the same when it is sent again, and different for every other.
   * @returns The inform when it is a new one; `again` when it is not, and has been dealt with; `full` when no other can
   *   be remembered now.
   */
  take(key: string, answer: () => void, nowMs: number): Inform | 'again' | 'full' {
    const known = this.#known.get(key);
    if (known && nowMs - known.sinceMs < REMEMBERED_MS) {
      known.answer = answer;
      if (known.isAnswered) answer();
      return 'again';
    }
    if (known?.isAnswered === false) return 'again';
    this.#known.delete(key);
    if (this.#known.size >= MOST_REMEMBERED && !this.#dropOldest()) return 'full';
    const inform: Inform = { isAnswered: false, answer, sinceMs: nowMs };
    this.#known.set(key, inform);
    return inform;
  }

  /** Its event is stored. */
  settle(inform: Inform): void {
    inform.isAnswered = true;
    inform.answer();
  }

  #dropOldest(): boolean {
    for (const [key, { isAnswered }] of this.#known) {
      if (!isAnswered) return false;
      this.#known.delete(key);
      return true;
    }
    return true;
  }
}
