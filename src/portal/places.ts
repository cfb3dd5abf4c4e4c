/** What a request is about, by its path: an element, a manager, or a page of another manager that is shown here. */
import type { Request } from 'express';
import { PtpError } from '../base/errors.js';
import { ELEMENT_KINDS, type ElementKind } from '../model/element.js';
import { pathOf, searchOf } from './frame.js';
import { type Base, managerLink, plural } from './links.js';
import { Query } from './query.js';

/** The id in a path: everything behind its folder, so that slashes need not be encoded. */
export function idOf(query: Query, path: string, folder: string): string {
  const inPath = path.slice(folder.length + 2);
  return inPath ? decode(inPath) : (query.exact('id') ?? '');
}

/** What a form is about, by where it was sent: this portal's page, or that of another manager shown here. */
export interface FormPlace {
  /** Of the page that it was on. */
  readonly base: Base;
  /** Below the base, percent-encoded. */
  readonly path: string;
  /** The manager whose page it was, where that was handed through. */
  readonly remote?: string;
  /** The manager that it is about. */
  readonly manager?: string;
}

export function formPlace(request: Request, base: Base): FormPlace {
  const path = pathOf(request);
  if (!path.startsWith('/managers/')) return { base, path };
  const { id, below } = remotePath(request);
  if (below === undefined) return { base, path, manager: id };
  const belowPath = below.split('?', 1)[0] ?? '';
  const manager = /^\/managers\/([^/]+)$/.exec(belowPath)?.[1];
  return {
    base: managerLink(base, id),
    path: belowPath,
    remote: id,
    ...(manager === undefined ? {} : { manager: decode(manager) }),
  };
}

/** @throws PtpError `Client.NotFound` when the form was not on the page of an element. */
export function elementOf({ path }: FormPlace, request: Request): { readonly kind: ElementKind; readonly id: string } {
  const kind = ELEMENT_KINDS.find((one) => path === `/${plural(one)}` || path.startsWith(`/${plural(one)}/`));
  if (!kind) throw new PtpError('Client.NotFound', 'that can be done with an element only; its page has the form');
  return { kind, id: idOf(new Query(searchOf(request)), path, plural(kind)) };
}

/** `/managers/ID` and what follows the id, its query included; `below` is absent when nothing does. */
export function remotePath(request: Request): { readonly id: string; readonly below?: string } {
  const [, id = '', below] = /^\/managers\/([^/?]+)(\/.*)?/s.exec(request.url) ?? [];
  return { id: decode(id), ...(below === undefined ? {} : { below }) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new PtpError(
      'Client.Validation',
      'the address is not well encoded: every % has to be followed by two digits of UTF-8',
      { cause },
    );
  }
}
