/** An e-manager: polls its part of the network and registers with its integration managers. */
import type { Settings } from '../config/settings.js';
import type { ManagedElement } from '../model/element.js';
import type { IntegrationSection } from '../model/ptp-store.js';
import type { CallContext, Handlers } from '../peer/peer.js';
import type { PoolNews } from '../pool/node/state.js';
import type { Output } from '../xml/messages/operations.js';
import type { Sections, SectionsQuery } from './core.js';
import type { KnownManager } from './directory.js';
import { liveSections } from './live-sections.js';
import type { ManagerParts } from './manager-parts.js';
import { meetAs } from './operations/pool-role.js';
import { PeerToPeerManager } from './peer-to-peer-manager.js';
import { AnnouncedManagers } from './pool/announced.js';
import { needsOf, polledOf } from './pool/failover-answer.js';
import { FailoverSearch } from './pool/failover-search.js';
import { ReturnNotice } from './pool/return-notice.js';
import { Registration } from './registration.js';
import { description } from './self-portrait.js';

/** Pool elements have no home whose failure they would have to be taken over from. */
const isAtHome = ({ pool }: ManagedElement): boolean => !pool;

export class EManager extends PeerToPeerManager {
  readonly role = 'EM';
  readonly defaultScope = 'self';
  readonly #registration: Registration;
  readonly #announced: AnnouncedManagers;
  readonly #failover: FailoverSearch;
  readonly #return: ReturnNotice;

  constructor(parts: ManagerParts) {
    super(parts);
    this.#registration = new Registration({
      env: parts.env,
      directory: this.directory,
      describe: () => description(this),
      renewEveryMs: () => this.settings.schedule.pushMs,
      onRegistered: ({ neighbors }) => this.#meet(neighbors),
    });
    const { env, store, directory } = this;
    const { id, address } = this.settings;
    const tell = (event: Parameters<EManager['record']>[0]) => void this.record(event);
    this.#announced = new AnnouncedManagers({ env, store, directory });
    this.#failover = new FailoverSearch({
      env,
      directory,
      self: id,
      needs: () => needsOf(this.elements().filter(isAtHome).map(polledOf), (name) => this.collector.costOf(name)),
      known: () => this.settings.failover,
      note: async (found) => {
        const where = await this.configuration.noteFailover(found);
        this.member?.offer();
        return where;
      },
      tell,
    });
    this.#return = new ReturnNotice({
      env,
      peer: (manager) => directory.peer(manager),
      introduction: { id, incarnation: parts.incarnation, uri: address.origin },
      tell,
    });
  }

  override get registeredWith(): readonly string[] {
    return this.#registration.registeredWith;
  }

  override async start(): Promise<void> {
    await this.collector.writer.takeUp();
    await super.start();
    await this.#announced.recall();
    if (this.member) this.#failover.start();
  }

  override async stop(): Promise<void> {
    this.#registration.close();
    this.#failover.close();
    await super.stop();
  }

  protected override managerChanged(now: KnownManager, before: KnownManager): void {
    super.managerChanged(now, before);
    this.#registration.seen(now);
    if (now.reach !== 'alive') return;
    this.#failover.look();
    if (this.member) void this.#return.met(now.address.id);
  }

  protected override poolChanged(news: PoolNews): void {
    if (news.is === 'dropped') this.#failover.gone(news.member);
    else if (news.is === 'joined') this.#failover.back(news.member);
  }

  protected override handlers(): Handlers {
    return {
      ...super.handlers(),
      announceIntegrationManager: async (input, context) => {
        await this.#announced.add(meetAs(this, input, context));
        return { registers: true };
      },
    };
  }

  /** Its integration managers know what it is responsible for. */
  protected override ownershipChanged(): void {
    void this.#registration.renewAll();
  }

  protected override async take(settings: Settings): Promise<void> {
    await super.take(settings);
    this.#announced.meet();
    this.#failover.look();
    await this.#registration.renewAll();
  }

  poolSections(query: SectionsQuery, context: CallContext): Promise<Sections> {
    return liveSections(this, query, context);
  }

  integrationSections(): readonly IntegrationSection[] {
    return [];
  }

  ownerElsewhere(): undefined {
    return undefined;
  }

  /** A manager whose configuration names no neighbours takes those that the integration manager tells. */
  #meet(neighbors: Output<'IAmHere'>['neighbors']): void {
    if (this.settings.neighbors.length > 0) return;
    for (const { id, name, role, uri, context, socket } of neighbors) {
      if (id !== this.settings.id && !this.directory.get(id))
        this.directory.add({ id, name, role, origin: uri, context, socket }, 'told');
    }
  }
}
