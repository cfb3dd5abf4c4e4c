/** Tries of elements on behalf of other managers: tryElement. */
import { parseElementName } from '../../model/element.js';
import type { Handlers } from '../../peer/peer.js';
import type { ManagerCore } from '../core.js';
import { TriesForOthers, type TryParts } from '../reach/tries-for-others.js';

export function reachHandlers(
  core: Pick<ManagerCore, 'env' | 'settings' | 'collector'>,
  means: Pick<TryParts, 'methods' | 'credential'>,
): Handlers {
  const tries = new TriesForOthers({
    ...means,
    env: core.env,
    definitionOf: (reference) => {
      const parsed = parseElementName(reference);
      const listed = core.settings.elements.find(({ name }) => name === reference);
      return listed ?? (parsed && core.collector.definitionOf(`${parsed.kind}/${parsed.id}`));
    },
  });
  // With a key of the pool a peer is an admin; without one nothing proves that it is a peer.
  return { tryElement: (input, { caller, signal }) => tries.try(input, signal, caller.role === 'admin') };
}
