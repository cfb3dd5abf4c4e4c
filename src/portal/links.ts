/** Addresses of pages. Ids may hold anything: slashes, blanks, per cent signs, dots. Pure. */
import { type ElementKind, parseElementName } from '../model/element.js';

/** `/ptpmgr/em`, or where an integration manager shows this portal: `/ptpmgr/eim/managers/EM1`. No slash at its end. */
export type Base = string;

const PLURALS: Readonly<Record<ElementKind, string>> = {
  device: 'devices',
  service: 'services',
  application: 'applications',
};
export const plural = (kind: ElementKind): string => PLURALS[kind];

type QueryValues = Readonly<Record<string, string | number | undefined>>;

/** Path and query below a base; empty and absent values are left out. */
export function link(base: Base, path: string, query: QueryValues = {}): string {
  const text = queryText(query);
  return text ? `${base}${path}?${text}` : `${base}${path}`;
}

export function queryText(query: QueryValues): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, wellFormed(String(value)));
  }
  return parameters.toString();
}

/** Half a surrogate pair cannot be encoded; U+FFFD stands in for it. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** An id as one segment of a path. */
export const segment = (id: string): string => encodeURIComponent(wellFormed(id));

/** Browsers take `.` and `..` out of paths, however they are encoded; such ids go into the query. */
function itemLink(base: Base, folder: string, id: string, query: QueryValues): string {
  if (id === '.' || id === '..') return link(base, `/${folder}`, { id, ...query });
  return link(base, `/${folder}/${segment(id)}`, query);
}

export const elementLink = (base: Base, kind: ElementKind, id: string, query: QueryValues = {}): string =>
  itemLink(base, plural(kind), id, query);

export const managerLink = (base: Base, id: string, query: QueryValues = {}): string =>
  itemLink(base, 'managers', id, query);

/** The page of `device/core1`; undefined when that is no element's name. */
export function elementNameLink(base: Base, name: string): string | undefined {
  const parsed = parseElementName(name);
  return parsed && elementLink(base, parsed.kind, parsed.id);
}

const BASE = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,1024}){1,16}$/;

/**
 * A base that somebody else asks for, checked strictly: it ends up in every link of the page.
 * Undefined when it is anything but a plain absolute path.
 */
export function forwardedBase(text: string | undefined): Base | undefined {
  if (text === undefined || text.length > 2_048 || !BASE.test(text)) return undefined;
  const safe = text.split('/').every((part) => !/^(?:\.|%2e){1,2}$/i.test(part));
  return safe ? text : undefined;
}

/** The portal around this one, when it is shown through another manager: the base without `/managers/ID`. */
export function outerBase(base: Base): Base | undefined {
  return /^(.+)\/managers\/[^/]+$/.exec(base)?.[1];
}
