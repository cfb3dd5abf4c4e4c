/**
 * Watches how much a manager has to do: measures every few seconds, tells when it becomes too much and when it is over
 * ({@link step}), tells the pool what it can carry, and asks it to take what is more.
 *
 * Costs next to nothing: counts that are kept anyway are looked at, nothing is done for a poll or a value.
 */
import type { Env, Timer } from '../../base/env.js';
import type { ProcessMeter } from '../../base/process-meter.js';
import type { Settings } from '../../config/settings.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { Collector } from '../collector/collector.js';
import { DEFAULT_CAPACITY } from '../collector/cost.js';
import { STATIONARY } from '../pool/offer.js';
import type { DelegateRequest, DelegateResult } from '../pool/pool-service.js';
import { Asking } from './asking.js';
import { expectedShare, measuredCapacity, nextCapacity, nextRatio } from './capacity.js';
import type { Carried } from './relief-wanted.js';
import { adviceText, type Costly, turnEvent, workloadText } from './words.js';
import { type Measured, MOST, newWorkload, RESOURCES, step, type WorkloadState } from './workload.js';

export interface OverloadParts {
  readonly env: Env;
  readonly meter: ProcessMeter;
  readonly collector: Pick<Collector, 'owned' | 'costOf' | 'queue' | 'writer' | 'meter'>;
  readonly settings: () => Settings;
  readonly tell: (event: Omit<NewEvent, 'time'>) => void;
  /** What it can carry is something else than before. */
  readonly onCapacity: () => void;
  /** See {@link Asking}. */
  readonly delegate: () => ((request: DelegateRequest) => Promise<DelegateResult>) | undefined;
}

/** As `getStatus` tells it. */
export interface WorkloadStatus {
  readonly state: WorkloadState;
  /** For so long, seconds. */
  readonly age: number;
  /** Why it is not ample. */
  readonly reason?: string;
  /** Seconds until polls will begin late at the present growth. */
  readonly lateIn?: number;
  /** Of what is used most, the share of the most; 1 is late. */
  readonly use: number;
  /** Share of the main thread's time that all that is owned is expected to take. */
  readonly expected: number;
  /** Poll cost per second of what it polls, and what it can carry. */
  readonly cost: number;
  readonly capacity: number;
  /** Over the last minute, 95 of 100 polls began late by less than this, seconds. */
  readonly lag95: number;
  /** Polls under way; due and not begun; made and not on disk. */
  readonly underWay: number;
  readonly waiting: number;
  readonly unstored: number;
  /** Polls left out since the start because the former one of the same access still ran. */
  readonly overlapped: number;
}

const EVERY_MS = 5000;
const LAG_MS = 10_000;
const NAMED = 3;
/** After an overload a configured capacity that is more than the measured one is not trusted for so long. */
const DISTRUST_MS = 30 * 60_000;

export class OverloadWatch {
  readonly #parts: OverloadParts;
  readonly #load;
  readonly #asking: Asking;
  #timer: Timer | undefined;
  #last: { readonly atMs: number; readonly busyMs: number };
  #ratio = 1;
  #measured: number | undefined;
  #distrustedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: OverloadParts) {
    this.#parts = parts;
    const { env, tell, delegate, settings, meter } = parts;
    const atMs = env.clock.monotonic();
    this.#last = { atMs, busyMs: meter.busyMs() };
    this.#load = newWorkload(atMs);
    this.#asking = new Asking({ env, self: settings().id, delegate, tell });
  }

  start(): void {
    this.#timer = this.#parts.env.clock.after(EVERY_MS, () => {
      this.measure();
      this.start();
    });
  }

  close(): void {
    this.#timer?.cancel();
  }

  get state(): WorkloadState {
    return this.#load.state;
  }

  /** Poll cost per second that it can carry: as configured, unless it has been found to be less; else as measured. */
  get capacity(): number {
    const { manages, pool } = this.#parts.settings();
    if (!manages) return 0;
    const configured = pool?.capacity;
    if (configured === undefined) return this.#measured ?? DEFAULT_CAPACITY;
    const isTrusted = this.#load.state === 'ample' && this.#parts.env.clock.monotonic() >= this.#distrustedUntilMs;
    return isTrusted ? configured : Math.min(configured, this.#measured ?? configured);
  }

  get status(): WorkloadStatus {
    const { env, collector } = this.#parts;
    const { state, sinceMs, lateInMs, cause } = this.#load;
    const { percentile95Ms, worstMs } = collector.meter.lag();
    const reason = workloadText(this.#load, worstMs);
    const cost = collector.meter.ownedCost;
    const { running, waiting } = collector.queue;
    return {
      state,
      age: (env.clock.monotonic() - sinceMs) / 1000,
      ...(reason !== undefined && { reason }),
      ...(state === 'tight' && lateInMs !== undefined && { lateIn: Math.round(lateInMs / 1000) }),
      use: rounded(cause.use),
      expected: rounded(expectedShare(cost, this.#ratio)),
      cost: rounded(cost),
      capacity: rounded(this.capacity),
      lag95: percentile95Ms / 1000,
      underWay: running,
      waiting,
      unstored: collector.writer.waiting,
      overlapped: collector.meter.figures.overlapped,
    };
  }

  /** Takes a measure; called by itself every few seconds. */
  measure(): void {
    const { env, collector, onCapacity, tell, settings } = this.#parts;
    const nowMs = env.clock.monotonic();
    const before = this.capacity;
    const turned = step(this.#load, this.#measure(nowMs), nowMs);
    const { state, uses } = this.#load;
    const polled = collector.meter.costPerSecond;
    const use = Math.max(...RESOURCES.map((resource) => uses[resource]));
    this.#ratio = nextRatio(this.#ratio, polled, uses.core * MOST.core);
    const how = state === 'ample' ? 'usually' : 'inNeed';
    this.#measured = nextCapacity(this.#measured, measuredCapacity(polled, use), how);
    if (state !== 'ample') this.#distrustedUntilMs = nowMs + DISTRUST_MS;
    if (turned) {
      const why = workloadText(this.#load, collector.meter.lag(LAG_MS).worstMs);
      tell(turnEvent(settings().id, turned, why, this.#advice()));
    }
    if (this.capacity !== before) onCapacity();
    if (state === 'ample') this.#asking.rest();
    else
      this.#asking.consider(
        () => this.#carried(),
        this.capacity,
        () => this.#advice(),
      );
  }

  #measure(nowMs: number): Measured {
    const { meter, collector } = this.#parts;
    const busyMs = meter.busyMs();
    const passedMs = Math.max(1, nowMs - this.#last.atMs);
    const core = Math.min(1, (busyMs - this.#last.busyMs) / passedMs);
    this.#last = { atMs: nowMs, busyMs };
    const { percentile95Ms, worstMs } = collector.meter.lag(LAG_MS);
    const { share, waiting } = collector.queue;
    return {
      used: { core, places: share, store: collector.writer.share, memory: meter.memoryShare() },
      expected: expectedShare(collector.meter.ownedCost, this.#ratio),
      lagMs: percentile95Ms,
      worstLagMs: worstMs,
      waiting,
    };
  }

  #advice(): string {
    return adviceText(this.#load.cause.resource, this.#costliest());
  }

  #costliest(): Costly[] {
    const all = this.#costs();
    const sum = all.reduce((total, { cost }) => total + cost, 0);
    return all
      .sort((a, b) => b.cost - a.cost || (a.name < b.name ? -1 : 1))
      .slice(0, NAMED)
      .map(({ name, cost }) => ({ name, share: sum === 0 ? 0 : cost / sum }));
  }

  #carried(): Carried[] {
    const listed = new Map(this.#parts.settings().elements.map((element) => [element.name, element]));
    return this.#costs().map(({ name, cost }) => {
      const element = listed.get(name);
      const isTied = element?.access.some(({ method }) => STATIONARY.has(method)) ?? true;
      return { name, cost, canGo: element !== undefined && !element.pool && !isTied };
    });
  }

  #costs(): { readonly name: ElementName; readonly cost: number }[] {
    const { collector } = this.#parts;
    return collector.owned().map((name) => ({ name, cost: collector.costOf(name) }));
  }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
