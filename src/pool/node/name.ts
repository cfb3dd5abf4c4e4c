/** A short name for the state of something, so that two can tell whether they mean the same. Not against forgery. */
import { hashOf } from '../assignment/hash.js';

export function nameOf(...parts: readonly unknown[]): string {
  const text = JSON.stringify(parts);
  return `${hashOf(text).toString(16)}-${hashOf(`${text}.`).toString(16)}-${text.length.toString(16)}`;
}
