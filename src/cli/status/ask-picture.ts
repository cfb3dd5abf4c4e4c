/** Asks a manager for its picture of the pool. */
import { PtpError } from '../../base/errors.js';
import type { Peer } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import type { Picture, PicturedElement } from './picture.js';

/** What one answer holds; a pool with more is shown in part, and says so. */
const MOST_ELEMENTS = 1_000;
/** A manager answers from memory; who does not is taken for silent, and another is asked. */
const LIMIT_MS = 1_500;

/**
 * @param teller Id of the manager that is asked.
 * @returns undefined when it is in no pool and wants none, or cannot tell.
 */
export async function askPicture(peer: Peer, teller: string): Promise<Picture | undefined> {
  const query = { scope: 'pool', page: 1, pageSize: MOST_ELEMENTS } as const;
  try {
    return pictureOf(await peer.call('getAssignments', query, { timeoutMs: LIMIT_MS }), teller);
  } catch (thrown) {
    // An older manager does not offer it.
    if (thrown instanceof PtpError && thrown.fault.startsWith('Client.')) return undefined;
    throw thrown;
  }
}

export function pictureOf(
  { pool, assignments, total, missing }: Output<'getAssignments'>,
  teller: string,
): Picture | undefined {
  if (pool.standing === 'alone') return undefined;
  return {
    teller,
    standing: pool.standing,
    ...(pool.name === undefined ? {} : { pool: pool.name }),
    term: pool.term,
    ...(pool.master === undefined ? {} : { master: pool.master }),
    roster: pool.rosterVersion,
    cutOff: pool.cutOff,
    members: pool.members.map(({ id, role, voter, standing, why, returnsIn, owns, standsInFor }) => ({
      id,
      role,
      voter,
      standing,
      owns,
      standsInFor,
      ...(why === undefined ? {} : { why }),
      ...(returnsIn === undefined ? {} : { returnsInMs: returnsIn * 1_000 }),
    })),
    elements: new Map(assignments.map((row) => [row.element, elementOf(row)])),
    total,
    whole: missing.length === 0,
  };
}

const elementOf = ({
  owner,
  holder,
  homes,
  unwatched,
}: Output<'getAssignments'>['assignments'][number]): PicturedElement => ({
  homes,
  ...(owner === undefined ? {} : { owner }),
  ...(holder === undefined ? {} : { holder }),
  ...(unwatched === undefined ? {} : { unwatched }),
});
