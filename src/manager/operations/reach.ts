/** What is done at elements on behalf of other managers: tryElement, getStanding, pollElement. */
import { type ManagedElement, parseElementName } from '../../model/element.js';
import type { Handlers } from '../../peer/peer.js';
import type { ManagerCore } from '../core.js';
import { standingsFor, standingsOf } from '../correlation/standings.js';
import type { Means } from '../means.js';
import { TriesForOthers } from '../reach/tries-for-others.js';
import { PollsForOthers } from '../surrogate/polls-for-others.js';
import { PoolKnowledge } from '../surrogate/pool-knowledge.js';

export function reachHandlers(core: ManagerCore, means: Means): Handlers {
  const listed = (name: string): ManagedElement | undefined =>
    core.settings.elements.find((element) => element.name === name);
  const tries = new TriesForOthers({
    ...means,
    env: core.env,
    definitionOf: (reference) => {
      const parsed = parseElementName(reference);
      return listed(reference) ?? (parsed && core.collector.definitionOf(`${parsed.kind}/${parsed.id}`));
    },
  });
  const knowledge = new PoolKnowledge(core);
  const polls = new PollsForOthers({
    ...means,
    env: core.env,
    self: core.settings.id,
    listed,
    pooled: (sent, asker, context) => knowledge.pooled(sent, asker, context),
  });
  return {
    // With a key of the pool a peer is an admin; without one nothing proves that it is a peer.
    tryElement: (input, { caller, signal }) => tries.try(input, signal, caller.role === 'admin'),
    getStanding: async (input) => standingsFor(standingsOf(core), input),
    pollElement: (input, context) => polls.poll(input, context),
  };
}
