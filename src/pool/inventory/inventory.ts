/**
 * The inventory of the pool: which managers and elements there are, who owns what, and who is about to hand it over.
 *
 * Every voter makes it from the confirmed decisions in their order, so all come to the same. It is changed in place by
 * {@link apply}; {@link snapshotOf} is what a voter that is far behind gets instead of the decisions.
 */
import type { Epoch, ManagerAddress, ManagerRole } from '../../model/manager.js';
import type { Delegation } from '../assignment/given.js';
import type { MemberId } from '../member.js';

/** Whether a manager can be given work, as the pool has decided; see `Availability` of the assignment. */
export type Standing = 'alive' | 'keeping' | 'leaving' | 'gone';

/** What a manager says of itself. */
export interface ManagerOffer {
  readonly id: MemberId;
  readonly role: ManagerRole;
  readonly address: ManagerAddress;
  readonly site?: string;
  readonly priority: number;
  /** Poll cost per second that it can carry; 0 for one that manages nothing. */
  readonly capacity: number;
  readonly types?: readonly string[];
  readonly methods?: readonly string[];
  /** By which others seal secrets for it: base64url of an X25519 key. */
  readonly sealKey?: string;
  /** Managers that have agreed to take over from it. */
  readonly failover: readonly { readonly id: string; readonly types?: readonly string[] }[];
}

export interface ManagerRecord extends ManagerOffer {
  readonly standing: Standing;
  /** What was found, when it is gone: `crashed`, `lost`, `shut down`. */
  readonly why?: string;
  /** Names the state of what it has offered: its own description and its elements. */
  readonly offered: string;
}

/** An element as a home offers it. */
export interface ElementOffer {
  readonly name: string;
  /** A pool element: whoever offers it is not its home. */
  readonly pool: boolean;
  readonly type?: string;
  readonly methods: readonly string[];
  readonly cost: number;
  readonly stationary: boolean;
  /** As those who poll understand it, without secrets. */
  readonly definition: string;
}

/** What an element costs who polls it, where somebody else lists it. */
export interface ElementCost {
  readonly name: string;
  readonly cost: number;
}

export interface ElementRecord extends ElementOffer {
  /** Managers whose configuration lists it, as home or, for a pool element, as source. Sorted. */
  readonly listedBy: readonly MemberId[];
}

export interface OwnershipRecord {
  readonly owner?: MemberId;
  readonly standIn?: MemberId;
  readonly epoch?: Epoch;
  /** Its end is a date: wall clock. */
  readonly delegation?: Delegation;
  /** Nobody polls it, and why. */
  readonly unwatched?: string;
  /** Who polls it until the owner has confirmed: the giver of a planned move that is not done. */
  readonly holder?: MemberId;
  /** Why it is with its owner. */
  readonly reason?: string;
  /** Who had it before, until the owner has said that it polls it. */
  readonly former?: MemberId;
}

/** What an inventory decision changes; several things at once, in this order. */
export interface InventoryChange {
  readonly managers?: readonly ManagerRecord[];
  readonly forgotten?: readonly MemberId[];
  readonly elements?: readonly ElementRecord[];
  readonly removed?: readonly string[];
  readonly owned?: readonly (OwnershipRecord & { readonly element: string })[];
  /** The owner polls it now; counts only for that very epoch. */
  readonly settled?: readonly { readonly element: string; readonly epoch: Epoch }[];
}

export interface Inventory {
  readonly managers: Map<MemberId, ManagerRecord>;
  readonly elements: Map<string, ElementRecord>;
  readonly ownerships: Map<string, OwnershipRecord>;
}

export interface InventorySnapshot {
  readonly managers: readonly ManagerRecord[];
  readonly elements: readonly ElementRecord[];
  readonly owned: readonly (OwnershipRecord & { readonly element: string })[];
}

export const emptyInventory = (): Inventory => ({ managers: new Map(), elements: new Map(), ownerships: new Map() });

/** Takes a change; answers with the names of the elements about whose ownership something is different. */
export function apply(inventory: Inventory, change: InventoryChange): readonly string[] {
  const { managers, elements, ownerships } = inventory;
  const touched: string[] = [];
  for (const manager of change.managers ?? []) managers.set(manager.id, manager);
  for (const id of change.forgotten ?? []) managers.delete(id);
  for (const element of change.elements ?? []) elements.set(element.name, element);
  for (const name of change.removed ?? []) {
    elements.delete(name);
    if (ownerships.delete(name)) touched.push(name);
  }
  for (const { element, ...record } of change.owned ?? []) {
    ownerships.set(element, record);
    touched.push(element);
  }
  for (const { element, epoch } of change.settled ?? []) {
    const known = ownerships.get(element);
    if (!known || !isUnsettled(known) || !known.epoch || !sameEpoch(known.epoch, epoch)) continue;
    ownerships.set(element, settledRecord(known));
    touched.push(element);
  }
  return touched;
}

export function settledRecord({ holder: _, former: __, ...settled }: OwnershipRecord): OwnershipRecord {
  return settled;
}

/** Its owner has not said yet that it polls it. */
export const isUnsettled = ({ holder, former }: OwnershipRecord): boolean =>
  holder !== undefined || former !== undefined;

export const sameEpoch = (a: Epoch, b: Epoch): boolean =>
  a.term === b.term && a.number === b.number && a.giver === b.giver;

export const snapshotOf = ({ managers, elements, ownerships }: Inventory): InventorySnapshot => ({
  managers: [...managers.values()],
  elements: [...elements.values()],
  owned: [...ownerships].map(([element, record]) => ({ element, ...record })),
});

export function fromSnapshot({ managers, elements, owned }: InventorySnapshot): Inventory {
  const inventory = emptyInventory();
  apply(inventory, { managers, elements, owned });
  return inventory;
}

export const isSnapshot = (value: unknown): value is InventorySnapshot =>
  typeof value === 'object' && value !== null && 'managers' in value && 'elements' in value && 'owned' in value;
