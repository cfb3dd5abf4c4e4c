/** The words of a configuration as its schema has them: what stands where, and what a value should be. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../base/paths.js';
import type { PositionedElement } from '../xml/positions.js';
import { compileSchema, type Schema } from '../xml/xsd.js';
import { type ElementModel, SchemaModel } from '../xml/xsd-model.js';

/** Values that are never shown, by element and attribute. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  POOL: ['key', 'acceptKey'],
  STORE: ['password'],
  USER: ['password'],
  CREDENTIAL: ['community', 'password', 'authPassword', 'privPassword', 'passphrase', 'enablePassword'],
};

/** Their names, whatever the element. */
export const SECRET_ATTRIBUTES: readonly string[] = [...new Set(Object.values(SECRETS).flat())];

export const isSecret = (element: string, attribute: string): boolean => SECRETS[element]?.includes(attribute) ?? false;

/** Passwords in addresses: `scheme://user:password@host`, also where a slash was forgotten. */
export const hideUserInfo = (text: string): string =>
  text.replace(/(:\/{1,2}[^/?#@:\s]*:)(?!\*\*\*@)[^/?#\s"'<>]*@/g, '$1***@');

/** Behind the host of a webhook there is often what lets in whoever knows it: of a path, a query or a fragment nothing is shown. */
const hidePath = (text: string): string =>
  text.replace(/^(\s*[a-z][a-z0-9+.-]*:\/{1,2}(?!\/)[^/?#]*)[/?#](.+)$/is, (whole, host: string, rest: string) =>
    ONLY_REFERENCES.test(rest) ? whole : `${host}/***`,
  );

/** What tells no secret: references to where it is kept. */
export const ONLY_REFERENCES: RegExp = /^\s*(\$\{(env|file):[^}]*\}\s*)*$/;

/** An address as it may be shown, wherever it stands in a configuration. */
export const shownAddress = (element: string, attribute: string, written: string): string => {
  const shown = hideUserInfo(written);
  return element === 'DESTINATION' && attribute === 'url' ? hidePath(shown) : shown;
};

export class ConfigWords {
  private readonly known = new Map<string, ElementModel | undefined>();

  constructor(private readonly model: SchemaModel) {}

  roots(): readonly string[] {
    return this.model.roots();
  }

  /** Undefined for an element that the schema does not know, and for all below it. */
  of(element: PositionedElement): ElementModel | undefined {
    const path = [];
    for (let at: PositionedElement | undefined = element; at; at = at.parent) path.unshift(at.name);
    const key = path.join('/');
    if (!this.known.has(key)) this.known.set(key, this.model.find(path));
    return this.known.get(key);
  }

  /** What a value should be, such as `a duration: seconds, or ...`. */
  description(element: PositionedElement, attribute?: string): string {
    const word = this.of(element);
    return (attribute === undefined ? word?.description : word?.attributes.get(attribute)?.description) ?? 'text';
  }
}

const FILE = 'ptp-config.xsd';

let loaded: { readonly schema: Schema; readonly words: ConfigWords } | undefined;

/** The shipped schema and its words, read once. */
export function configSchema(): { readonly schema: Schema; readonly words: ConfigWords } {
  if (!loaded) {
    const text = readFileSync(packagePath('schemas', FILE), 'utf8');
    loaded = { schema: compileSchema(new Map([[FILE, text]])), words: new ConfigWords(new SchemaModel([text])) };
  }
  return loaded;
}

/** The one sentence for a value that is not of its type; a secret's is not shown. */
export function wrongValue(element: PositionedElement, attribute: string | undefined, words: ConfigWords): string {
  const subject = attribute === undefined ? element.name : `the attribute ${attribute} of ${element.name}`;
  const value = attribute === undefined ? element.text : (element.attributes.get(attribute)?.value ?? '');
  const shown =
    attribute !== undefined && isSecret(element.name, attribute)
      ? 'what is written'
      : `"${shorten(shownAddress(element.name, attribute ?? '', value.trim()))}"`;
  return `${shown} is not right for ${subject}; it should be ${words.description(element, attribute)}`;
}

/** Bounded, on one line, without control characters. */
export function shorten(text: string): string {
  const plain = text.replace(/[\s\p{Cc}]+/gu, ' ');
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
}
