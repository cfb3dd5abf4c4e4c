/** Outcomes of polls as the writer takes them: names told once, numbers as columns, and of states only what is new. */
import { PtpError } from '../../base/errors.js';
import type { Alarm } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { PollRecord } from '../store.js';
import type { EventPack } from './event-pack.js';
import { LatestStates } from './latest-states.js';
import { checkElement, checkSeverity } from './taken-events.js';
import { Tracks } from './tracks.js';
import type { WirePolls, WireState } from './verbs.js';

/** What an access may remember, in bytes of UTF-16. */
const MAX_MEMORY = 256 * 1024;

/**
 * How many records a call is, for the bound of what waits. Samples are not so much as named where a poll has measured
 * values: they would be made of them, each an object, only to be counted.
 */
export const weightOf = (polls: readonly PollRecord[]): number =>
  polls.reduce((sum, poll) => {
    const values = poll.measured?.size ?? poll.samples.length;
    return sum + 1 + values + poll.events.length + (poll.alarms?.length ?? 0);
  }, 0);

/** What the writer knows already, towards one life of it. */
export class PollEncoder {
  readonly #tracks = new Tracks();
  readonly #states = new LatestStates(this.#tracks);

  /** @param packs The events of all of them, in order. */
  encode(polls: readonly PollRecord[], packs: readonly EventPack[]): WirePolls {
    for (const poll of polls) check(poll);
    const found = polls.map((poll) => this.#tracks.vectorsOf(poll));
    const vectors = found.flat();
    const ends = new Int32Array(vectors.length);
    let length = 0;
    vectors.forEach(({ values }, at) => {
      length += values.length;
      ends[at] = length;
    });
    const values = new Float64Array(length);
    vectors.forEach((vector, at) => {
      values.set(vector.values, (ends[at] ?? 0) - vector.values.length);
    });
    const states = polls.flatMap(({ state }): readonly WireState[] => (state ? this.#states.changed(state) : []));
    const newest = new Map(
      polls.flatMap(({ state }) => (state ? [[state.element, state.measured ?? []] as const] : [])),
    );
    for (const [element, measured] of newest) this.#tracks.keepNewest(element, measured);
    return {
      outcomes: polls.flatMap(({ element, time, ok, isVerdict }) =>
        isVerdict ? [] : [{ element, time: Math.trunc(time), ok }],
      ),
      ...this.#tracks.takeDefinitions(),
      vectors: vectors.map(({ element, time, track }) => ({ element, time, track })),
      ends,
      values,
      packs,
      alarms: polls.flatMap(({ alarms = [] }) => alarms),
      states,
      memories: polls.flatMap(({ element, memory }) => (memory ? [{ ...memory, element }] : [])),
    };
  }

  /** What was told of the state of these elements last may not be there. */
  forget(elements: Iterable<ElementName>): void {
    for (const element of elements) {
      this.#states.forget(element);
      this.#tracks.keepNewest(element, []);
    }
  }
}

/** @throws PtpError `Client.Validation` */
export function checkAlarm({ id, element, severity, worst }: Alarm): void {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(id))
    throw new PtpError(
      'Client.Validation',
      `${JSON.stringify(id)} is no id of an alarm; it would be letters and digits`,
    );
  if (element !== undefined) checkElement(element);
  for (const one of [severity, worst]) checkSeverity(one);
}

function check(poll: PollRecord): void {
  const { element, state, memory, alarms = [] } = poll;
  checkElement(element);
  if (state) checkElement(state.element);
  if (!poll.measured) for (const sample of poll.samples) if (sample.element !== element) checkElement(sample.element);
  for (const alarm of alarms) checkAlarm(alarm);
  if (memory && memory.memory.length > MAX_MEMORY) {
    throw new PtpError(
      'Client.TooLarge',
      `the memory of ${memory.key} has ${memory.memory.length} characters; at most ${MAX_MEMORY} are kept`,
    );
  }
}
