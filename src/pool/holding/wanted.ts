/** The master's side: what a record of the inventory means for those whom it concerns. Digests count on it: `digest.ts`. */
import type { OwnershipRecord } from '../inventory/inventory.js';
import type { MemberId } from '../member.js';
import type { Order } from './state.js';

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
 * What every member that a record concerns has to be told: all of it in a list of `all`, and to each one again when the
 * record has changed, also when only a move has settled.
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
    wanted.push({ member: owner, order: { is: 'await', ...said, from: holder } });
    const give = { element, epoch, to: owner, staysStandIn: standIn === holder };
    wanted.push({ member: holder, order: { is: 'give', ...give, ...(reason === undefined ? {} : { reason }) } });
  }
  // While it is being handed over, the one that polls is the one that sends bundles.
  if (standIn !== undefined && standIn !== holder)
    wanted.push({ member: standIn, order: { is: 'standIn', element, epoch, owner: holder ?? owner } });
  return wanted;
}

/**
 * Those whom the record does not concern any more, and homes that it does not concern. Where the one who is to poll
 * (`own`) may have released already to one of these, that one is told only after the other has confirmed its order, so
 * that nobody stops before somebody has begun.
 * @param others Whom the former record concerned, and every home.
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
