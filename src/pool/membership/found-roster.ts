/** The roster that a founder begins a pool with. */
import type { Member, MemberId, Roster } from '../member.js';
import type { Seeker } from './founding.js';

/** Identity of a member that was named at the founding and not heard: nobody has it, so nobody votes in its place. */
const UNMET = '?';

/** Whether a member only holds a place among the voters of a founding, until the first master has dropped it. */
export const isUnmet = ({ identity }: Pick<Member, 'identity'>): boolean => identity === UNMET;

export interface FirstRoster {
  readonly pool: string;
  readonly version: number;
  readonly seekers: readonly Seeker[];
  /** All managers that were named, seekers included. */
  readonly union: readonly MemberId[];
  readonly heartbeatMs: number;
}

/**
 * With `quorum="none"` it takes a majority as well: only when that has agreed on something may either of two go on alone,
 * as the first master decides (see `roster-policy.ts`).
 *
 * All who were named vote, also those that were not met, and more than seven if they are more: so a majority of these
 * voters is a majority of all that were named, and of two foundings among the same managers only one can get it. The
 * first master brings the voters down to what is usual.
 */
export function firstRoster({ pool, version, seekers, union, heartbeatMs }: FirstRoster): Roster {
  const bySeeker = new Map(seekers.map((seeker) => [seeker.id, seeker]));
  const members = [...union].sort().map((id): Member => {
    const seeker = bySeeker.get(id);
    return seeker ? metMember(seeker) : unmetMember(id);
  });
  return { pool, version, members, heartbeatMs };
}

const metMember = ({ id, identity, incarnation, role, stands, priority, site, address }: Seeker): Member => ({
  id,
  identity,
  incarnation,
  role,
  voter: true,
  stands,
  priority,
  ...(site === undefined ? {} : { site }),
  ...(address === undefined ? {} : { address }),
});

const unmetMember = (id: MemberId): Member => ({
  id,
  identity: UNMET,
  incarnation: 0,
  role: 'EM',
  voter: true,
  stands: false,
  priority: 0,
});
