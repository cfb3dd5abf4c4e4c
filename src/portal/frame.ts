/** What of a page comes from its request: format, address, theme, and who shows it to whom. */
import type { Request } from 'express';
import type { CallContext } from '../peer/peer.js';
import { type Base, forwardedBase, link, outerBase, wellFormed } from './links.js';
import type { PageNode } from './page-data.js';
import type { PortalIdentity } from './parts.js';
import { Query } from './query.js';

const FORMATS = {
  html: 'text/html',
  json: 'application/json',
  xml: 'application/xml',
  csv: 'text/csv',
} as const;
export type Format = keyof typeof FORMATS;

/** Its media type. */
export const mediaType = (format: Format): string => FORMATS[format];

/** By `?format=`, else by `Accept`; HTML for whoever takes anything. */
export function formatOf(request: Request): Format {
  const asked = new Query(searchOf(request)).text('format').toLowerCase();
  const known = (['html', 'json', 'xml', 'csv'] as const).find((format) => format === asked);
  if (known) return known;
  const best = request.accepts(['text/html', 'application/json', 'application/xml', 'text/xml', 'text/csv']);
  if (best === 'application/json') return 'json';
  if (best === 'text/csv') return 'csv';
  return best === 'application/xml' || best === 'text/xml' ? 'xml' : 'html';
}

/** Query of the address without its question mark, as it was sent. */
export const searchOf = (request: Request): string => {
  const start = request.url.indexOf('?');
  return start < 0 ? '' : request.url.slice(start + 1);
};

export const pathOf = (request: Request): string => request.url.split('?', 1)[0] ?? '/';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const themeOf = (text: string | undefined): Theme | undefined => THEMES.find((theme) => theme === text);

export const THEME_COOKIE = 'ptpmgr-theme';

export function cookieTheme(request: Request): Theme {
  const found = /(?:^|;\s*)ptpmgr-theme=([a-z]{1,8})(?:;|$)/.exec(request.headers.cookie ?? '');
  return themeOf(found?.[1]) ?? 'auto';
}

/** How the page is shown elsewhere: headers that only a peer may send. */
export const FORWARDED = {
  base: 'x-ptpmgr-base',
  theme: 'x-ptpmgr-theme',
  token: 'x-ptpmgr-form-token',
  user: 'x-ptpmgr-user',
} as const;

export interface Frame {
  readonly base: Base;
  readonly theme: Theme;
  /** Proves that a form was made for its user; see `forms.ts`. */
  readonly token: string;
  readonly user: string;
}

/**
 * @param ownToken Token of the caller when the page is shown here.
 */
export function frameOf(request: Request, identity: PortalIdentity, call: CallContext, ownToken: string): Frame {
  const own: Frame = {
    base: `/${identity.context}`,
    theme: cookieTheme(request),
    token: ownToken,
    user: call.caller.kind === 'anonymous' ? '' : call.caller.name,
  };
  if (call.caller.kind !== 'peer' && call.caller.by === undefined) return own;
  const header = (name: string) => request.get(name);
  const token = header(FORWARDED.token);
  return {
    base: forwardedBase(header(FORWARDED.base)) ?? own.base,
    theme: themeOf(header(FORWARDED.theme)) ?? own.theme,
    token: token && /^[A-Za-z0-9_-]{1,128}$/.test(token) ? token : own.token,
    user: decodeHeader(header(FORWARDED.user)) ?? own.user,
  };
}

/** Names travel percent-encoded: headers carry Latin-1 only. */
function decodeHeader(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text).slice(0, 256);
  } catch {
    return undefined;
  }
}

/** The headers with which another manager is asked to make a page for here. */
export const forwardedHeaders = (frame: Frame, base: Base, accept: string): Readonly<Record<string, string>> => ({
  accept,
  [FORWARDED.base]: base,
  [FORWARDED.theme]: frame.theme,
  [FORWARDED.token]: frame.token,
  [FORWARDED.user]: encodeURIComponent(wellFormed(frame.user)),
});

/** Attributes of `PAGE` that all pages have. */
export function frameAttributes(
  request: Request,
  identity: PortalIdentity,
  call: CallContext,
  frame: Frame,
  now: number,
): PageNode {
  const outer = outerBase(frame.base);
  return {
    manager: identity.id,
    ...(identity.name === undefined ? {} : { managerName: identity.name }),
    role: identity.role,
    version: identity.version,
    base: frame.base,
    ...(outer === undefined ? {} : { outer }),
    path: pathOf(request),
    user: frame.user,
    userRole: call.caller.role,
    ...(frame.user === '' ? { signIn: signInLink(request, outer ?? frame.base, frame.base) } : {}),
    theme: frame.theme,
    token: frame.token,
    generated: new Date(now).toISOString(),
  };
}

/** Where somebody who was let in without a name says who they are, and comes back to the same page. */
const signInLink = (request: Request, portal: Base, base: Base): string =>
  link(portal, '/sign-in', { back: `${base}${request.url}` });

/** `THEME` elements: the same page in another look, by a link that is remembered. */
export function themeNodes(request: Request, frame: Frame): readonly PageNode[] {
  const query = new URLSearchParams(searchOf(request));
  query.delete('theme');
  const address = (theme: Theme) => {
    const changed = new URLSearchParams(query);
    changed.set('theme', theme);
    return `${frame.base}${pathOf(request)}?${changed}`;
  };
  return THEMES.map((theme) => ({ name: theme, selected: theme === frame.theme, href: address(theme) }));
}
