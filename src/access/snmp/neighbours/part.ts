/** The parts that tell where a device stands in the network: its neighbours, and by what others may know it. */
import type { Neighbour } from '../../access.js';
import { NAMES_MS, type Part, type PartAnswer } from '../collect/part.js';
import { walkColumns } from '../walk.js';
import { BRIDGE_ROOTS, readBridge } from './bridge.js';
import { CDP_ROOT, readCdp } from './cdp.js';
import { LLDP_ROOT, readLldp } from './lldp.js';
import { bytesOf, hardwareAddress, MOST_NEIGHBOURS, NEIGHBOURS_MS } from './neighbour.js';

/** Of JSON: they are kept with what is known of the element. */
const MOST_CHARACTERS = 40_000;

/** lldpLocChassisIdSubtype and cdpGlobalRun: there where the protocol is, also while nobody is heard. */
const LLDP_LOCAL = '1.0.8802.1.1.2.1.3.1';
const CDP_GLOBAL = '1.3.6.1.4.1.9.9.23.1.3.1';

/** Found once in a while; between, what is known of the element says what was found last. */
export const neighbourPart: Part = {
  id: 'neighbours',
  roots: [LLDP_ROOT, LLDP_LOCAL, CDP_ROOT, CDP_GLOBAL, ...BRIDGE_ROOTS],
  gone: { neighbours: [] },
  everyMs: NEIGHBOURS_MS,
  async read({ session, bulk, interfaces, has }): Promise<PartAnswer> {
    const lldp = [LLDP_ROOT, LLDP_LOCAL].some(has) ? await readLldp(session, bulk, interfaces) : [];
    const cdp = [CDP_ROOT, CDP_GLOBAL].some(has) ? await readCdp(session, bulk, interfaces) : [];
    const bridge = BRIDGE_ROOTS.some(has) ? await readBridge(session, bulk, interfaces, has) : [];
    return { readings: [], facts: { neighbours: together(lldp, cdp, bridge) }, kept: true };
  },
};

/**
 * Pure. Of each port what the most telling way says: who speaks LLDP and CDP, or is heard of besides, is one; and so is
 * who speaks LLDP twice from one port.
 */
export function together(...ways: readonly (readonly Neighbour[])[]): readonly Neighbour[] {
  const told = new Set<string>();
  const all = new Map<string, Neighbour>();
  for (const way of ways) {
    const fresh = way.filter(({ port }) => !told.has(port));
    for (const one of fresh) {
      const cable = JSON.stringify([one.port, one.remotePort ?? one.names[0]]);
      const other = JSON.stringify([one.port, one.remotePort, one.names[0]]);
      const key = one.via === 'lldp' ? cable : other;
      if (!all.has(key)) all.set(key, one);
    }
    for (const { port } of fresh) told.add(port);
  }
  let left = MOST_CHARACTERS;
  return [...all.values()].slice(0, MOST_NEIGHBOURS).filter((one) => {
    left -= JSON.stringify(one).length;
    return left >= 0;
  });
}

const BRIDGE_ADDRESS = '1.3.6.1.2.1.17.1.1';
const INTERFACE_ADDRESS = '1.3.6.1.2.1.2.2.1.6';
const LLDP_CHASSIS = '1.0.8802.1.1.2.1.3.2';
const ADDRESSES = [BRIDGE_ADDRESS, LLDP_CHASSIS, INTERFACE_ADDRESS];
/** A switch has one for each port; the first few are what its neighbours hear of. */
const MOST_ADDRESSES = 32;

/** Hardware addresses by which its neighbours may know the device. */
export const addressPart: Part = {
  id: 'hardware addresses',
  roots: [INTERFACE_ADDRESS, BRIDGE_ADDRESS],
  everyMs: NAMES_MS,
  async read({ session, bulk }): Promise<PartAnswer> {
    const columns = await walkColumns(session, ADDRESSES, bulk, MOST_ADDRESSES, true);
    const found = [...columns.values()].flatMap((column) =>
      [...column.values()].flatMap((cell) => hardwareAddress(bytesOf(cell)) ?? []),
    );
    return { readings: [], facts: { hardwareAddresses: [...new Set(found)].slice(0, MOST_ADDRESSES) }, kept: true };
  },
};
