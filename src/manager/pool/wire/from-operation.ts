/**
 * Messages of the pool from requests of the peer-to-peer interface. The other half is to-operation.ts.
 *
 * The table has seen to types and lengths; here are the bounds that it cannot say: how many, from where on, exactly one
 * message in each request.
 */
import type { PoolEnvelope, PoolMessage } from '../../../pool/node/messages.js';
import { MOST_OFFERED, MOST_ORDERS, MOST_SETTLED } from '../../../pool/node/messages.js';
import type { Input } from '../../../xml/messages/operations.js';
import type { PoolOperation, WireMessage } from './operations.js';
import { baseOf, entriesOf, rankOf, tipOf } from './read-decisions.js';
import { bundleOf, MOST_CURSORS, orderOf } from './read-holding.js';
import { elementOf, heartbeatOf, managerOf, rosterOf, seekerOf, startOf } from './read-members.js';
import { atMost, duration, epochOf, maybeNatural, natural, startsOf, wrong } from './values.js';

/** Seekers that one names. */
const MOST_SEEKERS = 1_000;
/** Parts of one offer: a million elements and more. */
const MOST_OFFERS = 10_000;

/**
 * The message that a request carries. One in parts (`heartbeat` with a `part`) is put together first, by `Assembler`.
 *
 * @throws PtpError `Client.Validation` with the path of what is wrong.
 */
export function fromOperation(request: WireMessage): PoolEnvelope {
  const { sender, to, toIncarnation, pool } = request.input;
  const path = `/${request.operation}`;
  return {
    from: {
      id: sender.id,
      identity: sender.identity,
      incarnation: natural(sender.incarnation, `${path}/sender/incarnation`),
      starts: startsOf(sender.starts, `${path}/sender/starts`),
    },
    to,
    toIncarnation: maybeNatural(toIncarnation, `${path}/toIncarnation`),
    pool,
    message: messageOf(request),
  };
}

function messageOf(request: WireMessage): PoolMessage {
  switch (request.operation) {
    case 'announce':
      return only(request.operation, request.input, ANNOUNCE);
    case 'election':
      return only(request.operation, request.input, ELECTION);
    case 'vote':
      return only(request.operation, request.input, VOTE);
    case 'coordinator':
      return only(request.operation, request.input, COORDINATOR);
    case 'heartbeat':
      return only(request.operation, request.input, HEARTBEAT);
    case 'assign':
      return only(request.operation, request.input, ASSIGN);
  }
}

type MessageField<I> = Exclude<keyof I, 'sender' | 'to' | 'toIncarnation' | 'pool' | 'part'>;
type Read<Content> = (content: Content, path: string) => PoolMessage;
/** How each message of an operation is read: every one that the table knows, but parts. */
type Readers<I> = { readonly [K in MessageField<I>]-?: Read<NonNullable<I[K]>> };

/** The one message of a request. */
function only<I>(operation: PoolOperation, input: I, readers: Readers<I>): PoolMessage {
  let found: PoolMessage | undefined;
  for (const name in readers) {
    // The loop's variable is typed as text only; every key of the readers is a field of the request.
    const message = readOne(`/${operation}/${name}`, input, readers, name as MessageField<I>);
    if (!message) continue;
    if (found) throw wrong(`/${operation}/${name}`, `stands beside ${found.is}; a request has one message`);
    found = message;
  }
  if (!found) throw wrong(`/${operation}`, `has no message; it should have one of ${Object.keys(readers).join(', ')}`);
  return found;
}

function readOne<I, K extends MessageField<I>>(
  path: string,
  input: I,
  readers: Readers<I>,
  name: K,
): PoolMessage | undefined {
  const content = input[name];
  return content === undefined || content === null ? undefined : readers[name](content, path);
}

const ANNOUNCE: Readers<Input<'announce'>> = {
  seek: ({ seeker }, path) => ({ is: 'seek', seeker: seekerOf(seeker, `${path}/seeker`) }),
  seeking: ({ seekers }, path) => ({
    is: 'seeking',
    seekers: atMost(seekers, MOST_SEEKERS, `${path}/seekers`).map((seeker) => seekerOf(seeker, `${path}/seekers`)),
  }),
  inPool: ({ pool, name, master, roster, knownIn }, path) => ({
    is: 'inPool',
    pool,
    name,
    master,
    ...(roster && { roster: rosterOf(roster, `${path}/roster`) }),
    ...(knownIn !== undefined && knownIn !== null && { knownIn }),
  }),
  found: ({ name, roster }, path) => ({ is: 'found', name, roster: rosterOf(roster, `${path}/roster`) }),
  join: ({ start, manager, stands }, path) => ({
    is: 'join',
    start: startOf(start, `${path}/start`),
    manager: managerOf(manager, `${path}/manager`),
    stands,
  }),
  offer({ offered, part, parts, manager, elements, costs }, path) {
    if (parts > MOST_OFFERS) throw wrong(`${path}/parts`, `is ${parts}; it should be at most ${MOST_OFFERS}`);
    return {
      is: 'offer',
      offered,
      part: natural(part, `${path}/part`),
      parts: natural(parts, `${path}/parts`),
      manager: managerOf(manager, `${path}/manager`),
      elements: atMost(elements, MOST_OFFERED, `${path}/elements`).map((one) => elementOf(one, `${path}/elements`)),
      ...(costs.length > 0 && {
        costs: atMost(costs, MOST_OFFERED, `${path}/costs`).map(({ name, cost }) => ({
          name,
          cost: natural(cost, `${path}/costs`),
        })),
      }),
    };
  },
  left(is, path) {
    if (!is) throw wrong(path, 'is false; it should be true, or not there');
    return { is: 'left' };
  },
};

const ELECTION: Readers<Input<'election'>> = {
  canvass: ({ term, round, rank, tip }, path) => ({
    is: 'canvass',
    term: natural(term, `${path}/term`),
    round: natural(round, `${path}/round`),
    rank: rankOf(rank, `${path}/rank`),
    tip: tipOf(tip, `${path}/tip`),
  }),
  canvassed: ({ term, round, would, higher }, path) => ({
    is: 'canvassed',
    term: natural(term, `${path}/term`),
    round: natural(round, `${path}/round`),
    would,
    higher,
  }),
};

const VOTE: Readers<Input<'vote'>> = {
  vote: ({ term, tip }, path) => ({ is: 'vote', term: natural(term, `${path}/term`), tip: tipOf(tip, `${path}/tip`) }),
  voted: ({ term, granted, tip }, path) => ({
    is: 'voted',
    term: natural(term, `${path}/term`),
    granted,
    tip: tipOf(tip, `${path}/tip`),
  }),
};

const COORDINATOR: Readers<Input<'coordinator'>> = {
  yield: ({ term, successor }, path) => ({ is: 'yield', term: natural(term, `${path}/term`), successor }),
  beaten: ({ term, heartbeat, roster, wantsOffer, inOrder }, path) => ({
    is: 'beaten',
    term: natural(term, `${path}/term`),
    heartbeat: heartbeatOf(heartbeat, `${path}/heartbeat`),
    roster: natural(roster, `${path}/roster`),
    wantsOffer,
    inOrder,
  }),
  roster: ({ term, roster }, path) => ({
    is: 'roster',
    term: natural(term, `${path}/term`),
    roster: rosterOf(roster, `${path}/roster`),
  }),
};

const HEARTBEAT: Readers<Input<'heartbeat'>> = {
  renew: ({ term, sequence, leaseMs, before, entries, confirmed, rank }, path) => ({
    is: 'renew',
    term: natural(term, `${path}/term`),
    sequence: natural(sequence, `${path}/sequence`),
    leaseMs: duration(leaseMs, `${path}/leaseMs`),
    before: tipOf(before, `${path}/before`),
    entries: entriesOf(entries, `${path}/entries`),
    confirmed: natural(confirmed, `${path}/confirmed`),
    ...(rank && { rank: rankOf(rank, `${path}/rank`) }),
  }),
  renewed: ({ term, sequence, promised, match, rank }, path) => ({
    is: 'renewed',
    term: natural(term, `${path}/term`),
    sequence: natural(sequence, `${path}/sequence`),
    promised,
    ...(match !== undefined && { match: natural(match, `${path}/match`) }),
    ...(rank && { rank: rankOf(rank, `${path}/rank`) }),
  }),
  kept: ({ term, match, refused }, path) => ({
    is: 'kept',
    term: natural(term, `${path}/term`),
    match: natural(match, `${path}/match`),
    refused: maybeNatural(refused, `${path}/refused`),
  }),
  install: ({ term, base, entries, confirmed }, path) => ({
    is: 'install',
    term: natural(term, `${path}/term`),
    base: baseOf(base, `${path}/base`),
    entries: entriesOf(entries, `${path}/entries`),
    confirmed: natural(confirmed, `${path}/confirmed`),
  }),
  fetch: ({ term }, path) => ({ is: 'fetch', term: natural(term, `${path}/term`) }),
  fetched: ({ term, base, entries }, path) => ({
    is: 'fetched',
    term: natural(term, `${path}/term`),
    base: baseOf(base, `${path}/base`),
    entries: entriesOf(entries, `${path}/entries`),
  }),
  beat: ({ term, heartbeat, roster, held, offered, settled, wants }, path) => ({
    is: 'beat',
    term: natural(term, `${path}/term`),
    heartbeat: heartbeatOf(heartbeat, `${path}/heartbeat`),
    roster: natural(roster, `${path}/roster`),
    held,
    offered,
    settled: atMost(settled, MOST_SETTLED, `${path}/settled`).map(({ element, epoch }) => ({
      element,
      epoch: epochOf(epoch, `${path}/settled/epoch`),
    })),
    wants,
  }),
  probe: ({ member, round, withinMs }, path) => ({
    is: 'probe',
    member,
    round: natural(round, `${path}/round`),
    withinMs: duration(withinMs, `${path}/withinMs`),
  }),
  probed: ({ member, round, outcome, incarnation }, path) => ({
    is: 'probed',
    member,
    round: natural(round, `${path}/round`),
    outcome,
    ...(incarnation !== undefined && { incarnation: natural(incarnation, `${path}/incarnation`) }),
  }),
};

const ASSIGN: Readers<Input<'assign'>> = {
  orders: ({ term, sequence, all, more, orders }, path) => ({
    is: 'orders',
    term: natural(term, `${path}/term`),
    sequence: natural(sequence, `${path}/sequence`),
    all,
    more,
    orders: atMost(orders, MOST_ORDERS, `${path}/orders`).map((one) => orderOf(one, `${path}/orders`)),
  }),
  ordered: ({ term, sequence }, path) => ({
    is: 'ordered',
    term: natural(term, `${path}/term`),
    sequence: natural(sequence, `${path}/sequence`),
  }),
  give: ({ epoch, bundle }, path) => ({
    is: 'give',
    epoch: epochOf(epoch, `${path}/epoch`),
    bundle: bundleOf(bundle, `${path}/bundle`),
  }),
  taken: ({ element, epoch, first }, path) => ({
    is: 'taken',
    element,
    epoch: epochOf(epoch, `${path}/epoch`),
    first: atMost(first, MOST_CURSORS, `${path}/first`).map((number) => natural(number, `${path}/first`)),
  }),
  notTaken: ({ element, epoch, reason }, path) => ({
    is: 'notTaken',
    element,
    epoch: epochOf(epoch, `${path}/epoch`),
    reason,
  }),
  warm: ({ bundle }, path) => ({ is: 'warm', bundle: bundleOf(bundle, `${path}/bundle`) }),
};
