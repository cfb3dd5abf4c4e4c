/** A small pool as plain data: what the assignment is told, and an inventory that only follows its plans. */
import { assign } from '../../../../src/pool/assignment/assign.js';
import type { Change, Ownership, Pace, PoolElement, PoolManager } from '../../../../src/pool/assignment/given.js';
import { createPlacement, type Placement } from '../../../../src/pool/assignment/placement.js';
import type { Plan } from '../../../../src/pool/assignment/plan.js';

export const manager = (id: string, rest: Partial<PoolManager> = {}): PoolManager => ({
  id,
  availability: { is: 'alive' },
  rank: 0,
  capacity: 100,
  failover: [],
  ...rest,
});

export const element = (name: string, rest: Partial<PoolElement> = {}): PoolElement => ({
  name,
  homes: [],
  type: 'router',
  methods: ['snmp'],
  cost: 1,
  stationary: false,
  ...rest,
});

/** Nothing has to wait for its turn. */
export const AT_ONCE: Pace = { plannedPerSecond: 1e9, urgentPerSecond: 1e9, looks: 1e9 };

/** Nothing costs nothing. */
export const costOf = ({ cost }: PoolElement): number => Math.max(0.001, cost);

export const GIVER = { term: 3, giver: 'master' };

export class World {
  readonly placement: Placement;
  readonly managers = new Map<string, PoolManager>();
  readonly elements = new Map<string, PoolElement>();
  readonly inventory = new Map<string, Ownership>();

  constructor(pace: Pace = AT_ONCE) {
    this.placement = createPlacement(GIVER, pace);
  }

  /** One plan, taken into the inventory. */
  plan(change: Change, nowMs = 0): Plan {
    this.#note(change);
    const plan = assign(this.placement, change, nowMs);
    for (const { element: name } of plan.dropped) {
      this.elements.delete(name);
      this.inventory.delete(name);
    }
    for (const { element: name, to, epoch, delegation } of plan.moves) {
      const { standIn } = this.inventory.get(name) ?? {};
      this.inventory.set(name, { owner: to, epoch, ...(standIn && { standIn }), ...(delegation && { delegation }) });
    }
    for (const { element: name, delegation } of plan.delegations) {
      const { delegation: _, ...rest } = this.inventory.get(name) ?? {};
      this.inventory.set(name, { ...rest, ...(delegation && { delegation }) });
    }
    for (const { element: name, standIn } of plan.standIns) {
      const { standIn: _, ...rest } = this.inventory.get(name) ?? {};
      this.inventory.set(name, { ...rest, ...(standIn && { standIn }) });
    }
    return plan;
  }

  #note({ managers = [], elements = [], owned = [], forgotten = [] }: Change): void {
    for (const one of managers) this.managers.set(one.id, one);
    for (const one of elements) this.elements.set(one.name, one);
    for (const { element: name, ...ownership } of owned) this.inventory.set(name, ownership);
    for (const id of forgotten)
      for (const one of this.elements.values())
        this.elements.set(one.name, { ...one, homes: one.homes.filter((home) => home !== id) });
  }

  /** Changes one manager and plans. */
  turn(id: string, rest: Partial<PoolManager>, nowMs = 0): Plan {
    const known = this.managers.get(id) ?? manager(id);
    return this.plan({ managers: [{ ...known, ...rest }] }, nowMs);
  }

  crash(id: string, nowMs = 0): Plan {
    return this.turn(id, { availability: { is: 'gone', why: 'crashed' } }, nowMs);
  }

  revive(id: string, nowMs = 0): Plan {
    return this.turn(id, { availability: { is: 'alive' } }, nowMs);
  }

  owner(name: string): string | undefined {
    return this.inventory.get(name)?.owner;
  }

  standIn(name: string): string | undefined {
    return this.inventory.get(name)?.standIn;
  }

  /** What another master would begin with. */
  everything(): Change {
    return {
      managers: [...this.managers.values()],
      elements: [...this.elements.values()],
      owned: [...this.inventory].map(([name, ownership]) => ({ element: name, ...ownership })),
    };
  }

  /** What it owns, by what that costs here or elsewhere; what is not known there costs nothing. */
  load(id: string, elements: ReadonlyMap<string, PoolElement> = this.elements): number {
    let load = 0;
    for (const [name, { owner }] of this.inventory) {
      const what = elements.get(name);
      if (what && owner === id) load += costOf(what);
    }
    return load;
  }
}
