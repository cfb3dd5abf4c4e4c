/** What is known of an agent from one poll to the next: what it has, and what hardly ever changes. JSON-able. */
import { MOST_KEPT } from './part.js';

/** What a device does not have is looked for again after this. */
const PROBE_MS = 3_600_000;
/**
 * And at these times after its start: agents have some values only after a while, as Net-SNMP the load of processors,
 * and modules of a chassis take minutes to come up.
 */
const SETTLING_MS = [120_000, 900_000];
/** A part that failed rests this long, twice as long each time it fails again, at most {@link LONGEST_REST_MS}. */
const REST_MS = 300_000;
const LONGEST_REST_MS = 6 * 3_600_000;
/** Characters of all that is kept together: with names and neighbours it has to fit into what the store keeps. */
const MOST_ALL = 110 * 1024;

interface Kept {
  /** When it was read, wall clock. */
  readonly atMs: number;
  readonly value: unknown;
}

interface Failing {
  readonly untilMs: number;
  readonly times: number;
}

export interface CollectMemory {
  /** When the device was asked what it has, wall clock; of which parts; and those roots that it has. */
  readonly probedMs: number;
  readonly asked: string;
  readonly present: readonly string[];
  readonly kept: Readonly<Record<string, Kept>>;
  readonly failing: Readonly<Record<string, Failing>>;
}

export const NOTHING_KNOWN: CollectMemory = { probedMs: 0, asked: '', present: [], kept: {}, failing: {} };

/** What was kept, as far as it can be read; mostly that is the very same. */
export function remembered(memory: unknown): CollectMemory {
  if (!isObject(memory)) return NOTHING_KNOWN;
  if (isWhole(memory)) return memory;
  const { probedMs, asked, present, kept, failing } = memory;
  if (typeof probedMs !== 'number' || typeof asked !== 'string' || !Array.isArray(present)) return NOTHING_KNOWN;
  return {
    probedMs,
    asked,
    present: present.filter(isText),
    kept: entriesOf(kept, isKept),
    failing: entriesOf(failing, isFailing),
  };
}

type Unread = Readonly<Record<string, unknown>>;

const isWhole = (memory: Unread): memory is Unread & CollectMemory =>
  typeof memory.probedMs === 'number' &&
  typeof memory.asked === 'string' &&
  Array.isArray(memory.present) &&
  memory.present.every(isText) &&
  hasOnly(memory.kept, isKept) &&
  hasOnly(memory.failing, isFailing);

/** Of what was written at `atMs`; a clock that was put back makes it old. */
export const isFresh = (atMs: number, nowMs: number, forMs: number): boolean => atMs <= nowMs && nowMs - atMs < forMs;

/** Whether it is known what the agent has. */
export const isProbed = (probedMs: number, nowMs: number, startedMs: number | undefined): boolean =>
  isFresh(probedMs, nowMs, PROBE_MS) &&
  !SETTLING_MS.some((ms) => startedMs !== undefined && probedMs < startedMs + ms && startedMs + ms <= nowMs);

export const isResting = ({ failing }: CollectMemory, id: string, nowMs: number): boolean => {
  const rest = Object.hasOwn(failing, id) ? failing[id] : undefined;
  return rest !== undefined && nowMs < rest.untilMs && rest.untilMs - nowMs <= LONGEST_REST_MS;
};

/** A part has failed once more. */
export function failedAgain(failing: Failing | undefined, nowMs: number): Failing {
  const times = (failing?.times ?? 0) + 1;
  return { times, untilMs: nowMs + Math.min(LONGEST_REST_MS, REST_MS * 2 ** Math.min(times - 1, 10)) };
}

/** Leaves out what is too large; it is read again by the next poll. */
export function bounded(kept: Readonly<Record<string, Kept>>): Readonly<Record<string, Kept>> {
  let left = MOST_ALL;
  const fitting = Object.entries(kept).filter(([, { value }]) => {
    const length = JSON.stringify(value)?.length ?? 0;
    if (length > MOST_KEPT || length > left) return false;
    left -= length;
    return true;
  });
  return Object.fromEntries(fitting);
}

const isObject = (value: unknown): value is Unread =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isKept = (value: unknown): value is Kept => isObject(value) && typeof value.atMs === 'number' && 'value' in value;

const isFailing = (value: unknown): value is Failing =>
  isObject(value) && typeof value.untilMs === 'number' && typeof value.times === 'number';

const isText = (value: unknown): value is string => typeof value === 'string';

const hasOnly = (value: unknown, is: (one: unknown) => boolean): boolean =>
  isObject(value) && Object.values(value).every(is);

function entriesOf<Value>(value: unknown, is: (one: unknown) => one is Value): Readonly<Record<string, Value>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([id, one]) => (is(one) ? [[id, one] as const] : [])));
}
