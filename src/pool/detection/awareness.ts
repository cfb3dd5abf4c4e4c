/**
 * A watcher that is slow itself trusts its suspicions less: what it takes for silence may be its own deafness (the idea
 * of memberlist's awareness, with the lateness of its own ticks as the measure).
 */
import type { Detection } from './state.js';

/** Lateness below this share of a heartbeat is what any loop has. */
const USUAL = 0.1;
/** How fast patience grows: late by half a heartbeat doubles it. */
const STRETCH = 2;
/** Patience is never more than doubled: the bound for silent loss holds with it. */
const MOST_STRETCH = 2;
/** Heartbeats until a lateness is forgotten. */
const FORGET = 8;

/** Compares the clock with when the next tick was due; on every input, whatever it is. */
export function notice(state: Detection, nowMs: number): void {
  const byMs = nowMs - state.nextMs;
  if (byMs <= 0) return;
  late(state, byMs, nowMs);
  // What is noticed now need not be noticed again by the tick that follows.
  state.nextMs = nowMs;
}

export function late(state: Detection, byMs: number, nowMs: number): void {
  if (byMs > slownessMs(state, nowMs)) state.slow = { byMs: Math.min(byMs, state.heartbeatMs), atMs: nowMs };
  if (byMs > state.heartbeatMs) goOn(state, nowMs);
}

/**
 * After it stood still: answers may lie unread, timeouts fire first, and whoever was silent may only not have been
 * heard. All questions are void, and everybody's silence counts from now.
 */
function goOn(state: Detection, nowMs: number): void {
  for (const member of state.members.values()) {
    member.lifeMs = nowMs;
    member.round = undefined;
    member.formerRound = undefined;
    member.wantsAgain = false;
    member.rounds = 0;
    member.doubt = undefined;
  }
}

function slownessMs({ slow, heartbeatMs }: Detection, nowMs: number): number {
  return slow.byMs * Math.max(0, 1 - (nowMs - slow.atMs) / (FORGET * heartbeatMs));
}

/** By how much patience is stretched, 1 to 2. */
export function stretch(state: Detection, nowMs: number): number {
  const share = slownessMs(state, nowMs) / state.heartbeatMs;
  return share < USUAL ? 1 : Math.min(MOST_STRETCH, 1 + STRETCH * share);
}

/** Until when silence alone is no reason for a finding. */
export const patientUntilMs = (state: Detection, lifeMs: number, nowMs: number): number =>
  lifeMs + state.timing.patienceMs * stretch(state, nowMs);
