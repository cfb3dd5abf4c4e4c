/**
 * The configuration in force, and how a new one takes its place.
 *
 * A file that is saved, or SIGHUP, leads to {@link Configuration.reload}: the file is read and checked whole, what it
 * changes is worked out, and only then taken. A faulty file changes nothing; why it was refused is kept and shown
 * until a good one is there.
 */
import type { Env } from '../base/env.js';
import { asPtpError, placed } from '../base/errors.js';
import { type Comparison, compareSettings } from '../config/compare.js';
import { type LoadOptions, loadSettings, readSettings } from '../config/load.js';
import { maskConfig } from '../config/mask.js';
import type { AccessCheck } from '../config/rules-methods.js';
import type { Settings } from '../config/settings.js';
import { type ConfigWatch, watchConfig } from '../config/watch.js';
import type { NewEvent } from '../model/event.js';
import type { Output } from '../xml/messages/operations.js';

export interface ConfigurationParts {
  readonly env: Env;
  /** Environment variables that `${env:NAME}` may name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder of the shipped device types. */
  readonly deviceTypesDir: string;
  /** What the access methods find wrong with an access. */
  readonly checkAccess: AccessCheck;
  /** The settings that the manager was started with. */
  readonly settings: Settings;
  /** Why settings that are right in themselves cannot be run here; undefined when they can. */
  readonly obstacle: (settings: Settings) => Promise<string | undefined>;
}

type Taker = (settings: Settings, comparison: Comparison) => Promise<void>;
type EventTaker = (event: Omit<NewEvent, 'time'>) => void;

export class Configuration {
  readonly #parts: ConfigurationParts;
  readonly #takers: Taker[] = [];
  #tellEvent: EventTaker = () => {};
  #settings: Settings;
  #fault: string | undefined;
  #refused: string | undefined;
  #watch: ConfigWatch | undefined;
  #reloading: Promise<void> = Promise.resolve();

  constructor(parts: ConfigurationParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Why the newest file was not taken: place and reason. Undefined while the file in force is the newest. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Called, in the order of asking, with every configuration that is taken. */
  onTaken(taker: Taker): void {
    this.#takers.push(taker);
  }

  onEvent(taker: EventTaker): void {
    this.#tellEvent = taker;
  }

  /** Takes the file again whenever it is saved. */
  watch(): void {
    this.#watch = watchConfig(this.#settings.file, this.#parts.env.clock, () => void this.reload('saved'));
  }

  close(): void {
    this.#watch?.close();
  }

  /**
   * Reads the file again and takes it if it is good. Never rejects: what is wrong with it is told by {@link fault}.
   * @param why A file that was saved as it was changes nothing; when a person asks, what it refers to (secrets,
   *   certificates) is taken anew all the same.
   */
  reload(why: 'asked' | 'saved' = 'asked'): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload(why));
    return this.#reloading;
  }

  /** The text of the file in force, secrets masked. */
  get maskedText(): string {
    return maskConfig(this.#settings.text);
  }

  /** What a configuration would change, or what is wrong with it. */
  async check(text: string): Promise<Output<'checkConfig'>> {
    const { settings, faults } = await readSettings(text, this.#settings.file, this.#loadOptions);
    const change = settings ? compareSettings(this.#settings, settings) : undefined;
    return {
      valid: settings !== undefined,
      faults,
      added: change?.added ?? [],
      removed: change?.removed ?? [],
      changed: change?.changed ?? [],
      effects: [...(change?.effects ?? []), ...(change?.needsRestart ?? [])],
    };
  }

  get #loadOptions(): LoadOptions {
    const { environment, deviceTypesDir, checkAccess } = this.#parts;
    return { environment, deviceTypesDir, checkAccess, strict: true };
  }

  async #reload(why: 'asked' | 'saved'): Promise<void> {
    const { env } = this.#parts;
    const { file } = this.#settings;
    const { settings, faults } = await loadSettings(file, this.#loadOptions);
    const change = settings && compareSettings(this.#settings, settings);
    if (!settings || !change)
      return this.#refuse(
        faults.map(({ message, line, column }) => placed({ file, line, column }, withoutPlace(message, file))),
      );
    if (change.needsRestart.length > 0)
      return this.#refuse(
        change.needsRestart.map((reason) => placed({ file }, `${reason}; restart the manager to take it`)),
      );
    if (why === 'saved' && settings.fingerprint === this.#settings.fingerprint && !this.#fault) return;
    const obstacle = await this.#parts.obstacle(settings);
    if (obstacle) return this.#refuse([placed({ file }, obstacle)]);
    this.#settings = settings;
    this.#fault = undefined;
    this.#refused = undefined;
    for (const take of this.#takers) {
      // One part that cannot follow must not keep the others from following.
      await take(settings, change).catch((thrown: unknown) =>
        env.log.error('a part could not follow the new configuration', { reason: asPtpError(thrown).message }),
      );
    }
    const { added, removed, changed, effects } = change;
    const text = `configuration taken: ${added.length} elements added, ${removed.length} removed, ${changed.length} changed`;
    env.log.info(text, { effects });
    this.#tellEvent({ severity: 'indeterminate', name: 'configTaken', text: [text, ...effects].join('; ') });
  }

  #refuse(reasons: readonly string[]): void {
    const fault = reasons[0] ?? 'the file cannot be read';
    this.#fault = reasons.length > 1 ? `${fault} (and ${reasons.length - 1} more)` : fault;
    // One save can be seen more than once; the same refusal is told once.
    if (this.#refused === this.#fault) return;
    this.#refused = this.#fault;
    this.#parts.env.log.error('configuration refused; the former one stays in force', { faults: reasons });
    this.#tellEvent({ severity: 'major', name: 'configRejected', text: this.#fault });
  }
}

/** What is said of the file as a whole may begin with its path. */
const withoutPlace = (message: string, file: string): string =>
  message.startsWith(`${file} `) ? message.slice(file.length + 1) : message;
