/** What a master knows of a member beyond the roster: which of its processes it hears, and whether it lives. */
import type { ManagerAddress, ManagerRole } from '../../model/manager.js';
import { descends, type Member, type MemberId, type Start } from '../member.js';

/** Somebody who asks to be admitted, or again to be. */
export interface JoinRequest extends Start {
  readonly id: MemberId;
  readonly role: ManagerRole;
  /** May become master. */
  readonly stands: boolean;
  readonly priority: number;
  readonly site?: string;
  readonly address?: ManagerAddress;
}

/** A start, and when it was heard last. */
export interface Heard {
  readonly start: Start;
  readonly atMs: number;
}

/** What was heard under the id of one member. */
export interface Sight {
  /** Of the disk that the roster means: a start that goes on from the one noted there. */
  readonly own?: Heard;
  /** Of another disk, or of an older copy. Both at once: two processes with one id. */
  readonly stranger?: Heard;
  /** Since when it has been found crashed, disconnected or lost; absent while it lives, is paused or is not known. */
  readonly deadSinceMs?: number;
  /** Since when its disk has had all that is confirmed; absent while it is behind. */
  readonly caughtUpSinceMs?: number;
}

/** Notes a message: to be called for whatever comes under the id of a member. */
export function noteStart(sight: Sight, member: Member, start: Start, nowMs: number): Sight {
  const heard: Heard = { start, atMs: nowMs };
  return descends(start, member) ? { ...sight, own: newer(sight.own, heard) } : { ...sight, stranger: heard };
}

/** The same as the roster means it now: whoever was admitted in the meantime is no stranger any more. */
export function sightNow(sight: Sight, member: Member): Sight {
  const { own, stranger, ...rest } = sight;
  const isOwn = stranger !== undefined && descends(stranger.start, member);
  if (!isOwn && (!own || descends(own.start, member))) return sight;
  return isOwn ? { ...rest, own: stranger } : { ...rest, ...(stranger && { stranger }) };
}

/** A late message of a former start does not take the place of the present one. */
const newer = (former: Heard | undefined, heard: Heard): Heard =>
  former && former.start.identity === heard.start.identity && former.start.incarnation > heard.start.incarnation
    ? former
    : heard;

/** Not heard for so long, a process counts as silent. */
export const silentAfterMs = (heartbeatMs: number): number => 4 * heartbeatMs;

export const isFresh = (heard: Heard | undefined, heartbeatMs: number, nowMs: number): heard is Heard =>
  heard !== undefined && nowMs - heard.atMs < silentAfterMs(heartbeatMs);
