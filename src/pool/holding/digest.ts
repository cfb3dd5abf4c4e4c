/**
 * A name for all that a member holds, which the master can tell from the inventory alone.
 *
 * Each thing that is held has a hash, and the digest is the sum of them: a change costs two hashes on either side, a
 * comparison nothing, however many elements there are. It finds what was lost, not what is forged: beats are authenticated.
 *
 * Left out on both sides is what may differ for a while without anything being wrong:
 * - of a move under way (a `holder` in the record): what its giver and its taker have of it. The giver may have released,
 *   the taker taken; the master knows that only when it has noted `settled`. A stand-in that is neither is compared.
 * - what a member polls at home under an epoch of term 0, which the pool may not know yet.
 *
 * What else may differ is on its way: orders that are not answered yet, a beat that was made before they were obeyed. So the
 * master compares only when the member has answered all its orders, and sends `all` when two beats made after one another differ. When a
 * move has settled, giver and taker have to be told (`standIn` or `drop`, and `own`): only then they count it as done.
 */
import { formatEpoch } from '../../model/manager.js';
import { hashOf } from '../assignment/hash.js';
import type { OwnershipRecord } from '../inventory/inventory.js';
import type { MemberId } from '../member.js';
import type { Digest, Holding, HoldingState } from './state.js';

export const emptyDigest = (): Digest => ({ low: 0, high: 0 });

/** As it stands in beats: 16 hexadecimal digits. */
export const formatDigest = ({ low, high }: Digest): string =>
  high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');

export const heldDigest = ({ digest }: HoldingState): string => formatDigest(digest);

/**
 * The master's side: what members are expected to hold of an element is added (`sign` 1) to their digests, or taken away
 * (-1) before its record changes. Members without a digest get an empty one.
 */
export function countExpected(
  digests: Map<MemberId, Digest>,
  element: string,
  record: OwnershipRecord,
  sign: 1 | -1,
): void {
  const { owner, holder, standIn, epoch } = record;
  if (owner === undefined || !epoch) return;
  const count = (member: MemberId, text: string) => {
    const digest = digests.get(member) ?? emptyDigest();
    digests.set(member, digest);
    add(digest, text, sign);
  };
  const epochText = formatEpoch(epoch);
  if (holder === undefined) count(owner, ownText(element, epochText, standIn === owner ? undefined : standIn));
  if (standIn !== undefined && standIn !== owner && standIn !== holder)
    count(standIn, standInText(element, epochText, holder ?? owner));
}

/** The member's side. */
export function countHeld(digest: Digest, element: string, holding: Holding, sign: 1 | -1): void {
  if (holding.is === 'owning' && holding.epoch.term > 0 && holding.unsettled !== 'handOver')
    add(digest, ownText(element, formatEpoch(holding.epoch), holding.standIn), sign);
  if (holding.is === 'standingIn' && holding.told)
    add(digest, standInText(element, formatEpoch(holding.epoch), holding.owner), sign);
}

const ownText = (element: string, epoch: string, standIn: MemberId | undefined): string =>
  `own\n${element}\n${epoch}\n${standIn ?? ''}`;
const standInText = (element: string, epoch: string, owner: MemberId): string =>
  `standIn\n${element}\n${epoch}\n${owner}`;

const OTHER_START = 0x9e3779b1;

function add(digest: Digest, text: string, sign: 1 | -1): void {
  digest.low = (digest.low + sign * hashOf(text)) >>> 0;
  // From another start, so that texts that meet in one sum do not meet in the other.
  digest.high = (digest.high + sign * hashOf(text, OTHER_START)) >>> 0;
}
