/** What a manager does of its own accord: seeks, founds, spreads a founding, tells others that there is a pool. */
import { type MemberId, majorityOf } from '../member.js';
import { firstRoster } from './found-roster.js';
import type { Founding, FoundingEffect, FoundingMessage, Seeker } from './founding.js';
import { forget, foundAtMs, isHeard, isSeeking, prospectOf, selfOf, silentMs, staleAtMs } from './seekers.js';
import { adopt, isJoining } from './standing.js';

/** Managers that do not answer are asked no more seldom than this. */
const SELDOM_MS = 5_000;
/** Managers that answer: more often at first, when others are just starting. */
const OFTEN_MS = 1_000;
const EARLY_MS = 10_000;
/** How much longer it waits each time for one that does not answer. */
const BACK_OFF = 1.5;

export function tick(state: Founding, nowMs: number): FoundingEffect[] {
  const { heartbeatMs } = state.options;
  forget(state, nowMs);
  if (state.pool?.stage === 'settled') {
    state.nextMs = nowMs + SELDOM_MS;
    return tellOutsiders(state);
  }
  if (!isSeeking(state, nowMs)) {
    const early = nowMs - state.poolSinceMs < EARLY_MS;
    state.nextMs = Math.min(nowMs + (early ? heartbeatMs : Math.max(heartbeatMs, OFTEN_MS)), staleAtMs(state));
    return spread(state);
  }
  state.nextMs = nowMs + heartbeatMs;
  // Whoever founds seeks no longer.
  const founding = found(state, nowMs);
  return founding.length > 0 ? founding : seek(state, nowMs);
}

/** Founds a pool when it is time, and when it falls to this manager. */
export function found(state: Founding, nowMs: number): FoundingEffect[] {
  const { seeker, leads, found: founds, follows, heartbeatMs } = state.options;
  if (follows !== undefined || !isSeeking(state, nowMs) || isJoining(state, nowMs)) return [];
  if (leads) return state.pool ? [] : foundWith(state, [{ ...selfOf(state), stands: true }], [seeker.id], nowMs);
  if (seeker.names.length === 0 && founds) {
    const isTime = !state.pool && nowMs >= state.startedMs + 2 * heartbeatMs;
    return isTime ? foundWith(state, [selfOf(state)], [seeker.id], nowMs) : [];
  }
  const prospect = prospectOf(state, nowMs);
  if (!prospect || nowMs - state.othersFoundMs < silentMs(state)) {
    state.ableSinceMs = undefined;
    return [];
  }
  state.ableSinceMs ??= nowMs;
  const atMs = foundAtMs(state, prospect, state.ableSinceMs);
  if (nowMs >= atMs) return foundWith(state, prospect.seekers, prospect.union, nowMs);
  state.nextMs = Math.min(state.nextMs, atMs);
  return [];
}

function foundWith(
  state: Founding,
  seekers: readonly Seeker[],
  union: readonly MemberId[],
  nowMs: number,
): FoundingEffect[] {
  const { poolId, heartbeatMs } = state.options;
  const version = state.version + 1;
  state.version = version;
  // Each of one start's foundings is another pool.
  const pool = version === 1 ? poolId : `${poolId}.${version}`;
  const roster = firstRoster({ pool, version, seekers, union, heartbeatMs });
  return [...adopt(state, roster, nowMs), ...spread(state)];
}

/** Everybody who is known is asked: those that answer at a steady pace, the others more and more seldom. */
function seek(state: Founding, nowMs: number): FoundingEffect[] {
  const { heartbeatMs } = state.options;
  const early = nowMs - state.startedMs < EARLY_MS;
  const effects: FoundingEffect[] = [];
  const message: FoundingMessage = { is: 'seek', seeker: selfOf(state) };
  for (const [to, known] of state.known) {
    if (nowMs < known.askAtMs) continue;
    const answers = isHeard(state, known, nowMs) || nowMs - known.poolMs < silentMs(state);
    known.waitMs = answers
      ? Math.max(heartbeatMs, early ? 0 : OFTEN_MS)
      : Math.min(SELDOM_MS, Math.max(heartbeatMs, known.waitMs * (early ? 1 : BACK_OFF)));
    known.askAtMs = nowMs + known.waitMs;
    effects.push({ is: 'send', to, message });
  }
  return effects;
}

/** A founding is told to all that may take part in it, or that may have a better one. */
function spread(state: Founding): FoundingEffect[] {
  const { pool, known, options } = state;
  if (!pool) return [];
  const { id: self, name } = options.seeker;
  const all = new Set([...pool.roster.members.map(({ id }) => id), ...known.keys()]);
  all.delete(self);
  // Nobody else is needed where one is a majority, as with an integration manager that leads.
  if (majorityOf(pool.roster) === 1 && pool.roster.members.length === 1) return [];
  const message: FoundingMessage = { is: 'found', name, roster: pool.roster };
  return [...all].map((to): FoundingEffect => ({ is: 'send', to, message }));
}

/** Managers that are named and are no members may be in another pool of that name, or look for one. */
function tellOutsiders({ pool, options }: Founding): FoundingEffect[] {
  const { names, name } = options.seeker;
  if (!pool) return [];
  const members = new Set(pool.roster.members.map(({ id }) => id));
  const message: FoundingMessage = { is: 'inPool', pool: pool.roster.pool, name, master: pool.master };
  return names.filter((id) => !members.has(id)).map((to): FoundingEffect => ({ is: 'send', to, message }));
}
