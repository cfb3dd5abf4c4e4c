/**
 * How long it takes until others poll all that a manager had whose process died, where nothing else goes wrong
 * meanwhile: the figures of SPEC 6.
 */
import type { SimulatedManager } from './manager.js';

interface Death {
  readonly who: ReadonlySet<string>;
  readonly wasMaster: boolean;
  readonly atMs: number;
  /** What it had, and nobody has taken over yet. */
  readonly left: Set<string>;
  readonly count: number;
  readonly standIns: ReadonlyMap<string, string | undefined>;
  moves: number;
  newMasterMs: number | undefined;
  tookMs: number | undefined;
}

export interface TakeOver {
  readonly wasMaster: boolean;
  readonly elements: number;
  /** Undefined when it was not over in time. */
  readonly tookMs: number | undefined;
  readonly moves: number;
  /** When another was elected, if the one that died was the master. */
  readonly newMasterMs: number | undefined;
}

export class TakeOvers {
  private death: Death | undefined;

  /** Since when one that died has been missed. */
  get deathMs(): number | undefined {
    return this.death?.atMs;
  }

  /** Whether a manager stood in for an element of the one that died. */
  stoodIn(id: string, element: string): boolean {
    return this.death?.standIns.get(element) === id;
  }

  constructor(private readonly nowMs: () => number) {}

  /** The next deaths are measured. @param isWatched Which of their elements others can have. */
  expect(victims: readonly SimulatedManager[], isWatched: (element: string) => boolean): void {
    const left = new Set<string>();
    const standIns = new Map<string, string | undefined>();
    for (const { collector } of victims)
      for (const work of collector.works.values()) {
        if (isWatched(work.element)) left.add(work.element);
        standIns.set(work.element, collector.warmStandIn(work));
      }
    this.death = {
      who: new Set(victims.map(({ id }) => id)),
      wasMaster: victims.some((one) => one.isMaster()),
      atMs: this.nowMs(),
      left,
      count: left.size,
      standIns,
      moves: 0,
      newMasterMs: undefined,
      tookMs: left.size === 0 ? 0 : undefined,
    };
  }

  /** What came of it until now: what is left was not taken over. */
  finish(): TakeOver | undefined {
    const { death } = this;
    this.death = undefined;
    if (!death) return undefined;
    const { wasMaster, count, tookMs, moves, newMasterMs } = death;
    return { wasMaster, elements: count, tookMs, moves, newMasterMs };
  }

  /** Where something else goes wrong meanwhile, it says nothing. */
  ended(manager: SimulatedManager): void {
    if (this.death && !this.death.who.has(manager.id)) this.death = undefined;
  }

  elected(): void {
    if (this.death) this.death.newMasterMs ??= this.nowMs() - this.death.atMs;
  }

  /** Another polls it from now on; the poll that fell due last is made up at once. */
  begins(manager: Pick<SimulatedManager, 'id'>, element: string): void {
    const { death } = this;
    if (!death || death.who.has(manager.id)) return;
    death.moves += 1;
    if (death.left.delete(element) && death.left.size === 0) death.tookMs ??= this.nowMs() - death.atMs;
  }
}
