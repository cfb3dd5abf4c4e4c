/**
 * Notices at an integration manager that the pool has given managers something else to poll. Those that name it in their
 * configuration tell it themselves (`registration.ts`); of the others it would learn at the next pull only.
 */
import type { Env, Timer } from '../base/env.js';

/** A manager whose elements change all the time is told of no more often. */
const LOOK_EVERY_MS = 1000;

export interface OwnershipWatchParts {
  readonly env: Pick<Env, 'clock'>;
  /** Those that are watched. */
  readonly managers: () => readonly string[];
  /** A name for all that a manager should have; undefined where nobody here knows. */
  readonly given: (manager: string) => string | undefined;
  /** Also when it first becomes known what a manager has. */
  readonly onChange: (manager: string) => void;
}

export class OwnershipWatch {
  readonly #parts: OwnershipWatchParts;
  #known: ReadonlyMap<string, string> = new Map();
  #timer: Timer | undefined;

  constructor(parts: OwnershipWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = this.#parts.env.clock.after(LOOK_EVERY_MS, () => {
      this.start();
      this.#look();
    });
  }

  close(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { managers, given, onChange } = this.#parts;
    const former = this.#known;
    const known = new Map<string, string>();
    for (const manager of managers()) {
      // One that does not know any more goes by what it knew: it may know the same again.
      const now = given(manager) ?? former.get(manager);
      if (now !== undefined) known.set(manager, now);
    }
    this.#known = known;
    for (const [manager, now] of known) if (former.get(manager) !== now) onChange(manager);
  }
}
