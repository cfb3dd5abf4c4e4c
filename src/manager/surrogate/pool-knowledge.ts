/**
 * How the pool says that an element is polled, for a manager that is asked to poll it for another. A voter has the
 * inventory; any other manager asks the master who owns the element, and believes the owner about how it is polled.
 */
import { asPtpError, PtpError } from '../../base/errors.js';
import { RecentlyUsed } from '../../base/recently-used.js';
import type { ElementName, ManagedElement } from '../../model/element.js';
import type { CallContext } from '../../peer/peer.js';
import type { ManagerCore } from '../core.js';
import { knowsAll, type Ownership, ownershipOf } from '../operations/pool-knowledge.js';
import { importDefinition } from '../pool/bundle/definition.js';

/** Elements that are remembered, and for how long what the master said is not asked again. */
const MOST_KNOWN = 1000;
const TRUST_MS = 60_000;
/** To see whether this manager votes costs a look at all elements. */
const STANDING_MS = 1_000;

interface Said {
  readonly ownership: Ownership | undefined;
  readonly atMs: number;
}

export class PoolKnowledge {
  readonly #core: ManagerCore;
  readonly #read = new RecentlyUsed<ElementName, { readonly text: string; readonly element: ManagedElement }>(
    MOST_KNOWN,
  );
  readonly #said = new RecentlyUsed<ElementName, Said>(MOST_KNOWN);
  #standing: 'none' | 'voter' | 'other' = 'none';
  #standingMs = Number.NEGATIVE_INFINITY;

  constructor(core: ManagerCore) {
    this.#core = core;
  }

  /**
   * @param sent As the manager that asks describes it.
   * @throws PtpError `Client.Conflict` when the master cannot be asked.
   */
  async pooled(sent: ManagedElement, asker: string, context: CallContext): Promise<ManagedElement | undefined> {
    switch (this.#stands()) {
      case 'none':
        return undefined;
      case 'voter':
        return this.#inventoried(sent.name);
      case 'other': {
        const { owner, holder } = (await this.#ownership(sent.name, asker, context)) ?? {};
        return owner === asker || holder === asker ? sent : undefined;
      }
    }
  }

  #stands(): 'none' | 'voter' | 'other' {
    const nowMs = this.#core.env.clock.monotonic();
    if (nowMs - this.#standingMs < STANDING_MS) return this.#standing;
    this.#standingMs = nowMs;
    const isMember = this.#core.pool.view.standing === 'member';
    this.#standing = isMember ? (knowsAll(this.#core) ? 'voter' : 'other') : 'none';
    return this.#standing;
  }

  #inventoried(name: ElementName): ManagedElement | undefined {
    const text = this.#core.pool.definitionOf(name);
    if (text === undefined) return undefined;
    const known = this.#read.get(name);
    const element = known?.text === text ? known.element : importDefinition(text);
    this.#read.use(name, { text, element });
    return element;
  }

  /** What was said before goes on to count for that owner while the master cannot be asked. */
  async #ownership(name: ElementName, asker: string, context: CallContext): Promise<Ownership | undefined> {
    const { clock } = this.#core.env;
    const known = this.#said.get(name);
    const isKnown = known?.ownership?.owner === asker || known?.ownership?.holder === asker;
    if (known && isKnown && clock.monotonic() - known.atMs < TRUST_MS) return known.ownership;
    try {
      const ownership = await ownershipOf(this.#core, name, context);
      this.#said.use(name, { ownership, atMs: clock.monotonic() });
      return ownership;
    } catch (cause) {
      if (isKnown) return known?.ownership;
      throw new PtpError('Client.Conflict', `the pool cannot be asked about ${name}: ${asPtpError(cause).message}`, {
        cause,
      });
    }
  }
}
