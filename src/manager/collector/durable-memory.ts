/** What is kept on disk for an access: JSON. What cannot be read is none. */
import { createHash } from 'node:crypto';
import type { ElementFacts } from '../../access/access.js';
import type { ReachState } from '../../assess/status.js';
import { type ThresholdState, withTimes } from '../../assess/thresholds.js';
import type { SetMaintenance } from '../../model/maintenance.js';

export interface DurableMemory {
  /** The access method's own. */
  readonly method?: unknown;
  readonly facts?: ElementFacts;
  readonly reach?: ReachState;
  /** Windows that people set. */
  readonly maintenance?: SetMaintenance | undefined;
  /** Times are the wall clock's. */
  readonly thresholds?: ThresholdState;
}

type Unwatched = Omit<DurableMemory, 'thresholds'>;

/** What is kept of an access as it was handed to the store last, so that what did not change is not handed over again. */
export class WrittenMemory {
  /** Of the text: there is one for each access, and it is as long as all else about it. */
  #digest: string;
  /** Of what the text was made; undefined where something of it changes with every poll. */
  #parts: Unwatched | undefined;

  constructor(text: string | undefined) {
    this.#digest = digestOf(text ?? '');
  }

  /**
   * @param wallAheadMs By how much the wall clock is ahead of that of the thresholds.
   * @returns Undefined where nothing is new.
   */
  next(parts: Unwatched, thresholds: ThresholdState | undefined, wallAheadMs: number): string | undefined {
    const watched = thresholds && thresholds.thresholds.length > 0 ? thresholds : undefined;
    // The very same are written the same.
    if (!watched && this.#parts && hasAll(this.#parts, parts)) return undefined;
    this.#parts = watched ? undefined : parts;
    const text = JSON.stringify({
      ...parts,
      ...(watched && { thresholds: withTimes(watched, (timeMs) => Math.round(timeMs + wallAheadMs)) }),
    } satisfies DurableMemory);
    const digest = digestOf(text);
    if (digest === this.#digest) return undefined;
    this.#digest = digest;
    return text;
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Whether the very same things are there already. */
export function hasAll<Things extends object>(known: Things, told: Readonly<Things>): boolean {
  for (const name in told) if (told[name] !== known[name]) return false;
  return true;
}

export function parseMemory(memory: string | undefined): DurableMemory {
  if (!memory) return {};
  try {
    const parsed: unknown = JSON.parse(memory);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
