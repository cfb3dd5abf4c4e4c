/** A thread of the simulator: runs the seeds that it is given. */
import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from './simulate.js';
import { outcomeOf } from './summary.js';

/** Every `step`th seed from `from` to `to`. */
export interface Share {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly managers: number | undefined;
  readonly elements: number | undefined;
  readonly durationMs: number | undefined;
}

const { from, to, step, managers, elements, durationMs } = workerData as Share;
for (let seed = from; seed <= to; seed += step)
  parentPort?.postMessage(outcomeOf(simulate({ seed, managers, elements, durationMs })));
