/** What a manager says of itself: when it is asked, and when it introduces itself to others. */
import { ACCESS_METHODS } from '../model/element.js';
import type { Input, Output } from '../xml/messages/operations.js';
import { countsOf } from './alarm-list.js';
import type { ManagerCore } from './core.js';
import { LATE_MS } from './overload/workload.js';

type ManagerStatus = Output<'getStatus'>['managers'][number];
type Health = ManagerStatus['health'];

/** Polls that begin late make it `degraded`, and so does that they soon will: something holds it up, or is too much. */
function health(core: ManagerCore): Health {
  if (core.collector.writer.fault) return 'failing';
  if (core.configuration.fault || core.overload.state !== 'ample' || core.collector.meter.lag().worstMs > LATE_MS)
    return 'degraded';
  return 'good';
}

/** Access methods that the manager polls by. */
export const methodsOf = (core: ManagerCore): readonly string[] =>
  ACCESS_METHODS.filter((method) => core.settings.manages && core.availableMethods.has(method));

/** Types of elements that the manager has or declares itself able to manage. */
export function typesOf(core: ManagerCore): readonly string[] {
  const types = new Set<string>();
  for (const { type } of core.settings.elements) if (type) types.add(type);
  for (const { type } of core.settings.supports) if (type) types.add(type);
  return [...types].sort();
}

/** The answer to `areYouThere`. */
export function presence(core: ManagerCore): Output<'areYouThere'> {
  const { settings, env } = core;
  const { standing, role, term, master } = core.pool.view;
  return {
    id: settings.id,
    name: settings.name,
    role: core.role,
    incarnation: core.incarnation,
    state: core.state,
    poolRole: standing === 'member' ? role : 'none',
    term,
    master,
    uptime: (env.clock.monotonic() - core.startedMs) / 1000,
    time: env.clock.now(),
    health: health(core),
    load: core.meter.load(),
    version: core.version,
  };
}

/** What `IAmHere` says of the one who registers. */
export function description(core: ManagerCore): Input<'IAmHere'>['manager'] {
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
    capacity: core.overload.capacity,
  };
}

export async function managerStatus(core: ManagerCore): Promise<ManagerStatus> {
  const { settings, collector } = core;
  // First all that has to be waited for, so that the rest is of one moment.
  const [accessCounts, storeBytes] = await Promise.all([core.accessCounts(), core.store.sizeBytes()]);
  const polls = collector.meter.figures;
  return {
    ...presence(core),
    uri: settings.address.origin,
    context: settings.address.context,
    site: settings.site?.label ?? settings.site?.id,
    elements: core.table.counts(),
    pollRate: polls.ratePerSecond,
    pollLag: polls.worstLagMs / 1000,
    workload: core.overload.status,
    pollsDone: polls.done,
    pollsFailed: polls.failed,
    accessCounts,
    memoryBytes: core.meter.memoryBytes(),
    storeBytes,
    configVersion: settings.fingerprint,
    configFault: core.configuration.fault,
    registeredWith: core.registeredWith,
    age: 0,
    alarms: countsOf(core.alarms.open()),
  };
}
