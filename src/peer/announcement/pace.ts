/** How often a manager announces itself, so that all of them together stay below ten packets a second. */
import type { Random } from '../../base/env.js';

const MOST_OF_ALL_PER_SECOND = 10;
const SHORTEST_MS = 1000;
/** Upwards only: the bound of the group holds whatever is drawn. */
const JITTER = 0.25;
/** Between two that are sent because something has changed. */
export const BETWEEN_CHANGES_MS = 250;

/** Until the next one, when nothing changes. @param members Of the pool, this manager included. */
export const pauseMs = (members: number, random: Pick<Random, 'next'>): number =>
  Math.max(SHORTEST_MS, (Math.max(members, 1) * 1000) / MOST_OF_ALL_PER_SECOND) * (1 + JITTER * random.next());
