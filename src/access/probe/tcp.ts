/** A TCP connection, closed as soon as it stands: the delay is that of its handshake. */
import { connect } from 'node:net';
import type { Clock } from '../../base/env.js';
import { untilAborted } from '../failure.js';
import type { ProbeSettings } from './settings.js';
import type { TryOnce } from './tries.js';

/** @param address Resolved: finding a name is no part of the delay. */
export const tcpTry =
  (clock: Clock, { port, place }: ProbeSettings, address: string): TryOnce<undefined> =>
  async (signal) => {
    const startedMs = clock.monotonic();
    const socket = connect({ host: address, port });
    try {
      return await untilAborted(
        signal,
        place,
        () =>
          new Promise((resolve, reject) => {
            socket.once('error', reject);
            socket.once('connect', () => resolve({ delayMs: clock.monotonic() - startedMs, found: undefined }));
          }),
        () => {},
      );
    } finally {
      // What a connection reports on its way out is nobody's business any more.
      socket.on('error', () => {});
      socket.destroy();
    }
  };
