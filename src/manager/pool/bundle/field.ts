/**
 * Reads JSON that a peer has sent: every value is held to its type and bounds, and a fault says where it lies and what
 * would be right. What was sent is not repeated in it.
 */
import { PtpError } from '../../../base/errors.js';

/** Levels of what is kept without being understood. */
const MOST_DEPTH = 32;

export class Field {
  readonly #value: unknown;
  readonly #parent: Field | undefined;
  /** A member's name, or a place in a list; of the root what it is called. */
  readonly #key: string | number;

  private constructor(value: unknown, parent: Field | undefined, key: string | number) {
    this.#value = value;
    this.#parent = parent;
    this.#key = key;
  }

  /** @throws PtpError `Client.TooLarge`, `Client.Validation` */
  static parse(text: string, name: string, mostBytes: number): Field {
    if (Buffer.byteLength(text) > mostBytes)
      throw new PtpError('Client.TooLarge', `the ${name} is longer than ${mostBytes} bytes; it should be shorter`);
    try {
      return new Field(JSON.parse(text), undefined, name);
    } catch (cause) {
      throw new PtpError('Client.Validation', `the ${name} is not JSON; it should be`, { cause });
    }
  }

  get isText(): boolean {
    return typeof this.#value === 'string';
  }

  get isNumber(): boolean {
    return typeof this.#value === 'number';
  }

  /** A member of an object; absent ones can be read as {@link optional} only. */
  at(name: string): Field {
    const value = this.#object();
    return new Field(Object.hasOwn(value, name) ? value[name] : undefined, this, name);
  }

  optional<Value>(read: (field: Field) => Value): Value | undefined {
    return this.#value === undefined ? undefined : read(this);
  }

  text(most: number, least = 0): string {
    const value = this.#value;
    if (typeof value !== 'string' || value.length > most || value.length < least)
      throw this.fault(`a text of ${least} to ${most} characters`);
    return value;
  }

  number(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      throw this.fault(`a number from ${least} to ${most}`);
    return value;
  }

  integer(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most)
      throw this.fault(`a whole number from ${least} to ${most}`);
    return value;
  }

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') throw this.fault('true or false');
    return this.#value;
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    const found = words.find((word) => word === this.#value);
    if (found === undefined) throw this.fault(`one of ${words.join(', ')}`);
    return found;
  }

  list<Value>(most: number, read: (field: Field, index: number) => Value): Value[] {
    const value = this.#value;
    if (!Array.isArray(value) || value.length > most) throw this.fault(`a list of at most ${most}`);
    return value.map((one: unknown, index) => read(new Field(one, this, index), index));
  }

  /** Names and texts of the sender's choice. */
  texts(most: number, longest: number): Readonly<Record<string, string>> {
    const entries = Object.keys(this.#object());
    if (entries.length > most) throw this.fault(`an object of at most ${most} members`);
    return Object.fromEntries(entries.map((name) => [name, this.at(name).text(longest)]));
  }

  /** What somebody else understands: only its size and depth are looked at. */
  foreign(mostCharacters: number): unknown {
    if (!isShallow(this.#value, MOST_DEPTH)) throw this.fault(`at most ${MOST_DEPTH} levels deep`);
    if ((JSON.stringify(this.#value) ?? '').length > mostCharacters)
      throw this.fault(`at most ${mostCharacters} characters of JSON`);
    return this.#value;
  }

  fault(should: string): PtpError {
    const path = this.#path;
    return new PtpError('Client.Validation', `${path} is ${this.#kind}; it should be ${should}`, { place: { path } });
  }

  /** Put together only where there is a fault to tell: bundles have many thousand fields. */
  get #path(): string {
    if (!this.#parent) return String(this.#key);
    return typeof this.#key === 'number' ? `${this.#parent.#path}[${this.#key}]` : `${this.#parent.#path}.${this.#key}`;
  }

  get #kind(): string {
    const value = this.#value;
    if (value === undefined) return 'missing';
    if (value === null) return 'null';
    if (Array.isArray(value)) return `a list of ${value.length}`;
    if (typeof value === 'string') return `a text of ${value.length} characters`;
    if (typeof value === 'number') return `the number ${value}`;
    return typeof value === 'boolean' ? String(value) : 'an object';
  }

  #object(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (!isObject(value)) throw this.fault('an object');
    return value;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1)));
