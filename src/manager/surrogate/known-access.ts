/**
 * Which access of an element a manager carries out for another, decided by what it knows itself: nobody has it ask an
 * address, or ask in a way, that neither its own configuration nor the pool's inventory says. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AccessSpec, ManagedElement } from '../../model/element.js';
import { withoutSecrets } from '../pool/bundle/definition.js';

/** As it is asked for: an element, and the position of an access of it that names this manager as surrogate. */
export interface AskedAccess {
  readonly element: ManagedElement;
  readonly access: AccessSpec;
}

export interface KnownElements {
  readonly self: string;
  /** As the own configuration lists it. */
  readonly listed: ManagedElement | undefined;
  /** As the pool knows it. */
  readonly pooled: ManagedElement | undefined;
}

/**
 * `access` with what it is polled by here: the own configuration's secrets where that lists it. Times for a try are those
 * of whoever asks.
 */
export type Permission =
  | { readonly is: 'permitted'; readonly element: ManagedElement; readonly access: AccessSpec }
  | { readonly is: 'refused'; readonly reason: string };

/** It reads the disk of whoever polls it, or runs code there: only that one's own administrator says what. */
export const readsOwnDisk = ({ method, options }: AccessSpec): boolean =>
  method === 'file' || method === 'api' || (method === 'xml' && options.url === undefined);

export function permission(asked: AskedAccess, { self, listed, pooled }: KnownElements): Permission {
  const { element, access } = asked;
  if (access.via !== self) return refused(`its ${access.method} access does not name ${self} as its surrogate`);
  const own = listed && matching(listed, asked);
  if (own?.via !== undefined && own.via !== self)
    return refused(
      `its configuration reaches ${element.name} through ${own.via}; only one can be the surrogate of another`,
    );
  if (listed && own) return { is: 'permitted', element: listed, access: timed(own, access) };
  if (readsOwnDisk(access))
    return refused(
      `a surrogate reads files and runs modules of its own only where its own configuration lists them for ${element.name}`,
    );
  const shared = pooled && matching(pooled, asked);
  if (pooled && shared?.via === self) return { is: 'permitted', element: pooled, access: timed(shared, access) };
  if (!listed && !pooled)
    return refused(`neither its configuration nor the pool knows ${element.name}; list the element there, too`);
  return refused(
    `${element.name} is known there with another address or ${access.method} access; a change may be on its way, else let both list the same`,
  );
}

/** The access of a known element that asks the same of the same address. */
function matching(known: ManagedElement, { element, access }: AskedAccess): AccessSpec | undefined {
  if (known.name !== element.name || known.ip !== element.ip || known.dnsname !== element.dnsname) return undefined;
  const asked = substance(access);
  const shown = withoutSecrets(known).access;
  return known.access.find((_, index) => {
    const one = shown[index];
    return one !== undefined && isDeepStrictEqual(substance(one), asked);
  });
}

/** What is asked, and of what; not when, through whom, and what the values are judged by. */
const substance = ({ method, credential, options, commands, metrics, events }: AccessSpec) =>
  JSON.parse(JSON.stringify({ method, credential, options: sorted(options), commands, metrics, events })) as unknown;

const sorted = (options: AccessSpec['options']) =>
  Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1));

const timed = (known: AccessSpec, { intervalMs, timeoutMs }: AccessSpec): AccessSpec => ({
  ...known,
  intervalMs,
  timeoutMs,
  retries: 0,
});

const refused = (reason: string): Permission => ({ is: 'refused', reason });
