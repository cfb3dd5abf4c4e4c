/** Two or more programs that do the same work by turns, so that whatever else the machine does falls on all alike. */
import type { Program } from '../program.js';
import { median, type Row } from '../row.js';
import { argumentsOf, type Job } from './work.js';

export interface Peer {
  readonly name: string;
  /** The largest ratio that is good. */
  readonly bar?: number;
  start(args: readonly string[]): Promise<Program>;
}

export interface Measurement {
  readonly title: string;
  readonly job: Job;
  /** Pieces of work in one turn. */
  readonly times: number;
  readonly peers: readonly Peer[];
}

const ROUNDS = 7;
/** Of turns before it counts: what is compiled while it runs has to have run. */
const WARMING = 4;

/** @throws When what they read is not the same. */
export async function measure(ours: Peer, { title, job, times, peers }: Measurement): Promise<Row[]> {
  const programs: Program[] = [];
  try {
    for (const one of [ours, ...peers]) programs.push(await one.start(argumentsOf(job)));
    const rounds: number[][] = [];
    for (let round = -WARMING; round < ROUNDS; round++) {
      const us = programs.map(() => 0);
      let sum: number | undefined;
      for (let turn = 0; turn < programs.length; turn++) {
        // Nobody is always the first.
        const at = (turn + round + WARMING) % programs.length;
        const done = await programs[at]?.run(times);
        if (!done || done.failed > 0) throw new Error(`${title}: ${done?.failed} failed`);
        if (done.sum !== (sum ?? done.sum)) throw new Error(`${title}: the values are not the same`);
        sum = done.sum;
        us[at] = done.cpuUs / times;
      }
      if (round >= 0) rounds.push(us);
    }
    const of = (at: number) => rounds.map((us) => us[at] ?? Number.NaN);
    return peers.map(({ name, bar }, at) => ({
      work: ours.name === '' ? title : `${title}, ${ours.name}`,
      oursUs: median(of(0)),
      peer: name,
      peerUs: median(of(at + 1)),
      ratio: median(rounds.map((us) => (us[0] ?? Number.NaN) / (us[at + 1] ?? Number.NaN))),
      ...(bar !== undefined && { bar }),
    }));
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
}
