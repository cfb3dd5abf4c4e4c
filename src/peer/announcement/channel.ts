/**
 * Announces this manager to a group, and hears the others (SPEC 6, first paragraph).
 *
 * Nothing that happens to the network ends it: after an error, or when interfaces come and go, the sockets are opened
 * anew. What comes in is believed only with the pool key, and looked at only so often in a second.
 */
import { networkInterfaces } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Env, Timer } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { formatHostPort, isLoopback } from '../../config/quantities.js';
import type { HostPort } from '../../config/settings.js';
import type { PoolKeys } from '../security/pool-keys.js';
import { type OutInterface, outInterfaces } from './addresses.js';
import {
  type AnnouncedState,
  type Announcement,
  decodeAnnouncement,
  encodeAnnouncement,
  isManagerUri,
  looksLikeAnnouncement,
  type Refusal,
} from './announcement.js';
import { CheckBudget, CounterTable } from './heard.js';
import { BETWEEN_CHANGES_MS, pauseMs } from './pace.js';
import { type GroupSockets, openGroup } from './sockets.js';

/** What a manager says of itself. */
export interface OwnState {
  readonly state: AnnouncedState;
  readonly term: number;
  readonly rosterVersion: number;
  readonly priority: number;
  /** A master that was stopped in order. */
  readonly wasMaster: boolean;
  /** Share of a core, 0 to 1. Its change alone is told with the next announcement only. */
  readonly load: number;
  /** Of the pool, this manager included: the more, the less often each speaks. */
  readonly members: number;
}

export interface AnnouncementChannelOptions {
  readonly env: Env;
  readonly id: string;
  readonly incarnation: number;
  /** Of the interface for managers. */
  readonly uri: string;
  readonly group: HostPort;
  /** IP addresses at which the manager can be asked: announcements go out there. `0.0.0.0` and `::` stand for all. */
  readonly listening: readonly string[];
  /** Those in force; without any, nothing is sent and nothing heard. */
  readonly keys: () => PoolKeys | undefined;
  /** Interfaces of this machine; default those of the system. */
  readonly machine?: typeof networkInterfaces;
}

export type Drop =
  | Refusal
  /** Came again, or by another way as well. */
  | 'old'
  /** Not looked at, as there were too many. */
  | 'flood';

export interface AnnouncementCounts {
  /** Packets, one for each interface. */
  sent: number;
  heard: number;
  readonly dropped: Record<Drop, number>;
}

export interface AnnouncementChannel {
  /** What is said from now on. A change goes out at once, the first time as soon as the sockets are open. */
  announce(state: OwnState): void;
  /** Called with every announcement of another manager, or of another start of this one. Only starts a question. */
  onHeard(take: (announcement: Announcement, from: HostPort) => void): void;
  readonly counts: AnnouncementCounts;
  /** Why nothing is sent or heard at present, in words. */
  readonly fault: string | undefined;
  /** What was announced before goes out first. */
  close(): Promise<void>;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** How often it is looked whether there are other interfaces. */
const LOOK_MS = 30_000;

/** @throws PtpError `Config.Invalid` when the own address does not fit into an announcement. */
export function openAnnouncements(options: AnnouncementChannelOptions): AnnouncementChannel {
  if (!isManagerUri(options.uri))
    throw new PtpError(
      'Config.Invalid',
      'the address of this manager does not fit into an announcement; uri and context should have at most 512 characters in all',
    );
  return new Channel(options);
}

class Channel implements AnnouncementChannel {
  readonly counts: AnnouncementCounts = {
    sent: 0,
    heard: 0,
    dropped: { foreign: 0, forged: 0, version: 0, malformed: 0, old: 0, flood: 0 },
  };
  fault: string | undefined;
  readonly #options: AnnouncementChannelOptions;
  readonly #startedMs: number;
  readonly #counters = new CounterTable();
  readonly #budget = new CheckBudget();
  readonly #takers: ((announcement: Announcement, from: HostPort) => void)[] = [];
  readonly #sending = new Set<Promise<void>>();
  #own: OwnState | undefined;
  #previous: AnnouncedState = 'starting';
  #counter = 0;
  #sentMs = Number.NEGATIVE_INFINITY;
  #next: Timer | undefined;
  #look: Timer | undefined;
  #sockets: GroupSockets | undefined;
  #interfaces: readonly OutInterface[] = [];
  #retryMs = FIRST_RETRY_MS;
  #opening: Promise<void>;
  #isClosed = false;

  constructor(options: AnnouncementChannelOptions) {
    this.#options = options;
    this.#startedMs = options.env.clock.monotonic();
    this.#opening = this.#open();
  }

  announce(state: OwnState): void {
    const former = this.#own;
    if (former && former.state !== state.state) this.#previous = former.state;
    this.#own = state;
    const isNews = !former || !isDeepStrictEqual(spoken(former), spoken(state));
    if (isNews) this.#sendIn(Math.max(0, this.#sentMs + BETWEEN_CHANGES_MS - this.#nowMs));
  }

  onHeard(take: (announcement: Announcement, from: HostPort) => void): void {
    this.#takers.push(take);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#opening;
    // What was held back for the pace would not be said any more.
    if (this.#next && this.#own) this.#send();
    this.#isClosed = true;
    this.#next?.cancel();
    this.#look?.cancel();
    await Promise.all(this.#sending);
    this.#sockets?.close();
  }

  get #nowMs(): number {
    return this.#options.env.clock.monotonic();
  }

  #sendIn(delayMs: number): void {
    this.#next?.cancel();
    this.#next = undefined;
    if (this.#isClosed) return;
    if (delayMs > 0) this.#next = this.#options.env.clock.after(delayMs, () => this.#send());
    else this.#send();
  }

  /** Once on every interface, and again after a while. */
  #send(): void {
    const { env, keys, id, incarnation, uri } = this.#options;
    const [own, key, sockets] = [this.#own, keys()?.[0], this.#sockets];
    if (!own || this.#isClosed) return;
    this.#next?.cancel();
    this.#next = env.clock.after(pauseMs(own.members, env.random), () => this.#send());
    if (!sockets || !key) return;
    this.#sentMs = this.#nowMs;
    const { state, term, rosterVersion, priority, wasMaster, load } = own;
    for (const one of this.#interfaces) {
      this.#counter += 1;
      const packet = encodeAnnouncement(
        {
          ...{ id, incarnation, uri, state, term, rosterVersion, priority, wasMaster, load },
          ip: one.address,
          mac: one.mac,
          counter: this.#counter,
          previous: this.#previous,
          uptimeMs: this.#nowMs - this.#startedMs,
        },
        key,
      );
      const sent = sockets.send(one, packet).then((isSent) => {
        this.#sending.delete(sent);
        if (!isSent) return;
        this.counts.sent += 1;
        this.#tell(undefined);
      });
      this.#sending.add(sent);
    }
  }

  #take(packet: Buffer, from: HostPort): void {
    const { id, incarnation } = this.#options;
    const read = this.#read(packet, from.host);
    if (typeof read === 'string') this.counts.dropped[read] += 1;
    else if (read.id === id && read.incarnation === incarnation) return;
    else if (!this.#counters.isNew(read, this.#nowMs)) this.counts.dropped.old += 1;
    else {
      this.counts.heard += 1;
      for (const take of this.#takers) take(read, from);
    }
  }

  #read(packet: Buffer, from: string): Announcement | Drop {
    const keys = this.#options.keys();
    if (!looksLikeAnnouncement(packet)) return 'foreign';
    // A key that everybody can read proves nothing about a sender elsewhere.
    if (!keys || (keys.some(({ isOpen }) => isOpen) && !isLoopback(from))) return 'forged';
    return this.#budget.take(from, this.#nowMs) ? decodeAnnouncement(packet, keys) : 'flood';
  }

  async #open(): Promise<void> {
    const { group, listening, machine = networkInterfaces } = this.#options;
    this.#look?.cancel();
    this.#sockets?.close();
    this.#sockets = undefined;
    this.#interfaces = outInterfaces(group.host, listening, machine());
    if (this.#interfaces.length === 0)
      return this.#fail(`no interface at which this manager listens can reach the group ${formatHostPort(group)}`);
    try {
      const sockets: GroupSockets = await openGroup(group, this.#interfaces, {
        onPacket: (packet, { address, port }) => this.#take(packet, { host: address, port }),
        onError: (error, isFatal) => this.#failed(error, isFatal),
      });
      if (this.#isClosed) return sockets.close();
      this.#sockets = sockets;
    } catch (error) {
      return this.#fail(`the group ${formatHostPort(group)} cannot be joined (${reasonOf(error)})`);
    }
    this.#tell(undefined);
    this.#retryMs = FIRST_RETRY_MS;
    this.#lookIn(LOOK_MS);
    if (this.#own) this.#sendIn(0);
  }

  #failed(error: Error, isFatal: boolean): void {
    const { group } = this.#options;
    const reason = `announcements to ${formatHostPort(group)} fail (${reasonOf(error)})`;
    if (isFatal) this.#fail(reason);
    else this.#tell(reason);
  }

  /** Nothing can be sent or heard until the sockets are opened anew, which is tried less and less often. */
  #fail(reason: string): void {
    this.#tell(reason);
    this.#sockets?.close();
    this.#sockets = undefined;
    this.#lookIn(this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
  }

  #lookIn(delayMs: number): void {
    this.#look?.cancel();
    if (this.#isClosed) return;
    const { clock } = this.#options.env;
    this.#look = clock.after(delayMs, () => {
      const { group, listening, machine = networkInterfaces } = this.#options;
      const isSame = isDeepStrictEqual(outInterfaces(group.host, listening, machine()), this.#interfaces);
      if (this.#sockets && isSame) this.#lookIn(LOOK_MS);
      else this.#opening = this.#open();
    });
  }

  #tell(fault: string | undefined): void {
    if (fault === this.fault) return;
    const { log } = this.#options.env;
    if (fault) log.warn('no announcements', { reason: fault });
    else if (this.fault) log.info('announcements go out again');
    this.fault = fault;
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? String(Reflect.get(error, 'code') ?? error.message) : String(error);

/** What is worth saying at once. */
const spoken = ({ state, term, rosterVersion, priority, wasMaster }: OwnState) => ({
  state,
  term,
  rosterVersion,
  priority,
  wasMaster,
});
