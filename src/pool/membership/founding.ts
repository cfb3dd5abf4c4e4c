/**
 * How a pool begins (SPEC 6, "Founding").
 *
 * ```
 *                 ┌───────────── a better founding ◀──┐
 *                 ▼                                   │
 *   seeking ──found──▶ bare ──a first entry is kept──▶ begun ──an entry is confirmed──▶ settled
 *      │  ▲             │ for 10 s: stale, seeks as well  │                                ▲
 *      │  └─ a settled pool is met ◀──────────────────────┘ its voters are in other pools  │
 *      └──a settled pool answers──▶ asks to join ──admitted───────────────────────────────┘
 * ```
 *
 * *seeking*: in no pool. Asks all whom it knows of, learns from them of others, and founds a pool once a majority of all
 * that are named seeks as well. *bare*: has a founding on disk and nothing else. *begun*: keeps an entry of it. *settled*:
 * in a pool that has agreed on something.
 *
 * Why there are never two pools out of one founding, however messages are lost and founders differ: all that were named
 * are voters of a founding (see `found-roster.ts`), so that a majority of its voters is a majority of them. A pool acts
 * only once such a majority keeps an entry of it, and nobody keeps entries of two foundings: whoever keeps one stays.
 * So of two foundings among the same managers only one ever acts.
 *
 * Why one that is bare may change to another: it keeps no entry, so it is in no majority by which the former founding has
 * agreed on anything. A vote that it gave there only helps somebody to a term, whose first entry again needs a majority
 * that keeps it. Terms, votes and promised leases stay on disk as they are and the mastership begins as after a start, so
 * even one that comes back gives no second vote in a term and none before the leases that it promised are over.
 *
 * Why one that has begun may leave when so many of its voters are elsewhere, settled or in a better founding, that no
 * majority is left: those do not come back to it (nobody returns from a better founding to a worse one, nor from a settled
 * pool to any), and whoever kept an entry of it before would still be there. So it never acted, and never will.
 *
 * What is not solved: where managers that have begun one founding, and others in a better one, are each too few without
 * those that are gone for good, they wait for these or for an administrator (alarm `otherPool` once there is a settled
 * pool), because the former may have acted together with them. It takes two tries at founding and the loss of several.
 */
import type { ManagerAddress } from '../../model/manager.js';
import type { MemberId, Roster, Start } from '../member.js';
import type { Sender } from '../messages.js';
import { hearFounding, hearPool, hearSeek, hearSeeking } from './hear.js';
import { tick } from './seek.js';
import { type Known, know } from './seekers.js';

/** Somebody who is in no pool yet, as it introduces itself. */
export interface Seeker extends Start {
  readonly id: MemberId;
  /** The name of the pool that it wants to be in. */
  readonly name: string;
  readonly role: 'EM' | 'EIM';
  readonly stands: boolean;
  readonly priority: number;
  readonly site?: string;
  /** How others reach it; goes into the roster. */
  readonly address?: ManagerAddress;
  /** Managers that its configuration names: neighbours and integration managers. */
  readonly names: readonly MemberId[];
  /** Version of the latest founding that it knows of and that came to nothing: the next one is above it. */
  readonly tried?: number;
}

export type FoundingMessage =
  /** To every manager that the seeker knows, again and again while it seeks. */
  | { readonly is: 'seek'; readonly seeker: Seeker }
  /** The answer of one that seeks as well: whom it has heard lately, itself included. */
  | { readonly is: 'seeking'; readonly seekers: readonly Seeker[] }
  /** The answer of one that is in a pool: to be asked for admission. With the roster, if the asker is a member already. */
  | {
      readonly is: 'inPool';
      readonly pool: string;
      readonly name: string;
      readonly master: MemberId | undefined;
      readonly roster?: Roster;
      /** Whoever is elected after that roster was decided knows of this term; absent where that is not certain. */
      readonly knownIn?: number;
    }
  /** Of those in a pool that has not settled yet: to be adopted by whoever is named in it and has nothing better. */
  | { readonly is: 'found'; readonly name: string; readonly roster: Roster };

export interface FoundingOptions {
  /** This manager. */
  readonly seeker: Seeker;
  /** `POOL found="true"`: founds a pool although it names nobody. */
  readonly found: boolean;
  /** An integration manager that leads managers without a pool of their own: founds at once, alone. */
  readonly leads: boolean;
  /** Of a manager without a pool of its own: the integration manager whose pool it joins. It founds and adopts none. */
  readonly follows?: MemberId;
  /** Drawn for this start: the id of the pool that it may found. */
  readonly poolId: string;
  readonly heartbeatMs: number;
  /** What is on disk; absent for no pool. */
  readonly pool?: Standing;
  readonly nowMs: number;
}

/** What this manager is in. */
export interface Standing {
  /** The one in the base at index 0, where it has not settled; else the newest that is known to be confirmed. */
  readonly roster: Roster;
  /**
   * `bare`: base at index 0 and no entries, those included that are not synced yet. `begun`: entries, none of them
   * confirmed. `settled`: all else, and whoever was admitted by a master.
   */
  readonly stage: 'bare' | 'begun' | 'settled';
  /** As far as known. */
  readonly master: MemberId | undefined;
}

export interface Founding {
  readonly options: FoundingOptions;
  readonly startedMs: number;
  /** Undefined while it seeks. */
  pool: Standing | undefined;
  /** Since when it has been in the pool that it is in. */
  poolSinceMs: number;
  /** Others, by id. At most {@link MOST_KNOWN}. */
  readonly known: Map<MemberId, Known>;
  /** When somebody was heard for the first time. */
  newestMs: number;
  /** Since when it could found a pool; undefined while it could not. */
  ableSinceMs: number | undefined;
  /** Version of the latest founding that it has seen. */
  version: number;
  /** Of the latest that it has abandoned. */
  abandoned: number;
  /** A founding was heard in which this manager has no vote: others are about it. */
  othersFoundMs: number;
  /** The settled pool that it asks for admission. */
  joining: { readonly pool: string; heardMs: number; saidMs: number; master: MemberId | undefined } | undefined;
  /** Other pools of the same name: when each was last complained about. */
  readonly alarmed: Map<string, number>;
  nextMs: number;
}

export type FoundingInput =
  | { readonly is: 'tick' }
  | { readonly is: 'message'; readonly from: Sender; readonly message: FoundingMessage }
  /** Whenever the pool, its stage or its master has changed; undefined: it is in none any more. */
  | { readonly is: 'pool'; readonly pool: Standing | undefined };

export type FoundingEffect =
  | { readonly is: 'send'; readonly to: MemberId; readonly message: FoundingMessage }
  /**
   * The roster goes to disk as base at index 0 with term 0 and without entries, in place of what was there, before
   * anything else is said. Term, vote and lease on disk stay; the mastership begins anew as after a start. A founding; or,
   * with `settled`, the roster of a pool that names this manager, which has missed that until now.
   */
  | { readonly is: 'adopt'; readonly roster: Roster }
  /**
   * As `adopt`, with a roster without members: it is in no pool any more. The roster keeps the version, which is
   * {@link Seeker.tried} after the next start: no founding up to that is ever adopted again.
   */
  | { readonly is: 'abandon'; readonly version: number }
  /** To be asked for admission; repeated while that pool answers. */
  | { readonly is: 'join'; readonly pool: string; readonly via: MemberId; readonly master: MemberId | undefined }
  /** Another pool has the name of this one; repeated once a minute while it does. */
  | { readonly is: 'alarm'; readonly pool: string; readonly member: MemberId };

export function createFounding(options: FoundingOptions): Founding {
  const { seeker, pool, nowMs } = options;
  const state: Founding = {
    options,
    startedMs: nowMs,
    pool,
    poolSinceMs: nowMs,
    known: new Map(),
    newestMs: nowMs,
    ableSinceMs: undefined,
    version: Math.max(seeker.tried ?? 0, pool?.stage === 'settled' ? 0 : (pool?.roster.version ?? 0)),
    abandoned: seeker.tried ?? 0,
    othersFoundMs: Number.NEGATIVE_INFINITY,
    joining: undefined,
    alarmed: new Map(),
    nextMs: nowMs,
  };
  for (const id of options.follows === undefined ? seeker.names : [options.follows]) know(state, id, nowMs);
  return state;
}

/**
 * Takes one input. The state belongs to this function and is changed in place.
 * @param nowMs This manager's monotonic clock; never goes back.
 */
export function stepFounding(state: Founding, input: FoundingInput, nowMs: number): FoundingEffect[] {
  switch (input.is) {
    case 'tick':
      return tick(state, nowMs);
    case 'pool':
      return put(state, input.pool, nowMs);
    case 'message':
      return [...hear(state, input.from, input.message, nowMs), ...(nowMs >= state.nextMs ? tick(state, nowMs) : [])];
  }
}

/** When the next `tick` is due at the latest. */
export const foundingWakeAtMs = ({ nextMs }: Founding): number => nextMs;

function put(state: Founding, pool: Standing | undefined, nowMs: number): FoundingEffect[] {
  if (pool?.roster.pool !== state.pool?.roster.pool) {
    state.poolSinceMs = nowMs;
    state.ableSinceMs = undefined;
  }
  state.pool = pool;
  if (pool?.stage === 'settled') state.joining = undefined;
  state.nextMs = Math.min(state.nextMs, nowMs + state.options.heartbeatMs);
  return [];
}

function hear(state: Founding, from: Sender, message: FoundingMessage, nowMs: number): FoundingEffect[] {
  if (from.id === state.options.seeker.id) return [];
  switch (message.is) {
    case 'seek':
      return hearSeek(state, from, message.seeker, nowMs);
    case 'seeking':
      return hearSeeking(state, from, message.seekers, nowMs);
    case 'inPool':
      return hearPool(state, from, message, nowMs);
    case 'found':
      return hearFounding(state, from, message, nowMs);
  }
}
