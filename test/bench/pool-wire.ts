/**
 * What the pool costs its master on the wire: one whole manager as master, and members with real sockets, frames and
 * messages in another process, all of which dial it at once.
 *
 *   node dist/test/bench/pool-wire.js --members 1000 --elements 10 --seconds 10
 *
 * `BENCH_HEARTBEAT_MS=4000` before it measures the work for each beat on a machine that is busy with other things.
 * `--profile FILE` keeps a CPU profile of the master while all is settled.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freeTcpPort } from '../support/ports.js';
import type { MasterReport, ToMaster } from './pool-wire-master.js';
import type { MembersReport, ToMembers } from './pool-wire-members.js';
import { HEARTBEAT_MS, type Place, VOTERS } from './pool-world.js';

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '100' },
    elements: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
    settle: { type: 'string', default: '15' },
    profile: { type: 'string' },
  },
});
const KEY = 'of the measurement only';

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));
const start = (name: string): ChildProcess => fork(program(name), [], { execArgv: ['--enable-source-maps'] });

function answerOf<Answer>(child: ChildProcess, is: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: { readonly is: string }) => {
      if (message.is !== is) return;
      child.off('message', onMessage).off('exit', onExit);
      resolve(message as Answer);
    };
    const onExit = () => reject(new Error(`a process ended before it said ${is}`));
    child.on('message', onMessage).once('exit', onExit);
  });
}

async function main(): Promise<void> {
  const elements = Number(values.elements);
  const folder = mkdtempSync(join(tmpdir(), 'ptpmgr-bench-'));
  // Voters have to answer in time, whatever the many beside them do.
  const voters = start('pool-wire-members');
  const members = start('pool-wire-members');
  const master = start('pool-wire-master');
  const tell = (child: ChildProcess, message: ToMembers): void => void child.send(message);
  const tellMaster = (message: ToMaster): void => void master.send(message);
  const look = async (): Promise<{ master: MasterReport; members: MembersReport }> => {
    const answers = Promise.all([
      answerOf<MasterReport>(master, 'report'),
      answerOf<MembersReport>(members, 'report'),
    ] as const);
    tellMaster({ is: 'report' });
    tell(members, { is: 'report' });
    const [ofMaster, ofMembers] = await answers;
    return { master: ofMaster, members: ofMembers };
  };
  try {
    tell(voters, { is: 'create', from: 0, to: VOTERS, key: KEY });
    tell(members, { is: 'create', from: VOTERS, to: Number(values.members), key: KEY });
    const created = [voters, members].map((child) => answerOf<{ places: readonly Place[] }>(child, 'created'));
    const places = (await Promise.all(created)).flatMap((one) => one.places);
    const [http, socket] = await Promise.all([freeTcpPort(), freeTcpPort()]);
    tellMaster({ is: 'begin', folder, places, elements, key: KEY, ports: { http, socket } });
    const begun = await answerOf<{ master: Place }>(master, 'begun');
    tell(voters, { is: 'begin', master: begun.master, all: places, elements });
    // The master is there before all others dial it at once.
    await wait(5 * HEARTBEAT_MS);
    await look();
    tell(members, { is: 'begin', master: begun.master, all: places, elements });
    for (let second = 0; second < Number(values.settle); second += 1) {
      await wait(1000);
      print(`settling ${second + 1} s`, await look());
    }
    if (values.profile !== undefined) tellMaster({ is: 'profile', file: values.profile });
    await wait(Number(values.seconds) * 1000);
    print(`steady, ${values.seconds} s`, await look());
  } finally {
    const ended = Promise.all(
      [master, voters, members].map((child) => new Promise((resolve) => child.once('exit', resolve))),
    );
    master.disconnect();
    members.disconnect();
    voters.disconnect();
    await Promise.race([ended, wait(10_000)]);
    for (const child of [master, voters, members]) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(what: string, { master, members }: { master: MasterReport; members: MembersReport }): void {
  const ms = (value: number) => `${value.toFixed(1)}`;
  process.stdout.write(
    `${what}: master ${(100 * master.cpu).toFixed(1)} % of a core, ${master.rssMb.toFixed(0)} MB; ` +
      `${members.beats > 0 ? ((1e6 * master.cpu * master.seconds) / members.beats).toFixed(0) : '-'} us CPU a beat; loop late p50/p99/max ${ms(master.loop.p50)}/${ms(master.loop.p99)}/${ms(master.loop.max)} ms; ` +
      `${members.beats} beats, ${members.answers} answered after p50/p99/max ${ms(members.p50)}/${ms(members.p99)}/${ms(members.max)} ms; ` +
      `${members.answered} have been answered${members.allAnsweredAfterMs === undefined ? '' : `, all after ${ms(members.allAnsweredAfterMs)} ms`}; ` +
      `members ${(100 * members.cpu).toFixed(0)} %\n`,
  );
}

await main();
