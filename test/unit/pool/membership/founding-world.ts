/** A world of managers that look for a pool: see `founding-manager.ts` for what each of them does. */
import { wakeAtMs } from '../../../../src/pool/mastership/step.js';
import type { MemberId } from '../../../../src/pool/member.js';
import { foundingWakeAtMs } from '../../../../src/pool/membership/founding.js';
import type { RosterChange } from '../../../../src/pool/membership/roster-policy.js';
import type { Sender } from '../../../../src/pool/messages.js';
import { Stream } from '../../../../src/sim/random.js';
import { type Content, Manager, type Settings } from './founding-manager.js';

export class FoundingWorld {
  nowMs = 0;
  alarms = 0;
  adoptions = 0;
  loss = 0;
  latencyMs = 20;
  readonly changes: RosterChange[] = [];
  readonly managers: readonly Manager[];
  /** Every pool that ever had an acting master. */
  readonly acted = new Set<string>();
  readonly chance: Stream;
  private readonly cuts = new Set<string>();
  private readonly queue: { readonly atMs: number; readonly order: number; readonly run: () => void }[] = [];
  private order = 0;

  constructor(settings: readonly Settings[], seed = 1) {
    this.chance = new Stream(seed, 'founding');
    this.managers = settings.map((each) => new Manager(each, this));
  }

  manager(id: MemberId): Manager {
    const found = this.managers.find((each) => each.id === id);
    if (!found) throw new Error(`no manager ${id}`);
    return found;
  }

  send(from: Manager, to: MemberId, content: Content, sender: Sender, pool: string | undefined): void {
    const receiver = this.managers.find(({ id }) => id === to);
    if (!receiver || this.cuts.has(`${from.id} ${to}`) || this.chance.chance(this.loss)) return;
    this.after(this.chance.between(0.5, 1) * this.latencyMs, () => receiver.receive({ from: sender, pool, content }));
  }

  /** One way only. */
  cut(from: MemberId, to: MemberId): void {
    this.cuts.add(`${from} ${to}`);
  }

  heal(): void {
    this.cuts.clear();
    this.loss = 0;
  }

  after(delayMs: number, run: () => void): void {
    this.order += 1;
    this.queue.push({ atMs: this.nowMs + delayMs, order: this.order, run });
  }

  run(untilMs: number): this {
    for (;;) {
      let next = -1;
      this.queue.forEach(({ atMs, order }, at) => {
        const best = this.queue[next];
        if (!best || atMs < best.atMs || (atMs === best.atMs && order < best.order)) next = at;
      });
      const event = this.queue[next];
      const wakeMs = Math.min(...this.managers.map((each) => this.wakeMs(each)));
      if (Math.min(event?.atMs ?? Number.POSITIVE_INFINITY, wakeMs) > untilMs) break;
      if (event && event.atMs <= wakeMs) {
        this.queue.splice(next, 1);
        this.nowMs = Math.max(this.nowMs, event.atMs);
        event.run();
      } else {
        this.nowMs = Math.max(this.nowMs, wakeMs);
        for (const each of this.managers) if (this.wakeMs(each) <= this.nowMs) each.tick();
      }
      for (const each of this.managers) if (each.acts) this.acted.add(each.standing?.roster.pool ?? '');
    }
    this.nowMs = untilMs;
    return this;
  }

  private wakeMs({ life }: Manager): number {
    return life ? Math.min(wakeAtMs(life.mastership), foundingWakeAtMs(life.founding)) : Number.POSITIVE_INFINITY;
  }

  get living(): readonly Manager[] {
    return this.managers.filter(({ life }) => life);
  }

  /** For messages of failed tests. */
  describe(): string {
    return this.managers
      .map(({ id, life, standing, acts }) => {
        const pool = standing ? `${standing.stage} in ${standing.roster.pool} v${standing.roster.version}` : 'seeking';
        return `${id} ${life ? pool : 'down'}${acts ? ', master' : ''}`;
      })
      .join('; ');
  }

  /** Whether all that run are members of one settled pool with one master. */
  get isSettled(): boolean {
    const [first, ...others] = this.living.map(({ standing }) => standing);
    const masters = this.living.filter(({ acts }) => acts);
    const [master] = masters;
    if (!first || masters.length !== 1 || !master?.standing) return false;
    const { members } = master.standing.roster;
    return (
      [first, ...others].every((each) => each?.stage === 'settled' && each.roster.pool === first.roster.pool) &&
      this.living.every(({ id }) => members.some((member) => member.id === id))
    );
  }
}
