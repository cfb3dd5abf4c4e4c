/**
 * Who of those able is best for an element.
 *
 * Up to {@link SAMPLE} times two managers are all compared. Of more, a sample that the element's hash draws is: the
 * fullest of a thousand managers is then hardly fuller than if all had been compared (Azar et al., "Balanced
 * Allocations", 1994: ln ln n / ln d above the mean), and a choice costs the same in a large pool as in a small one.
 * All are compared after all where nobody in the sample has room.
 */
import { ableFor, agreedFor, canRelieve, hasRoom, isAble, isAlive } from './able.js';
import { hashOf, mix, weightOf } from './hash.js';
import type { PlacedElement, PlacedManager, Placement } from './placement.js';

const SAMPLE = 8;

/** `own`: to poll it. `relieve`: the same, for one that has too much. `standIn`: to be ready for it. */
export type Purpose = 'own' | 'relieve' | 'standIn';

interface Candidate {
  readonly manager: PlacedManager;
  readonly room: boolean;
  /** 0 first. */
  readonly preference: number;
  readonly reaches: boolean;
  /** What it would carry, as a share of its capacity. */
  readonly share: number;
}

interface Question {
  readonly placement: Placement;
  readonly element: PlacedElement;
  readonly purpose: Purpose;
  readonly hash: number;
  /** Best first; those not named come after all of them. */
  readonly preferred: readonly (readonly PlacedManager[])[];
}

export interface Choice {
  readonly manager: PlacedManager;
  readonly room: boolean;
}

/**
 * The best of all that can be given work, its owner excepted. For an owner: its stand-in, then those that have agreed,
 * then the rest, of equals those proved to reach it, then the least loaded; nobody goes beyond its capacity while
 * somebody has room. For a stand-in `preferred` comes first, with room or without: it is only a promise; load and room
 * are what they would be if the owner died, so that what one has is spread over all.
 * Only when there is nobody else one that is on trial after its return is chosen.
 */
export function choose(
  placement: Placement,
  element: PlacedElement,
  purpose: Purpose,
  preferred: readonly (readonly PlacedManager[])[],
): Choice | undefined {
  const question: Question = { placement, element, purpose, preferred, hash: hashOf(element.told.name) };
  let best: Candidate | undefined;
  for (const group of preferred) best = bestOf(question, group, best, isFit);
  if (element.told.stationary) best = bestOf(question, element.homes, best, isFit);
  else best = bestOfAble(question, best);
  return best ?? bestOf(question, [...placement.returning], undefined, (one) => isOnTrial(question, one));
}

/** The usual order of preference for an owner. */
export const takers = (placement: Placement, element: PlacedElement): readonly (readonly PlacedManager[])[] => [
  element.standIn ? element.standIn.alone : [],
  agreedFor(placement, element),
];

const isFit = (manager: PlacedManager, { placement, element }: Question): boolean =>
  isAlive(manager) && manager !== element.owner && isAble(placement, manager, element);

const isOnTrial = ({ placement, element }: Question, manager: PlacedManager): boolean =>
  manager !== element.owner && isAble(placement, manager, element);

function bestOfAble(question: Question, before: Candidate | undefined): Candidate | undefined {
  const { placement, element, hash, purpose } = question;
  const { need, told } = element;
  const able = ableFor(placement, need);
  const usable = (manager: PlacedManager): boolean => isAlive(manager) && manager !== element.owner;
  let best = before;
  for (const id of told.reachedBy ?? []) {
    const manager = placement.managers.get(id);
    if (manager) best = bestOf(question, manager.alone, best, isFit);
  }
  if (able.length <= 2 * SAMPLE) return bestOf(question, able, best, usable);
  let drawn = 0;
  for (let draw = 0; draw < 4 * SAMPLE && drawn < SAMPLE; draw += 1) {
    const manager = able[mix(hash + Math.imul(draw, 0x9e3779b1)) % able.length];
    if (!manager || !usable(manager)) continue;
    drawn += 1;
    best = better(question, candidate(question, manager), best);
  }
  const full = need.full[purpose === 'relieve' ? 'relieve' : 'own'];
  if (best?.room || (best && full.rooms === placement.rooms && element.cost >= full.cost)) return best;
  best = bestOf(question, able, best, usable);
  if (best && !best.room) {
    full.cost = element.cost;
    full.rooms = placement.rooms;
  }
  return best;
}

function bestOf(
  question: Question,
  managers: readonly PlacedManager[],
  before: Candidate | undefined,
  fits: (manager: PlacedManager, question: Question) => boolean,
): Candidate | undefined {
  let best = before;
  for (const manager of managers)
    if (fits(manager, question)) best = better(question, candidate(question, manager), best);
  return best;
}

function candidate({ element, purpose, preferred }: Question, manager: PlacedManager): Candidate {
  const pledged = (purpose === 'standIn' && element.owner?.pledges.get(manager.number)) || 0;
  const at = preferred.findIndex((group) => group.includes(manager));
  return {
    manager,
    room: purpose === 'relieve' ? canRelieve(manager, element) : hasRoom(manager, element, pledged),
    preference: at < 0 ? preferred.length : at,
    reaches: element.told.reachedBy?.includes(manager.id) ?? false,
    share: (manager.load + pledged + element.cost) / Math.max(manager.capacity, 1),
  };
}

function better(question: Question, one: Candidate, other: Candidate | undefined): Candidate {
  if (!other || one.manager === other.manager) return one;
  return compare(question, one, other) < 0 ? one : other;
}

/** Below zero when `a` comes first. Without room the load counts more than any preference. */
function compare({ purpose, hash }: Question, a: Candidate, b: Candidate): number {
  const inOrder = a.preference - b.preference;
  if (purpose === 'standIn' && inOrder !== 0) return inOrder;
  if (a.room !== b.room) return a.room ? -1 : 1;
  const byLoad = a.share - b.share;
  const byChoice = inOrder || Number(b.reaches) - Number(a.reaches);
  const found = a.room ? byChoice || byLoad : byLoad || byChoice;
  if (found !== 0) return found;
  const byHash = weightOf(hash, b.manager.hash) - weightOf(hash, a.manager.hash);
  return byHash || (a.manager.id < b.manager.id ? -1 : 1);
}
