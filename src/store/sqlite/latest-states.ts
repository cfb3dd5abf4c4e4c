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
  readonly #written = new Map<ElementName, string>();

  constructor(tracks: Tracks) {
    this.#tracks = tracks;
  }

  /** Nothing when the writer knows it already. */
  changed(state: ElementState): readonly WireState[] {
    const wire = this.#wireOf(state);
    const { element, status, since, reason = '', latest, tracks } = wire;
    const written = `${status} ${since} ${tracks.join(',')}\n${reason}\n${latest}`;
    if (this.#written.get(element) === written) return [];
    this.#written.set(element, written);
    return [wire];
  }

  forget(element: ElementName): void {
    this.#written.delete(element);
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

/** Its time is that of the vector. */
function textOf(measured: Measured, place: number, track: number) {
  const { metric: name = '', instance = '', unit = '' } = measured.shape.names[place] ?? {};
  return { track, name, instance, unit, value: measured.valueAt(place) };
}
