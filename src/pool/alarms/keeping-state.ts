/**
 * Of an owner: who keeps its alarms, and when a change of one counts (SPEC 6, "Data").
 *
 * For one subject (an element, or the manager itself):
 *
 * ```
 *              a change, or a look: it has open alarms
 *    nothing ───────────────────────────────────────────▶ waiting ── its keeper is free, 60 ms are over ──▶ flying
 *       ▲                                                  ▲   │                                             │
 *       │ no open alarms                                   │   │ nobody could keep it, or 2.5 s are over     │
 *       │                                                  │   ▼                                             │
 *       └────────────────────────────────────────────── alone, it counts                                     │
 *       │                                                  ▲                                                 │
 *       │                     refused, silent for 1 s: its keeper is suspected for a while, another one       │
 *       │                                                  └─────────────────────────────────────────────────┤
 *       └──────────────────────────────── kept, it counts ◀──────────────────────────────────────────────────┘
 * ```
 *
 * A subject has one keeper: whoever stands in for it, else another member, the same for all so that one message does. What
 * goes to a new keeper *begins* a copy with all open alarms of the subject, and the former keeper is told to forget its own.
 * One message at a time is on its way to each keeper, with all that waits for it. Changes of one subject count in their
 * order; of several versions of an alarm that wait only the last is sent, and all count with it.
 *
 * Moving to whoever is wanted more never delays a change: while one waits, the keeper that answers will do.
 */
import type { Alarm } from '../../model/alarm.js';
import type { AlarmSubject, KeptVersion } from '../../model/kept-alarm.js';
import type { Epoch } from '../../model/manager.js';
import type { KeepMessage } from './keeper.js';

/** How often all is looked at: who should keep it, and what nobody keeps. */
export const LOOK_MS = 5_000;

/** What is known besides. */
export interface KeepingWorld {
  /** Under which the subject is owned here; undefined: it is another's. */
  epochOf(subject: AlarmSubject): Epoch | undefined;
  /** The newest copy of former owners that its alarms go on from. */
  sinceOf(subject: AlarmSubject): KeptVersion | undefined;
  /** Other managers that live and could keep it, the most wanted first. */
  candidates(subject: AlarmSubject): readonly string[];
  /** All open ones as they are now, also what does not count yet. */
  alarmsOf(subject: AlarmSubject): readonly Alarm[];
}

export type KeepingInput =
  /** `ticket`: ascending, for the one who waits for it. It is called for on this manager's own disk elsewhere. */
  | { readonly is: 'changed'; readonly subject: AlarmSubject; readonly alarm: Alarm; readonly ticket: number }
  | {
      readonly is: 'answered';
      readonly by: string;
      readonly number: number;
      readonly stale: readonly AlarmSubject[];
      readonly lacking: readonly AlarmSubject[];
    }
  | { readonly is: 'failed'; readonly by: string; readonly number: number }
  /** It is owned here from now on, its stand-in is another one, or, without a subject, other managers have come or gone. */
  | { readonly is: 'look'; readonly subject?: AlarmSubject }
  | { readonly is: 'tick' };

export type KeepingEffect =
  | { readonly is: 'send'; readonly to: string; readonly message: KeepMessage }
  /** In the order of the tickets of a subject. `keptBy` is absent where the owner is alone with it. */
  | { readonly is: 'counts'; readonly ticket: number; readonly keptBy: string | undefined }
  /** These versions are on another disk by now, whether somebody waits for that or not. */
  | { readonly is: 'kept'; readonly by: string; readonly alarms: readonly Alarm[] };

/** An alarm whose newest version is to be kept. */
export interface Waiting {
  readonly alarm: Alarm;
  readonly tickets: readonly Ticket[];
}

export interface Ticket {
  readonly ticket: number;
  readonly sinceMs: number;
}

export type Changes = Map<string, Waiting>;

export interface KeptSubject {
  /** Of the copy that `keeper` has. */
  epoch: Epoch | undefined;
  keeper: string | undefined;
  /** When that copy was begun. */
  begunMs: number;
  /** By id of the alarm. */
  waiting: Changes;
  flying:
    | {
        readonly to: string;
        readonly epoch: Epoch;
        readonly begins: boolean;
        readonly changes: Changes;
        readonly alarms: readonly Alarm[];
      }
    | undefined;
}

export interface Flight {
  readonly number: number;
  readonly untilMs: number;
  readonly subjects: readonly AlarmSubject[];
}

/** Changed in place by {@link stepKeeping} alone. */
export interface KeepingState {
  readonly id: string;
  readonly incarnation: number;
  /** Of the latest message. */
  number: number;
  readonly subjects: Map<AlarmSubject, KeptSubject>;
  /** Those about which there is something to do. */
  readonly queue: Set<AlarmSubject>;
  /** By keeper. */
  readonly flights: Map<string, Flight>;
  /** Those that failed last. */
  readonly suspected: Map<string, { readonly untilMs: number; readonly forMs: number }>;
  /** What former keepers may forget. */
  readonly released: Map<string, Map<AlarmSubject, Epoch>>;
  sendAtMs: number;
  /** When somebody may have waited for too long. */
  overdueAtMs: number;
  lookAtMs: number;
}

export const newKeepingState = (id: string, incarnation: number, nowMs: number): KeepingState => ({
  id,
  incarnation,
  number: 0,
  subjects: new Map(),
  queue: new Set(),
  flights: new Map(),
  suspected: new Map(),
  released: new Map(),
  sendAtMs: nowMs,
  overdueAtMs: Number.POSITIVE_INFINITY,
  lookAtMs: nowMs + LOOK_MS,
});
