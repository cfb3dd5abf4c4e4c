/**
 * A place in the log of all managers: events are in the order of their time, then of the managers that recorded them, then
 * of their numbers there. So one place says to each manager where its own part of the page begins.
 */
import type { EventPlace } from '../model/event.js';
import { decodePlace, encodePlace, wrongPlace } from './list-place.js';

export interface PoolEventPlace extends EventPlace {
  readonly manager: string;
}

export const byPlace = (a: PoolEventPlace, b: PoolEventPlace): number =>
  a.time - b.time || (a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : a.id - b.id);

const OLDEST_FIRST = 'events time';
const NEWEST_FIRST = 'events -time';
const orderOf = (oldestFirst: boolean): string => (oldestFirst ? OLDEST_FIRST : NEWEST_FIRST);

export const writeEventPlace = ({ time, manager, id }: PoolEventPlace, oldestFirst: boolean): string =>
  encodePlace([orderOf(oldestFirst), time, manager, id]);

/** @throws PtpError `Client.Validation` for a place of another list, or of the other order. */
export function readEventPlace(after: string, oldestFirst: boolean): PoolEventPlace {
  const place = decodePlace(after);
  const [order, time, manager, id]: unknown[] = Array.isArray(place) ? place : [];
  if (!Number.isSafeInteger(time) || !Number.isSafeInteger(id) || typeof manager !== 'string')
    throw wrongPlace('it is no place in the event log');
  if (order !== orderOf(oldestFirst)) throw wrongPlace('it belongs to the log in the other order; ask with that sort');
  return { time: Number(time), manager, id: Number(id) };
}

/** Where one manager goes on: of the events of that very time it has shown all, none, or those up to the place. */
export function placeAt({ time, manager, id }: PoolEventPlace, self: string, oldestFirst: boolean): EventPlace {
  if (self === manager) return { time, id };
  const comesLater = oldestFirst ? self > manager : self < manager;
  const first = oldestFirst ? 0 : Number.MAX_SAFE_INTEGER;
  const last = oldestFirst ? Number.MAX_SAFE_INTEGER : 0;
  return { time, id: comesLater ? first : last };
}
