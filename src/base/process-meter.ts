/** What the process itself takes of the machine. */
import { totalmem } from 'node:os';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

export interface ProcessMeter {
  /** Share of the last second or more in which the main thread was busy, 0 to 1. */
  load(): number;
  /** Milliseconds that the main thread was busy since it began; for whoever measures over a span of its own. */
  busyMs(): number;
  memoryBytes(): number;
  /** Share of the memory that the process may take, 0 to 1: of its heap or of the machine, whichever is nearer its end. */
  memoryShare(): number;
}

/** Several callers in quick succession see the same figure instead of each other's gaps. */
const SHORTEST_WINDOW_MS = 1000;

export function processMeter(): ProcessMeter {
  const mostBytes = memoryLimit();
  let last: EventLoopUtilization = performance.eventLoopUtilization();
  let load = 0;
  return {
    load() {
      const now = performance.eventLoopUtilization();
      const { idle, active, utilization } = performance.eventLoopUtilization(now, last);
      if (idle + active >= SHORTEST_WINDOW_MS) {
        last = now;
        load = utilization;
      }
      return load;
    },
    busyMs: () => performance.eventLoopUtilization().active,
    memoryBytes: () => process.memoryUsage.rss(),
    memoryShare() {
      const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
      return Math.max(used / most, process.memoryUsage.rss() / mostBytes);
    },
  };
}

/** Of a container, where the process runs in one, else of the machine. */
function memoryLimit(): number {
  const machine = totalmem();
  // Says 0, or more than there is, where nothing is constrained.
  const container = process.constrainedMemory?.() ?? 0;
  return container > 0 && container < machine ? container : machine;
}
