/** An e-manager: polls its part of the network and registers with its integration managers. */
import { consolidate } from '../assess/consolidate.js';
import type { Settings } from '../config/settings.js';
import { type IntegrationSection, sectionElements } from '../model/ptp-store.js';
import type { CallContext } from '../peer/peer.js';
import type { Output } from '../xml/messages/operations.js';
import type { Sections, SectionsQuery } from './core.js';
import type { KnownManager } from './directory.js';
import { gather } from './gather.js';
import { mergeDepth } from './listing.js';
import { sectionsOf } from './operations/elements.js';
import { type ManagerParts, PeerToPeerManager } from './peer-to-peer-manager.js';
import { Registration } from './registration.js';
import { description } from './self-portrait.js';

const LIST_OF = { device: 'getDevices', service: 'getServices', application: 'getApplications' } as const;

export class EManager extends PeerToPeerManager {
  readonly role = 'EM';
  readonly defaultScope = 'self';
  readonly #registration: Registration;

  constructor(parts: ManagerParts) {
    super(parts);
    this.#registration = new Registration({
      env: parts.env,
      directory: this.directory,
      describe: () => description(this),
      renewEveryMs: () => this.settings.schedule.pushMs,
      onRegistered: ({ neighbors }) => this.#meet(neighbors),
    });
  }

  override get registeredWith(): readonly string[] {
    return this.#registration.registeredWith;
  }

  override async stop(): Promise<void> {
    this.#registration.close();
    await super.stop();
  }

  protected override managerChanged(now: KnownManager, before: KnownManager): void {
    super.managerChanged(now, before);
    this.#registration.seen(now);
  }

  /** Its integration managers know what it is responsible for. */
  protected override ownershipChanged(): void {
    void this.#registration.renewAll();
  }

  protected override async take(settings: Settings): Promise<void> {
    await super.take(settings);
    await this.#registration.renewAll();
  }

  /**
   * The live memory of all e-managers that are known here, each asked now for as much as fills the pages up to the one
   * that is wanted.
   */
  async poolSections(query: SectionsQuery, context: CallContext): Promise<Sections> {
    const { filter, sort, maxAge, detail, element, kind } = query;
    const pageSize = mergeDepth(query, 'elements', 'narrow them by a filter');
    const question = { filter, sort, maxAge, detail, element, scope: 'self', page: 1, pageSize } as const;
    const operation = kind === undefined ? 'getStore' : LIST_OF[kind];
    const { answers, missing } = await gather(this.directory, this.directory.ids('EM'), operation, question, context, {
      lacking: 'empty',
    });
    const fetched = sectionsOf(answers);
    const listed = answers.reduce((sum, { answer }) => sum + answer.total, 0);
    const more = listed - fetched.reduce((sum, section) => sum + sectionElements(section).length, 0);
    return { sections: consolidate([this.ownSection(), ...fetched]), missing, more };
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
        this.directory.add({ id, name, role, origin: uri, context, socket }, 'registered');
    }
  }
}
