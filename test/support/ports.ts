/**
 * Free ports on loopback, for daemons that cannot pick one by themselves.
 *
 * They are below those that systems give away by themselves (from 32768 on in Linux, from 49152 on by IANA): nobody who
 * asks for any port, or connects from one, has it before the daemon does, nor while a manager is down for a while.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const FIRST = 10_000;
const LAST = 19_999;
/** Of processes that look at the same time each begins somewhere else. None is given out twice while there are others. */
let latest = randomInt(FIRST, LAST + 1);

export const freeTcpPort = (): Promise<number> => free(isFreeForTcp);
export const freeUdpPort = (): Promise<number> => free(isFreeForUdp);

async function free(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let tries = FIRST; tries <= LAST; tries += 1) {
    latest = latest < LAST ? latest + 1 : FIRST;
    const port = latest;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST} to ${LAST} is free`);
}

async function isFreeForTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

async function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    await once(socket.bind(port, '127.0.0.1'), 'listening');
  } catch {
    socket.close();
    return false;
  }
  socket.close();
  await once(socket, 'close');
  return true;
}
