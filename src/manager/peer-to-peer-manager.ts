/**
 * What e-managers and e-integration managers have in common: identity, configuration, store, the managers that they
 * know, and the peer-to-peer interface.
 *
 * The class carries wiring and life cycle only. What is decided lies in `assess/`, what is answered in `operations/`.
 *
 * Life: `starting` (constructed) -> `running` ({@link start}) -> `draining` ({@link stop}) -> `stopped`.
 */
import type { AccessMethod } from '../access/access.js';
import type { Env } from '../base/env.js';
import type { ProcessMeter } from '../base/process-meter.js';
import type { Settings } from '../config/settings.js';
import type { AccessMethodName, ManagedElement } from '../model/element.js';
import type { NewEvent } from '../model/event.js';
import type { ManagerAddress, ManagerRole, ManagerState } from '../model/manager.js';
import type { IntegrationSection, ManagerSection } from '../model/ptp-store.js';
import { type Status, URGENCY } from '../model/status.js';
import type { CallContext, Handlers, Invoke, Peer } from '../peer/peer.js';
import type { Store } from '../store/store.js';
import { Collector } from './collector/collector.js';
import type { Configuration } from './configuration.js';
import type { ManagerCore, Sections, SectionsQuery } from './core.js';
import { Directory, type KnownManager, type Relation } from './directory.js';
import { ElementTable } from './element-table.js';
import { createInvoke } from './invoke.js';
import { configurationHandlers } from './operations/configuration.js';
import { elementHandlers } from './operations/elements.js';
import { eventHandlers } from './operations/events.js';
import { measurementHandlers } from './operations/measurements.js';
import { presenceHandlers } from './operations/presence.js';
import { relayHandlers } from './operations/relay.js';
import { reportHandlers } from './operations/reports.js';

/** What a manager is made from; all of it outlives the manager object, which a process can exchange. */
export interface ManagerParts {
  readonly env: Env;
  readonly version: string;
  readonly incarnation: number;
  readonly configuration: Configuration;
  readonly store: Store;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  readonly meter: ProcessMeter;
  readonly connect: (address: ManagerAddress) => Peer;
}

/** How often retention is applied, and how long after the start for the first time. */
const RETENTION_EVERY_MS = 3600_000;
const FIRST_RETENTION_MS = 60_000;

export abstract class PeerToPeerManager implements ManagerCore {
  abstract readonly role: ManagerRole;
  abstract readonly defaultScope: 'self' | 'pool';

  readonly env: Env;
  readonly version: string;
  readonly incarnation: number;
  readonly startedMs: number;
  readonly configuration: Configuration;
  readonly store: Store;
  readonly meter: ProcessMeter;
  readonly directory: Directory;
  readonly table: ElementTable;
  readonly collector: Collector;
  readonly availableMethods: ReadonlySet<AccessMethodName>;
  readonly invoke: Invoke;
  #state: ManagerState = 'starting';
  #handlers: Handlers | undefined;
  #retention: { cancel(): void } | undefined;

  constructor(parts: ManagerParts) {
    this.env = parts.env;
    this.version = parts.version;
    this.incarnation = parts.incarnation;
    this.startedMs = parts.env.clock.monotonic();
    this.configuration = parts.configuration;
    this.store = parts.store;
    this.meter = parts.meter;
    this.availableMethods = new Set(parts.methods.keys());
    this.table = new ElementTable(this.settings.id);
    this.directory = new Directory({
      env: parts.env,
      connect: parts.connect,
      onChange: (now, before) => this.managerChanged(now, before),
    });
    this.collector = new Collector({
      env: parts.env,
      store: parts.store,
      table: this.table,
      methods: parts.methods,
      settings: () => this.settings,
    });
    this.invoke = createInvoke(() => (this.#handlers ??= this.handlers()));
  }

  get settings(): Settings {
    return this.configuration.settings;
  }

  get state(): ManagerState {
    return this.#state;
  }

  get registeredWith(): readonly string[] {
    return [];
  }

  /** Begins to poll and to look for the others. */
  async start(): Promise<void> {
    this.configuration.onTaken((settings) => this.take(settings));
    this.configuration.onEvent((event) => void this.record(event));
    this.directory.configure(configuredManagers(this.settings));
    await this.collector.start(this.elements());
    this.directory.start();
    this.#scheduleRetention(FIRST_RETENTION_MS);
    this.#state = 'running';
    await this.record({
      severity: 'indeterminate',
      name: 'managerStarted',
      text: `${this.settings.id} started, version ${this.version}, incarnation ${this.incarnation}`,
    });
  }

  /** Ends polling; all that was polled is on disk when this resolves. The store stays open for whoever owns it. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped' || this.#state === 'draining') return;
    this.#state = 'draining';
    this.#retention?.cancel();
    await this.collector.stop();
    await this.record({
      severity: 'indeterminate',
      name: 'managerStopped',
      text: `${this.settings.id} stopped in order`,
    });
    await this.directory.close();
    this.#state = 'stopped';
  }

  /** All operations that this manager offers. */
  protected handlers(): Handlers {
    return {
      ...presenceHandlers(this),
      ...elementHandlers(this),
      ...measurementHandlers(this),
      ...reportHandlers(this),
      ...eventHandlers(this),
      ...configurationHandlers(this),
      ...relayHandlers(this),
    };
  }

  /** A known manager has begun to answer, has come back, or has fallen silent. */
  protected managerChanged(now: KnownManager, before: KnownManager): void {
    const { id } = now.address;
    if (now.reach === 'alive' && before.answeredMs !== undefined) {
      const isAnew = now.incarnation !== before.incarnation || before.reach === 'alive';
      const how = isAnew ? `again, started anew as incarnation ${now.incarnation}` : 'again';
      void this.record({ severity: 'cleared', name: 'managerAlive', text: `${id} answers ${how}` });
    } else if (now.reach !== 'alive' && before.reach === 'alive') {
      void this.record({ severity: 'major', name: 'managerSilent', text: `${id} does not answer: ${now.reason}` });
    }
  }

  protected elements(): readonly ManagedElement[] {
    return this.settings.manages ? this.settings.elements : [];
  }

  /** Takes a changed configuration. */
  protected async take(_settings: Settings): Promise<void> {
    this.directory.configure(configuredManagers(this.settings));
    await this.collector.replace(this.elements());
  }

  abstract poolSections(query: SectionsQuery, context: CallContext): Promise<Sections>;
  abstract integrationSections(): readonly IntegrationSection[];
  abstract ownerElsewhere(element: string): string | undefined;

  ownSection(): ManagerSection {
    const { id, name, address, site, failover } = this.settings;
    return {
      id,
      name,
      status: worstOf(this.table.counts().map(({ status }) => status)),
      age: 0,
      source: 'memory',
      host: { dnsname: new URL(address.origin).hostname, uri: new URL(address.origin).host, context: address.context },
      site,
      failover: failover.map((one) => one.id),
      devices: this.table.entries('device'),
      services: this.table.entries('service'),
      applications: this.table.entries('application'),
    };
  }

  /** Notes something that happened to the manager itself; what cannot be stored is logged at least. */
  async record(event: Omit<NewEvent, 'time'>): Promise<void> {
    try {
      await this.store.recordEvents([{ ...event, time: this.env.clock.now() }]);
    } catch (thrown) {
      this.env.log.error('event could not be stored', {
        event: event.name,
        text: event.text,
        reason: thrown instanceof Error ? thrown.message : undefined,
      });
    }
  }

  #scheduleRetention(delayMs: number): void {
    this.#retention = this.env.clock.after(delayMs, () => {
      const { retentionMs, budgetBytes } = this.settings.store;
      this.store
        .applyRetention(this.env.clock.now(), { rawMs: retentionMs, eventsMs: retentionMs, budgetBytes })
        .then((dropped) => this.env.log.info('retention applied', { ...dropped }))
        .catch((thrown: unknown) => this.env.log.warn('retention failed', { reason: String(thrown) }))
        .finally(() => {
          if (this.#state === 'running') this.#scheduleRetention(RETENTION_EVERY_MS);
        });
    });
  }
}

/** Other managers that the configuration names; one that it names twice is an integration manager. */
function configuredManagers(settings: Settings): { address: ManagerAddress; relation: Relation }[] {
  const { managers, neighbors, integrationManagers } = settings;
  return [
    ...[...neighbors, ...managers].map((address) => ({ address, relation: 'neighbor' as const })),
    ...integrationManagers.map((address) => ({ address, relation: 'integrationManager' as const })),
  ];
}

/** A manager stands as its worst element does. */
function worstOf(statuses: readonly Status[]): Status {
  return statuses.reduce<Status>((worst, status) => (URGENCY[status] > URGENCY[worst] ? status : worst), 'normal');
}
