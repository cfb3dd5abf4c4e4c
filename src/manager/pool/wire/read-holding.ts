/** Orders and bundles as messages of the pool bring them. */
import type { Bundle, Order } from '../../../pool/holding/state.js';
import type { Input } from '../../../xml/messages/operations.js';
import { atMost, epochOf, joined, natural, whole, wrong } from './values.js';

type WireOrder = NonNullable<Input<'assign'>['orders']>['orders'][number];
type WireBundle = NonNullable<Input<'assign'>['give']>['bundle'];

/** Accesses of one element. */
export const MOST_CURSORS = 64;

export const bundleOf = ({ element, epoch, cursors, body }: WireBundle, path: string): Bundle => ({
  element,
  epoch: epochOf(epoch, `${path}/epoch`),
  cursors: atMost(cursors, MOST_CURSORS, `${path}/cursors`).map(({ intervalMs, next, dueInMs }) => {
    if (intervalMs <= 0) throw wrong(`${path}/cursors/intervalMs`, `is ${intervalMs}; it should be above 0`);
    return { intervalMs, next: natural(next, `${path}/cursors/next`), dueInMs };
  }),
  body: joined(body, `${path}/body`) ?? '',
});

export function orderOf(row: WireOrder, path: string): Order {
  const { element, standIn, reason } = row;
  if (row.order === 'drop')
    return whole<Extract<Order, { is: 'drop' }>>({
      is: 'drop',
      element,
      epoch: row.epoch === undefined ? undefined : epochOf(row.epoch, `${path}/epoch`),
    });
  const epoch = epochOf(needed(row.epoch, `${path}/epoch`, row.order), `${path}/epoch`);
  if (row.order === 'own') {
    const definition = joined(row.definition, `${path}/definition`);
    const own = { is: 'own', element, epoch, standIn, definition, reason, former: row.other } as const;
    return whole<Extract<Order, { is: 'own' }>>(own);
  }
  const other = needed(row.other, `${path}/other`, row.order);
  switch (row.order) {
    case 'await': {
      const definition = joined(row.definition, `${path}/definition`);
      const wait = { is: 'await', element, epoch, from: other, standIn, definition, reason } as const;
      return whole<Extract<Order, { is: 'await' }>>(wait);
    }
    case 'give': {
      const staysStandIn = needed(row.stays, `${path}/stays`, row.order);
      return whole<Extract<Order, { is: 'give' }>>({ is: 'give', element, epoch, to: other, reason, staysStandIn });
    }
    case 'standIn':
      return { is: 'standIn', element, epoch, owner: other };
  }
}

function needed<T>(value: T | undefined, path: string, order: string): T {
  if (value === undefined) throw wrong(path, `is missing; an order to ${order} has it`);
  return value;
}
