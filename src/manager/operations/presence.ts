/** Who is there: areYouThere, getNeighbors, getCapabilities, getStatus. */
import type { Handlers } from '../../peer/peer.js';
import { OPERATION_NAMES, type Output, PROTOCOL_VERSION } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import type { KnownManager } from '../directory.js';
import { forward } from '../forward.js';
import { gather } from '../gather.js';
import { managerStatus, methodsOf, presence, typesOf } from '../self-portrait.js';

export function presenceHandlers(core: ManagerCore): Handlers {
  return {
    areYouThere: async () => presence(core),

    async getNeighbors(input, context) {
      if (input.manager && input.manager !== core.settings.id) {
        return forward(core, input.manager, 'getNeighbors', {}, context);
      }
      return { neighbors: core.directory.all().map((known) => neighborOf(known, core.env.clock.monotonic())) };
    },

    async getCapabilities(input, context) {
      if (input.manager && input.manager !== core.settings.id) {
        return forward(core, input.manager, 'getCapabilities', {}, context);
      }
      const { settings } = core;
      return {
        manager: settings.id,
        methods: methodsOf(core),
        types: typesOf(core),
        supports: settings.supports,
        responsibilities: core.table.names(),
        capacity: core.overload.capacity,
        operations: OPERATION_NAMES,
        protocol: PROTOCOL_VERSION,
        sealKey: core.sealKey,
      };
    },

    async getStatus(input, context) {
      const own = core.settings.id;
      if (input.manager && input.manager !== own) return forward(core, input.manager, 'getStatus', {}, context);
      const self = await managerStatus(core);
      const wide = !input.manager && (input.scope ?? core.defaultScope) === 'pool';
      if (!wide) return { managers: [self], missing: [] };
      const others = core.directory.ids();
      const { answers, missing } = await gather(core.directory, others, 'getStatus', { scope: 'self' }, context);
      return { managers: [self, ...answers.flatMap(({ answer }) => answer.managers)], missing };
    },
  };
}

/** A known manager as other managers are told of it. */
export function neighborOf(known: KnownManager, nowMs: number): Output<'getNeighbors'>['neighbors'][number] {
  const { address, reach, state, incarnation, answeredMs, reason } = known;
  return {
    id: address.id,
    name: address.name,
    role: address.role,
    uri: address.origin,
    context: address.context,
    socket: address.socket,
    reach,
    age: answeredMs === undefined ? undefined : (nowMs - answeredMs) / 1000,
    state,
    incarnation,
    reason,
  };
}
