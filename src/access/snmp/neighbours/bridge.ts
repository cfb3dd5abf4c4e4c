/**
 * What a bridge has learnt: BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363). A port behind which it has heard of a
 * single address has that device at its other end; behind others stand further bridges, of which this says nothing.
 */

import type { Neighbour } from '../../access.js';
import { numberIn } from '../collect/cells.js';
import type { InterfaceNames } from '../interfaces.js';
import type { SnmpSession } from '../session.js';
import { type BulkSize, type Column, walkColumns } from '../walk.js';
import { capacityOf, hardwareAddress, neighbour } from './neighbour.js';

/** dot1dTpFdbPort by address; dot1qTpFdbPort by filtering database and address. */
const FDB_PORT = '1.3.6.1.2.1.17.4.3.1.2';
const VLAN_FDB_PORT = '1.3.6.1.2.1.17.7.1.2.2.1.2';
/** dot1dBasePortIfIndex. */
const PORT_INTERFACE = '1.3.6.1.2.1.17.1.4.1.2';

export const BRIDGE_ROOTS = [FDB_PORT, VLAN_FDB_PORT];

/** The core of a network knows all its addresses: to read them costs much and tells nothing of single ports. */
const MOST_ADDRESSES = 2000;
const MOST_PORTS = 1000;

/**
 * @param hasVlans Whether there is a table by VLAN, which then has everything.
 * @throws PtpError `Access.*`
 */
export async function readBridge(
  session: SnmpSession,
  bulk: BulkSize,
  interfaces: InterfaceNames,
  hasVlans: (root: string) => boolean,
): Promise<readonly Neighbour[]> {
  const table = hasVlans(VLAN_FDB_PORT) ? VLAN_FDB_PORT : FDB_PORT;
  const learnt = (await walkColumns(session, [table], bulk, MOST_ADDRESSES)).get(table) ?? new Map();
  if (learnt.size >= MOST_ADDRESSES) return [];
  const ports = await walkColumns(session, [PORT_INTERFACE], bulk, MOST_PORTS);
  return bridgeNeighbours(learnt, ports, interfaces);
}

/** Pure. */
export function bridgeNeighbours(
  learnt: Column,
  ports: ReadonlyMap<string, Column>,
  interfaces: InterfaceNames,
): readonly Neighbour[] {
  const behind = new Map<number, Set<string>>();
  const table = new Map([['port', learnt]]);
  for (const index of learnt.keys()) {
    const port = numberIn(table, 'port', index);
    const address = hardwareAddress(Buffer.from(index.split('.').slice(-6).map(Number)));
    if (!port || !address) continue;
    behind.set(port, (behind.get(port) ?? new Set()).add(address));
  }
  return [...behind].flatMap(([port, addresses]) => {
    if (addresses.size !== 1) return [];
    const ifIndex = String(numberIn(ports, PORT_INTERFACE, String(port)) ?? port);
    return neighbour('bridge', {
      port: interfaces.names.get(ifIndex) ?? `port ${port}`,
      capacity: capacityOf(interfaces.speeds.get(ifIndex)),
      names: [...addresses],
      remotePort: undefined,
    });
  });
}
