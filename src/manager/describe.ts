/** How a manager introduces itself to others. */
import type { Input } from '../xml/messages/operations.js';
import type { ManagerCore } from './core.js';
import { methodsOf, typesOf } from './operations/presence.js';
import { capacityOf } from './self-portrait.js';

export function describeManager(core: ManagerCore): Input<'IAmHere'>['manager'] {
  const { id, name, address, site } = core.settings;
  const url = new URL(address.origin);
  return {
    id,
    name,
    role: core.role,
    incarnation: core.incarnation,
    hostname: url.hostname,
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    context: address.context,
    uri: address.origin,
    socket: address.socket,
    site,
    methods: methodsOf(core),
    types: typesOf(core),
    responsibilities: core.table.names(),
    capacity: capacityOf(core),
  };
}
