/** Which process has opened a connection, where nothing in it tells: by the system's table of connections (Linux). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** @param port At the far end of a connection that has come in, on loopback. @param pids By what each is called. */
export function ownerOfPort(port: number, pids: ReadonlyMap<string, number>): string | undefined {
  const socket = socketOf(port);
  return socket && [...pids].find(([, pid]) => hasOpen(pid, socket))?.[0];
}

/** `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode`, addresses as hexadecimal `ip:port`. */
function socketOf(port: number): string | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const [, local, , , , , , , , inode] = line.trim().split(/\s+/);
    if (local?.endsWith(wanted) && inode !== undefined && inode !== '0') return `socket:[${inode}]`;
  }
  return undefined;
}

function hasOpen(pid: number, socket: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`) === socket);
  } catch {
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
