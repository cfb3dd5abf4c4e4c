/** The elements that are polled here: what is known of each, its accesses, and what of it travels to other owners. */
import type { AccessMethod } from '../../access/access.js';
import type { Env } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import type { Settings } from '../../config/settings.js';
import type { AccessKey, AccessMethodName, ElementName, ManagedElement } from '../../model/element.js';
import type { Epoch } from '../../model/manager.js';
import type { AccessState } from '../../model/ptp-store.js';
import type { Bundle, PollCursor } from '../../pool/holding/state.js';
import type { Store } from '../../store/store.js';
import type { AlarmBook } from '../alarms/alarm-book.js';
import type { ElementTable } from '../element-table.js';
import type { Moment } from '../pool/bundle/content.js';
import { type ImportedBundle, importBundle } from '../pool/bundle/import.js';
import { bundleFrom, restoreAccess } from './carry.js';
import { toldCost } from './cost.js';
import { cursorOf, startFrom } from './cursors.js';
import { ElementAlarms } from './element-alarms.js';
import { ElementWork } from './element-work.js';
import type { Job } from './job.js';
import { JobTable } from './job-table.js';
import { Known } from './known.js';
import type { Surrogates } from './method-choice.js';
import type { Others } from './others.js';

export interface OwnedElementsParts {
  readonly env: Env;
  readonly store: Store;
  readonly table: ElementTable;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  readonly settings: () => Settings;
  readonly surrogates?: Surrogates;
  readonly alarms?: AlarmBook;
  /** Need not ask any more about what is not polled here any more. */
  readonly others?: Pick<Others, 'answered'>;
}

type AccessCost = Pick<AccessState, 'cost' | 'workMs' | 'wallMs' | 'requests' | 'bytes'>;

export interface Added {
  readonly work: ElementWork;
  readonly jobs: readonly Job[];
  /** Those that go on in the rhythm of their former owner. */
  readonly inRhythm: ReadonlySet<Job>;
  /** How long the bundle had been on its way; undefined without one that could be used. */
  readonly keptMs: number | undefined;
  /** Why the bundle's body was not taken. */
  readonly fault: string | undefined;
}

export class OwnedElements {
  readonly #parts: OwnedElementsParts;
  readonly #works = new Map<ElementName, ElementWork>();
  readonly #jobs: JobTable;
  readonly #known: Known;
  readonly #told = new Map<ElementName, number>();

  constructor(parts: OwnedElementsParts) {
    this.#parts = parts;
    this.#jobs = new JobTable({ ...parts, self: parts.settings().id }, parts.env.clock.monotonic(), (key) =>
      parts.others?.answered(key),
    );
    this.#known = new Known(parts.env, parts.store);
  }

  load(): Promise<readonly ElementName[]> {
    return this.#known.load();
  }

  /** Resolves when the store has forgotten what is to be forgotten. */
  close(): Promise<void> {
    return this.#known.close();
  }

  get(name: ElementName): ElementWork | undefined {
    return this.#works.get(name);
  }

  all(): ElementWork[] {
    return [...this.#works.values()];
  }

  jobs(): Job[] {
    return this.#jobs.all();
  }

  /** Accesses whose timer ran while polling was held. */
  idleJobs(): Job[] {
    return this.jobs().filter(({ timer, isEnded, isPollable }) => isPollable && !timer && !isEnded);
  }

  jobsOf(work: ElementWork): Job[] {
    return this.#jobs.of(work);
  }

  /** A faulty body of a bundle is no reason not to poll: then the store's word counts. */
  add(element: ManagedElement, epoch: Epoch, bundle?: Bundle): Added {
    const { env, settings } = this.#parts;
    const { imported, fault } = bundle ? this.#imported(bundle, element.name) : {};
    const stored = this.#known.take(element.name);
    const alarms = new ElementAlarms(this.#parts.alarms, element.name, imported);
    const known = imported ? undefined : stored?.state;
    const work = new ElementWork(element, settings().id, epoch, known, this.#moment, alarms);
    this.#works.set(element.name, work);
    if (imported) work.adopt(imported);
    if (imported?.shown && element.access.length === 0) this.#keepPushed(work);
    const nowMs = env.clock.monotonic();
    const inRhythm = new Set<number>();
    const jobs = this.#jobs.define(work, [], (access) => {
      const rhythm = startFrom(bundle?.cursors[access.index], access.spec, nowMs);
      if (rhythm) inRhythm.add(access.index);
      return { ...restoreAccess(work, access, imported, stored?.memories), ...rhythm };
    });
    return {
      work,
      jobs,
      inRhythm: new Set(jobs.filter(({ index }) => inRhythm.has(index))),
      keptMs: imported?.keptMs,
      fault,
    };
  }

  /** Takes another definition. @returns The jobs that are new, and those that are gone. */
  redefine(work: ElementWork, element: ManagedElement): { readonly added: Job[]; readonly left: readonly Job[] } {
    const former = this.#jobs.of(work);
    work.redefine(element);
    const added = this.#jobs.define(work, former, (access) => restoreAccess(work, access, undefined, undefined));
    return { added, left: former.filter(({ gone }) => gone) };
  }

  /** Makes visible what is known of it. */
  show(work: ElementWork): void {
    this.#parts.table.define(work.element, work.epoch, work.visible, work.facts);
  }

  /** See `Collector.refresh`. */
  refresh(work: ElementWork, bundle: Bundle): void {
    const imported = this.#checked(bundle, work.name);
    const jobs = this.#jobs.of(work);
    const untouched = jobs.filter(({ isBegun }) => !isBegun);
    if (untouched.length === jobs.length) work.adopt(imported);
    if (imported.alarms) this.#parts.alarms?.adopt(work.name, imported.alarms);
    for (const job of untouched) Object.assign(job, restoreAccess(work, job, imported, undefined));
    this.#parts.table.apply(work.name, { state: work.visible, facts: work.facts });
  }

  /** Ends what runs, and forgets it; resolves when the store has done so, too. */
  remove(work: ElementWork): Promise<void> {
    const { name } = work;
    const jobs = this.#jobs.of(work);
    const reason = new PtpError('Server.Unavailable', `${name} is not polled here any more`);
    for (const job of jobs) this.#jobs.remove(job, reason);
    this.#works.delete(name);
    this.#told.delete(name);
    this.#parts.table.remove(name);
    return this.forget(
      name,
      jobs.flatMap(({ stored }) => stored ?? []),
    );
  }

  /** @param stored What the store has to take before. */
  forget(name: ElementName, stored: readonly Promise<unknown>[] = []): Promise<void> {
    this.#parts.alarms?.leave(name);
    return this.#known.forget(name, stored, () => this.#works.has(name));
  }

  /**
   * Does not carry a status over a time in which nobody watched, and notes that time.
   * @param watchedMs See `ElementWork.resume`.
   */
  async noteGaps(works: readonly ElementWork[], watchedMs?: number): Promise<void> {
    const nowMs = this.#parts.env.clock.now();
    const gaps = works.flatMap((work) => {
      const since = work.resume(nowMs, watchedMs);
      if (since === undefined) return [];
      this.#parts.table.apply(work.name, { state: work.visible });
      return [{ element: work.name, since }];
    });
    await this.#known.unwatched(gaps);
  }

  cursorsOf(work: ElementWork, aheadMs: number | undefined): readonly PollCursor[] {
    const nowMs = this.#parts.env.clock.monotonic();
    return this.#jobs.of(work).map((job) => cursorOf(job, nowMs, aheadMs));
  }

  /** @throws PtpError `Client.TooLarge` */
  bundleOf(work: ElementWork, aheadMs: number | undefined, sealed?: string): Bundle {
    return bundleFrom(work, this.#jobs.of(work), this.#moment, aheadMs, sealed);
  }

  /** What changed since the last bundle for a hand-over; undefined when nothing did, or it cannot travel. */
  lastBundleOf(work: ElementWork): Bundle | undefined {
    if (!work.isChanged) return undefined;
    try {
      return this.bundleOf(work, 0);
    } catch (thrown) {
      this.#parts.env.log.warn('the last bundle could not be made', {
        element: work.name,
        reason: asPtpError(thrown).message,
      });
      return undefined;
    }
  }

  /** What an access costs, as it is shown. */
  toldCostOf(key: AccessKey): AccessCost {
    const job = this.#jobs.get(key);
    if (!job?.effort) return {};
    const { wallMs, requests, bytes } = job.effort;
    return {
      cost: rounded((job.costMs * 1000) / job.spec.intervalMs),
      workMs: rounded(job.costMs),
      wallMs: Math.round(wallMs),
      ...(requests !== undefined && { requests: Math.round(requests * 10) / 10 }),
      ...(bytes !== undefined && { bytes: Math.round(bytes) }),
    };
  }

  get costPerSecond(): number {
    return this.#jobs.costPerSecond;
  }

  costOf(work: ElementWork): number {
    const cost = this.#jobs.of(work).reduce((sum, { costMs, spec }) => sum + (costMs * 1000) / spec.intervalMs, 0);
    const told = toldCost(this.#told.get(work.name), cost);
    this.#told.set(work.name, told);
    return told;
  }

  /** No poll brings to disk what came of an element that nobody polls. */
  #keepPushed({ name, visible: state }: ElementWork): void {
    const { env, store } = this.#parts;
    const time = env.clock.now();
    const record = {
      isVerdict: true,
      element: name,
      method: 'push',
      time,
      ok: true,
      samples: [],
      events: [],
      state,
    } as const;
    store.recordPolls([record]).catch((thrown: unknown) =>
      env.log.warn('what was pushed of an element is not on disk here', {
        element: name,
        reason: asPtpError(thrown).message,
      }),
    );
  }

  get #moment(): Moment {
    const { clock } = this.#parts.env;
    return { nowMs: clock.now(), monotonicMs: clock.monotonic() };
  }

  #imported(bundle: Bundle, name: ElementName): { readonly imported?: ImportedBundle; readonly fault?: string } {
    try {
      return { imported: this.#checked(bundle, name) };
    } catch (thrown) {
      const fault = asPtpError(thrown).message;
      this.#parts.env.log.warn('a bundle cannot be used', { element: name, reason: fault });
      return { fault };
    }
  }

  #checked(bundle: Bundle, name: ElementName): ImportedBundle {
    const imported = importBundle(bundle.body, this.#moment, bundle.cursors);
    if (imported.element.name !== name)
      throw new PtpError('Client.Validation', `the bundle is of ${imported.element.name}; it should be of ${name}`);
    return imported;
  }
}

const rounded = (value: number): number => Number(value.toPrecision(3));
