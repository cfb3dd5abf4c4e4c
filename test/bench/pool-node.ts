/**
 * What the decisions of the pool cost its master: beats of all members taken by one {@link stepPoolNode}, without any
 * network, with an inventory of many elements.
 *
 *   node dist/test/bench/pool-node.js --members 1000 --elements 1000 --seconds 10
 *
 * `--encoded` has every message pass as bytes in both directions. `--profile FILE` keeps a CPU profile.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { parseArgs } from 'node:util';
import { systemEnv } from '../../src/base/system-env.js';
import { fromOperation } from '../../src/manager/pool/wire/from-operation.js';
import type { WireMessage } from '../../src/manager/pool/wire/operations.js';
import { toOperation } from '../../src/manager/pool/wire/to-operation.js';
import { createMessageService, writeRequest } from '../../src/peer/soap.js';
import type { Heartbeat } from '../../src/pool/detection/state.js';
import { emptyDigest, formatDigest } from '../../src/pool/holding/digest.js';
import type { InventorySnapshot } from '../../src/pool/inventory/inventory.js';
import type { Roster } from '../../src/pool/member.js';
import type { PoolEnvelope, PoolMessage } from '../../src/pool/node/messages.js';
import { acts, createPoolNode, type PoolNode } from '../../src/pool/node/pool-node.js';
import type { NodeInput } from '../../src/pool/node/state.js';
import { stepPoolNode, wakeAtMs } from '../../src/pool/node/step.js';
import {
  baseOf,
  HEARTBEAT_MS,
  inventoryOf,
  MASTER,
  memberId,
  type Place,
  POOL_ID,
  percentile,
  rosterOf,
} from './pool-world.js';

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '1000' },
    elements: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    encoded: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const env = systemEnv('error');
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const address = (id: string) => ({ id, role: 'EM' as const, origin: 'http://127.0.0.1:9', context: 'ptpmgr/em' });
const placeOf = (id: string): Place => ({ id, identity: `identity of ${id}`, incarnation: 1, address: address(id) });

/** The master's node, with all others played by what they have to answer. */
class World {
  readonly node: PoolNode;
  nowMs = 0;
  /** CPU of single steps, milliseconds. */
  readonly steps: number[] = [];
  stepsMs = 0;
  /** Messages out, by kind. */
  readonly sent = new Map<string, number>();
  sentBytes = 0;
  readonly #places: readonly Place[];
  readonly #offered: ReadonlyMap<string, string>;
  readonly #later: { readonly atMs: number; readonly input: NodeInput }[] = [];

  constructor(places: readonly Place[], roster: Roster, inventory: InventorySnapshot) {
    this.#places = places;
    this.#offered = new Map(inventory.managers.map(({ id, offered }) => [id, offered]));
    const place = placeOf(MASTER);
    this.node = createPoolNode({
      id: MASTER,
      durable: {
        identity: place.identity,
        incarnation: 1,
        starts: [1],
        term: 1,
        vote: undefined,
        leaseMs: 0,
        base: baseOf(roster, inventory),
        entries: [],
      },
      candidate: { wasMaster: false, ip: '127.0.0.1', mac: '00:00:00:00:00:00' },
      membership: {
        name: POOL_ID,
        stands: true,
        founds: false,
        leads: false,
        names: [],
        heartbeatMs: HEARTBEAT_MS,
        forgetMs: 60_000,
        quorum: 'majority',
        poolId: POOL_ID,
        role: 'EM',
        priority: 100,
        address: place.address,
      },
      nowMs: 0,
      wallOffsetMs: 0,
    });
  }

  /** Runs the world until then; members beat at even distances. */
  run(untilMs: number): void {
    const everyMs = HEARTBEAT_MS / this.#places.length;
    let member = 0;
    let nextBeatMs = this.nowMs;
    while (this.nowMs < untilMs) {
      const [first] = this.#later;
      const beatMs = nextBeatMs;
      const atMs = Math.max(this.nowMs, Math.min(untilMs, first?.atMs ?? untilMs, beatMs, wakeAtMs(this.node)));
      this.nowMs = atMs;
      if (first && first.atMs <= atMs) this.#step((this.#later.shift() ?? first).input);
      else if (beatMs <= atMs) {
        const place = this.#places[member % this.#places.length];
        if (place) this.#step(this.#beatOf(place));
        member += 1;
        nextBeatMs += everyMs;
      } else if (atMs < untilMs) this.#step({ is: 'tick' });
    }
  }

  #beatOf(place: Place): NodeInput {
    const heartbeat: Heartbeat = {
      incarnation: 1,
      state: 'running',
      load: 0.1,
      polls: { due: Math.floor(this.nowMs), done: Math.floor(this.nowMs) },
      parts: [{ part: 'snmp', due: Math.floor(this.nowMs), done: Math.floor(this.nowMs) }],
    };
    return this.#from(place.id, {
      is: 'beat',
      term: this.node.mastership.durable.term,
      heartbeat,
      roster: this.node.roster.version,
      held: formatDigest(this.node.expected.get(place.id) ?? emptyDigest()),
      offered: this.#offered.get(place.id) ?? '',
      settled: [],
      wants: 'alive',
    });
  }

  #from(id: string, message: PoolMessage): NodeInput {
    const from = { id, identity: `identity of ${id}`, incarnation: 1, starts: [1] };
    return { is: 'message', envelope: { from, to: MASTER, toIncarnation: undefined, pool: POOL_ID, message } };
  }

  #step(input: NodeInput): void {
    const beganMs = performance.now();
    const taken =
      values.encoded && input.is === 'message' ? { ...input, envelope: throughBytes(input.envelope) } : input;
    const effects = stepPoolNode(this.node, taken, this.nowMs);
    for (const effect of effects)
      if (effect.is === 'send' && values.encoded) this.sentBytes += bytesOf(effect.envelope);
    const tookMs = performance.now() - beganMs;
    this.steps.push(tookMs);
    this.stepsMs += tookMs;
    for (const effect of effects) {
      if (effect.is === 'store') this.#soon({ is: 'stored', mark: effect.mark });
      else if (effect.is === 'send') this.#answer(effect.envelope);
    }
  }

  #soon(input: NodeInput): void {
    this.#later.push({ atMs: this.nowMs + 1, input });
  }

  /** As voters that agree and members that obey. */
  #answer({ to, message }: PoolEnvelope): void {
    this.sent.set(message.is, (this.sent.get(message.is) ?? 0) + 1);
    const say = (answer: PoolMessage) => this.#soon(this.#from(to, answer));
    const { is } = message;
    if (is === 'canvass')
      say({ is: 'canvassed', term: message.term, round: message.round, would: true, higher: false });
    if (is === 'vote') say({ is: 'voted', term: message.term, granted: true, tip: message.tip });
    if (is === 'orders') say({ is: 'ordered', term: message.term, sequence: message.sequence });
    if (is !== 'renew') return;
    const match = message.entries.at(-1)?.index ?? message.before.index;
    say({ is: 'renewed', term: message.term, sequence: message.sequence, promised: true });
    say({ is: 'kept', term: message.term, match, refused: undefined });
  }
}

const bytesOf = (envelope: PoolEnvelope): number => {
  const { operation, input } = toOperation(envelope) as Extract<WireMessage, { operation: 'heartbeat' }>;
  return writeRequest(operation, input).length;
};

let arrived: PoolEnvelope | undefined;
const service = createMessageService({
  env,
  invoke: async (operation, input) => {
    arrived = fromOperation({ operation, input } as unknown as WireMessage);
    return {} as never;
  },
});
const NOBODY = { kind: 'peer', name: 'bench', role: 'admin', from: '' } as const;

/** What it is after having been written and read. Both are done before anything is awaited. */
function throughBytes(envelope: PoolEnvelope): PoolEnvelope {
  const { operation, input } = toOperation(envelope) as Extract<WireMessage, { operation: 'heartbeat' }>;
  const bytes = Buffer.from(writeRequest(operation, input));
  arrived = undefined;
  const signal = new AbortController().signal;
  void service({ bytes, version: '1.2', isAnswered: false }, { caller: NOBODY, requestId: 'x', hops: 0, signal });
  if (!arrived) throw new Error('a message did not come through');
  return arrived;
}

async function main(): Promise<void> {
  const places = Array.from({ length: Number(values.members) }, (_, at) => placeOf(memberId(at)));
  const roster = rosterOf(placeOf(MASTER), places);
  const inventory = inventoryOf(places, Number(values.elements));
  let beganMs = cpuMs();
  const world = new World(places, roster, inventory);
  print(
    `node made of ${places.length} members, ${inventory.elements.length} elements: ${(cpuMs() - beganMs).toFixed(0)} ms CPU`,
  );
  beganMs = cpuMs();
  world.run(7_000);
  if (!acts(world.node, world.nowMs)) throw new Error('it is not the master');
  print(
    `7 s in which it is elected and all are told what they hold: ${(cpuMs() - beganMs).toFixed(0)} ms CPU, longest step ${percentile(world.steps, 1).toFixed(1)} ms, sent ${JSON.stringify(Object.fromEntries(world.sent))}`,
  );
  world.steps.length = 0;
  world.stepsMs = 0;
  world.sentBytes = 0;
  world.sent.clear();
  const session = new Session();
  session.connect();
  if (values.profile !== undefined) {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  }
  beganMs = cpuMs();
  const seconds = Number(values.seconds);
  world.run(world.nowMs + 1000 * seconds);
  const tookMs = cpuMs() - beganMs;
  const sent = [...world.sent.values()].reduce((sum, count) => sum + count, 0);
  print(
    `steady, per second: ${(tookMs / seconds).toFixed(1)} ms CPU (${(tookMs / seconds / 10).toFixed(1)} % of a core), ` +
      `${(world.steps.length / seconds).toFixed(0)} steps of p50 ${(1000 * percentile(world.steps, 0.5)).toFixed(0)} us, ` +
      `p99 ${(1000 * percentile(world.steps, 0.99)).toFixed(0)} us, longest ${percentile(world.steps, 1).toFixed(1)} ms; ` +
      `${(sent / seconds).toFixed(0)} messages out${values.encoded ? `, ${(world.sentBytes / seconds / 1024).toFixed(0)} KiB` : ''}: ${JSON.stringify(Object.fromEntries(world.sent))}`,
  );
  if (values.profile !== undefined) {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(values.profile, JSON.stringify(profile));
  }
}

await main();
