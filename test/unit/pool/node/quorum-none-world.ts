/**
 * Two managers with `quorum="none"` in a world drawn from one number: messages are late, lost and doubled, cut off in
 * both directions or one, disks take their time and keep what was synced, processes die and start again.
 */
import { compareEpochs, type Epoch } from '../../../../src/model/manager.js';
import type { Durable } from '../../../../src/pool/decisions.js';
import type { ElementOffer, ManagerOffer } from '../../../../src/pool/inventory/inventory.js';
import { applyChange, begun } from '../../../../src/pool/mastership/durable.js';
import type { PoolEnvelope } from '../../../../src/pool/node/messages.js';
import { acts, createPoolNode, type PoolNode } from '../../../../src/pool/node/pool-node.js';
import type { NodeEffect, NodeInput } from '../../../../src/pool/node/state.js';
import { stepPoolNode, wakeAtMs } from '../../../../src/pool/node/step.js';
import { elementOf } from './small-world.js';

export const HEARTBEAT_MS = 500;
export type Side = 'a' | 'b';
export const SIDES: readonly Side[] = ['a', 'b'];
export const otherOf = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** Numbers from 0 to 1, the same for the same seed. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Polled {
  epoch: Epoch;
}

export interface One {
  readonly id: Side;
  elements: readonly ElementOffer[];
  disk: Durable;
  node: PoolNode | undefined;
  life: number;
  readonly polls: Map<string, Polled>;
  /** The newest epoch that each element was polled or stopped under in this life. */
  readonly newest: Map<string, Epoch>;
  readonly unsynced: Extract<NodeEffect, { is: 'store' }>[];
  priority: number;
}

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

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

const offerOf = ({ id, priority }: One): ManagerOffer => ({
  id,
  role: 'EM',
  address: { id, role: 'EM', origin: `http://${id}`, context: 'ptpmgr' },
  priority,
  capacity: 1000,
  failover: [],
});

export class TwoWorld {
  nowMs = 0;
  /** From whom nothing arrives. */
  readonly cut = new Set<Side>();
  lossRate = 0;
  mostDelayMs = 3;
  readonly log: string[] = [];
  readonly wrongs: string[] = [];
  /** The one that mastered each term. */
  readonly masters = new Map<number, string>();
  meetings = 0;
  folded = 0;
  private readonly ones = new Map<Side, One>();
  private order = 0;
  private planned: Planned[] = [];

  constructor(
    private readonly chance: () => number,
    private readonly founds = false,
  ) {
    for (const id of SIDES)
      this.ones.set(id, {
        id,
        elements: [0, 1, 2].map((at) => elementOf(`device/${id}-${at}`, { cost: 0.01, pool: at === 2 })),
        disk: blank(id),
        node: undefined,
        life: 0,
        polls: new Map(),
        newest: new Map(),
        unsynced: [],
        priority: 0,
      });
  }

  get(id: Side): One {
    const one = this.ones.get(id);
    if (!one) throw new Error(`no ${id}`);
    return one;
  }

  start(id: Side): void {
    const one = this.get(id);
    if (one.node) return;
    one.life += 1;
    one.disk = begun(one.disk, id, 1);
    one.node = createPoolNode({
      id,
      durable: one.disk,
      candidate: { ip: '127.0.0.1', mac: '00:00:00:00:00:00', wasMaster: false },
      membership: {
        name: 'test',
        stands: true,
        founds: this.founds && id === 'a',
        leads: false,
        names: this.founds && id === 'a' ? [] : [otherOf(id)],
        heartbeatMs: HEARTBEAT_MS,
        forgetMs: 60_000,
        quorum: 'none',
        poolId: `pool-of-${id}`,
        role: 'EM',
        priority: one.priority,
        address: offerOf(one).address,
      },
      nowMs: this.nowMs,
      wallOffsetMs: 0,
    });
    this.offer(id);
    const { incarnation } = one.disk;
    const heartbeat = { incarnation, state: 'running', load: 0.1, polls: { due: 0, done: 0 }, parts: [] } as const;
    this.input(id, { is: 'works', heartbeat });
  }

  offer(id: Side): void {
    const one = this.get(id);
    this.input(id, { is: 'offer', manager: offerOf(one), elements: one.elements });
  }

  /** The process is gone; its disk keeps what was synced. */
  crash(id: Side): void {
    const one = this.get(id);
    if (!one.node) return;
    one.node = undefined;
    one.polls.clear();
    one.newest.clear();
    one.unsynced.length = 0;
    this.log.push(`${this.nowMs.toFixed(0)} ${id} crashes`);
    const other = otherOf(id);
    if (this.chance() < 0.7) this.after(1, other, () => this.input(other, { is: 'broken', member: id, how: 'reset' }));
  }

  /** Folds what is confirmed into the base, as if it were much. */
  fold(id: Side): void {
    const { node } = this.get(id);
    if (node) node.rows = Number.MAX_SAFE_INTEGER;
    this.input(id, { is: 'tick' });
    if (node && node.rows === 0) this.folded += 1;
  }

  input(id: Side, input: NodeInput): void {
    const one = this.get(id);
    if (!one.node) return;
    for (const effect of stepPoolNode(one.node, input, this.nowMs)) this.perform(one, effect);
    this.look(one);
    const { life } = one;
    const atMs = Math.max(this.nowMs, wakeAtMs(one.node));
    if (Number.isFinite(atMs))
      this.at(atMs, () => {
        if (one.life === life && one.node && this.nowMs >= wakeAtMs(one.node)) this.input(id, { is: 'tick' });
      });
  }

  private look({ id, node }: One): void {
    if (node?.mastership.mode.is !== 'mastering') return;
    const { term } = node.mastership.durable;
    const known = this.masters.get(term);
    if (known === undefined) this.masters.set(term, `${id} ${node.mastership.durable.incarnation}`);
    else if (known !== `${id} ${node.mastership.durable.incarnation}`)
      this.wrongs.push(`${known} and ${id} master term ${term}`);
  }

  private after(delayMs: number, id: Side, run: () => void): void {
    const { life } = this.get(id);
    this.at(this.nowMs + delayMs, () => {
      if (this.get(id).life === life) run();
    });
  }

  at(atMs: number, run: () => void): void {
    this.planned.push({ atMs, order: this.order++, run });
  }

  private perform(one: One, effect: NodeEffect): void {
    const { id } = one;
    switch (effect.is) {
      case 'send':
        this.carry(one, effect.envelope);
        return;
      case 'store':
        one.unsynced.push(effect);
        this.after(0.5 + 4 * this.chance(), id, () => this.sync(one, effect.mark));
        return;
      case 'ask':
        for (const by of effect.by) {
          const { member, round, withinMs } = effect;
          const tookMs = this.reaches(id, member) ? 4 : withinMs;
          this.after(tookMs, id, () =>
            this.input(id, { is: 'answer', member, round, by, ...this.outcome(id, member) }),
          );
        }
        return;
      case 'askFor': {
        const { asker, member, round } = effect;
        this.after(4, id, () => this.input(id, { is: 'askedFor', asker, member, round, ...this.outcome(id, member) }));
        return;
      }
      case 'poll':
      case 'renew':
        this.obeyed(one, effect.element, effect.epoch);
        one.polls.set(effect.element, { epoch: effect.epoch });
        return;
      case 'stop':
      case 'release':
        one.polls.delete(effect.element);
        return;
      case 'makeBundle':
        this.after(1, id, () => {
          const dueInMs = 10_000 - ((this.nowMs + effect.aheadMs) % 10_000) + effect.aheadMs;
          const next = Math.ceil((this.nowMs + effect.aheadMs) / 10_000);
          const cursors = [{ intervalMs: 10_000, next, dueInMs }];
          const epoch = { term: 0, number: 0, giver: id };
          this.input(id, { is: 'bundle', bundle: { element: effect.element, epoch, cursors, body: '' } });
        });
        return;
      case 'news':
        if (effect.news.is === 'mastering' && /has met/.test(effect.news.why)) this.meetings += 1;
        this.log.push(`${this.nowMs.toFixed(0)} ${id} ! ${JSON.stringify(effect.news).slice(0, 200)}`);
    }
  }

  private obeyed(one: One, element: string, epoch: Epoch): void {
    const known = one.newest.get(element);
    if (known && compareEpochs(epoch, known) < 0)
      this.wrongs.push(`${one.id} obeys ${JSON.stringify(epoch)} of ${element} after ${JSON.stringify(known)}`);
    one.newest.set(element, epoch);
  }

  private sync(one: One, mark: number): void {
    const at = one.unsynced.findIndex((effect) => effect.mark === mark);
    if (at < 0) return;
    for (const { change } of one.unsynced.splice(0, at + 1)) one.disk = applyChange(one.disk, change);
    this.input(one.id, { is: 'stored', mark });
  }

  private carry({ id }: One, envelope: PoolEnvelope): void {
    const to = otherOf(id);
    this.log.push(`${this.nowMs.toFixed(0)} ${id} > ${envelope.to} ${JSON.stringify(envelope.message).slice(0, 200)}`);
    if (envelope.to !== to || this.cut.has(id) || this.chance() < this.lossRate) return;
    const count = this.chance() < 0.02 ? 2 : 1;
    for (let copy = 0; copy < count; copy += 1)
      this.at(this.nowMs + 1 + this.chance() * this.mostDelayMs, () => {
        if (!this.cut.has(id)) this.input(to, { is: 'message', envelope });
      });
  }

  private reaches(id: Side, member: string): boolean {
    return member === otherOf(id) && this.cut.size === 0;
  }

  private outcome(id: Side, member: string) {
    if (!this.reaches(id, member)) return { outcome: 'nothing' } as const;
    const node = this.get(otherOf(id)).node;
    return node
      ? ({ outcome: 'alive', incarnation: node.mastership.durable.incarnation } as const)
      : ({ outcome: 'refused' } as const);
  }

  run(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    for (let steps = 0; ; steps += 1) {
      if (steps > 200_000) throw new Error(`no end at ${this.nowMs}`);
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

  acting(): Side[] {
    return SIDES.filter((id) => {
      const { node } = this.get(id);
      return node !== undefined && acts(node, this.nowMs);
    });
  }

  pollers(element: string): Side[] {
    return SIDES.filter((id) => this.get(id).polls.has(element));
  }

  /** What is not as it should be once both hear each other; empty when all is well. */
  unrest(): string[] {
    const found: string[] = [];
    const acting = this.acting();
    if (acting.length !== 1) found.push(`masters: ${acting.join(', ') || 'none'}`);
    const [a, b] = SIDES.map((id) => this.inventoryOf(id));
    if (a !== b) found.push(`inventories differ:\n  ${a}\n  ${b}`);
    const [one, other] = SIDES.map((id) => {
      const roster = this.get(id).node?.roster;
      return JSON.stringify(roster && { ...roster, settled: undefined });
    });
    if (one !== other) found.push(`inventories have rosters that differ:\n  ${one}\n  ${other}`);
    const names = new Set(SIDES.flatMap((id) => this.get(id).elements.map(({ name }) => name)));
    const gone = SIDES.flatMap((id) => [...this.get(id).polls.keys()]).filter((name) => !names.has(name));
    if (gone.length > 0) found.push(`polled though nobody lists it: ${gone.join(', ')}`);
    for (const name of names) {
      const by = this.pollers(name);
      if (by.length !== 1) found.push(`${name} is polled by ${by.join(' and ') || 'nobody'}`);
    }
    return found;
  }

  private inventoryOf(id: Side): string {
    const { node } = this.get(id);
    if (!node) return `${id} is down`;
    const { managers, elements, ownerships } = node.inventory;
    const sorted = (map: ReadonlyMap<string, unknown>) => [...map].sort(([x], [y]) => (x < y ? -1 : 1));
    return JSON.stringify([sorted(managers), sorted(elements), sorted(ownerships)]);
  }
}
