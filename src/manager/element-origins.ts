/** Where elements come from besides the configuration: read at the start, followed while the manager runs. */
import { readSource } from '../access/sources/read-source.js';
import type { Env } from '../base/env.js';
import type { Settings } from '../config/settings.js';
import type { Handlers } from '../peer/peer.js';
import type { Configuration, FurtherElements } from './configuration.js';
import { sourceHandlers } from './operations/sources.js';
import { ElementSources } from './sources/element-sources.js';

export interface ElementOriginsParts {
  readonly env: Env;
  readonly configuration: Configuration;
  /** Where that is kept which was read and found. */
  readonly dir: string;
}

export class ElementOrigins implements FurtherElements {
  readonly handlers: Handlers;
  readonly #sources: ElementSources;

  constructor({ env, configuration, dir }: ElementOriginsParts) {
    this.#sources = new ElementSources({ env, configuration, dir, read: readSource });
    this.handlers = sourceHandlers(configuration, this.#sources);
  }

  /** What was known in an earlier life, and what lies on this machine. Before anything is polled. */
  recall(): Promise<void> {
    return this.#sources.recall();
  }

  prepare(settings: Settings): Promise<void> {
    return this.#sources.prepare(settings);
  }

  complete(settings: Settings): Settings {
    return this.#sources.complete(settings);
  }

  /** Follows them from now on, as every configuration that is taken says. */
  start(): void {
    this.#sources.follow();
  }

  take(settings: Settings): Promise<void> {
    return this.#sources.take(settings);
  }

  close(): Promise<void> {
    return this.#sources.close();
  }
}
