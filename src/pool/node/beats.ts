/** What a member does for its master, heartbeat by heartbeat: says that it lives, asks for admission, notices silence. */
import { heldDigest } from '../holding/digest.js';
import { unsettled } from '../holding/step.js';
import { goesAlone, type MemberId, type Roster, voters } from '../member.js';
import { send, tell, toDetection, toMastership } from './emit.js';
import { connectionsTo } from './findings.js';
import { MOST_OFFERED, MOST_SETTLED } from './messages.js';
import { acts, heartbeatOf, isMember, type PoolNode, rosterOf } from './pool-node.js';
import { settle } from './steering/beats.js';
import { gatherOffer, wantsOffer } from './steering/offers.js';

/** Whoever waits for word whether it may poll on does not wait for long: connections that stood have broken meanwhile. */
const ASKING_HEARTBEATS = 0.25;
/** Leases without a word of any master until it calls itself cut off. */
const CUT_OFF_LEASES = 2;
/** Admission is asked for this often. */
const JOIN_EVERY_HEARTBEATS = 2;
/** Elements whose news bring a beat at once, so that a takeover is noted without waiting for the next. */
const PROMPT_HEARTBEATS = 0.2;

export function beatIfDue(node: PoolNode, nowMs: number): void {
  if (nowMs < node.nextBeatMs) return;
  const heartbeatMs = heartbeatOf(node);
  node.nextBeatMs = nowMs + (node.holdUntilMs === undefined ? 1 : ASKING_HEARTBEATS) * heartbeatMs;
  noteSilence(node, nowMs);
  if (!isMember(node)) askForAdmission(node, nowMs);
  else if (acts(node, nowMs)) ownBeat(node, nowMs);
  else if (node.leaves) for (const to of listeners(node)) send(node, to, { is: 'left' });
  else for (const to of listeners(node)) sendBeat(node, to);
}

/** Something is new that the master waits for. */
export function beatSoon(node: PoolNode, nowMs: number): void {
  node.nextBeatMs = Math.min(node.nextBeatMs, nowMs + PROMPT_HEARTBEATS * heartbeatOf(node));
}

/** The master is told soon of what is polled here now. */
export function beatIfUnsettled(node: PoolNode, nowMs: number): void {
  const { unsettled: polled, lacking } = node.holding;
  if (polled.size + lacking.size > 0) beatSoon(node, nowMs);
}

function sendBeat(node: PoolNode, to: MemberId): void {
  send(node, to, {
    is: 'beat',
    term: termOf(node),
    heartbeat: node.heartbeat,
    roster: rosterOf(node).version,
    held: heldDigest(node.holding),
    offered: node.offer?.offered ?? '',
    settled: unsettled(node.holding, MOST_SETTLED),
    wants: node.wants,
  });
}

/** The latest term that it knows. */
export const termOf = ({ mastership, lead, ordersDone }: PoolNode): number =>
  Math.max(mastership.durable.term, lead?.term ?? 0, ordersDone.term);

/** The master, or while none is known every voter: one of them knows, or will be it. */
function listeners(node: PoolNode): MemberId[] {
  if (node.lead) return [node.lead.id];
  const others = voters(rosterOf(node)).flatMap(({ id }) => (id === node.id ? [] : [id]));
  const { hint } = node;
  return hint !== undefined && hint !== node.id && !others.includes(hint) ? [hint, ...others] : others;
}

/** The master is a member as well: what it offers and has settled needs no message. */
function ownBeat(node: PoolNode, nowMs: number): void {
  const { offer, steering } = node;
  node.ledMs = nowMs;
  node.wasLed = true;
  if (!steering) return;
  // Nobody else relieves a master that lives and cannot work.
  toDetection(node, { is: 'worked', heartbeat: node.heartbeat }, nowMs);
  if (offer && wantsOffer(node, node.id, offer.offered)) gatherOffer(node, offer, nowMs);
  settle(node, node.id, { settled: unsettled(node.holding, MOST_SETTLED) }, nowMs);
}

function askForAdmission(node: PoolNode, nowMs: number): void {
  const { offer } = node;
  // Whoever was dropped and has started anew knows only whom it was in the pool with.
  const pool = rosterOf(node).members.length > 0 ? rosterOf(node).pool : undefined;
  if (!node.leaves && pool !== undefined) node.joining ??= { pool, via: node.id, master: node.lead?.id, nextMs: nowMs };
  const { joining } = node;
  if (!joining || !offer || node.leaves || nowMs < joining.nextMs) return;
  if (joining.pool === pool) joining.via = nextAfter(rosterOf(node), joining.via);
  joining.nextMs = nowMs + JOIN_EVERY_HEARTBEATS * heartbeatOf(node);
  const { identity, incarnation, starts } = node.mastership.durable;
  const start = { identity, incarnation, starts };
  const message = { is: 'join', start, manager: offer.manager, stands: node.options.membership.stands } as const;
  for (const to of new Set([joining.via, joining.master]))
    if (to !== undefined && to !== node.id) send(node, to, message);
}

/** One after the other: some may be gone. */
function nextAfter({ members }: Roster, id: MemberId): MemberId {
  const next = members.find((member) => member.id > id) ?? members[0];
  return next?.id ?? id;
}

/** All of what is at home here, in parts. */
export function sendOffer(node: PoolNode, to: MemberId): void {
  const { offer } = node;
  if (!offer) return;
  const { offered, manager, elements, costs = [] } = offer;
  const parts = Math.max(1, Math.ceil(Math.max(elements.length, costs.length) / MOST_OFFERED));
  for (let part = 0; part < parts; part += 1) {
    const [from, end] = [part * MOST_OFFERED, (part + 1) * MOST_OFFERED];
    const some = costs.slice(from, end);
    const measured = some.length > 0 ? { costs: some } : {};
    send(node, to, { is: 'offer', offered, part, parts, manager, elements: elements.slice(from, end), ...measured });
  }
}

/** Another is its master from now on: it is watched instead of the former one. */
export function follows(node: PoolNode, id: MemberId, term: number, nowMs: number): void {
  const former = node.lead;
  node.ledMs = nowMs;
  node.wasLed = true;
  if (former?.id === id && former.term === term) {
    former.heardMs = nowMs;
    return;
  }
  node.lead = { id, term, heardMs: nowMs };
  // It obeys that one, and would not obey itself in a term below, should it go on alone.
  if (id !== node.id && goesAlone(rosterOf(node))) toMastership(node, { is: 'heard', term }, nowMs);
  if (former?.id !== id) {
    if (former && former.id !== node.id && !node.steering) toDetection(node, { is: 'left', member: former.id }, nowMs);
    if (id !== node.id) toDetection(node, { is: 'joined', member: id, by: connectionsTo(node, id) }, nowMs);
  }
  tell(node, { is: 'master', master: id, term });
  // It knows nothing of this member yet.
  node.nextBeatMs = nowMs;
}

/** The master has said nothing for a lease: somebody else may be it, so all voters hear of this member again. */
function noteSilence(node: PoolNode, nowMs: number): void {
  const leaseMs = 3 * heartbeatOf(node);
  const { lead } = node;
  // What it was itself, it is as long as it acts.
  const isOver = lead?.id === node.id ? !acts(node, nowMs) : nowMs - (lead?.heardMs ?? nowMs) > leaseMs;
  if (lead && isOver) {
    node.lead = undefined;
    tell(node, { is: 'master', master: undefined, term: lead.term });
  }
  const isCutOff = isMember(node) && nowMs - node.ledMs > CUT_OFF_LEASES * leaseMs;
  if (isCutOff === node.cutOff) return;
  node.cutOff = isCutOff;
  tell(node, { is: 'cutOff', begins: isCutOff });
}
