/**
 * What polling an element has to remember between polls, and how the answer of one becomes a record for the store.
 *
 * The working state runs ahead of what is visible: it is what the next poll builds on, while the element table shows
 * only what the store has acknowledged.
 */
import type { ElementFacts, Learnt, PollAnswer } from '../../access/access.js';
import { isSameStatus } from '../../assess/element-status.js';
import { isStored } from '../../assess/event-rules.js';
import { applyFilters } from '../../assess/filters.js';
import { deriveRates, type RateState } from '../../assess/rates.js';
import { type Elsewhere, initialReach } from '../../assess/status.js';
import { eventOf } from '../../assess/threshold-words.js';
import { type ThresholdState, withTimes } from '../../assess/thresholds.js';
import { deriveUtilisation } from '../../assess/utilisation.js';
import { invariant } from '../../base/errors.js';
import type { Alarm } from '../../model/alarm.js';
import type { AccessKey, AccessSpec, ElementName, ManagedElement } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { SetMaintenance } from '../../model/maintenance.js';
import type { Epoch } from '../../model/manager.js';
import type { Measured } from '../../model/measured.js';
import type { ElementState, PollRecord } from '../../store/store.js';
import type { AccessContent, BundleContent, Moment } from '../pool/bundle/content.js';
import { Appearance } from './appearance.js';
import type { DigestContext, PolledAccess } from './digest-context.js';
import { hasAll, parseMemory, WrittenMemory } from './durable-memory.js';
import { ElementAlarms } from './element-alarms.js';
import { ElementReach } from './element-reach.js';
import { ElementThresholds } from './element-thresholds.js';
import { LatestValues, samplesOf, together } from './latest-values.js';
import { ShownState } from './shown-state.js';
import type { PollOutcome } from './try-access.js';
import { valueEvents } from './value-events.js';

interface Collected {
  readonly measured?: Measured;
  /** What values have come to say. */
  readonly told: PollAnswer['events'];
}

interface AccessWork {
  method: unknown;
  rates: RateState | undefined;
  /** Values of the latest successful poll; of logs, of all polls. */
  readonly latest: LatestValues;
  /** As it was last handed to the store, so that what did not change is not written again. */
  readonly written: WrittenMemory;
  learnt?: Learnt | undefined;
  /** Learnt by a former owner; until a poll here has succeeded. */
  brought?: Learnt | undefined;
}

/** A restart that takes no longer than this, or than three intervals, is no gap. */
const SHORTEST_GAP_MS = 60_000;

/** Logs bring a value now and then; every other method brings all of its values at each poll. */
const KEEPS_VALUES: ReadonlySet<string> = new Set(['file', 'ftp']);

export class ElementWork {
  readonly #owner: string;
  readonly #accesses = new Map<AccessKey, AccessWork>();
  /** Values from before the start that no poll has renewed yet. */
  #restored: LatestValues;
  #element: ManagedElement;
  readonly #reach: ElementReach;
  readonly #thresholds = new ElementThresholds();
  readonly #alarms: ElementAlarms;
  readonly #appearance: Appearance;
  /** What the wall clock is ahead of the monotonic one. */
  #wallAheadMs: number;
  #facts: ElementFacts = {};
  /** By which the element is polled; what is measured carries it. */
  epoch: Epoch;
  /** Polled since the last bundle that was made for a hand-over. */
  isChanged = false;

  /** @param alarms Default: none are raised. */
  constructor(
    element: ManagedElement,
    owner: string,
    epoch: Epoch,
    known: ElementState | undefined,
    moment: Moment,
    alarms = new ElementAlarms(undefined, element.name),
  ) {
    this.#alarms = alarms;
    this.#element = element;
    this.#owner = owner;
    this.epoch = epoch;
    this.#reach = new ElementReach(moment.nowMs);
    this.#wallAheadMs = moment.nowMs - moment.monotonicMs;
    this.#appearance = new Appearance(this.#reach.state, known, element, moment.nowMs);
    this.#appearance.beside = alarms.beside;
    this.#restored = LatestValues.of(known);
    if (element.access.length === 0) this.#appearance.tell(known);
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
    const { status, since, reason } = this.#appearance.shown;
    const { kept, measured } = together([this.#restored, ...[...this.#accesses.values()].map(({ latest }) => latest)]);
    return new ShownState(
      { element: this.name, status, since, ...(reason !== undefined && { reason }) },
      kept,
      measured,
      this.#thresholds.standing,
    );
  }

  /** As its polls say, whatever thresholds and maintenance make of it. */
  get reach(): Pick<ElementReach, 'state' | 'answeredMs'> {
    return this.#reach;
  }

  get maintenance(): Pick<Appearance, 'window' | 'windows' | 'set'> {
    return this.#appearance;
  }

  /** Windows that people set; they show, and are kept, with the next poll or {@link reconsider}. */
  plan(set: SetMaintenance): void {
    this.#appearance.plan(this.#element, set);
    this.isChanged = true;
  }

  redefine(element: ManagedElement): void {
    this.#element = element;
    if (element.access.length > 0) this.#appearance.tell(undefined);
    this.#appearance.plan(element);
  }

  /**
   * Begins an access, with what the store kept of it. Memory that cannot be read begins anew.
   * @param thresholds Of the access in whose place it comes.
   */
  restore(key: AccessKey, memory: string | undefined, thresholds?: ThresholdState): void {
    const durable = parseMemory(memory);
    this.#accesses.set(key, {
      method: durable.method,
      rates: undefined,
      latest: new LatestValues(),
      written: new WrittenMemory(memory),
    });
    if (durable.facts) this.#facts = { ...this.#facts, ...durable.facts };
    if (durable.reach && durable.reach.since < this.#reach.state.since) this.#reach.adopt(durable.reach);
    const kept = durable.thresholds && withTimes(durable.thresholds, (timeMs) => timeMs - this.#wallAheadMs);
    this.#thresholds.begin(key, thresholds ?? kept);
    this.#appearance.plan(this.#element, durable.maintenance);
    this.#appearance.recall(this.#reach.state, this.#thresholds.standing);
  }

  /**
   * To be called when everything is restored. A status from before a gap in watching is not carried over it: what
   * happened meanwhile is unknown.
   * @param watchedMs Until when it was watched for sure, whatever its values say; wall clock.
   * @returns When the gap began; undefined when there was none worth telling.
   */
  resume(nowMs: number, watchedMs = 0): number | undefined {
    this.#appearance.settle();
    const { status, since } = this.#appearance.shown;
    if (status === 'unknown') return undefined;
    const newest = [this.#restored, ...[...this.#accesses.values()].map(({ latest }) => latest)];
    const lastKnownMs = Math.max(since, watchedMs, ...newest.map(({ newestMs }) => newestMs));
    const interval = Math.min(...this.#element.access.map(({ intervalMs }) => intervalMs));
    if (nowMs - lastKnownMs <= Math.max(SHORTEST_GAP_MS, 3 * interval)) return undefined;
    this.#reach.adopt(initialReach(lastKnownMs));
    this.#appearance.change(this.#reach.state, this.#thresholds.standing, lastKnownMs);
    return lastKnownMs;
  }

  /** Takes the place of all that is known of the element as a whole, and not of one access. */
  adopt({ reach, shown, facts, latest, maintenance }: BundleContent): void {
    this.#reach.adopt(reach);
    this.#appearance.plan(this.#element, maintenance);
    this.#appearance.recall(reach, this.#thresholds.standing, shown ?? reach);
    if (this.#element.access.length === 0) this.#appearance.tell(shown);
    this.#facts = facts;
    this.#restored = new LatestValues(latest);
  }

  /**
   * Begins an access, or goes on with it, where its former owner left off.
   * @param isSame Whether it reads the very same thing; counters of another say nothing about its rates.
   */
  adoptAccess(key: AccessKey, { memory, rates, learnt, thresholds, latest }: AccessContent, isSame: boolean): void {
    this.#accesses.set(key, {
      method: memory,
      latest: new LatestValues(latest),
      written: new WrittenMemory(undefined),
      ...(isSame ? { rates, brought: learnt } : { rates: undefined }),
    });
    this.#thresholds.begin(key, thresholds);
    this.#appearance.recall(this.#reach.state, this.#thresholds.standing);
  }

  /** All that a new owner needs, the accesses' part by what is told of each. */
  content(
    accesses: readonly (Pick<AccessContent, 'cursor' | 'failures' | 'costMs'> & { readonly key: AccessKey })[],
  ): BundleContent {
    return {
      element: this.#element,
      reach: this.#reach.state,
      shown: this.#appearance.shown,
      facts: this.#facts,
      alarms: this.#alarms.open,
      ...(this.#appearance.set && { maintenance: this.#appearance.set }),
      latest: [...this.#restored],
      accesses: accesses.map(({ key, cursor, failures, costMs }) => {
        const work = this.#accesses.get(key);
        const thresholds = this.#thresholds.stateOf(key);
        const learnt = work?.learnt ?? work?.brought;
        return {
          cursor,
          failures,
          costMs,
          latest: [...(work?.latest ?? [])],
          ...(work?.method !== undefined && { memory: work.method }),
          ...(work?.rates && { rates: work.rates }),
          ...(learnt && { learnt }),
          ...(thresholds && { thresholds }),
        };
      }),
    };
  }

  forgetAccess(key: AccessKey): void {
    this.#accesses.delete(key);
    this.#reach.forget(key);
    this.#thresholds.forget(key);
  }

  /** For the access that comes in the place of one that goes. */
  takeThresholds(key: AccessKey | undefined): ThresholdState | undefined {
    return key === undefined ? undefined : this.#thresholds.take(key);
  }

  /** What others find of an access that does not answer; undefined when it does, and where nobody is asked. */
  elsewhereOf(key: AccessKey): Elsewhere | undefined {
    return this.#reach.elsewhereOf(key);
  }

  hear(key: AccessKey, elsewhere: Elsewhere | undefined): void {
    if (this.#accesses.has(key)) this.#reach.hear(key, elsewhere);
  }

  /**
   * Judges anew by what others found, and by what time it is. @returns What is to be stored, if that changes anything.
   * @param isKept What is kept has changed in any case.
   */
  reconsider(
    { key, spec }: PolledAccess,
    { nowMs, eventRules }: Pick<DigestContext, 'nowMs' | 'eventRules'>,
    isKept = false,
  ): PollRecord | undefined {
    const work = this.#accesses.get(key);
    if (!work) return undefined;
    const { shown } = this.#appearance;
    const before = this.#reach.state;
    const events = this.#reach.reconsider(this.#element, nowMs);
    const alarms = this.#alarm(events, nowMs);
    this.#appearance.change(this.#reach.state, this.#thresholds.standing, nowMs);
    const isNews = isKept || events.length > 0 || alarms.length > 0;
    if (!isNews && isSameStatus(this.#reach.state, before) && isSameStatus(this.#appearance.shown, shown))
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
      ...(alarms.length > 0 && { alarms }),
      state: this.visible,
      memory: this.#memory(key, work),
    };
  }

  /** What an access method asked to be kept for its next poll. */
  memoryOf(key: AccessKey | undefined): unknown {
    return key === undefined ? undefined : this.#accesses.get(key)?.method;
  }

  /** See `PollRequest.learnt`. */
  broughtTo(key: AccessKey): Learnt | undefined {
    return this.#accesses.get(key)?.brought;
  }

  /** Takes the outcome of a poll and says what is to be stored. */
  digest({ key, index, spec }: PolledAccess, outcome: PollOutcome, context: DigestContext): PollRecord {
    const work = this.#accesses.get(key);
    invariant(work, 'an access is restored before it is polled');
    this.isChanged = true;
    const { measured, told } = outcome.ok ? this.#values(work, spec, outcome.answer, context) : { told: [] };
    const reached = this.#reach.judge(this.#element, { key, index, spec }, outcome, context);
    const found = outcome.ok
      ? [...outcome.answer.events, ...told].map((event) => ({ time: context.nowMs, element: this.name, ...event }))
      : [];
    const crossed = this.#cross({ key, index, spec }, outcome.ok ? work.latest : undefined, context);
    const events = [...found, ...reached, ...crossed];
    const alarms = this.#alarm(events, context.nowMs, outcome.ok ? key : undefined);
    this.#appearance.change(this.#reach.state, this.#thresholds.standing, context.nowMs);
    const memory = this.#memory(key, work);
    const whose = { element: this.name, owner: this.#owner, epoch: this.epoch };
    return {
      element: this.name,
      method: spec.method,
      time: context.nowMs,
      ok: outcome.ok,
      responseMs: outcome.ok ? outcome.responseMs : undefined,
      error: outcome.ok ? undefined : outcome.error.message,
      ...(measured && { measured }),
      get samples() {
        return measured ? samplesOf(measured, whose) : [];
      },
      events: events.filter((event) => isStored(context.eventRules, event)),
      ...(alarms.length > 0 && { alarms }),
      state: this.visible,
      memory,
    };
  }

  #values(work: AccessWork, spec: AccessSpec, answer: PollAnswer, context: DigestContext): Collected {
    const { rates, state } = deriveRates(work.rates, {
      timeMs: context.monotonicMs,
      uptimeMs: answer.uptimeMs,
      readings: answer.readings,
    });
    const used = deriveUtilisation(answer.readings, rates);
    const readings = applyFilters(context.filters, this.name, answer.readings.concat(rates, used));
    const { latest } = work;
    const measured = latest.measure(readings, context.nowMs);
    const told =
      spec.events.length === 0
        ? []
        : valueEvents(
            spec.events,
            [...measured],
            ({ name, instance }) => latest.get(name, instance) ?? this.#restored.get(name, instance),
          );
    work.rates = state;
    work.method = answer.memory;
    work.learnt = answer.learnt === undefined ? undefined : { what: answer.learnt, atMs: context.monotonicMs };
    work.brought = undefined;
    if (KEEPS_VALUES.has(spec.method)) latest.add(measured);
    else latest.replace(measured);
    this.#restored.dropAll(measured);
    if (answer.facts && !hasAll(this.#facts, answer.facts)) this.#facts = { ...this.#facts, ...answer.facts };
    return { measured, told };
  }

  /** What the thresholds say of the values as they stand now. @param values Of a poll that was answered. */
  #cross({ key, spec }: PolledAccess, values: LatestValues | undefined, moment: Moment): readonly NewEvent[] {
    this.#wallAheadMs = moment.nowMs - moment.monotonicMs;
    const { label } = this.#element;
    const told = { element: this.name, called: label ? `${label} (${this.name})` : this.name, time: moment.nowMs };
    const stands = this.#alarms.raisedBeside(this.#thresholds);
    return this.#thresholds.step(key, spec, values, moment, stands).map((effect) => eventOf(effect, told));
  }

  /** @param answered The access whose poll this is, if it was answered. */
  #alarm(events: readonly NewEvent[], nowMs: number, answered?: AccessKey): readonly Alarm[] {
    const alarms = this.#alarms.take(events, {
      nowMs,
      element: this.#element,
      reach: this.#reach.state,
      thresholds: this.#thresholds,
      ...(answered !== undefined && { answered }),
    });
    this.#appearance.beside = this.#alarms.beside;
    return alarms;
  }

  #memory(key: AccessKey, work: AccessWork): PollRecord['memory'] {
    const parts = {
      method: work.method,
      facts: this.#facts,
      reach: this.#reach.state,
      maintenance: this.#appearance.set,
    };
    const memory = work.written.next(parts, this.#thresholds.stateOf(key), this.#wallAheadMs);
    return memory === undefined ? undefined : { key, memory };
  }
}
