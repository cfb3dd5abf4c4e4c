/** A manager in the simulated world: runs the production step, and does what its effects say. */
import type { Decision, Durable, Entry } from '../../pool/decisions.js';
import { entryAt } from '../../pool/mastership/durable.js';
import { rosterOf } from '../../pool/mastership/follow.js';
import type { Candidate, Effect, Input, Mastership } from '../../pool/mastership/state.js';
import type { Envelope, Message, Sender } from '../../pool/messages.js';
import type { Checkers } from '../checkers.js';
import type { NodeClock } from '../clock.js';
import type { Counts, Tally } from '../counts.js';
import type { Disk } from '../disk.js';
import type { Process } from '../subject.js';
import { changeText, messageText, type Transcript } from '../transcript.js';
import type { World } from '../world.js';
import type { Machine } from './machine.js';

/** What a member is part of. */
export interface Surroundings {
  readonly world: World;
  readonly machine: Machine;
  readonly checkers: Checkers;
  readonly counts: Counts;
  readonly messages: Tally;
  readonly writes: Tally;
  readonly transcript: Transcript | undefined;
  readonly send: (from: Node, to: string, envelope: Envelope) => void;
}

export interface NodeOptions {
  readonly id: string;
  readonly index: number;
  readonly clock: NodeClock;
  readonly disk: Disk;
  readonly candidate: Candidate;
  readonly stands: boolean;
  /** As of somebody who has never been in a pool. */
  readonly blank: (identity: string) => Durable;
  /** Entries that are confirmed before they are folded into the base. */
  readonly compactAfter: number;
}

const MOST_ASKED = 200;

export class Node implements Process {
  readonly id: string;
  readonly index: number;
  readonly disk: Disk;
  mastership: Mastership | undefined;
  isStopped = false;
  outdated: number[] | undefined;
  /** Milliseconds by which its process gets round to things late. */
  lagMs = 0;
  /** Called after every write of a term or vote. */
  onTermWritten: (() => void) | undefined;
  /** Entries in one message, at most: any beginning of what it would send is as good. */
  mostEntries = Number.POSITIVE_INFINITY;
  /** How long the leases were that it was asked for lately: by whom, and in which renewal. */
  readonly asked = new Map<string, number>();
  private readonly inbox: Input[] = [];
  private life = 0;
  private wakesAtMs = Number.POSITIVE_INFINITY;
  private identities = 1;
  private sender: Sender = { id: '', identity: '', incarnation: 0, starts: [] };
  private applied = { index: 0, digest: '' };

  constructor(
    private readonly options: NodeOptions,
    private readonly around: Surroundings,
  ) {
    this.id = options.id;
    this.index = options.index;
    this.disk = options.disk;
  }

  get stands(): boolean {
    return this.options.stands;
  }

  get isUp(): boolean {
    return this.mastership !== undefined;
  }

  get durable(): Durable {
    return this.mastership?.durable ?? this.disk.synced;
  }

  get term(): number {
    return this.durable.term;
  }

  get confirmed(): number {
    return this.mastership?.confirmed ?? 0;
  }

  isMaster(): boolean {
    return this.mastership?.mode.is === 'mastering' && this.around.machine.isMaster(this.mastership, this.localMs());
  }

  start(): void {
    const { machine, counts } = this.around;
    const durable = this.disk.begin(this.id);
    const { id, candidate } = this.options;
    this.mastership = machine.create({ id, candidate, durable, nowMs: this.localMs() });
    this.life += 1;
    this.outdated?.push(durable.incarnation);
    const { identity, incarnation, starts } = durable;
    this.asked.clear();
    this.sender = { id, identity, incarnation, starts };
    this.applied = { index: durable.base.index, digest: digestOf(durable.base.inventory) };
    counts.add('node: start');
    this.note(
      `starts as incarnation ${durable.incarnation} of ${durable.identity}, term ${durable.term}, vote ${durable.vote ?? 'none'}`,
    );
    this.wakesAtMs = Number.POSITIVE_INFINITY;
    this.around.checkers.started(this);
    this.input({ is: 'tick' });
  }

  crash(): void {
    if (!this.mastership) return;
    const lost = this.disk.crash();
    if (lost > 0) this.around.counts.add('disk: writes lost in a crash', lost);
    this.note(`crashes; ${lost} writes had not been synced`);
    this.mastership = undefined;
    this.isStopped = false;
    this.inbox.length = 0;
    this.life += 1;
  }

  /** The disk is gone: another manager under the same id. */
  loseDisk(): void {
    this.identities += 1;
    const blank = this.options.blank(`${this.id}-${this.identities}`);
    this.outdated = undefined;
    this.disk.replace({ ...blank, incarnation: this.disk.synced.incarnation });
    this.note('has lost its disk');
  }

  restoreDisk(copy: Durable): void {
    this.outdated = [];
    this.disk.replace(copy);
    this.note(`has an old disk: incarnation ${copy.incarnation}, term ${copy.term}`);
  }

  stop(): void {
    if (this.mastership) this.isStopped = true;
    this.note('is stopped');
  }

  goOn(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.note('goes on');
    for (const input of this.inbox.splice(0)) this.input(input);
    this.input({ is: 'tick' });
  }

  receive({ from, message }: Envelope): void {
    if (!this.mastership) return;
    if (this.lagMs <= 0) {
      this.input({ is: 'message', from, message });
      return;
    }
    this.later(this.lagMs, () => this.input({ is: 'message', from, message }));
  }

  decide(decisions: readonly Decision[]): void {
    if (this.mastership && !this.isStopped) this.input({ is: 'decide', decisions });
  }

  /** Runs in this life of the process only. */
  private later(delayMs: number, run: () => void): void {
    const { life } = this;
    this.around.world.after(delayMs, () => {
      if (life === this.life) run();
    });
  }

  localMs(): number {
    return this.options.clock.local(this.around.world.nowMs);
  }

  globalAt(localMs: number): number {
    return this.options.clock.globalAt(localMs);
  }

  private note(what: string): void {
    this.around.transcript?.add(this.id, what);
  }

  input(input: Input): void {
    const { mastership: state } = this;
    if (!state) return;
    if (this.isStopped) {
      this.inbox.push(input);
      return;
    }
    const { machine, checkers, counts } = this.around;
    if (this.around.transcript && input.is === 'message')
      this.note(`< ${input.from.id.padEnd(3)} ${messageText(input.message)}`);
    if (input.is === 'message' && input.message.is === 'renew') this.noteAsked(input.from.id, input.message);
    const former = state.mode.is;
    const effects = machine.step(state, input, this.localMs());
    if (state.mode.is !== former) {
      counts.add(`mode: ${former} to ${state.mode.is}`);
      this.note(`${former} -> ${state.mode.is}`);
    }
    for (const effect of effects) this.perform(effect);
    checkers.stepped(this);
    this.wake(state);
    if (state.confirmed - state.durable.base.index >= this.options.compactAfter) this.compact(state);
  }

  private noteAsked(from: string, { sequence, leaseMs }: Extract<Message, { is: 'renew' }>): void {
    if (this.asked.size > MOST_ASKED) this.asked.clear();
    this.asked.set(`${from} ${sequence}`, leaseMs);
  }

  private compact(state: Mastership): void {
    const { index, digest } = this.applied;
    if (index > Math.min(state.confirmed, state.syncedIndex) || index <= state.durable.base.index) return;
    this.around.counts.add('node: entries folded into the base');
    this.input({ is: 'compact', index, inventory: digest });
  }

  private perform(effect: Effect): void {
    const { writes, checkers } = this.around;
    switch (effect.is) {
      case 'send':
        this.send(effect.to, effect.message);
        return;
      case 'store':
        writes.add(effect.change.is);
        checkers.writes(this, effect.change);
        if (this.around.transcript) this.note(`writes #${effect.mark} ${changeText(effect.change)}`);
        this.disk.write(effect.change, effect.mark, (mark) => {
          if (this.around.transcript) this.note(`synced #${mark}`);
          this.input({ is: 'stored', mark });
        });
        if (effect.change.is === 'term') this.onTermWritten?.();
        return;
      case 'confirmed':
        checkers.givesOut(this, effect.to);
        if (this.around.transcript) this.note(`gives out ${effect.from} to ${effect.to}`);
        this.apply(effect.to);
        return;
      case 'mastering':
        this.note(`${effect.begins ? 'begins' : 'ends'} term ${effect.term}: ${effect.why}`);
        if (effect.begins) checkers.began(this, effect.term);
    }
  }

  private send(to: string, wanted: Message): void {
    const { messages, checkers } = this.around;
    const message = wanted.is === 'renew' ? { ...wanted, entries: wanted.entries.slice(0, this.mostEntries) } : wanted;
    messages.add(message.is);
    checkers.sent(this, to, message);
    if (this.around.transcript) this.note(`> ${to.padEnd(3)} ${messageText(message)}`);
    this.around.send(this, to, { from: this.sender, to, message });
  }

  /** What the store of a manager will do with decisions: here they only make a digest. */
  private apply(to: number): void {
    const { durable } = this;
    if (durable.base.index > this.applied.index) {
      this.applied = { index: durable.base.index, digest: digestOf(durable.base.inventory) };
      this.around.checkers.gotBase(this, this.applied.index, this.applied.digest);
    }
    while (this.applied.index < to) {
      const entry = entryAt(durable, this.applied.index + 1);
      if (!entry) {
        this.around.checkers.fail('confirmed stays', `${this.id} gave out what it does not have`);
        return;
      }
      const digest = digestOn(this.applied.digest, entry);
      this.applied = { index: entry.index, digest };
      this.around.checkers.gaveOut(this, entry, digest, rosterOf(durable).roster);
    }
  }

  /** A wake that comes too early only looks again: promises move with every renewal, and each would cost an event. */
  private wake(state: Mastership): void {
    const { world, machine } = this.around;
    const dueMs = machine.wakeAtMs(state);
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const atMs = Math.max(this.options.clock.globalAt(dueMs), world.nowMs) + this.lagMs;
    if (atMs >= this.wakesAtMs) return;
    this.wakesAtMs = atMs;
    const { life } = this;
    world.at(atMs, () => {
      if (life !== this.life || this.wakesAtMs !== atMs || !this.mastership) return;
      this.wakesAtMs = Number.POSITIVE_INFINITY;
      if (this.localMs() >= machine.wakeAtMs(this.mastership)) this.input({ is: 'tick' });
      else this.wake(this.mastership);
    });
  }
}

const digestOf = (inventory: unknown): string => (typeof inventory === 'string' ? inventory : '');

/** The same entry is applied by every member. */
const hashOf = new WeakMap<Entry, number>();

/** FNV over what is new, mixed with what was. */
function digestOn(former: string, entry: Entry): string {
  const known = hashOf.get(entry) ?? hashText(JSON.stringify(entry));
  hashOf.set(entry, known);
  return (Math.imul(Number.parseInt(former || '811c9dc5', 16) ^ known, 0x01000193) >>> 0).toString(16);
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
