/**
 * Whether a manager keeps up with its polls, said before it does not. Pure.
 *
 * ```
 *            much of something is used, or soon will be           polls begin late
 *   ample ─────────────────────────────────────────────▶ tight ─────────────────────▶ late
 *     ▲ └──────────────────────────────────────────────────│─────────────────────────▶ │
 *     └────────── little enough is used, for a minute ─────┘ ◀── in time for a minute ─┘
 * ```
 *
 * What is used of each resource is measured in shares of the most at which polls still begin in time, so that 1 of any
 * of them means: late. Each is smoothed over half a minute: a takeover or a start is work for seconds and says nothing.
 */
import { type Point, reachesInMs } from './trend.js';

/** `core`: time of the main thread. `places`: polls under way. `store`, `memory`: as they say. */
export const RESOURCES = ['core', 'places', 'store', 'memory'] as const;
export type Resource = (typeof RESOURCES)[number];

/** Of what there is, the most at which polls still begin in time. */
export const MOST: Readonly<Record<Resource, number>> = { core: 0.8, places: 1, store: 0.5, memory: 0.9 };

export const WORKLOADS = ['ample', 'tight', 'late'] as const;
export type WorkloadState = (typeof WORKLOADS)[number];

/** As of the last seconds. */
export interface Measured {
  /** Of each resource the share in use, 0 to 1. */
  readonly used: Readonly<Record<Resource, number>>;
  /** Share of the main thread that all that is owned will take by what it is known to cost: new elements count at once. */
  readonly expected: number;
  /** How late polls began: 95 of 100 by less than this, and the worst. */
  readonly lagMs: number;
  readonly worstLagMs: number;
  /** Polls that are due and have not begun. */
  readonly waiting: number;
}

/** Why it is tight or late: what is used most of. */
export interface Cause {
  readonly resource: Resource;
  /** Share of the most, 1 is late; as it is or, where it was foreseen, will be. */
  readonly use: number;
  /** By what is owned, before it is measured. */
  readonly isExpected: boolean;
}

export interface Workload {
  state: WorkloadState;
  sinceMs: number;
  /** Smoothed shares of the most. */
  readonly uses: Record<Resource, number>;
  cause: Cause;
  /** Undefined where it is not foreseen. */
  lateInMs: number | undefined;
  measuredMs: number | undefined;
  readonly points: Record<Resource, Point[]>;
  pointMs: number;
  lateMeasures: number;
  /** Since when the state would be a better one. */
  betterMs: number | undefined;
}

/** The state has become another. */
export interface Turn {
  readonly from: WorkloadState;
  readonly to: WorkloadState;
}

const SMOOTHED_MS = 30_000;
/** Tight from here on, and again ample below that. */
const TIGHT = 0.7;
const AMPLE = 0.6;
/** What is used of little is not foreseen to become too much: that would be a guess. */
const FORESEEN_FROM = 0.4;
const FORESEEN_MS = 15 * 60_000;
/** Foreseen once, it is until it lies further away than this. */
const FORGOTTEN_MS = 30 * 60_000;
/** After so long what is smoothed has settled. */
const SETTLED_MS = 120_000;
const POINT_EVERY_MS = 20_000;
const MOST_POINTS = 30;
/** Polls that begin later than this are late. */
export const LATE_MS = 1000;
/** So many measures in a row: a single one may be a pause of the machine. */
const LATE_MEASURES = 2;
const BETTER_MS = 60_000;

const zero = (): Record<Resource, number> => ({ core: 0, places: 0, store: 0, memory: 0 });

export const newWorkload = (nowMs: number): Workload => ({
  state: 'ample',
  sinceMs: nowMs,
  uses: zero(),
  cause: { resource: 'core', use: 0, isExpected: false },
  lateInMs: undefined,
  measuredMs: undefined,
  points: { core: [], places: [], store: [], memory: [] },
  // Its rise from 0 is no growth.
  pointMs: nowMs + SETTLED_MS,
  lateMeasures: 0,
  betterMs: undefined,
});

/** Takes a measure into the state. @returns What it turned into, if into anything else. */
export function step(load: Workload, measured: Measured, nowMs: number): Turn | undefined {
  smooth(load, measured, nowMs);
  foresee(load, nowMs);
  const isLate = measured.lagMs > LATE_MS || (measured.worstLagMs > LATE_MS && measured.waiting > 0);
  load.lateMeasures = isLate ? load.lateMeasures + 1 : 0;
  const expected = measured.expected / MOST.core;
  load.cause = causeOf(load, expected);
  return turn(load, wanted(load, expected), nowMs);
}

function smooth(load: Workload, { used }: Measured, nowMs: number): void {
  // Begins at 0: how busy a start is says nothing of what comes after it.
  const weight = 1 - Math.exp(((load.measuredMs ?? nowMs) - nowMs) / SMOOTHED_MS);
  for (const resource of RESOURCES)
    load.uses[resource] += (used[resource] / MOST[resource] - load.uses[resource]) * weight;
  load.measuredMs = nowMs;
}

function foresee(load: Workload, nowMs: number): void {
  if (nowMs - load.pointMs < POINT_EVERY_MS) return;
  load.pointMs = nowMs;
  let soonest: number | undefined;
  for (const resource of RESOURCES) {
    const points = [...load.points[resource], { atMs: nowMs, value: load.uses[resource] }].slice(-MOST_POINTS);
    load.points[resource] = points;
    if (load.uses[resource] < FORESEEN_FROM) continue;
    const inMs = reachesInMs(points, 1, nowMs);
    if (inMs !== undefined) soonest = Math.min(soonest ?? inMs, inMs);
  }
  const most = load.lateInMs === undefined ? FORESEEN_MS : FORGOTTEN_MS;
  load.lateInMs = soonest !== undefined && soonest <= most ? soonest : undefined;
}

function causeOf({ uses }: Workload, expected: number): Cause {
  const [first, ...others] = RESOURCES;
  const most = others.reduce<Resource>((worst, one) => (uses[one] > uses[worst] ? one : worst), first);
  // What is measured says more, as soon as it says enough.
  return expected > uses[most] && uses[most] < TIGHT
    ? { resource: 'core', use: expected, isExpected: true }
    : { resource: most, use: uses[most], isExpected: false };
}

function wanted({ state, lateMeasures, lateInMs, cause }: Workload, expected: number): WorkloadState {
  if (lateMeasures >= LATE_MEASURES || (state === 'late' && lateMeasures > 0)) return 'late';
  const use = Math.max(cause.use, expected);
  if (use >= TIGHT || lateInMs !== undefined) return 'tight';
  return use >= AMPLE && state !== 'ample' ? 'tight' : 'ample';
}

/** For the worse at once, for the better when it has been so for a minute. */
function turn(load: Workload, to: WorkloadState, nowMs: number): Turn | undefined {
  const from = load.state;
  const isBetter = WORKLOADS.indexOf(to) < WORKLOADS.indexOf(from);
  load.betterMs = isBetter ? (load.betterMs ?? nowMs) : undefined;
  if (to === from || (load.betterMs !== undefined && nowMs - load.betterMs < BETTER_MS)) return undefined;
  load.state = to;
  load.sinceMs = nowMs;
  load.betterMs = undefined;
  return { from, to };
}
