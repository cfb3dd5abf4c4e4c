/** Neighbours by CISCO-CDP-MIB, which others speak, too. */

import type { Neighbour } from '../../access.js';
import { textIn } from '../collect/cells.js';
import type { InterfaceNames } from '../interfaces.js';
import type { SnmpSession } from '../session.js';
import { type BulkSize, type Column, walkColumns } from '../walk.js';
import { bytesOf, capacityOf, hardwareAddress, MOST_NEIGHBOURS, neighbour, networkAddress } from './neighbour.js';

/** cdpCacheTable, its index: ifIndex, number. */
const CACHE = '1.3.6.1.4.1.9.9.23.1.2.1.1';
const ADDRESS = `${CACHE}.4`;
const DEVICE_ID = `${CACHE}.6`;
const DEVICE_PORT = `${CACHE}.7`;

export const CDP_ROOT = DEVICE_ID;

/** @throws PtpError `Access.*` */
export async function readCdp(
  session: SnmpSession,
  bulk: BulkSize,
  interfaces: InterfaceNames,
): Promise<readonly Neighbour[]> {
  return cdpNeighbours(
    await walkColumns(session, [ADDRESS, DEVICE_ID, DEVICE_PORT], bulk, MOST_NEIGHBOURS),
    interfaces,
  );
}

/** Pure. */
export function cdpNeighbours(columns: ReadonlyMap<string, Column>, interfaces: InterfaceNames): readonly Neighbour[] {
  return [...(columns.get(DEVICE_ID)?.keys() ?? [])].flatMap((index) => {
    const [ifIndex = ''] = index.split('.');
    const id = bytesOf(columns.get(DEVICE_ID)?.get(index));
    const port = bytesOf(columns.get(DEVICE_PORT)?.get(index));
    return neighbour('cdp', {
      port: interfaces.names.get(ifIndex) ?? ifIndex,
      capacity: capacityOf(interfaces.speeds.get(ifIndex)),
      names: [
        ...idNames(hardwareOnly(id) ?? textIn(columns, DEVICE_ID, index)),
        networkAddress(bytesOf(columns.get(ADDRESS)?.get(index))),
      ],
      remotePort: hardwareOnly(port) ?? textIn(columns, DEVICE_PORT, index),
    });
  });
}

/** Six bytes may also be a name of six letters. */
const hardwareOnly = (bytes: Buffer | undefined): string | undefined =>
  bytes?.some((byte) => byte < 0x20 || byte > 0x7e) ? hardwareAddress(bytes) : undefined;

/** Some write a serial number behind their name: `core1(FOX1234)`. */
const idNames = (id: string): readonly string[] => {
  const name = id.replace(/\([^()]*\)$/, '').trim();
  return name !== '' && name !== id ? [name, id] : [id];
};
