/** What managers are and list: gathered until it is whole, then decided at once. */
import type { ElementRecord, ManagerOffer } from '../../inventory/inventory.js';
import type { MemberId } from '../../member.js';
import type { SteeringMessage } from '../messages.js';
import { heartbeatOf, type OwnOffer, type PoolNode, rosterOf } from '../pool-node.js';
import { elementRecord, managerRecord, ownershipOf, plan } from './plan.js';
import { recordFor } from './standing.js';

type OfferMessage = Extract<SteeringMessage, { is: 'offer' }>;

/** Parts of one offer; 500 elements each. */
const MOST_PARTS = 2000;

export const wantsOffer = (node: PoolNode, id: MemberId, offered: string): boolean =>
  managerRecord(node, id)?.offered !== offered && node.steering?.gathered.get(id)?.offer.offered !== offered;

/** Parts of one offer come one after the other; where none comes for so long, one is lost. */
const OFFER_HEARTBEATS = 4;

/** Whether the member is to offer anew: what it has is not known, and is not on its way. */
export function asksForOffer(node: PoolNode, id: MemberId, offered: string, nowMs: number): boolean {
  const coming = node.steering?.offers.get(id);
  const isComing = coming?.offered === offered && nowMs - coming.heardMs < OFFER_HEARTBEATS * heartbeatOf(node);
  return !isComing && wantsOffer(node, id, offered);
}

export function takeOffer(node: PoolNode, from: MemberId, message: OfferMessage, nowMs: number): void {
  const { steering } = node;
  const { offered, part, parts, manager, elements, costs = [] } = message;
  if (!steering || manager.id !== from || parts > MOST_PARTS || part >= parts) return;
  if (!wantsOffer(node, from, offered)) return;
  const known = steering.offers.get(from);
  const offer = known?.offered === offered ? known : { offered, manager, parts: new Map(), heardMs: nowMs };
  steering.offers.set(from, offer);
  offer.heardMs = nowMs;
  offer.parts.set(part, { elements, costs });
  if (offer.parts.size < parts) return;
  steering.offers.delete(from);
  const all = [...offer.parts].sort(([a], [b]) => a - b).map(([, some]) => some);
  const whole = { elements: all.flatMap((some) => some.elements), costs: all.flatMap((some) => some.costs) };
  gatherOffer(node, { manager, offered, ...whole }, nowMs);
}

/** Takes an offer; while a pool begins, together with those of the others. */
export function gatherOffer(node: PoolNode, offer: OwnOffer, nowMs: number): void {
  const { steering } = node;
  if (!steering) return;
  if (nowMs >= steering.gatherUntilMs) {
    decideOffer(node, offer, nowMs);
    return;
  }
  steering.gathered.set(offer.manager.id, { offer });
  if (rosterOf(node).members.every(({ id }) => steering.gathered.has(id))) decideGathered(node, nowMs);
}

export function decideGathered(node: PoolNode, nowMs: number): void {
  const { steering } = node;
  if (!steering || steering.gathered.size === 0) return;
  steering.gatherUntilMs = nowMs;
  const offers = [...steering.gathered.values()].map(({ offer }) => offer);
  steering.gathered.clear();
  // First who there is, then what there is: so that the first does not get all.
  // Its elements come with the next decisions: until then it has offered what it had before.
  const managers = offers.map(({ manager }) =>
    recordFor(node, manager, managerRecord(node, manager.id)?.offered ?? ''),
  );
  plan(node, { managers }, nowMs);
  for (const offer of offers) decideOffer(node, offer, nowMs);
}

/**
 * Decides what is new, different and gone of one manager's list. What an element costs, whoever polls it says: others
 * can only guess.
 */
function decideOffer(
  node: PoolNode,
  { manager, offered, elements: offers, costs = [] }: OwnOffer,
  nowMs: number,
): void {
  const elements: ElementRecord[] = [];
  const names = new Set<string>();
  for (const offer of offers) {
    if (names.has(offer.name)) continue;
    names.add(offer.name);
    const known = elementRecord(node, offer.name);
    const listedBy = [...new Set([...(known?.listedBy ?? []), manager.id])].sort();
    const defines = definer(node, listedBy, manager);
    const owner = ownershipOf(node, offer.name)?.owner;
    const cost = known && owner !== undefined && owner !== manager.id ? known.cost : offer.cost;
    const record: ElementRecord = defines || !known ? { ...offer, cost, listedBy } : { ...known, listedBy };
    if (!known || JSON.stringify(known) !== JSON.stringify(record)) elements.push(record);
  }
  const removed: string[] = [];
  for (const name of [...(node.lists.get(manager.id) ?? []), ...(node.steering?.listing.get(manager.id) ?? [])]) {
    const known = elementRecord(node, name);
    if (!known?.listedBy.includes(manager.id) || names.has(name)) continue;
    names.add(name);
    const listedBy = known.listedBy.filter((id) => id !== manager.id);
    if (listedBy.length > 0) elements.push({ ...known, listedBy });
    else removed.push(name);
  }
  for (const { name, cost } of costs) {
    const known = elementRecord(node, name);
    if (!known || names.has(name) || known.cost === cost || ownershipOf(node, name)?.owner !== manager.id) continue;
    names.add(name);
    elements.push({ ...known, cost });
  }
  plan(node, { managers: [recordFor(node, manager, offered)], elements, removed }, nowMs);
}

/** Of several that list an element, the one of the highest priority says how it is polled. */
function definer({ inventory }: PoolNode, listedBy: readonly MemberId[], manager: ManagerOffer): boolean {
  return listedBy.every((id) => {
    const other = inventory.managers.get(id);
    if (id === manager.id || !other || other.standing === 'gone') return true;
    return other.priority < manager.priority || (other.priority === manager.priority && id < manager.id);
  });
}
