/**
 * One source of elements, followed: read when its time has come or its file is saved, compared with what is in force,
 * and, where the reading is good, taken.
 *
 * ```
 *   reading ── faulty, or cannot be read ──▶ the list in force stays; the fault is shown and told once
 *      ├─────── lacks much of what is in force ──▶ in doubt ── said again later, or confirmed ──▶ taken
 *      └─────── good ──▶ kept on disk, in force
 * ```
 */
import { createHash } from 'node:crypto';
import type { ReadSource, SourceText } from '../../access/sources/read-source.js';
import type { Env, Timer } from '../../base/env.js';
import { asPtpError, PtpError, placed } from '../../base/errors.js';
import {
  type ElementRules,
  type ElementsInText,
  type ElementText,
  elementsIn,
  openElementText,
} from '../../config/further/element-text.js';
import type { Environment } from '../../config/references.js';
import type { ConfigFault, SourceSettings } from '../../config/settings.js';
import { type ConfigWatch, watchConfig } from '../../config/watch.js';
import type { NewEvent } from '../../model/event.js';
import { cleanText } from '../../xml/write.js';
import { type Doubt, doubtOf, SECOND_READING_MS } from './guard.js';
import { listFile, readKept, removeKept, writeKept } from './kept-list.js';

export interface FollowedParts {
  readonly env: Env;
  readonly read: ReadSource;
  readonly environment: Environment;
  /** The configuration in force, by which a reading is judged. */
  readonly rules: () => ElementRules;
  /** Where the last good list is kept. */
  readonly dir: string;
  readonly tell: (event: Omit<NewEvent, 'time'>) => void;
  /** The list in force is another one. */
  readonly onTaken: (source: string) => Promise<void>;
}

interface List {
  readonly content: ElementText;
  readonly names: ReadonlySet<string>;
  readonly hash: string;
  readonly readMs: number;
}

interface Held extends Doubt {
  readonly list: List;
  readonly text: SourceText;
  /** Monotonic. */
  readonly sinceMs: number;
}

/** What people are shown of a source. */
export interface SourceState {
  readonly source: SourceSettings;
  readonly elements: number;
  /** When the list in force was read, and when was tried last; milliseconds since 1970. */
  readonly readMs: number | undefined;
  readonly triedMs: number | undefined;
  /** Why the newest reading was not taken: place and reason. */
  readonly fault: string | undefined;
  readonly held: { readonly elements: number; readonly missing: number; readonly isEmpty: boolean } | undefined;
}

/** For one reading. */
const READING_LIMIT_MS = 60_000;
/** What cannot be read is tried again by then. */
const RETRY_MS = 60_000;

export class FollowedSource {
  source: SourceSettings;
  readonly #parts: FollowedParts;
  readonly #file: string;
  #list: List | undefined;
  #held: Held | undefined;
  /** That has been told, and not that it is over. */
  #isDoubted = false;
  #fault: string | undefined;
  #triedMs: number | undefined;
  #timer: Timer | undefined;
  #watch: ConfigWatch | undefined;
  #reading: Promise<void> | undefined;
  /** It has changed while it was read. */
  #again = false;
  #isFollowed = false;
  readonly #closed = new AbortController();
  #meaning: { readonly rules: string; readonly content: ElementText; readonly read: ElementsInText } | undefined;

  constructor(source: SourceSettings, parts: FollowedParts) {
    this.source = source;
    this.#parts = parts;
    this.#file = listFile(parts.dir, source);
  }

  /** Where the last good list is kept; the same for sources that differ in their password only. */
  get file(): string {
    return this.#file;
  }

  get state(): SourceState {
    const held = this.#held;
    return {
      source: this.source,
      elements: this.#list?.names.size ?? 0,
      readMs: this.#list?.readMs,
      triedMs: this.#triedMs,
      fault: this.#fault,
      held: held && { elements: held.list.names.size, missing: held.missing, isEmpty: held.isEmpty },
    };
  }

  /** What the list in force means under a configuration; nothing before the first good reading. */
  elements(rules: ElementRules): ElementsInText['elements'] {
    const content = this.#list?.content;
    if (!content) return [];
    const key = rulesKey(rules);
    if (this.#meaning?.rules !== key || this.#meaning.content !== content)
      this.#meaning = { rules: key, content, read: elementsIn(content, rules) };
    return this.#meaning.read.elements;
  }

  /**
   * Takes up the list that was in force in an earlier life. Never rejects.
   * @param rules Default those in force.
   */
  async recall(rules: ElementRules = this.#parts.rules()): Promise<void> {
    const { env } = this.#parts;
    try {
      const kept = await readKept(this.#file);
      const list = kept && (await this.#listOf(kept, kept.readMs, rules, 'kept'));
      if (list && 'list' in list) this.#list = list.list;
      else if (list) env.log.warn('the list of a source is not known any more', { source: this.source.name });
    } catch (thrown) {
      env.log.warn('the list of a source is not known any more', {
        source: this.source.name,
        reason: asPtpError(thrown).message,
      });
    }
  }

  /** Reads from now on by itself. */
  follow(): void {
    const { path } = this.source;
    this.#isFollowed = true;
    if (path !== undefined) this.#watch = watchConfig(path, this.#parts.env.clock, () => void this.read());
    // What was found before anybody listened.
    if (this.#fault !== undefined) this.#tellFault(this.#fault);
    if (this.#triedMs === undefined) void this.read();
    else this.#plan();
  }

  /** Resolves when nothing is being read or written. */
  async settled(): Promise<void> {
    while (this.#reading) await this.#reading;
  }

  close(): void {
    this.#closed.abort(new PtpError('Server.Unavailable', 'the source is not read any more'));
    this.#timer?.cancel();
    this.#watch?.close();
  }

  /** What it said is of no use to anybody any more. */
  async forget(): Promise<void> {
    this.close();
    await this.settled();
    await removeKept(this.#file);
  }

  /**
   * Reads now. Never rejects: what is wrong is shown by {@link state}.
   * @param rules Default those in force.
   */
  read(rules?: ElementRules): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.resolve();
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#read(rules ?? this.#parts.rules()).finally(() => {
      this.#reading = undefined;
      this.#plan();
    });
    return this.#reading;
  }

  /** The same place, to be read at another interval. */
  redefine(source: SourceSettings): void {
    const isSame = source.intervalMs === this.source.intervalMs;
    this.source = source;
    if (!isSame && this.#timer) this.#plan();
  }

  /**
   * Takes the list that is in doubt.
   * @throws PtpError `Client.Conflict` when none is; `Store.Failed` is only logged.
   */
  async confirm(): Promise<void> {
    const held = this.#held;
    if (!held) throw new PtpError('Client.Conflict', `${this.source.name} has no list that waits for a confirmation`);
    await this.#take(held.list, held.text);
  }

  #plan(): void {
    if (this.#closed.signal.aborted || !this.#isFollowed) return;
    this.#timer?.cancel();
    if (this.#again) {
      this.#again = false;
      this.#timer = this.#parts.env.clock.after(0, () => void this.read());
      return;
    }
    const { intervalMs } = this.source;
    const soon = this.#fault !== undefined ? RETRY_MS : this.#held ? SECOND_READING_MS : undefined;
    const delays = [intervalMs, soon].filter((one) => one !== undefined);
    if (delays.length > 0) this.#timer = this.#parts.env.clock.after(Math.min(...delays), () => void this.read());
  }

  async #read(rules: ElementRules): Promise<void> {
    const { env, read } = this.#parts;
    const over = new AbortController();
    const limit = env.clock.after(READING_LIMIT_MS, () =>
      over.abort(
        new PtpError('Access.Timeout', `${this.source.name} was not read within ${READING_LIMIT_MS / 1000} s`),
      ),
    );
    this.#triedMs = env.clock.now();
    try {
      const text = await read(this.source, AbortSignal.any([over.signal, this.#closed.signal]));
      const found = await this.#listOf(text, this.#triedMs, rules);
      if (this.#closed.signal.aborted) return;
      if ('faults' in found) this.#refuse(this.#said(found.faults));
      else await this.#judge(found.list, text);
    } catch (thrown) {
      if (!this.#closed.signal.aborted) this.#refuse(this.#placed(thrown));
    } finally {
      limit.cancel();
    }
  }

  async #listOf(
    text: SourceText,
    readMs: number,
    rules: ElementRules,
    how: 'read' | 'kept' = 'read',
  ): Promise<{ readonly list: List } | { readonly faults: readonly ConfigFault[] }> {
    const hash = createHash('sha256').update(text.text).digest('hex');
    // Of a text with references the same text may mean something else.
    const isSame = this.#list?.hash === hash && this.#list.content.values.size === 0;
    if (isSame && this.#list) return { list: { ...this.#list, readMs } };
    const opened = await openElementText(text.text, { ...text, environment: this.#parts.environment });
    if ('faults' in opened) return opened;
    const { elements, faults } = elementsIn(opened.text, rules);
    // A list that was good counts, with what is still good of it, until there is a better one.
    if (faults.length > 0 && how === 'read') return { faults };
    return {
      list: { content: opened.text, names: new Set(elements.map(({ element }) => element.name)), hash, readMs },
    };
  }

  async #judge(list: List, text: SourceText): Promise<void> {
    const { env, tell } = this.#parts;
    if (list.hash === this.#list?.hash && list.content === this.#list.content) {
      this.#list = list;
      this.#held = undefined;
      this.#endDoubt('says again what it said before');
      return this.#clear();
    }
    const doubt = this.#list && doubtOf(this.#list.names, list.names);
    if (!doubt) return this.#take(list, text);
    const held = this.#held;
    const nowMs = env.clock.monotonic();
    const isSame = held !== undefined && sameNames(held.list.names, list.names);
    if (isSame && !doubt.isEmpty && nowMs - held.sinceMs >= SECOND_READING_MS) return this.#take(list, text);
    this.#held = { ...doubt, list, text, sinceMs: isSame ? held.sinceMs : nowMs };
    this.#fault = undefined;
    if (isSame) return;
    const name = this.source.name;
    this.#isDoubted = true;
    tell({
      severity: 'major',
      name: 'sourceInDoubt',
      alarm: `${this.#key} doubt`,
      text: doubt.isEmpty
        ? `${name} names no element any more; its ${doubt.missing} elements stay until somebody confirms that`
        : `${name} lacks ${doubt.missing} of ${this.#list?.names.size ?? 0} elements; they stay unless it says so again in ${SECOND_READING_MS / 1000} s, or somebody confirms it`,
    });
  }

  async #take(list: List, text: SourceText): Promise<void> {
    const { env, onTaken } = this.#parts;
    this.#list = list;
    this.#held = undefined;
    this.#endDoubt('is taken as it is now');
    try {
      await writeKept(this.#file, { ...text, readMs: list.readMs });
    } catch (thrown) {
      env.log.error('the list of a source is known until the end of the process only', {
        source: this.source.name,
        reason: asPtpError(thrown).message,
      });
    }
    this.#clear();
    await onTaken(this.source.name);
  }

  #clear(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    const text = `${this.source.name} can be read again`;
    this.#parts.tell({ severity: 'cleared', name: 'sourceRead', text, alarm: this.#key });
  }

  #refuse(said: string): void {
    // It may repeat what no answer could carry.
    const fault = cleanText(said);
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#parts.env.log.warn('a source of elements is not taken', { source: this.source.name, reason: fault });
    if (this.#isFollowed) this.#tellFault(fault);
  }

  #tellFault(fault: string): void {
    const stays = this.#list ? `; its ${this.#list.names.size} elements stay as they are` : '';
    const text = `${this.source.name}: ${fault}${stays}`;
    this.#parts.tell({ severity: 'warning', name: 'sourceFailed', text, alarm: this.#key });
  }

  #endDoubt(what: string): void {
    if (!this.#isDoubted) return;
    this.#isDoubted = false;
    const text = `${this.source.name} ${what}`;
    this.#parts.tell({ severity: 'cleared', name: 'sourceClear', text, alarm: `${this.#key} doubt` });
  }

  /** Of the condition that it cannot be read. */
  get #key(): string {
    return `source ${this.source.name}`;
  }

  #said(faults: readonly ConfigFault[]): string {
    const [first] = faults;
    const text = first ? this.#at(first) : 'it cannot be read';
    return faults.length > 1 ? `${text} (and ${faults.length - 1} more)` : text;
  }

  #placed(thrown: unknown): string {
    const { message, place } = asPtpError(thrown);
    if (asPtpError(thrown).code === 'Server.Internal')
      this.#parts.env.log.error('a source could not be read', { cause: String(thrown) });
    return this.#at({ ...place, message });
  }

  #at({ line, column, message }: ConfigFault): string {
    return line === undefined ? message : placed({ file: this.source.path, line, column }, message);
  }
}

const sameNames = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((name) => other.has(name));

/** What of a configuration the meaning of a list depends on. */
function rulesKey({ settings }: ElementRules): string {
  const { credentials, schedule, integrationManagers, neighbors, managers, failover, deviceTypes } = settings;
  const ids = [integrationManagers, neighbors, managers, failover].map((list) => list.map(({ id }) => id));
  return JSON.stringify([[...credentials.keys()], schedule.pullMs, ids, deviceTypes.length]);
}
