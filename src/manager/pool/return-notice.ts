/**
 * Says `IAmLive` once after each start, to the first manager that answers (SPEC 7, story 2), and tells people what came
 * back: who has the elements, and when they return. The return itself is the pool's, whoever was told.
 */
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { NewEvent } from '../../model/event.js';
import type { Peer } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';

export interface ReturnNoticeParts {
  readonly env: Env;
  readonly peer: (manager: string) => Peer;
  readonly introduction: Input<'IAmLive'>;
  readonly tell: (event: Omit<NewEvent, 'time'>) => void;
}

export class ReturnNotice {
  readonly #parts: ReturnNoticeParts;
  #isSaid = false;

  constructor(parts: ReturnNoticeParts) {
    this.#parts = parts;
  }

  /** A manager answers. Never rejects. */
  async met(manager: string): Promise<void> {
    if (this.#isSaid) return;
    this.#isSaid = true;
    const { env, peer, introduction, tell } = this.#parts;
    try {
      const { elements } = await peer(manager).call('IAmLive', introduction);
      const text = sentenceOf(elements, introduction.id, env.clock.now());
      if (text !== undefined)
        tell({ severity: 'indeterminate', name: 'elementsAway', text: `${manager} says: ${text}` });
    } catch (thrown) {
      // Another that answers is told.
      this.#isSaid = false;
      env.log.debug('could not say that this manager is back', { manager, reason: asPtpError(thrown).message });
    }
  }
}

/** Undefined when nothing is elsewhere. */
export function sentenceOf(elements: Output<'IAmLive'>['elements'], self: string, nowMs: number): string | undefined {
  const away = elements.filter(({ owner }) => owner !== undefined && owner !== self);
  if (away.length === 0) return undefined;
  const owners = [...new Set(away.flatMap(({ owner }) => owner ?? []))].sort();
  const parts = owners.map((owner) => `${away.filter((one) => one.owner === owner).length} with ${owner}`);
  const times = away.flatMap(({ returns }) => returns ?? []);
  const seconds = times.length === 0 ? undefined : Math.max(0, Math.ceil((Math.min(...times) - nowMs) / 1000));
  const when = seconds === undefined ? '' : `; the first return in ${seconds} s`;
  return `of this manager's elements ${parts.join(', ')}${when}`;
}
