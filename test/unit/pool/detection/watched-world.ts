/** A watcher and its members in made-up time: processes that run, stop and die, links that are cut, a watcher that stalls. */
import {
  type Connection,
  type Detection,
  type Effect,
  type Heartbeat,
  type Input,
  isGone,
  type Outcome,
} from '../../../../src/pool/detection/state.js';
import { createDetection, step, wakeAtMs } from '../../../../src/pool/detection/step.js';

export const HEARTBEAT_MS = 500;
export const WATCHER = 'w';

interface Process {
  readonly id: string;
  is: 'up' | 'stopped' | 'dead';
  incarnation: number;
  /** Grows when the process ends, so that nothing of a former life happens in the next. */
  life: number;
  /** What waits for a stopped process to go on. */
  readonly waiting: (() => void)[];
}

/** What a stalled watcher has not got round to. */
interface Waiting {
  readonly input: Input;
  /** Of an outcome: only the first of a question counts. */
  readonly question?: string;
}

export interface Seen {
  readonly atMs: number;
  readonly effect: Effect;
}

export interface WorldOptions {
  readonly ids: readonly string[];
  readonly by?: readonly Connection[];
  readonly latencyMs?: number;
  /** Whether members hold a connection whose end the watcher sees. */
  readonly hasSockets?: boolean;
}

export class WatchedWorld {
  nowMs = 0;
  readonly detection: Detection;
  readonly seen: Seen[] = [];
  readonly heardMs = new Map<string, number>();
  /** When the watcher went on after each time that it stood still. */
  readonly stoodStill: number[] = [];
  private readonly deaths: { readonly id: string; readonly fromMs: number; untilMs: number }[] = [];
  private readonly processes = new Map<string, Process>();
  private readonly cut = new Set<string>();
  private readonly queue: { readonly atMs: number; readonly order: number; readonly run: () => void }[] = [];
  private order = 0;
  private stalledUntilMs = 0;
  private readonly timeouts: Waiting[] = [];
  private readonly inbox: Waiting[] = [];
  private readonly answered = new Set<string>();

  constructor(private readonly options: WorldOptions) {
    this.detection = createDetection({ id: WATCHER, incarnation: 1, heartbeatMs: HEARTBEAT_MS, nowMs: 0 });
    options.ids.forEach((id, index) => {
      const process: Process = { id, is: 'up', incarnation: 1, life: 1, waiting: [] };
      this.processes.set(id, process);
      this.input({ is: 'joined', member: id, by: options.by ?? ['http', 'socket'] });
      this.beat(process, 1, index * 37);
    });
    this.wake();
  }

  /** Runs until then. */
  run(untilMs: number): this {
    for (;;) {
      this.queue.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const [next] = this.queue;
      if (!next || next.atMs > untilMs) break;
      this.queue.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = untilMs;
    return this;
  }

  at(atMs: number, run: () => void): void {
    this.order += 1;
    this.queue.push({ atMs, order: this.order, run });
  }

  kill(id: string): void {
    const process = this.process(id);
    if (process.is === 'dead') return;
    process.is = 'dead';
    process.life += 1;
    this.deaths.push({ id, fromMs: this.nowMs, untilMs: Number.POSITIVE_INFINITY });
    for (const late of process.waiting.splice(0)) late();
    if (this.options.hasSockets ?? true)
      this.deliver(id, WATCHER, () => this.arrive({ input: { is: 'broken', member: id, how: 'end' } }));
  }

  /** The connection ends, and nothing else happens. */
  disconnect(id: string): void {
    this.deliver(id, WATCHER, () => this.arrive({ input: { is: 'broken', member: id, how: 'reset' } }));
  }

  start(id: string): void {
    const process = this.process(id);
    if (process.is !== 'dead') return;
    process.is = 'up';
    process.incarnation += 1;
    for (const death of this.deaths) if (death.id === id) death.untilMs = Math.min(death.untilMs, this.nowMs);
    this.beat(process, process.life, 0);
  }

  stop(id: string): void {
    const process = this.process(id);
    if (process.is === 'up') process.is = 'stopped';
  }

  goOn(id: string): void {
    const process = this.process(id);
    if (process.is !== 'stopped') return;
    process.is = 'up';
    for (const late of process.waiting.splice(0)) late();
  }

  cutLink(a: string, b: string): void {
    this.cut.add(linkOf(a, b));
  }

  mendLink(a: string, b: string): void {
    this.cut.delete(linkOf(a, b));
  }

  isCut(a: string, b: string): boolean {
    return this.cut.has(linkOf(a, b));
  }

  stateOf(id: string): Process['is'] {
    return this.process(id).is;
  }

  /** The watcher does nothing for so long. */
  stall(forMs: number): void {
    if (this.stalledUntilMs > this.nowMs) return;
    this.stalledUntilMs = this.nowMs + forMs;
    this.at(this.stalledUntilMs, () => {
      if (forMs > 2 * HEARTBEAT_MS) this.stoodStill.push(this.nowMs);
      // As an event loop does it: timers first, then what has come in.
      if (wakeAtMs(this.detection) <= this.nowMs) this.input({ is: 'tick' });
      for (const waiting of [...this.timeouts.splice(0), ...this.inbox.splice(0)]) this.take(waiting);
      this.wake();
    });
  }

  /** For how long the watcher has been at work without a stall of any length. */
  get atWorkMs(): number {
    return this.nowMs - this.stalledUntilMs;
  }

  findings(id: string): (Seen & { effect: Extract<Effect, { is: 'finding' }> })[] {
    return this.seen.flatMap(({ atMs, effect }) =>
      effect.is === 'finding' && effect.member === id ? [{ atMs, effect }] : [],
    );
  }

  isFoundGone(id: string): boolean {
    const member = this.detection.members.get(id);
    return member !== undefined && isGone(member);
  }

  /** How long before `atMs` the member was last dead; 0 while it is. */
  deadMs(id: string, atMs: number): number {
    const ends = this.deaths.flatMap(({ id: dead, fromMs, untilMs }) =>
      dead === id && fromMs <= atMs ? [Math.max(0, atMs - untilMs)] : [],
    );
    return Math.min(Number.POSITIVE_INFINITY, ...ends);
  }

  private process(id: string): Process {
    const process = this.processes.get(id);
    if (!process) throw new Error(`no process ${id}`);
    return process;
  }

  private beat(process: Process, life: number, inMs: number): void {
    this.at(this.nowMs + inMs, () => {
      if (process.life !== life) return;
      if (process.is === 'stopped') {
        process.waiting.push(() => this.beat(process, life, 0));
        return;
      }
      const heartbeat = heartbeatOf({ incarnation: process.incarnation });
      this.deliver(process.id, WATCHER, () => {
        this.arrive({ input: { is: 'heard', member: process.id, heartbeat } });
      });
      this.beat(process, life, HEARTBEAT_MS);
    });
  }

  private get latencyMs(): number {
    return this.options.latencyMs ?? 2;
  }

  private deliver(from: string, to: string, run: () => void): void {
    if (!this.isCut(from, to)) this.at(this.nowMs + this.latencyMs, run);
  }

  /** What the asker gets: at once from the living and the dead, late or never from the stopped. */
  private ask(from: string, to: string, withinMs: number, got: (outcome: Outcome, incarnation?: number) => void): void {
    const process = this.process(to);
    const { life } = process;
    this.deliver(from, to, () => {
      const answer = (): void =>
        this.deliver(to, from, () => {
          if (process.life !== life) got('reset');
          else got('alive', process.incarnation);
        });
      if (process.is === 'dead' || process.life !== life) this.deliver(to, from, () => got('refused'));
      else if (process.is === 'up') answer();
      else process.waiting.push(answer);
    });
    this.at(this.nowMs + withinMs, () => got(process.is === 'stopped' && !this.isCut(from, to) ? 'mute' : 'nothing'));
  }

  private perform(effect: Effect): void {
    this.seen.push({ atMs: this.nowMs, effect });
    if (effect.is === 'ask') {
      const { member, round, withinMs } = effect;
      for (const by of effect.by)
        this.ask(WATCHER, member, withinMs, (outcome, incarnation) =>
          this.once(`${round} ${by}`, outcome, { is: 'answer', member, round, by, outcome, incarnation }),
        );
    }
    if (effect.is === 'askThrough') {
      const { member, round, through, withinMs } = effect;
      const report = (outcome: Outcome, incarnation?: number): void =>
        this.once(`${round} ${through}`, outcome, { is: 'reported', member, round, through, outcome, incarnation });
      this.deliver(WATCHER, through, () => {
        if (this.process(through).is !== 'up') return;
        this.ask(through, member, withinMs / 2, (outcome, incarnation) =>
          this.deliver(through, WATCHER, () => report(outcome, incarnation)),
        );
      });
      this.at(this.nowMs + withinMs, () => report('nothing'));
    }
  }

  private once(question: string, outcome: Outcome, input: Input): void {
    const isTimeout = outcome === 'nothing' || outcome === 'mute';
    this.arrive({ question, input }, isTimeout ? this.timeouts : this.inbox);
  }

  private arrive(waiting: Waiting, queue = this.inbox): void {
    if (this.stalledUntilMs > this.nowMs) queue.push(waiting);
    else this.take(waiting);
  }

  private take({ question, input }: Waiting): void {
    if (question !== undefined && this.answered.has(question)) return;
    if (question !== undefined) this.answered.add(question);
    this.input(input);
  }

  private input(input: Input): void {
    if (input.is === 'heard') this.heardMs.set(input.member, this.nowMs);
    for (const effect of step(this.detection, input, this.nowMs)) this.perform(effect);
    this.wake();
  }

  private wake(): void {
    const atMs = Math.max(wakeAtMs(this.detection), this.nowMs);
    this.at(atMs, () => {
      const isDue = wakeAtMs(this.detection) <= this.nowMs;
      if (isDue && this.stalledUntilMs <= this.nowMs) this.input({ is: 'tick' });
    });
  }
}

const linkOf = (a: string, b: string): string => [a, b].sort().join(' ');

export const heartbeatOf = (parts: Partial<Heartbeat> = {}): Heartbeat => ({
  incarnation: 1,
  state: 'running',
  load: 0.1,
  polls: { due: 0, done: 0 },
  parts: [],
  ...parts,
});
