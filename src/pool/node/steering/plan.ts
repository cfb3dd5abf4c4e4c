/**
 * From what has changed to what is decided: the assignment plans, and its plan is brought to a majority. Nothing of it
 * is sent to anybody before that (see `confirmed.ts`).
 */
import { assign } from '../../assignment/assign.js';
import type { Change } from '../../assignment/given.js';
import type { Plan } from '../../assignment/plan.js';
import { unsettle } from '../../assignment/settling.js';
import {
  type ElementRecord,
  type InventoryChange,
  type ManagerRecord,
  type OwnershipRecord,
  settledRecord,
} from '../../inventory/inventory.js';
import { tipOf } from '../../mastership/durable.js';
import type { MemberId } from '../../member.js';
import { toMastership } from '../emit.js';
import { delegationDated, delegationHere, elementsOf, managersOf } from '../given.js';
import { setOf } from '../indexes.js';
import type { PoolNode } from '../pool-node.js';
import { noteStanding } from '../returns.js';
import type { PoolNews } from '../state.js';
import { forgetConfirmed, putPending } from './pending.js';
import { placementOf } from './placement.js';
import type { Steering } from './state.js';
import { whoPolls, withoutHolder } from './who-polls.js';

/** What a plan follows from: in the words of the inventory. */
export interface Happened {
  readonly managers?: readonly ManagerRecord[];
  readonly elements?: readonly ElementRecord[];
  readonly removed?: readonly string[];
  readonly forgotten?: readonly MemberId[];
  readonly delegate?: Change['delegate'];
  readonly settled?: InventoryChange['settled'];
  /** Names of elements that who was to hand them over does not have. */
  readonly lacking?: readonly string[];
}

/** As decided, confirmed or not. */
export function ownershipOf({ inventory, steering }: PoolNode, name: string): OwnershipRecord | undefined {
  const draft = steering?.drafts.get(name);
  if (draft) return draft.record;
  const known = inventory.ownerships.get(name);
  return known && steering?.settling.has(name) ? settledRecord(known) : known;
}

/** Undefined for one that nobody lists, or that is to be removed. */
export function elementRecord({ inventory, steering }: PoolNode, name: string): ElementRecord | undefined {
  const draft = steering?.elements.get(name);
  return draft ? draft.record : inventory.elements.get(name);
}

export const managerRecord = ({ inventory, steering }: PoolNode, id: MemberId): ManagerRecord | undefined =>
  steering?.managers.get(id)?.record ?? inventory.managers.get(id);

const lives = (node: PoolNode, id: MemberId | undefined): id is MemberId =>
  id !== undefined && (managerRecord(node, id)?.standing ?? 'gone') !== 'gone';

/** Plans and decides. Answers with the plan, and the index of the decision that it is in, if there is any. */
export function plan(node: PoolNode, happened: Happened, nowMs: number): { plan: Plan; index: number } | undefined {
  const { steering } = node;
  if (!steering) return undefined;
  const placement = placementOf(node, nowMs);
  const { managers = [], elements = [], removed = [], forgotten = [], settled = [], lacking = [] } = happened;
  // What is decided about managers counts for what follows from it: also that one is just back.
  const next = tipOf(node.mastership.durable).index + 1;
  for (const record of managers) {
    noteStanding(node, managerRecord(node, record.id), record, nowMs);
    putPending(steering.managers, record.id, { record, index: next });
  }
  for (const record of elements) {
    putPending(steering.elements, record.name, { record, index: next });
    for (const id of record.listedBy) setOf(steering.listing, id).add(record.name);
  }
  for (const name of removed) putPending(steering.elements, name, { record: undefined, index: next });
  const made = assign(
    placement,
    {
      managers: managersOf(node, managers, nowMs),
      elements: elementsOf(elements),
      removed,
      forgotten,
      settled: settled.map(({ element }) => element),
      ...(happened.delegate && { delegate: happened.delegate }),
    },
    nowMs,
  );
  const owned = new Map<string, OwnershipRecord>();
  const gone = new Set(managers.filter(({ standing }) => standing === 'gone').map(({ id }) => id));
  takePlan(node, made, new Set(settled.map(({ element }) => element)), owned);
  releaseFromDead(node, gone, owned);
  releaseLacking(node, lacking, owned);
  unsettle(
    placement,
    made.moves.map(({ element }) => element),
  );
  const dropped = made.dropped.map(({ element }) => element);
  const change: InventoryChange = {
    ...(managers.length > 0 && { managers }),
    ...(forgotten.length > 0 && { forgotten }),
    ...(elements.length > 0 && { elements }),
    ...(dropped.length > 0 && { removed: dropped }),
    ...(owned.size > 0 && { owned: [...owned].map(([element, record]) => ({ element, ...record })) }),
    ...(settled.length > 0 && { settled }),
  };
  for (const { element, epoch } of settled) {
    const { owner } = ownershipOf(node, element) ?? {};
    const sinceMs = steering.decidedMs.get(element) ?? nowMs;
    steering.decidedMs.delete(element);
    if (owner !== undefined)
      steering.news.push({ index: next, news: { is: 'settled', element, to: owner, epoch, afterMs: nowMs - sinceMs } });
  }
  steering.planAtMs = made.againMs ?? Number.POSITIVE_INFINITY;
  if (Object.keys(change).length === 0) return { plan: made, index: 0 };
  for (const [name, record] of owned) putPending(steering.drafts, name, { record, index: next });
  // What is removed is nobody's from now on, although the inventory still has it.
  for (const name of dropped) putPending(steering.drafts, name, { record: {}, index: next });
  for (const { element } of made.moves) steering.decidedMs.set(element, nowMs);
  steering.news.push(...newsOf(made, owned).map((news) => ({ index: next, news })));
  steering.decided = next;
  toMastership(node, { is: 'decide', decisions: [{ is: 'inventory', change }] }, nowMs);
  // Nobody's decision: what was planned is to be forgotten with the mastership.
  if (tipOf(node.mastership.durable).index < next) node.placement = undefined;
  return { plan: made, index: next };
}

/** @param settled What is settled by the same decision may be moved on by it. */
function takePlan(node: PoolNode, made: Plan, settled: ReadonlySet<string>, owned: Map<string, OwnershipRecord>): void {
  const draftOf = (name: string): OwnershipRecord => {
    const draft = owned.get(name) ?? ownershipOf(node, name) ?? {};
    return settled.has(name) && !owned.has(name) ? settledRecord(draft) : draft;
  };
  for (const { element, to, epoch, reason, delegation } of made.moves) {
    const before = draftOf(element);
    owned.set(element, {
      owner: to,
      epoch,
      reason,
      ...(before.standIn !== undefined && before.standIn !== to && { standIn: before.standIn }),
      ...(delegation && { delegation: delegationDated(node, delegation) }),
      ...whoPolls(before, to, (id) => lives(node, id)),
    });
  }
  for (const { element, delegation } of made.delegations) {
    const { delegation: _, ...rest } = draftOf(element);
    owned.set(element, { ...rest, ...(delegation && { delegation: delegationDated(node, delegation) }) });
  }
  for (const { element, standIn } of made.standIns) {
    const { standIn: _, ...rest } = draftOf(element);
    owned.set(element, { ...rest, ...(standIn !== undefined && { standIn }) });
  }
  for (const { element, reason } of made.unwatched) owned.set(element, { ...draftOf(element), unwatched: reason });
  for (const element of made.watchedAgain) {
    const { unwatched: _, ...rest } = draftOf(element);
    owned.set(element, rest);
  }
  for (const { element } of made.dropped) owned.delete(element);
}

function newsOf(made: Plan, owned: ReadonlyMap<string, OwnershipRecord>): PoolNews[] {
  return [
    ...made.moves.map(({ element, to, reason, epoch }): PoolNews => {
      const { holder, former } = owned.get(element) ?? {};
      return { is: 'moves', element, from: holder ?? former, to, reason, epoch, takeover: holder === undefined };
    }),
    ...made.unwatched.map(({ element, reason }): PoolNews => ({ is: 'unwatched', element, reason })),
    ...made.watchedAgain.map((element): PoolNews => ({ is: 'watchedAgain', element })),
  ];
}

/** What a dead manager was about to hand over, the owner takes without it. */
function releaseFromDead(node: PoolNode, gone: ReadonlySet<MemberId>, owned: Map<string, OwnershipRecord>): void {
  for (const id of gone) {
    const names = [...(node.concerns.get(id) ?? []), ...(node.steering?.drafts.keys() ?? [])];
    for (const name of names) {
      const record = owned.get(name) ?? ownershipOf(node, name);
      if (record?.holder !== id) continue;
      owned.set(name, withoutHolder(record));
    }
  }
}

/** Such as after a restart of the giver: the owner takes it without. */
function releaseLacking(node: PoolNode, names: readonly string[], owned: Map<string, OwnershipRecord>): void {
  for (const name of names) owned.set(name, withoutHolder(owned.get(name) ?? ownershipOf(node, name) ?? {}));
}

/** What is decided and not confirmed is forgotten as soon as it is in the inventory. */
export function forgetDrafts({ drafts, managers, elements, listing, settling }: Steering, applied: number): void {
  for (const pending of [elements, drafts, managers, settling]) forgetConfirmed(pending, applied);
  if (elements.size === 0) listing.clear();
}

/** Delegates, or recalls; the answer follows when that is confirmed. */
export function delegate(
  node: PoolNode,
  input: {
    readonly ticket: number;
    readonly elements: readonly string[];
    readonly to?: MemberId;
    readonly untilMs?: number;
    readonly because: 'person' | 'load';
    readonly recall: boolean;
  },
  nowMs: number,
): void {
  const { steering, inventory } = node;
  const { ticket, to, untilMs, because, recall } = input;
  const refusedAll = (reason: string) =>
    node.out.push({
      is: 'delegated',
      ticket,
      moved: [],
      refused: input.elements.map((element) => ({ element, reason })),
    });
  if (!steering) {
    refusedAll('this manager is not the master');
    return;
  }
  const known = input.elements.filter((name) => inventory.elements.has(name));
  const unknown = input.elements.filter((name) => !inventory.elements.has(name));
  const delegation = delegationHere(node, {
    ...(to !== undefined && { to }),
    ...(untilMs !== undefined && { untilMs }),
    because,
  });
  const planned = plan(
    node,
    { delegate: known.map((element) => (recall ? { element } : { element, delegation })) },
    nowMs,
  );
  const refused = (planned?.plan.refused ?? []).filter(({ element }) => known.includes(element));
  const isRefused = new Set(refused.map(({ element }) => element));
  const answer = {
    ticket,
    moved: known.flatMap((element) => {
      const owner = ownershipOf(node, element)?.delegation?.to ?? ownershipOf(node, element)?.owner;
      return isRefused.has(element) || owner === undefined ? [] : [{ element, to: owner }];
    }),
    refused: [
      ...refused.map(({ element, reason }) => ({ element, reason })),
      ...unknown.map((element) => ({ element, reason: `the pool knows no element ${element}` })),
    ],
  };
  const index = planned?.index ?? 0;
  // Where nothing is decided, nothing will be confirmed.
  if (index === 0) node.out.push({ is: 'delegated', ...answer });
  else steering.tickets.push({ ...answer, index });
}
