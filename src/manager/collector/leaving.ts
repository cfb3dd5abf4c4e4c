/** Elements that are released, until their last polls are made. */
import type { ElementName } from '../../model/element.js';
import type { Bundle } from '../../pool/holding/state.js';

type Last = Bundle | undefined;

export class Leaving {
  readonly #elements = new Map<ElementName, { readonly left: Promise<Last>; readonly resolve: (last: Last) => void }>();

  /** Resolves when {@link end} is called; the same for one that is leaving already. */
  begin(name: ElementName): Promise<Last> {
    const known = this.#elements.get(name);
    if (known) return known.left;
    let resolve = (_: Last): void => {};
    const left = new Promise<Last>((settle) => {
      resolve = settle;
    });
    this.#elements.set(name, { left, resolve });
    return left;
  }

  has(name: ElementName): boolean {
    return this.#elements.has(name);
  }

  end(name: ElementName, last?: Bundle): void {
    this.#elements.get(name)?.resolve(last);
    this.#elements.delete(name);
  }

  endAll(): void {
    for (const name of [...this.#elements.keys()]) this.end(name);
  }
}
