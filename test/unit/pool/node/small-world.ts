/** A few members in a perfect world: messages take 2 ms, disks 1 ms, elements are polled as they are told. */
import type { ManagerAddress } from '../../../../src/model/manager.js';
import type { Durable } from '../../../../src/pool/decisions.js';
import type { Outcome } from '../../../../src/pool/detection/state.js';
import type { ElementOffer, ManagerOffer } from '../../../../src/pool/inventory/inventory.js';
import { applyChange, begun } from '../../../../src/pool/mastership/durable.js';
import type { PoolEnvelope } from '../../../../src/pool/node/messages.js';
import { acts, createPoolNode, type PoolNode } from '../../../../src/pool/node/pool-node.js';
import type { NodeEffect, NodeInput, PoolNews } from '../../../../src/pool/node/state.js';
import { stepPoolNode, wakeAtMs } from '../../../../src/pool/node/step.js';

export const HEARTBEAT_MS = 500;

export const elementOf = (name: string, rest: Partial<ElementOffer> = {}): ElementOffer => ({
  name,
  pool: false,
  methods: ['snmp'],
  cost: 1,
  stationary: false,
  definition: `{"name":"${name}"}`,
  ...rest,
});

const blank = (id: string): Durable => ({
  identity: `${id}-disk`,
  incarnation: 0,
  starts: [],
  term: 0,
  vote: undefined,
  leaseMs: 3 * HEARTBEAT_MS,
  base: {
    index: 0,
    term: 0,
    roster: { pool: '', version: 0, members: [], heartbeatMs: HEARTBEAT_MS },
    inventory: undefined,
  },
  entries: [],
});

export interface SmallMember {
  readonly id: string;
  /** What its configuration lists when it starts next. */
  elements: readonly ElementOffer[];
  readonly role: 'EM' | 'EIM';
  disk: Durable;
  node: PoolNode | undefined;
  /** Elements that it polls now. */
  readonly polls: Map<string, string>;
  readonly news: PoolNews[];
  readonly delegated: Extract<NodeEffect, { is: 'delegated' }>[];
  /** It polls nothing until it has word. */
  isHeld: boolean;
  readonly offer: ManagerOffer;
  life: number;
}

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class SmallWorld {
  nowMs = 0;
  readonly members = new Map<string, SmallMember>();
  /** What others than the one named first say, in order: for looking at. */
  readonly log: string[] = [];
  sent = 0;
  /** What somebody was to poll and had not been told how. */
  readonly unknown: string[] = [];
  /** How long a message takes, milliseconds; undefined: it is lost. */
  weather: (envelope: PoolEnvelope) => number | undefined = () => 2;
  /** What the configurations of all say. */
  quorum: 'majority' | 'none' = 'majority';
  /** `a b`: nothing that `a` asks `b` is answered. */
  readonly deaf = new Set<string>();
  private order = 0;
  private planned: Planned[] = [];

  add(id: string, names: readonly string[], elements: readonly ElementOffer[], role: 'EM' | 'EIM' = 'EM'): void {
    const address: ManagerAddress = { id, role, origin: `http://${id}`, context: 'ptpmgr' };
    const offer: ManagerOffer = {
      id,
      role,
      address,
      priority: 0,
      capacity: role === 'EM' ? 100 : 0,
      failover: [],
    };
    this.members.set(id, {
      id,
      elements,
      role,
      disk: blank(id),
      node: undefined,
      polls: new Map(),
      news: [],
      delegated: [],
      isHeld: false,
      offer,
      life: 0,
    });
    this.names.set(id, names);
    this.start(id);
  }

  private readonly names = new Map<string, readonly string[]>();

  get(id: string): SmallMember {
    const member = this.members.get(id);
    if (!member) throw new Error(`no ${id}`);
    return member;
  }

  start(id: string): void {
    const member = this.get(id);
    member.life += 1;
    member.disk = begun(member.disk, id, 1);
    const names = this.names.get(id) ?? [];
    member.node = createPoolNode({
      id,
      durable: member.disk,
      candidate: { ip: '127.0.0.1', mac: '00:00:00:00:00:00', wasMaster: false },
      membership: {
        name: 'test',
        stands: member.role === 'EM',
        founds: false,
        leads: false,
        names,
        heartbeatMs: HEARTBEAT_MS,
        forgetMs: 60_000,
        quorum: this.quorum,
        poolId: `pool-of-${id}`,
        role: member.role,
        priority: 0,
        address: member.offer.address,
      },
      nowMs: this.nowMs,
      wallOffsetMs: 0,
    });
    this.input(id, { is: 'offer', manager: member.offer, elements: member.elements });
    this.works(id);
  }

  private works(id: string): void {
    const { node } = this.get(id);
    if (!node) return;
    const { incarnation } = node.mastership.durable;
    const heartbeat = { incarnation, state: 'running', load: 0.1, polls: { due: 0, done: 0 }, parts: [] } as const;
    this.input(id, { is: 'works', heartbeat });
  }

  crash(id: string): void {
    const member = this.get(id);
    member.node = undefined;
    member.polls.clear();
    for (const other of this.members.values())
      if (other.node) this.after(1, other.id, () => this.input(other.id, { is: 'broken', member: id, how: 'reset' }));
  }

  input(id: string, input: NodeInput): void {
    const member = this.get(id);
    if (!member.node) return;
    for (const effect of stepPoolNode(member.node, input, this.nowMs)) this.perform(member, effect);
    const { life } = member;
    const atMs = Math.max(this.nowMs, wakeAtMs(member.node));
    if (Number.isFinite(atMs))
      this.at(atMs, () => {
        if (member.life === life && member.node && this.nowMs >= wakeAtMs(member.node)) this.input(id, { is: 'tick' });
      });
  }

  private after(delayMs: number, id: string, run: () => void): void {
    const { life } = this.get(id);
    this.at(this.nowMs + delayMs, () => {
      if (this.get(id).life === life) run();
    });
  }

  private at(atMs: number, run: () => void): void {
    this.planned.push({ atMs, order: this.order++, run });
  }

  private perform(member: SmallMember, effect: NodeEffect): void {
    const { id } = member;
    switch (effect.is) {
      case 'send': {
        const { envelope } = effect;
        this.sent += 1;
        this.log.push(
          `${this.nowMs.toFixed(0)} ${id} > ${envelope.to} ${JSON.stringify(envelope.message).slice(0, 160)}`,
        );
        const tookMs = this.weather(envelope);
        if (this.members.has(envelope.to) && tookMs !== undefined)
          this.at(this.nowMs + tookMs, () => this.input(envelope.to, { is: 'message', envelope }));
        return;
      }
      case 'store':
        member.disk = applyChange(member.disk, effect.change);
        this.after(1, id, () => this.input(id, { is: 'stored', mark: effect.mark }));
        return;
      case 'ask':
        for (const by of effect.by)
          this.after(3, id, () =>
            this.input(id, {
              is: 'answer',
              member: effect.member,
              round: effect.round,
              by,
              ...this.outcome(id, effect.member),
            }),
          );
        return;
      case 'askFor':
        this.after(3, id, () =>
          this.input(id, {
            is: 'askedFor',
            asker: effect.asker,
            member: effect.member,
            round: effect.round,
            ...this.outcome(id, effect.member),
          }),
        );
        return;
      case 'poll':
        if (!effect.bundle && !effect.definition && !member.elements.some(({ name }) => name === effect.element))
          this.unknown.push(`${id} ${effect.element}`);
        member.polls.set(effect.element, `${effect.epoch.term}.${effect.epoch.number}`);
        return;
      case 'renew':
        member.polls.set(effect.element, `${effect.epoch.term}.${effect.epoch.number}`);
        return;
      case 'stop':
      case 'release':
        member.polls.delete(effect.element);
        return;
      case 'makeBundle':
        this.after(1, id, () => {
          const epoch = { term: 0, number: 0, giver: id };
          const cursors = [
            {
              intervalMs: 10_000,
              next: Math.ceil((this.nowMs + effect.aheadMs) / 10_000),
              dueInMs: 10_000 - ((this.nowMs + effect.aheadMs) % 10_000) + effect.aheadMs,
            },
          ];
          this.input(id, { is: 'bundle', bundle: { element: effect.element, epoch, cursors, body: '' } });
        });
        return;
      case 'hold':
      case 'goOn':
        member.isHeld = effect.is === 'hold';
        return;
      case 'delegated':
        member.delegated.push(effect);
        return;
      case 'news':
        member.news.push(effect.news);
        this.log.push(`${this.nowMs.toFixed(0)} ${id} ! ${JSON.stringify(effect.news).slice(0, 200)}`);
    }
  }

  private outcome(asker: string, id: string): { outcome: Outcome; incarnation?: number } {
    if (this.deaf.has(`${asker} ${id}`)) return { outcome: 'nothing' };
    const node = this.get(id).node;
    return node ? { outcome: 'alive', incarnation: node.mastership.durable.incarnation } : { outcome: 'refused' };
  }

  run(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    for (;;) {
      let best = -1;
      for (let at = 0; at < this.planned.length; at += 1) {
        const one = this.planned[at];
        const now = this.planned[best];
        if (one && (!now || one.atMs < now.atMs || (one.atMs === now.atMs && one.order < now.order))) best = at;
      }
      const next = this.planned[best];
      if (!next || next.atMs > untilMs) break;
      this.planned.splice(best, 1);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = untilMs;
  }

  master(): string | undefined {
    return [...this.members.values()].find(({ node }) => node && acts(node, this.nowMs))?.id;
  }

  /** Who polls an element. */
  pollers(element: string): string[] {
    return [...this.members.values()].flatMap(({ id, polls, node }) => (node && polls.has(element) ? [id] : []));
  }
}
