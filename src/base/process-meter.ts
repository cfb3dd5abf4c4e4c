/** What the process itself takes of the machine. */
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

export interface ProcessMeter {
  /** Share of the last second or more in which the main thread was busy, 0 to 1. */
  load(): number;
  memoryBytes(): number;
}

/** Several callers in quick succession see the same figure instead of each other's gaps. */
const SHORTEST_WINDOW_MS = 1000;

export function processMeter(): ProcessMeter {
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
    memoryBytes: () => process.memoryUsage.rss(),
  };
}
