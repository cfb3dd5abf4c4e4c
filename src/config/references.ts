/**
 * `${env:NAME}` and `${file:PATH}` in attribute values: secrets stay out of the configuration file.
 *
 * A reference may be the whole value or a part of it, and there may be several in one. A file is read as UTF-8, at most
 * 64 KiB, without the line breaks at its end; its path is relative to the configuration file.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PositionedAttribute, PositionedElement } from '../xml/positions.js';
import { type FaultPlace, placeOf } from './fault-list.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{(env|file):([^}]*)\}/g;
/** A named pipe or device that somebody named does not block. */
export const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const MOST_BYTES = 64 * 1024;
/** Different references in one file. */
const MOST_REFERENCES = 1000;

export const hasReference = (value: string): boolean => /\$\{(env|file):/.test(value);

export interface ResolvedReferences {
  /** Of every attribute with a reference; undefined where one could not be resolved. */
  readonly values: ReadonlyMap<PositionedAttribute, string | undefined>;
  readonly unresolved: readonly { readonly place: FaultPlace; readonly message: string }[];
}

export async function resolveReferences(
  root: PositionedElement,
  baseDir: string,
  environment: Environment,
): Promise<ResolvedReferences> {
  const values = new Map<PositionedAttribute, string | undefined>();
  const unresolved: { place: FaultPlace; message: string }[] = [];
  const known = new Map<string, Promise<Resolved>>();
  const lookUp = (kind: string, name: string): Promise<Resolved> => {
    const key = `${kind}:${name}`;
    const before = known.get(key);
    if (before) return before;
    const result =
      known.size >= MOST_REFERENCES
        ? tooMany()
        : kind === 'env'
          ? fromEnvironment(name, environment)
          : fromFile(name, baseDir);
    known.set(key, result);
    return result;
  };

  for (const { element, attribute } of referringAttributes(root)) {
    let value: string | undefined = '';
    let after = 0;
    for (const match of attribute.value.matchAll(REFERENCE)) {
      const found = await lookUp(match[1] ?? '', match[2] ?? '');
      if ('problem' in found) {
        unresolved.push({
          place: placeOf(element, attribute),
          message: `${attribute.name} refers to ${match[0]}, but ${found.problem}`,
        });
        value = undefined;
        break;
      }
      value += attribute.value.slice(after, match.index) + found.value;
      after = match.index + match[0].length;
    }
    values.set(attribute, value === undefined ? undefined : value + attribute.value.slice(after));
  }
  return { values, unresolved };
}

function* referringAttributes(
  element: PositionedElement,
): Generator<{ element: PositionedElement; attribute: PositionedAttribute }> {
  for (const attribute of element.attributes.values()) if (hasReference(attribute.value)) yield { element, attribute };
  for (const child of element.children) yield* referringAttributes(child);
}

type Resolved = { readonly value: string } | { readonly problem: string };

async function tooMany(): Promise<Resolved> {
  return { problem: `this is more than ${MOST_REFERENCES} references; use fewer` };
}

async function fromEnvironment(name: string, environment: Environment): Promise<Resolved> {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return value === undefined ? { problem: 'this variable is not set; set it where the manager is started' } : { value };
}

async function fromFile(name: string, baseDir: string): Promise<Resolved> {
  const path = resolve(baseDir, name);
  try {
    const handle = await open(path, OPEN_FLAGS);
    try {
      const info = await handle.stat();
      if (!info.isFile()) return { problem: `${path} is not a file; name a file` };
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1, 0);
      if (bytesRead > MOST_BYTES)
        return { problem: `${path} is longer than 64 KiB; name a file that holds only this value` };
      return {
        value: new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead)).replace(/[\r\n]+$/, ''),
      };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { problem: `${path} ${whyUnreadable(error)}` };
  }
}

/** What a file lacks to be read, such as `does not exist; ...`; undefined when it can be. */
export async function whyNotReadable(path: string): Promise<string | undefined> {
  try {
    const handle = await open(path, OPEN_FLAGS);
    try {
      return (await handle.stat()).isFile() ? undefined : 'is not a file; name a file';
    } finally {
      await handle.close();
    }
  } catch (error) {
    return whyUnreadable(error);
  }
}

export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist; create it or mend its path';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user; change its owner or mode';
  if (code === 'EISDIR') return 'is a directory; name a file';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not UTF-8 text; save it as UTF-8';
  return `cannot be read (${typeof code === 'string' ? code : 'unknown reason'})`;
}
