/** Alarms and events to try the notices with, and a queue with a disk. */
import type { LaneLimits, Row } from '../../../../src/assess/notices/lane.js';
import type { Message, Told } from '../../../../src/assess/notices/message.js';
import { type Effects, NoticeQueue, type OwnerOf, type ToldChange } from '../../../../src/assess/notices/queue.js';
import type { Alarm } from '../../../../src/model/alarm.js';
import type { PtpEvent } from '../../../../src/model/event.js';

export const T0 = Date.UTC(2026, 10, 22, 2, 10, 3);

export const alarm = (id: string, more: Partial<Alarm> = {}): Alarm => ({
  id,
  element: 'device/core1',
  manager: 'EM1',
  key: 'down',
  name: 'elementDown',
  severity: 'critical',
  worst: 'critical',
  text: 'no answer in two polls',
  raisedAt: T0,
  changedAt: T0,
  lastAt: T0,
  count: 1,
  revision: 1,
  change: 1,
  told: 0,
  ...more,
});

export const cleared = (one: Alarm, atMs = T0 + 60_000): Alarm => ({
  ...one,
  severity: 'cleared',
  cleared: { by: 'ptpmgr', at: atMs },
  changedAt: atMs,
  revision: one.revision + 1,
  change: one.change + 1,
});

export const event = (id: number, more: Partial<PtpEvent> = {}): PtpEvent => ({
  id,
  manager: 'EM1',
  time: T0 + id,
  severity: 'minor',
  name: 'configTaken',
  text: `event ${id}`,
  ...more,
});

export const OWN: OwnerOf = () => 'own';

/** The notices that a message tells of one by one. */
export const noticesOf = ({ content }: Message): readonly Told[] =>
  content.is === 'one' ? [content.notice] : content.all.listed;

/** A queue whose rows come to a disk, and from there back after a crash. */
export class Desk {
  queue: NoticeQueue;
  readonly disk = new Map<number, Row>();
  readonly told: ToldChange[] = [];
  readonly lost: Row[] = [];
  nowMs = 0;
  ownerOf: OwnerOf = OWN;
  readonly #limits: ReadonlyMap<string, LaneLimits>;

  constructor(destinations: readonly string[], limits: LaneLimits) {
    this.#limits = new Map(destinations.map((id) => [id, limits]));
    this.queue = this.#started(1);
  }

  get to(): readonly string[] {
    return [...this.#limits.keys()];
  }

  perform(effects: Effects): void {
    for (const id of effects.removed) this.disk.delete(id);
    this.told.push(...effects.told);
    this.lost.push(...effects.lost);
    for (const row of effects.put) this.disk.set(row.id, row);
    if (effects.put.length > 0) this.perform(this.queue.ready(effects.put));
  }

  tell(one: Alarm, to = this.to): void {
    this.perform(this.queue.tell(one, to, this.nowMs));
  }

  event(one: PtpEvent, to = this.to): void {
    this.perform(this.queue.event(one, to, this.nowMs));
  }

  take(destination: string): Message | undefined {
    const { message, effects } = this.queue.take(destination, this.nowMs, this.ownerOf);
    this.perform(effects);
    return message;
  }

  /** Time passes, and whatever falls due is taken by its destination. */
  pass(ms: number, takes: (destination: string, message: Message) => boolean = () => true): void {
    const endMs = this.nowMs + ms;
    while (this.nowMs <= endMs) {
      this.perform(this.queue.tick(this.nowMs, this.ownerOf));
      for (const destination of this.to) {
        for (let message = this.take(destination); message; message = this.take(destination))
          this.perform(
            takes(destination, message)
              ? this.queue.sent(destination, this.nowMs)
              : this.queue.failed(destination, this.nowMs, 0.5, { isRefused: false }),
          );
      }
      this.nowMs += 1000;
    }
  }

  /** Everything that is not on disk is forgotten. */
  crash(): void {
    const marks = this.to.flatMap((id) => {
      const mark = this.queue.lane(id)?.mark;
      return mark === undefined ? [] : [[id, mark] as const];
    });
    const rows = [...this.disk.values()].sort((a, b) => a.id - b.id);
    this.queue = this.#started(Math.max(0, ...this.disk.keys()) + 1_000_000);
    for (const [id, mark] of marks) this.queue.lane(id)?.recall(mark);
    this.perform(this.queue.recall(rows, this.nowMs));
  }

  #started(firstId: number): NoticeQueue {
    const queue = new NoticeQueue(firstId);
    queue.configure(this.#limits);
    return queue;
  }
}
