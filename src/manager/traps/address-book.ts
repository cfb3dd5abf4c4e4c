/** Which element an address belongs to. Pure; names that had to be resolved come as an argument. */
import { isIP, SocketAddress } from 'node:net';
import type { ElementName, ManagedElement } from '../../model/element.js';

/** What is to be known of an element. */
export type Addressed = Pick<ManagedElement, 'kind' | 'name' | 'ip' | 'dnsname'>;

export type AddressOwner =
  | { readonly is: 'element'; readonly element: ElementName }
  /** Several devices have it, and nothing says which of them it is. */
  | { readonly is: 'shared'; readonly elements: readonly ElementName[] }
  | { readonly is: 'unknown' };

const UNKNOWN: AddressOwner = { is: 'unknown' };

export class AddressBook {
  readonly #owners = new Map<string, Addressed[]>();
  readonly #names = new Set<ElementName>();
  /** By an address as it was asked for. */
  readonly #answered = new Map<string, AddressOwner>();

  /** @param addressesOf Of a name of the network, as far as it is known. */
  constructor(elements: Iterable<Addressed>, addressesOf: (dnsname: string) => readonly string[] = () => []) {
    for (const element of elements) {
      this.#names.add(element.name);
      for (const address of addresses(element, addressesOf)) {
        const known = this.#owners.get(address);
        if (!known) this.#owners.set(address, [element]);
        else if (!known.some(({ name }) => name === element.name)) known.push(element);
      }
    }
  }

  /** Traps come from devices; services and applications only stand for an address that no device has. */
  ownerOf(address: string): AddressOwner {
    const known = this.#answered.get(address);
    if (known) return known;
    const owner = this.#find(address);
    // Those that no element has are without number.
    if (owner.is !== 'unknown') this.#answered.set(address, owner);
    return owner;
  }

  #find(address: string): AddressOwner {
    const all = this.#owners.get(plainAddress(address));
    if (!all) return UNKNOWN;
    const devices = all.filter(({ kind }) => kind === 'device');
    const [first, ...others] = devices.length > 0 ? devices : all;
    if (!first) return UNKNOWN;
    if (others.length === 0) return { is: 'element', element: first.name };
    return { is: 'shared', elements: [first, ...others].map(({ name }) => name) };
  }

  /** Whether there is an element of that name, with an address or without. */
  knows(element: ElementName): boolean {
    return this.#names.has(element);
  }
}

function addresses({ ip, dnsname }: Addressed, addressesOf: (dnsname: string) => readonly string[]): string[] {
  if (ip !== undefined) return [plainAddress(ip)];
  if (dnsname === undefined) return [];
  return isIP(dnsname) ? [plainAddress(dnsname)] : addressesOf(dnsname).map(plainAddress);
}

/** Names that stand in the place of an address. */
export const namesToResolve = (elements: Iterable<Addressed>): readonly string[] => {
  const names = new Set<string>();
  for (const { ip, dnsname } of elements)
    if (ip === undefined && dnsname !== undefined && !isIP(dnsname)) names.add(dnsname);
  return [...names];
};

/** One spelling of each address. */
function plainAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  return new SocketAddress({ address, family: 'ipv6' }).address;
}
