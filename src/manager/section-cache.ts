/**
 * What an integration manager remembers of each manager's part of the database, and how old it is.
 *
 * Sections are pulled page by page at a steady pace; whoever asks with a `maxAge` has older ones pulled anew first.
 * A manager that does not answer keeps its last known section, whose age says so.
 *
 * Elements that somebody asked for anew are remembered, too, so that nobody is shown an older state than was shown before. The
 * age remains that of the whole section: nothing in it is older.
 */
import type { Env, Timer } from '../base/env.js';
import { asPtpError, PtpError } from '../base/errors.js';
import { elementName } from '../model/element.js';
import { type ElementEntry, type ManagerSection, sectionElements } from '../model/ptp-store.js';
import type { Peer } from '../peer/peer.js';

/**
 * Elements in one request (a router with hundreds of interfaces is 130 KB). A page that is too much for one answer is
 * asked for in smaller ones, so each size divides the one before.
 */
const PAGE_SIZES = [25, 5, 1] as const;
/** Pages of one manager: 100,000 elements. */
const MOST_PAGES = 4000;
/** A manager that has just started knows little of its elements; a moment later it has looked at most. */
const FIRST_LOOKS_MS = 2000;
/** Values that are remembered of one manager. */
const MOST_VALUES = 4_000_000;

/** Elements of one manager that are remembered beside those that were pulled. */
const MOST_ANEW = 1000;

/** An element that was asked for by itself. */
interface Anew {
  readonly entry: ElementEntry;
  /** Monotonic time before it was asked for. */
  readonly askedMs: number;
}

interface Cached {
  readonly section: ManagerSection;
  /** Monotonic times at which pulling it began and ended. */
  readonly askedMs: number;
  readonly takenMs: number;
}

export interface SectionCacheParts {
  readonly env: Env;
  readonly peer: (manager: string) => Peer;
  /** Milliseconds; asked at each pull. */
  readonly pullEveryMs: () => number;
  /** Called when a manager has given its section, before anybody is answered with it. */
  readonly onPulled?: (manager: string) => Promise<void>;
}

export class SectionCache {
  readonly #parts: SectionCacheParts;
  readonly #cached = new Map<string, Cached>();
  /** Of each manager by `kind/id`: what was asked for after pulling began. */
  readonly #anew = new Map<string, Map<string, Anew>>();
  readonly #pulling = new Map<string, Promise<void>>();
  readonly #reasons = new Map<string, string>();
  readonly #timers = new Map<string, Timer>();

  constructor(parts: SectionCacheParts) {
    this.#parts = parts;
  }

  /** Pulls a manager's section now, soon again, and from then on at the usual pace. */
  follow(manager: string): void {
    this.#pullEvery(manager, Math.min(FIRST_LOOKS_MS, this.#parts.pullEveryMs()));
  }

  #pullEvery(manager: string, nextMs: number): void {
    this.#timers.get(manager)?.cancel();
    this.#timers.set(
      manager,
      this.#parts.env.clock.after(nextMs, () => this.#pullEvery(manager, this.#parts.pullEveryMs())),
    );
    void this.pull(manager);
  }

  /** Forgets all managers but these. */
  retain(managers: readonly string[]): void {
    for (const [manager, timer] of this.#timers) {
      if (managers.includes(manager)) continue;
      timer.cancel();
      for (const known of [this.#timers, this.#cached, this.#anew, this.#reasons]) known.delete(manager);
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** Pulls again what is older than `maxAgeSeconds`; resolves when that is done or has failed. Never rejects. */
  async refresh(managers: readonly string[], maxAgeSeconds: number): Promise<void> {
    const old = managers.filter((manager) => this.isOlder(manager, maxAgeSeconds));
    await Promise.all(old.map((manager) => this.pull(manager)));
  }

  /** Whether what is remembered is too old for who wants it no older than that; so it always is for 0. */
  isOlder(manager: string, maxAgeSeconds: number): boolean {
    const cached = this.#cached.get(manager);
    return !cached || this.#parts.env.clock.monotonic() - cached.takenMs >= maxAgeSeconds * 1000;
  }

  /** Takes over what a manager has just said of some of its elements; nothing where its section was pulled since. */
  remember(section: ManagerSection, askedMs: number): void {
    const cached = this.#cached.get(section.id);
    if (cached && askedMs < cached.askedMs) return;
    const anew = this.#anew.get(section.id) ?? new Map<string, Anew>();
    this.#anew.set(section.id, anew);
    for (const entry of sectionElements(section)) {
      const name = elementName(entry.kind, entry.id);
      const known = anew.get(name);
      const isNewer = known ? askedMs >= known.askedMs : anew.size < MOST_ANEW;
      if (isNewer) anew.set(name, { entry, askedMs });
    }
  }

  /** The last known section, its age as of now. */
  get(manager: string): ManagerSection | undefined {
    const cached = this.#cached.get(manager);
    if (!cached) return undefined;
    const age = (this.#parts.env.clock.monotonic() - cached.takenMs) / 1000;
    return {
      ...withAnew(cached.section, this.#anew.get(manager)),
      age: (cached.section.age ?? 0) + age,
      source: 'cache',
    };
  }

  /** Why the latest pull failed; undefined when it did not. */
  reason(manager: string): string | undefined {
    return this.#reasons.get(manager);
  }

  pull(manager: string): Promise<void> {
    const running = this.#pulling.get(manager);
    if (running) return running;
    const { clock } = this.#parts.env;
    const askedMs = clock.monotonic();
    const pull = this.#pullAll(manager)
      .then(
        (section) => {
          this.#cached.set(manager, { section, askedMs, takenMs: clock.monotonic() });
          const anew = [...(this.#anew.get(manager) ?? [])].filter(([, one]) => one.askedMs >= askedMs);
          this.#anew.set(manager, new Map(anew));
          this.#reasons.delete(manager);
          return this.#parts.onPulled?.(manager);
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
    let values = 0;
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const { sections, total } = await this.#pullPage(manager, page);
      for (const section of sections) {
        whole = joined(whole, section);
        for (const { metrics } of sectionElements(section)) values += metrics.length;
      }
      if (values > MOST_VALUES) throw unusable(manager, `it has more than ${MOST_VALUES} values`);
      if (page * PAGE_SIZES[0] >= total) break;
    }
    return whole;
  }

  /** A page of the largest size, in as many pieces as it takes. */
  async #pullPage(manager: string, page: number, step = 0): Promise<Pulled> {
    const pageSize = PAGE_SIZES[step] ?? 1;
    try {
      return await this.#ask(manager, { page, pageSize });
    } catch (thrown) {
      // On the wire, `Client.TooLarge` is a fault of this kind.
      if (asPtpError(thrown).fault !== 'Client.Validation') throw thrown;
    }
    const smaller = PAGE_SIZES[step + 1];
    // The one element whose values fit into no answer is remembered without them.
    if (smaller === undefined) return this.#ask(manager, { page, pageSize, detail: 'summary' });
    const pieces = pageSize / smaller;
    const sections: ManagerSection[] = [];
    for (let piece = (page - 1) * pieces + 1; ; piece += 1) {
      const pulled = await this.#pullPage(manager, piece, step + 1);
      sections.push(...pulled.sections);
      if (piece === page * pieces || piece * smaller >= pulled.total) return { sections, total: pulled.total };
    }
  }

  async #ask(
    manager: string,
    question: { readonly page: number; readonly pageSize: number; readonly detail?: 'summary' },
  ): Promise<Pulled> {
    const { PTP_STORE, total } = await this.#parts.peer(manager).call('getStore', { scope: 'self', ...question });
    const section = PTP_STORE.managers.find(({ id }) => id === manager);
    const count = section ? sectionElements(section).length : 0;
    if (count > question.pageSize)
      throw unusable(manager, `it sent ${count} elements where ${question.pageSize} were asked for`);
    return { sections: section ? [section] : [], total };
  }
}

interface Pulled {
  readonly sections: readonly ManagerSection[];
  /** Elements that the manager has. */
  readonly total: number;
}

const unusable = (manager: string, why: string): PtpError =>
  new PtpError('Server.Unavailable', `the elements of ${manager} cannot be used: ${why}`);

const joined = (whole: ManagerSection, page: ManagerSection): ManagerSection => ({
  ...page,
  devices: [...whole.devices, ...page.devices],
  services: [...whole.services, ...page.services],
  applications: [...whole.applications, ...page.applications],
});

function withAnew(section: ManagerSection, anew: ReadonlyMap<string, Anew> = new Map()): ManagerSection {
  if (anew.size === 0) return section;
  const entries = new Map<string, ElementEntry>(
    sectionElements(section).map((entry) => [elementName(entry.kind, entry.id), entry]),
  );
  for (const [name, { entry }] of anew) entries.set(name, entry);
  const all = [...entries.values()];
  return {
    ...section,
    devices: all.filter(({ kind }) => kind === 'device'),
    services: all.filter(({ kind }) => kind === 'service'),
    applications: all.filter(({ kind }) => kind === 'application'),
  };
}
