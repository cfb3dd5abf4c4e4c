/**
 * What a member of a pool polls: the effects about elements, done in the order of the orders, some at a time, and the
 * bundles that go to takers and to those who stand in.
 */
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { Settings } from '../../config/settings.js';
import { type ElementName, type ManagedElement, parseElementName } from '../../model/element.js';
import type { Bundle } from '../../pool/holding/state.js';
import type { NodeEffect } from '../../pool/node/state.js';
import type { SharedAlarms } from '../alarms/keeping/shared-alarms.js';
import type { Collector } from '../collector/collector.js';
import type { Owned } from '../collector/collector-parts.js';
import { importDefinition } from './bundle/definition.js';
import { importBundle } from './bundle/import.js';
import { type Secrets, sealedIn } from './secrets.js';

export type Poll = Extract<NodeEffect, { is: 'poll' }>;
export type ElementEffect = Extract<
  NodeEffect,
  { is: 'poll' | 'renew' | 'release' | 'stop' | 'refresh' | 'makeBundle' | 'standIn' }
>;

export type PolledBy = Pick<
  Collector,
  'own' | 'renew' | 'refresh' | 'release' | 'drop' | 'suspend' | 'goOn' | 'bundleOf' | 'definitionOf' | 'epochOf'
>;

export interface PollingParts {
  readonly env: Env;
  readonly settings: () => Pick<Settings, 'elements'>;
  readonly collector: PolledBy;
  /** Credentials of elements; absent where none may travel. */
  readonly secrets?: Pick<Secrets, 'sealed' | 'open' | 'forget'>;
  /** Has to know whose alarms are this manager's to tell. */
  readonly alarms?: Pick<SharedAlarms, 'taken' | 'changed' | 'released' | 'stopped'>;
  readonly onTaken: (taken: Poll, owned: Owned) => void;
  /** What is polled here is something else than before. */
  readonly onOwnership: () => void;
  /** A bundle is made. */
  readonly onBundle: (bundle: Bundle) => void;
  /** To whom an element is about to be handed over. */
  readonly takerOf: (element: string) => string | undefined;
}

/** Between two bundles of an element for its stand-in. */
const WARM_GAP_MS = 1_000;
/** Elements that are taken over, or let go, in one piece: half a millisecond each. */
const AT_A_TIME = 40;

export class PoolPolling {
  readonly #parts: PollingParts;
  readonly #standIns = new Map<string, string>();
  /** When a bundle of each was last sent to its stand-in. */
  readonly #warmedMs = new Map<string, number>();
  /** Of which one is to be sent as soon as it may. */
  readonly #late = new Set<string>();
  /** Still to be done about elements. */
  readonly #work: Exclude<ElementEffect, { is: 'makeBundle' }>[] = [];
  /** Released elements whose polls below the taker's first are not all made. */
  #leaving = 0;
  #isDoing = false;
  /** Polling goes on as soon as all work is done. */
  #goesOn = false;
  #isClosed = false;

  constructor(parts: PollingParts) {
    this.#parts = parts;
  }

  /** Elements about which something is still to be done. */
  get open(): number {
    return this.#work.length + this.#leaving;
  }

  perform(effect: ElementEffect): void {
    switch (effect.is) {
      case 'makeBundle':
        this.#bundle(effect.element, effect.aheadMs, this.#parts.takerOf(effect.element));
        return;
      case 'renew':
      case 'refresh':
      case 'standIn':
        this.#work.push(effect);
        return;
      default:
        this.#work.push(effect);
        this.#parts.onOwnership();
    }
  }

  /** Polls nothing for now. */
  suspend(): void {
    this.#goesOn = false;
    this.#parts.collector.suspend();
  }

  /** Polls on, once what is another's by now is let go. */
  goOn(): void {
    this.#goesOn = true;
  }

  /**
   * An element was polled: whoever stands in for it is to know. At most one bundle a second for each.
   * @param isJudged Without a poll, as when a person has set a window. The next poll may be long in coming: what came of
   *   it is told when that second is over.
   */
  polled(element: ElementName, isJudged = false): void {
    const standIn = this.#standIns.get(element);
    const { clock } = this.#parts.env;
    const nowMs = clock.monotonic();
    const warmMs = (this.#warmedMs.get(element) ?? Number.NEGATIVE_INFINITY) + WARM_GAP_MS;
    if (standIn === undefined || this.#isClosed) return;
    if (nowMs < warmMs) {
      if (!isJudged || this.#late.has(element)) return;
      this.#late.add(element);
      clock.after(warmMs - nowMs, () => {
        if (this.#late.delete(element)) this.polled(element);
      });
      return;
    }
    this.#late.delete(element);
    this.#warmedMs.set(element, nowMs);
    this.#bundle(element, undefined, standIn);
  }

  close(): void {
    this.#isClosed = true;
  }

  /** What is to be polled and what not, in the order of the orders, some at a time: the heartbeat does not wait. */
  doSome(): void {
    if (this.#isDoing) return;
    for (const effect of this.#work.splice(0, AT_A_TIME)) this.#do(effect);
    if (this.#work.length === 0) {
      if (this.#goesOn && !this.#isClosed) this.#parts.collector.goOn({ skipOverdue: true });
      this.#goesOn = false;
      return;
    }
    this.#isDoing = true;
    this.#parts.env.clock.after(0, () => {
      this.#isDoing = false;
      this.doSome();
    });
  }

  #do(effect: Exclude<ElementEffect, { is: 'makeBundle' }>): void {
    const { collector, env } = this.#parts;
    const name = elementNameOf(effect.element);
    if (!name || this.#isClosed) return;
    try {
      switch (effect.is) {
        case 'poll':
          this.#poll(effect);
          return;
        case 'renew':
          collector.renew(name, effect.epoch);
          this.#parts.alarms?.changed(name);
          return;
        case 'release':
          this.#release(name, effect);
          return;
        case 'stop':
          this.#standIns.delete(name);
          void collector.drop(name);
          this.#parts.alarms?.stopped(name);
          this.#parts.secrets?.forget(name);
          return;
        case 'standIn':
          this.#standIn(name, effect.standIn);
          return;
        case 'refresh':
          collector.refresh(name, effect.bundle);
      }
    } catch (thrown) {
      env.log.error('an element could not be taken over as it came', {
        element: name,
        what: effect.is,
        reason: asPtpError(thrown).message,
      });
    }
  }

  #standIn(name: ElementName, standIn: string | undefined): void {
    if (standIn === undefined) this.#standIns.delete(name);
    else {
      this.#standIns.set(name, standIn);
      this.#bundle(name, undefined, standIn);
    }
    this.#parts.alarms?.changed(name);
  }

  #poll(effect: Poll): void {
    const { collector, env, onTaken } = this.#parts;
    const element = this.#definition(effect);
    if (!element) {
      env.log.error('an element cannot be polled: nothing says how', { element: effect.element });
      return;
    }
    const { epoch, arrival, bundle } = effect;
    const sealed = bundle && this.#parts.secrets && sealedIn(bundle.body);
    if (sealed !== undefined) this.#parts.secrets?.open(element.name, sealed);
    const isPolled = collector.epochOf(element.name) !== undefined;
    const owned = collector.own({ element, epoch, arrival, ...(bundle && { bundle }) });
    if (isPolled) this.#parts.alarms?.changed(element.name);
    else this.#parts.alarms?.taken(element.name);
    if (owned.fault !== undefined)
      env.log.warn('what came with an element could not be used', { element: element.name, reason: owned.fault });
    if (arrival !== 'start') onTaken(effect, owned);
  }

  /** As this manager lists it itself, else as it came. */
  #definition({ element: name, bundle, definition }: Poll): ManagedElement | undefined {
    const { settings, env } = this.#parts;
    const listed = settings().elements.find((one) => one.name === name);
    if (listed) return listed;
    try {
      if (definition !== undefined) return importDefinition(definition);
      const moment = { nowMs: env.clock.now(), monotonicMs: env.clock.monotonic() };
      return bundle && importBundle(bundle.body, moment).element;
    } catch (thrown) {
      env.log.error('the definition of an element cannot be read', {
        element: name,
        reason: asPtpError(thrown).message,
      });
      return undefined;
    }
  }

  #release(name: ElementName, { first, to }: Extract<ElementEffect, { is: 'release' }>): void {
    this.#standIns.delete(name);
    const { collector, secrets, alarms } = this.#parts;
    this.#leaving += 1;
    void collector.release(name, first).then((bundle) => {
      this.#leaving -= 1;
      if (!collector.definitionOf(name)) {
        secrets?.forget(name);
        alarms?.released(name, to);
      }
      if (bundle) this.#parts.onBundle(bundle);
    });
  }

  #bundle(element: string, aheadMs: number | undefined, to: string | undefined): void {
    const { collector, secrets } = this.#parts;
    const name = elementNameOf(element);
    if (!name) return;
    const definition = secrets && to !== undefined ? collector.definitionOf(name) : undefined;
    const sealed = definition && to !== undefined ? secrets?.sealed(definition, to) : undefined;
    if (sealed instanceof Promise) void sealed.then((text) => this.#makeBundle(name, aheadMs, text));
    else this.#makeBundle(name, aheadMs, sealed);
  }

  #makeBundle(name: ElementName, aheadMs: number | undefined, sealed: string | undefined): void {
    const { collector, env } = this.#parts;
    try {
      const bundle = collector.bundleOf(name, aheadMs, sealed);
      if (bundle) this.#parts.onBundle(bundle);
    } catch (thrown) {
      env.log.warn('a bundle could not be made', { element: name, reason: asPtpError(thrown).message });
    }
  }
}

export function elementNameOf(name: string): ElementName | undefined {
  const parsed = parseElementName(name);
  return parsed && `${parsed.kind}/${parsed.id}`;
}
