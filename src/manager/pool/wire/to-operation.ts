/** Messages of the pool as requests of the peer-to-peer interface. The other half is from-operation.ts. */
import type { ManagerAddress } from '../../../model/manager.js';
import type { Base, Entry } from '../../../pool/decisions.js';
import type { Heartbeat } from '../../../pool/detection/state.js';
import type { Bundle, Order } from '../../../pool/holding/state.js';
import type { ElementOffer, ManagerOffer } from '../../../pool/inventory/inventory.js';
import type { Roster, Start } from '../../../pool/member.js';
import type { Seeker } from '../../../pool/membership/founding.js';
import type { PoolEnvelope } from '../../../pool/node/messages.js';
import { carriesStarts, type WireMessage } from './operations.js';
import { formatEpoch, formatStarts, jsonPieces, piecesOf, words } from './values.js';

/**
 * The request that carries a message. Whether it can be written at all is found out by the encoder; one that is larger
 * than a frame should be is cut up by `cut` (parts.ts).
 */
export function toOperation(envelope: PoolEnvelope): WireMessage {
  const { message } = envelope;
  const head = headOf(envelope);
  // Where the record has the very fields of the message it is given as it is: the encoder takes what the table names.
  switch (message.is) {
    case 'seek':
      return { operation: 'announce', input: { ...head, seek: { seeker: seekerOf(message.seeker) } } };
    case 'seeking':
      return { operation: 'announce', input: { ...head, seeking: { seekers: message.seekers.map(seekerOf) } } };
    case 'inPool':
      return {
        operation: 'announce',
        input: { ...head, inPool: { ...message, roster: message.roster && rosterOf(message.roster) } },
      };
    case 'found':
      return {
        operation: 'announce',
        input: { ...head, found: { name: message.name, roster: rosterOf(message.roster) } },
      };
    case 'join': {
      const { start, manager, stands } = message;
      return {
        operation: 'announce',
        input: { ...head, join: { start: startOf(start), manager: managerOf(manager), stands } },
      };
    }
    case 'offer': {
      const { manager, elements, costs = [] } = message;
      const offer = { ...message, manager: managerOf(manager), elements: elements.map(elementOf), costs };
      return { operation: 'announce', input: { ...head, offer } };
    }
    case 'left':
      return { operation: 'announce', input: { ...head, left: true } };
    case 'canvass':
      return { operation: 'election', input: { ...head, canvass: message } };
    case 'canvassed':
      return { operation: 'election', input: { ...head, canvassed: message } };
    case 'vote':
      return { operation: 'vote', input: { ...head, vote: message } };
    case 'voted':
      return { operation: 'vote', input: { ...head, voted: message } };
    case 'yield':
      return { operation: 'coordinator', input: { ...head, yield: message } };
    case 'beaten':
      return {
        operation: 'coordinator',
        input: { ...head, beaten: { ...message, heartbeat: heartbeatOf(message.heartbeat) } },
      };
    case 'roster':
      return {
        operation: 'coordinator',
        input: { ...head, roster: { term: message.term, roster: rosterOf(message.roster) } },
      };
    case 'renew':
      return {
        operation: 'heartbeat',
        input: { ...head, renew: { ...message, entries: message.entries.map(entryOf) } },
      };
    case 'renewed':
      return { operation: 'heartbeat', input: { ...head, renewed: message } };
    case 'kept':
      return { operation: 'heartbeat', input: { ...head, kept: message } };
    case 'install': {
      const { base, entries } = message;
      const install = { ...message, base: baseOf(base), entries: entries.map(entryOf) };
      return { operation: 'heartbeat', input: { ...head, install } };
    }
    case 'fetch':
      return { operation: 'heartbeat', input: { ...head, fetch: message } };
    case 'fetched': {
      const { term, base, entries } = message;
      return {
        operation: 'heartbeat',
        input: { ...head, fetched: { term, base: baseOf(base), entries: entries.map(entryOf) } },
      };
    }
    case 'beat': {
      const { heartbeat, settled } = message;
      const beat = {
        ...message,
        heartbeat: heartbeatOf(heartbeat),
        settled: settled.map(({ element, epoch }) => ({ element, epoch: formatEpoch(epoch) })),
      };
      return { operation: 'heartbeat', input: { ...head, beat } };
    }
    case 'probe':
      return { operation: 'heartbeat', input: { ...head, probe: message } };
    case 'probed':
      return { operation: 'heartbeat', input: { ...head, probed: message } };
    case 'orders':
      return { operation: 'assign', input: { ...head, orders: { ...message, orders: message.orders.map(orderOf) } } };
    case 'ordered':
      return { operation: 'assign', input: { ...head, ordered: message } };
    case 'give': {
      const give = { epoch: formatEpoch(message.epoch), bundle: bundleOf(message.bundle) };
      return { operation: 'assign', input: { ...head, give } };
    }
    case 'taken':
      return { operation: 'assign', input: { ...head, taken: { ...message, epoch: formatEpoch(message.epoch) } } };
    case 'notTaken': {
      const { element, epoch, reason } = message;
      const notTaken = { element, epoch: formatEpoch(epoch), reason: words(reason) ?? '' };
      return { operation: 'assign', input: { ...head, notTaken } };
    }
    case 'warm':
      return { operation: 'assign', input: { ...head, warm: { bundle: bundleOf(message.bundle) } } };
  }
}

/** Who says it to whom. */
export const headOf = ({ from, to, toIncarnation, pool, message }: PoolEnvelope) => ({
  sender: {
    id: from.id,
    identity: from.identity,
    incarnation: from.incarnation,
    starts: carriesStarts(message.is) ? formatStarts(from.starts) : undefined,
  },
  to,
  toIncarnation,
  pool,
});

const startOf = <S extends Start>(start: S) => ({ ...start, starts: formatStarts(start.starts) });

const addressOf = ({ name, origin, context, socket }: ManagerAddress) => ({
  name: words(name),
  origin,
  context,
  socket,
});

const seekerOf = (seeker: Seeker) => ({
  ...startOf(seeker),
  address: seeker.address && addressOf(seeker.address),
});

const rosterOf = (roster: Roster) => ({
  ...roster,
  members: roster.members.map((member) => ({ ...member, address: member.address && addressOf(member.address) })),
});

function entryOf({ index, term, decision }: Entry) {
  return {
    index,
    term,
    decision: decision.is,
    roster: decision.is === 'roster' ? rosterOf(decision.roster) : undefined,
    change: decision.is === 'inventory' ? jsonPieces(decision.change) : [],
  };
}

const baseOf = ({ term, index, roster, inventory }: Base) => ({
  term,
  index,
  roster: rosterOf(roster),
  inventory: jsonPieces(inventory),
});

const namesOf = (names: readonly string[] | undefined) => names && { name: names };

const managerOf = (manager: ManagerOffer) => ({
  ...manager,
  address: addressOf(manager.address),
  types: namesOf(manager.types),
  methods: namesOf(manager.methods),
  failover: manager.failover.map(({ id, types }) => ({ id, types: namesOf(types) })),
});

const elementOf = (element: ElementOffer) => ({ ...element, definition: piecesOf(element.definition) });

const heartbeatOf = ({ incarnation, state, load, polls, parts, trouble }: Heartbeat) => ({
  incarnation,
  state,
  load,
  due: polls.due,
  done: polls.done,
  parts: parts.map(({ part, due, done }) => ({ part: words(part) ?? '', due, done })),
  trouble: words(trouble),
});

const bundleOf = ({ element, epoch, cursors, body }: Bundle) => ({
  element,
  epoch: formatEpoch(epoch),
  cursors,
  body: piecesOf(body),
});

function orderOf(order: Order) {
  const { element, epoch } = order;
  const row = { order: order.is, element, epoch: epoch && formatEpoch(epoch), definition: [] };
  switch (order.is) {
    case 'own':
    case 'await': {
      const { standIn, reason, definition } = order;
      const other = order.is === 'own' ? order.former : order.from;
      return { ...row, other, standIn, reason: words(reason), definition: piecesOf(definition) };
    }
    case 'give':
      return { ...row, other: order.to, stays: order.staysStandIn, reason: words(order.reason) };
    case 'standIn':
      return { ...row, other: order.owner };
    case 'drop':
      return row;
  }
}
