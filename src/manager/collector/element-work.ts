/**
 * What polling an element has to remember between polls, and how the answer of one becomes a record for the store.
 *
 * The working state runs ahead of what is visible: it is what the next poll builds on, while the element table shows
 * only what the store has acknowledged.
 */
import type { ElementFacts, PollAnswer } from '../../access/access.js';
import { isStored } from '../../assess/event-rules.js';
import { applyFilters } from '../../assess/filters.js';
import { deriveRates, type RateState } from '../../assess/rates.js';
import {
  answerOf,
  type Elsewhere,
  initialReach,
  type ReachState,
  reconsider,
  type Step,
  step,
} from '../../assess/status.js';
import { deriveUtilisation } from '../../assess/utilisation.js';
import { invariant } from '../../base/errors.js';
import type { EventRule, Filter } from '../../config/settings.js';
import type { AccessKey, AccessSpec, ElementName, ManagedElement } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { Epoch } from '../../model/manager.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { Sample } from '../../model/sample.js';
import type { ElementState, PollRecord } from '../../store/store.js';
import type { AccessContent, BundleContent } from '../pool/bundle/content.js';
import type { PollOutcome } from './try-access.js';

/** The access that was polled, and its position within the element. */
interface PolledAccess {
  readonly key: AccessKey;
  readonly index: number;
  readonly spec: AccessSpec;
}

/** What a digest needs to know besides the answer itself. */
export interface DigestContext {
  /** Wall clock, for what people see. */
  readonly nowMs: number;
  /** For rates: they must not feel a jump of the wall clock. */
  readonly monotonicMs: number;
  readonly filters: readonly Filter[];
  readonly eventRules: readonly EventRule[];
}

/** Kept on disk for an access; `method` is the access method's own. */
interface DurableMemory {
  readonly method?: unknown;
  readonly facts?: ElementFacts;
  readonly reach?: ReachState;
}

interface AccessWork {
  method: unknown;
  rates: RateState | undefined;
  /** Values of the latest successful poll; of logs, of all polls. */
  latest: Map<string, MetricValue>;
  /** As it was last handed to the store, so that what did not change is not written again. */
  written: string;
  /** While it does not answer: what others find. */
  elsewhere?: Elsewhere;
}

/** A restart that takes no longer than this, or than three intervals, is no gap. */
const SHORTEST_GAP_MS = 60_000;

/** Logs bring a value now and then; every other method brings all of its values at each poll. */
const KEEPS_VALUES: ReadonlySet<string> = new Set(['file', 'ftp']);

export class ElementWork {
  readonly #owner: string;
  readonly #accesses = new Map<AccessKey, AccessWork>();
  /** Values from before the start that no poll has renewed yet. */
  #restored: Map<string, MetricValue>;
  #element: ManagedElement;
  #reach: ReachState;
  #facts: ElementFacts = {};
  /** By which the element is polled; what is measured carries it. */
  epoch: Epoch;
  /** Polled since the last bundle that was made for a hand-over. */
  isChanged = false;

  constructor(element: ManagedElement, owner: string, epoch: Epoch, known: ElementState | undefined, nowMs: number) {
    this.#element = element;
    this.#owner = owner;
    this.epoch = epoch;
    this.#reach = initialReach(nowMs);
    this.#restored = byKey(known?.latest ?? []);
  }

  get name(): ElementName {
    return this.#element.name;
  }

  get element(): ManagedElement {
    return this.#element;
  }

  get facts(): ElementFacts {
    return this.#facts;
  }

  /** The state as it would be stored now. */
  get visible(): ElementState {
    const { status, since, reason } = this.#reach;
    return { element: this.name, status, since, reason, latest: this.#latest() };
  }

  redefine(element: ManagedElement): void {
    this.#element = element;
  }

  /** Begins an access, with what the store kept of it. Memory that cannot be read begins anew. */
  restore(key: AccessKey, memory: string | undefined): void {
    const durable = parseMemory(memory);
    this.#accesses.set(key, { method: durable.method, rates: undefined, latest: new Map(), written: memory ?? '' });
    if (durable.facts) this.#facts = { ...this.#facts, ...durable.facts };
    if (durable.reach && durable.reach.since < this.#reach.since) this.#reach = durable.reach;
  }

  /**
   * To be called when everything is restored. A status from before a gap in watching is not carried over it: what
   * happened meanwhile is unknown.
   * @param watchedMs Until when it was watched for sure, whatever its values say; wall clock.
   * @returns When the gap began; undefined when there was none worth telling.
   */
  resume(nowMs: number, watchedMs = 0): number | undefined {
    if (this.#reach.status === 'unknown') return undefined;
    const lastKnownMs = this.#latest().reduce(
      (last, { time }) => Math.max(last, time),
      Math.max(this.#reach.since, watchedMs),
    );
    const interval = Math.min(...this.#element.access.map(({ intervalMs }) => intervalMs));
    if (nowMs - lastKnownMs <= Math.max(SHORTEST_GAP_MS, 3 * interval)) return undefined;
    this.#reach = initialReach(lastKnownMs);
    return lastKnownMs;
  }

  /** Takes the place of all that is known of the element as a whole, and not of one access. */
  adopt({ reach, facts, latest }: BundleContent): void {
    this.#reach = reach;
    this.#facts = facts;
    this.#restored = byKey(latest);
  }

  /**
   * Begins an access, or goes on with it, where its former owner left off.
   * @param isSame Whether it reads the very same thing; counters of another say nothing about its rates.
   */
  adoptAccess(key: AccessKey, { memory, rates, latest }: AccessContent, isSame: boolean): void {
    this.#accesses.set(key, { method: memory, rates: isSame ? rates : undefined, latest: byKey(latest), written: '' });
  }

  /** All that a new owner needs, the accesses' part by what is told of each. */
  content(
    accesses: readonly (Pick<AccessContent, 'cursor' | 'failures' | 'costMs'> & { readonly key: AccessKey })[],
  ): BundleContent {
    return {
      element: this.#element,
      reach: this.#reach,
      facts: this.#facts,
      latest: [...this.#restored.values()],
      accesses: accesses.map(({ key, cursor, failures, costMs }) => {
        const work = this.#accesses.get(key);
        return {
          cursor,
          failures,
          costMs,
          latest: [...(work?.latest.values() ?? [])],
          ...(work?.method !== undefined && { memory: work.method }),
          ...(work?.rates && { rates: work.rates }),
        };
      }),
    };
  }

  forgetAccess(key: AccessKey): void {
    this.#accesses.delete(key);
  }

  /** What others find of an access that does not answer; undefined when it does, and where nobody is asked. */
  elsewhereOf(key: AccessKey): Elsewhere | undefined {
    return this.#accesses.get(key)?.elsewhere;
  }

  hear(key: AccessKey, elsewhere: Elsewhere | undefined): void {
    const work = this.#accesses.get(key);
    if (!work) return;
    if (elsewhere) work.elsewhere = elsewhere;
    else delete work.elsewhere;
  }

  /** Judges anew by what others found. @returns What is to be stored, if that changes anything. */
  reconsider(
    { key, spec }: PolledAccess,
    { nowMs, eventRules }: Pick<DigestContext, 'nowMs' | 'eventRules'>,
  ): PollRecord | undefined {
    const work = this.#accesses.get(key);
    const before = this.#reach;
    const events = this.#settle(reconsider(before, this.#element, nowMs, this.#elsewhere()));
    if (!work || (events.length === 0 && this.#reach.status === before.status && this.#reach.reason === before.reason))
      return undefined;
    this.isChanged = true;
    return {
      isVerdict: true,
      element: this.name,
      method: spec.method,
      time: nowMs,
      ok: false,
      samples: [],
      events: events.filter((event) => isStored(eventRules, event)),
      state: this.visible,
      memory: this.#memory(key, work),
    };
  }

  /** What an access method asked to be kept for its next poll. */
  memoryOf(key: AccessKey | undefined): unknown {
    return key === undefined ? undefined : this.#accesses.get(key)?.method;
  }

  /** Takes the outcome of a poll and says what is to be stored. */
  digest({ key, index, spec }: PolledAccess, outcome: PollOutcome, context: DigestContext): PollRecord {
    const work = this.#accesses.get(key);
    invariant(work, 'an access is restored before it is polled');
    this.isChanged = true;
    const values = outcome.ok ? this.#values(work, spec, outcome.answer, context) : [];
    const reached = this.#judge(index, outcome, context.nowMs);
    const found = outcome.ok
      ? outcome.answer.events.map((event) => ({ time: context.nowMs, element: this.name, ...event }))
      : [];
    const memory = this.#memory(key, work);
    return {
      element: this.name,
      method: spec.method,
      time: context.nowMs,
      ok: outcome.ok,
      responseMs: outcome.ok ? outcome.responseMs : undefined,
      error: outcome.ok ? undefined : outcome.error.message,
      samples: values.flatMap((value) => this.#sample(value)),
      events: [...found, ...reached].filter((event) => isStored(context.eventRules, event)),
      state: this.visible,
      memory,
    };
  }

  #values(work: AccessWork, spec: AccessSpec, answer: PollAnswer, context: DigestContext): MetricValue[] {
    const { rates, state } = deriveRates(work.rates, {
      timeMs: context.monotonicMs,
      uptimeMs: answer.uptimeMs,
      readings: answer.readings,
    });
    const used = deriveUtilisation(answer.readings, rates);
    const readings = applyFilters(context.filters, this.name, [...answer.readings, ...rates, ...used]);
    const values = readings.map(({ metric, instance, unit, value }) => ({
      name: metric,
      instance,
      unit,
      value,
      time: context.nowMs,
    }));
    work.rates = state;
    work.method = answer.memory;
    if (!KEEPS_VALUES.has(spec.method)) work.latest = new Map();
    for (const value of values) {
      const id = keyOf(value.name, value.instance);
      work.latest.set(id, value);
      this.#restored.delete(id);
    }
    if (answer.facts) this.#facts = { ...this.#facts, ...answer.facts };
    return values;
  }

  #judge(access: number, outcome: PollOutcome, nowMs: number): readonly NewEvent[] {
    const stepped = step(
      this.#reach,
      this.#element,
      {
        access,
        time: nowMs,
        answer: answerOf(outcome.ok ? undefined : outcome.error.code),
        error: outcome.ok ? undefined : outcome.error.message,
      },
      this.#elsewhere(),
    );
    return this.#settle(stepped);
  }

  #settle({ state, events }: Step): readonly NewEvent[] {
    this.#reach = state;
    return events;
  }

  /** Of its accesses together: reached by one of them, it is reached. */
  #elsewhere(): Elsewhere | undefined {
    const all = [...this.#accesses.values()].flatMap(({ elsewhere }) => elsewhere ?? []);
    return all.find(({ is }) => is === 'reached') ?? all.find(({ is }) => is === 'awaited') ?? all[0];
  }

  #memory(key: AccessKey, work: AccessWork): PollRecord['memory'] {
    const memory = JSON.stringify({
      method: work.method,
      facts: this.#facts,
      reach: this.#reach,
    } satisfies DurableMemory);
    if (memory === work.written) return undefined;
    work.written = memory;
    return { key, memory };
  }

  #sample({ name, instance, value, unit, time }: MetricValue): Sample[] {
    if (typeof value === 'string') return [];
    return [
      {
        element: this.name,
        metric: name,
        instance,
        value,
        unit,
        time,
        owner: this.#owner,
        epoch: this.epoch,
      },
    ];
  }

  #latest(): readonly MetricValue[] {
    const all = new Map(this.#restored);
    for (const { latest } of this.#accesses.values()) for (const [id, value] of latest) all.set(id, value);
    return [...all.values()];
  }
}

const byKey = (values: readonly MetricValue[]): Map<string, MetricValue> =>
  new Map(values.map((value) => [keyOf(value.name, value.instance), value]));

const keyOf = (metric: string, instance: string): string => `${metric}\n${instance}`;

function parseMemory(memory: string | undefined): DurableMemory {
  if (!memory) return {};
  try {
    const parsed: unknown = JSON.parse(memory);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
