/** What a manager says of its workload, in sentences. Pure. */
import type { NewEvent } from '../../model/event.js';
import { type Cause, MOST, type Resource, type Turn, type Workload, type WorkloadState } from './workload.js';

type Told = Omit<NewEvent, 'time'>;

/** An element that costs much. */
export interface Costly {
  readonly name: string;
  /** Of all that is polled here, 0 to 1. */
  readonly share: number;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const USED: Readonly<Record<Resource, (used: string, most: string) => string>> = {
  core: (used, most) => `its main thread is busy ${used} of the time, and beyond ${most} polls begin late`,
  places: (used) => `${used} of the places for polls under way are taken, because elements answer slowly`,
  store: (used, most) => `${used} of the room for polls that wait for the store is taken, and ${most} is the most`,
  memory: (used, most) => `it takes ${used} of its memory, and ${most} is the most`,
};

function causeText({ resource, use, isExpected }: Cause): string {
  const used = percent(use * MOST[resource]);
  const most = percent(MOST[resource]);
  return isExpected
    ? `what it has to poll will take ${used} of its main thread's time by what it is known to cost, and beyond ${most} polls begin late`
    : USED[resource](used, most);
}

/** `in about 4 min`. */
const inText = (ms: number): string => (ms < 90_000 ? 'in about a minute' : `in about ${Math.round(ms / 60_000)} min`);

/** Why it is as it is, in one sentence; undefined while there is nothing to say. */
export function workloadText(load: Pick<Workload, 'state' | 'cause' | 'lateInMs'>, lagMs: number): string | undefined {
  if (load.state === 'ample') return undefined;
  const cause = causeText(load.cause);
  if (load.state === 'late') return `polls begin late, by up to ${seconds(lagMs)} s: ${cause}`;
  return load.lateInMs === undefined ? cause : `${cause}; at the present growth they will ${inText(load.lateInMs)}`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(ms < 10_000 ? 1 : 0);

const REMEDY: Readonly<Record<Resource, string>> = {
  core: 'longer intervals, fewer values, or another manager that takes elements would help',
  places: 'shorter timeouts or longer intervals of what answers slowly, or another manager, would help',
  store: 'a faster disk, longer intervals, or another manager that takes elements would help',
  memory: 'more memory, fewer values, or another manager that takes elements would help',
};

/** What would help, and what costs most. */
export const adviceText = (resource: Resource, costliest: readonly Costly[]): string => {
  const costs = costliest.map(({ name, share }) => `${name} (${percent(share)})`).join(', ');
  return costs ? `${REMEDY[resource]}; what costs most of its polling: ${costs}` : REMEDY[resource];
};

const WORDS: Readonly<Record<WorkloadState, string>> = {
  ample: 'has time enough for what it polls again',
  tight: 'is close to more than it can do',
  late: 'has more to do than it can',
};

/** Of the condition that a manager has more to do than it can, or nearly so. */
const OVERLOAD_KEY = 'overload';

/** Tight before late, and the end of both. */
export function turnEvent(self: string, { to, from }: Turn, why: string | undefined, advice: string): Told {
  const text = `${self} ${WORDS[to]}${why === undefined ? '' : `: ${why}`}`;
  if (to === 'ample') return { severity: 'cleared', name: 'managerOverload', text, alarm: OVERLOAD_KEY };
  const begins =
    to === 'tight' && from === 'late' ? `${self} begins its polls in time again, and ${WORDS.tight}` : text;
  const severity = to === 'late' ? 'major' : 'warning';
  return { severity, name: 'managerOverload', text: `${begins}; ${advice}`, alarm: OVERLOAD_KEY };
}

const MOST_NAMED = 8;

/** Elements go to others because this one asked for it. */
export function relievedEvent(self: string, moved: readonly { readonly element: string; readonly to: string }[]): Told {
  const named = moved.slice(0, MOST_NAMED).map(({ element, to }) => `${element} to ${to}`);
  const more = moved.length > MOST_NAMED ? ` and ${moved.length - MOST_NAMED} more` : '';
  return {
    severity: 'indeterminate',
    name: 'loadDelegated',
    text: `${self} asked to be relieved: ${named.join(', ')}${more}; they return when it has room again`,
  };
}

/** @param why Undefined where it is in no pool. */
export function notRelievedEvent(self: string, why: string | undefined, advice: string): Told {
  const text =
    why === undefined
      ? `${self} is in no pool, so nobody can take any of its elements`
      : `${self} asked to be relieved, and nobody takes any of its elements: ${why}`;
  return { severity: 'minor', name: 'loadNotTaken', text: `${text}; ${advice}` };
}
