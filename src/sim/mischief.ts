/** Makes the faults of a schedule happen. */
import type { Durable } from '../pool/decisions.js';
import { rosterOf } from '../pool/mastership/follow.js';
import { descends, type Member, majorityOf, memberOf, type Roster, voters } from '../pool/member.js';
import type { Checkers } from './checkers.js';
import type { Counts } from './counts.js';
import { type Action, type Fault, faultText, type Wish } from './faults.js';
import type { Cut, Weather } from './network.js';
import { countsAs, type Process } from './subject.js';
import type { Transcript } from './transcript.js';
import type { World } from './world.js';

const NEWEST_DOWN_MS = 20;
const NEWEST_START_MS = 1_500;
const NEWEST_APART_MS = 10_000;

/** What can be spoilt. */
export interface Victims {
  readonly world: World;
  readonly network: {
    weather: Weather;
    cut(cut: Cut): void;
    mend(cut: Cut): void;
  };
  readonly nodes: readonly Process[];
  readonly checkers: Checkers;
  readonly counts: Counts;
  readonly transcript: Transcript | undefined;
}

export class Mischief {
  /** How many faults are at each process now: it starts, or goes on, when the last is over. */
  private readonly down = new Map<Process, number>();
  private readonly stopped = new Map<Process, number>();

  constructor(
    private readonly pool: Victims,
    private readonly decideMany: (count: number) => void,
    /** Does what is no mishap; tells whether it could be done. */
    private readonly grant: (wanted: Wish | Action) => boolean,
  ) {}

  schedule(faults: readonly Fault[]): void {
    for (const fault of faults) this.pool.world.at(fault.atMs, () => this.happen(fault));
  }

  private happen(fault: Fault): void {
    const { counts, transcript } = this.pool;
    if (!this.begin(fault)) {
      counts.add(`fault without effect: ${fault.is}`);
      return;
    }
    counts.add(`fault: ${fault.is}`);
    transcript?.add('world', faultText(fault));
  }

  /** Whether it could be done at all. */
  private begin(fault: Fault): boolean {
    const { nodes, network } = this.pool;
    const master = nodes.find((node) => node.isMaster());
    switch (fault.is) {
      case 'crash':
        return this.crash(nodes[fault.node], fault.forMs, fault.power ? 'power' : 'process');
      case 'power cut':
        return fault.nodes.map((node) => this.crash(nodes[node], fault.forMs, 'power')).some((done) => done);
      case 'master crash':
        this.decideMany(3);
        return this.crash(master, fault.forMs);
      case 'stop':
        return this.stop(nodes[fault.node], fault.forMs);
      case 'master stop':
        return this.stop(master, fault.forMs);
      case 'partition':
        return this.part(fault.forMs, fault.from, fault.to);
      case 'one-way partition':
        return this.cut(fault.forMs, [fault]);
      case 'flapping partition': {
        const { from, to, periodMs, atMs } = fault;
        return this.cut(
          fault.forMs,
          [
            { from, to },
            { from: to, to: from },
          ],
          (now) => ((now - atMs) / periodMs) % 2 < 1,
        );
      }
      case 'master cut off': {
        if (!master) return false;
        const from = [master.index, ...fault.with];
        const to = nodes.map(({ index }) => index).filter((index) => !from.includes(index));
        return this.cut(
          fault.forMs,
          fault.oneWay
            ? [{ from: to, to: from }]
            : [
                { from, to },
                { from: to, to: from },
              ],
        );
      }
      case 'all but master restart': {
        if (!master) return false;
        const rest = nodes.filter((node) => node !== master);
        for (const node of rest) this.crash(node, fault.forMs);
        const [from, to] = [[master.index], rest.map(({ index }) => index)];
        return this.cut(fault.forMs + 2_000, [
          { from, to },
          { from: to, to: from },
        ]);
      }
      case 'crash while voting': {
        const node = nodes[fault.node];
        if (!node?.isUp) return false;
        node.onTermWritten = () => {
          node.onTermWritten = undefined;
          this.later(fault.afterMs, () => this.crash(node, fault.forMs));
        };
        return true;
      }
      case 'bad weather': {
        const { forMs, loss, longDelay, longDelayMs } = fault;
        const former = network.weather;
        const weather = { ...former, loss, longDelay, longDelayMs };
        network.weather = weather;
        this.later(forMs, () => {
          if (network.weather === weather) network.weather = former;
        });
        return true;
      }
      case 'slow disk': {
        const disk = nodes[fault.node]?.disk;
        if (!disk) return false;
        disk.extraDelayMs = fault.delayMs;
        this.later(fault.forMs, () => {
          disk.extraDelayMs = 0;
        });
        return true;
      }
      case 'slow process': {
        const node = nodes[fault.node];
        if (!node) return false;
        node.lagMs = fault.lagMs;
        this.later(fault.forMs, () => {
          node.lagMs = 0;
        });
        return true;
      }
      case 'lost disk':
        return this.spoilDisk(nodes[fault.node], fault.forMs, undefined);
      case 'restored disk':
        return this.spoilDisk(nodes[fault.node], fault.forMs, fault.copy);
      case 'newest disk lost':
        return this.spoilNewest(nodes[fault.node], fault.forMs, fault.copy);
      default:
        return this.grant(fault);
    }
  }

  /** @param copy Which of the older copies takes its place; none where it is lost. */
  private spoilDisk(node: Process | undefined, forMs: number, copy: number | undefined): boolean {
    if (!node) return false;
    const copies = node.disk.copies.filter((one) => this.canLose(node, one));
    const older = copy === undefined ? undefined : copies[copy % Math.max(1, copies.length)];
    if (copy === undefined ? !this.canLose(node) : !older) return false;
    this.crash(node, forMs);
    if (older) node.restoreDisk(older);
    else node.loseDisk();
    return true;
  }

  private spoilNewest(victim: Process | undefined, forMs: number, copy: number | undefined): boolean {
    if (!victim?.isUp) return false;
    // Two starts on, what the disk has now is an old one.
    victim.disk.copy();
    this.crash(victim, NEWEST_DOWN_MS);
    this.later(NEWEST_START_MS, () => this.crash(victim, NEWEST_DOWN_MS));
    this.later(2 * NEWEST_START_MS, () => this.leaveToFew(victim, forMs, copy));
    return true;
  }

  private leaveToFew(victim: Process, forMs: number, copy: number | undefined): void {
    const { nodes, counts } = this.pool;
    const master = nodes.find((node) => node.isMaster());
    const roster = master?.mastership?.roster;
    if (!master || victim === master || !roster || memberOf(roster, victim.id)?.voter !== true) return;
    const others = voters(roster)
      .map(({ id }) => nodes.findIndex((node) => node.id === id))
      .filter((index) => index !== master.index && index !== victim.index);
    const knowing = [master.index, ...others.slice(0, Math.max(0, majorityOf(roster) - 2))];
    const rest = nodes.map(({ index }) => index).filter((index) => index !== victim.index && !knowing.includes(index));
    this.part(forMs, [...knowing, victim.index], rest);
    this.later(forMs, () => {
      if (!this.spoilDisk(victim, NEWEST_DOWN_MS, copy)) return;
      counts.add(`disk: newest one ${copy === undefined ? 'lost' : 'replaced by an old one'}`);
      this.part(NEWEST_APART_MS, knowing, [...rest, victim.index]);
    });
  }

  /** Nothing passes between these and those. */
  private part(forMs: number, some: readonly number[], others: readonly number[]): boolean {
    return this.cut(forMs, [
      { from: some, to: others },
      { from: others, to: some },
    ]);
  }

  private later(forMs: number, run: () => void): void {
    this.pool.world.after(forMs, run);
  }

  private crash(node: Process | undefined, forMs: number, how: 'process' | 'power' = 'process'): boolean {
    if (!node) return false;
    node.crash(how);
    this.hold(this.down, node, forMs, () => {
      if (!node.isUp) node.start();
    });
    return true;
  }

  private stop(node: Process | undefined, forMs: number): boolean {
    if (!node?.isUp) return false;
    node.stop();
    this.hold(this.stopped, node, forMs, () => node.goOn());
    return true;
  }

  private hold(held: Map<Process, number>, node: Process, forMs: number, end: () => void): void {
    held.set(node, (held.get(node) ?? 0) + 1);
    this.later(forMs, () => {
      const left = (held.get(node) ?? 1) - 1;
      held.set(node, left);
      if (left === 0) end();
    });
  }

  private cut(forMs: number, ways: readonly Omit<Cut, 'isClosed'>[], isClosed: Cut['isClosed'] = () => true): boolean {
    const { network } = this.pool;
    for (const { from, to } of ways) {
      const cut: Cut = { from, to, isClosed };
      network.cut(cut);
      this.later(forMs, () => network.mend(cut));
    }
    return true;
  }

  /**
   * Whether the pool can lose what this disk knows: every other voter's disk is good and agrees on the roster, any
   * majority without it has every confirmed decision, and, where an older copy takes its place, all others remember a
   * later start of it, those included that are no voters any more and do not know it. Nor may another still wait with an
   * empty disk to be admitted: two of those may be a majority of the few that they name, and found a pool. And no voter may
   * have nothing but the founding, which it leaves for another one with whoever has lost its disk. Beyond that no protocol
   * could help.
   */
  private canLose(victim: Process, copy?: Durable): boolean {
    const { nodes, checkers } = this.pool;
    const newest = nodes.reduce<Roster | undefined>((best, { durable }) => {
      const { roster } = rosterOf(durable);
      return best && best.version >= roster.version ? best : roster;
    }, undefined);
    const self = newest && memberOf(newest, victim.id);
    if (!newest || !self?.voter || self.identity !== victim.disk.synced.identity) return false;
    if (
      copy &&
      (copy.identity !== self.identity || nodes.some((node) => node !== victim && takesFor(node, victim, copy)))
    )
      return false;
    const others = voters(newest).flatMap((member) => nodes.filter(({ id }) => id === member.id && id !== victim.id));
    const agree = others.every((other) => isGood(other, memberOf(newest, other.id), newest));
    if (nodes.some((node) => node !== victim && rosterOf(node.durable).roster.pool === '')) return false;
    if (others.some(isBare)) return false;
    const lacking = others.filter((other) => !checkers.hasAll(other)).length;
    return agree && others.length >= majorityOf(newest) && lacking < majorityOf(newest);
  }
}

const isBare = ({ durable: { base, entries } }: Process): boolean => base.index === 0 && entries.length === 0;

/** Whether somebody would take a copy of a disk for what its own roster means. */
function takesFor({ durable, disk }: Process, { id }: Process, copy: Durable): boolean {
  return [durable, disk.synced].some((one) => {
    const member = memberOf(rosterOf(one).roster, id);
    return member !== undefined && descends(copy, member);
  });
}

const isGood = (node: Process, member: Member | undefined, roster: Roster): boolean =>
  member !== undefined &&
  countsAs(node, member) &&
  descends(node.disk.synced, member) &&
  // Two masters may have given one version to two rosters, only one of which was confirmed.
  JSON.stringify(rosterOf(node.disk.synced).roster) === JSON.stringify(roster);
