/** Traps received, decoded, matched and stored: our whole manager beside net-snmp's daemon, by turns. */
import { programPath } from '../../support/counterparts.js';
import { median, type Row, table } from '../row.js';
import { ourReceiver, type Receiver, snmptrapd } from './receivers.js';
import { Senders, type TrapKind } from './senders.js';

const DEVICES = 1000;
/** Of each device in one turn: fewer than what a manager takes for a storm. */
const EACH = 20;
const ROUNDS = 5;
const WARMING = 2;
const BAR = 1 / 4;

/** CPU of one trap, microseconds. @throws When not all have been stored. */
async function turn(senders: Senders, { port, cpuUs, stored }: Receiver, kind: TrapKind = 'changed'): Promise<number> {
  const [before, all] = [stored(), DEVICES * EACH];
  const beganUs = cpuUs();
  await senders.send(kind, EACH, port, () => stored() - before);
  const usedUs = cpuUs() - beganUs;
  const come = stored() - before;
  if (come !== all) throw new Error(`of ${all} traps ${come} have been stored`);
  return usedUs / all;
}

export async function benchTraps(print: (text: string) => void): Promise<void> {
  const hasPeer = programPath('snmptrapd') !== undefined;
  if (!hasPeer) print('traps are not compared with snmptrapd: apt-get install snmptrapd');
  const senders = await Senders.open(DEVICES);
  const receivers: Receiver[] = [];
  try {
    receivers.push(await ourReceiver(DEVICES));
    if (hasPeer) receivers.push(await snmptrapd());
    const rounds: number[][] = [];
    for (let round = -WARMING; round < ROUNDS; round++) {
      const us: number[] = [];
      for (const receiver of receivers) us.push(await turn(senders, receiver));
      if (round >= 0) rounds.push(us);
    }
    const of = (at: number) => median(rounds.map((us) => us[at] ?? Number.NaN));
    const row: Row = {
      work: 'trap of 5 variables, stored',
      oursUs: of(0),
      peer: 'snmptrapd',
      peerUs: of(1),
      ratio: median(rounds.map((us) => (us[0] ?? Number.NaN) / (us[1] ?? Number.NaN))),
      bar: BAR,
    };
    print(hasPeer ? `\n${table([row])}\n` : `trap of 5 variables, stored: ${of(0).toFixed(1)} us CPU`);
    const [ours] = receivers;
    if (ours) print(`linkDown that raises an alarm each: ${(await turn(senders, ours, 'linkDown')).toFixed(1)} us CPU`);
    print(`traps per CPU-second: ours ${(1e6 / of(0)).toFixed(0)}, snmptrapd ${(1e6 / of(1)).toFixed(0)}`);
  } finally {
    senders.close();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
  }
}
