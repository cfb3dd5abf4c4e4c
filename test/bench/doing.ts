/**
 * The other end of `program.ts`: a line "N" on standard input has the work done N times, and a line of JSON on standard
 * output tells what that took. The programs in C do the same.
 */
import { createInterface } from 'node:readline';

/** What has been read: clients that do the same work read the same. */
export interface Tally {
  /** Of all numbers. */
  sum: number;
  values: number;
  failed: number;
}

/** Begins one piece of work with one of the agents; `ended` is called once, not before this returns. */
export type Begin = (agent: number, tally: Tally, ended: () => void) => void;

export interface Done extends Tally {
  /** User and system, of the process that does the work, with all its threads. */
  readonly cpuUs: number;
}

const ownCpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/**
 * @param window So many pieces of work are under way at once.
 * @param cpuUs Of whoever does the work, where that is not this process.
 */
export function serve(
  { agents, window }: { readonly agents: number; readonly window: number },
  begin: Begin,
  cpuUs: () => number = ownCpuUs,
): void {
  let nextAgent = 0;
  const run = (times: number, done: (tally: Tally) => void): void => {
    const tally: Tally = { sum: 0, values: 0, failed: 0 };
    let left = times;
    let underWay = 0;
    const next = (): void => {
      if (left === 0) return;
      left -= 1;
      underWay += 1;
      nextAgent = nextAgent + 1 === agents ? 0 : nextAgent + 1;
      begin(nextAgent, tally, ended);
    };
    const ended = (): void => {
      underWay -= 1;
      next();
      if (underWay === 0) done(tally);
    };
    for (let i = 0; i < window; i++) next();
  };
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const before = cpuUs();
    run(Number(line), (tally) => print({ cpuUs: cpuUs() - before, ...tally }));
  });
  lines.once('close', () => process.exit());
  process.stdout.write('{}\n');
}

const print = (done: Done): void => void process.stdout.write(`${JSON.stringify(done)}\n`);
