/** A TCP connection, closed as soon as it stands: the delay is that of its handshake. */
import { connect } from 'node:net';
import type { Clock } from '../../base/env.js';
import { whileConnecting } from './connecting.js';
import type { ProbeSettings } from './settings.js';
import type { TryOnce } from './tries.js';

/** @param address Resolved: finding a name is no part of the delay. */
export const tcpTry =
  (clock: Clock, { port, place }: ProbeSettings, address: string): TryOnce<undefined> =>
  (signal) => {
    const startedMs = clock.monotonic();
    const socket = connect({ host: address, port });
    return whileConnecting(socket, signal, place, (resolve) => {
      socket.once('connect', () => resolve({ delayMs: clock.monotonic() - startedMs, found: undefined }));
    });
  };
