/**
 * Whom a manager watches, and what it has found out about them (SPEC 6, "Failure detection").
 *
 * ```
 *               silent for 1.5 heartbeats, or its socket broke
 *    trusted ──────────────────────────────────────────────────▶ questioned
 *     ▲   ▲                                                        │  │
 *     │   └──── heard, or it or another says that it lives ◀───────┘  │ refused by every way it had accepted: at once
 *     │                                                               │ else: silent for 3.5 heartbeats, and asked in vain
 *     │    it answers, is heard twice, or comes as a newer one        ▼
 *     └────────────────────────────────────────────────────────────  gone (crashed, paused, disconnected, lost)
 * ```
 *
 * *trusted*: heard, or not watched for long enough to say. *questioned*: asked in rounds; a round asks directly by every
 * kind of connection, and from the second on, or at once after a break, through up to three other members. Whoever says
 * that it lives is believed: a broken link of one is not a death. *gone*: told once; asked on, ever more rarely.
 *
 * A member that says that it is paused is *trusted* all the while: it speaks. The finding tells that apart (`told`).
 *
 * The numbers follow from the bars. Heartbeats come once a heartbeat, so a process that is stopped for two of them (1 s by
 * default) is silent for up to three, and needs some time to answer: 3.5. A watcher that was late itself waits up to
 * twice as long, 7.25 with everything (3.6 s by default), so that a takeover by 5 s stays possible.
 */
import type { ManagerState } from '../../model/manager.js';
import type { MemberId } from '../member.js';
import type { Relief } from './relief.js';

/** The two kinds of connection by which a manager can be asked. */
export type Connection = 'http' | 'socket';

/**
 * What came of a question. `alive` and `paused`: it said so. `mute`: took the connection and said nothing. `refused`: no
 * process listens. `reset`, `closed`: the connection broke before or in the answer. `nothing`: not even a connection.
 */
export type Outcome = 'alive' | 'paused' | 'mute' | 'refused' | 'reset' | 'closed' | 'nothing';

export type Finding = 'alive' | 'paused' | 'crashed' | 'disconnected' | 'lost';

/**
 * Due and done since the sender's start. Done is what was answered, or what another manager has found to be unanswered
 * as well: a dead device is no fault of who polls it. Reach probes count here while a part is relieved, else it could
 * never show that it works again.
 */
export interface Polls {
  readonly due: number;
  readonly done: number;
}

export interface Heartbeat {
  readonly incarnation: number;
  readonly state: ManagerState;
  /** Share of a core, 0 to 1 and above. */
  readonly load: number;
  readonly polls: Polls;
  /** The same by part (a network, an access method: the sender's choice of names). At most {@link MOST_PARTS} count. */
  readonly parts: readonly (Polls & { readonly part: string })[];
  /** In its own words, what keeps it from working: `the disk is full`, `the store fails`. */
  readonly trouble?: string;
}

export type Input =
  /** Also for one that is watched already, when it is reached by other ways from now on. */
  | { readonly is: 'joined'; readonly member: MemberId; readonly by: readonly Connection[] }
  | { readonly is: 'left'; readonly member: MemberId }
  | { readonly is: 'heard'; readonly member: MemberId; readonly heartbeat: Heartbeat }
  /** The watcher's own heartbeat: one whom nobody watches judges itself by the same rules, until it `rests`. */
  | { readonly is: 'worked'; readonly heartbeat: Heartbeat }
  | { readonly is: 'rests' }
  /** A connection that stood is gone. */
  | { readonly is: 'broken'; readonly member: MemberId; readonly how: 'reset' | 'closed' | 'end' }
  /** Of an `ask`, once for each kind of connection. */
  | {
      readonly is: 'answer';
      readonly member: MemberId;
      readonly round: number;
      readonly by: Connection;
      readonly outcome: Outcome;
      /** As the answer says; absent when there was none. */
      readonly incarnation?: number;
    }
  /** Of an `askThrough`: the strongest of what the other got. */
  | {
      readonly is: 'reported';
      readonly member: MemberId;
      readonly round: number;
      readonly through: MemberId;
      readonly outcome: Outcome;
      readonly incarnation?: number;
    }
  /** The watcher's own loop was held up, as the driver has measured it. Late ticks are noticed without. */
  | { readonly is: 'late'; readonly byMs: number }
  /** The pool has another heartbeat from now on. */
  | { readonly is: 'paced'; readonly heartbeatMs: number }
  | { readonly is: 'tick' };

export type Effect =
  /** Ask `areYouThere` by all these at once; an `answer` for each is due after `withinMs` at the latest. */
  | {
      readonly is: 'ask';
      readonly member: MemberId;
      readonly round: number;
      readonly by: readonly Connection[];
      readonly withinMs: number;
    }
  /** Have `through` ask by all ways that it has; a `reported` is due after `withinMs` at the latest. */
  | {
      readonly is: 'askThrough';
      readonly member: MemberId;
      readonly round: number;
      readonly through: MemberId;
      readonly withinMs: number;
    }
  | {
      readonly is: 'finding';
      readonly member: MemberId;
      readonly finding: Finding;
      /** It says so itself: a paused one that still speaks, and may have been asked to keep its elements. */
      readonly told: boolean;
      /** Undefined for one that was never heard. */
      readonly incarnation: number | undefined;
      readonly why: string;
      /** Since the last sign of life; 0 for a finding that is one. */
      readonly afterMs: number;
    }
  /** It lives but cannot work: to be taken from it, all or only what belongs to `part`. */
  | { readonly is: 'relieve'; readonly member: MemberId; readonly part: string | undefined; readonly why: string }
  | { readonly is: 'restore'; readonly member: MemberId; readonly part: string | undefined; readonly why: string };

export interface Round {
  readonly number: number;
  readonly askedMs: number;
  /** When all outcomes are due. */
  readonly untilMs: number;
  /** The second look right after a first that told little; it has no third. */
  readonly again: boolean;
  readonly direct: Map<Connection, Outcome | undefined>;
  readonly indirect: Map<MemberId, Outcome | undefined>;
  /** It has given a sign of life since it was asked. */
  lives: boolean;
  isOpen: boolean;
}

/** A member as its watcher knows it. */
export interface Watched {
  readonly id: MemberId;
  by: readonly Connection[];
  incarnation: number | undefined;
  /** What was told last. Undefined until there is something to tell. */
  found: { readonly is: Finding; readonly told: boolean } | undefined;
  /** Where silence is counted from: the last sign of life, or when the watcher began, or went on, to listen. */
  lifeMs: number;
  /** The last sign of life, or when it joined; only told. */
  signMs: number;
  wasHeard: boolean;
  /** Heard once since it was gone; the next heartbeat is enough. */
  heardAgainMs: number | undefined;
  /** Asks for a round without waiting for silence. */
  urgentMs: number | undefined;
  /** How its connection broke since the last sign of life. */
  broke: 'reset' | 'closed' | 'end' | undefined;
  round: Round | undefined;
  /** A sign of life in the round before the present one counts as well. */
  formerRound: number | undefined;
  askedMs: number;
  /** Rounds since the last sign of life or finding. */
  rounds: number;
  wantsAgain: boolean;
  /** Ways by which it took a connection in this incarnation: only there does a refusal mean that nobody is left. */
  readonly accepts: Set<Connection>;
  /** Has been asked once in this incarnation, to learn that. */
  isAcquainted: boolean;
  /** What the last round says of a gone member, if that is something else than was told. */
  doubt: Finding | undefined;
  relief: Relief;
}

export interface Detection {
  readonly id: MemberId;
  heartbeatMs: number;
  /** Goes with the heartbeat. */
  timing: Timing;
  readonly members: Map<MemberId, Watched>;
  /** How the watcher's own work goes, while it judges that. */
  own: Relief | undefined;
  /** The same by id. */
  sorted: readonly Watched[];
  rounds: number;
  /** How late the watcher itself was, and when. */
  slow: { readonly byMs: number; readonly atMs: number };
  /** When the next tick is due. */
  nextMs: number;
}

/** The roster admits no more. */
export const MOST_MEMBERS = 4096;
/** Members that are asked at the same time, each by at most five questions. Gone ones get at most half of that. */
export const MOST_ROUNDS = 512;
/** Others through which one member is asked. */
export const MOST_THROUGH = 3;
/** Parts of one member's work that are looked at. */
export const MOST_PARTS = 32;

/** All that depends on the pool's heartbeat. */
export const timingOf = (heartbeatMs: number) => ({
  /** A heartbeat and half of one. */
  askAfterMs: 1.5 * heartbeatMs,
  patienceMs: 3.5 * heartbeatMs,
  /** For one round, and from one to the next. */
  roundMs: heartbeatMs,
  /** A round that would get less before the end of patience is not begun. */
  leastRoundMs: heartbeatMs / 2,
  /** Outcomes that are not there so long after they were due do not come. */
  graceMs: heartbeatMs / 4,
  /** So long a refusal waits for whether others fare better. */
  confirmMs: heartbeatMs / 4,
  /** From a break to the next one that is asked about. */
  urgentMs: heartbeatMs / 2,
  /** From a round that told little to a second look. */
  againMs: heartbeatMs / 10,
  /** The longest time between ticks: whoever does not look at the clock does not notice that it stood still. */
  tickMs: heartbeatMs / 2,
  /** The shortest. */
  leastTickMs: heartbeatMs / 50,
});

export type Timing = ReturnType<typeof timingOf>;

/** Found to be no longer there, not just paused by its own words. */
export const isGone = ({ found }: Watched): boolean => found !== undefined && found.is !== 'alive' && !found.told;
