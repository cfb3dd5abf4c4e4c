/** What a manager is in, and how it comes to be in another. */
import { descends, memberOf, type Roster } from '../member.js';
import type { Sender } from '../messages.js';
import type { Founding, FoundingEffect, FoundingMessage } from './founding.js';
import { silentMs } from './seekers.js';

/** Of two foundings: the later try, then the smaller id. The same everywhere, so that all come together in one. */
export const isBetter = (a: Roster, b: Roster): boolean =>
  a.version - b.version > 0 || (a.version === b.version && a.pool < b.pool);

export function adopt(state: Founding, roster: Roster, nowMs: number): FoundingEffect[] {
  state.pool = { roster, stage: roster.settled ? 'settled' : 'bare', master: undefined };
  state.poolSinceMs = nowMs;
  state.ableSinceMs = undefined;
  state.nextMs = nowMs + state.options.heartbeatMs;
  return [{ is: 'adopt', roster }];
}

export function abandon(state: Founding, { version }: Roster, nowMs: number): FoundingEffect[] {
  state.pool = undefined;
  state.poolSinceMs = nowMs;
  state.abandoned = Math.max(state.abandoned, version);
  return [{ is: 'abandon', version: state.abandoned }];
}

/** Whether a settled pool was heard lately: then none is founded or adopted. */
export const isJoining = (state: Founding, nowMs: number): boolean =>
  state.joining !== undefined && nowMs - state.joining.heardMs < 2 * silentMs(state);

/** What this manager is in, to one that asks or is in something else. */
export function answerPool({ pool, options }: Founding, to: Sender): FoundingEffect[] {
  const { name } = options.seeker;
  if (!pool) return [];
  const { roster, master, stage } = pool;
  const member = memberOf(roster, to.id);
  const known = member && descends(to, member) ? { roster } : {};
  const message: FoundingMessage =
    stage === 'settled' ? { is: 'inPool', pool: roster.pool, name, master, ...known } : { is: 'found', name, roster };
  return [{ is: 'send', to: to.id, message }];
}
