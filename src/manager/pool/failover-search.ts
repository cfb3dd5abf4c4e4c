/**
 * Finds failover managers for an e-manager that has none (SPEC 7, story 1).
 *
 * ```
 *   idle ── has elements and no failover manager ──▶ asking ── somebody can take over ──▶ noted: idle
 *     ▲                                                │ ▲
 *     │ has one, or nothing to take over               ▼ │ after a pause that doubles, or when another answers
 *     └──────────────────────────────────────────── waiting
 * ```
 *
 * Asked are those that answer, neighbours before others; chosen are one or two, so that not everybody is everybody's.
 * One that has been out of the pool for ten minutes does not count any more, and another is looked for; a restart, or an
 * upgrade of one manager after the other, changes nothing.
 */
import type { Env, Timer } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { FoundFailover } from '../../config/with-failover.js';
import type { NewEvent } from '../../model/event.js';
import { type Directory, isFromConfiguration, type KnownManager } from '../directory.js';
import { type FailoverAnswer, type Need, takesType, typesOfNeeds } from './failover-answer.js';

/** What a manager has answered. */
export interface Offer {
  readonly id: string;
  /** Where it is reached, when no configuration here says so. */
  readonly uri?: string;
  readonly answer: FailoverAnswer;
}

/** Managers that are chosen at most. */
const MOST_CHOSEN = 2;

/**
 * The one that can take most elements, then of the types that are left whoever can take most of those. Among equals the
 * one with the most room. One that takes all there is takes all types, also those that come later.
 */
export function chooseFailover(needs: readonly Need[], offers: readonly Offer[]): FoundFailover[] {
  const chosen: FoundFailover[] = [];
  let left = typesOfNeeds(needs);
  const rest = [...offers];
  while (chosen.length < MOST_CHOSEN && left.length > 0) {
    const taking = rest
      .map((offer) => {
        const types = left.filter((type) => takesType(offer.answer, needs, type));
        return { offer, types, count: countOf(needs, types) };
      })
      .filter(({ types }) => types.length > 0)
      .sort(
        (a, b) =>
          b.count - a.count ||
          b.offer.answer.spareCapacity - a.offer.answer.spareCapacity ||
          (a.offer.id < b.offer.id ? -1 : 1),
      );
    const [best] = taking;
    if (!best) break;
    const { id, uri } = best.offer;
    const all = best.types.length === left.length && chosen.length === 0;
    const named = best.types.flatMap((type) => type ?? []).sort();
    // Elements without a type cannot be named: only one that takes all types is theirs.
    if (all || named.length > 0) chosen.push({ id, types: all ? [] : named, ...(uri !== undefined && { uri }) });
    left = left.filter((type) => !best.types.includes(type));
    rest.splice(rest.indexOf(best.offer), 1);
  }
  return chosen;
}

const countOf = (needs: readonly Need[], types: readonly (string | undefined)[]): number =>
  needs.reduce((sum, { type, count }) => (types.includes(type) ? sum + count : sum), 0);

export interface FailoverSearchParts {
  readonly env: Env;
  readonly directory: Pick<Directory, 'all' | 'peer'>;
  readonly self: string;
  /** What the own elements ask of whoever takes them over; none: there is nothing to look for. */
  readonly needs: () => readonly Need[];
  /** Failover managers that are known by now. */
  readonly known: () => readonly { readonly id: string }[];
  readonly note: (found: readonly FoundFailover[]) => Promise<'written' | 'kept'>;
  readonly tell: (event: Omit<NewEvent, 'time'>) => void;
}

/** Others get this long to be found first. */
const FIRST_MS = 2000;
const SHORTEST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 600_000;
const ANSWER_MS = 4000;
const FORGOTTEN_MS = 600_000;
/** Managers that are asked in one round. */
const MOST_ASKED = 32;
/** Of the condition that nobody is known who would take over. */
const FAILOVER_KEY = 'failover';
/** How soon one that begins to answer is asked, together with whoever else does. */
const SOON_MS = 500;

export class FailoverSearch {
  readonly #parts: FailoverSearchParts;
  readonly #forgotten = new Set<string>();
  readonly #gone = new Map<string, Timer>();
  #timer: Timer | undefined;
  #pauseMs = SHORTEST_PAUSE_MS;
  #isAsking = false;
  #toldMissing = false;
  #isClosed = true;

  constructor(parts: FailoverSearchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#isClosed = false;
    this.#after(FIRST_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const timer of this.#gone.values()) timer.cancel();
    this.#gone.clear();
  }

  /** The configuration, or who answers, has changed: if there is still something to find, it is looked for soon. */
  look(): void {
    if (this.#isClosed || this.#isAsking || !this.#isWanted()) return;
    this.#pauseMs = SHORTEST_PAUSE_MS;
    this.#after(SOON_MS);
  }

  /** A manager is out of the pool: if it was a failover manager and stays away, another is looked for. */
  gone(id: string): void {
    if (this.#isClosed || this.#gone.has(id) || !this.#parts.known().some((one) => one.id === id)) return;
    const timer = this.#parts.env.clock.after(FORGOTTEN_MS, () => {
      this.#gone.delete(id);
      this.#forgotten.add(id);
      this.look();
    });
    this.#gone.set(id, timer);
  }

  /** It is in the pool again. */
  back(id: string): void {
    this.#gone.get(id)?.cancel();
    this.#gone.delete(id);
    this.#forgotten.delete(id);
  }

  #isWanted(): boolean {
    const { known, needs } = this.#parts;
    return known().every(({ id }) => this.#forgotten.has(id)) && needs().length > 0;
  }

  #after(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.env.clock.after(delayMs, () => void this.#attempt());
  }

  async #attempt(): Promise<void> {
    if (this.#isClosed || this.#isAsking || !this.#isWanted()) return;
    this.#isAsking = true;
    try {
      const needs = this.#parts.needs();
      const offers = await this.#ask(needs);
      const found = this.#isClosed ? [] : chooseFailover(needs, offers);
      if (found.length > 0) await this.#noteAll(found);
      else this.#again(offers.length);
    } finally {
      this.#isAsking = false;
    }
  }

  async #noteAll(found: readonly FoundFailover[]): Promise<void> {
    const { note, tell } = this.#parts;
    const where = await note(found);
    this.#toldMissing = false;
    this.#pauseMs = SHORTEST_PAUSE_MS;
    const words = found.map(({ id, types }) => `${id} for ${types.length > 0 ? types.join(', ') : 'all types'}`);
    const how = where === 'written' ? 'written into the configuration' : 'kept in the data directory';
    tell({
      severity: 'cleared',
      name: 'failoverFound',
      text: `failover managers found and ${how}: ${words.join('; ')}`,
      alarm: FAILOVER_KEY,
    });
  }

  #again(asked: number): void {
    if (this.#isClosed) return;
    if (!this.#toldMissing) {
      const who = asked === 0 ? 'no manager answers' : `none of ${asked} managers that were asked can take over`;
      this.#parts.tell({
        severity: 'warning',
        name: 'failoverMissing',
        text: `no failover manager is known and ${who}; it is tried again`,
        alarm: FAILOVER_KEY,
      });
      this.#toldMissing = true;
    }
    this.#after(this.#pauseMs);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * this.#pauseMs);
  }

  async #ask(needs: readonly Need[]): Promise<readonly Offer[]> {
    const { directory, self, env } = this.#parts;
    const asked = directory
      .all()
      .filter(({ reach, address }) => reach === 'alive' && address.id !== self && !this.#forgotten.has(address.id))
      .sort((a, b) => placeOf(a) - placeOf(b))
      .slice(0, MOST_ASKED);
    const offers = await Promise.all(
      asked.map(async ({ address, relation }): Promise<Offer | undefined> => {
        try {
          const question = { id: self, needs };
          const answer = await directory.peer(address.id).call('identifyFailOver', question, { timeoutMs: ANSWER_MS });
          return { id: address.id, answer, ...(isFromConfiguration(relation) ? {} : { uri: address.origin }) };
        } catch (thrown) {
          env.log.debug('does not say what it could take over', {
            manager: address.id,
            reason: asPtpError(thrown).message,
          });
          return undefined;
        }
      }),
    );
    return offers.filter((offer) => offer !== undefined);
  }
}

/** Neighbours first: whoever runs the network has put them beside each other. */
const placeOf = ({ relation }: KnownManager): number =>
  relation === 'neighbor' ? 0 : isFromConfiguration(relation) ? 2 : 1;
