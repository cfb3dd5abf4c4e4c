/** When a majority is lost for good, an administrator lets the rest go on (`ptpmgr recover`). */
import { PtpError } from '../../base/errors.js';
import { type MemberId, memberOf, type Roster } from '../member.js';
import { isUnmet } from './found-roster.js';
import { chooseVoters } from './voters.js';

/** Above all versions that the lost ones may have decided unseen, each step of which took at least one confirmation. */
const RECOVERY_STEP = 1_000;

/**
 * The roster of those who remain. All of them count as living; voters are chosen anew among them.
 *
 * No majority has agreed on this, so that it is safe rests with the caller, and with the administrator who has confirmed
 * that the others are gone and will not come back by themselves:
 *
 * - It takes a term far above all that any of the rest has on disk or has heard of (such as the highest plus 1,000; the
 *   lost ones may have gone on unseen), with its own vote in it, so that epochs given from now on beat all former ones and
 *   what the lost ones still say is of an old term.
 * - It writes one base with this roster, that term and an index above the tip of each of the rest, and its inventory as
 *   far as it goes: to have the most, the rest is asked for its tips before and `recover` is sent to the one that goes
 *   furthest. No entry of a former term is kept beside the new base: it could not be told from one that was never agreed
 *   on. The others get this base by `install`, as their own confirmed indexes are below it.
 * - All is synced before anything is said. Then it stands as at any start; a lost one that does come back finds itself out
 *   of the roster and has to join anew.
 *
 * @param without Members that are gone for good. One that is no member has gone already.
 * @param self The member that goes on; it votes in any case.
 * @throws PtpError `Client.Conflict` when `self` is among those that are gone, is no member, or keeps no decisions while
 * another does, or nobody that is left may become master.
 */
export function recoverRoster(roster: Roster, without: readonly MemberId[], self: MemberId): Roster {
  const gone = new Set(without);
  if (gone.has(self))
    throw new PtpError('Client.Conflict', `${self} cannot go on without itself; ask a manager that remains`);
  const own = memberOf(roster, self);
  if (!own) throw new PtpError('Client.Conflict', `${self} is no member of the pool; ask one of those that remain`);
  const rest = roster.members.filter((member) => !gone.has(member.id) && !isUnmet(member));
  const keepers = rest.filter(({ voter }) => voter);
  // Who is no voter keeps no inventory: delegations, and what only the lost ones listed, would be lost with them.
  if (!own.voter && keepers.length > 0)
    throw new PtpError(
      'Client.Conflict',
      `${self} does not keep what the pool has decided; ask one that does: ${keepers.map(({ id }) => id).join(', ')}`,
    );
  if (!rest.some(({ stands }) => stands))
    throw new PtpError('Client.Conflict', 'none of those that remain may become master; leave one that stands');
  const chosen = chooseVoters(rest, self);
  const members = rest.map((member) => ({ ...member, voter: chosen.has(member.id) }));
  return { ...roster, version: roster.version + RECOVERY_STEP, members };
}
