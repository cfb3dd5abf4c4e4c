/**
 * Whether an element that does not answer is out by itself, or behind another that is. Pure.
 *
 * An element depends on its parents, of which one that is well is enough, and, if it is a service or an application, on
 * the device that it runs on.
 *
 * ```
 *   free ───────── nothing that it depends on is out: what is found of it counts
 *   awaited ────── something that it depends on may be out: word of that is waited for
 *   behind ─────── all of its parents are out, or its device is: it is unreachable, and what is out is its root
 * ```
 * Parents that nobody knows or polls say nothing. Neither does one that is behind the element itself: where parents of
 * several managers lead in a circle, what is found of the elements counts.
 */
import type { ElementName } from '../../model/element.js';

/** How an element is on which others depend. */
export type Standing =
  /** It has answered since whoever asks began to wonder. */
  | { readonly is: 'well' }
  /** It has not answered since, and is not called out yet. */
  | { readonly is: 'doubted' }
  | Out
  /** Nobody polls it, or it has never been reached. */
  | { readonly is: 'unknown' };

/** A root may itself be in maintenance: it is out all the same. */
export interface Out {
  readonly is: 'out';
  readonly status: 'down' | 'unreachable';
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Id of the alarm that tells of it. */
  readonly alarm?: string;
  /** What it is behind of, where it is not out by itself. */
  readonly behind?: Root;
}

/** The element that is out by itself, at the end of a line of those that are behind each other. */
export interface Root extends Omit<Out, 'is' | 'behind'> {
  readonly element: ElementName;
}

export interface Supporter {
  readonly element: ElementName;
  readonly standing: Standing;
}

export interface Supporters {
  readonly parents: readonly Supporter[];
  /** That it runs on. */
  readonly device?: Supporter;
}

export type Verdict =
  | { readonly is: 'free' }
  | { readonly is: 'awaited' }
  | {
      readonly is: 'behind';
      readonly root: Root;
      /** `behind device/x, which is down since ...` */
      readonly why: string;
    };

type OutSupporter = { readonly element: ElementName; readonly standing: Out };

const FREE: Verdict = { is: 'free' };

export function verdictOn(element: ElementName, { parents, device }: Supporters): Verdict {
  const host = device && saying(element, [device])[0];
  if (host && isOut(host)) return { is: 'behind', root: rootOf(host), why: `on ${told(host)}` };
  const known = saying(element, parents);
  const out = known.filter(isOut);
  const [first] = out;
  if (first && out.length === known.length) {
    const chief = out.find(({ standing }) => standing.status === 'down') ?? first;
    return { is: 'behind', root: rootOf(chief), why: `behind ${allTold(chief, out)}` };
  }
  const isOneWell = known.some(({ standing }) => standing.is === 'well');
  const isDoubted = !isOneWell && known.some(({ standing }) => standing.is === 'doubted');
  return isDoubted || host?.standing.is === 'doubted' ? { is: 'awaited' } : FREE;
}

/** Without those that say nothing of this element. */
const saying = (element: ElementName, all: readonly Supporter[]): readonly Supporter[] =>
  all.filter(
    (one) =>
      one.element !== element && one.standing.is !== 'unknown' && !(isOut(one) && rootOf(one).element === element),
  );

const isOut = (one: Supporter): one is OutSupporter => one.standing.is === 'out';

const rootOf = ({ element, standing: { status, since, alarm, behind } }: OutSupporter): Root =>
  behind ?? { element, status, since, ...(alarm !== undefined && { alarm }) };

function told({ element, standing: { status, since, behind } }: OutSupporter): string {
  if (!behind) return `${element}, which is ${status} since ${moment(since)}`;
  return `${element}, which is behind ${behind.element}, ${behind.status} since ${moment(behind.since)}`;
}

function allTold(chief: OutSupporter, out: readonly OutSupporter[]): string {
  const others = out.length - 1;
  if (others === 0) return told(chief);
  const [other] = out.filter((one) => one !== chief);
  return `${told(chief)}; ${others === 1 ? `${other?.element} is` : `${others} other parents are`} out, too`;
}

const moment = (timeMs: number): string => new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * How long before what it depends on an element may have been called down, for that to be the reason all the same: each
 * is called down after polls of its own. What has been down for longer is down by itself.
 */
export const RELATED_MS = 2 * 60_000;

/** What it depends on has a device and parents; most elements have none. */
export const dependsOnOthers = ({
  parents,
  device,
}: {
  readonly parents: readonly string[];
  readonly device?: string | undefined;
}): boolean => parents.length > 0 || device !== undefined;
