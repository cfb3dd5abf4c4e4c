/** What a manager says of itself: when it is asked, and when it introduces itself to others. */
import { ACCESS_METHODS } from '../model/element.js';
import type { Input, Output } from '../xml/messages/operations.js';
import type { ManagerCore } from './core.js';

type ManagerStatus = Output<'getStatus'>['managers'][number];
type Health = ManagerStatus['health'];

/** Polls that begin later than this make a manager `degraded`: it cannot keep up, or something holds it up. */
const LATE_MS = 1000;

function health(core: ManagerCore): Health {
  if (core.collector.writer.fault) return 'failing';
  if (core.configuration.fault || core.collector.meter.figures.worstLagMs > LATE_MS) return 'degraded';
  return 'good';
}

/** Told as long as there is too little polling to measure by. */
const ASSUMED_CAPACITY = 1000;

/** Polls per second that this manager could carry: what it does now over the share of a core that it takes for it. */
export function capacityOf(core: ManagerCore): number {
  if (!core.settings.manages) return 0;
  const { ratePerSecond } = core.collector.meter.figures;
  const load = core.meter.load();
  return ratePerSecond < 1 || load < 0.01 ? ASSUMED_CAPACITY : Math.round(ratePerSecond / load);
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
    capacity: capacityOf(core),
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
    pollsDone: polls.done,
    pollsFailed: polls.failed,
    accessCounts,
    memoryBytes: core.meter.memoryBytes(),
    storeBytes,
    configVersion: settings.fingerprint,
    configFault: core.configuration.fault,
    registeredWith: core.registeredWith,
    age: 0,
  };
}
