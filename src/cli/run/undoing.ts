/** What has to be undone when something ends, in the opposite order of doing. */
import type { Logger } from '../../base/env.js';

export class Undoing {
  readonly #log: Logger;
  readonly #steps: { readonly what: string; readonly undo: () => Promise<void> }[] = [];
  #undone: Promise<void> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(what: string, undo: () => Promise<void>): void {
    this.#steps.push({ what, undo });
  }

  /** A step that fails is logged and does not keep the others from being undone. */
  undo(): Promise<void> {
    this.#undone ??= this.#all();
    return this.#undone;
  }

  async #all(): Promise<void> {
    for (const { what, undo } of this.#steps.reverse()) {
      try {
        await undo();
      } catch (thrown) {
        this.#log.error('could not be ended in order', {
          what,
          reason: thrown instanceof Error ? thrown.message : String(thrown),
        });
      }
    }
  }
}
