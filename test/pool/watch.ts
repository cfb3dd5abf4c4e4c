/**
 * Asks all managers over and over who is master, and notes what must never be (SPEC 6, rule 1): two masters at once, a term
 * that goes back.
 *
 * An answer was true at some moment between question and answer. So a manager was master for certain from its first answer
 * that says so until its last question that was answered so; two of them are at fault where these times overlap.
 */
import type { Output } from '../../src/xml/messages/operations.js';

export type Presence = Output<'areYouThere'>;

/** For certain, milliseconds of `performance.now()`. */
export interface Reign {
  readonly master: string;
  readonly term: number;
  readonly fromMs: number;
  untilMs: number;
}

export interface WatchedManager {
  readonly id: string;
  /** Undefined where it does not answer. */
  ask(): Promise<Presence | undefined>;
}

export class Watch {
  readonly reigns: Reign[] = [];
  /** What was seen that must not be, in words. */
  readonly faults: string[] = [];
  readonly #everyMs: number;
  readonly #reigning = new Map<string, Reign>();
  readonly #terms = new Map<string, number>();
  readonly #latest = new Map<string, Presence>();
  readonly #loops: Promise<void>[] = [];
  #isEnding = false;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  follow(manager: WatchedManager): void {
    this.#loops.push(this.#loop(manager));
  }

  /** What a manager last said; undefined where it does not answer. */
  latest(id: string): Presence | undefined {
    return this.#latest.get(id);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#loops);
  }

  async #loop(manager: WatchedManager): Promise<void> {
    while (!this.#isEnding) {
      const askedMs = performance.now();
      const presence = await manager.ask();
      this.#take(manager.id, presence, askedMs, performance.now());
      const restMs = this.#everyMs - (performance.now() - askedMs);
      await new Promise((resolve) => setTimeout(resolve, Math.max(5, restMs)));
    }
  }

  #take(id: string, presence: Presence | undefined, askedMs: number, answeredMs: number): void {
    if (!presence) {
      this.#latest.delete(id);
      this.#reigning.delete(id);
      return;
    }
    this.#latest.set(id, presence);
    const { term, poolRole } = presence;
    const before = this.#terms.get(id) ?? 0;
    // Before it has read its journal a manager knows of no term.
    if (term < before && term > 0) this.#fault(`${id} went back from term ${before} to ${term}`);
    this.#terms.set(id, Math.max(before, term));
    const reign = this.#reigning.get(id);
    if (poolRole !== 'master') {
      this.#reigning.delete(id);
      return;
    }
    if (reign?.term === term) {
      reign.untilMs = askedMs;
      this.#compare(reign);
      return;
    }
    const begun = { master: id, term, fromMs: answeredMs, untilMs: answeredMs };
    this.#reigning.set(id, begun);
    this.reigns.push(begun);
  }

  #compare(reign: Reign): void {
    for (const other of this.reigns) {
      if (other.master === reign.master) continue;
      const togetherMs = Math.min(other.untilMs, reign.untilMs) - Math.max(other.fromMs, reign.fromMs);
      if (togetherMs <= 0) continue;
      const said = `two masters: ${[other, reign].map(({ master, term }) => `${master} of term ${term}`).join(' and ')}`;
      this.#fault(`${said}, together for more than ${Math.round(togetherMs)} ms`);
    }
  }

  #fault(text: string): void {
    const known = text.replace(/ for more.*/, '');
    const at = this.faults.findIndex((one) => one.startsWith(known));
    if (at >= 0) this.faults[at] = text;
    else this.faults.push(text);
  }
}
