/** Who polls an element while it is on its way, as far as the master can know. */
import type { OwnershipRecord } from '../../inventory/inventory.js';
import type { MemberId } from '../../member.js';

/**
 * Of an element that is given to somebody else: who polls it until that one does, and who else may do so without being
 * known to, as it was found dead wrongly. That is the former owner; or the taker of a move that is not confirmed; or, where
 * one that was to take over has died before it said that it polls, whoever had it before that. Nobody of them is told to
 * stop before the new owner polls.
 *
 * @param before As it was until now.
 * @param lives Whether somebody is a member that was not found dead.
 */
export function whoPolls(
  { holder, owner, former }: OwnershipRecord,
  to: MemberId,
  lives: (id: MemberId | undefined) => boolean,
): Pick<OwnershipRecord, 'holder' | 'former'> {
  const had = former !== undefined && former !== to && !lives(owner) ? former : owner;
  const polls = holder ?? had;
  const takes = owner !== to && (holder === to || lives(holder)) ? owner : holder;
  const may = holder === undefined ? had : takes;
  return {
    ...(polls !== undefined && polls !== to && lives(polls) && { holder: polls }),
    ...(may !== undefined && may !== to && { former: may }),
  };
}

/** Its giver has died, or has forgotten it: the owner takes it without a hand-over. */
export const withoutHolder = ({ holder, ...rest }: OwnershipRecord): OwnershipRecord =>
  holder === undefined ? rest : { ...rest, former: holder };
