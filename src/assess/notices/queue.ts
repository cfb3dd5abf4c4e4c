/**
 * What is still to be told to whom: the notices of all destinations, from the change of an alarm to the message that says
 * so. Pure: whom the rules name, whose an element is, chance and time (monotonic) are arguments.
 *
 * Life of a row: {@link NoticeQueue.tell} and its like make it -> it is put on disk -> {@link NoticeQueue.ready}: it waits
 * in the lane of its destination -> {@link NoticeQueue.take}: it is in a message -> {@link NoticeQueue.sent}, or given up
 * -> it is removed from disk. A change of an alarm is told when no row of it is left.
 */
import type { Alarm } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { PtpEvent } from '../../model/event.js';
import { type Failure, Lane, type LaneLimits, type Row } from './lane.js';
import type { Message } from './message.js';
import { eventNotice, type Notice } from './notice.js';
import { ToldAlarms } from './told-alarms.js';

/** What is to be done after a step, apart from sending. */
export interface Effects {
  /** To be put on disk, and then to be given to {@link NoticeQueue.ready}. */
  readonly put: readonly Row[];
  /** Ids of rows that are not needed any more. */
  readonly removed: readonly number[];
  /** Changes of alarms of which nobody waits to be told any more. */
  readonly told: readonly ToldChange[];
  /** What was given up; it is counted in the next message to the same destination. */
  readonly lost: readonly Row[];
}

export interface ToldChange {
  readonly alarm: string;
  readonly change: number;
}

/** `unknown`: it has not been said yet, as after a start. */
export type Ownership = 'own' | 'other' | 'unknown';
export type OwnerOf = (element: ElementName) => Ownership;

/** After a start it is known by then whose the elements are. */
export const HELD_MS = 60_000;

export const NOTHING: Effects = { put: [], removed: [], told: [], lost: [] };

export class NoticeQueue {
  readonly #lanes = new Map<string, Lane>();
  readonly #alarms = new ToldAlarms();
  /** Rows of each alarm, and the latest change among them. */
  readonly #pending = new Map<string, { rows: number; change: number }>();
  /** From before the start, of elements that may be another's by now; by alarm. */
  readonly #held = new Map<string, Row[]>();
  #heldUntilMs = 0;
  #nextId: number;

  /** @param firstId Above every id that was given before. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** What was to be told to destinations that are no more is told to nobody. */
  configure(destinations: ReadonlyMap<string, LaneLimits>): Effects {
    const lost: Row[] = [];
    for (const [id, lane] of this.#lanes) {
      if (destinations.has(id)) continue;
      lost.push(...lane.empty());
      this.#lanes.delete(id);
    }
    for (const [id, limits] of destinations) if (!this.#lanes.has(id)) this.#lanes.set(id, new Lane(id, limits));
    return this.#done(lost, { lost });
  }

  lane(destination: string): Lane | undefined {
    return this.#lanes.get(destination);
  }

  /** Takes what was on disk at the start, ascending. */
  recall(rows: readonly Row[], nowMs: number): Effects {
    this.#heldUntilMs = nowMs + HELD_MS;
    const others = rows.filter(({ notice: { alarm } }) => alarm === undefined);
    for (const row of rows) {
      const { alarm } = row.notice;
      this.#nextId = Math.max(this.#nextId, row.id + 1);
      if (alarm === undefined) continue;
      this.#alarms.recall(row.notice);
      this.#count(row);
      const held = this.#held.get(alarm);
      if (held) held.push(row);
      else this.#held.set(alarm, [row]);
    }
    return this.ready(others);
  }

  /** @param to Whom the rules name, of those that are configured. */
  tell(alarm: Alarm, to: readonly string[], nowMs: number): Effects {
    const decision = this.#alarms.decide(alarm, to, nowMs);
    const held = this.#held.get(alarm.id) ?? [];
    this.#held.delete(alarm.id);
    // Who tells of an alarm has its element.
    if (decision.is === 'known') return this.ready(held);
    if (decision.is === 'told') {
      const put = this.#place(decision.notice, decision.to, nowMs);
      return both({ ...NOTHING, put }, this.#done(held, { untold: held }));
    }
    const withdrawn = decision.isHidden
      ? [...this.#lanes.values()].flatMap((lane) => lane.withdraw(alarm.id) ?? [])
      : [];
    const gone = [...held, ...withdrawn];
    return both(this.#done(gone, { untold: gone }), { ...NOTHING, told: this.#told(alarm.id, alarm.change) });
  }

  event(event: PtpEvent, to: readonly string[], nowMs: number): Effects {
    return { ...NOTHING, put: this.#place(eventNotice(event), to, nowMs) };
  }

  /** Rows that are on disk now, or could not be brought there. */
  ready(rows: readonly Row[]): Effects {
    const gone: Row[] = [];
    const lost: Row[] = [];
    for (const row of rows) {
      const lane = this.#lanes.get(row.destination);
      if (lane && this.#alarms.isHidden(row.notice)) {
        gone.push(row);
        continue;
      }
      const added = lane ? lane.add(row) : { superseded: undefined, lost: row };
      if (added.superseded) gone.push(added.superseded);
      if (added.lost) lost.push(added.lost);
    }
    return both(this.#done(gone), this.#done(lost, { lost }));
  }

  /** To be called every second or so. */
  tick(nowMs: number, ownerOf: OwnerOf): Effects {
    const expired = [...this.#lanes.values()].flatMap((lane) => [...lane.expire(nowMs)]);
    const put = this.#alarms.followUps(nowMs).flatMap(({ notice, to }) => this.#place(notice, to, nowMs));
    const effects = both(this.#letOut(nowMs, ownerOf), this.#done(expired, { lost: expired }));
    return both(effects, { ...NOTHING, put });
  }

  /** The message that is to be sent now; what comes of it is told by {@link sent} or {@link failed}. */
  take(
    destination: string,
    nowMs: number,
    ownerOf: OwnerOf,
  ): { readonly message: Message | undefined; readonly effects: Effects } {
    const lane = this.#lanes.get(destination);
    const dueMs = lane?.dueMs();
    if (!lane || dueMs === undefined || dueMs > nowMs) return { message: undefined, effects: NOTHING };
    // Whoever has the element now tells of its alarms.
    const others = lane.drop(({ notice }) => notice.alarm === undefined || ownership(notice, ownerOf) !== 'other');
    const taken = lane.take(nowMs, (notice) => this.#alarms.behind(notice));
    for (const { notice } of taken?.rows ?? []) this.#alarms.hears(notice, destination);
    return { message: taken?.message, effects: this.#done(others, { untold: others }) };
  }

  sent(destination: string, nowMs: number): Effects {
    return this.#done(this.#lanes.get(destination)?.sent(nowMs) ?? []);
  }

  /** @param chance Within [0, 1). */
  failed(destination: string, nowMs: number, chance: number, failure: Failure): Effects {
    const lost = this.#lanes.get(destination)?.failed(nowMs, chance, failure) ?? [];
    return this.#done(lost, { lost });
  }

  /** When there is something to do next, monotonic. */
  dueMs(): number | undefined {
    const times = [...this.#lanes.values()].flatMap((lane) => lane.dueMs() ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  #place(notice: Notice, to: readonly string[], nowMs: number): readonly Row[] {
    const rows = to
      .filter((destination) => this.#lanes.has(destination))
      .map((destination): Row => ({ id: this.#nextId++, destination, notice, sinceMs: nowMs }));
    for (const row of rows) this.#count(row);
    return rows;
  }

  #letOut(nowMs: number, ownerOf: OwnerOf): Effects {
    const own: Row[] = [];
    const others: Row[] = [];
    for (const [alarm, rows] of this.#held) {
      const [first] = rows;
      const owner = first ? ownership(first.notice, ownerOf) : 'other';
      if (owner === 'unknown' && nowMs < this.#heldUntilMs) continue;
      this.#held.delete(alarm);
      (owner === 'own' ? own : others).push(...rows);
    }
    return both(this.#done(others, { untold: others }), this.ready(own));
  }

  #count({ notice: { alarm, change = 0 } }: Row): void {
    if (alarm === undefined) return;
    const pending = this.#pending.get(alarm);
    this.#pending.set(alarm, { rows: (pending?.rows ?? 0) + 1, change: Math.max(pending?.change ?? 0, change) });
  }

  /** @param untold Of which nobody was told, and for which somebody else, or a later row, is there. */
  #done(
    rows: readonly Row[],
    { lost = [], untold = [] }: { lost?: readonly Row[]; untold?: readonly Row[] } = {},
  ): Effects {
    if (rows.length === 0) return NOTHING;
    const isUntold = new Set(untold);
    const told = rows.flatMap((row) => {
      const { alarm } = row.notice;
      const pending = alarm === undefined ? undefined : this.#pending.get(alarm);
      if (alarm === undefined || !pending) return [];
      pending.rows -= 1;
      if (pending.rows > 0) return [];
      this.#pending.delete(alarm);
      return isUntold.has(row) ? [] : this.#told(alarm, pending.change);
    });
    return { put: [], removed: rows.map(({ id }) => id), told, lost };
  }

  #told(alarm: string, change: number): readonly ToldChange[] {
    const pending = this.#pending.get(alarm);
    if (pending) {
      pending.change = Math.max(pending.change, change);
      return [];
    }
    this.#alarms.settled(alarm);
    return [{ alarm, change }];
  }
}

export const joined = (all: readonly Effects[]): Effects => ({
  put: all.flatMap(({ put }) => put),
  removed: all.flatMap(({ removed }) => removed),
  told: all.flatMap(({ told }) => told),
  lost: all.flatMap(({ lost }) => lost),
});

const both = (a: Effects, b: Effects): Effects => (a === NOTHING ? b : b === NOTHING ? a : joined([a, b]));

const ownership = ({ element }: Notice, ownerOf: OwnerOf): Ownership =>
  element === undefined ? 'own' : ownerOf(element);
