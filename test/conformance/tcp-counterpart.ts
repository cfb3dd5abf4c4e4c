/** Counterparts of access methods that go over TCP. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Asking } from '../support/access.js';
import type { Counterpart } from './access.js';

/** A TCP server that does as it is told with each connection. */
export async function tcp(
  onConnection: (socket: Socket) => void,
  asking: (port: number) => Asking,
): Promise<Counterpart> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    asking: asking(typeof address === 'object' && address ? address.port : 0),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Writes for ever, as fast as it is read. */
export function pour(socket: Socket, beginning: string, piece: string): void {
  socket.write(beginning);
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}
