/** What the store keeps of elements: read once at the start, handed out as they are owned, forgotten as they leave. */
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import { type AccessKey, type ElementName, parseElementName } from '../../model/element.js';
import type { ElementState, Store } from '../../store/store.js';

export interface KnownElement {
  state: ElementState | undefined;
  readonly memories: Map<AccessKey, string>;
}

export class Known {
  readonly #env: Env;
  readonly #store: Store;
  readonly #elements = new Map<ElementName, KnownElement>();
  readonly #forgetting = new Set<Promise<void>>();

  constructor(env: Env, store: Store) {
    this.#env = env;
    this.#store = store;
  }

  async load(): Promise<readonly ElementName[]> {
    const [states, memories] = await Promise.all([this.#store.loadStates(), this.#store.loadMemories()]);
    for (const state of states) this.#of(state.element).state = state;
    for (const { key, memory } of memories) {
      const element = elementOf(key);
      if (element) this.#of(element).memories.set(key, memory);
    }
    return [...this.#elements.keys()];
  }

  /** Once: what is polled from then on is known better elsewhere. */
  take(name: ElementName): KnownElement | undefined {
    const known = this.#elements.get(name);
    this.#elements.delete(name);
    return known;
  }

  /**
   * Forgets an element when its last polls are on disk, so that none of them brings it back. Its history stays. What the
   * store does not forget now is told by {@link load} at the next start.
   * @param isBack Whether somebody wants it again meanwhile.
   */
  forget(name: ElementName, stored: readonly Promise<unknown>[], isBack: () => boolean): Promise<void> {
    this.#elements.delete(name);
    const forgetting = Promise.all(stored)
      .then(() => (isBack() ? undefined : this.#store.forgetElement(name)))
      .catch((thrown: unknown) =>
        this.#env.log.warn('what is known of an element could not be forgotten', {
          element: name,
          reason: asPtpError(thrown).message,
        }),
      )
      .finally(() => this.#forgetting.delete(forgetting));
    this.#forgetting.add(forgetting);
    return forgetting;
  }

  /** Nobody watched these since then. What cannot be noted is logged. */
  async unwatched(gaps: readonly { readonly element: ElementName; readonly since: number }[]): Promise<void> {
    if (gaps.length === 0) return;
    try {
      await this.#store.recordUnwatched(gaps);
    } catch (thrown) {
      this.#env.log.warn('a time in which nobody watched could not be noted', { reason: asPtpError(thrown).message });
    }
  }

  /** Resolves when nothing is being forgotten any more. */
  async close(): Promise<void> {
    await Promise.all(this.#forgetting);
  }

  #of(name: ElementName): KnownElement {
    const known = this.#elements.get(name) ?? { state: undefined, memories: new Map() };
    this.#elements.set(name, known);
    return known;
  }
}

function elementOf(key: AccessKey): ElementName | undefined {
  const name = key.slice(0, key.lastIndexOf('#'));
  const parsed = parseElementName(name);
  return parsed && `${parsed.kind}/${parsed.id}`;
}
