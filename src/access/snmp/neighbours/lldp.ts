/** Neighbours by LLDP-MIB (IEEE 802.1AB). */
import type { Neighbour } from '../../access.js';
import { numberIn, readCells, textIn } from '../collect/cells.js';
import type { InterfaceNames } from '../interfaces.js';
import type { SnmpSession } from '../session.js';
import { textOf } from '../values.js';
import { type BulkSize, type Column, walkColumns } from '../walk.js';
import {
  bytesOf,
  capacityOf,
  hardwareAddress,
  MOST_NEIGHBOURS,
  neighbour,
  networkAddress,
  wordsOf,
} from './neighbour.js';

const LLDP = '1.0.8802.1.1.2.1';
/** lldpRemTable, its index: time mark, local port, number. */
const REMOTE = `${LLDP}.4.1.1`;
const CHASSIS_SUBTYPE = `${REMOTE}.4`;
const CHASSIS_ID = `${REMOTE}.5`;
const PORT_SUBTYPE = `${REMOTE}.6`;
const PORT_ID = `${REMOTE}.7`;
const PORT_DESCRIPTION = `${REMOTE}.8`;
const SYSTEM_NAME = `${REMOTE}.9`;
/** lldpRemManAddrIfSubtype: the address stands in its index, after the neighbour's and the kind of address. */
const ADDRESS = `${LLDP}.4.2.1.3`;
/** lldpLocPortTable. */
const LOCAL_SUBTYPE = `${LLDP}.3.7.1.2`;
const LOCAL_ID = `${LLDP}.3.7.1.3`;
const LOCAL_DESCRIPTION = `${LLDP}.3.7.1.4`;

export const LLDP_ROOT = CHASSIS_ID;

/** Of lldpChassisIdSubtype and lldpPortIdSubtype, which differ by one for what is of use here. */
const CHASSIS_MAC = 4;
const CHASSIS_ADDRESS = 5;
const PORT_MAC = 3;
const PORT_NAME = 5;

/** @throws PtpError `Access.*` */
export async function readLldp(
  session: SnmpSession,
  bulk: BulkSize,
  interfaces: InterfaceNames,
): Promise<readonly Neighbour[]> {
  const remote = [CHASSIS_SUBTYPE, CHASSIS_ID, PORT_SUBTYPE, PORT_ID, PORT_DESCRIPTION, SYSTEM_NAME, ADDRESS];
  const columns = new Map(await walkColumns(session, remote, bulk, MOST_NEIGHBOURS));
  const ports = new Set([...(columns.get(CHASSIS_ID)?.keys() ?? [])].flatMap((index) => localPort(index) ?? []));
  const local = await readCells(session, [LOCAL_SUBTYPE, LOCAL_ID, LOCAL_DESCRIPTION], [...ports]);
  for (const [oid, column] of local) columns.set(oid, column);
  return lldpNeighbours(columns, interfaces);
}

const localPort = (index: string): string | undefined => index.split('.')[1];

/** Pure. */
export function lldpNeighbours(columns: ReadonlyMap<string, Column>, interfaces: InterfaceNames): readonly Neighbour[] {
  const addresses = addressesOf(columns.get(ADDRESS));
  return [...(columns.get(CHASSIS_ID)?.keys() ?? [])].flatMap((index) => {
    const number = localPort(index);
    if (number === undefined) return [];
    const { port, ifIndex } = portOf(number, columns, interfaces);
    const chassis = bytesOf(columns.get(CHASSIS_ID)?.get(index));
    return neighbour('lldp', {
      port,
      capacity: capacityOf(ifIndex === undefined ? undefined : interfaces.speeds.get(ifIndex)),
      names: [
        wordsOf(bytesOf(columns.get(SYSTEM_NAME)?.get(index))),
        ...(addresses.get(index) ?? []),
        chassisName(chassis, numberIn(columns, CHASSIS_SUBTYPE, index)),
      ],
      remotePort: remotePort(columns, index),
    });
  });
}

/** An address after its family (1 IPv4, 2 IPv6); names of other kinds as they stand. */
function chassisName(bytes: Buffer | undefined, subtype: number | undefined): string | undefined {
  if (!bytes) return undefined;
  if (subtype === CHASSIS_MAC) return hardwareAddress(bytes) ?? textOf(bytes);
  if (subtype === CHASSIS_ADDRESS) return networkAddress(bytes.subarray(1));
  return wordsOf(bytes);
}

function remotePort(columns: ReadonlyMap<string, Column>, index: string): string {
  const subtype = numberIn(columns, PORT_SUBTYPE, index);
  const description = textIn(columns, PORT_DESCRIPTION, index);
  const bytes = bytesOf(columns.get(PORT_ID)?.get(index));
  const id = (subtype === PORT_MAC ? hardwareAddress(bytes) : undefined) ?? textIn(columns, PORT_ID, index);
  // A name is best; numbers and hardware addresses tell less than what somebody wrote.
  return subtype === PORT_NAME || description === '' ? id : description;
}

/** The local port number is the interface's ifIndex with nearly all agents; those tell the same name by both. */
function portOf(
  number: string,
  columns: ReadonlyMap<string, Column>,
  { names }: InterfaceNames,
): { readonly port: string; readonly ifIndex: string | undefined } {
  const id = textIn(columns, LOCAL_ID, number);
  const description = textIn(columns, LOCAL_DESCRIPTION, number);
  const named = [...names].find(([, name]) => name !== '' && (name === id || name === description));
  const byId = names.has(id) && numberIn(columns, LOCAL_SUBTYPE, number) !== PORT_NAME ? id : undefined;
  const ifIndex = named?.[0] ?? byId ?? (names.has(number) ? number : undefined);
  return { port: (ifIndex && names.get(ifIndex)) || description || id || number, ifIndex };
}

/** Index of the neighbour to its addresses: subtype, length, and so many bytes follow it. */
function addressesOf(column: Column | undefined): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const key of column?.keys() ?? []) {
    const arcs = key.split('.');
    const [, length, ...bytes] = arcs.slice(3).map(Number);
    const address = length === bytes.length ? networkAddress(Buffer.from(bytes)) : undefined;
    const index = arcs.slice(0, 3).join('.');
    if (address) found.set(index, [...(found.get(index) ?? []), address]);
  }
  return found;
}
