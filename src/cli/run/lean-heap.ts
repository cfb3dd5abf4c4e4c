/**
 * How V8 keeps what a manager remembers. It is told when `run` begins, whoever starts it and in whichever way, and goes
 * for the threads of the process as well: these flags are read whenever they matter, and not only at the start of Node.
 * What they cost and save is in docs/performance.md.
 */
import { setFlagsFromString } from 'node:v8';

/** Of what is alive so much more may be taken before all is collected; left alone, V8 takes up to four times as much. */
const GROWING_PERCENT = 20;

/** To be called before anything else is loaded. */
export function beginLean(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  // Answers live until the store has taken them. V8 concludes that they live for ever, and makes all of them where only
  // the collection of everything finds them again.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // What is loaded at the start stays: room for what comes and goes, which V8 hardly ever gives back, is no use to it.
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Everything is loaded: from now on much may come and go. */
export function grow(): void {
  // As V8 has it by itself.
  setFlagsFromString('--semi-space-growth-factor=2');
  // Pages of which little is in use are emptied: what is remembered is replaced all the time, all over the heap.
  setFlagsFromString('--optimize-for-size');
}
