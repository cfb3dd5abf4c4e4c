/**
 * Polls every element that the manager owns, each at its time, and hands what comes back to the store.
 *
 * A poll goes: {@link PollTimer} (due) -> {@link PollMaker} (lane, tries) -> `ElementWork.digest` (rates, filters,
 * status) -> {@link PollWriter} (disk) -> `ElementTable` (visible).
 *
 * What it owns: all elements of its configuration where it is alone ({@link Collector.start},
 * {@link Collector.replace}), and what the pool says where there is one ({@link Collector.load}, {@link Collector.own}):
 *
 * ```
 *   nothing ── own ──▶ owned ── release ──▶ leaving ── all polls below the taker's first are made ──▶ nothing
 *                       │  ▲                   │
 *                       │  └─── own, renew ────┘
 *                       └── drop ──▶ nothing, at once
 * ```
 */
import type { Elsewhere } from '../../assess/status.js';
import { PtpError } from '../../base/errors.js';
import type { AccessKey, ElementName, ManagedElement } from '../../model/element.js';
import { type Epoch, homeEpoch } from '../../model/manager.js';
import type { Bundle, PollCursor } from '../../pool/holding/state.js';
import type { PollRecord } from '../../store/store.js';
import type { CollectorParts, Owned, Owning } from './collector-parts.js';
import { isFurther } from './cursors.js';
import { ElementReview } from './element-review.js';
import type { ElementWork } from './element-work.js';
import { isSameSpec, type Job } from './job.js';
import { Leaving } from './leaving.js';
import { OwnedElements } from './owned-elements.js';
import { PollMaker } from './poll-maker.js';
import { PollMeter } from './poll-meter.js';
import { type MadeUp, PollTimer, sumOf } from './poll-timer.js';
import { PollWriter } from './poll-writer.js';
import { firstLookDelay, joinDelay } from './schedule.js';
import type { PollOutcome } from './try-access.js';

export class Collector {
  readonly #parts: CollectorParts;
  readonly #elements: OwnedElements;
  readonly #timer: PollTimer;
  readonly #maker: PollMaker;
  readonly #writer: PollWriter;
  readonly #leaving = new Leaving();
  /** Accesses that joined one by one since the start. */
  #joined = 0;
  #isAlone = false;
  #pausedMs: number | undefined;
  readonly meter: PollMeter;
  readonly review: ElementReview;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    const { env } = parts;
    const onStoodStill = (lateMs: number): void => this.#stoodStill(lateMs);
    const onEnd = (job: Job): void => this.#ended(job);
    this.#elements = new OwnedElements(parts);
    this.meter = new PollMeter(env.clock, () => this.#elements.costPerSecond);
    this.#writer = new PollWriter({ ...parts, onStored: (poll, access) => this.#show(poll, access) });
    this.#timer = new PollTimer({
      ...parts,
      onDue: (job, dueMs) => this.#due(job, dueMs),
      onEnded: onEnd,
      onStoodStill,
    });
    this.#maker = new PollMaker({ ...parts, meter: this.meter, writer: this.#writer, onEnd, onStoodStill });
    this.review = new ElementReview({ ...parts, elements: this.#elements, maker: this.#maker, timer: this.#timer });
  }

  /** Of a manager that is alone: reads what the store knows of the elements, and polls them from now on. */
  async start(elements: readonly ManagedElement[]): Promise<void> {
    this.#isAlone = true;
    await this.load();
    const added = this.#take(elements);
    await this.#elements.noteGaps(this.#elements.all());
    this.#beginAll(added);
  }

  /**
   * Of a manager in a pool: reads what the store knows, and polls nothing before it is told to.
   * @returns Elements that were owned here once; those that belong to others are to be dropped.
   */
  load(): Promise<readonly ElementName[]> {
    return this.#elements.load();
  }

  /**
   * Takes changed definitions; elements that did not change go on in their rhythm without missing a poll. Alone, they
   * are also all that is polled from now on. In a pool, what is owned by others does not begin, and what is owned here
   * goes on though it is not among them: it may be at home elsewhere.
   */
  async replace(elements: readonly ManagedElement[]): Promise<void> {
    if (!this.#isAlone) {
      for (const element of elements) this.redefine(element);
      return;
    }
    const wanted = new Set(elements.map(({ name }) => name));
    await Promise.all(this.#elements.all().map(({ name }) => (wanted.has(name) ? undefined : this.drop(name))));
    this.#beginAll(this.#take(elements));
  }

  /** A new definition of an element that is owned here; of others, and of one that is leaving, it is left to the owner. */
  redefine(element: ManagedElement): void {
    const work = this.#elements.get(element.name);
    if (!work || this.#leaving.has(work.name) || isSameSpec(work.element, element)) return;
    const added = this.#redefine(work, element);
    this.#elements.show(work);
    for (const job of added) this.#join(job);
  }

  /**
   * Polls an element from now on. With a bundle each access goes on with its cursor's number, in the same rhythm: what
   * fell due last is polled at once, what fell due before that is missed. Without one it begins anew. One that is polled
   * here already goes on, under this epoch.
   */
  own({ element, epoch, arrival, bundle }: Owning): Owned {
    const known = this.#elements.get(element.name);
    if (known) {
      const isElsewhere =
        this.#leaving.has(element.name) && isFurther(bundle?.cursors ?? [], this.#elements.jobsOf(known));
      if (!isElsewhere) return this.#keep(known, element, epoch);
      void this.#remove(known);
    }
    const { work, jobs, inRhythm, fault, keptMs } = this.#elements.add(element, epoch, bundle);
    void this.#elements.noteGaps([work], keptMs === undefined ? undefined : this.#parts.env.clock.now() - keptMs);
    this.#elements.show(work);
    const made = jobs.map((job) => {
      if (inRhythm.has(job)) return this.#timer.resume(job);
      this.#join(job);
      return { madeUp: 0, missed: 0 };
    });
    const owned = { ...sumOf(made), ...(fault !== undefined && { fault }) };
    this.#parts.env.log.debug('an element is polled here', { element: element.name, arrival, ...owned });
    return owned;
  }

  /** It goes on under a newer epoch; a release that is under way is off. @returns False when it is not polled here. */
  renew(name: ElementName, epoch: Epoch): boolean {
    const work = this.#elements.get(name);
    if (work) this.#keep(work, work.element, epoch);
    return work !== undefined;
  }

  /**
   * Takes what a former owner did after the bundle with which the element came: for accesses that have not been polled
   * here yet.
   * @throws PtpError `Client.Validation`, `Client.TooLarge`
   */
  refresh(name: ElementName, bundle: Bundle): void {
    const work = this.#elements.get(name);
    if (work) this.#elements.refresh(work, bundle);
  }

  /**
   * Polls the numbers below `first`, one for each access, and then no more. Resolves when they are made, with what has
   * happened since the last {@link bundleOf} with `aheadMs`, if anything, for the taker; the element is forgotten then, its history
   * stays. Resolves with nothing, too, when the element is owned anew or dropped meanwhile.
   */
  release(name: ElementName, first: readonly number[]): Promise<Bundle | undefined> {
    const work = this.#elements.get(name);
    if (!work) return Promise.resolve(undefined);
    const left = this.#leaving.begin(name);
    const cut = this.#elements.cursorsOf(work, 0);
    for (const job of this.#elements.jobsOf(work)) {
      job.until = first[job.index] ?? cut[job.index]?.next ?? 0;
      // Begun before the word of the taker came: that one polls it, too, and only its word may change a status.
      if (job.running && job.number >= job.until) job.abort?.abort(notPolled(name));
      this.#timer.cancel(job);
      if (!this.#timer.isHeld) this.#timer.resume(job);
    }
    this.#leaveIfDone(work);
    return left;
  }

  /**
   * Stops at once: a poll under way is abandoned and not stored. Resolves when the store has forgotten the element's
   * state; its history stays. Goes for one that is only known from the store, too.
   */
  drop(name: ElementName): Promise<void> {
    const work = this.#elements.get(name);
    return work ? this.#remove(work) : this.#elements.forget(name);
  }

  /** Names of what is polled here and not about to leave. */
  owned(): ElementName[] {
    return this.#elements.all().flatMap(({ name }) => (this.#leaving.has(name) ? [] : [name]));
  }

  epochOf(name: ElementName): Epoch | undefined {
    return this.#elements.get(name)?.epoch;
  }

  definitionOf(name: ElementName): ManagedElement | undefined {
    return this.#elements.get(name)?.element;
  }

  /**
   * For each access its first poll that falls due `aheadMs` from now or later: where a hand-over can cut. Without
   * `aheadMs` the first that is not done, which may be under way or overdue: where another goes on if this one dies.
   */
  cursorsOf(name: ElementName, aheadMs?: number): readonly PollCursor[] {
    const work = this.#elements.get(name);
    return work ? this.#elements.cursorsOf(work, aheadMs) : [];
  }

  /**
   * All that another owner needs, as of now. See {@link cursorsOf} for `aheadMs`.
   * @param sealed Credentials, encrypted for those who may open them.
   * @throws PtpError `Client.TooLarge`
   */
  bundleOf(name: ElementName, aheadMs?: number, sealed?: string): Bundle | undefined {
    const work = this.#elements.get(name);
    return work && this.#elements.bundleOf(work, aheadMs, sealed);
  }

  /**
   * Milliseconds of own work per second that polling the element costs; told anew only when it is out by more than a
   * quarter, so that assignments do not follow every breath. See `DEFAULT_CAPACITY` for what a manager can carry.
   */
  costOf(name: ElementName): number {
    const work = this.#elements.get(name);
    return work ? this.#elements.costOf(work) : 0;
  }

  /** What others find of an access that does not answer here. While nobody reaches it, its failed polls count as done. */
  found(name: ElementName, access: number, elsewhere: Elsewhere): void {
    const work = this.#elements.get(name);
    const job = work && this.#elements.jobsOf(work)[access];
    if (job) this.#maker.found(job, elsewhere);
  }

  /** Polls nothing, and keeps what it has. Polls under way are finished. */
  pauseAll(): void {
    this.#pausedMs ??= this.#parts.env.clock.now();
    this.#timer.hold('pause');
  }

  /** What fell due meanwhile is skipped; a status is not carried over a time in which nobody watched. */
  resumeAll(): void {
    const pausedMs = this.#pausedMs;
    if (pausedMs === undefined) return;
    this.#pausedMs = undefined;
    void this.#elements.noteGaps(this.#elements.all(), pausedMs);
    if (this.#timer.lift('pause')) for (const job of this.#elements.idleJobs()) this.#timer.skip(job);
  }

  /** Polls nothing and takes no answer to polls under way until {@link goOn}: whether it still may is being asked. */
  suspend(): void {
    this.#timer.hold('suspension');
    this.#maker.suspend();
  }

  /** @returns What fell due meanwhile: skipped and missed, or the last of each access made up. */
  goOn({ skipOverdue }: { readonly skipOverdue: boolean }): MadeUp {
    this.#maker.goOn();
    const idle = this.#timer.lift('suspension') ? this.#elements.idleJobs() : [];
    return sumOf(
      idle.map((job) => (skipOverdue ? { madeUp: 0, missed: this.#timer.skip(job) } : this.#timer.resume(job))),
    );
  }

  /**
   * Suspends itself, and tells so (`onStoodStill`), whenever it finds that it stood still for longer than `afterMs` (a
   * heartbeat): somebody else may own its elements by now. Undefined, the default, polls on whatever happens.
   */
  watchStandstill(afterMs: number | undefined): void {
    this.#timer.standstillMs = afterMs;
    this.#maker.standstillMs = afterMs;
  }

  /** Paused or suspended. */
  get isHeld(): boolean {
    return this.#timer.isHeld;
  }

  /** Why the store does not take polls, if so, and how much waits for it. */
  get writer(): Pick<PollWriter, 'fault' | 'waiting' | 'share' | 'dropped' | 'takeUp'> {
    return this.#writer;
  }

  /** Polls that run, and that wait for a place. */
  get queue(): PollMaker['load'] {
    return this.#maker.load;
  }

  /**
   * Polls all accesses of an element at once, out of turn; joins a poll that runs already. Resolves when the values
   * are on disk and visible.
   */
  async pollNow(name: ElementName): Promise<{ method: string; outcome: PollOutcome }[]> {
    const work = this.#elements.get(name);
    const jobs = work ? this.#elements.jobsOf(work).filter(({ isPollable }) => isPollable) : [];
    if (jobs.length === 0) throw new PtpError('Client.Conflict', `${name} has no access method that can be polled`);
    if (this.isHeld) throw new PtpError('Server.Unavailable', 'this manager is paused; resume it, or try again soon');
    return Promise.all(jobs.map((job) => this.#maker.pollStored(job)));
  }

  /** Ends polling; what has been polled is on disk when this resolves. */
  async stop(): Promise<void> {
    const jobs = this.#elements.jobs();
    const reason = new PtpError('Server.Unavailable', 'the manager is stopping');
    this.#timer.close(jobs);
    for (const { abort } of jobs) abort?.abort(reason);
    this.#maker.goOn();
    this.#leaving.endAll();
    await Promise.all(jobs.map(({ running }) => running));
    await this.#writer.close();
    await this.#elements.close();
  }

  /** @returns The jobs that are new. */
  #take(elements: readonly ManagedElement[]): Job[] {
    const epoch = homeEpoch(this.#parts.settings().id);
    return elements.flatMap((element) => {
      const known = this.#elements.get(element.name);
      return known ? this.#redefine(known, element) : this.#elements.add(element, epoch).jobs;
    });
  }

  #redefine(work: ElementWork, element: ManagedElement): readonly Job[] {
    const { added, left } = this.#elements.redefine(work, element);
    for (const job of left) this.#timer.cancel(job);
    return added;
  }

  /** Shows all elements as they are known, and looks at what is new soon. */
  #beginAll(added: readonly Job[]): void {
    for (const work of this.#elements.all()) this.#elements.show(work);
    added.forEach((job, ordinal) => {
      this.#timer.begin(job, firstLookDelay(ordinal, added.length, job.spec.intervalMs));
    });
  }

  #join(job: Job): void {
    this.#joined += 1;
    this.#timer.begin(job, joinDelay(this.#joined, this.#timer.newcomers, job.spec.intervalMs));
  }

  /** Goes on with what is polled here already. */
  #keep(work: ElementWork, element: ManagedElement, epoch: Epoch): MadeUp {
    work.epoch = epoch;
    const left = this.#leaving.has(work.name) ? this.#elements.jobsOf(work) : [];
    this.#leaving.end(work.name);
    const made = left.map((job) => {
      job.until = Number.POSITIVE_INFINITY;
      job.isEnded = false;
      return this.#timer.resume(job);
    });
    const added = isSameSpec(work.element, element) ? [] : this.#redefine(work, element);
    this.#elements.show(work);
    for (const job of added) this.#join(job);
    return sumOf(made);
  }

  #due(job: Job, dueMs: number | undefined): void {
    if (job.running && dueMs !== undefined) {
      this.meter.overlapped();
      return;
    }
    void this.#maker.poll(job, dueMs);
  }

  /** A poll is over, or the last number of an access begun: for a leaving element it may have been the last of all. */
  #ended(job: Job): void {
    if (!job.gone) this.#leaveIfDone(job.work);
  }

  #leaveIfDone(work: ElementWork): void {
    if (!this.#leaving.has(work.name)) return;
    const jobs = this.#elements.jobsOf(work);
    if (!jobs.every(({ isEnded, isPollable, running }) => (isEnded || !isPollable) && !running)) return;
    this.#leaving.end(work.name, this.#elements.lastBundleOf(work));
    void this.#remove(work);
  }

  #remove(work: ElementWork): Promise<void> {
    this.#leaving.end(work.name);
    for (const job of this.#elements.jobsOf(work)) this.#timer.cancel(job);
    return this.#elements.remove(work);
  }

  #stoodStill(lateMs: number): void {
    this.suspend();
    this.#parts.env.log.warn('the process stood still; polling waits for word whether it may go on', { lateMs });
    this.#parts.onStoodStill?.(lateMs);
  }

  #show(poll: PollRecord, key: AccessKey): void {
    const work = this.#elements.get(poll.element);
    if (!work) return;
    const { method, time, ok, responseMs, error } = poll;
    const access = poll.isVerdict
      ? undefined
      : { method, ok, time, responseMs, error, ...this.#elements.toldCostOf(key) };
    this.#parts.table.apply(poll.element, { state: poll.state, facts: work.facts, key, access });
    this.#parts.onPolled?.(poll.element, { isJudged: poll.isVerdict === true });
  }
}

const notPolled = (name: ElementName): PtpError =>
  new PtpError('Server.Unavailable', `${name} is not polled here any more`);
