/** What people do with a simulated pool. */
import type { Action } from '../faults.js';
import { idOf } from '../ids.js';
import type { SimulatedManager } from './manager.js';
import type { SimulatedPool } from './pool.js';

/** An orderly end takes no longer (SPEC 2). */
const END_MS = 30_000;
const LOOK_EVERY_MS = 50;

export class Actions {
  private tickets = 0;
  /** Whose end somebody has in hand: nobody else starts or ends it. */
  private readonly ending = new Set<SimulatedManager>();

  constructor(private readonly pool: SimulatedPool) {}

  /** Tells whether it could be done. */
  do(action: Action): boolean {
    const { nodes, configuration } = this.pool;
    switch (action.is) {
      case 'shutdown':
        return this.shutDown(nodes[action.node], action.forMs);
      case 'pause':
        return this.pause(nodes[action.node], action.keeps ? 'keeping' : 'leaving', action.forMs);
      case 'delegation': {
        const { element, to, forMs } = action;
        return this.delegate(element, to === undefined ? undefined : idOf(to), forMs, false);
      }
      case 'recall':
        return this.delegate(action.element, undefined, undefined, true);
      case 'configuration':
        return this.configure(action);
      case 'priority':
        configuration.setPriority(action.node, action.priority);
        nodes[action.node]?.offer();
        return true;
      case 'report': {
        const { successor } = action;
        const member = idOf(action.node);
        const master = this.master();
        if (!master || master.id === member) return false;
        master.input({ is: 'suspect', member, ...(successor !== undefined && { successor: idOf(successor) }) });
        return true;
      }
      case 'trouble': {
        const node = nodes[action.node];
        if (!node) return false;
        node.trouble = action.how;
        node.collector.fails = action.how === 'polls fail';
        this.pool.world.after(action.forMs, () => this.recover(node));
        return true;
      }
    }
  }

  /** Everything is as it was before somebody did something. */
  endAll(): void {
    for (const node of this.pool.nodes) {
      this.recover(node);
      if (node.isUp && !this.ending.has(node) && node.wants !== 'alive') node.want('alive');
    }
  }

  isEnding(node: SimulatedManager): boolean {
    return this.ending.has(node);
  }

  private recover(node: SimulatedManager): void {
    node.trouble = undefined;
    node.collector.fails = false;
  }

  private master(): SimulatedManager | undefined {
    return this.pool.nodes.find((node) => node.isMaster() && !node.isStopped);
  }

  /** Hands over what it has, tells everybody, and ends; with what is left when that takes too long. */
  private shutDown(node: SimulatedManager | undefined, forMs: number): boolean {
    const { world, counts } = this.pool;
    if (!node?.isUp || node.isStopped || this.ending.has(node)) return false;
    const { life } = node;
    const untilMs = world.nowMs + END_MS;
    this.ending.add(node);
    node.want('leaving');
    const look = () => {
      if (node.life !== life) {
        this.ending.delete(node);
        return;
      }
      const { works, tails } = node.collector;
      if (works.size + tails.size > 0 && world.nowMs < untilMs) {
        world.after(LOOK_EVERY_MS, look);
        return;
      }
      counts.add(works.size > 0 ? 'shutdown: with elements left' : 'shutdown: all handed over');
      node.input({ is: 'leave' });
      // Its last words have to get out.
      world.after(LOOK_EVERY_MS, () => {
        this.ending.delete(node);
        if (node.life !== life) return;
        node.quit();
        world.after(forMs, () => node.isUp || node.start());
      });
    };
    look();
    return true;
  }

  private pause(node: SimulatedManager | undefined, wants: 'keeping' | 'leaving', forMs: number): boolean {
    if (!node?.isUp || node.isStopped || node.wants !== 'alive') return false;
    const { life } = node;
    node.want(wants);
    this.pool.world.after(forMs, () => {
      if (node.life === life && node.wants === wants && !this.ending.has(node)) node.want('alive');
    });
    return true;
  }

  private elementBy(number: number): string | undefined {
    const names = this.pool.configuration.names();
    return names[number % Math.max(1, names.length)];
  }

  private delegate(number: number, to: string | undefined, forMs: number | undefined, recall: boolean): boolean {
    const element = this.elementBy(number);
    const master = this.master();
    if (!master || element === undefined) return false;
    this.tickets += 1;
    master.input({
      is: 'delegate',
      ticket: this.tickets,
      elements: [element],
      ...(to !== undefined && { to }),
      ...(forMs !== undefined && { untilMs: master.wallMs() + forMs }),
      because: 'person',
      recall,
    });
    return true;
  }

  private configure({ node, change, element }: Extract<Action, { is: 'configuration' }>): boolean {
    const { configuration, nodes } = this.pool;
    const name = this.elementBy(element);
    const touched =
      change === 'added'
        ? configuration.add(node)
        : name === undefined
          ? []
          : change === 'removed'
            ? configuration.remove(name)
            : change === 'changed'
              ? configuration.change(name)
              : configuration.share(name);
    for (const index of touched) nodes[index]?.offer();
    return touched.length > 0;
  }
}
