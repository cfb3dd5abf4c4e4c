/** What a seeker knows of others, and what follows from that: whether a pool can be founded, and who does it. */
import type { MemberId } from '../member.js';
import type { Sender } from '../messages.js';
import type { Founding, Seeker } from './founding.js';

export interface Known {
  /** As it introduced itself last, or as another that has heard it says. */
  seeker: Seeker | undefined;
  /** When it was last heard to seek. */
  heardMs: number;
  /** When another was last heard to have heard it. */
  toldMs: number;
  /** The pool, settled or better than the own, that it is in, and when it said so. */
  pool: string | undefined;
  poolMs: number;
  /** When it is asked again, and how long after that. */
  askAtMs: number;
  waitMs: number;
}

/** Managers that are remembered, and seekers in one message. */
export const MOST_KNOWN = 256;
/** Managers that one seeker names, and how long a name may be. */
const MOST_NAMES = 256;
/** Whoever was neither heard nor told of for so long, and is not named here, is forgotten. */
const FORGET_MS = 60_000;
/** A founding without a first entry for so long has come to nothing; later ones get more time, up to six times as much. */
const STALE_MS = 10_000;
const MOST_PATIENCE = 6;
/**
 * Those that are named and silent may name further ones, of whom half a ring of names would learn too late: founded without
 * them, it would be two pools. They are given so long, and ten heartbeats where that is longer.
 */
const SILENT_NAMES_MS = 5_000;
/** One that could found waits so long for each that goes before it: what makes those wait may not concern it. */
const TURN_MS = 2_000;

export const never = Number.NEGATIVE_INFINITY;

/** A seeker that was not heard for so long counts for nothing. */
export const silentMs = ({ options }: Founding): number => Math.max(3_000, 6 * options.heartbeatMs);

/** Remembers that there is somebody. Undefined when there is no room. */
export function know({ known, options }: Founding, id: MemberId, nowMs: number): Known | undefined {
  const former = known.get(id);
  if (former || id === options.seeker.id || known.size >= MOST_KNOWN) return former;
  const { heartbeatMs } = options;
  const fresh: Known = {
    seeker: undefined,
    heardMs: never,
    toldMs: nowMs,
    pool: undefined,
    poolMs: never,
    askAtMs: nowMs,
    waitMs: heartbeatMs,
  };
  known.set(id, fresh);
  return fresh;
}

/** A seeker that says itself that it seeks. */
export function noteSeeker(state: Founding, seeker: Seeker, nowMs: number): void {
  const known = know(state, seeker.id, nowMs);
  if (!known || isFormer(known.seeker, seeker)) return;
  if (!isHeard(state, known, nowMs)) state.newestMs = nowMs;
  known.seeker = seeker;
  known.heardMs = nowMs;
  known.pool = undefined;
  state.version = Math.max(state.version, seeker.tried ?? 0);
  for (const name of seeker.names) know(state, name, nowMs);
}

/** A seeker that another has heard. */
export function noteTold(state: Founding, seeker: Seeker, nowMs: number): void {
  const known = know(state, seeker.id, nowMs);
  if (!known) return;
  known.toldMs = nowMs;
  if (!isHeard(state, known, nowMs) && !isFormer(known.seeker, seeker)) known.seeker = seeker;
}

/** What comes late is not taken for what is. */
const isFormer = (known: Seeker | undefined, seeker: Seeker): boolean =>
  known?.identity === seeker.identity && known.incarnation > seeker.incarnation;

/** Whether a seeker's own words can be used: of its own start, about the same pool, within bounds. */
export const isOwn = ({ options }: Founding, seeker: Seeker, from: Sender): boolean =>
  seeker.id === from.id &&
  seeker.identity === from.identity &&
  seeker.incarnation === from.incarnation &&
  isUsable(seeker, options.seeker.name);

export const isUsable = (seeker: Seeker, name: string): boolean =>
  seeker.name === name && seeker.names.length <= MOST_NAMES;

export const isHeard = (state: Founding, { heardMs }: Known, nowMs: number): boolean =>
  nowMs - heardMs < silentMs(state);

/** Forgets those of whom nothing more is heard. */
export function forget({ known, options }: Founding, nowMs: number): void {
  const named = new Set(options.seeker.names).add(options.follows ?? '');
  for (const [id, { heardMs, toldMs, poolMs }] of known)
    if (!named.has(id) && nowMs - Math.max(heardMs, toldMs, poolMs) > FORGET_MS) known.delete(id);
}

/** This manager as it introduces itself. */
export const selfOf = ({ options, version }: Founding): Seeker =>
  version > 0 ? { ...options.seeker, tried: version } : options.seeker;

/** Itself and all that were heard lately. */
export function seekersOf(state: Founding, nowMs: number): readonly Seeker[] {
  const heard = [...state.known.values()].filter((known) => isHeard(state, known, nowMs));
  return [selfOf(state), ...heard.flatMap(({ seeker }) => (seeker ? [seeker] : []))];
}

/**
 * All who are named by those that were heard, those included that were only told of: the more there are, the more it
 * takes to found a pool. Seekers whom nobody names are counted too, as long as there is room.
 * @returns undefined when they are too many.
 */
function unionOf(state: Founding, seekers: readonly Seeker[], nowMs: number): readonly MemberId[] | undefined {
  const named = new Set([state.options.seeker.id, ...seekers.flatMap(({ names }) => names)]);
  const told = [...state.known].filter(([, { toldMs }]) => nowMs - toldMs < silentMs(state)).map(([id]) => id);
  const all = new Set([...named, ...seekers.map(({ id }) => id), ...told]);
  const union = all.size <= MOST_KNOWN ? all : named;
  return union.size <= MOST_KNOWN ? [...union].sort() : undefined;
}

/** Who would be in a pool that is founded now, and whether they are enough. */
export interface Prospect {
  readonly seekers: readonly Seeker[];
  readonly union: readonly MemberId[];
  /** How many go before this manager; undefined when it founds none. */
  readonly turn: number | undefined;
}

export function prospectOf(state: Founding, nowMs: number): Prospect | undefined {
  const heard = seekersOf(state, nowMs);
  const union = unionOf(state, heard, nowMs);
  const seekers = heard.filter(({ id }) => union?.includes(id));
  if (!union || seekers.length < Math.floor(union.length / 2) + 1) return undefined;
  if (!seekers.some(({ stands }) => stands)) return undefined;
  const turn = seekers
    .filter(({ names }) => names.length > 0)
    .sort(compareFounders)
    .findIndex(({ id }) => id === state.options.seeker.id);
  return { seekers, union, turn: turn < 0 ? undefined : turn };
}

const compareFounders = (a: Seeker, b: Seeker): number =>
  Number(b.stands) - Number(a.stands) || b.priority - a.priority || (a.id < b.id ? -1 : 1);

/**
 * When it founds, if nothing changes. Where all that are named seek, nothing more can be waited for. Else those that are
 * just starting get two heartbeats to be heard where all that seek know of the same managers, and much longer where not.
 */
export function foundAtMs(state: Founding, { seekers, union, turn }: Prospect, ableSinceMs: number): number {
  if (turn === undefined) return Number.POSITIVE_INFINITY;
  const patienceMs = patienceFor(seekers, union, state.options.heartbeatMs);
  return Math.max(state.startedMs + patienceMs, state.newestMs + patienceMs, ableSinceMs + turn * TURN_MS);
}

function patienceFor(seekers: readonly Seeker[], union: readonly MemberId[], heartbeatMs: number): number {
  if (seekers.length === union.length) return 0;
  const namesAll = ({ id, names }: Seeker) => names.length === 0 || new Set([id, ...names]).size === union.length;
  return seekers.every(namesAll) ? 2 * heartbeatMs : Math.max(SILENT_NAMES_MS, 10 * heartbeatMs);
}

/** When a founding that has got no first entry has come to nothing. */
export const staleAtMs = ({ pool, poolSinceMs }: Founding): number =>
  pool?.stage === 'bare'
    ? poolSinceMs + STALE_MS * Math.min(Math.max(1, pool.roster.version), MOST_PATIENCE)
    : Number.POSITIVE_INFINITY;

/** Whether it looks for a pool: in none, or in one that has come to nothing. */
export const isSeeking = (state: Founding, nowMs: number): boolean =>
  state.pool === undefined || nowMs >= staleAtMs(state);
