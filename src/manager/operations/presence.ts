/** Who is there: areYouThere, getNeighbors, getCapabilities, getStatus. */
import { ACCESS_METHODS } from '../../model/element.js';
import type { Handlers } from '../../peer/peer.js';
import { OPERATION_NAMES, type Output, PROTOCOL_VERSION } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import type { KnownManager } from '../directory.js';
import { forward } from '../forward.js';
import { gather } from '../gather.js';
import { capacityOf, health, managerStatus } from '../self-portrait.js';

export function presenceHandlers(core: ManagerCore): Handlers {
  return {
    async areYouThere() {
      const { settings, env } = core;
      return {
        id: settings.id,
        name: settings.name,
        role: core.role,
        incarnation: core.incarnation,
        state: core.state,
        poolRole: 'none',
        term: 0,
        master: undefined,
        uptime: (env.clock.monotonic() - core.startedMs) / 1000,
        health: health(core),
        load: core.meter.load(),
        version: core.version,
      };
    },

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
        capacity: capacityOf(core),
        operations: OPERATION_NAMES,
        protocol: PROTOCOL_VERSION,
      };
    },

    async getStatus(input, context) {
      const own = core.settings.id;
      if (input.manager && input.manager !== own) return forward(core, input.manager, 'getStatus', {}, context);
      const self = await managerStatus(core);
      const wide = !input.manager && (input.scope ?? core.defaultScope) === 'pool';
      if (!wide) return { managers: [self], missing: [] };
      const others = core.directory.all().map(({ address }) => address.id);
      const { answers, missing } = await gather(core.directory, others, 'getStatus', { scope: 'self' }, context);
      return { managers: [self, ...answers.flatMap(({ answer }) => answer.managers)], missing };
    },
  };
}

export const methodsOf = (core: ManagerCore): readonly string[] =>
  ACCESS_METHODS.filter((method) => core.settings.manages && core.availableMethods.has(method));

/** Types of elements that the manager has or declares itself able to manage. */
export function typesOf(core: ManagerCore): readonly string[] {
  const types = new Set<string>();
  for (const { type } of core.settings.elements) if (type) types.add(type);
  for (const { type } of core.settings.supports) if (type) types.add(type);
  return [...types].sort();
}

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
