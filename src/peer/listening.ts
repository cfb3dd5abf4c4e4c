/** How the servers here take their ports. */
import type { Server } from 'node:net';
import { PtpError } from '../base/errors.js';

/** Connections that wait to be taken; the system may allow fewer. All members of a pool may come at once. */
const BACKLOG = 4_096;

/** @throws PtpError `Start.PortTaken` naming the port; `Config.Invalid` when it cannot be opened for another reason. */
export function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      if (cause.code === 'EADDRINUSE') {
        reject(
          new PtpError(
            'Start.PortTaken',
            `port ${port} on ${host} is in use by another process; stop that or choose another port`,
            { cause },
          ),
        );
      } else {
        reject(
          new PtpError(
            'Config.Invalid',
            `cannot listen on ${host} port ${port} (${cause.code}); choose an address of this machine and a port that this user may open`,
            { cause },
          ),
        );
      }
    };
    const onListening = () => {
      server.off('error', onError);
      resolve();
    };
    server.once('error', onError).once('listening', onListening);
    server.listen({ host, port, backlog: BACKLOG });
  });
}
