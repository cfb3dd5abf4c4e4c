/** Puts a pool of simulated managers together, all of it drawn from the seed. */
import type { Durable } from '../../pool/decisions.js';
import type { Member, Roster } from '../../pool/member.js';
import type { Envelope } from '../../pool/messages.js';
import { Checkers } from '../checkers.js';
import { NodeClock } from '../clock.js';
import type { Codec } from '../codec.js';
import type { Counts } from '../counts.js';
import { Disk } from '../disk.js';
import { idOf } from '../ids.js';
import { drawWeather, Network } from '../network.js';
import { Stream } from '../random.js';
import type { Transcript } from '../transcript.js';
import { World } from '../world.js';
import type { Machine } from './machine.js';
import { Node } from './node.js';

export interface PoolOptions {
  readonly seed: number;
  readonly size: number;
  readonly machine: Machine;
  readonly codec: Codec<Envelope> | undefined;
  readonly transcript: ((world: World) => Transcript) | undefined;
  readonly counts: Counts;
}

export interface SimulatedPool {
  readonly world: World;
  readonly network: Network<Envelope>;
  readonly nodes: readonly Node[];
  readonly checkers: Checkers;
  readonly counts: Counts;
  readonly transcript: Transcript | undefined;
}

/** The pool begins with these; later ones are admitted by the master. */
const FIRST_VOTERS = 7;

export function makePool({
  seed,
  size,
  machine,
  codec,
  transcript: makeTranscript,
  counts,
}: PoolOptions): SimulatedPool {
  const world = new World();
  const stream = new Stream(seed, 'pool');
  const transcript = makeTranscript?.(world);
  const nodes: Node[] = [];
  const byId = new Map<string, Node>();
  const checkers = new Checkers(() => world.nowMs, nodes);
  const network = new Network<Envelope>(
    world,
    size,
    (to, envelope) => nodes[to]?.receive(envelope),
    counts,
    seed,
    drawWeather(new Stream(seed, 'weather')),
    codec,
  );
  const send = (from: Node, to: string, envelope: Envelope) => {
    const receiver = byId.get(to);
    if (receiver) network.send(from.index, receiver.index, envelope);
  };
  const [messages, writes] = [counts.tally('message: '), counts.tally('store: ')];
  const around = { world, machine, checkers, counts, messages, writes, transcript, send };
  const roster = firstRoster(stream, size);
  const compactAfter = Math.round(stream.spread(10, 300));
  const mostEntries = stream.pick([1, 2, 64, 64]);
  for (const index of Array.from({ length: size }, (_, at) => at)) {
    const id = idOf(index);
    const isFirst = roster.members.some((member) => member.id === id);
    const blank = (identity: string): Durable => durableOf(identity, { ...roster, version: 0, members: [] });
    const disk = new Disk(
      world,
      new Stream(seed, `disk ${id}`),
      stream.spread(0.05, 30),
      isFirst ? durableOf(`${id}-1`, roster) : blank(`${id}-1`),
      (before, change, after) => checkers.synced(node, before, change, after),
    );
    const node: Node = new Node(
      {
        id,
        index,
        clock: NodeClock.draw(new Stream(seed, `clock ${id}`)),
        disk,
        candidate: { ip: `10.0.0.${index + 1}`, mac: '00:00:00:00:00:00', wasMaster: stream.chance(0.1) },
        stands: roster.members.find((member) => member.id === id)?.stands ?? true,
        blank,
        compactAfter,
      },
      around,
    );
    node.mostEntries = mostEntries;
    nodes.push(node);
    byId.set(id, node);
  }
  return { world, network, nodes, checkers, counts, transcript };
}

function firstRoster(stream: Stream, size: number): Roster {
  // An integration manager votes and does not stand.
  const witness = stream.chance(0.3) ? size - 1 : size;
  const priorities = stream.chance(0.5) ? 1 : 3;
  const members = Array.from({ length: Math.min(size, FIRST_VOTERS) }, (_, index): Member => {
    const stands = index !== witness;
    const priority = stream.int(priorities);
    const id = idOf(index);
    return { id, identity: `${id}-1`, incarnation: 0, role: stands ? 'EM' : 'EIM', voter: true, stands, priority };
  });
  return { pool: 'simulated', version: 1, members, heartbeatMs: stream.pick([200, 500, 500, 500, 1000]) };
}

const durableOf = (identity: string, roster: Roster): Durable => ({
  identity,
  incarnation: 0,
  starts: [],
  term: 0,
  vote: undefined,
  leaseMs: 3 * roster.heartbeatMs,
  base: { index: 0, term: 0, roster, inventory: '' },
  entries: [],
});
