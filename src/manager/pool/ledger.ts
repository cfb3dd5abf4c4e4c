/**
 * The hand-over ledger of one manager (SPEC 7): what it has taken, as it knows best, and what it has decided as master
 * about elements of the dead.
 *
 * The new owner writes the line when it begins to poll, and once more when an offer that comes again shows that the giver
 * has polled on. It does not know when a dead owner was last heard: that the master adds in a line of its own, which has
 * the same element and epoch; the lists of the whole pool join both.
 */
import type { Env, Timer } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import { type ElementName, parseElementName } from '../../model/element.js';
import { HAND_OVER_COLUMNS, type HandOver } from '../../model/hand-over.js';
import { type Epoch, formatEpoch } from '../../model/manager.js';
import { lossesOf } from '../../pool/holding/ledger.js';
import type { PollCursor } from '../../pool/holding/state.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import type { NodeEffect, PoolNews } from '../../pool/node/state.js';
import type { Page, Store } from '../../store/store.js';
import { filterTerms, pageOf } from '../listing.js';
import type { HandOverListQuery } from './pool-service.js';

type Poll = Extract<NodeEffect, { is: 'poll' }>;

/** What is kept in mind of elements that are about to change hands, and of those that just did. */
const MOST_REMEMBERED = 20_000;
/** Lines share a write. */
const GATHER_MS = 200;
/** Lines that wait for a store that does not take them. */
const MOST_WAITING = 20_000;
const RETRY_MS = 5000;

interface Taken {
  readonly row: HandOver;
  readonly poll: Poll;
}

export class Ledger {
  readonly #env: Env;
  readonly #store: Pick<Store, 'recordHandOvers' | 'queryHandOvers'>;
  readonly #self: string;
  /** When it was decided that an element comes here, as this manager heard of it: by element and epoch, monotonic. */
  readonly #decidedMs = new Map<string, number>();
  /** Of the master: when a member was last heard before it was found dead. */
  readonly #lastHeardMs = new Map<string, number>();
  /** Of the master: takeovers that the new owner has not confirmed. */
  readonly #begun = new Map<string, { readonly row: HandOver; readonly sinceMs: number }>();
  readonly #taken = new Map<string, Taken>();
  readonly #waiting = new Map<string, HandOver>();
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(env: Env, store: Pick<Store, 'recordHandOvers' | 'queryHandOvers'>, self: string) {
    this.#env = env;
    this.#store = store;
    this.#self = self;
  }

  /** A message of another member, before it is taken. */
  heard({ message }: Pick<PoolEnvelope, 'message'>): void {
    if (message.is === 'orders') {
      const nowMs = this.#env.clock.monotonic();
      for (const order of message.orders) {
        if ((order.is !== 'await' && order.is !== 'own') || order.reason === undefined) continue;
        const key = keyOf(order.element, order.epoch);
        // Orders come again until they are answered.
        if (!this.#decidedMs.has(key)) remember(this.#decidedMs, key, nowMs);
      }
    } else if (message.is === 'give') this.#offeredAgain(message.bundle.element, message.epoch, message.bundle.cursors);
  }

  /** What this member decides or learns. */
  news(news: PoolNews): void {
    const { clock } = this.#env;
    const nowMs = clock.monotonic();
    switch (news.is) {
      case 'found':
        if (news.finding === 'alive') this.#lastHeardMs.delete(news.member);
        else remember(this.#lastHeardMs, news.member, nowMs - news.afterMs);
        return;
      case 'moves': {
        const { element, from, to, reason, epoch, takeover } = news;
        const key = keyOf(element, epoch);
        const lastMs = takeover && from !== undefined ? this.#lastHeardMs.get(from) : undefined;
        remember(this.#decidedMs, key, lastMs ?? nowMs);
        const name = nameOf(element);
        if (!name || !takeover || to === this.#self) return;
        const row = { ...NOTHING_LOST, time: 0, element: name, to, reason, epoch, takeover };
        remember(this.#begun, key, { row: from === undefined ? row : { ...row, from }, sinceMs: lastMs ?? nowMs });
        return;
      }
      case 'settled': {
        const key = keyOf(news.element, news.epoch);
        const begun = this.#begun.get(key);
        if (!begun || begun.row.to !== news.to) return;
        this.#begun.delete(key);
        this.#note(key, { ...begun.row, time: clock.now(), seconds: secondsOf(nowMs - begun.sinceMs) });
        return;
      }
      default:
    }
  }

  /** An element has come here and is polled. @param missed As the collector has counted. */
  taken(poll: Poll, { missed }: { readonly missed: number }): void {
    const element = nameOf(poll.element);
    if (!element || poll.arrival === 'start') return;
    const { clock } = this.#env;
    const { epoch, former, reason, arrival, bundle } = poll;
    const key = keyOf(element, epoch);
    const sinceMs = this.#decidedMs.get(key) ?? clock.monotonic();
    this.#decidedMs.delete(key);
    const losses = lossesOf(arrival, bundle?.cursors ?? []);
    const row: HandOver = {
      time: clock.now(),
      element,
      ...(former !== undefined && { from: former }),
      to: this.#self,
      reason: reason ?? (arrival === 'takeOver' ? 'its former owner is gone' : 'the pool moved it'),
      epoch,
      takeover: arrival === 'takeOver',
      missed: Math.max(missed, losses.missed),
      doubled: losses.doubled,
      seconds: secondsOf(clock.monotonic() - sinceMs),
    };
    remember(this.#taken, key, { row, poll });
    this.#note(key, row);
  }

  /**
   * Of this manager, the newest first.
   * @throws PtpError `Client.Validation` for a page, size or filter that cannot be.
   */
  async list(query: HandOverListQuery): Promise<Page<HandOver>> {
    const { page, pageSize } = pageOf(query);
    const terms = filterTerms(query.filter, HAND_OVER_COLUMNS);
    await this.#write();
    return this.#store.queryHandOvers({
      ...(query.from !== undefined && { from: query.from }),
      ...(query.to !== undefined && { to: query.to }),
      words: terms.flatMap(({ column, text }) => (column === undefined ? [text] : [])),
      whole: terms.flatMap(({ column, text }) => (column === undefined ? [] : [{ column, value: text }])),
      offset: (page - 1) * pageSize,
      limit: pageSize,
    });
  }

  /** What is known is on disk when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#write();
  }

  /** The giver did not get the taker's answer, and has polled on: what it polled of the taker's was done twice. */
  #offeredAgain(element: string, epoch: Epoch, cursors: readonly PollCursor[]): void {
    const key = keyOf(element, epoch);
    const known = this.#taken.get(key);
    if (!known?.poll.bundle) return;
    const { doubled } = lossesOf(known.poll.arrival, known.poll.bundle.cursors, cursors);
    if (doubled <= known.row.doubled) return;
    const row = { ...known.row, doubled };
    this.#taken.set(key, { ...known, row });
    this.#note(key, row);
  }

  #note(key: string, row: HandOver): void {
    if (!this.#waiting.has(key) && this.#waiting.size >= MOST_WAITING) return;
    this.#waiting.set(key, row);
    if (!this.#isClosed) this.#timer ??= this.#env.clock.after(GATHER_MS, () => void this.#write());
  }

  /** One write after the other; never rejects. */
  #write(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeWaiting());
    return this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    const rows = [...this.#waiting];
    if (rows.length === 0) return;
    this.#waiting.clear();
    try {
      await this.#store.recordHandOvers(rows.map(([, row]) => row));
    } catch (thrown) {
      const { log, clock } = this.#env;
      log.error('hand-overs could not be noted', { lines: rows.length, reason: asPtpError(thrown).message });
      for (const [key, row] of rows) if (!this.#waiting.has(key)) this.#waiting.set(key, row);
      if (!this.#isClosed) this.#timer ??= clock.after(RETRY_MS, () => void this.#write());
    }
  }
}

const NOTHING_LOST = { missed: 0, doubled: 0, seconds: 0 } as const;

const keyOf = (element: string, epoch: Epoch): string => `${element} ${formatEpoch(epoch)}`;

const secondsOf = (ms: number): number => Math.max(0, Math.round(ms)) / 1000;

function nameOf(element: string): ElementName | undefined {
  const named = parseElementName(element);
  return named && `${named.kind}/${named.id}`;
}

/** The oldest are forgotten. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST_REMEMBERED) for (const oldest of map.keys()) return void map.delete(oldest);
}
