/** What a manager makes of the messages about foundings, and what it answers. */
import { descends, majorityOf, memberOf, type Roster, voters } from '../member.js';
import type { Sender } from '../messages.js';
import type { Founding, FoundingEffect, FoundingMessage, Seeker } from './founding.js';
import { found } from './seek.js';
import { isOwn, isSeeking, isUsable, know, MOST_KNOWN, never, noteSeeker, noteTold, seekersOf } from './seekers.js';
import { abandon, adopt, answerPool, isBetter, isJoining } from './standing.js';

type Of<Kind extends FoundingMessage['is']> = Extract<FoundingMessage, { is: Kind }>;

/** Complaints about one other pool. */
const ALARM_EVERY_MS = 60_000;
/** Other pools of the same name that are told apart. */
const MOST_ALARMED = 16;
/** What a voter has said about its pool counts for so long when it is asked whether the own one can still act. */
const EVIDENCE_MS = 30_000;
/** A pool that has begun is given so long before another one of the same name is a matter for people. */
const BEGUN_MS = 10_000;

/** Everybody that seeks is told what there is: a pool, a founding, or others that seek. */
export function hearSeek(state: Founding, from: Sender, seeker: Seeker, nowMs: number): FoundingEffect[] {
  if (!isOwn(state, seeker, from)) return [];
  if (!isSeeking(state, nowMs)) return answerPool(state, from);
  noteSeeker(state, seeker, nowMs);
  if (state.options.follows !== undefined) return [];
  const seekers = seekersOf(state, nowMs).slice(0, MOST_KNOWN);
  return [...send(from, { is: 'seeking', seekers }), ...found(state, nowMs)];
}

export function hearSeeking(
  state: Founding,
  from: Sender,
  seekers: readonly Seeker[],
  nowMs: number,
): FoundingEffect[] {
  if (!isSeeking(state, nowMs) || seekers.length > MOST_KNOWN) return [];
  const { seeker: self } = state.options;
  for (const seeker of seekers) {
    if (isOwn(state, seeker, from)) noteSeeker(state, seeker, nowMs);
    else if (seeker.id !== self.id && seeker.id !== from.id && isUsable(seeker, self.name))
      noteTold(state, seeker, nowMs);
  }
  return found(state, nowMs);
}

/** There is a settled pool: whoever is in none asks to join it, or is a member already. */
export function hearPool(state: Founding, from: Sender, message: Of<'inPool'>, nowMs: number): FoundingEffect[] {
  const { seeker, follows } = state.options;
  const { pool, name } = message;
  if (name !== seeker.name || (follows !== undefined && from.id !== follows)) return [];
  const own = state.pool;
  if (own?.stage === 'settled') return own.roster.pool === pool ? [] : meetOther(state, from, pool, nowMs);
  noteElsewhere(state, from, pool, nowMs);
  if (!own || own.roster.pool === pool) return enter(state, from, message, nowMs);
  if (own.stage === 'bare' || isDeserted(state, own.roster, nowMs))
    return [...abandon(state, own.roster, nowMs), ...enter(state, from, message, nowMs)];
  return nowMs - state.poolSinceMs >= BEGUN_MS ? alarm(state, from, pool, nowMs) : [];
}

/** Named by its roster, it is in; else it has to be admitted. */
function enter(state: Founding, from: Sender, message: Of<'inPool'>, nowMs: number): FoundingEffect[] {
  const { pool, master, roster } = message;
  const { seeker } = state.options;
  const self = roster && memberOf(roster, seeker.id);
  const isMember = roster?.pool === pool && self !== undefined && descends(seeker, self);
  if (!isMember) return join(state, from, pool, master, nowMs);
  // With entries of that pool its mastership finds the way by itself.
  if (state.pool?.stage === 'begun') return [];
  state.joining = undefined;
  return adopt(state, { ...roster, settled: true }, nowMs);
}

/** A founding. Whoever has nothing better adopts it, if it is named there with the disk that it has. */
export function hearFounding(
  state: Founding,
  from: Sender,
  { name, roster }: Of<'found'>,
  nowMs: number,
): FoundingEffect[] {
  const { seeker, follows, leads } = state.options;
  const own = state.pool;
  if (name !== seeker.name || follows !== undefined || leads) return [];
  if (!memberOf(roster, from.id) || roster.members.length > MOST_KNOWN) return [];
  if (own?.stage === 'settled') return answerPool(state, from);
  state.version = Math.max(state.version, roster.version);
  if (own?.roster.pool === roster.pool) return [];
  if (own && !isBetter(roster, own.roster)) return answerPool(state, from);
  if (own) noteElsewhere(state, from, roster.pool, nowMs);
  const isFree = own?.stage !== 'begun' || isDeserted(state, own.roster, nowMs);
  if (!isFree || isJoining(state, nowMs)) return [];
  const self = memberOf(roster, seeker.id);
  if (self?.voter && descends(seeker, self) && roster.version > state.abandoned) return adopt(state, roster, nowMs);
  if (!own) state.othersFoundMs = nowMs;
  return own?.stage === 'begun' ? abandon(state, own.roster, nowMs) : [];
}

/** Somebody does not take part in the own founding, and will not any more. */
function noteElsewhere(state: Founding, { id }: Sender, pool: string, nowMs: number): void {
  const known = know(state, id, nowMs);
  if (known) Object.assign(known, { pool, poolMs: nowMs, heardMs: never });
}

/** Whether so many of the founding's voters are elsewhere for good that no majority is left for it. */
function isDeserted(state: Founding, roster: Roster, nowMs: number): boolean {
  const elsewhere = voters(roster).filter(({ id }) => {
    const known = state.known.get(id);
    return known?.pool !== undefined && known.pool !== roster.pool && nowMs - known.poolMs < EVIDENCE_MS;
  });
  return voters(roster).length - elsewhere.length < majorityOf(roster);
}

function join(
  state: Founding,
  from: Sender,
  pool: string,
  master: Of<'inPool'>['master'],
  nowMs: number,
): FoundingEffect[] {
  const { joining } = state;
  if (joining && joining.pool !== pool && isJoining(state, nowMs)) return alarm(state, from, pool, nowMs);
  const isNews = joining?.pool !== pool || (master !== undefined && joining.master !== master);
  const saidMs = joining?.pool === pool ? joining.saidMs : never;
  if (!isNews && nowMs - saidMs < state.options.heartbeatMs) {
    joining.heardMs = nowMs;
    return [];
  }
  state.joining = { pool, heardMs: nowMs, saidMs: nowMs, master: master ?? joining?.master };
  return [{ is: 'join', pool, via: from.id, master }];
}

/** Two pools with one name: each tells the other, not more often than it complains. */
function meetOther(state: Founding, from: Sender, pool: string, nowMs: number): FoundingEffect[] {
  const alarms = alarm(state, from, pool, nowMs);
  return alarms.length > 0 ? [...alarms, ...answerPool(state, from)] : [];
}

const alarm = (state: Founding, from: Sender, pool: string, nowMs: number): FoundingEffect[] =>
  complains(state, pool, nowMs) ? [{ is: 'alarm', pool, member: from.id }] : [];

/** Whether it is time to complain about another pool. Counted as done. */
export function complains({ alarmed }: Founding, pool: string, nowMs: number): boolean {
  if (nowMs - (alarmed.get(pool) ?? never) < ALARM_EVERY_MS) return false;
  const [oldest] = alarmed.keys();
  alarmed.delete(alarmed.size >= MOST_ALARMED && oldest !== undefined ? oldest : pool);
  alarmed.set(pool, nowMs);
  return true;
}

const send = ({ id }: Sender, message: FoundingMessage): FoundingEffect[] => [{ is: 'send', to: id, message }];
