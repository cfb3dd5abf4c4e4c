/** Makes one poll of one access: a place in its lane, the tries, the digest, and on to the store. */
import type { AccessMethod, Credential, PollRequest } from '../../access/access.js';
import { answerOf, type Elsewhere } from '../../assess/status.js';
import type { Env } from '../../base/env.js';
import { asPtpError, invariant, PtpError } from '../../base/errors.js';
import { Ending } from '../../base/time-limit.js';
import type { Settings } from '../../config/settings.js';
import type { AccessMethodName, ElementName } from '../../model/element.js';
import type { PollRecord } from '../../store/store.js';
import type { AlarmBook } from '../alarms/alarm-book.js';
import { costOfPoll, nextEffort, nextMean } from './cost.js';
import type { Job, Polled } from './job.js';
import { Lanes } from './lanes.js';
import { type MethodChoice, methodFor, type Surrogates } from './method-choice.js';
import { isNobodysFault, type Others } from './others.js';
import type { PollMeter } from './poll-meter.js';
import type { PollWriter } from './poll-writer.js';
import { type PollOutcome, tryAccess } from './try-access.js';

export interface PollMakerParts {
  readonly env: Env;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  readonly settings: () => Settings;
  /** Default: the configuration's own. */
  readonly credential?: (element: ElementName, id: string) => Credential | undefined;
  readonly others?: Others;
  readonly surrogates?: Surrogates;
  readonly meter: PollMeter;
  readonly writer: PollWriter;
  readonly alarms?: AlarmBook;
  /** A poll has ended, whatever came of it. */
  readonly onEnd: (job: Job) => void;
  /** A poll took so much longer than it may that the process must have stood still. */
  readonly onStoodStill: (lateMs: number) => void;
}

export class PollMaker {
  readonly #parts: PollMakerParts;
  readonly #lanes = new Lanes();
  readonly #choice: MethodChoice;
  /** While polling is suspended: what was under way is not taken before it goes on. */
  #gate: { readonly open: () => void; readonly opened: Promise<void> } | undefined;
  #suspensions = 0;
  /** See `PollTimer.standstillMs`. */
  standstillMs: number | undefined;

  constructor(parts: PollMakerParts) {
    this.#parts = parts;
    const { methods, surrogates, settings } = parts;
    this.#choice = {
      methods,
      surrogates,
      get self() {
        return settings().id;
      },
    };
  }

  get load(): Lanes['load'] {
    return this.#lanes.load;
  }

  suspend(): void {
    if (this.#gate) return;
    this.#suspensions += 1;
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gate = { open, opened };
  }

  goOn(): void {
    this.#gate?.open();
    this.#gate = undefined;
  }

  /** @param dueMs Undefined for one that is not in the schedule. Joins a poll that runs already. */
  poll(job: Job, dueMs?: number): Promise<Polled> {
    if (job.running) return job.running;
    const abort = new Ending();
    job.abort = abort;
    job.isBegun = true;
    const lane = job.failures > 0 ? 'failing' : 'healthy';
    const running = this.#lanes
      .run(lane, () => this.#make(job, dueMs, abort))
      .finally(() => {
        job.running = undefined;
        job.abort = undefined;
        this.#parts.onEnd(job);
      });
    job.running = running;
    return running;
  }

  /** Out of turn; resolves when what came of it is on disk and visible. */
  async pollStored(job: Job): Promise<{ method: string; outcome: PollOutcome }> {
    const { outcome, stored } = await this.poll(job);
    this.#parts.writer.hurry();
    if (await stored) return { method: job.spec.method, outcome };
    const error = new PtpError('Store.Failed', 'the store did not take the poll; the log says why');
    return { method: job.spec.method, outcome: { ok: false, error } };
  }

  async #make(job: Job, dueMs: number | undefined, signal: Ending): Promise<Polled> {
    if (signal.aborted) return abandoned(signal);
    const { env, settings } = this.#parts;
    const method = methodFor(this.#choice, job.spec);
    invariant(method, 'an access without a method is not polled');
    const startedMs = env.clock.monotonic();
    // What does not answer waits behind others like it, which is no lateness of this manager.
    const lagMs = dueMs === undefined || job.failures > 0 ? undefined : startedMs - dueMs;
    const suspensions = this.#suspensions;
    const outcome = await tryAccess(method, this.#requestOf(job), env.clock, signal);
    this.#noticeStandstill(job, method, startedMs);
    if (this.#gate) await this.#gate.opened;
    if (signal.aborted || job.gone) return abandoned(signal);
    // Time ran out while this process did not run: that says nothing about the element.
    if (!outcome.ok && suspensions !== this.#suspensions) {
      if (dueMs !== undefined) this.#parts.meter.judged(job.spec.method, true);
      return { outcome, stored: Promise.resolve(true) };
    }
    this.#askOthers(job, outcome, dueMs !== undefined);
    job.failures = outcome.ok ? 0 : job.failures + 1;
    this.#parts.meter.done(outcome.ok, lagMs);
    const { filters, eventRules } = settings();
    const digestedMs = env.clock.monotonic();
    const poll = job.work.digest(job, outcome, {
      nowMs: env.clock.now(),
      monotonicMs: digestedMs,
      filters,
      eventRules,
    });
    const effort = outcome.ok ? outcome.answer.effort : undefined;
    const costMs = costOfPoll(env.clock.monotonic() - digestedMs + (effort?.workMs ?? 0), poll.measured?.size ?? 0);
    this.#parts.meter.worked(costMs);
    job.costMs = nextMean(job.costMs, costMs);
    job.effort = nextEffort(job.effort, { wallMs: digestedMs - startedMs, ...effort });
    job.stored = this.#write(job, poll);
    return { outcome, stored: job.stored };
  }

  /** What others have found of an access that does not answer here: for the polls that waited for it, and its status. */
  found(job: Job, elsewhere: Elsewhere): void {
    const { meter } = this.#parts;
    const { work } = job;
    if (job.gone || !work.elsewhereOf(job.key)) return;
    work.hear(job.key, elsewhere);
    if (elsewhere.is !== 'awaited') {
      if (job.unjudged > 0) meter.judged(job.spec.method, isNobodysFault(elsewhere), job.unjudged);
      job.unjudged = 0;
    }
    void this.review(job, false);
  }

  /**
   * Judges an element anew without a poll. @returns Whether what came of it is on disk; undefined when nothing did.
   * @param isKept What is kept of it has changed in any case.
   */
  review(job: Job, isKept: boolean): Promise<boolean> | undefined {
    const { env, settings } = this.#parts;
    const context = { nowMs: env.clock.now(), eventRules: settings().eventRules };
    const verdict = job.gone ? undefined : job.work.reconsider(job, context, isKept);
    if (verdict) job.stored = this.#write(job, verdict);
    return verdict && job.stored;
  }

  /** Alarms are shown when they are on disk, and are brought there in any case. */
  #write(job: Job, poll: PollRecord): Promise<boolean> {
    const { writer, alarms } = this.#parts;
    const stored = writer.add(poll, job.key);
    const changed = poll.alarms ?? [];
    if (alarms && changed.length > 0)
      void stored.then((isKept) => (isKept ? alarms.stored(changed) : alarms.notStored(changed)));
    return stored;
  }

  #askOthers(job: Job, outcome: PollOutcome, isCounted: boolean): void {
    const { meter, others } = this.#parts;
    const { key, spec, work, index } = job;
    const before = work.elsewhereOf(key);
    if (isAnswered(outcome)) {
      if (before) others?.answered(key);
      work.hear(key, undefined);
      if (job.unjudged > 0) meter.judged(spec.method, false, job.unjudged);
      job.unjudged = 0;
      if (isCounted) meter.judged(spec.method, true);
      return;
    }
    const elsewhere: Elsewhere | undefined = isUnasked(outcome)
      ? { is: 'unasked' }
      : others?.failed({ key, element: work.element, access: index, isFirst: !before });
    work.hear(key, elsewhere);
    if (!isCounted) return;
    if (elsewhere?.is === 'awaited') job.unjudged += 1;
    else meter.judged(spec.method, isNobodysFault(elsewhere));
  }

  #requestOf({ work, spec, key }: Job): PollRequest {
    const { credential, settings } = this.#parts;
    const learnt = work.broughtTo(key);
    const find = credential ?? ((_: ElementName, id: string) => settings().credentials.get(id));
    return {
      element: work.element,
      access: spec,
      credential: spec.credential ? find(work.name, spec.credential) : undefined,
      memory: work.memoryOf(key),
      ...(learnt && { learnt }),
    };
  }

  #noticeStandstill({ spec }: Job, method: AccessMethod, startedMs: number): void {
    if (this.standstillMs === undefined || this.#gate) return;
    const allowedMs = (method.tryLimitMs?.(spec) ?? spec.timeoutMs) * (spec.retries + 1);
    const lateMs = this.#parts.env.clock.monotonic() - startedMs - allowedMs;
    if (lateMs > this.standstillMs) this.#parts.onStoodStill(lateMs);
  }
}

/** Something was there, whether or not it was what was wanted. */
const isAnswered = (outcome: PollOutcome): boolean => outcome.ok || answerOf(outcome.error.code) !== 'failed';

const isUnasked = (outcome: PollOutcome): boolean => !outcome.ok && outcome.error.code === 'Access.Surrogate';

const GONE = new PtpError('Server.Unavailable', 'the element is not polled here any more');

const abandoned = ({ aborted, reason }: Ending): Polled => ({
  outcome: { ok: false, error: aborted ? asPtpError(reason) : GONE },
  stored: Promise.resolve(true),
});
