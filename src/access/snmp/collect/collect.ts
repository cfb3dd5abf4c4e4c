/**
 * Reads the parts that an agent has, within what is left of the poll's time.
 *
 * What it does not have is found out by a request or two, once an hour. A part that fails costs no other value: it
 * rests for a while, and an event says so the first time.
 */
import { asPtpError } from '../../../base/errors.js';
import type { ElementFacts, PollAnswer, Reading } from '../../access.js';
import type { InterfaceNames } from '../interfaces.js';
import type { Patience, SnmpSession } from '../session.js';
import { agentFailure, type BulkSize } from '../walk.js';
import { bounded, type CollectMemory, failedAgain, isFresh, isProbed, isResting } from './memory.js';
import type { Part, PartContext } from './part.js';
import { presentRoots } from './probe.js';

export interface Collecting {
  readonly session: SnmpSession;
  readonly repetitions: number;
  /** Of one request. */
  readonly timeoutMs: number;
  /** Milliseconds until the time for all parts together is over. */
  readonly leftMs: () => number;
  readonly nowMs: number;
  /** When the device was started, wall clock; undefined when it does not say. */
  readonly startedMs: number | undefined;
  readonly interfaces: InterfaceNames;
}

export interface Collected {
  /** Of each part. */
  readonly readings: readonly (readonly Reading[])[];
  readonly facts: ElementFacts;
  readonly events: PollAnswer['events'];
  readonly memory: CollectMemory;
}

type Probed = Pick<CollectMemory, 'probedMs' | 'asked' | 'present'>;

const PROBE = 'probe';

export async function collectParts(
  parts: readonly Part[],
  before: CollectMemory,
  collecting: Collecting,
): Promise<Collected> {
  const hasNothing = before.present.length === 0 && isKnown(before, parts, collecting);
  if (hasNothing) return { readings: [], facts: {}, events: [], memory: before };
  return new Collection(before, collecting).run(parts);
}

/** What the device has, of these parts, has been asked for lately. */
const isKnown = (
  { asked, probedMs }: CollectMemory,
  parts: readonly Part[],
  { nowMs, startedMs }: Pick<Collecting, 'nowMs' | 'startedMs'>,
): boolean => asked === rootsOf(parts).asked && isProbed(probedMs, nowMs, startedMs);

class Collection {
  readonly #before: CollectMemory;
  readonly #with: Collecting;
  readonly #kept: Record<string, CollectMemory['kept'][string]>;
  readonly #failing: Record<string, CollectMemory['failing'][string]>;
  readonly #readings: (readonly Reading[])[] = [];
  readonly #events: PollAnswer['events'][number][] = [];
  #facts: ElementFacts = {};
  #isChanged = false;
  #isFailingChanged = false;
  /** Parts for which no time was left. */
  #late = 0;

  constructor(before: CollectMemory, collecting: Collecting) {
    this.#before = before;
    this.#with = collecting;
    this.#kept = { ...before.kept };
    this.#failing = { ...before.failing };
  }

  async run(parts: readonly Part[]): Promise<Collected> {
    // What is lost of the questions what there is is asked again in halves.
    this.#with.session.patience = this.#patience(0);
    const known = await this.#probe(parts);
    this.#with.session.patience = this.#patience(1);
    const present = new Set(known.present);
    for (const part of parts) {
      if (part.roots.some((root) => present.has(root))) await this.#part(part, present);
      else if (known !== this.#before) this.#facts = { ...this.#facts, ...part.gone };
    }
    if (this.#late > 0) this.#readings.push([{ metric: 'partsNotRead', instance: '', value: this.#late, unit: '1' }]);
    return {
      readings: this.#readings,
      facts: this.#facts,
      events: this.#events,
      memory: this.#memory(known),
    };
  }

  /** The very same as before where nothing is new. */
  #memory(known: Probed): CollectMemory {
    const before = this.#before;
    if (known === before && !this.#isChanged && !this.#isFailingChanged) return before;
    const { probedMs, asked, present } = known;
    return {
      probedMs,
      asked,
      present,
      kept: this.#isChanged ? bounded(this.#kept) : before.kept,
      failing: this.#isFailingChanged ? this.#failing : before.failing,
    };
  }

  /** What the device has, asked for anew when it is time, or when there are other parts to ask for. */
  async #probe(parts: readonly Part[]): Promise<Probed> {
    if (isKnown(this.#before, parts, this.#with)) return this.#before;
    const { nowMs, session } = this.#with;
    const { roots, asked } = rootsOf(parts);
    const present = await this.#attempt(PROBE, () => presentRoots(session, roots));
    return present
      ? { probedMs: nowMs, asked, present: roots.filter((root) => present.has(root)).slice() }
      : this.#before;
  }

  async #part(part: Part, present: ReadonlySet<string>): Promise<void> {
    const { nowMs, session, repetitions, interfaces } = this.#with;
    const kept = this.#kept[part.id];
    if (kept && part.everyMs !== undefined && isFresh(kept.atMs, nowMs, part.everyMs)) {
      this.#readings.push(part.recall?.(kept.value) ?? []);
      return;
    }
    const bulk: BulkSize = { repetitions };
    const context: PartContext = {
      session,
      bulk,
      nowMs,
      interfaces,
      kept: kept?.value,
      has: (root) => present.has(root),
    };
    const answer = await this.#attempt(part.id, () => part.read(context));
    if (!answer) {
      if (kept) this.#readings.push(part.recall?.(kept.value) ?? []);
      return;
    }
    this.#readings.push(answer.readings);
    this.#facts = { ...this.#facts, ...answer.facts };
    const isSame = part.everyMs === undefined && kept !== undefined && kept.value === answer.kept;
    if (answer.kept === undefined || isSame) return;
    this.#isChanged = true;
    this.#kept[part.id] = { atMs: nowMs, value: answer.kept };
  }

  /** Undefined where it rests, fails, or there is no time left. */
  async #attempt<Result>(id: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const { nowMs, leftMs } = this.#with;
    if (isResting(this.#before, id, nowMs)) return undefined;
    if (leftMs() <= 0) {
      this.#late++;
      return undefined;
    }
    try {
      const result = await work();
      if (Object.hasOwn(this.#failing, id)) {
        delete this.#failing[id];
        this.#isFailingChanged = true;
      }
      return result;
    } catch (thrown) {
      const failure = agentFailure(thrown, this.#with.session);
      const failing = failedAgain(this.#failing[id], nowMs);
      this.#failing[id] = failing;
      this.#isFailingChanged = true;
      if (failing.times === 1) {
        const what = id === PROBE ? 'what it measures' : id;
        const text = `${what} could not be read: ${asPtpError(failure).message}; it is left out for a while`;
        this.#events.push({ severity: 'warning', name: 'partNotRead', text });
      }
      return undefined;
    }
  }

  /** Looked at anew for each request: none may last longer than what is left. */
  #patience(resends: number): Patience {
    const { timeoutMs, leftMs } = this.#with;
    return {
      get timeoutMs() {
        return Math.max(1, Math.min(Math.floor(timeoutMs), Math.floor(leftMs())));
      },
      resends,
    };
  }
}

interface Roots {
  readonly roots: readonly string[];
  /** See {@link CollectMemory.asked}. */
  readonly asked: string;
}

/** By the list of parts, which is the same for all devices of the same types. */
const ROOTS = new WeakMap<readonly Part[], Roots>();

function rootsOf(parts: readonly Part[]): Roots {
  const known = ROOTS.get(parts);
  if (known) return known;
  const roots = [...new Set(parts.flatMap((part) => part.roots))];
  const made = { roots, asked: fingerprint(roots) };
  ROOTS.set(parts, made);
  return made;
}

/** Short, and another one for other roots. */
function fingerprint(roots: readonly string[]): string {
  let hash = 0;
  for (const character of roots.join(' ')) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return `${roots.length}:${hash}`;
}
