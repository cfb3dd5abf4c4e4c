/** A condition that stands until it is cleared. Its life is told in `assess/alarms/`. */
import type { ElementName } from './element.js';
import type { Severity } from './status.js';

/** Who acknowledged or cleared, or what: a user's name, {@link BY_ITSELF} where the condition has gone by itself. */
export interface AlarmAction {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly note?: string;
  /** Of an acknowledgement: how bad it was then. What gets worse than that is not acknowledged any more. */
  readonly severity?: Severity;
}

export const BY_ITSELF = 'ptpmgr';

/** What an alarm follows from. */
export interface AlarmRoot {
  readonly element: ElementName;
  readonly alarm?: string;
  readonly why: string;
}

/** As it was after its latest change; a later change of the same id replaces it. */
export interface Alarm {
  /** Unique in the pool for good, also after it has been handed over. Letters, digits and `-`. */
  readonly id: string;
  /** Absent: a condition of the manager itself. */
  readonly element?: ElementName;
  /** Element that an alarm of a manager speaks of: it was told here, while another manager watched the element. */
  readonly about?: ElementName;
  /** The owner of the element now; of a condition of its own, the manager. */
  readonly manager: string;
  /** Of the condition, within its element or manager: at most one alarm of a key is open. */
  readonly key: string;
  /** Of the event that told of it last. */
  readonly name: string;
  /** As of now; `cleared` once it is over. */
  readonly severity: Severity;
  /** The worst that it has been. */
  readonly worst: Severity;
  readonly text: string;
  readonly source?: string;
  /** Milliseconds since 1970, as the next two. */
  readonly raisedAt: number;
  /** Of severity, text, acknowledgement, root or silence. */
  readonly changedAt: number;
  /** When the condition was last told of. */
  readonly lastAt: number;
  /** How often it was told of, the first time included. */
  readonly count: number;
  readonly acknowledged?: AlarmAction;
  readonly cleared?: AlarmAction;
  /** How often the condition has come since it was last calm for long; absent: once. */
  readonly comings?: number;
  /** It comes and goes so often that it is kept open until it has been calm for a while. */
  readonly isFlapping?: true;
  /** Since when the condition is gone though the alarm is open, for it is flapping. Milliseconds since 1970. */
  readonly goneAt?: number;
  /** What it follows from; whoever looks after the root need not look after this. */
  readonly root?: AlarmRoot;
  /** The maintenance window that silences it. */
  readonly silencedBy?: string;
  /** Rises by one at each change of any kind: of two versions of an alarm the one that has more is the newer. */
  readonly revision: number;
  /** Rises by one at each change that people are told of; from 1. */
  readonly change: number;
  /** Up to which {@link change} they have been told; a new owner goes on from here. */
  readonly told: number;
  /** Another manager that has this change on disk as well; absent where the owner is alone with it. */
  readonly keptBy?: string;
}

/** Open, and nobody has seen to it; open, and somebody has; over. */
export const ALARM_STATES = ['raised', 'acknowledged', 'cleared'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export const alarmState = ({ severity, acknowledged }: Pick<Alarm, 'severity' | 'acknowledged'>): AlarmState =>
  severity === 'cleared' ? 'cleared' : acknowledged ? 'acknowledged' : 'raised';

export interface AlarmQuery {
  /** This one alone. */
  readonly id?: string;
  /** Raised, changed or cleared within [from, to), milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  readonly states?: readonly AlarmState[];
  /** This severity or worse; of one that is over, the worst that it was. */
  readonly severity?: Severity;
  readonly element?: ElementName;
  /** Each has to occur in text, name, element, source or manager, upper and lower case alike. */
  readonly words?: readonly string[];
  /** Only what comes behind this place in that order; `offset` counts from there. The total is that of all. */
  readonly after?: AlarmPlace;
  /** The one that changed last first, of the same time by id, the highest first; skip this many, then give this many (at most 1,000). */
  readonly offset: number;
  readonly limit: number;
}

/** A place among alarms, whether there is one or not. */
export interface AlarmPlace {
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  readonly id: string;
}
