/**
 * What a block of events may contain, as bits: those of all three characters in a row of its texts, names, elements,
 * sources and manager, in lower case, and of its elements and names as wholes. A bit that is not set says for sure that
 * the block has no event with it, so that a search looks into few blocks; one that is set says nothing for sure.
 */
import type { EventQuery } from '../../model/event.js';
import type { UnpackedEvents } from './event-pack.js';

/** 2^16 bits: with some thousand events of network devices one in ten is set. */
const BITS = 65_536;
export const SIGNATURE_BYTES = BITS / 8;
/** Bits of a whole value. */
const PROBES = 4;

type Whole = 'element' | 'name';

export function signatureOf(events: UnpackedEvents): Uint8Array {
  const bits = new Uint8Array(SIGNATURE_BYTES);
  const set = (bit: number): void => {
    const at = bit >>> 3;
    bits[at] = (bits[at] ?? 0) | (1 << (bit & 7));
  };
  const spell = (text: string): void => markTrigrams(text.toLowerCase(), bits);
  let before: string | undefined;
  for (const text of events.texts) {
    if (text !== before) spell(text);
    before = text;
  }
  for (const field of ['name', 'element', 'source'] as const) for (const value of events.valuesOf(field)) spell(value);
  spell(events.manager);
  for (const field of ['name', 'element'] as const)
    for (const value of events.valuesOf(field)) probes(field, value, set);
  return bits;
}

/** The bits that a block must have to have an event that is asked for; none where it can be any. */
export function bitsOf({ element, text, words = [], whole = [] }: EventQuery): readonly number[] {
  const bits = new Set<number>();
  const add = (bit: number): void => void bits.add(bit);
  for (const part of [text ?? '', ...words]) trigrams(part.toLowerCase(), add);
  if (element !== undefined) probes('element', element, add);
  for (const { column, value } of whole) {
    if (column === 'element' || column === 'name') probes(column, value, add);
    else if (column === 'manager') trigrams(value.toLowerCase(), add);
  }
  return [...bits];
}

export const hasBits = (signature: Uint8Array, bits: readonly number[]): boolean =>
  bits.every((bit) => ((signature[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0);

function trigrams(text: string, take: (bit: number) => void): void {
  for (let at = 2; at < text.length; at += 1)
    take(bitOf(text.charCodeAt(at - 2), text.charCodeAt(at - 1), text.charCodeAt(at)));
}

/** Of all texts that are stored: without a call for each character it takes half the time. */
function markTrigrams(text: string, bits: Uint8Array): void {
  let a = text.charCodeAt(0);
  let b = text.charCodeAt(1);
  for (let at = 2; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    const bit = bitOf(a, b, c);
    bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
    a = b;
    b = c;
  }
}

function bitOf(a: number, b: number, c: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 15)) & (BITS - 1);
}

/** Of all spellings of it. */
function probes(field: Whole, value: string, take: (bit: number) => void): void {
  let hash = field === 'name' ? 0x811c9dc5 : 0x01000193;
  for (const character of value.toLowerCase()) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  for (let probe = 0; probe < PROBES; probe += 1) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 12;
    take(hash & (BITS - 1));
  }
}
