/**
 * Members of the pool without elements to poll, with the messages and sockets of production. A voter has its decisions as
 * well; of the others, of which there are a thousand in one process, only what a master sees of them is there.
 */
import type { Env, Timer } from '../../src/base/env.js';
import { createInvoke } from '../../src/manager/invoke.js';
import { poolProtocolHandlers } from '../../src/manager/operations/pool-protocol.js';
import { PoolLink } from '../../src/manager/pool/link/pool-link.js';
import { Questions } from '../../src/manager/pool/link/questions.js';
import type { Handlers, Peer } from '../../src/peer/peer.js';
import { PeerConnector } from '../../src/peer/peer-connector.js';
import type { PoolKeys } from '../../src/peer/security/pool-keys.js';
import { createMessageService } from '../../src/peer/soap.js';
import { SocketServer } from '../../src/peer/socket-server.js';
import type { InventorySnapshot } from '../../src/pool/inventory/inventory.js';
import type { Roster } from '../../src/pool/member.js';
import type { PoolEnvelope, PoolMessage } from '../../src/pool/node/messages.js';
import { nameOf } from '../../src/pool/node/name.js';
import { createPoolNode, type PoolNode } from '../../src/pool/node/pool-node.js';
import type { NodeEffect, NodeInput } from '../../src/pool/node/state.js';
import { stepPoolNode, wakeAtMs } from '../../src/pool/node/step.js';
import { baseOf, elementsOf, HEARTBEAT_MS, MASTER, managerOffer, type Place, POOL_ID } from './pool-world.js';

const NOTHING_POLLED = { due: 0, done: 0 };

export class WireMember {
  readonly id: string;
  readonly server: SocketServer;
  /** From a beat to the master's answer, milliseconds. */
  answeredAfterMs: number[] = [];
  /** When the first answer to a beat came. */
  firstAnswerMs: number | undefined;
  beats = 0;
  readonly #env: Env;
  readonly #connector: PeerConnector;
  readonly #peers = new Map<string, Peer>();
  readonly #inputs: NodeInput[] = [];
  #link: PoolLink | undefined;
  /** Of one that is no voter, from what the master said last. */
  #knows = { term: 1, roster: 0 };
  #node: PoolNode | undefined;
  #roster: Roster | undefined;
  #beatMs: number | undefined;
  #isTaking = false;
  #timer: Timer | undefined;

  constructor(env: Env, id: string, keys: PoolKeys) {
    this.#env = env;
    this.id = id;
    const handlers: Handlers = {
      ...poolProtocolHandlers({
        env,
        member: { receive: (envelope) => this.#receive(envelope) },
        ledger: { heard: () => {} },
      }),
      areYouThere: async () => ({
        id,
        role: 'EM',
        incarnation: 1,
        state: 'running',
        poolRole: 'secondary',
        term: 1,
        uptime: 60,
        health: 'good',
        load: 0.1,
        version: '0',
      }),
    };
    const service = createMessageService({ env, invoke: createInvoke(() => handlers) });
    this.server = new SocketServer({ env, self: id, keys: () => keys, service });
    this.#connector = new PeerConnector({ env, self: id, keys: () => keys, service, socketServer: this.server });
    this.#connector.onBroken((other, how) => this.#take({ is: 'broken', member: other, how }));
  }

  /** Begins as one that was in the pool before, and beats from now on. @param held Names what it holds. */
  beginPlain(place: Place, roster: Roster, elements: number, held: string): void {
    const { clock } = this.#env;
    const { id, identity, incarnation } = place;
    this.#roster = roster;
    this.#knows.roster = roster.version;
    this.#link = new PoolLink({ env: this.#env, peer: (other) => this.#peer(other), heartbeatMs: () => HEARTBEAT_MS });
    const from = { id, identity, incarnation, starts: [incarnation] };
    this.#say = (message) => this.#link?.send({ from, to: MASTER, toIncarnation: undefined, pool: POOL_ID, message });
    const offered = nameOf(managerOffer(place), elementsOf(id, elements));
    const heartbeat = { incarnation, state: 'running' as const, load: 0.1, polls: NOTHING_POLLED, parts: [] };
    const beat = (): void => {
      clock.after(HEARTBEAT_MS, beat);
      this.beats += 1;
      this.#beatMs ??= clock.monotonic();
      this.#say({ is: 'beat', ...this.#knows, heartbeat, held, offered, settled: [], wants: 'alive' });
    };
    beat();
  }

  #say: (message: PoolMessage) => void = () => {};

  #heedPlain(message: PoolMessage): void {
    if (message.is === 'beaten') this.#knows = { term: message.term, roster: message.roster };
    if (message.is === 'orders') this.#say({ is: 'ordered', term: message.term, sequence: message.sequence });
  }

  /** Begins as a voter that was in the pool before. */
  begin(place: Place, roster: Roster, inventory: InventorySnapshot | undefined, elements: number): void {
    const { clock } = this.#env;
    this.#roster = roster;
    const { id, identity, incarnation, address } = place;
    const address_ = (other: string) => this.#roster?.members.find((one) => one.id === other)?.address;
    this.#link = new PoolLink({ env: this.#env, peer: (other) => this.#peer(other), heartbeatMs: () => HEARTBEAT_MS });
    const questions = new Questions({
      env: this.#env,
      address: address_,
      fresh: (to, by, withinMs) => this.#connector.fresh(to, by, withinMs),
      standing: (other) => this.#connector.standing(other),
    });
    this.#ask = (effect) =>
      questions.ask(effect.member, effect.by, effect.withinMs, (answer) =>
        this.#take({ is: 'answer', member: effect.member, round: effect.round, ...answer }),
      );
    this.#node = createPoolNode({
      id,
      durable: {
        identity,
        incarnation,
        starts: [incarnation],
        term: 1,
        vote: undefined,
        leaseMs: 0,
        base: baseOf(roster, inventory),
        entries: [],
      },
      candidate: { wasMaster: false, ip: '127.0.0.1', mac: '00:00:00:00:00:00' },
      membership: {
        name: POOL_ID,
        stands: false,
        founds: false,
        leads: false,
        names: [MASTER],
        heartbeatMs: HEARTBEAT_MS,
        forgetMs: 60_000,
        quorum: 'majority',
        poolId: POOL_ID,
        role: 'EM',
        priority: 0,
        address,
      },
      nowMs: clock.monotonic(),
      wallOffsetMs: clock.now() - clock.monotonic(),
    });
    this.#take({ is: 'offer', manager: managerOffer(place), elements: elementsOf(id, elements) });
    const heartbeat = { incarnation, state: 'running' as const, load: 0.1, polls: NOTHING_POLLED, parts: [] };
    this.#take({ is: 'works', heartbeat });
  }

  #ask: (effect: Extract<NodeEffect, { is: 'ask' }>) => void = () => {};

  #peer(id: string): Peer | undefined {
    const known = this.#peers.get(id);
    if (known) return known;
    const address = this.#roster?.members.find((one) => one.id === id)?.address;
    if (!address) return undefined;
    const peer = this.#connector.connect(address, 'onDemand');
    this.#peers.set(id, peer);
    return peer;
  }

  #receive(envelope: PoolEnvelope): void {
    if (envelope.message.is === 'beaten' && this.#beatMs !== undefined) {
      const nowMs = this.#env.clock.monotonic();
      this.firstAnswerMs ??= nowMs;
      this.answeredAfterMs.push(nowMs - this.#beatMs);
      this.#beatMs = undefined;
    }
    if (this.#node) this.#take({ is: 'message', envelope });
    else this.#heedPlain(envelope.message);
  }

  #take(input: NodeInput): void {
    const node = this.#node;
    this.#inputs.push(input);
    if (!node || this.#isTaking) return;
    this.#isTaking = true;
    const { clock } = this.#env;
    for (let next = this.#inputs.shift(); next; next = this.#inputs.shift())
      for (const effect of stepPoolNode(node, next, clock.monotonic())) this.#perform(effect);
    this.#isTaking = false;
    this.#timer?.cancel();
    const delayMs = Math.max(1, wakeAtMs(node) - clock.monotonic());
    if (Number.isFinite(delayMs)) this.#timer = clock.after(delayMs, () => this.#take({ is: 'tick' }));
  }

  #perform(effect: NodeEffect): void {
    switch (effect.is) {
      case 'send':
        if (effect.envelope.message.is === 'beat') {
          this.beats += 1;
          this.#beatMs ??= this.#env.clock.monotonic();
        }
        this.#link?.send(effect.envelope);
        return;
      case 'store':
        this.#inputs.push({ is: 'stored', mark: effect.mark });
        return;
      case 'ask':
        this.#ask(effect);
    }
  }
}
