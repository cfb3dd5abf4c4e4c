/** The pool as one of its managers tells it: who is in it, and who has which element. Pure. */
import type { Severity } from '../../model/status.js';
import type { Target } from '../call/target.js';

export interface PicturedMember {
  readonly id: string;
  readonly role: string;
  readonly voter: boolean;
  /** `alive`, `keeping`, `leaving`, `gone`, `returning` or `unknown`. */
  readonly standing: string;
  /** Why it is gone. */
  readonly why?: string;
  readonly returnsInMs?: number;
  readonly owns: number;
  readonly standsInFor: number;
}

export interface PicturedElement {
  readonly owner?: string;
  /** Who polls it until the owner has taken over. */
  readonly holder?: string;
  readonly homes: readonly string[];
  /** Why nobody polls it. */
  readonly unwatched?: string;
}

export interface Picture {
  /** The manager that tells it. */
  readonly teller: string;
  /** `member`; before that `seeking`, then `joining`. */
  readonly standing: 'seeking' | 'joining' | 'member';
  readonly pool?: string;
  readonly term: number;
  readonly master?: string;
  readonly roster: number;
  /** The teller hears no master. */
  readonly cutOff: boolean;
  readonly members: readonly PicturedMember[];
  /** By name; of a large pool the first thousand, see `total`. */
  readonly elements: ReadonlyMap<string, PicturedElement>;
  readonly total: number;
  /** Not so where the teller is no voter, and its master does not answer it. */
  readonly whole: boolean;
}

/** Somebody who can be asked. */
export interface Reachable extends Target {
  readonly id: string;
}

export interface Silence {
  /** Monotonic time of its last answer; where there was none, at which it was noticed. */
  readonly sinceMs: number;
  readonly reason: string;
}

/** An open alarm, as a line of a table or of a log. */
export interface AlarmLine {
  readonly id: string;
  readonly severity: Severity;
  /** The element, or the manager whose own it is. */
  readonly about: string;
  /** Seconds since it was raised. */
  readonly age: number;
  readonly owner: string;
  /** Who looks after it. */
  readonly by?: string;
  readonly text: string;
}

export interface OpenAlarms {
  /** The worst first. */
  readonly lines: readonly AlarmLine[];
  /** All that are open, also those that are not among the lines. */
  readonly total: number;
}

/** What whoever watches has seen at one moment. */
export interface Seen {
  /** Absent where nobody could tell of them. */
  readonly alarms?: OpenAlarms;
  readonly picture: Picture | undefined;
  /** Managers that do not answer the watcher itself. */
  readonly silent: ReadonlyMap<string, Silence>;
}

/** What a picture does not tell stays as it was told before. */
export function completed(picture: Picture, before: Picture | undefined): Picture {
  if (!before) return picture;
  const known = new Map(before.members.map((member) => [member.id, member]));
  return {
    ...picture,
    members: picture.members.map((member) =>
      member.standing === 'unknown' ? (known.get(member.id) ?? member) : member,
    ),
    ...(picture.whole ? {} : { elements: new Map([...before.elements, ...picture.elements]), total: before.total }),
  };
}

/** Who polls it now. */
export const pollerOf = ({ owner, holder, unwatched }: PicturedElement): string | undefined =>
  unwatched === undefined ? (holder ?? owner) : undefined;

/** `gone (crashed): refuses the connection`. */
export function standingWords({ standing, why, returnsInMs, owns }: PicturedMember): string {
  switch (standing) {
    case 'gone': {
      if (!why) return 'gone';
      const colon = why.indexOf(': ');
      return colon < 0 ? `gone (${why})` : `gone (${why.slice(0, colon)}): ${why.slice(colon + 2)}`;
    }
    case 'returning':
      return returnsInMs === undefined
        ? 'is back'
        : `is back, gets its own from ${Math.ceil(returnsInMs / 1_000)} s on`;
    case 'leaving':
      return 'hands over and leaves';
    case 'keeping':
      return `is paused and keeps its ${owns}: nobody polls them`;
    default:
      return standing;
  }
}
