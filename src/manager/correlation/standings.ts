/** How elements are on which others depend: as this manager knows it, for itself and for others that ask. */
import { REACH_KEY } from '../../assess/dependence/alarm-root.js';
import type { Out, Root } from '../../assess/dependence/dependence.js';
import type { Word } from '../../assess/dependence/watch.js';
import { PtpError } from '../../base/errors.js';
import { type ElementName, elementName, parseElementName } from '../../model/element.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ElementReview } from '../collector/element-review.js';
import type { ManagerCore } from '../core.js';
import type { PoolService } from '../pool/pool-service.js';

/** Elements that one question may name. */
export const MOST_NAMED = 200;

export interface StandingsParts {
  readonly review: () => Pick<ElementReview, 'reachOf' | 'lookAt'>;
  readonly pool: () => Pick<PoolService, 'assignmentOf'>;
  /** Id of the open alarm that tells that an element is out. */
  readonly alarmOf: (element: ElementName) => string | undefined;
  readonly clock: { now(): number; monotonic(): number };
}

export const standingsOf = (core: Pick<ManagerCore, 'collector' | 'alarms' | 'pool' | 'env'>): StandingsParts => ({
  review: () => core.collector.review,
  pool: () => core.pool,
  alarmOf: (element) => core.alarms.ofElement(element).find(({ key }) => key === REACH_KEY)?.id,
  clock: core.env.clock,
});

export type Standing = Output<'getStanding'>['standing'][number];

/**
 * Of an element that is polled here; undefined of any other.
 * @param sinceMs Unless it has answered since (monotonic), it is looked at. Default: it is not.
 */
export function wordHere(
  { review, alarmOf }: Pick<StandingsParts, 'review' | 'alarmOf'>,
  element: ElementName,
  sinceMs?: number,
): Word | undefined {
  const reach = review().reachOf(element);
  if (!reach) return undefined;
  const { state, answeredMs } = reach;
  const { status, since, behind } = state;
  if (status !== 'down' && status !== 'unreachable') {
    if (sinceMs !== undefined && (answeredMs ?? Number.NEGATIVE_INFINITY) < sinceMs) review().lookAt(element);
    return { element, isWatched: true, ...(answeredMs !== undefined && { answeredMs }) };
  }
  const alarm = alarmOf(element);
  return {
    element,
    isWatched: true,
    out: { is: 'out', status, since, ...(alarm !== undefined && { alarm }), ...(behind && { behind }) },
  };
}

/** @throws PtpError `Client.Validation` for too many, or names that are none. */
export function standingsFor(parts: StandingsParts, { element, since }: Input<'getStanding'>): Output<'getStanding'> {
  if (element.length > MOST_NAMED)
    throw new PtpError('Client.Validation', `${element.length} elements in one question; ${MOST_NAMED} is the most`, {
      place: { path: 'element' },
    });
  const { clock, pool } = parts;
  const sinceMs = clock.monotonic() - Math.max(0, since) * 1000;
  const named = element.map((name, index) => nameOf(name, `element[${index + 1}]`));
  return {
    standing: named.flatMap((name): Standing | [] => {
      const word = wordHere(parts, name, sinceMs);
      if (word) return said(word, clock);
      const assignment = pool().assignmentOf(name);
      if (!assignment) return [];
      const owner = assignment.holder ?? assignment.owner;
      return { element: name, watched: false, ...(owner !== undefined && { owner }) };
    }),
  };
}

function nameOf(text: string, path: string): ElementName {
  const parsed = parseElementName(text);
  if (parsed) return elementName(parsed.kind, parsed.id);
  throw new PtpError('Client.Validation', 'an element is named as kind/ID here, such as device/core1', {
    place: { path },
  });
}

function said({ element, isWatched, out, answeredMs }: Word, clock: StandingsParts['clock']): Standing {
  const nowMs = clock.now();
  const { status, since, alarm, behind } = out ?? {};
  return {
    element,
    watched: isWatched,
    ...(status && { status }),
    ...(since !== undefined && { outFor: seconds(nowMs - since) }),
    ...(alarm !== undefined && { alarm }),
    ...(behind && { behind: saidRoot(behind, nowMs) }),
    ...(answeredMs !== undefined && { answeredAgo: seconds(clock.monotonic() - answeredMs) }),
  };
}

const saidRoot = ({ since, ...root }: Root, nowMs: number) => ({ ...root, outFor: seconds(nowMs - since) });

/** What another manager said, by the clocks here; `askedMs`: monotonic, when it was asked. */
export function wordOf(standing: Standing, askedMs: number, nowMs: number): Word {
  const { watched: isWatched, status, outFor = 0, alarm, behind, answeredAgo } = standing;
  const element = nameOf(standing.element, 'standing/element');
  const out: Out | undefined = status && {
    is: 'out',
    status,
    since: nowMs - ms(outFor),
    ...(alarm !== undefined && { alarm }),
    ...(behind && { behind: rootOf(behind, nowMs) }),
  };
  return {
    element,
    isWatched,
    ...(out && { out }),
    ...(answeredAgo !== undefined && { answeredMs: askedMs - ms(answeredAgo) }),
  };
}

function rootOf({ element, status, outFor, alarm }: NonNullable<Standing['behind']>, nowMs: number): Root {
  const since = nowMs - ms(outFor);
  return { element: nameOf(element, 'standing/behind'), status, since, ...(alarm !== undefined && { alarm }) };
}

/** Times that are none are none of long ago: nobody's clock goes wrong by them. */
const ms = (duration: number): number => Math.round(Math.min(Math.max(0, duration), 1e9) * 1000);
const seconds = (durationMs: number): number => Math.round(Math.max(0, durationMs)) / 1000;
