/** A thread of its own for one large pool, with as much memory as it may take. */
import { parentPort, workerData } from 'node:worker_threads';
import { simulateLarge } from './manager/large.js';

export interface LargeShare {
  readonly seed: number;
  readonly managers: number;
  readonly elements: number;
}

const { seed, managers, elements } = workerData as LargeShare;
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const failure = simulateLarge({
  seed,
  managers,
  elements,
  cpuMs,
  memoryBytes: () => process.memoryUsage().rss,
  tell: (line) => parentPort?.postMessage(line),
});
if (failure) throw new Error(`${failure.rule}: ${failure.text}`);
