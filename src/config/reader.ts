/**
 * Reads typed values out of positioned elements: references resolved, blanks trimmed, what is wrong noted with its
 * place. A value that is missing, unresolved or wrong is undefined; the caller takes the default.
 */
import type { PositionedAttribute, PositionedElement } from '../xml/positions.js';
import { type FaultList, placeOf } from './fault-list.js';
import {
  formatDuration,
  isOid,
  LONGEST_DURATION_MS,
  type Origin,
  parseDuration,
  parseHostPort,
  parseManagerUri,
  parseSize,
  parseTime,
} from './quantities.js';
import { hasReference } from './references.js';
import type { HostPort } from './settings.js';
import { type ConfigWords, isSecret, shorten, shownAddress, wrongValue } from './words.js';

/** The shortest interval at which anything is done again and again. */
const SHORTEST_INTERVAL_MS = 100;

export class ConfigReader {
  constructor(
    readonly words: ConfigWords,
    readonly faults: FaultList,
    /** Values of the attributes that contain references. */
    private readonly resolved: ReadonlyMap<PositionedAttribute, string | undefined> = new Map(),
  ) {}

  children(element: PositionedElement | undefined, ...names: readonly string[]): readonly PositionedElement[] {
    return element?.children.filter((child) => names.includes(child.name)) ?? [];
  }

  /** The child of that name; a second one is a fault. */
  child(element: PositionedElement | undefined, name: string): PositionedElement | undefined {
    const [first, ...others] = this.children(element, name);
    for (const other of others)
      this.faults.fault(
        placeOf(other),
        `${name} stands a second time in ${element?.name}; the first is in line ${first?.line}, keep one of them`,
      );
    return first;
  }

  /** Trimmed text of the only child of that name; undefined when it is empty. */
  childText(element: PositionedElement, name: string): string | undefined {
    return trimmed(this.child(element, name)?.text);
  }

  /** Whether the attribute is written, resolved or not. */
  has(element: PositionedElement, name: string): boolean {
    return element.attributes.has(name);
  }

  /** Whether the attribute stands there with a reference that could not be resolved. */
  isUnresolved(element: PositionedElement, name: string): boolean {
    const attribute = element.attributes.get(name);
    return attribute !== undefined && this.resolved.has(attribute) && this.resolved.get(attribute) === undefined;
  }

  /** Trimmed; empty text is undefined. */
  text(element: PositionedElement, name: string): string | undefined {
    const attribute = element.attributes.get(name);
    if (!attribute) return undefined;
    return trimmed(this.resolved.has(attribute) ? this.resolved.get(attribute) : attribute.value);
  }

  /** As it is, blanks included: for secrets. */
  exact(element: PositionedElement, name: string): string | undefined {
    const attribute = element.attributes.get(name);
    return attribute && (this.resolved.has(attribute) ? this.resolved.get(attribute) : attribute.value);
  }

  /** Words with blanks between them. */
  list(element: PositionedElement, name: string): readonly string[] {
    return this.text(element, name)?.split(/\s+/) ?? [];
  }

  oneOf<T extends string>(element: PositionedElement, name: string, values: readonly T[]): T | undefined {
    return this.parsed(element, name, (text) => values.find((value) => value === text));
  }

  boolean(element: PositionedElement, name: string): boolean | undefined {
    const value = this.oneOf(element, name, ['true', 'false']);
    return value && value === 'true';
  }

  /** Milliseconds. */
  duration(
    element: PositionedElement,
    name: string,
    minimumMs = 0,
    maximumMs = LONGEST_DURATION_MS,
  ): number | undefined {
    return this.bounded(element, name, parseDuration, minimumMs, maximumMs, formatDuration);
  }

  /** Milliseconds, not shorter than {@link SHORTEST_INTERVAL_MS} and not longer than a year. */
  interval(element: PositionedElement, name: string): number | undefined {
    return this.duration(element, name, SHORTEST_INTERVAL_MS, 365 * 86_400_000);
  }

  /** Bytes. */
  size(element: PositionedElement, name: string, minimum = 0): number | undefined {
    return this.bounded(element, name, parseSize, minimum, Number.MAX_SAFE_INTEGER, (bytes) => `${bytes} bytes`);
  }

  integer(element: PositionedElement, name: string, minimum: number, maximum: number): number | undefined {
    const parse = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
    return this.bounded(element, name, parse, minimum, maximum, String);
  }

  number(element: PositionedElement, name: string): number | undefined {
    return this.parsed(element, name, (text) =>
      /^-?\d{1,15}(\.\d{1,15})?(e-?\d{1,2})?$/i.test(text) ? Number(text) : undefined,
    );
  }

  hostPort(element: PositionedElement, name: string): HostPort | undefined {
    return this.parsed(element, name, parseHostPort);
  }

  managerUri(element: PositionedElement, name: string): Origin | undefined {
    return this.parsed(element, name, parseManagerUri);
  }

  /** Milliseconds since 1970. */
  time(element: PositionedElement, name: string): number | undefined {
    return this.parsed(element, name, parseTime);
  }

  /** Without a leading dot. */
  oid(element: PositionedElement, name: string, options: { wildcard?: boolean } = {}): string | undefined {
    return this.parsed(element, name, (text) => {
      const oid = text.replace(/^\./, '');
      return isOid(options.wildcard ? oid.replace(/\.\*$/, '') : oid) ? oid : undefined;
    });
  }

  /** The text of an expression that `compile` accepts; the reason of its refusal goes into the fault. */
  expression(element: PositionedElement, name: string, compile: (text: string) => unknown): string | undefined {
    return this.parsed(element, name, (text) => {
      try {
        compile(text);
        return text;
      } catch (error) {
        this.wrong(element, name, ` (${shorten(error instanceof Error ? error.message : 'it cannot be read')})`);
        return undefined;
      }
    });
  }

  /** Any parser; undefined from it is a fault whose text comes from the schema. */
  parsed<T>(element: PositionedElement, name: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.text(element, name);
    if (text === undefined) {
      if (element.attributes.get(name)?.value.trim() === '') this.wrong(element, name);
      return undefined;
    }
    const value = parse(text);
    if (value === undefined) this.wrong(element, name);
    return value;
  }

  /** A fault at an attribute, or at the element where it is not written. */
  fault(element: PositionedElement, name: string | undefined, message: string): void {
    this.faults.fault(placeOf(element, name === undefined ? undefined : element.attributes.get(name)), message);
  }

  warning(element: PositionedElement, name: string | undefined, message: string): void {
    this.faults.warning(placeOf(element, name === undefined ? undefined : element.attributes.get(name)), message);
  }

  /** `name="value"` as written, never what a reference stands for, and only the name of a secret. */
  shown(element: PositionedElement, name: string): string {
    const written = element.attributes.get(name)?.value.trim() ?? '';
    return isSecret(element.name, name) ? name : `${name}="${shorten(shownAddress(element.name, name, written))}"`;
  }

  private wrong(element: PositionedElement, name: string, because = ''): void {
    const written = element.attributes.get(name)?.value ?? '';
    if (hasReference(written) || because) {
      const subject = hasReference(written) ? `what ${name} refers to` : this.shown(element, name);
      this.fault(
        element,
        name,
        `${subject} is not right${because}; it should be ${this.words.description(element, name)}`,
      );
    } else this.fault(element, name, wrongValue(element, name, this.words));
  }

  private bounded(
    element: PositionedElement,
    name: string,
    parse: (text: string) => number | undefined,
    minimum: number,
    maximum: number,
    format: (value: number) => string,
  ): number | undefined {
    const value = this.parsed(element, name, parse);
    if (value === undefined || (value >= minimum && value <= maximum)) return value;
    const bound =
      value < minimum ? `too small; write at least ${format(minimum)}` : `too large; write at most ${format(maximum)}`;
    this.fault(element, name, `${this.shown(element, name)} is ${bound}`);
    return undefined;
  }
}

function trimmed(text: string | undefined): string | undefined {
  const value = text?.trim();
  return value === '' ? undefined : value;
}
