/**
 * Tells people: of changes of alarms that it is given, and of events whose rule says so. What is decided lies in
 * `assess/notices/`; here are the disk, the destinations and the time.
 *
 * What is told is on disk before it is sent, and stays there until a destination has it; so nothing is lost by a crash, and
 * what was sent and not noted before one is sent again, with the id that it had.
 */

import { LaterError, type NoticeSender } from '../../access/notices/sender.js';
import { isTold } from '../../assess/notices/choose.js';
import { PROGRAMS, READERS, type Row } from '../../assess/notices/lane.js';
import type { Message } from '../../assess/notices/message.js';
import {
  type Effects,
  joined,
  NOTHING,
  NoticeQueue,
  type OwnerOf,
  type ToldChange,
} from '../../assess/notices/queue.js';
import type { Telling } from '../../assess/notices/wording.js';
import type { Env, Timer } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import type { Destination, Settings } from '../../config/settings.js';
import type { Alarm } from '../../model/alarm.js';
import type { NewEvent, PtpEvent } from '../../model/event.js';
import { managerUrl } from '../../model/manager.js';
import type { Store } from '../../store/store.js';
import { DestinationState } from './destination-state.js';
import type { DestinationView, NoticeDesk } from './notice-desk.js';
import { NoticeDisk } from './notice-disk.js';
import { NoticeMarks } from './notice-marks.js';
import { pageUrl } from './page-url.js';
import { type SendTrap, senderFor } from './senders.js';
import { Whom } from './whom.js';

type NotifySettings = Pick<Settings, 'id' | 'address' | 'destinations' | 'eventRules' | 'credentials'>;

export interface NotifierParts {
  readonly env: Env;
  readonly store: Pick<Store, 'changeNotices' | 'loadNotices' | 'getNote' | 'putNote' | 'queryEvents'>;
  /** Of this start: ids of notices rise over all starts. */
  readonly incarnation: number;
  readonly settings: () => NotifySettings;
  /** Who polls an element now. */
  readonly ownerOf: OwnerOf;
  readonly sendTrap: SendTrap;
  /** Notes what happens to destinations. */
  readonly record: (event: Omit<NewEvent, 'time'>) => void;
  /** People have been told of these alarms up to these changes. */
  readonly onTold: (changes: readonly ToldChange[]) => void;
}

interface Way {
  readonly destination: Destination;
  readonly state: DestinationState;
  sender: NoticeSender | undefined;
  /** Why there is no sender. */
  fault: PtpError | undefined;
  isSending: boolean;
}

/** Notices that a start may make: ids of the next one are above them. */
const IDS_PER_START = 1_000_000_000;
const TICK_MS = 1000;
/** Of one message. */
const SEND_MS = 20_000;
/** At the end, what waits for others to follow goes out at once. */
const HURRY_MS = 2500;
const PATIENCE_MS = 4000;

export class Notifier implements NoticeDesk {
  readonly #parts: NotifierParts;
  readonly #queue: NoticeQueue;
  readonly #disk: NoticeDisk;
  readonly #marks: NoticeMarks;
  readonly #whom: Whom;
  readonly #ways = new Map<string, Way>();
  readonly #sending = new Set<Promise<void>>();
  #latestEvent = 0;
  #due: Timer | undefined;
  #tick: Timer | undefined;
  #isStarted = false;
  #isEnding = false;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#queue = new NoticeQueue(parts.incarnation * IDS_PER_START + 1);
    this.#disk = new NoticeDisk(parts.env, parts.store, (rows) => this.#perform(this.#queue.ready(rows)));
    this.#marks = new NoticeMarks(parts.env, parts.store);
    this.#whom = new Whom(parts.settings);
  }

  /** Takes what the former start has left, and begins to send. */
  async start(): Promise<void> {
    this.#configure();
    const rows = await this.#disk.load();
    const { messages, events } = await this.#marks.load();
    for (const [id, mark] of messages) this.#queue.lane(id)?.recall(mark);
    this.#perform(this.#queue.recall(rows, this.#nowMs()));
    this.#isStarted = true;
    const known = new Set(rows.map(({ notice }) => notice.id));
    this.stored(events.filter(({ manager, id }) => !known.has(`${manager}-event-${id}`)));
    this.#tickLater();
    this.#pump();
  }

  /** Alarms that have changed, as they are now; what was told of them already is left out. */
  tell(alarms: readonly Alarm[]): void {
    const nowMs = this.#nowMs();
    this.#perform(joined(alarms.map((alarm) => this.#queue.tell(alarm, this.#whom.ofAlarm(alarm), nowMs))));
  }

  /** Events that are on disk now, whoever recorded them. */
  stored(events: readonly PtpEvent[]): void {
    // Those before the start are looked for by it.
    if (!this.#isStarted) return;
    const nowMs = this.#nowMs();
    const effects: Effects[] = [];
    for (const event of events) {
      if (event.id > this.#latestEvent) this.#latestEvent = event.id;
      const to = this.#whom.ofEvent(event);
      if (to.length > 0) effects.push(this.#queue.event(event, to, nowMs));
    }
    if (effects.length > 0) this.#perform(joined(effects));
  }

  /** Takes a changed configuration. */
  take(): void {
    this.#configure();
    this.#pump();
  }

  /** @throws PtpError that says why it could not be sent. */
  async test(id: string, by: string): Promise<void> {
    const way = this.#ways.get(id);
    if (!way) throw new PtpError('Client.NotFound', `there is no destination "${id}"`);
    const { settings, env } = this.#parts;
    const nowMs = env.clock.now();
    const manager = settings().id;
    const text = `This is a test message of ${manager}, asked for by ${by}. Nothing has happened.`;
    const severity = 'indeterminate';
    const notice = {
      kind: 'event',
      id: `${manager}-test-${nowMs}`,
      name: 'test',
      severity,
      worst: severity,
      manager,
      text,
      at: nowMs,
    } as const;
    try {
      way.state.sent(nowMs, await this.#sendBy(way, { id: notice.id, content: { is: 'one', notice } }));
    } catch (thrown) {
      const { message } = asPtpError(thrown);
      way.state.failed(nowMs, message);
      throw new PtpError('Server.Unavailable', message, { cause: thrown });
    }
  }

  destinations(): readonly DestinationView[] {
    const { clock } = this.#parts.env;
    return [...this.#ways.values()].map(({ destination, state, sender, fault }) => {
      const { id, type } = destination;
      const lane = this.#queue.lane(id);
      const waitMs = lane && lane.failures > 0 ? Math.max(0, lane.retryMs - clock.monotonic()) : undefined;
      const { lastSent, lastFailure, remark } = state;
      return {
        id,
        type,
        place: sender?.place ?? '',
        condition: fault ? 'failing' : state.condition,
        waiting: lane?.size ?? 0,
        ...state.counts,
        ...(lastSent !== undefined && { lastSent }),
        ...(lastFailure && { lastFailure }),
        ...(fault && { lastFailure: { at: clock.now(), text: fault.message } }),
        ...(remark !== undefined && { remark }),
        ...(waitMs !== undefined && { nextTry: clock.now() + waitMs }),
      };
    });
  }

  /** What can be sent is sent; what cannot waits on disk. To be called before the store is closed. */
  async close(): Promise<void> {
    this.#isEnding = true;
    this.#tick?.cancel();
    const { clock } = this.#parts.env;
    const patience = new Promise<void>((resolve) => void clock.after(PATIENCE_MS, resolve));
    const done = async () => {
      for (this.#pump(); this.#sending.size > 0; this.#pump()) await Promise.all(this.#sending);
    };
    await this.#disk.close();
    await Promise.race([done(), patience]);
    this.#due?.cancel();
    await this.#disk.close();
    if (this.#disk.isIdle) this.#marks.setEvent(this.#latestEvent);
    await this.#marks.save();
  }

  #configure(): void {
    const { settings, sendTrap, record } = this.#parts;
    const { destinations, credentials } = settings();
    const told = destinations.filter(({ type }) => isTold(type));
    const limits = told.map(
      ({ id, type }) => [id, type === 'smtp' || type === 'webhook' ? READERS : PROGRAMS] as const,
    );
    for (const id of this.#ways.keys()) if (!told.some((one) => one.id === id)) this.#ways.delete(id);
    for (const destination of told) {
      const { id, credential } = destination;
      const known = this.#ways.get(id);
      const way: Way = {
        destination,
        state: known?.state ?? new DestinationState(id, record),
        sender: undefined,
        fault: undefined,
        isSending: known?.isSending ?? false,
      };
      try {
        way.sender = senderFor(
          destination,
          credential === undefined ? undefined : credentials.get(credential),
          sendTrap,
        );
      } catch (thrown) {
        way.fault = asPtpError(thrown);
      }
      this.#ways.set(id, way);
    }
    this.#perform(this.#queue.configure(new Map(limits)), 'the configuration does not name it any more');
  }

  #perform(effects: Effects, because = 'too many or too old'): void {
    const { put, removed, told, lost } = effects;
    this.#disk.change(put, removed);
    if (told.length > 0) this.#parts.onTold(told);
    if (lost.length > 0) this.#lost(lost, because);
    if (effects !== NOTHING) this.#pump();
  }

  #lost(rows: readonly Row[], because: string): void {
    const { log, clock } = this.#parts.env;
    const counts = new Map<string, number>();
    for (const { destination } of rows) counts.set(destination, (counts.get(destination) ?? 0) + 1);
    for (const [destination, count] of counts) {
      log.warn('notices were given up', { destination, count, because });
      const state = this.#ways.get(destination)?.state ?? new DestinationState(destination, this.#parts.record);
      state.lost(count, because, clock.monotonic());
    }
  }

  /** Sends what is due, and looks again when the next is. */
  #pump(): void {
    if (!this.#isStarted) return;
    for (const [id, way] of this.#ways) {
      if (way.isSending || (this.#isEnding && !way.state.isHealthy)) continue;
      const hurryMs = this.#isEnding ? HURRY_MS : 0;
      const { message, effects } = this.#queue.take(id, this.#nowMs() + hurryMs, this.#parts.ownerOf);
      this.#disk.change(effects.put, effects.removed);
      if (!message) continue;
      way.isSending = true;
      const sending: Promise<void> = this.#send(way, message).finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    }
    this.#due?.cancel();
    const dueMs = this.#queue.dueMs();
    if (dueMs === undefined || this.#isEnding) return;
    this.#due = this.#parts.env.clock.after(Math.max(0, dueMs - this.#nowMs()), () => this.#pump());
  }

  async #send(way: Way, message: Message): Promise<void> {
    const { id } = way.destination;
    const { clock, random } = this.#parts.env;
    let effects: Effects;
    await this.#marks.setMessage(id, this.#queue.lane(id)?.mark);
    try {
      const remark = await this.#sendBy(way, message);
      way.state.sent(clock.now(), remark);
      effects = this.#queue.sent(id, this.#nowMs());
    } catch (thrown) {
      const error = asPtpError(thrown);
      if (error.code === 'Server.Internal')
        this.#parts.env.log.error('a notice failed', { destination: id, cause: String(error.cause) });
      const isRefused = error.code === 'Access.Content' || error.code === 'Access.TooLarge';
      const later = error instanceof LaterError ? { afterMs: error.afterMs } : {};
      way.state.failed(clock.now(), error.message);
      effects = this.#queue.failed(id, this.#nowMs(), random.next(), { isRefused, ...later });
    }
    void this.#marks.setMessage(id, this.#queue.lane(id)?.mark);
    const now = this.#ways.get(id);
    if (now) now.isSending = false;
    this.#perform(effects, 'the destination refuses them');
    this.#pump();
  }

  async #sendBy({ destination, sender, fault }: Way, message: Message): Promise<string | undefined> {
    if (!sender) throw fault ?? new PtpError('Access.Settings', 'the destination cannot be told as it is configured');
    const aborter = new AbortController();
    const limit = this.#parts.env.clock.after(SEND_MS, () => aborter.abort());
    try {
      return await sender.send({ message, telling: this.#telling(destination), host: this.#host() }, aborter.signal);
    } finally {
      limit.cancel();
    }
  }

  #telling({ id }: Destination): Telling {
    const { settings, env } = this.#parts;
    const { id: manager, address } = settings();
    const url = managerUrl(address);
    return { manager, destination: id, nowMs: env.clock.now(), pageOf: (element) => pageUrl(url, element) };
  }

  #host(): string {
    return new URL(this.#parts.settings().address.origin).hostname.replace(/^\[(.*)\]$/, '$1');
  }

  #tickLater(): void {
    this.#tick = this.#parts.env.clock.after(TICK_MS, () => {
      this.#perform(this.#queue.tick(this.#nowMs(), this.#parts.ownerOf));
      if (this.#disk.isIdle) this.#marks.setEvent(this.#latestEvent);
      void this.#marks.save();
      if (!this.#isEnding) this.#tickLater();
    });
  }

  #nowMs(): number {
    return this.#parts.env.clock.monotonic();
  }
}
