/**
 * A thread beside a module's own, which the module cannot hold up: it ends the process, and what that has started, when its manager is
 * gone (killed, so that nobody else would) or when it has taken too much memory. Started by `host.ts` only.
 */
import { workerData } from 'node:worker_threads';
import { MOST_PROCESS_MIB } from './protocol.js';

const LOOK_EACH_MS = 200;

const { manager } = workerData as { readonly manager: number };
const nothing = new Int32Array(new SharedArrayBuffer(4));

/** There is nothing else to do here than to wait: a clock with its event loop would be larger than this. */
while (Atomics.wait(nothing, 0, 0, LOOK_EACH_MS) === 'timed-out') {
  if (process.ppid === manager && process.memoryUsage.rss() <= MOST_PROCESS_MIB * 2 ** 20) continue;
  // The group of which it is the leader.
  process.kill(-process.pid, 'SIGKILL');
}
