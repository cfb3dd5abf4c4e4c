/** What was wrong with an agent's answers in one poll, though what they brought is of use. */
import type { ErrorCode } from '../../base/errors.js';
import type { PollAnswer, Reading } from '../access.js';

interface Finding {
  readonly kind: keyof typeof KINDS;
  /** The object below which it was found, dotted. */
  readonly about: string;
  readonly text: string;
}

/** By the name of the event that tells of it: how many there are is a value as long as it goes on. */
const KINDS = {
  walkInCircles: { metric: 'walksInCircles', code: 'Access.Protocol' },
  walkCutShort: { metric: 'walksCutShort', code: 'Access.TooLarge' },
  valueRefused: { metric: 'valuesRefused', code: 'Access.Protocol' },
  valueMalformed: { metric: 'valuesMalformed', code: 'Access.Protocol' },
} as const satisfies Record<string, { readonly metric: string; readonly code: ErrorCode }>;

/** Of one poll; more are of the same kinds. */
const MOST_FINDINGS = 20;
/** What goes on is told again after this. */
const AGAIN_MS = 86_400_000;

/** When each was told last, wall clock. JSON-able. */
export type ToldFindings = Readonly<Record<string, number>>;

/** Never filled, so one does for all. */
const NONE = new Map<string, Finding>();

export class Findings {
  /** Of nearly all agents there are none. */
  #all: Map<string, Finding> = NONE;

  /** The same thing counts once. */
  note(finding: Finding): void {
    if (this.#all === NONE) this.#all = new Map();
    if (this.#all.size < MOST_FINDINGS) this.#all.set(keyOf(finding), finding);
  }

  get readings(): readonly Reading[] {
    if (this.#all.size === 0) return [];
    const found = [...this.#all.values()];
    return Object.entries(KINDS).flatMap(([name, { metric }]) => {
      const value = found.filter(({ kind }) => kind === name).length;
      return value > 0 ? [{ metric, instance: '', value, unit: '1' }] : [];
    });
  }

  /**
   * @param memory What has been told before: of the poll before, as far as it can be read.
   * @returns Events of what has not, and what has been told by now; the very same where that is nothing new.
   */
  tell(memory: unknown, nowMs: number): { readonly events: PollAnswer['events']; readonly told: ToldFindings } {
    const before = isTold(memory) ? memory : NOTHING_TOLD;
    if (before === NOTHING_TOLD && this.#all === NONE) return NOTHING_NEW;
    const isOld = (toldMs: number | undefined) => toldMs === undefined || toldMs > nowMs || nowMs - toldMs >= AGAIN_MS;
    const fresh = [...this.#all].filter(([key]) => isOld(before[key]));
    const held = Object.entries(before).filter(([, toldMs]) => !isOld(toldMs));
    const events = fresh.map(([, { kind, text }]) => {
      return { severity: 'warning', name: kind, text: `${KINDS[kind].code}: ${text}` } as const;
    });
    if (fresh.length === 0 && held.length === Object.keys(before).length) return { events, told: before };
    return { events, told: Object.fromEntries([...held, ...fresh.map(([key]) => [key, nowMs] as const)]) };
  }
}

const NOTHING_TOLD: ToldFindings = {};
const NOTHING_NEW = { events: [], told: NOTHING_TOLD } as const;

const keyOf = ({ kind, about }: Finding): string => `${kind} ${about}`;

const isTold = (memory: unknown): memory is ToldFindings =>
  typeof memory === 'object' && memory !== null && Object.values(memory).every((toldMs) => typeof toldMs === 'number');
