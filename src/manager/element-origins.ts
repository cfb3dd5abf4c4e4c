/** Where elements come from besides the configuration: sources, and networks that are searched. */
import { join } from 'node:path';
import type { AccessMethod } from '../access/access.js';
import { readSource } from '../access/sources/read-source.js';
import type { Env } from '../base/env.js';
import type { Settings } from '../config/settings.js';
import type { AccessMethodName, ManagedElement } from '../model/element.js';
import type { Handlers } from '../peer/peer.js';
import type { Configuration, FurtherElements } from './configuration.js';
import { Discovery } from './discovery/discovery.js';
import { discoveryHandlers } from './operations/discovery.js';
import { sourceHandlers } from './operations/sources.js';
import { ElementSources, withElements } from './sources/element-sources.js';

export interface ElementOriginsParts {
  readonly env: Env;
  readonly configuration: Configuration;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  /** All elements that are known here, whoever polls them. */
  readonly elements: () => Iterable<Pick<ManagedElement, 'name' | 'ip'>>;
  /** Where that is kept which was read and found. */
  readonly dir: string;
}

export class ElementOrigins implements FurtherElements {
  readonly handlers: Handlers;
  readonly #sources: ElementSources;
  readonly #discovery: Discovery;

  constructor({ env, configuration, methods, elements, dir }: ElementOriginsParts) {
    this.#sources = new ElementSources({ env, configuration, dir, read: readSource });
    this.#discovery = new Discovery({ env, configuration, methods, elements, file: join(dir, 'discovery.json') });
    this.handlers = {
      ...sourceHandlers(configuration, this.#sources),
      ...discoveryHandlers(() => configuration.settings.id, this.#discovery),
    };
  }

  /** What was known in an earlier life, and what lies on this machine. Before anything is polled. */
  async recall(): Promise<void> {
    await Promise.all([this.#sources.recall(), this.#discovery.recall()]);
  }

  prepare(settings: Settings): Promise<void> {
    return this.#sources.prepare(settings);
  }

  complete(settings: Settings): Settings {
    const completed = this.#sources.complete(settings);
    const approved = this.#discovery.approved(settings);
    return approved.length === 0 ? completed : withElements(completed, approved);
  }

  /** Follows them from now on, as every configuration that is taken says. */
  start(): void {
    this.#sources.follow();
    this.#discovery.start();
  }

  async take(settings: Settings): Promise<void> {
    this.#discovery.take(settings);
    await this.#sources.take(settings);
  }

  async close(): Promise<void> {
    await Promise.all([this.#sources.close(), this.#discovery.close()]);
  }
}
