/** Addresses of elements that are known by name only: resolved one after the other, and again now and then. */
import { lookup } from 'node:dns/promises';
import { type Env, sleep } from '../../base/env.js';

const AGAIN_MS = 600_000;
/** Between two questions to the name server. */
const PAUSE_MS = 20;
/** Names that are followed; more than one manager polls. */
const MOST_NAMES = 50_000;

export type Resolve = (name: string) => Promise<readonly string[]>;

export const resolveBySystem: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

export class ResolvedNames {
  readonly #env: Env;
  readonly #names: () => readonly string[];
  readonly #changed: () => void;
  readonly #resolve: Resolve;
  #known = new Map<string, readonly string[]>();
  #round: AbortController | undefined;

  constructor(env: Env, names: () => readonly string[], changed: () => void, resolve: Resolve = resolveBySystem) {
    this.#env = env;
    this.#names = names;
    this.#changed = changed;
    this.#resolve = resolve;
  }

  addressesOf(name: string): readonly string[] {
    return this.#known.get(name) ?? [];
  }

  /** Resolves all of them, and from then on every ten minutes until the end. */
  begin(): void {
    this.end();
    this.#round = new AbortController();
    void this.#go(this.#round.signal).catch(() => {});
  }

  end(): void {
    this.#round?.abort(new Error('the names are not needed any more'));
  }

  /** Ends by rejecting when its signal does. */
  async #go(signal: AbortSignal): Promise<void> {
    for (;;) {
      const names = this.#names().slice(0, MOST_NAMES);
      const next = new Map<string, readonly string[]>();
      for (const name of names) {
        // A name server that is away does not make a device unknown.
        const addresses = await this.#resolve(name).catch(() => this.addressesOf(name));
        signal.throwIfAborted();
        next.set(name, addresses);
        if (!this.#known.has(name)) {
          this.#known.set(name, addresses);
          this.#changed();
        }
        await sleep(this.#env.clock, PAUSE_MS, signal);
      }
      this.#known = next;
      this.#changed();
      await sleep(this.#env.clock, AGAIN_MS, signal);
    }
  }
}
