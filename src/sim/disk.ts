/** The simulated disk: writes reach it in order and late; a crash loses what was not synced. */
import type { Durable } from '../pool/decisions.js';
import { applyChange, begun, type DurableChange, MOST_START_STEP } from '../pool/mastership/durable.js';
import type { Stream } from './random.js';
import type { World } from './world.js';

interface Pending {
  readonly change: DurableChange;
  readonly mark: number;
}

/** Older copies that are kept for being restored. */
const MOST_COPIES = 12;

export class Disk {
  /** What a process that starts now would read. */
  synced: Durable;
  /** Goes up when the disk is lost or replaced by an older copy: what it kept before binds it no longer. */
  life = 0;
  /** While above zero, syncing takes so much longer. */
  extraDelayMs = 0;
  readonly copies: Durable[] = [];
  private pending: Pending[] = [];
  private generation = 0;
  private lastSyncMs = 0;

  constructor(
    private readonly world: World,
    private readonly stream: Stream,
    private readonly usualDelayMs: number,
    first: Durable,
    /** Told before it counts as synced. */
    private readonly onSync: (before: Durable, change: DurableChange, after: Durable) => void,
  ) {
    this.synced = first;
  }

  write(change: DurableChange, mark: number, stored: (mark: number) => void): void {
    const { generation, stream, usualDelayMs, extraDelayMs } = this;
    const delayMs = usualDelayMs * 2 * stream.next() + extraDelayMs * stream.next();
    this.lastSyncMs = Math.max(this.lastSyncMs, this.world.nowMs + delayMs);
    this.pending.push({ change, mark });
    this.world.at(this.lastSyncMs, () => {
      if (generation !== this.generation) return;
      this.sync(this.pending.shift());
      stored(mark);
    });
  }

  private sync(one: Pending | undefined): void {
    if (!one) return;
    const after = applyChange(this.synced, one.change);
    this.onSync(this.synced, one.change, after);
    this.synced = after;
    if (this.stream.chance(0.01)) this.copy();
  }

  copy(): void {
    this.copies.push(this.synced);
    if (this.copies.length > MOST_COPIES) this.copies.splice(this.stream.int(MOST_COPIES), 1);
  }

  /** The process is gone: some of the writes on their way may have got there all the same. Returns how many did not. */
  crash(): number {
    const arrived = this.stream.chance(0.5) ? 0 : this.stream.int(this.pending.length + 1);
    for (const one of this.pending.slice(0, arrived)) this.sync(one);
    const lost = this.pending.length - arrived;
    this.pending = [];
    this.generation += 1;
    this.lastSyncMs = this.world.nowMs;
    return lost;
  }

  /** The process ends when everything is written. */
  flush(): void {
    for (const one of this.pending.splice(0)) this.sync(one);
    this.generation += 1;
    this.lastSyncMs = this.world.nowMs;
  }

  /** Another content in place of this one: an empty one, or an older copy. */
  replace(content: Durable): void {
    this.synced = content;
    this.life += 1;
  }

  /** A new start of the process: on disk before anything is said. */
  begin(id: string): Durable {
    this.synced = begun(this.synced, id, 1 + this.stream.int(MOST_START_STEP));
    this.copy();
    return this.synced;
  }
}
