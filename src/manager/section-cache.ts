/**
 * What an integration manager remembers of each manager's part of the database, and how old it is.
 *
 * Sections are pulled page by page at a steady pace; whoever asks with a `maxAge` has older ones pulled anew first.
 * A manager that does not answer keeps its last known section, whose age says so.
 */
import type { Env, Timer } from '../base/env.js';
import { asPtpError } from '../base/errors.js';
import type { ManagerSection } from '../model/ptp-store.js';
import type { Peer } from '../peer/peer.js';

/** Elements in one request (a router with hundreds of interfaces is 130 KB), and pages of one manager: 100,000 elements. */
const PAGE_SIZE = 25;
const MOST_PAGES = 4000;

interface Cached {
  readonly section: ManagerSection;
  /** Monotonic time at which it was pulled. */
  readonly takenMs: number;
}

export interface SectionCacheParts {
  readonly env: Env;
  readonly peer: (manager: string) => Peer;
  /** Milliseconds; asked at each pull. */
  readonly pullEveryMs: () => number;
}

export class SectionCache {
  readonly #parts: SectionCacheParts;
  readonly #cached = new Map<string, Cached>();
  readonly #pulling = new Map<string, Promise<void>>();
  readonly #reasons = new Map<string, string>();
  readonly #timers = new Map<string, Timer>();

  constructor(parts: SectionCacheParts) {
    this.#parts = parts;
  }

  /** Pulls a manager's section now and from then on at the usual pace. */
  follow(manager: string): void {
    this.#timers.get(manager)?.cancel();
    this.#timers.set(
      manager,
      this.#parts.env.clock.after(this.#parts.pullEveryMs(), () => this.follow(manager)),
    );
    void this.pull(manager);
  }

  /** Forgets all managers but these. */
  retain(managers: readonly string[]): void {
    for (const [manager, timer] of this.#timers) {
      if (managers.includes(manager)) continue;
      timer.cancel();
      for (const known of [this.#timers, this.#cached, this.#reasons]) known.delete(manager);
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** Pulls again what is older than `maxAgeSeconds`; resolves when that is done or has failed. Never rejects. */
  async refresh(managers: readonly string[], maxAgeSeconds: number): Promise<void> {
    const nowMs = this.#parts.env.clock.monotonic();
    const old = managers.filter((manager) => {
      const cached = this.#cached.get(manager);
      return !cached || nowMs - cached.takenMs > maxAgeSeconds * 1000;
    });
    await Promise.all(old.map((manager) => this.pull(manager)));
  }

  /** The last known section, its age as of now. */
  get(manager: string): ManagerSection | undefined {
    const cached = this.#cached.get(manager);
    if (!cached) return undefined;
    const age = (this.#parts.env.clock.monotonic() - cached.takenMs) / 1000;
    return { ...cached.section, age: (cached.section.age ?? 0) + age, source: 'cache' };
  }

  /** Why the latest pull failed; undefined when it did not. */
  reason(manager: string): string | undefined {
    return this.#reasons.get(manager);
  }

  pull(manager: string): Promise<void> {
    const running = this.#pulling.get(manager);
    if (running) return running;
    const pull = this.#pullAll(manager)
      .then(
        (section) => {
          this.#cached.set(manager, { section, takenMs: this.#parts.env.clock.monotonic() });
          this.#reasons.delete(manager);
        },
        (thrown) => {
          this.#reasons.set(manager, asPtpError(thrown).message);
        },
      )
      .finally(() => this.#pulling.delete(manager));
    this.#pulling.set(manager, pull);
    return pull;
  }

  async #pullAll(manager: string): Promise<ManagerSection> {
    let whole: ManagerSection = { id: manager, failover: [], devices: [], services: [], applications: [] };
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const answer = await this.#parts.peer(manager).call('getStore', { scope: 'self', page, pageSize: PAGE_SIZE });
      const section = answer.PTP_STORE.managers.find(({ id }) => id === manager);
      if (section) whole = joined(whole, section);
      if (page * PAGE_SIZE >= answer.total) break;
    }
    return whole;
  }
}

const joined = (whole: ManagerSection, page: ManagerSection): ManagerSection => ({
  ...page,
  devices: [...whole.devices, ...page.devices],
  services: [...whole.services, ...page.services],
  applications: [...whole.applications, ...page.applications],
});
