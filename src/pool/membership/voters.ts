/** Who of the members votes: a choice that is the same wherever it is made, and changes as little as it can. */
import type { Member, MemberId } from '../member.js';

/** At most so many voters (SPEC 6). */
export const MOST_VOTERS = 7;

/** Of so many members, how many vote: all of one or two, then an odd number. An even one would outlive no more failures. */
export const voterCountOf = (members: number): number =>
  members < 3 ? members : Math.min(MOST_VOTERS, members - (members % 2 === 0 ? 1 : 0));

/**
 * Voters are spread over sites, so that a site that is lost takes as few as possible with it. Within that, those that
 * stand come first: with three e-managers and an integration manager, the three vote, because each of them can be master
 * when it is the last but one, while a witness in the place of one would keep that one from ever being it. Then priority;
 * then who votes already, so that nothing changes without need; then the id.
 *
 * Voters that do not stand are fewer than half where there are others, however the sites lie: or else the pool could
 * lose all its candidates and keep a majority that nobody may lead. Two e-managers and a witness all vote.
 *
 * @param candidates Who may vote: members that live, and voters that are not given up yet.
 * @param self Who decides it stays a voter in any case: it can only give its mastership away in order.
 */
export function chooseVoters(candidates: readonly Member[], self: MemberId | undefined): ReadonlySet<MemberId> {
  const count = voterCountOf(candidates.length);
  const mostWitnesses = Math.floor((count - 1) / 2);
  const chosen: Member[] = candidates.filter(({ id }) => id === self);
  while (chosen.length < count) {
    const rest = candidates.filter((candidate) => !chosen.includes(candidate));
    const standing = rest.filter(({ stands }) => stands);
    const isFull = chosen.filter(({ stands }) => !stands).length >= mostWitnesses;
    const eligible = isFull && standing.length > 0 ? standing : rest;
    const atSite = (member: Member) => chosen.filter(({ site }) => site === member.site).length;
    const [first, ...others] = eligible;
    if (!first) break;
    const isBetter = (a: Member, b: Member) => (atSite(a) - atSite(b) || compareVoters(a, b)) < 0;
    chosen.push(others.reduce((best, one) => (isBetter(one, best) ? one : best), first));
  }
  return new Set(chosen.map(({ id }) => id));
}

/** Whoever is better comes first. */
const compareVoters = (a: Member, b: Member): number =>
  Number(b.stands) - Number(a.stands) ||
  b.priority - a.priority ||
  Number(b.voter) - Number(a.voter) ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
