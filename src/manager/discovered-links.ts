/**
 * Links of an element: those that somebody configured, and those to the neighbours that it tells of itself. What is
 * discovered never takes the place of what is configured. Pure.
 */
import type { ElementFacts, Neighbour } from '../access/access.js';
import type { ElementName, Link, ManagedElement } from '../model/element.js';

/** By what neighbours may call an element: id, addresses, its own name, with and without its domain. */
export function namesOf({ id, ip, dnsname }: ManagedElement, facts: ElementFacts): readonly string[] {
  const written = [id, ip, dnsname, facts.sysName, ...(facts.hardwareAddresses ?? [])];
  return [...new Set(written.flatMap((name) => (name ? spellings(name) : [])))];
}

/** The id of an element that is known by a name, if it is one alone. */
export type FindNeighbour = (spelling: string) => string | undefined;

export function linksOf(
  { id, links }: Pick<ManagedElement, 'id' | 'links'>,
  neighbours: readonly Neighbour[],
  find: FindNeighbour,
): readonly Link[] {
  if (neighbours.length === 0) return links;
  const configured = new Set<string>(links.map(({ to }) => to));
  const found = new Map<string, Link>();
  for (const neighbour of neighbours) {
    const link = linkTo(neighbour, find);
    if (!link || link.to === id || configured.has(link.to) || configured.has(`device/${link.to}`)) continue;
    found.set(`${link.to}\n${link.label}`, link);
  }
  return found.size === 0 ? links : [...links, ...found.values()];
}

function linkTo({ via, port, capacity, names, remotePort }: Neighbour, find: FindNeighbour): Link | undefined {
  const known = names.flatMap(spellings).reduce<string | undefined>((to, name) => to ?? find(name), undefined);
  const [first] = names;
  // A bridge hears of every computer; only one that is watched is a neighbour worth telling.
  if (known === undefined && (via === 'bridge' || first === undefined)) return undefined;
  return {
    to: known ?? first ?? '',
    ...(capacity === undefined ? {} : { capacity }),
    label: remotePort === undefined ? port : `${port} – ${remotePort}`,
    discovered: via,
    ...(known === undefined ? { managed: false } : {}),
  };
}

/** In small letters; a name with a domain also without it. */
function spellings(name: string): readonly string[] {
  const whole = name.toLowerCase().replace(/\.$/, '');
  const host = /^[^.:]*[a-z][^.:]*(?=\.)/.exec(whole)?.[0];
  return host === undefined ? [whole] : [whole, host];
}

/** Which elements go by a name: those that are polled here by all that they say, others as they are configured. */
export class ElementNames {
  readonly #configured: () => readonly ManagedElement[];
  #index: { readonly of: readonly ManagedElement[]; readonly ids: ReadonlyMap<string, string | null> } | undefined;
  /** Of nearly every name there is one, and a set would be larger than all else about it. */
  readonly #owners = new Map<string, ElementName | Set<ElementName>>();
  readonly #names = new Map<ElementName, readonly string[]>();
  readonly #ids = new Map<ElementName, string>();

  constructor(configured: () => readonly ManagedElement[] = () => []) {
    this.#configured = configured;
  }

  set(element: ManagedElement, facts: ElementFacts): void {
    this.remove(element.name);
    const names = namesOf(element, facts);
    this.#names.set(element.name, names);
    this.#ids.set(element.name, element.id);
    for (const name of names) {
      const before = this.#owners.get(name);
      const others = typeof before === 'object' ? before : new Set(before === undefined ? [] : [before]);
      this.#owners.set(name, others.size === 0 ? element.name : others.add(element.name));
    }
  }

  remove(element: ElementName): void {
    for (const name of this.#names.get(element) ?? []) {
      const owners = this.#owners.get(name);
      if (typeof owners === 'object') owners.delete(element);
      if (owners === element || (typeof owners === 'object' && owners.size === 0)) this.#owners.delete(name);
    }
    this.#names.delete(element);
    this.#ids.delete(element);
  }

  readonly find: FindNeighbour = (spelling) => {
    const owners = this.#owners.get(spelling);
    if (owners === undefined) return this.#configuredIds().get(spelling) ?? undefined;
    if (typeof owners === 'string') return this.#ids.get(owners);
    const [only] = owners;
    return owners.size === 1 && only !== undefined ? this.#ids.get(only) : undefined;
  };

  /** Null where several go by a name. Made anew when the configuration has changed. */
  #configuredIds(): ReadonlyMap<string, string | null> {
    const of = this.#configured();
    if (this.#index?.of === of) return this.#index.ids;
    const ids = new Map<string, string | null>();
    for (const element of of) {
      if (element.kind !== 'device') continue;
      for (const name of namesOf(element, {})) ids.set(name, ids.has(name) ? null : element.id);
    }
    this.#index = { of, ids };
    return ids;
  }
}
