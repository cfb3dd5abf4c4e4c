/**
 * Conditions of elements of other managers that are over, by what this manager was told, and of which the owner has still
 * to hear. They are on disk before the events that told of them.
 */
import type { Env } from '../../../base/env.js';
import type { ElementName } from '../../../model/element.js';
import { parseElementName } from '../../../model/element.js';
import type { NewEvent } from '../../../model/event.js';
import type { Store } from '../../../store/store.js';
import type { Ended } from './alarm-taking.js';

export type Notes = Pick<Store, 'getNote' | 'putNote'>;

export interface EndedThere extends Ended {
  readonly id: string;
  /** When it was told, milliseconds since 1970 by the clock here. */
  readonly at: number;
}

const NOTE = 'endedElsewhere';
/** The oldest are given up: a person, or the next end that is told, ends such an alarm. */
const MOST_WAITING = 2000;
const KEPT_MS = 24 * 3600_000;
/** What has been passed on need not be written down at once. */
const TIDY_MS = 5000;

export class EndsToPass {
  readonly #env: Env;
  readonly #notes: Notes;
  /** By element and key. */
  readonly #waiting = new Map<string, EndedThere>();
  #isChanged = false;
  #writing: Promise<void> | undefined;
  #isTidying = false;
  #number = 0;

  constructor(env: Env, notes: Notes) {
    this.#env = env;
    this.#notes = notes;
  }

  /** What cannot be read counts as nothing. */
  async load(): Promise<void> {
    for (const end of parse(await this.#notes.getNote(NOTE)))
      if (!this.#waiting.has(nameOf(end))) this.#waiting.set(nameOf(end), end);
  }

  /** The last of each condition counts. */
  add(element: ElementName, key: string, { time, name, text, source }: NewEvent): EndedThere {
    this.#number += 1;
    const id = `ended-${this.#env.clock.now()}-${this.#number}`;
    const at = Math.min(time, this.#env.clock.now());
    const end: EndedThere = { id, element, key, name, text, at, ...(source !== undefined && { source }) };
    this.#waiting.delete(nameOf(end));
    this.#waiting.set(nameOf(end), end);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) {
      this.#waiting.delete(oldest);
      this.#env.log.warn('the end of an alarm at another manager was given up', { condition: oldest });
    }
    this.#isChanged = true;
    return end;
  }

  /** It stands again. */
  remove(element: ElementName, key: string): void {
    if (this.#waiting.delete(nameOf({ element, key }))) this.#isChanged = true;
  }

  /** The owner has heard of it. */
  passed(end: EndedThere): void {
    if (this.#waiting.get(nameOf(end))?.id !== end.id) return;
    this.#waiting.delete(nameOf(end));
    if (this.#isTidying) return;
    this.#isTidying = true;
    this.#env.clock.after(TIDY_MS, () => {
      this.#isTidying = false;
      this.#isChanged = true;
      // Passed on once more after a crash it changes nothing.
      void this.noting()?.catch(() => {});
    });
  }

  waiting(): readonly EndedThere[] {
    const since = this.#env.clock.now() - KEPT_MS;
    for (const [name, { at }] of this.#waiting) if (at < since) this.#waiting.delete(name);
    return [...this.#waiting.values()];
  }

  /** Resolves when all that has been added is on disk; undefined where it is. */
  noting(): Promise<void> | undefined {
    if (!this.#isChanged && !this.#writing) return undefined;
    const before = this.#writing ?? Promise.resolve();
    if (!this.#isChanged) return before;
    this.#isChanged = false;
    const writing = before
      .catch(() => {})
      .then(() => this.#notes.putNote(NOTE, JSON.stringify([...this.#waiting.values()])))
      .catch((thrown: unknown) => {
        this.#isChanged = true;
        throw thrown;
      })
      .finally(() => {
        if (this.#writing === writing) this.#writing = undefined;
      });
    this.#writing = writing;
    return writing;
  }
}

const nameOf = ({ element, key }: Pick<Ended, 'element' | 'key'>): string => `${element} ${key}`;

function parse(text: string | undefined): readonly EndedThere[] {
  if (text === undefined) return [];
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) ? rows.filter(isEnded) : [];
  } catch {
    return [];
  }
}

const isEnded = (row: unknown): row is EndedThere =>
  typeof row === 'object' &&
  row !== null &&
  'element' in row &&
  typeof row.element === 'string' &&
  parseElementName(row.element) !== undefined &&
  ['id', 'key', 'name', 'text'].every((name) => typeof Reflect.get(row, name) === 'string') &&
  'at' in row &&
  typeof row.at === 'number';
