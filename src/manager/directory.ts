/**
 * The managers that this one knows, how each is reached, and whether it answers.
 *
 * The list is built from the configuration, from registrations, and from what others tell, and validated by `areYouThere`
 * at regular intervals. This tells people and other managers who is there; it decides nothing.
 *
 * Of a large pool a manager knows a thousand others by hearsay and has to do with few of them. Those are connected only
 * when there is something to say, and asked a few at a time; whether they live is taken from the pool where it says so.
 */
import type { Env, Timer } from '../base/env.js';
import { asPtpError, PtpError } from '../base/errors.js';
import type { ManagerAddress, ManagerRole, ManagerState, Reach } from '../model/manager.js';
import type { Peer } from '../peer/peer.js';
import type { Keeping } from '../peer/peer-connector.js';
import type { Output } from '../xml/messages/operations.js';
import { clockOffsetMs, clockOffsetText } from './clock-offset.js';

/**
 * What a known manager is to this one. `registered`: not in its configuration, but has registered here or announced
 * itself. `told`: known from others, as a member of the pool or a neighbour that an integration manager names.
 */
export type Relation = 'neighbor' | 'integrationManager' | 'registered' | 'told';

export const isFromConfiguration = (relation: Relation): boolean =>
  relation === 'neighbor' || relation === 'integrationManager';

/** What the pool has found out about a member. */
export interface PoolWord {
  readonly isAlive: boolean;
  /** Why it is not. */
  readonly why?: string;
}

export interface KnownManager {
  readonly address: ManagerAddress;
  readonly relation: Relation;
  readonly reach: Reach;
  readonly state?: ManagerState;
  readonly incarnation?: number;
  /** Monotonic time at which it last answered; undefined when it never did. */
  readonly answeredMs?: number;
  /** Monotonic time here before which it was started, as far as its last answer showed. */
  readonly startedBeforeMs?: number;
  /** Milliseconds by which its wall clock is ahead, where that is more than a second. */
  readonly clockOffsetMs?: number;
  /** Why it is not alive, or what is wrong with it all the same. */
  readonly reason?: string;
}

export interface DirectoryParts {
  readonly env: Env;
  readonly connect: (address: ManagerAddress, keeping: Keeping) => Peer;
  /** Undefined where this manager's pool knows nothing of it, or only others keep the inventory. */
  readonly poolSays?: (id: string) => PoolWord | undefined;
  /** Called when a manager begins to answer, comes back with another incarnation, or falls silent. */
  readonly onChange: (now: KnownManager, before: KnownManager) => void;
  /** Called when a manager's wall clock begins or ceases to be off. */
  readonly onClock?: (manager: string, aheadMs: number | undefined) => void;
}

/** How often each known manager is asked, and how long it may take to answer. */
const ASK_EVERY_MS = 5000;
const ANSWER_WITHIN_MS = 3000;
/** Of those that it was told of, so many are asked at a time, the longest not asked first. */
const TOLD_AT_A_TIME = 8;
/** A manager is called silent after so many unanswered questions in a row. */
const SILENCES = 2;
/** Calls last no longer than this. */
const RETIRE_MS = 60_000;
/** Two uptimes tell of two starts when they differ by more than this, and by more than clocks may drift apart. */
const SAME_START_MS = 500;
const CLOCK_DRIFT = 0.02;
/** Managers that may be known, so that registrations cannot fill the memory. */
export const MOST_MANAGERS = 10_000;
/** With those that are only told of, so that hearsay keeps nobody out: more than a pool has members. */
const MOST_WITH_TOLD = 5_000;

const byId = new Intl.Collator('en', { numeric: true });

interface Entry {
  known: KnownManager;
  peer: Peer;
  asking: boolean;
  /** Monotonic. */
  askedMs: number;
  /** Questions in a row that it did not answer. */
  silences: number;
}

export class Directory {
  readonly #parts: DirectoryParts;
  readonly #entries = new Map<string, Entry>();
  /** The same by id, so that answers do not depend on who registered first; made when it is asked for. */
  #sorted: readonly Entry[] | undefined;
  readonly #retired = new Set<Peer>();
  /** In this round. */
  #askedOfTold = 0;
  #timer: Timer | undefined;
  #closed = false;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  /** Takes the configured managers; those that went from the configuration are forgotten, registered ones stay. */
  configure(addresses: readonly { address: ManagerAddress; relation: Relation }[]): void {
    const wanted = new Map(addresses.map((one) => [one.address.id, one]));
    for (const [id, { known }] of this.#entries) {
      if (!wanted.has(id) && isFromConfiguration(known.relation)) this.forget(id);
    }
    for (const { address, relation } of wanted.values()) this.add(address, relation);
  }

  /** Adds a manager or takes its new address, and asks it soon. What the configuration says it is, it stays. */
  add(address: ManagerAddress, as: Relation): void {
    const entry = this.#entries.get(address.id);
    const relation = entry && RANK[entry.known.relation] > RANK[as] ? entry.known.relation : as;
    if (entry && relation === entry.known.relation && sameAddress(entry.known.address, address)) {
      entry.known = { ...entry.known, address: { ...address, name: address.name ?? entry.known.address.name } };
      return;
    }
    const most = as === 'told' ? MOST_WITH_TOLD : MOST_MANAGERS;
    if (!entry && this.#entries.size >= most) {
      throw new PtpError('Server.Busy', `${most} managers are known already; no further one is taken`);
    }
    void entry?.peer.close();
    const known: KnownManager = { address, relation, reach: 'unknown' };
    const added: Entry = {
      known,
      peer: this.#connect(known),
      asking: false,
      askedMs: Number.NEGATIVE_INFINITY,
      silences: 0,
    };
    this.#entries.set(address.id, added);
    this.#sorted = undefined;
    if (!this.#timer) return;
    if (relation !== 'told') void this.ask(address.id);
    else if (!this.#hearPool(added) && this.#askedOfTold < TOLD_AT_A_TIME) this.#askTold(address.id);
  }

  forget(id: string): void {
    void this.#entries.get(id)?.peer.close();
    this.#entries.delete(id);
    this.#sorted = undefined;
  }

  start(): void {
    this.#round();
  }

  /** Takes new connections to all, as with new certificates; what is under way by the old ones may come to its end. */
  reconnect(): void {
    for (const [id, entry] of this.#entries) {
      const former = entry.peer;
      entry.peer = this.#connect(entry.known);
      this.#retired.add(former);
      this.#parts.env.clock.after(RETIRE_MS, () => {
        this.#retired.delete(former);
        void former.close();
      });
      if (entry.known.relation !== 'told') void this.ask(id);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    const peers = [...this.#entries.values()].map(({ peer }) => peer);
    await Promise.all([...peers, ...this.#retired].map((peer) => peer.close()));
  }

  /** By id. */
  all(): KnownManager[] {
    this.#sorted ??= [...this.#entries.values()].sort((a, b) => byId.compare(a.known.address.id, b.known.address.id));
    return this.#sorted.map(({ known }) => known);
  }

  /** Ids of all managers that are known, or of those in one role. */
  ids(role?: ManagerRole): string[] {
    return this.all().flatMap(({ address }) => (role === undefined || address.role === role ? [address.id] : []));
  }

  get(id: string): KnownManager | undefined {
    return this.#entries.get(id)?.known;
  }

  /** @throws PtpError `Client.NotFound` for a manager that is not known. */
  peer(id: string): Peer {
    const entry = this.#entries.get(id);
    if (!entry)
      throw new PtpError(
        'Client.NotFound',
        `no manager ${id} is known here; known are ${this.ids().join(', ') || 'none'}`,
      );
    return entry.peer;
  }

  /** Asks one manager now and notes what comes of it. Never rejects. */
  async ask(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry || entry.asking) return;
    entry.asking = true;
    const { clock } = this.#parts.env;
    const askedMs = clock.monotonic();
    entry.askedMs = askedMs;
    const wallMs = clock.now();
    try {
      const answer = await entry.peer.call('areYouThere', {}, { timeoutMs: ANSWER_WITHIN_MS });
      entry.silences = 0;
      const now = this.#answered(entry.known, answer, wallMs);
      if (entry.known.relation === 'told' && this.#hearPool(entry))
        entry.known = { ...now, reach: entry.known.reach, reason: entry.known.reason };
      else this.#note(entry, now, startedAnew(entry.known, now, askedMs - answer.uptime * 1000));
    } catch (thrown) {
      const error = asPtpError(thrown);
      // Silence once is a busy moment of either side; nothing that listens, or an answer that refuses, is plain at once.
      entry.silences += 1;
      const wasBetter = entry.known.reach === 'alive' || entry.known.reach === 'unknown';
      if (error.code === 'Server.Timeout' && entry.silences < SILENCES && wasBetter) return;
      // Many watch it, and more closely than this one.
      if (entry.known.relation === 'told' && this.#hearPool(entry)) return;
      const refused = error.fault === 'Client.Unauthorized' || error.fault === 'Client.Forbidden';
      this.#note(entry, {
        ...entry.known,
        reach: refused ? 'refused' : 'unreachable',
        state: undefined,
        reason: error.message,
      });
    } finally {
      entry.asking = false;
    }
  }

  #answered(known: KnownManager, answer: Output<'areYouThere'>, askedWallMs: number): KnownManager {
    const { clock } = this.#parts.env;
    const nowMs = clock.monotonic();
    if (answer.id !== known.address.id) {
      const reason = `at ${known.address.origin} answers the manager ${answer.id}, not ${known.address.id}`;
      return { ...known, reach: 'refused', state: undefined, reason };
    }
    const address = { ...known.address, name: answer.name ?? known.address.name, role: answer.role };
    const reading = { askedMs: askedWallMs, answeredMs: clock.now(), theirsMs: answer.time ?? Number.NaN };
    const aheadMs = clockOffsetMs(reading, known.clockOffsetMs !== undefined);
    return {
      ...known,
      address,
      reach: 'alive',
      state: answer.state,
      incarnation: answer.incarnation,
      answeredMs: nowMs,
      startedBeforeMs: nowMs - answer.uptime * 1000,
      clockOffsetMs: aheadMs,
      reason: aheadMs === undefined ? undefined : clockOffsetText(aheadMs),
    };
  }

  #note(entry: Entry, now: KnownManager, anew = false): void {
    if (this.#entries.get(now.address.id) !== entry) return;
    const before = entry.known;
    entry.known = now;
    if (before.reach !== now.reach || anew) this.#parts.onChange(now, before);
    const { clockOffsetMs } = now;
    if ((clockOffsetMs === undefined) !== (before.clockOffsetMs === undefined) && now.reach === 'alive')
      this.#parts.onClock?.(now.address.id, clockOffsetMs);
  }

  #round(): void {
    if (this.#closed) return;
    this.#timer = this.#parts.env.clock.after(ASK_EVERY_MS, () => this.#round());
    this.#askedOfTold = 0;
    const told: Entry[] = [];
    for (const [id, entry] of this.#entries) {
      if (entry.known.relation !== 'told') void this.ask(id);
      else {
        this.#hearPool(entry);
        told.push(entry);
      }
    }
    told.sort((a, b) => a.askedMs - b.askedMs);
    for (const { known } of told.slice(0, TOLD_AT_A_TIME)) this.#askTold(known.address.id);
  }

  #askTold(id: string): void {
    this.#askedOfTold += 1;
    void this.ask(id);
  }

  /** @returns Whether the pool says anything. */
  #hearPool(entry: Entry): boolean {
    const { known } = entry;
    const word = this.#parts.poolSays?.(known.address.id);
    if (!word) return false;
    if (known.reach === (word.isAlive ? 'alive' : 'unreachable')) {
      if (word.isAlive) entry.known = { ...known, answeredMs: this.#parts.env.clock.monotonic() };
      return true;
    }
    const answeredMs = word.isAlive ? this.#parts.env.clock.monotonic() : known.answeredMs;
    const said = word.isAlive
      ? { reach: 'alive' as const, answeredMs, reason: undefined }
      : { reach: 'unreachable' as const, state: undefined, reason: word.why ?? 'the pool has found it gone' };
    this.#note(entry, { ...known, ...said });
    return true;
  }

  #connect({ address, relation }: KnownManager): Peer {
    return this.#parts.connect(address, relation === 'told' ? 'onDemand' : 'keep');
  }
}

/** What is known better is not forgotten for hearsay; of the configuration the latest counts. */
const RANK: Readonly<Record<Relation, number>> = { told: 0, registered: 1, neighbor: 2, integrationManager: 2 };

/**
 * Whether a manager that answers is not the process that answered before. One that lost its data counts its
 * incarnations from 1 again, so the number alone does not tell.
 */
function startedAnew(before: KnownManager, now: KnownManager, startedAfterMs: number): boolean {
  if (now.reach !== 'alive' || before.answeredMs === undefined || before.startedBeforeMs === undefined) return false;
  if (now.incarnation !== before.incarnation) return true;
  const laterMs = startedAfterMs - before.startedBeforeMs;
  return laterMs > SAME_START_MS + CLOCK_DRIFT * ((now.answeredMs ?? 0) - before.answeredMs);
}

const sameAddress = (a: ManagerAddress, b: ManagerAddress): boolean =>
  a.origin === b.origin &&
  a.context === b.context &&
  a.socket?.host === b.socket?.host &&
  a.socket?.port === b.socket?.port;
