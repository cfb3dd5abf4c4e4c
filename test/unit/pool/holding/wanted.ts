/** The master's side: what a record of the inventory means for those whom it concerns. Digests count on it: `digest.ts`. */

import type { Order } from '../../../../src/pool/holding/state.js';
import type { OwnershipRecord } from '../../../../src/pool/inventory/inventory.js';
import type { MemberId } from '../../../../src/pool/member.js';

export interface WantedOrder {
  readonly member: MemberId;
  readonly order: Order;
}

export interface WantedContext {
  /** For those who may have to poll it without having it in their configuration. */
  readonly definition?: string;
  /** Who has it no more because that one is dead, as long as the taker has not reported that it polls. */
  readonly former?: MemberId;
}

/**
 * What every member that a record concerns has to be told, the one that polls first: all of it in a list of `all`, and to
 * each one again when the record has changed, also when only a move has settled.
 *
 * Where a record replaces one whose move was not done, it is not known who polls: the former giver until its taker has
 * begun, the taker from then on. The new record's poller may be either, and take up again what it has released. So the
 * others, and {@link unwantedOf}, are told only when the first has confirmed its order (or has died), lest one stops
 * before the other has begun. For the same reason a member that was taken for dead, and was not, gets its `all` only when
 * what is being taken over from it has settled.
 */
export function wantedOf(element: string, record: OwnershipRecord, context: WantedContext = {}): WantedOrder[] {
  const { owner, holder, epoch, reason } = record;
  if (owner === undefined || !epoch) return [];
  const { definition, former } = context;
  const standIn = record.standIn === owner ? undefined : record.standIn;
  const said = {
    element,
    epoch,
    ...(standIn === undefined ? {} : { standIn }),
    ...(definition === undefined ? {} : { definition }),
    ...(reason === undefined ? {} : { reason }),
  };
  const wanted: WantedOrder[] = [];
  if (holder === undefined) {
    wanted.push({ member: owner, order: { is: 'own', ...said, ...(former === undefined ? {} : { former }) } });
  } else {
    const give = { element, epoch, to: owner, staysStandIn: standIn === holder };
    wanted.push({ member: holder, order: { is: 'give', ...give, ...(reason === undefined ? {} : { reason }) } });
    wanted.push({ member: owner, order: { is: 'await', ...said, from: holder } });
  }
  // While it is being handed over, the one that polls is the one that sends bundles.
  if (standIn !== undefined && standIn !== holder)
    wanted.push({ member: standIn, order: { is: 'standIn', element, epoch, owner: holder ?? owner } });
  return wanted;
}

/**
 * Those whom the record does not concern, and who are told so.
 * @param others Whom the records concerned since the last move that was done, and every home of the element.
 */
export function unwantedOf(
  element: string,
  record: OwnershipRecord | undefined,
  others: Iterable<MemberId>,
): WantedOrder[] {
  const concerned = new Set([record?.owner, record?.holder, record?.standIn]);
  if (record?.owner === undefined) concerned.clear();
  const epoch = record?.epoch;
  return [...new Set(others)]
    .filter((member) => !concerned.has(member))
    .map((member) => ({ member, order: { is: 'drop', element, ...(epoch ? { epoch } : {}) } }));
}
