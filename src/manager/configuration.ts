/**
 * The configuration in force, and how a new one takes its place.
 *
 * A file that is saved, or SIGHUP, leads to {@link Configuration.reload}: the file is read and checked whole, what it
 * changes is worked out, and only then taken. A faulty file changes nothing; why it was refused is kept and shown
 * until a good one is there.
 */
import type { Env } from '../base/env.js';
import { asPtpError, PtpError, placed } from '../base/errors.js';
import { asIntegrationManager } from '../config/as-integration-manager.js';
import { type Comparison, compareSettings } from '../config/compare.js';
import { readLearned, withLearned, writeLearned } from '../config/learned.js';
import { type LoadOptions, loadSettings, readSettings } from '../config/load.js';
import { withMaintenance } from '../config/maintenance.js';
import { maskConfig } from '../config/mask.js';
import type { AccessCheck } from '../config/rules-methods.js';
import { saveConfig } from '../config/save.js';
import type { Settings } from '../config/settings.js';
import { type ConfigWatch, watchConfig } from '../config/watch.js';
import { type FoundFailover, withFailover } from '../config/with-failover.js';
import type { NewEvent } from '../model/event.js';
import type { Handlers } from '../peer/peer.js';
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
  /** Where that is kept which the manager learns and cannot write into its file. Without it, only in memory. */
  readonly learnedFile?: string;
}

/** What was learned and does not stand in the file. */
export interface Learned {
  readonly failover: readonly FoundFailover[];
  /** Why it could not be written into the file. */
  readonly because: string;
}

/** Elements that come from elsewhere. */
export interface FurtherElements {
  /** Finds out what a configuration will need that is about to be taken. Never rejects. */
  prepare(settings: Settings): Promise<void>;
  /** Adds them to the settings of a file. */
  complete(settings: Settings): Settings;
  /** Operations by which they are seen and changed. */
  readonly handlers: Handlers;
}

type Taker = (settings: Settings, comparison: Comparison) => Promise<void>;
type EventTaker = (event: Omit<NewEvent, 'time'>) => void;

/** Of the condition that the file is refused. */
const REJECTED_KEY = 'configuration';

export class Configuration {
  readonly #parts: ConfigurationParts;
  readonly #takers: Taker[] = [];
  #further: FurtherElements | undefined;
  #tellEvent: EventTaker = () => {};
  /** That has been told, and not that it is over. */
  #isRejected = false;
  /** As the file in force says it. */
  #written: Settings;
  /** With what was learned besides. */
  #settings: Settings;
  #fault: string | undefined;
  #refused: string | undefined;
  #watch: ConfigWatch | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #learned: Learned = { failover: [], because: '' };

  constructor(parts: ConfigurationParts) {
    this.#parts = parts;
    this.#written = parts.settings;
    this.#settings = parts.settings;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Why the newest file was not taken: place and reason. Undefined while the file in force is the newest. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** What was learned and could not be written into the file; undefined when there is nothing of that kind. */
  get learned(): Learned | undefined {
    return this.#learned.failover.length > 0 ? this.#learned : undefined;
  }

  /** Takes up what was learned in an earlier life and could not be written. To be called once, before anything else. */
  async recall(): Promise<void> {
    const { learnedFile, env } = this.#parts;
    if (learnedFile === undefined) return;
    try {
      const failover = await readLearned(learnedFile);
      this.#learned = { failover, because: 'it could not be written into the file when it was learned' };
      this.#settings = this.#complete(this.#written);
    } catch (thrown) {
      env.log.warn('what was learned earlier is not known any more', { reason: asPtpError(thrown).message });
    }
  }

  /**
   * Notes managers that have agreed to take over: in the file, with every other byte as it was, or, where that cannot
   * be, in the data directory. In force at once; nobody is told as of a new file. Never rejects.
   */
  noteFailover(found: readonly FoundFailover[]): Promise<'written' | 'kept'> {
    const noted = this.#reloading.then(() => this.#note(found));
    this.#reloading = noted.then(() => {});
    return noted;
  }

  /**
   * Whether {@link becomeIntegrationManager} would do.
   * @throws PtpError `Client.Validation`, `Config.Invalid`
   */
  async checkIntegrationManager(): Promise<void> {
    await this.#asIntegrationManager();
  }

  /**
   * Makes the file that of an e-integration manager. What is in force stays so: the manager has to start anew, and takes
   * no file until then.
   * @throws PtpError `Client.Conflict`, `Config.Invalid`, `Store.Failed`
   */
  becomeIntegrationManager(): Promise<void> {
    const written = this.#reloading.then(async () => {
      const { file, fingerprint } = this.#settings;
      const text = await this.#asIntegrationManager();
      this.close();
      try {
        await saveConfig(file, fingerprint, text);
      } catch (thrown) {
        this.watch();
        throw thrown;
      }
    });
    this.#reloading = written.catch(() => {});
    return written;
  }

  get furtherHandlers(): Handlers {
    return this.#further?.handlers ?? {};
  }

  /** From now on elements that come from elsewhere count as if they stood in the file. */
  setFurther(further: FurtherElements): void {
    this.#further = further;
    this.#settings = this.#complete(this.#written);
  }

  /**
   * Takes what comes from elsewhere as it is now, in its turn with what else changes the configuration. Never rejects.
   * @param why Said of the change in the event log.
   */
  renew(why: string): Promise<void> {
    this.#reloading = this.#reloading.then(async () => {
      const settings = this.#complete(this.#written);
      const change = compareSettings(this.#settings, settings);
      this.#settings = settings;
      const { added, removed, changed } = change;
      if (added.length + removed.length + changed.length > 0) await this.#take(change, why);
    });
    return this.#reloading;
  }

  /** Notes something that happened to what the manager is told to do. */
  tell(event: Omit<NewEvent, 'time'>): void {
    this.#tellEvent(event);
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
    const { settings, faults } = await readSettings(text, this.#settings.file, this.loadOptions);
    const change = settings ? compareSettings(this.#settings, this.#complete(settings)) : undefined;
    return {
      valid: settings !== undefined,
      faults,
      added: change?.added ?? [],
      removed: change?.removed ?? [],
      changed: change?.changed ?? [],
      effects: [...(change?.effects ?? []), ...(change?.needsRestart ?? [])],
    };
  }

  /** By which the file is read. */
  get loadOptions(): LoadOptions {
    const { environment, deviceTypesDir, checkAccess } = this.#parts;
    return { environment, deviceTypesDir, checkAccess, strict: true };
  }

  /** Also holds what was learned and stands in no file. */
  #complete(settings: Settings): Settings {
    const learned = withLearned(settings, this.#learned.failover);
    return withMaintenance(this.#further?.complete(learned) ?? learned);
  }

  async #asIntegrationManager(): Promise<string> {
    const { file, text } = this.#settings;
    const made = asIntegrationManager(text);
    const { settings, faults } = await readSettings(made, file, this.loadOptions);
    if (settings) return made;
    const [fault] = faults;
    throw new PtpError(
      'Config.Invalid',
      `the configuration would not be right for an integration manager: ${fault?.message ?? 'it cannot be read'}`,
      { place: { file, ...(fault?.line !== undefined && { line: fault.line }) } },
    );
  }

  async #note(found: readonly FoundFailover[]): Promise<'written' | 'kept'> {
    const { env, learnedFile } = this.#parts;
    const { file, fingerprint, text } = this.#settings;
    const all = [...new Map([...this.#learned.failover, ...found].map((one) => [one.id, one])).values()];
    try {
      const written = withFailover(text, all);
      const { settings, faults } = await readSettings(written, file, this.loadOptions);
      if (!settings) throw new PtpError('Config.Invalid', faults[0]?.message ?? 'it would not be right');
      const now = await saveConfig(file, fingerprint, written);
      // When the watch sees the file change, it finds what is in force.
      this.#written = { ...this.#written, text: written, fingerprint: now, failover: settings.failover };
      if (this.#learned.failover.length > 0) await this.#keep([], '');
      this.#settings = this.#complete(this.#written);
      env.log.info('failover managers are written into the configuration', { managers: all.map(({ id }) => id) });
      return 'written';
    } catch (thrown) {
      const because = asPtpError(thrown).message;
      await this.#keep(all, because);
      this.#settings = this.#complete(this.#written);
      env.log.warn('failover managers cannot be written into the configuration; they are kept apart', {
        reason: because,
        ...(learnedFile !== undefined && { file: learnedFile }),
      });
      return 'kept';
    }
  }

  async #keep(failover: readonly FoundFailover[], because: string): Promise<void> {
    const { learnedFile, env } = this.#parts;
    this.#learned = { failover, because };
    if (learnedFile === undefined) return;
    await writeLearned(learnedFile, failover).catch((thrown: unknown) =>
      env.log.error('what was learned is known until the end of the process only', {
        reason: asPtpError(thrown).message,
      }),
    );
  }

  async #reload(why: 'asked' | 'saved'): Promise<void> {
    const { file } = this.#settings;
    const { settings: written, faults } = await loadSettings(file, this.loadOptions);
    if (written) await this.#further?.prepare(written);
    const settings = written && this.#complete(written);
    const change = settings && compareSettings(this.#settings, settings);
    if (!written || !settings || !change)
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
    this.#written = written;
    this.#settings = settings;
    this.#fault = undefined;
    this.#refused = undefined;
    await this.#take(change, 'configuration taken');
  }

  async #take(change: Comparison, why: string): Promise<void> {
    const { env } = this.#parts;
    for (const take of this.#takers) {
      // One part that cannot follow must not keep the others from following.
      await take(this.#settings, change).catch((thrown: unknown) =>
        env.log.error('a part could not follow the new configuration', { reason: asPtpError(thrown).message }),
      );
    }
    const { added, removed, changed, effects } = change;
    const text = `${why}: ${added.length} elements added, ${removed.length} removed, ${changed.length} changed`;
    env.log.info(text, { effects });
    this.#tellEvent({
      severity: this.#isRejected ? 'cleared' : 'indeterminate',
      name: 'configTaken',
      text: [text, ...effects].join('; '),
      ...(this.#isRejected && { alarm: REJECTED_KEY }),
    });
    this.#isRejected = false;
  }

  #refuse(reasons: readonly string[]): void {
    const fault = reasons[0] ?? 'the file cannot be read';
    this.#fault = reasons.length > 1 ? `${fault} (and ${reasons.length - 1} more)` : fault;
    // One save can be seen more than once; the same refusal is told once.
    if (this.#refused === this.#fault) return;
    this.#refused = this.#fault;
    this.#parts.env.log.error('configuration refused; the former one stays in force', { faults: reasons });
    this.#tellEvent({ severity: 'major', name: 'configRejected', text: this.#fault, alarm: REJECTED_KEY });
    this.#isRejected = true;
  }
}

/** What is said of the file as a whole may begin with its path. */
const withoutPlace = (message: string, file: string): string =>
  message.startsWith(`${file} `) ? message.slice(file.length + 1) : message;
