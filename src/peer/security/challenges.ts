/**
 * Freshness without clocks that agree: the receiver's challenge, and a window of counters for each sender.
 *
 * A receiver draws a random challenge at its start and a new one every minute by its own steady clock; the one before
 * is accepted for another minute, so a message held back on its way dies within two. Under one challenge every counter
 * of a sender is accepted once. A restart draws a new challenge, so nothing recorded before is accepted after it.
 *
 * ```
 *   draw A ──60 s──▶ draw B (A still accepted) ──60 s──▶ draw C (A forgotten, with all windows under it)
 * ```
 */
import type { Random } from '../../base/env.js';

/** How long a challenge is handed out; it is accepted for twice as long. */
const CHALLENGE_LIFE_MS = 60_000;
const CHALLENGE_BYTES = 18;
/** How far requests of one sender may overtake each other. */
const WINDOW_SIZE = 1024;
/** Senders (started processes, not ids) under one challenge; past it a new challenge is drawn at once. */
const MOST_SENDERS = 4096;

/** Accepts each number once, as long as it is less than {@link WINDOW_SIZE} behind the highest seen. */
export class CounterWindow {
  #highest = 0;
  readonly #seen = new Uint8Array(WINDOW_SIZE);

  /** @param counter A safe integer from 1. */
  accept(counter: number): boolean {
    if (!Number.isSafeInteger(counter) || counter < 1 || counter <= this.#highest - WINDOW_SIZE) return false;
    if (counter > this.#highest) {
      const ahead = Math.min(counter - this.#highest, WINDOW_SIZE);
      for (let step = 0; step < ahead; step += 1) this.#seen[(counter - step) % WINDOW_SIZE] = 0;
      this.#highest = counter;
    }
    const place = counter % WINDOW_SIZE;
    if (this.#seen[place] === 1) return false;
    this.#seen[place] = 1;
    return true;
  }
}

interface Challenge {
  readonly text: string;
  readonly drawnAtMs: number;
  readonly windows: Map<string, CounterWindow>;
}

export class ChallengeBook {
  readonly #random: Random;
  #current: Challenge;
  #previous: Challenge | undefined;

  /** @param monotonicMs Of the receiver's steady clock, as in every method here. */
  constructor(random: Random, monotonicMs: number) {
    this.#random = random;
    this.#current = this.#draw(monotonicMs);
  }

  /** The challenge to hand out. */
  current(monotonicMs: number): string {
    this.#age(monotonicMs);
    return this.#current.text;
  }

  isAccepted(challenge: string, monotonicMs: number): boolean {
    this.#age(monotonicMs);
    return this.#find(challenge, monotonicMs) !== undefined;
  }

  /**
   * Takes a message in, once. To be called only after its signature was found right.
   * @param sender What tells one started process from another: id and session.
   */
  accept(challenge: string, sender: string, counter: number, monotonicMs: number): boolean {
    this.#age(monotonicMs);
    const found = this.#find(challenge, monotonicMs);
    if (!found) return false;
    let window = found.windows.get(sender);
    if (!window) {
      if (found.windows.size >= MOST_SENDERS) {
        // Forgetting a window would let its sender's messages in again; a new challenge lets none in.
        this.#previous = undefined;
        this.#current = this.#draw(monotonicMs);
        return false;
      }
      window = new CounterWindow();
      found.windows.set(sender, window);
    }
    return window.accept(counter);
  }

  #find(challenge: string, nowMs: number): Challenge | undefined {
    const found = [this.#current, this.#previous].find((one) => one?.text === challenge);
    return found && nowMs - found.drawnAtMs < 2 * CHALLENGE_LIFE_MS ? found : undefined;
  }

  #age(nowMs: number): void {
    const ageMs = nowMs - this.#current.drawnAtMs;
    if (ageMs < CHALLENGE_LIFE_MS) return;
    this.#previous = ageMs < 2 * CHALLENGE_LIFE_MS ? this.#current : undefined;
    this.#current = this.#draw(nowMs);
  }

  #draw(nowMs: number): Challenge {
    return { text: this.#random.bytes(CHALLENGE_BYTES).toString('base64url'), drawnAtMs: nowMs, windows: new Map() };
  }
}
