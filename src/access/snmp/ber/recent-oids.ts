/**
 * Texts of OIDs that come again and again, as those of what devices tell of do: a string that is made once is not only
 * spared, it is found in a map by one look, for its hash is known and it is the very same one.
 */
import { oidText } from './oid.js';

/** A power of two. */
const PLACES = 4096;
/** Longer ones are made each time. */
const MOST_BYTES = 32;

export class RecentOids {
  /** Each OID has one place, by its bytes; who comes later takes it, so nobody can have more of it than there is. */
  readonly #bytes = new Uint8Array(PLACES * MOST_BYTES);
  readonly #lengths = new Uint8Array(PLACES);
  readonly #texts: string[] = new Array<string>(PLACES).fill('');

  /** As {@link oidText}. @throws MalformedMessage */
  textOf(bytes: Uint8Array, from: number, to: number): string {
    const length = to - from;
    if (length > MOST_BYTES || length === 0) return oidText(bytes, from, to);
    let mixed = length;
    for (let at = from; at < to; at++) mixed = Math.imul(mixed, 31) + (bytes[at] ?? 0);
    const place = (mixed ^ (mixed >>> 15)) & (PLACES - 1);
    if (this.#lengths[place] === length && this.#isAt(place, bytes, from, length)) return this.#texts[place] ?? '';
    const text = oidText(bytes, from, to);
    const placeAt = place * MOST_BYTES;
    for (let at = 0; at < length; at++) this.#bytes[placeAt + at] = bytes[from + at] ?? 0;
    this.#lengths[place] = length;
    this.#texts[place] = text;
    return text;
  }

  #isAt(place: number, bytes: Uint8Array, from: number, length: number): boolean {
    const known = this.#bytes;
    const placeAt = place * MOST_BYTES;
    // From the end: they differ there first.
    for (let at = length - 1; at >= 0; at--) if (known[placeAt + at] !== bytes[from + at]) return false;
    return true;
  }
}
