/** What the UDP sockets of SNMP have in common, whoever speaks first: room for bursts, and what the kernel had to drop. */
import { readFile } from 'node:fs/promises';

/** What a burst may take until it is read. The system may grant less. */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** The kernel's tables of UDP sockets, of both families. */
const TABLES = ['/proc/net/udp', '/proc/net/udp6'];

/**
 * Datagrams that came too fast for this process, as the kernel counts them; undefined where it does not say.
 *
 * @param ports Local ones, of this process.
 */
export async function dropsAt(ports: ReadonlySet<number>): Promise<number | undefined> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, 'utf8').catch(() => undefined)));
  const known = tables.filter((table) => table !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, table) => sum + dropsIn(table, ports), 0);
}

/** In such a table the second column is the local address, and the last one counts what was dropped. */
export function dropsIn(table: string, ports: ReadonlySet<number>): number {
  let sum = 0;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
    if (ports.has(port)) sum += Number(columns.at(-1)) || 0;
  }
  return sum;
}
