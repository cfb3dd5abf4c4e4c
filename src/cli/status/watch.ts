/**
 * Looks at a pool through one of its managers, and through another when that one does not answer any more.
 *
 * What changes within a second (who is master, who has what, who answers) is asked for at every look; what costs a
 * question to every manager (status, open elements) in the background, every few seconds.
 */
import type { Clock } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import { managerUrl } from '../../model/manager.js';
import { type ElementEntry, sectionElements } from '../../model/ptp-store.js';
import { URGENCY } from '../../model/status.js';
import type { Peer } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import {
  type AlarmLine,
  completed,
  type OpenAlarms,
  type Picture,
  type Reachable,
  type Seen,
  type Silence,
} from './picture.js';
import type { OpenLine, PoolView } from './table.js';

export interface WatchParts {
  readonly clock: Clock;
  readonly connect: (to: Reachable) => Peer;
  /** The pool as this manager tells it; undefined when it is in none. Answers or fails within a second or so. */
  readonly picture: (peer: Peer, teller: string) => Promise<Picture | undefined>;
}

export interface Look extends Seen {
  readonly view: PoolView;
}

/** The answers of all managers; one that hangs may hold them up. */
const REFRESH_MS = 2_000;
const REFRESH_LIMIT_MS = 10_000;
const PROBE_LIMIT_MS = 2_000;
/** Managers that are asked themselves whether they are there. */
const MOST_PROBED = 16;
const MOST_OPEN = 10;

type Slow = Pick<PoolView, 'status' | 'neighbors' | 'open' | 'alarms'>;

export class PoolWatch {
  readonly #parts: WatchParts;
  readonly #peers = new Map<string, Peer>();
  /** By address: the first as it was given, the others as they were told. */
  readonly #known = new Map<string, Reachable>();
  readonly #probing = new Set<string>();
  readonly #silent = new Map<string, Silence>();
  /** Monotonic times of the latest answers, by id. */
  readonly #answered = new Map<string, number>();
  /** Address of who was asked last. */
  #asked: string;
  #picture: Picture | undefined;
  #slow: Slow | undefined;
  #slowMs = Number.NEGATIVE_INFINITY;
  #refreshing = false;

  constructor(parts: WatchParts, first: Reachable) {
    this.#parts = parts;
    this.#asked = managerUrl(first);
    this.#known.set(this.#asked, first);
  }

  /** @throws PtpError what the manager asked last has said, when none could be asked. */
  async look(): Promise<Look> {
    const first = this.#slow === undefined;
    const look = await this.#lookAnywhere();
    // Whoever was named is asked who votes, and then one who does.
    return first && !this.#votes(look.picture?.teller) ? this.#lookAnywhere() : look;
  }

  async #lookAnywhere(): Promise<Look> {
    let failure: PtpError | undefined;
    for (const target of this.#order()) {
      try {
        const look = await this.#lookThrough(target);
        this.#asked = managerUrl(target);
        return look;
      } catch (thrown) {
        const fault = asPtpError(thrown);
        if (!isSilence(fault)) throw fault;
        this.#fallsSilent(target.id, fault);
        failure = fault;
      }
    }
    throw asPtpError(failure);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#peers.values()].map((peer) => peer.close()));
  }

  /** Those that are silent last, voters before others, who know only their part; of equals who was asked last. */
  #order(): readonly Reachable[] {
    const place = (one: Reachable) =>
      4 * Number(this.#silent.has(one.id)) + 2 * Number(!this.#votes(one.id)) + Number(managerUrl(one) !== this.#asked);
    return [...this.#known.values()].sort((a, b) => place(a) - place(b));
  }

  /** True as well where nobody is known to. */
  #votes(id: string | undefined): boolean {
    const voters = this.#picture?.members.filter(({ voter }) => voter) ?? [];
    return voters.length === 0 || voters.some((one) => one.id === id);
  }

  async #lookThrough(target: Reachable): Promise<Look> {
    const peer = this.#peer(target);
    if (!this.#slow) this.#took(target, await this.#askAll(peer));
    else if (this.#parts.clock.monotonic() - this.#slowMs >= REFRESH_MS) this.#refresh(target, peer);
    const { id } = this.#known.get(managerUrl(target)) ?? target;
    const told = await this.#parts.picture(peer, id);
    const picture = told && completed(told, this.#picture);
    this.#picture = picture;
    // Without a pool nothing else tells that the one who is asked has gone.
    if (!picture) await peer.call('areYouThere', {}, { timeoutMs: PROBE_LIMIT_MS });
    this.#probeAll();
    const slow: Slow = this.#slow ?? { status: { managers: [], missing: [] }, neighbors: [] };
    return {
      view: { ...slow, ...(picture ? { picture } : {}) },
      picture,
      silent: new Map(this.#silent),
      ...(slow.alarms && { alarms: slow.alarms }),
    };
  }

  #refresh(target: Reachable, peer: Peer): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    this.#askAll(peer)
      .then((slow) => this.#took(target, slow))
      // The next look finds out what is wrong.
      .catch(() => {})
      .finally(() => {
        this.#refreshing = false;
      });
  }

  /** Learns who there is, and how the one that was asked is called: it comes first in its own answer. */
  #took(asked: Reachable, slow: Slow): void {
    this.#slow = slow;
    this.#slowMs = this.#parts.clock.monotonic();
    const [self] = slow.status.managers;
    if (self) this.#known.set(managerUrl(asked), { ...asked, id: self.id });
    const ids = new Set([...this.#known.values()].map(({ id }) => id));
    for (const { id, uri: origin, context } of [...slow.status.managers, ...slow.neighbors]) {
      if (ids.has(id)) continue;
      ids.add(id);
      this.#known.set(managerUrl({ origin, context }), { id, origin, context });
    }
  }

  async #askAll(peer: Peer): Promise<Slow> {
    const options = { timeoutMs: REFRESH_LIMIT_MS };
    const worst = { scope: 'pool', sort: '-status', page: 1, pageSize: MOST_OPEN, detail: 'summary' } as const;
    const [status, { neighbors }, alarms, ...stores] = await Promise.all([
      peer.call('getStatus', { scope: 'pool' }, options),
      peer.call('getNeighbors', {}, options),
      askAlarms(peer, this.#parts.clock.now(), options),
      peer.call('getDevices', worst, options),
      peer.call('getServices', worst, options),
      peer.call('getApplications', worst, options),
    ]);
    const now = this.#parts.clock.now();
    const entries = stores.flatMap(({ PTP_STORE }) =>
      PTP_STORE.managers.flatMap((section) =>
        sectionElements(section).map((entry) => ({ entry, section: section.id })),
      ),
    );
    return {
      status,
      neighbors,
      ...(alarms && { alarms }),
      open: entries
        .filter(({ entry }) => URGENCY[entry.status] > URGENCY.unknown)
        .sort((a, b) => URGENCY[b.entry.status] - URGENCY[a.entry.status])
        .slice(0, MOST_OPEN)
        .map(({ entry, section }) => openLine(entry, section, now)),
    };
  }

  /** Asks each manager itself, and does not wait: what was found is there at the next look. */
  #probeAll(): void {
    for (const target of [...this.#known.values()].slice(0, MOST_PROBED)) {
      const { id } = target;
      if (this.#probing.has(id)) continue;
      this.#probing.add(id);
      this.#peer(target)
        .call('areYouThere', {}, { timeoutMs: PROBE_LIMIT_MS })
        .then(
          () => this.#hasAnswered(id),
          (thrown) => {
            const fault = asPtpError(thrown);
            if (isSilence(fault)) this.#fallsSilent(id, fault);
            else this.#hasAnswered(id);
          },
        )
        .finally(() => this.#probing.delete(id));
    }
  }

  #hasAnswered(id: string): void {
    this.#silent.delete(id);
    this.#answered.set(id, this.#parts.clock.monotonic());
  }

  /** Since it last answered: when it died after that, nobody knows. */
  #fallsSilent(id: string, { message }: PtpError): void {
    if (this.#silent.has(id)) return;
    const sinceMs = this.#answered.get(id) ?? this.#parts.clock.monotonic();
    this.#silent.set(id, { sinceMs, reason: message });
  }

  #peer(target: Reachable): Peer {
    const url = managerUrl(target);
    const peer = this.#peers.get(url) ?? this.#parts.connect(target);
    this.#peers.set(url, peer);
    return peer;
  }
}

/** What one answer holds: of more than that nothing is said when one of them is over. */
const MOST_ALARMS = 200;

async function askAlarms(
  peer: Peer,
  now: number,
  options: { readonly timeoutMs: number },
): Promise<OpenAlarms | undefined> {
  try {
    const { alarms, total } = await peer.call('getAlarms', { scope: 'pool', page: 1, pageSize: MOST_ALARMS }, options);
    return { total, lines: alarms.map((alarm) => alarmLine(alarm, now)) };
  } catch (thrown) {
    // An older manager does not offer it.
    if (thrown instanceof PtpError && thrown.fault.startsWith('Client.')) return undefined;
    throw thrown;
  }
}

const alarmLine = (alarm: Output<'getAlarms'>['alarms'][number], now: number): AlarmLine => ({
  id: alarm.id,
  severity: alarm.severity,
  about: alarm.element ?? alarm.about ?? alarm.manager,
  age: Math.max(0, now - alarm.raisedAt) / 1_000,
  owner: alarm.manager,
  ...(alarm.acknowledged && { by: alarm.acknowledged.by }),
  text: alarm.text,
});

/** Whether somebody else may answer instead. */
const isSilence = ({ code }: PtpError): boolean => code === 'Server.Unavailable' || code === 'Server.Timeout';

const openLine = (entry: ElementEntry, section: string, now: number): OpenLine => ({
  element: `${entry.kind}/${entry.id}`,
  status: entry.status,
  owner: entry.owner ?? section,
  reason: entry.reason ?? '',
  ...(entry.since === undefined ? {} : { age: Math.max(0, now - entry.since) / 1_000 }),
});
