/**
 * Who is told of a change of an alarm. Pure; time, monotonic, is an argument.
 *
 * Whom the rules name is told when it is raised, gets worse or better, is acknowledged and is over. Nobody is told of one
 * that follows from another (the message of that one counts it) or is silenced, nor each time of one that comes and goes.
 * Who has heard that something is bad is told that it is over, whatever has become of rules and root since.
 */
import type { Alarm } from '../../model/alarm.js';
import { BehindRoots, elementKey } from './behind.js';
import type { Behind } from './message.js';
import { alarmNotice, type Notice, rank } from './notice.js';

/** What is to be done about a change. */
export type Decision =
  /** It is known already. */
  | { readonly is: 'known' }
  /** Nobody is told; `isHidden`: nor of what waits of it. */
  | { readonly is: 'silent'; readonly isHidden: boolean }
  | { readonly is: 'told'; readonly notice: Notice; readonly to: readonly string[] };

/** Of an alarm that is open, or not told of in full. */
interface Known {
  readonly notice: Notice;
  readonly isHidden: boolean;
  /** To whom it was sent, or at least tried. */
  readonly heard: ReadonlySet<string>;
  /** The latest that was told. */
  readonly told?: Notice;
  /** How many alarms behind it were told of. */
  readonly behindTold: number;
  readonly isFollowedUp?: true;
}

/** The oldest are forgotten first: of these a change may be told again. */
const MOST_KNOWN = 50_000;
const MOST_OVER = 10_000;
/** Elements behind one that is dead are found within a poll interval or so. */
export const FOLLOW_UP_MS = 60_000;

const KNOWN: Decision = { is: 'known' };

export class ToldAlarms {
  readonly #known = new Map<string, Known>();
  /** Of those that are over and told of: up to which change. They may be shown once more without anything new. */
  readonly #over = new Map<string, number>();
  readonly #behind = new BehindRoots();
  /** When to look whether more is behind these than was told. */
  readonly #lookMs = new Map<string, number>();

  /** @param to Whom the rules name. */
  decide(alarm: Alarm, to: readonly string[], nowMs: number): Decision {
    if (alarm.change <= (this.#over.get(alarm.id) ?? 0)) return KNOWN;
    const notice = alarmNotice(alarm);
    const before = this.#known.get(alarm.id);
    const isHidden = alarm.root !== undefined || alarm.silencedBy !== undefined;
    const isOver = notice.kind === 'cleared';
    this.#follow(alarm, isOver, nowMs);
    if (before && alarm.change <= (before.notice.change ?? 0) && isHidden === before.isHidden) return KNOWN;
    const heard = before?.heard ?? new Set(alarm.told > 0 && !isHidden ? to : []);
    const wasHidden = isHidden || before?.isHidden === true;
    const isOld = !before && alarm.change <= alarm.told;
    const isSilent =
      isOld ||
      (isHidden && !isOver) ||
      (before?.told && isSameFlapping(before.told, notice)) === true ||
      (before !== undefined && isAsBefore(before, notice, to));
    const all = isSilent ? [] : [...new Set([...(isOver && wasHidden ? [] : to), ...heard])];
    const told = all.length > 0 ? notice : before?.told;
    this.#know(alarm.id, { behindTold: 0, ...before, notice, isHidden, heard, ...(told && { told }) });
    return all.length > 0 ? { is: 'told', notice, to: all } : { is: 'silent', isHidden };
  }

  /** What was decided before a start. */
  recall(notice: Notice): void {
    const { alarm, change = 0 } = notice;
    if (alarm === undefined || change < (this.#known.get(alarm)?.notice.change ?? 0)) return;
    this.#know(alarm, { notice, isHidden: false, heard: new Set(), told: notice, behindTold: 0 });
  }

  /** Whether what waits to be told of it has become a matter of another alarm, or of nobody. */
  isHidden({ alarm, kind }: Notice): boolean {
    return alarm !== undefined && kind !== 'cleared' && this.#known.get(alarm)?.isHidden === true;
  }

  /** A message with it is on its way. */
  hears(notice: Notice, destination: string): void {
    const known = notice.alarm === undefined ? undefined : this.#known.get(notice.alarm);
    if (!known || notice.alarm === undefined) return;
    const behindTold = Math.max(known.behindTold, this.behind(notice)?.alarms ?? 0);
    this.#known.set(notice.alarm, { ...known, heard: new Set([...known.heard, destination]), behindTold });
  }

  behind(notice: Notice): Behind | undefined {
    return this.#behind.of(notice);
  }

  /** Nobody waits to be told of it any more. */
  settled(alarm: string): void {
    const { notice } = this.#known.get(alarm) ?? {};
    if (notice?.kind !== 'cleared') return;
    this.#known.delete(alarm);
    this.#over.set(alarm, notice.change ?? 0);
    const [oldest] = this.#over.keys();
    if (this.#over.size > MOST_OVER && oldest !== undefined) this.#over.delete(oldest);
  }

  /** Alarms behind which there is more than was told: who has heard of one hears of that, once. */
  followUps(nowMs: number): readonly { readonly notice: Notice; readonly to: readonly string[] }[] {
    const due = new Set([...this.#lookMs].flatMap(([key, ms]) => (ms <= nowMs ? [key] : [])));
    if (due.size === 0) return [];
    for (const key of due) this.#lookMs.delete(key);
    return [...this.#known].flatMap(([alarm, known]) => {
      const { notice, isHidden, isFollowedUp, behindTold, heard } = known;
      const isMeant = due.has(alarm) || (notice.element !== undefined && due.has(elementKey(notice.element)));
      if (!isMeant || isHidden || isFollowedUp || notice.kind === 'cleared' || heard.size === 0) return [];
      if ((this.behind(notice)?.alarms ?? 0) <= behindTold) return [];
      this.#known.set(alarm, { ...known, isFollowedUp: true });
      const more: Notice = { ...notice, kind: 'changed', id: `${notice.id}-behind`, isFollowUp: true };
      return [{ notice: more, to: [...heard] }];
    });
  }

  #follow({ id, element, root }: Alarm, isOver: boolean, nowMs: number): void {
    if (!root || isOver) {
      this.#behind.remove(id);
      return;
    }
    const key = this.#behind.add(id, element, root);
    if (!this.#lookMs.has(key)) this.#lookMs.set(key, nowMs + FOLLOW_UP_MS);
  }

  #know(alarm: string, known: Known): void {
    this.#known.set(alarm, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** It was spared for a while, and stands again as everybody had heard of it before that: to them it is no news. */
const isAsBefore = ({ isHidden, told, heard }: Known, notice: Notice, to: readonly string[]): boolean =>
  isHidden &&
  told?.severity === notice.severity &&
  notice.kind !== 'cleared' &&
  (notice.kind !== 'acknowledged' || told.kind === 'acknowledged') &&
  to.every((one) => heard.has(one));

/** It still comes and goes, which was told, and nothing else has become of it. */
const isSameFlapping = (told: Notice, notice: Notice): boolean =>
  notice.isFlapping === true &&
  told.isFlapping === true &&
  notice.kind !== 'cleared' &&
  notice.kind !== 'acknowledged' &&
  rank(notice.severity) <= rank(told.worst);
