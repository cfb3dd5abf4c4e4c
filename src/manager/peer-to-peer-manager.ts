/**
 * What e-managers and e-integration managers have in common: identity, configuration, store, the managers that they
 * know, and the peer-to-peer interface.
 *
 * The class carries wiring and life cycle only. What is decided lies in `assess/`, what is answered in `operations/`.
 *
 * Life: `starting` (constructed) -> `running` ({@link start}) -> `draining` ({@link stop}) -> `stopped`.
 */
import type { Env } from '../base/env.js';
import { invariant } from '../base/errors.js';
import type { ProcessMeter } from '../base/process-meter.js';
import type { Settings } from '../config/settings.js';
import type { AccessMethodName, ElementName, ManagedElement } from '../model/element.js';
import type { NewEvent } from '../model/event.js';
import type { ManagerRole, ManagerState } from '../model/manager.js';
import type { IntegrationSection, ManagerSection } from '../model/ptp-store.js';
import type { CallContext, Handlers, Invoke } from '../peer/peer.js';
import type { PoolNews } from '../pool/node/state.js';
import type { Store } from '../store/store.js';
import { countsOf } from './access-counts.js';
import type { AlarmBook } from './alarms/alarm-book.js';
import { type Alarms, alarmsOf } from './alarms/alarms-of.js';
import { clockEvent } from './clock-offset.js';
import { Collector } from './collector/collector.js';
import type { Configuration } from './configuration.js';
import { configuredManagers } from './configured-managers.js';
import { type ManagerControl, NO_CONTROL } from './control.js';
import type { ManagerCore, Sections, SectionsQuery } from './core.js';
import { Correlation } from './correlation/correlation.js';
import { DeedLog } from './deeds.js';
import { Directory, isFromConfiguration, type KnownManager } from './directory.js';
import { ElementTable } from './element-table.js';
import { createInvoke } from './invoke.js';
import type { ManagerParts, PoolParts } from './manager-parts.js';
import { type Means, meansOf, surrogatesFor } from './means.js';
import { NO_NOTICES, type NoticeDesk } from './notices/notice-desk.js';
import { alarmHandlers } from './operations/alarms.js';
import { configurationHandlers } from './operations/configuration.js';
import { elementHandlers } from './operations/elements.js';
import { eventHandlers } from './operations/events.js';
import { keptAlarmHandlers } from './operations/kept-alarms.js';
import { maintenanceHandlers } from './operations/maintenance.js';
import { measurementHandlers } from './operations/measurements.js';
import { noticeHandlers } from './operations/notices.js';
import { poolHandlers } from './operations/pool.js';
import { poolProtocolHandlers } from './operations/pool-protocol.js';
import { presenceHandlers } from './operations/presence.js';
import { pushStoreHandlers } from './operations/push-store.js';
import { reachHandlers } from './operations/reach.js';
import { relayHandlers } from './operations/relay.js';
import { reportHandlers } from './operations/reports.js';
import { OverloadWatch } from './overload/overload-watch.js';
import { OwnEvents } from './own-events.js';
import { sectionOf } from './own-section.js';
import { HolderSearch } from './past/holders.js';
import { AlonePool } from './pool/alone.js';
import { atMasterBy } from './pool/at-master.js';
import { Ledger } from './pool/ledger.js';
import { MasterAlarms } from './pool/master-alarms.js';
import { PoolMember } from './pool/pool-member.js';
import type { PoolService } from './pool/pool-service.js';
import type { SealKeys } from './pool/sealing.js';
import { Secrets } from './pool/secrets.js';
import { reachEvent } from './reach-events.js';
import { applyRetentionRegularly } from './retention.js';
import { storeFaults } from './store-faults.js';

/** By then the pool has said what is polled here. */
const GHOSTS_MS = 60_000;
const OWNERSHIP_MS = 300;
/** Elements that are polled every five seconds or less often wait so long for others: half of the work is saved by it. */
const POLLED_TOGETHER_MS = 250;

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
  readonly alarms: AlarmBook;
  readonly correlation: Correlation;
  readonly availableMethods: ReadonlySet<AccessMethodName>;
  readonly accessCounts: ManagerCore['accessCounts'];
  readonly invoke: Invoke;
  /** What people have it do, for whatever does not go through {@link invoke}. */
  readonly deeds: DeedLog;
  /** Its part in the pool; undefined for one that is alone. */
  readonly member: PoolMember | undefined;
  readonly pool: PoolService;
  readonly overload: OverloadWatch;
  readonly ledger: Ledger;
  readonly #alarms: Alarms;
  readonly #secrets: Secrets | undefined;
  readonly #control: ManagerControl;
  readonly #notices: NoticeDesk;
  readonly #means: Means;
  #state: ManagerState = 'starting';
  #handlers: Handlers | undefined;
  #endRetention: () => void = () => {};
  readonly #events: OwnEvents;
  readonly #masterAlarms: MasterAlarms;
  #ownership: { cancel(): void } | undefined;
  #ghosts: { cancel(): void } | undefined;

  constructor(parts: ManagerParts) {
    this.env = parts.env;
    this.version = parts.version;
    this.incarnation = parts.incarnation;
    this.startedMs = parts.env.clock.monotonic();
    this.configuration = parts.configuration;
    this.store = parts.store;
    this.meter = parts.meter;
    this.#events = new OwnEvents(parts.env, parts.store);
    this.#alarms = alarmsOf(this, parts.pool !== undefined);
    this.alarms = this.#alarms.book;
    this.#masterAlarms = new MasterAlarms(this.settings.id, this.alarms, () => this.pool);
    this.#control = parts.control ?? NO_CONTROL;
    this.accessCounts = () => countsOf(parts.methods, parts.trapCounts?.(), this.#notices.destinations());
    this.#notices = parts.notices ?? NO_NOTICES;
    this.availableMethods = new Set(parts.methods.keys());
    this.table = new ElementTable(this.settings.id, () => this.settings.elements);
    this.directory = new Directory({
      env: parts.env,
      connect: parts.connect,
      poolSays: (id) => this.member?.standingOf(id),
      onChange: (now, before) => this.managerChanged(now, before),
      onClock: (id, aheadMs) => void this.record(clockEvent(id, aheadMs)),
    });
    this.correlation = new Correlation(this);
    this.#means = meansOf(this, parts.methods, () => this.#secrets);
    this.collector = new Collector({
      ...this.#means,
      others: this.correlation,
      surrogates: surrogatesFor(this, this.#means),
      env: parts.env,
      store: parts.store,
      table: this.table,
      alarms: this.alarms,
      settings: () => this.settings,
      onPolled: (element, { isJudged }) => {
        this.member?.polled(element, isJudged);
        this.correlation.polled(element);
      },
      onStoodStill: (lateMs) => this.member?.late(lateMs),
      spill: parts.spill,
      onStoreFault: storeFaults(parts.env, parts.store),
      togetherMs: POLLED_TOGETHER_MS,
    });
    this.#secrets = parts.pool?.hasKey ? this.#keepSecrets(parts.pool.sealKeys) : undefined;
    this.ledger = new Ledger(parts.env, parts.store, this.settings.id);
    this.member = parts.pool && this.#takePart(parts.pool);
    this.pool =
      this.member ??
      new AlonePool({
        id: this.settings.id,
        state: () => this.state,
        pause: () => this.collector.pauseAll(),
        resume: () => this.collector.resumeAll(),
      });
    this.overload = new OverloadWatch({
      env: this.env,
      meter: this.meter,
      collector: this.collector,
      settings: () => this.settings,
      tell: (event) => void this.record(event),
      onCapacity: () => this.member?.offer(),
      delegate: () => this.member && ((request) => this.pool.delegate(request)),
    });
    this.deeds = new DeedLog(this.env, this.settings.id, (event) => this.record(event));
    this.invoke = createInvoke(() => (this.#handlers ??= this.handlers()), this.deeds);
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
    await this.alarms.load();
    this.#alarms.shared?.start();
    if (this.member) {
      const known = await this.collector.load();
      this.member.start();
      this.#forgetGhosts(known);
    } else await this.collector.start(this.elements());
    this.directory.start();
    this.#endRetention = applyRetentionRegularly(this.env, this.store, () => this.settings);
    this.overload.start();
    this.#state = 'running';
    await this.record({
      severity: 'indeterminate',
      name: 'managerStarted',
      text: `${this.settings.id} started, version ${this.version}, incarnation ${this.incarnation}`,
    });
  }

  /** Hands over what it polls, and leaves the pool; with what nobody took, after 30 s at most. */
  async handOver(): Promise<readonly ElementName[]> {
    return this.state === 'running' || this.state === 'paused' ? this.pool.leave() : [];
  }

  /** Ends polling; all that was polled is on disk when this resolves. The store stays open for whoever owns it. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped' || this.#state === 'draining') return;
    this.#state = 'draining';
    this.#endRetention();
    this.overload.close();
    this.#ghosts?.cancel();
    this.#ownership?.cancel();
    this.member?.close();
    this.correlation.close();
    await this.collector.stop();
    await this.ledger.close();
    await this.record({
      severity: 'indeterminate',
      name: 'managerStopped',
      text: `${this.settings.id} stopped in order`,
    });
    await this.alarms.close();
    this.#alarms.shared?.close();
    await this.directory.close();
    this.#state = 'stopped';
  }

  /** All operations that this manager offers. */
  protected handlers(): Handlers {
    const holders = new HolderSearch(this);
    return {
      ...presenceHandlers(this),
      ...elementHandlers(this),
      ...measurementHandlers(this, holders),
      ...reportHandlers(this, holders),
      ...eventHandlers(this),
      ...pushStoreHandlers(this),
      ...alarmHandlers(this),
      ...configurationHandlers(this),
      ...relayHandlers(this),
      ...reachHandlers(this, this.#means),
      ...maintenanceHandlers(this),
      ...noticeHandlers(this, this.#notices),
      ...poolHandlers(this, this.#control),
      ...poolProtocolHandlers(this),
      ...keptAlarmHandlers((id) => this.expects(id), this.#alarms),
    };
  }

  /** A known manager has begun to answer, has come back, or has fallen silent. */
  protected managerChanged(now: KnownManager, before: KnownManager): void {
    const { id } = now.address;
    // As master it tells of its members by itself, sooner and with more to go by.
    const { role, members } = this.pool.view;
    const isMember = members.some((member) => member.id === id);
    if (role === 'master' && isMember) return;
    const event = reachEvent(now, before, isMember);
    if (event) void this.record(event);
  }

  /** What is polled here is something else than before. */
  protected ownershipChanged(): void {}

  /** Something has happened in the pool. */
  protected poolChanged(_news: PoolNews): void {}

  protected elements(): readonly ManagedElement[] {
    return this.settings.manages ? this.settings.elements : [];
  }

  /** Takes a changed configuration. */
  protected async take(_settings: Settings): Promise<void> {
    this.directory.configure(configuredManagers(this.settings));
    await this.collector.replace(this.elements());
    this.member?.offer();
  }

  /**
   * Whether another manager is expected to take part in a pool that has no key, where anybody on this host can call itself
   * anything: named by the configuration, in the pool, or, at an integration manager, registered.
   */
  expects(id: string): boolean {
    const relation = this.directory.get(id)?.relation;
    const isNamed = relation !== undefined && isFromConfiguration(relation);
    return isNamed || this.member?.hasMember(id) === true || (this.role === 'EIM' && relation === 'registered');
  }

  get sealKey(): string | undefined {
    return this.#secrets?.publicKey;
  }

  #keepSecrets(keys: SealKeys): Secrets {
    return new Secrets({
      env: this.env,
      self: this.settings.id,
      keys,
      own: () => this.settings.credentials,
      offered: (manager) => this.member?.sealKeyOf(manager),
      ask: async (manager) => (await this.directory.peer(manager).call('getCapabilities', {})).sealKey,
    });
  }

  #takePart({ membership, durable, append, fault, candidate, hasKey, link }: PoolParts): PoolMember {
    const { env, collector } = this;
    const secrets = this.#secrets;
    return new PoolMember({
      env,
      settings: () => this.settings,
      node: { id: this.settings.id, durable, candidate, membership },
      journal: { append },
      collector,
      wire: link(() => this.#ownMember(), this.directory),
      offer: () => ({
        role: this.role,
        settings: this.settings,
        methods: [...this.availableMethods],
        capacity: this.overload.capacity,
        owned: () => collector.owned(),
        costOf: (element) => collector.costOf(element),
        hasKey,
        ...(secrets && { sealKey: secrets.publicKey }),
      }),
      state: () => this.state,
      setPaused: (isPaused) => this.#pause(isPaused),
      load: () => this.meter.load(),
      trouble: () => collector.writer.fault ?? fault(),
      onNews: (news) => this.#tell(news),
      onTaken: (poll, owned) => this.ledger.taken(poll, owned),
      onOwnership: () => this.#noteOwnership(),
      ...(secrets && { secrets }),
      ...(this.#alarms.shared && { alarms: this.#alarms.shared }),
      handOvers: (query) => this.ledger.list(query),
      atMaster: atMasterBy((master) => this.directory.peer(master)),
    });
  }

  #pause(isPaused: boolean): void {
    if (this.#state === 'running' || this.#state === 'paused') this.#state = isPaused ? 'paused' : 'running';
  }

  #ownMember(): PoolMember {
    invariant(this.member, 'messages of the pool come after its member is made');
    return this.member;
  }

  /** What the store knows of elements that went to others while this manager was away is of no use here any more. */
  #forgetGhosts(known: readonly ElementName[]): void {
    this.#ghosts = this.env.clock.after(GHOSTS_MS, () => {
      const owned = new Set(this.collector.owned());
      for (const name of known) if (!owned.has(name)) void this.collector.drop(name);
    });
  }

  /** Told once for all that changes hands at about the same time. */
  #noteOwnership(): void {
    this.#ownership ??= this.env.clock.after(OWNERSHIP_MS, () => {
      this.#ownership = undefined;
      this.ownershipChanged();
    });
  }

  #tell(news: PoolNews): void {
    this.ledger.news(news);
    this.poolChanged(news);
    this.#events.recordSoon(this.#masterAlarms.eventsOf(news));
  }

  abstract poolSections(query: SectionsQuery, context: CallContext): Promise<Sections>;
  abstract integrationSections(): readonly IntegrationSection[];
  abstract ownerElsewhere(element: string): string | undefined;

  ownSection(): ManagerSection {
    return sectionOf(this.settings, this.table);
  }

  /** Notes something that happened to the manager itself; what cannot be stored is logged at least. */
  record(event: Omit<NewEvent, 'time'>): Promise<void> {
    return this.#events.record(event);
  }
}
