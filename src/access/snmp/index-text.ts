/** Text of the indexes of rows, made once where columns of the same rows are read side by side. */
import { arcsText } from './ber/oid.js';

const EMPTY = new Uint8Array(0);
/** Text of arcs of one and two bytes, which most indexes are: made when it is needed. */
const SHORT: (string | undefined)[] = [];
/** Bytes of an index whose text is made of these; of longer ones it is made as a whole. */
const MOST_SHORT = 4;

export class IndexText {
  #bytes: Uint8Array = EMPTY;
  #from = 0;
  #to = 0;
  #text = '';

  /**
   * Dotted text of the arcs from `from` to `to`.
   *
   * @throws MalformedMessage
   */
  of(bytes: Uint8Array, from: number, to: number): string {
    if (!this.#isSame(bytes, from, to)) {
      this.#text = textOf(bytes, from, to);
      this.#bytes = bytes;
      this.#from = from;
      this.#to = to;
    }
    return this.#text;
  }

  #isSame(bytes: Uint8Array, from: number, to: number): boolean {
    const length = to - from;
    if (length !== this.#to - this.#from) return false;
    // From the end: rows differ there first.
    for (let at = length - 1; at >= 0; at--) if (bytes[from + at] !== this.#bytes[this.#from + at]) return false;
    return true;
  }
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > MOST_SHORT) return arcsText(bytes, from, to);
  let text = '';
  for (let at = from; at < to; at++) {
    const first = bytes[at] ?? 0;
    let arc = first;
    if (first >= 0x80) {
      const second = bytes[++at] ?? 0x80;
      if (first === 0x80 || second >= 0x80 || at >= to) return arcsText(bytes, from, to);
      arc = ((first & 0x7f) << 7) | second;
    }
    const told = SHORT[arc] ?? String(arc);
    SHORT[arc] = told;
    text = text === '' ? told : `${text}.${told}`;
  }
  return text;
}
