/**
 * Polls every element that the manager owns, each at its time, and hands what comes back to the store.
 *
 * A poll goes: {@link Collector.#arm} (schedule) -> {@link Collector.#poll} (lane, tries) -> `ElementWork.digest`
 * (rates, filters, status) -> {@link PollWriter} (disk) -> {@link ElementTable} (visible).
 */
import { setMaxListeners } from 'node:events';
import type { AccessMethod } from '../../access/access.js';
import type { Env, Timer } from '../../base/env.js';
import { invariant, PtpError } from '../../base/errors.js';
import type { Settings } from '../../config/settings.js';
import type { AccessKey, AccessMethodName, AccessSpec, ElementName, ManagedElement } from '../../model/element.js';
import { accessKey } from '../../model/element.js';
import { homeEpoch } from '../../model/manager.js';
import type { AccessMemory, ElementState, PollRecord, Store } from '../../store/store.js';
import type { ElementTable } from '../element-table.js';
import { ElementWork } from './element-work.js';
import { Lanes } from './lanes.js';
import { PollMeter } from './poll-meter.js';
import { PollWriter } from './poll-writer.js';
import { backOffStride, dueAt, firstLookDelay, nextNumber, type PollPlan, phaseOf } from './schedule.js';
import { type PollOutcome, tryAccess } from './try-access.js';

export interface CollectorParts {
  readonly env: Env;
  readonly store: Store;
  readonly table: ElementTable;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  readonly settings: () => Settings;
}

/** A poll that has been made. `stored` resolves when it is on disk and visible, or given up: polling does not wait. */
interface Polled {
  readonly outcome: PollOutcome;
  readonly stored: Promise<boolean>;
}

/** One access of one element in the schedule. */
interface Job {
  readonly key: AccessKey;
  readonly work: ElementWork;
  readonly spec: AccessSpec;
  /** Position of the access within its element. */
  readonly index: number;
  readonly plan: PollPlan;
  timer: Timer | undefined;
  /** Of the poll that is armed or was made last; -1 before the first. */
  number: number;
  /** The poll that runs now; a poll never overlaps itself. */
  running: Promise<Polled> | undefined;
  failures: number;
  gone: boolean;
}

export class Collector {
  readonly #parts: CollectorParts;
  readonly #lanes = new Lanes();
  readonly #stopping = new AbortController();
  readonly #works = new Map<ElementName, ElementWork>();
  readonly #jobs = new Map<AccessKey, Job>();
  readonly #ordinals = new Map<number, number>();
  readonly #startedMs: number;
  readonly #writer: PollWriter;
  readonly meter: PollMeter;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    // Every poll that runs listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.#startedMs = parts.env.clock.monotonic();
    this.meter = new PollMeter(parts.env.clock);
    this.#writer = new PollWriter({
      env: parts.env,
      store: parts.store,
      onStored: (poll, access) => this.#show(poll, access),
    });
  }

  /** Reads what the store knows of the elements and starts polling them. */
  async start(elements: readonly ManagedElement[]): Promise<void> {
    const [states, memories] = await Promise.all([this.#parts.store.loadStates(), this.#parts.store.loadMemories()]);
    const restored = this.#define(elements, new Map(states.map((state) => [state.element, state])), memories);
    const nowMs = this.#parts.env.clock.now();
    const gaps = [...this.#works.values()].flatMap((work) => {
      const since = work.resume(nowMs);
      return since === undefined ? [] : [{ element: work.name, since }];
    });
    await this.#parts.store.recordUnwatched(gaps);
    this.#begin(restored);
  }

  /** Takes a new set of elements. Those that did not change go on in their rhythm without missing a poll. */
  async replace(elements: readonly ManagedElement[]): Promise<void> {
    const wanted = new Set(elements.map(({ name }) => name));
    for (const name of this.#works.keys()) {
      if (wanted.has(name)) continue;
      this.#forget(name);
      await this.#parts.store.forgetElement(name);
    }
    this.#begin(this.#define(elements, new Map(), []));
  }

  /** Why the store does not take polls, if so, and how much waits for it. */
  get writer(): Pick<PollWriter, 'fault' | 'waiting' | 'dropped'> {
    return this.#writer;
  }

  get load(): { readonly running: number; readonly waiting: number } {
    return this.#lanes.load;
  }

  /**
   * Polls all accesses of an element at once, out of turn; joins a poll that runs already. Resolves when the values
   * are on disk and visible.
   */
  async pollNow(name: ElementName): Promise<{ method: string; outcome: PollOutcome }[]> {
    const work = this.#works.get(name);
    const jobs = work ? this.#jobsOf(work) : [];
    if (jobs.length === 0) throw new PtpError('Client.Conflict', `${name} has no access method that can be polled`);
    return Promise.all(
      jobs.map(async (job) => {
        const { outcome, stored } = await this.#poll(job);
        if (await stored) return { method: job.spec.method, outcome };
        const error = new PtpError('Store.Failed', 'the store did not take the poll; the log says why');
        return { method: job.spec.method, outcome: { ok: false, error } };
      }),
    );
  }

  /** Ends polling; what has been polled is on disk when this resolves. */
  async stop(): Promise<void> {
    for (const job of this.#jobs.values()) job.timer?.cancel();
    this.#stopping.abort(new PtpError('Server.Unavailable', 'the manager is stopping'));
    await Promise.all([...this.#jobs.values()].map(({ running }) => running));
    await this.#writer.close();
  }

  /** @returns The jobs that are new. */
  #define(
    elements: readonly ManagedElement[],
    states: ReadonlyMap<ElementName, ElementState>,
    memories: readonly AccessMemory[],
  ): Job[] {
    const { id } = this.#parts.settings();
    const kept = new Map(memories.map(({ key, memory }) => [key, memory]));
    return elements.flatMap((element) => {
      const known = this.#works.get(element.name);
      const work = known ?? new ElementWork(element, id, states.get(element.name), this.#parts.env.clock.now());
      const former = this.#jobsOf(work);
      work.redefine(element);
      this.#works.set(element.name, work);
      return this.#defineJobs(work, former, kept);
    });
  }

  #jobsOf(work: ElementWork): Job[] {
    return work.element.access.flatMap((_, index) => this.#jobs.get(accessKey(work.name, index)) ?? []);
  }

  /** Shows all elements as they are known, and looks at what is new soon. */
  #begin(added: readonly Job[]): void {
    const { settings, table, env } = this.#parts;
    for (const work of this.#works.values())
      table.define(work.element, homeEpoch(settings().id), work.visible, work.facts);
    added.forEach((job, ordinal) => {
      const delayMs = firstLookDelay(ordinal, added.length, job.spec.intervalMs);
      job.timer = env.clock.after(delayMs, () => {
        void this.#poll(job);
        this.#arm(job);
      });
    });
  }

  /**
   * Jobs of accesses that are new or changed; an access that stayed as it was keeps its job, and one that reads the
   * same thing in another way goes on where that left off.
   */
  #defineJobs(work: ElementWork, former: readonly Job[], memories: ReadonlyMap<AccessKey, string>): Job[] {
    const wanted = work.element.access.flatMap((spec, index) =>
      this.#parts.methods.has(spec.method) && !spec.via ? [{ spec, index, key: accessKey(work.name, index) }] : [],
    );
    const kept = new Set(
      former.flatMap(({ key, spec }) => (wanted.some((one) => one.key === key && isSame(one.spec, spec)) ? [key] : [])),
    );
    const left = former.filter(({ key }) => !kept.has(key));
    const added = wanted.flatMap((one) => {
      if (kept.has(one.key)) return [];
      const memory = work.memoryOf(predecessorOf(one.key, one.spec, left)?.key);
      return [{ ...one, memory: memory === undefined ? memories.get(one.key) : JSON.stringify({ method: memory }) }];
    });
    for (const job of left) this.#drop(job);
    return added.map(({ spec, index, key, memory }) => {
      work.restore(key, memory);
      const ordinal = this.#ordinals.get(spec.intervalMs) ?? 0;
      this.#ordinals.set(spec.intervalMs, ordinal + 1);
      const plan = {
        originMs: this.#startedMs,
        phaseMs: phaseOf(ordinal, spec.intervalMs),
        intervalMs: spec.intervalMs,
      };
      const job: Job = {
        key,
        work,
        spec,
        index,
        plan,
        timer: undefined,
        number: -1,
        running: undefined,
        failures: 0,
        gone: false,
      };
      this.#jobs.set(key, job);
      return job;
    });
  }

  #drop(job: Job): void {
    job.gone = true;
    job.timer?.cancel();
    job.work.forgetAccess(job.key);
    this.#jobs.delete(job.key);
  }

  #forget(name: ElementName): void {
    const work = this.#works.get(name);
    if (work) for (const job of this.#jobsOf(work)) this.#drop(job);
    this.#works.delete(name);
    this.#parts.table.remove(name);
  }

  #arm(job: Job): void {
    if (job.gone || this.#stopping.signal.aborted) return;
    const { clock } = this.#parts.env;
    const number = nextNumber(
      job.plan,
      clock.monotonic(),
      job.number,
      backOffStride(job.failures, job.plan.intervalMs),
    );
    job.number = number;
    const dueMs = dueAt(job.plan, number);
    job.timer = clock.after(Math.max(0, dueMs - clock.monotonic()), () => {
      this.#arm(job);
      if (job.running) this.meter.overlapped();
      else void this.#poll(job, dueMs);
    });
  }

  #poll(job: Job, dueMs?: number): Promise<Polled> {
    job.running ??= this.#lanes
      .run(job.failures > 0 ? 'failing' : 'healthy', () => this.#tryOnce(job, dueMs))
      .finally(() => {
        job.running = undefined;
      });
    return job.running;
  }

  async #tryOnce(job: Job, dueMs?: number): Promise<Polled> {
    const { env, methods, settings } = this.#parts;
    const method = methods.get(job.spec.method);
    invariant(method, 'an access without a method gets no job');
    const startedMs = env.clock.monotonic();
    const request = {
      element: job.work.element,
      access: job.spec,
      credential: job.spec.credential ? settings().credentials.get(job.spec.credential) : undefined,
      memory: job.work.memoryOf(job.key),
    };
    const outcome = await tryAccess(method, request, env.clock, this.#stopping.signal);
    if (job.gone || this.#stopping.signal.aborted) return { outcome, stored: Promise.resolve(true) };
    job.failures = outcome.ok ? 0 : job.failures + 1;
    this.meter.done(outcome.ok, dueMs === undefined ? undefined : startedMs - dueMs);
    const { filters, eventRules } = settings();
    const poll = job.work.digest(job, outcome, {
      nowMs: env.clock.now(),
      monotonicMs: env.clock.monotonic(),
      filters,
      eventRules,
    });
    return { outcome, stored: this.#writer.add(poll, job.key) };
  }

  #show(poll: PollRecord, key: AccessKey): void {
    const work = this.#works.get(poll.element);
    const { method, time, ok, responseMs, error } = poll;
    this.#parts.table.apply(poll.element, {
      state: poll.state,
      facts: work?.facts,
      access: { key, method, ok, time, responseMs, error },
    });
  }
}

/** The access whose place another takes: one that reads the same thing, else the one in its position. */
function predecessorOf(key: AccessKey, spec: AccessSpec, former: readonly Job[]): Job | undefined {
  const alike = former.filter((job) => job.spec.method === spec.method);
  return alike.find((job) => isSame(job.spec.options, spec.options)) ?? alike.find((job) => job.key === key);
}

const isSame = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);
