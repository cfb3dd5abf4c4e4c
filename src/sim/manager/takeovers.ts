/**
 * How long it takes until others poll all that a manager had whose process died, where nothing else goes wrong
 * meanwhile: the figures of SPEC 6.
 */
import type { SimulatedManager } from './manager.js';

interface Death {
  readonly who: string;
  readonly wasMaster: boolean;
  readonly atMs: number;
  /** What it had, and nobody has polled since. */
  readonly left: Set<string>;
  readonly count: number;
  moves: number;
}

export interface TakeOver {
  readonly wasMaster: boolean;
  readonly elements: number;
  /** Undefined when it was not over in time. */
  readonly tookMs: number | undefined;
  readonly moves: number;
}

export class TakeOvers {
  readonly done: TakeOver[] = [];
  private death: Death | undefined;

  constructor(private readonly nowMs: () => number) {}

  /** The next death is measured. @param isWatched Which of its elements others can have. */
  expect(manager: SimulatedManager, isWatched: (element: string) => boolean): void {
    const left = new Set([...manager.collector.works.values()].map(({ element }) => element).filter(isWatched));
    this.death = {
      who: manager.id,
      wasMaster: manager.isMaster(),
      atMs: this.nowMs(),
      left,
      count: left.size,
      moves: 0,
    };
  }

  /** No more than so many moves, and no longer: what is left then was not taken over. */
  finish(): TakeOver | undefined {
    const { death } = this;
    this.death = undefined;
    if (!death) return this.done.at(-1);
    this.done.push({ wasMaster: death.wasMaster, elements: death.count, tookMs: undefined, moves: death.moves });
    return this.done.at(-1);
  }

  ended(manager: SimulatedManager): void {
    if (this.death && manager.id !== this.death.who) this.death = undefined;
  }

  begins(manager: SimulatedManager, element: string): void {
    if (this.death && manager.id !== this.death.who && element !== '') this.death.moves += 1;
  }

  polled(by: string, element: string): void {
    const { death } = this;
    if (!death || by === death.who || !death.left.delete(element) || death.left.size > 0) return;
    const tookMs = this.nowMs() - death.atMs;
    this.done.push({ wasMaster: death.wasMaster, elements: death.count, tookMs, moves: death.moves });
    this.death = undefined;
  }
}
