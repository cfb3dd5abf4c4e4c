/** Puts a pool of simulated managers together, all of it drawn from the seed. */
import { compareEpochs } from '../../model/manager.js';
import type { Durable } from '../../pool/decisions.js';
import type { Member, Roster } from '../../pool/member.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import { Checkers } from '../checkers.js';
import { NodeClock } from '../clock.js';
import type { Codec } from '../codec.js';
import type { Counts } from '../counts.js';
import { Disk } from '../disk.js';
import { idOf } from '../ids.js';
import { drawWeather, Network, type Weather } from '../network.js';
import { Stream } from '../random.js';
import type { Transcript } from '../transcript.js';
import { World } from '../world.js';
import { Configuration } from './elements.js';
import type { PoolMachine } from './machine.js';
import { SimulatedManager, type Surroundings } from './manager.js';
import { TakeOvers } from './takeovers.js';
import { Watch } from './watch.js';

export interface PoolOptions {
  readonly seed: number;
  readonly size: number;
  readonly elements: number;
  readonly intervalsMs: readonly [number, ...number[]];
  readonly machine: PoolMachine;
  readonly codec: Codec<PoolEnvelope> | undefined;
  readonly transcript: ((world: World) => Transcript) | undefined;
  readonly counts: Counts;
  /** Drawn from the seed when absent. */
  readonly heartbeatMs?: number | undefined;
  readonly weather?: Weather | undefined;
  /** All are members from the beginning, the first of them voters. */
  readonly isLarge?: boolean | undefined;
  readonly onSend?: Surroundings['onSend'];
}

export interface SimulatedPool {
  readonly world: World;
  readonly network: Network<PoolEnvelope>;
  readonly nodes: readonly SimulatedManager[];
  readonly configuration: Configuration;
  readonly checkers: Checkers;
  readonly watch: Watch;
  readonly counts: Counts;
  readonly transcript: Transcript | undefined;
  readonly heartbeatMs: number;
  /** Nothing may go wrong before: managers that name some of the others only would found a pool on each side of a cut. */
  readonly quietUntilMs: number;
}

/** The pool begins with these when it is founded already; later ones are admitted by the master. */
const FIRST_VOTERS = 7;
/** By then a pool has been founded by all that were started. */
const FOUNDING_MS = 25_000;
const HEARTBEATS_MS = [200, 500, 500, 500, 500, 1000, 1000] as const;

export function makePool(options: PoolOptions): SimulatedPool {
  const { seed, size, counts } = options;
  const world = new World();
  const stream = new Stream(seed, 'pool');
  const transcript = options.transcript?.(world);
  const nodes: SimulatedManager[] = [];
  const byId = new Map<string, SimulatedManager>();
  const checkers = new Checkers(() => world.nowMs, nodes, options.isLarge === true);
  const network = new Network<PoolEnvelope>(
    world,
    size,
    (to, envelope) => nodes[to]?.receive(envelope),
    counts,
    seed,
    options.weather ?? drawWeather(new Stream(seed, 'weather')),
    options.codec,
  );
  const heartbeatMs = options.heartbeatMs ?? stream.pick(HEARTBEATS_MS);
  // An integration manager votes and does not stand.
  const witness = size > 2 && stream.chance(0.3) && !options.isLarge ? size - 1 : undefined;
  const configuration = new Configuration({
    size,
    elements: options.elements,
    witness,
    stream: new Stream(seed, 'configuration'),
    intervalsMs: options.intervalsMs,
  });
  const takeOvers = new TakeOvers(() => world.nowMs);
  const watch = new Watch(
    () => world.nowMs,
    () => network,
    checkers,
    counts,
    takeOvers,
    (element, index) => configuration.offerBy(index, element) !== undefined,
    (element, id, epoch) => {
      const work = byId.get(id)?.collector.works.get(element);
      return work !== undefined && (epoch === undefined || compareEpochs(work.epoch, epoch) === 0);
    },
  );
  const around: Surroundings = {
    world,
    machine: options.machine,
    network,
    configuration,
    checkers,
    watch,
    counts,
    messages: counts.tally('message: '),
    writes: counts.tally('store: '),
    effects: counts.tally('effect: '),
    news: counts.tally('news: '),
    modes: counts.tally('mode: '),
    transcript,
    managerOf: (id) => byId.get(id),
    all: nodes,
    onSend: options.onSend,
  };
  const roster: Roster = { pool: '', version: 0, members: [], heartbeatMs };
  const isLarge = options.isLarge === true;
  const isFounded = stream.chance(0.5) || isLarge;
  const founded = isFounded
    ? foundedRoster(configuration, isLarge ? size : Math.min(size, FIRST_VOTERS), witness, heartbeatMs)
    : roster;
  if (isFounded) counts.add('pool: founded before');
  const namesAll = stream.chance(0.5) && !isLarge;
  const forgetMs = stream.spread(10_000, 120_000);
  for (let index = 0; index < size; index += 1) {
    const id = idOf(index);
    const isFirst = founded.members.some((member) => member.id === id);
    const disk: Disk = new Disk(
      world,
      new Stream(seed, `disk ${id}`),
      stream.spread(0.05, 30),
      durableOf(`${id}-1`, isFirst ? founded : roster),
      (before, change, after) => checkers.synced(node, before, change, after),
    );
    const node: SimulatedManager = new SimulatedManager(
      {
        id,
        index,
        clock: NodeClock.draw(new Stream(seed, `clock ${id}`)),
        disk,
        candidate: { ip: `10.0.0.${index + 1}`, mac: '00:00:00:00:00:00', wasMaster: stream.chance(0.1) },
        membership: {
          name: 'simulated',
          stands: index !== witness,
          founds: size === 1,
          leads: false,
          names: namesOf(index, size, namesAll, stream),
          heartbeatMs,
          forgetMs,
          quorum: 'majority',
        },
        wallOffsetMs: stream.between(-1e6, 1e6),
        blank: (identity) => durableOf(identity, roster),
        stream: new Stream(seed, `process ${id}`),
      },
      around,
    );
    nodes.push(node);
    byId.set(id, node);
  }
  const mostEntries = stream.pick([1, 2, 64, 64]);
  for (const node of nodes) node.mostEntries = mostEntries;
  const quietUntilMs = isFounded || namesAll ? 0 : FOUNDING_MS;
  return { world, network, nodes, configuration, checkers, watch, counts, transcript, heartbeatMs, quietUntilMs };
}

/** All others, or the next in a ring and a few more: those that nobody names are found through others. */
function namesOf(index: number, size: number, all: boolean, stream: Stream): string[] {
  const others = Array.from({ length: size }, (_, at) => at).filter((at) => at !== index);
  if (all) return others.map(idOf);
  const next = (index + 1) % size;
  return others.filter((at) => at === next || stream.chance(Math.min(0.2, 2 / size))).map(idOf);
}

function foundedRoster(
  { managers }: Configuration,
  size: number,
  witness: number | undefined,
  heartbeatMs: number,
): Roster {
  const members = Array.from({ length: size }, (_, index): Member => {
    const id = idOf(index);
    const offer = managers[index];
    return {
      id,
      identity: `${id}-1`,
      incarnation: 0,
      role: offer?.role ?? 'EM',
      voter: index < FIRST_VOTERS,
      stands: index !== witness,
      priority: offer?.priority ?? 0,
      ...(offer && { address: offer.address }),
    };
  });
  members.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { pool: 'founded', version: 1, members, heartbeatMs, settled: true };
}

const durableOf = (identity: string, roster: Roster): Durable => ({
  identity,
  incarnation: 0,
  starts: [],
  term: 0,
  vote: undefined,
  leaseMs: 3 * roster.heartbeatMs,
  base: { index: 0, term: 0, roster, inventory: undefined },
  entries: [],
});
