/** States as they come back from the database: latest values stay as close together as they lay there. */
import { Measured, type Named, type Shape, shapeOf } from '../../model/measured.js';
import { CompactState } from '../compact-state.js';
import type { ElementState } from '../store.js';
import { decodeLatest, isResponseTime } from './latest.js';
import type { WireStates } from './verbs.js';

export function statesOf({ shapes, states }: WireStates): readonly ElementState[] {
  const named = shapes.map((names) => names.map(([metric, instance, unit]): Named => ({ metric, instance, unit })));
  return states.map(({ latest, measured, ...state }): ElementState => {
    const { kept, texts } = decodeLatest(latest);
    if (measured.length === 0) return { ...state, latest: kept };
    const texted = texts.flatMap(({ track, ...text }) => {
      const time = measured[track]?.time;
      return time === undefined ? [] : [{ ...text, time }];
    });
    const exact = new Set(texted.map(({ name, instance }) => `${name}\n${instance}`));
    const parts = measured.map(({ shape, time, values }) => partOf(named[shape] ?? [], time, values, exact));
    return new CompactState(state, [...kept, ...texted], parts);
  });
}

let likely: Shape | undefined;

/** @param exact Names of values that are told more exactly elsewhere. */
function partOf(names: readonly Named[], time: number, values: Float64Array, exact: ReadonlySet<string>): Measured {
  const places = [...values.keys()].filter((place) => {
    const named = names[place];
    if (!named || Number.isNaN(values[place]) || isResponseTime(named.metric)) return false;
    return !exact.has(`${named.metric}\n${named.instance}`);
  });
  likely = shapeOf(
    places.flatMap((place) => names[place] ?? []),
    likely,
  );
  return new Measured(likely, time, (at) => values[places[at] ?? -1] ?? Number.NaN);
}
