/** One try at a connection, which is closed as soon as it is known what comes of it. */
import type { Socket } from 'node:net';
import { untilAborted } from '../failure.js';

/** @param wait Listens to the socket, and settles. */
export async function whileConnecting<Result>(
  socket: Socket,
  signal: AbortSignal,
  place: string,
  wait: (resolve: (result: Result) => void, reject: (error: Error) => void) => void,
): Promise<Result> {
  try {
    return await untilAborted(
      signal,
      place,
      () =>
        new Promise<Result>((resolve, reject) => {
          socket.once('error', reject);
          wait(resolve, reject);
        }),
      () => {},
    );
  } finally {
    // What a connection reports on its way out is nobody's business any more.
    socket.on('error', () => {});
    socket.destroy();
  }
}
