/** An e-integration manager: registers e-managers and gives one view of them all. */
import { consolidate } from '../assess/consolidate.js';
import { PtpError } from '../base/errors.js';
import type { Settings } from '../config/settings.js';
import { isMeantBy } from '../model/element.js';
import { managerUrl } from '../model/manager.js';
import {
  type ElementEntry,
  type IntegrationSection,
  type ManagerSection,
  sectionElements,
} from '../model/ptp-store.js';
import type { CallContext, Handlers } from '../peer/peer.js';
import type { Input, Output } from '../xml/messages/operations.js';
import type { Sections, SectionsQuery } from './core.js';
import type { KnownManager } from './directory.js';
import { liveSections } from './live-sections.js';
import type { ManagerParts } from './manager-parts.js';
import { neighborOf } from './operations/presence.js';
import { OwnershipWatch } from './ownership-watch.js';
import { PeerToPeerManager } from './peer-to-peer-manager.js';
import { SectionCache } from './section-cache.js';
import type { Addressed } from './traps/address-book.js';

export class EIntegrationManager extends PeerToPeerManager {
  readonly role = 'EIM';
  readonly defaultScope = 'pool';
  readonly #cache: SectionCache;
  readonly #ownership: OwnershipWatch;
  /** Of each manager as it last said: with others its part of the store is worth a look. */
  readonly #responsibilities = new Map<string, string>();

  constructor(parts: ManagerParts) {
    super(parts);
    this.#cache = new SectionCache({
      env: parts.env,
      peer: (manager) => this.directory.peer(manager),
      pullEveryMs: () => this.settings.schedule.pullMs,
      // Whoever gives its section is there, whatever was found when it was asked last.
      onPulled: async (manager) => {
        if (this.directory.get(manager)?.reach !== 'alive') await this.directory.ask(manager);
      },
    });
    this.#ownership = new OwnershipWatch({
      env: parts.env,
      managers: () => this.directory.ids('EM'),
      given: (manager) => this.member?.givenTo(manager),
      // Twice: it may not have taken yet what it is given. One that is silent is followed when it answers again.
      onChange: (manager) => {
        if (this.directory.get(manager)?.reach === 'alive') this.#cache.follow(manager);
      },
    });
  }

  override async start(): Promise<void> {
    await this.collector.writer.takeUp();
    await super.start();
    this.#ownership.start();
  }

  override async stop(): Promise<void> {
    this.#ownership.close();
    this.#cache.close();
    await super.stop();
  }

  protected override handlers(): Handlers {
    return { ...super.handlers(), IAmHere: (input, context) => this.#register(input, context) };
  }

  protected override managerChanged(now: KnownManager, before: KnownManager): void {
    super.managerChanged(now, before);
    if (now.reach === 'alive' && now.address.role === 'EM') this.#cache.follow(now.address.id);
  }

  protected override async take(settings: Settings): Promise<void> {
    await super.take(settings);
    this.#cache.retain(this.directory.ids('EM'));
  }

  /** Consolidated: an element that several managers report stands in one section only. */
  async poolSections(query: SectionsQuery, context: CallContext): Promise<Sections> {
    const { maxAge } = query;
    const managers = this.directory.ids('EM');
    if (this.#isAskedNow(query, managers)) return this.#liveSections(query, context);
    if (maxAge !== undefined) await this.#cache.refresh(managers, maxAge);
    const known = managers.map((manager) => ({ manager, section: this.#cache.get(manager) }));
    const own = this.settings.manages ? [this.ownSection()] : [];
    const sections = known.flatMap(({ manager, section }) => (section ? [this.#asItStands(manager, section)] : []));
    const missing = known.flatMap(({ manager }) => {
      const reason = this.#cache.reason(manager) ?? this.directory.get(manager)?.reason;
      return reason ? [{ manager, reason }] : [];
    });
    return { sections: this.#consolidated([...own, ...sections]), missing };
  }

  /** Of those that do not answer what is remembered, as it is where nobody is asked. */
  async #liveSections(query: SectionsQuery, context: CallContext): Promise<Sections> {
    const askedMs = this.env.clock.monotonic();
    const live = await liveSections(this, query, context);
    if (query.detail !== 'summary') {
      const isFollowed = ({ id }: ManagerSection) => this.directory.get(id)?.address.role === 'EM';
      for (const section of live.sections.filter(isFollowed)) this.#cache.remember(section, askedMs);
    }
    const remembered = live.missing.flatMap(({ manager }) => {
      const section = this.#cache.get(manager);
      return section ? [asNotAnswering(manager, section)] : [];
    });
    return { ...live, sections: this.#consolidated([...live.sections, ...remembered]) };
  }

  /** Where few rows are wanted newer than they are remembered, those alone are asked for; else all is renewed as a whole. */
  #isAskedNow({ source, maxAge, element, pageSize }: SectionsQuery, managers: readonly string[]): boolean {
    if (source === 'memory') return true;
    const isFew = element !== undefined || (pageSize ?? FEW_ROWS + 1) <= FEW_ROWS;
    return maxAge !== undefined && isFew && managers.some((manager) => this.#cache.isOlder(manager, maxAge));
  }

  /** What e-managers have reported, as it is remembered; an element may come several times. */
  *reported(): Iterable<Addressed> {
    for (const manager of this.directory.ids('EM')) {
      const section = this.#cache.get(manager);
      if (!section) continue;
      for (const { kind, id, ip, dnsname } of sectionElements(section))
        yield {
          kind,
          name: `${kind}/${id}`,
          ...(ip !== undefined && { ip }),
          ...(dnsname !== undefined && { dnsname }),
        };
    }
  }

  integrationSections(): readonly IntegrationSection[] {
    const { id, name, address } = this.settings;
    return [
      {
        id,
        name,
        host: {
          dnsname: new URL(address.origin).hostname,
          uri: new URL(address.origin).host,
          context: address.context,
          portal: `${managerUrl(address)}/`,
        },
        managers: this.directory.all().map(({ address: other, reach }) => {
          const section = this.#cache.get(other.id);
          return {
            id: other.id,
            name: other.name,
            status: reach === 'alive' ? (section?.status ?? 'normal') : reach === 'unknown' ? 'unknown' : 'down',
            site: section?.site,
            portal: `${managerUrl(other)}/`,
            failover: section?.failover ?? [],
          };
        }),
      },
    ];
  }

  /** Of several that have it, the one whose element the lists show. */
  ownerElsewhere(element: string): string | undefined {
    const hasIt = (section: ManagerSection) => sectionElements(section).some((entry) => isMeantBy(entry, element));
    const holders = this.directory.ids('EM').flatMap((manager) => {
      const section = this.#cache.get(manager);
      return section && hasIt(section) ? [this.#asItStands(manager, section)] : [];
    });
    return this.#consolidated(holders).find(hasIt)?.id;
  }

  /** Each element once. The ages of what is pulled in turn differ by up to the time between two pulls. */
  #consolidated(sections: readonly ManagerSection[]): readonly ManagerSection[] {
    return consolidate(sections, this.settings.schedule.pullMs / 1000 + 5);
  }

  /** What is remembered of a manager that does not answer is shown, but not as if it were known. */
  #asItStands(manager: string, section: ManagerSection): ManagerSection {
    return this.directory.get(manager)?.reach === 'alive' ? section : asNotAnswering(manager, section);
  }

  async #register({ manager }: Input<'IAmHere'>, { caller }: CallContext): Promise<Output<'IAmHere'>> {
    if (caller.name !== manager.id) {
      throw new PtpError(
        'Client.Forbidden',
        `${caller.name} cannot register ${manager.id}; every manager registers itself`,
        { place: { path: 'manager/id' } },
      );
    }
    if (manager.id === this.settings.id) {
      throw new PtpError('Client.Conflict', `${manager.id} is this manager's own id; ids are unique in the pool`, {
        place: { path: 'manager/id' },
      });
    }
    const { id, name, role, uri, context, socket } = manager;
    // The pool may have told of it before.
    const isNew = !this.#responsibilities.has(id);
    this.directory.add({ id, name, role, origin: originOf(uri), context, socket }, 'registered');
    if (isNew)
      await this.record({
        severity: 'indeterminate',
        name: 'managerRegistered',
        text: `${id} registered, reached at ${uri}`,
      });
    void this.directory.ask(id);
    const responsibilities = manager.responsibilities.join('\n');
    if (!isNew && this.#responsibilities.get(id) !== responsibilities) void this.#cache.pull(id);
    this.#responsibilities.set(id, responsibilities);
    const nowMs = this.env.clock.monotonic();
    const neighbors = this.directory.all().filter(({ address }) => address.id !== id && address.role === 'EM');
    return {
      registered: true,
      neighbors: neighbors.map((known) => neighborOf(known, nowMs)),
      failover: this.#cache.get(id)?.failover ?? [],
    };
  }
}

function asNotAnswering(manager: string, section: ManagerSection): ManagerSection {
  const unknown = (entry: ElementEntry): ElementEntry => ({
    ...entry,
    status: 'unknown',
    reason: `${manager} does not answer; last known: ${entry.status}`,
  });
  return {
    ...section,
    status: 'down',
    devices: section.devices.map(unknown),
    services: section.services.map(unknown),
    applications: section.applications.map(unknown),
  };
}

/** Rows for which managers are asked at once, rather than for all that they have. */
const FEW_ROWS = 100;

function originOf(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PtpError(
      'Client.Validation',
      `uri is "${uri.slice(0, 200)}"; it is an origin such as http://em1.example:8080`,
      { place: { path: 'manager/uri' } },
    );
  }
  return url.origin;
}
