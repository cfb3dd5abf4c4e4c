/** A configuration for other eyes: what is secret and written in clear is replaced, every other byte stays. */
import { type PositionedElement, parsePositioned } from '../xml/positions.js';
import { hideUserInfo, isSecret, ONLY_REFERENCES, SECRET_ATTRIBUTES, shownAddress } from './words.js';

/** What stands in the place of a secret. */
const MASK = '***';

/** Values of secret attributes where no element tells what they are: in comments, and in text that is not well-formed. */
const LOOSE = new RegExp(`(\\b(?:${SECRET_ATTRIBUTES.join('|')})\\s*=\\s*)(?:"([^"<]*)("?)|'([^'<]*)('?))`, 'g');

/** The same of what a webhook is called by. */
const LOOSE_WEBHOOK = /(<DESTINATION\b[^<>]*?\burl\s*=\s*(["']))([^"'<>]*)/g;

/**
 * References stay, as they tell no secret. In comments, where parts of a configuration are often kept, the same is
 * masked; so it is in text that cannot be parsed.
 */
export function maskConfig(text: string): string {
  const cuts: { readonly from: number; readonly to: number; readonly replacement: string }[] = [];
  try {
    collect(parsePositioned(text).root, text, cuts);
  } catch {
    return maskLoosely(text);
  }
  for (const match of text.matchAll(/<!--[\s\S]*?-->/g))
    cuts.push({ from: match.index, to: match.index + match[0].length, replacement: maskLoosely(match[0]) });
  cuts.sort((a, b) => a.from - b.from);
  let masked = '';
  let after = 0;
  for (const { from, to, replacement } of cuts) {
    if (from < after) continue;
    masked += text.slice(after, from) + replacement;
    after = to;
  }
  return masked + text.slice(after);
}

const ADDRESSES: ReadonlySet<string> = new Set(['url', 'uri', 'URI']);

function collect(
  element: PositionedElement,
  text: string,
  cuts: { from: number; to: number; replacement: string }[],
): void {
  for (const attribute of element.attributes.values()) {
    const written = text.slice(attribute.valueOffset, attribute.valueEnd);
    const secret = isSecret(element.name, attribute.name) && !ONLY_REFERENCES.test(written);
    const address = ADDRESSES.has(attribute.name);
    const replacement = secret ? MASK : address ? shownAddress(element.name, attribute.name, written) : written;
    if (replacement !== written) cuts.push({ from: attribute.valueOffset, to: attribute.valueEnd, replacement });
  }
  for (const child of element.children) collect(child, text, cuts);
}

function maskLoosely(text: string): string {
  const masked = text.replace(
    LOOSE,
    (
      _,
      start: string,
      double: string | undefined,
      doubleEnd: string | undefined,
      single: string | undefined,
      singleEnd: string | undefined,
    ) => {
      const value = double ?? single ?? '';
      const quote = double === undefined ? "'" : '"';
      return `${start}${quote}${ONLY_REFERENCES.test(value) ? value : MASK}${doubleEnd ?? singleEnd ?? ''}`;
    },
  );
  const webhooks = masked.replace(
    LOOSE_WEBHOOK,
    (_, start: string, _quote: string, written: string) => start + shownAddress('DESTINATION', 'url', written),
  );
  return hideUserInfo(webhooks);
}
