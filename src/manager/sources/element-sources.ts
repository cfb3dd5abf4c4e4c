/** All sources of a manager, and what they add to its configuration. */
import type { ReadSource } from '../../access/sources/read-source.js';
import { type Env, sleep } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { FoundElement } from '../../config/further/element-text.js';
import type { ElementOrigin, Settings, SourceSettings } from '../../config/settings.js';
import type { ElementName, ManagedElement } from '../../model/element.js';
import type { Configuration } from '../configuration.js';
import { FollowedSource, type SourceState } from './followed-source.js';

export interface ElementSourcesParts {
  readonly env: Env;
  readonly configuration: Pick<Configuration, 'settings' | 'loadOptions' | 'renew' | 'tell'>;
  readonly read: ReadSource;
  /** Where the last good lists are kept. */
  readonly dir: string;
}

/** A new configuration waits so long for what it names. */
const PREPARE_MS = 5000;
/** Elements of a manager, of all sources together. */
const MOST_ELEMENTS = 100_000;

export class ElementSources {
  readonly #parts: ElementSourcesParts;
  /** By {@link keyOf}. */
  #sources = new Map<string, FollowedSource>();
  /** Of a configuration that is about to be taken. */
  #prepared = new Map<string, FollowedSource>();
  #isFollowing = false;
  /** What a source said after the configuration that names it was put together, and before that was taken. */
  #late: string | undefined;
  #leftOut = 0;

  constructor(parts: ElementSourcesParts) {
    this.#parts = parts;
  }

  /** Takes up what was read in an earlier life, and reads what lies on this machine. Before anything else. */
  async recall(): Promise<void> {
    this.#arrange(this.#parts.configuration.settings);
    await Promise.all(
      [...this.#sources.values()].map(async (one) => {
        await one.recall();
        if (one.source.path !== undefined) await one.read();
      }),
    );
  }

  follow(): void {
    this.#isFollowing = true;
    for (const one of this.#sources.values()) one.follow();
    this.#tellLeftOut(this.#parts.configuration.settings);
  }

  /** Resolves when nothing is being read or written. */
  async settled(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((one) => one.settled()));
  }

  async close(): Promise<void> {
    for (const one of [...this.#sources.values(), ...this.#prepared.values()]) one.close();
    await this.settled();
  }

  /** Reads what a new configuration names before it is taken, so that no element is missing for a moment. Never rejects. */
  async prepare(settings: Settings): Promise<void> {
    const { env, configuration } = this.#parts;
    for (const one of this.#prepared.values()) one.close();
    this.#prepared = new Map(
      settings.sources.flatMap((source) => {
        const key = keyOf(source);
        return this.#sources.has(key) ? [] : [[key, this.#make(source)] as const];
      }),
    );
    const { checkAccess } = configuration.loadOptions;
    const readings = [...this.#prepared.values()].map(async (one) => {
      // With another password it is the same list, which counts until there is a better one.
      await one.recall({ settings, checkAccess });
      await one.read({ settings, checkAccess });
    });
    if (readings.length === 0) return;
    const enough = new AbortController();
    const wait = sleep(env.clock, PREPARE_MS, enough.signal).catch(() => {});
    await Promise.race([Promise.all(readings), wait]);
    enough.abort();
  }

  /** Follows the sources that a new configuration names. Those that it still names go on as they were. */
  async take(settings: Settings): Promise<void> {
    const before = this.#sources;
    this.#arrange(settings);
    const kept = new Set([...this.#sources.values()].map(({ file }) => file));
    for (const [key, one] of before) {
      if (this.#sources.has(key)) continue;
      if (kept.has(one.file)) one.close();
      else void one.forget();
    }
    if (this.#late !== undefined) void this.#parts.configuration.renew(`${this.#late} read`);
    this.#late = undefined;
    if (!this.#isFollowing) return;
    this.#tellLeftOut(settings);
    for (const [key, one] of this.#sources) if (!before.has(key)) one.follow();
  }

  /** The settings with the elements of the sources that they name; what stands in the configuration goes before. */
  complete(settings: Settings): Settings {
    this.#late = undefined;
    if (settings.sources.length === 0) return settings;
    const { checkAccess } = this.#parts.configuration.loadOptions;
    const lists = settings.sources.map((source) => ({
      name: source.name,
      elements: this.#of(source)?.elements({ settings, checkAccess }) ?? [],
    }));
    return withElements(settings, lists);
  }

  /** Told when it begins, and when it is another number. */
  #tellLeftOut({ leftOut = 0 }: Settings): void {
    if (leftOut === this.#leftOut) return;
    const { configuration } = this.#parts;
    const name = 'elementsLeftOut';
    if (leftOut > 0) {
      const text = `${leftOut} elements of the sources are left out: a manager has at most ${MOST_ELEMENTS}; give some to another manager`;
      configuration.tell({ severity: 'major', name, alarm: name, text });
    } else if (this.#leftOut > 0)
      configuration.tell({ severity: 'cleared', name, alarm: name, text: 'all elements of the sources are taken' });
    this.#leftOut = leftOut;
  }

  states(): readonly SourceState[] {
    return [...this.#sources.values()].map(({ state }) => state);
  }

  /** @throws PtpError `Client.NotFound` */
  get(name: string): FollowedSource {
    const found = [...this.#sources.values()].find(({ source }) => source.name === name);
    if (found) return found;
    throw new PtpError(
      'Client.NotFound',
      `there is no source "${name.slice(0, 200)}"; getSources names those that are`,
      {
        place: { path: 'source' },
      },
    );
  }

  #arrange(settings: Settings): void {
    this.#sources = new Map(
      settings.sources.map((source) => {
        const one = this.#of(source) ?? this.#make(source);
        one.redefine(source);
        return [keyOf(source), one];
      }),
    );
    this.#prepared.clear();
  }

  #of(source: SourceSettings): FollowedSource | undefined {
    const key = keyOf(source);
    return this.#sources.get(key) ?? this.#prepared.get(key);
  }

  #make(source: SourceSettings): FollowedSource {
    const { env, configuration, read, dir } = this.#parts;
    const { loadOptions } = configuration;
    return new FollowedSource(source, {
      env,
      read,
      dir,
      environment: loadOptions.environment,
      rules: () => ({ settings: configuration.settings, checkAccess: loadOptions.checkAccess }),
      tell: (event) => configuration.tell(event),
      onTaken: async (name) => {
        // One that is only prepared is taken with its configuration.
        if (this.#sources.has(keyOf(source))) await configuration.renew(`${name} read`);
        else this.#late = name;
      },
    });
  }
}

const keyOf = ({ intervalMs: _, ...source }: SourceSettings): string => JSON.stringify(source);

/** Of elements with one name the first counts: of the file, then of the lists in their order. Pure. */
export function withElements(
  settings: Settings,
  lists: readonly { readonly name: string; readonly elements: readonly FoundElement[] }[],
): Settings {
  const elements: ManagedElement[] = [...settings.elements];
  const known = new Set<ElementName>(elements.map(({ name }) => name));
  const origins = new Map<ElementName, ElementOrigin>(settings.origins);
  let leftOut = settings.leftOut ?? 0;
  for (const list of lists)
    for (const { element, line } of list.elements) {
      if (known.has(element.name)) continue;
      known.add(element.name);
      if (elements.length >= MOST_ELEMENTS) {
        leftOut += 1;
        continue;
      }
      elements.push(element);
      origins.set(element.name, { source: list.name, ...(line > 0 && { line }) });
    }
  return { ...settings, elements, origins, ...(leftOut > 0 && { leftOut }) };
}
