/**
 * States of elements as the writer takes them. Of the latest values those that are in the newest vector of a track are
 * not written again, so that a poll that changes nothing but numbers writes no state at all.
 */
import type { ElementName } from '../../model/element.js';
import type { Measured } from '../../model/measured.js';
import type { ElementState } from '../store.js';
import { encodeKept, encodeLatest } from './latest.js';
import type { Tracks } from './tracks.js';
import type { WireState } from './verbs.js';

export class LatestStates {
  readonly #tracks: Tracks;
  readonly #written = new Map<ElementName, Written>();

  constructor(tracks: Tracks) {
    this.#tracks = tracks;
  }

  /** Nothing when the writer knows it already. */
  changed(state: ElementState): readonly WireState[] {
    const before = this.#written.get(state.element);
    const apart = this.#apartOf(state);
    if (before?.apart && apart && isSame(before.wire, state) && isSameApart(before.apart, apart)) {
      // The former would be kept for this alone.
      before.apart = apart;
      return [];
    }
    const wire = this.#wireOf(state);
    this.#written.set(state.element, { wire, apart });
    return before && isSame(before.wire, wire) && isSameContent(before.wire, wire) ? [] : [wire];
  }

  forget(element: ElementName): void {
    this.#written.delete(element);
  }

  #apartOf({ element, measured = [], kept = [] }: ElementState): Apart | undefined {
    const [one, ...more] = measured;
    if (!one || more.length > 0 || kept.length > 0) return undefined;
    const track = this.#tracks.trackOf(element, one);
    return track === undefined ? undefined : { track, shape: one.shape, others: one.others };
  }

  #wireOf(state: ElementState): WireState {
    const { element, status, since, reason } = state;
    const plain = { element, status, since, ...(reason !== undefined && { reason }) };
    const parts = state.measured?.map((one) => ({ one, track: this.#tracks.trackOf(element, one) }));
    if (!parts) return { ...plain, latest: encodeLatest(state.latest), tracks: [] };
    const tracks = parts.flatMap(({ track }) => track ?? []);
    const apart = parts.flatMap(({ one, track }) => (track === undefined ? [...one] : []));
    const texts = parts
      .filter(({ track }) => track !== undefined)
      .flatMap(({ one }, at) => [...one.others.keys()].map((place) => textOf(one, place, at)));
    return { ...plain, latest: encodeKept([...(state.kept ?? []), ...apart], texts), tracks };
  }
}

/** As the writer was told last. */
interface Written {
  readonly wire: WireState;
  /** Undefined where more goes into it than one access has measured. */
  apart: Apart | undefined;
}

/** What one access has measured and is not in its vector. */
interface Apart extends Pick<Measured, 'shape' | 'others'> {
  readonly track: number;
}

type Standing = Pick<WireState, 'status' | 'since' | 'reason'>;

const isSame = (one: Standing, other: Standing): boolean =>
  one.status === other.status && one.since === other.since && one.reason === other.reason;

const isSameContent = (one: WireState, other: WireState): boolean =>
  one.latest === other.latest && one.tracks.join() === other.tracks.join();

function isSameApart(one: Apart, other: Apart): boolean {
  if (one.track !== other.track || one.shape !== other.shape || one.others.size !== other.others.size) return false;
  for (const [place, value] of one.others) if (!Object.is(other.others.get(place), value)) return false;
  return true;
}

/** Its time is that of the vector. */
function textOf(measured: Measured, place: number, track: number) {
  const { metric: name = '', instance = '', unit = '' } = measured.shape.names[place] ?? {};
  return { track, name, instance, unit, value: measured.valueAt(place) };
}
