/**
 * Samples of polls as vectors: which values stand where is told once for each shape, and which element has which shapes
 * once for each element. A poll that brings only a part of what its element had before leaves gaps in a vector; one that
 * brings a few values more widens the shape, so that values that come now and then do not make a shape for each mixture.
 */
import type { ElementName } from '../../model/element.js';
import { type Measured, type Named, nothingMeasured, type Shape, shapeOf } from '../../model/measured.js';
import type { PollRecord } from '../store.js';
import type { ShapeDefinition, TrackDefinition, WirePolls } from './verbs.js';

/** By so many names a shape is widened at most; more at once begin another. */
const MOST_ADDED = 32;
/** A vector has at most so many places for each value that it holds. */
const MOST_GAPS = 4;

export interface EncodedVector {
  readonly element: ElementName;
  readonly time: number;
  readonly track: number;
  readonly values: readonly number[];
}

interface NamedNumber extends Named {
  readonly value: number;
}

class Track {
  readonly handle: number;
  readonly shape: Shape;
  /** Those whose values went here last. */
  methods: readonly string[] = [];
  /** Of its newest vector, where these are measured values. */
  newest: Measured | undefined;

  constructor(handle: number, shape: Shape) {
    this.handle = handle;
    this.shape = shape;
  }
}

/** The numbers of a shape with the response time of a method behind them, for values that have no text elsewhere. */
interface Plan {
  readonly method: string | undefined;
  /** Places of text, which is no series. */
  readonly texts: string;
  readonly shape: Shape;
  readonly from: Int32Array;
}

export class Tracks {
  readonly #shapes = new Map<string, number>();
  #shapeCount = 0;
  #trackCount = 0;
  readonly #plans = new WeakMap<Shape, Plan[]>();
  /** Mostly one. */
  readonly #elements = new Map<ElementName, readonly Track[]>();
  #newShapes: ShapeDefinition[] = [];
  #newTracks: TrackDefinition[] = [];

  /** What the writer has not been told yet. */
  takeDefinitions(): Pick<WirePolls, 'shapes' | 'tracks'> {
    const definitions = { shapes: this.#newShapes, tracks: this.#newTracks };
    this.#newShapes = [];
    this.#newTracks = [];
    return definitions;
  }

  vectorsOf(poll: PollRecord): readonly EncodedVector[] {
    const { element, method, measured, ok, responseMs } = poll;
    if (!measured) return this.#ofSamples(poll);
    const isTimed = ok && responseMs !== undefined && Number.isFinite(responseMs);
    const { shape, from } = this.#planOf(measured, isTimed ? method : undefined);
    const track = this.#trackFor(element, method, shape);
    track.newest = measured;
    const places = placesIn(track.shape, shape);
    const values = nothingMeasured(track.shape.names.length);
    for (let at = 0; at < from.length; at += 1) values[places[at] ?? at] = doubleOf(measured, from[at] ?? at);
    if (isTimed) values[places[from.length] ?? from.length] = responseMs;
    return [{ element, time: Math.trunc(measured.time), track: track.handle, values }];
  }

  /** The track of an element whose newest vector has the numbers of these values; undefined when there is none. */
  trackOf(element: ElementName, measured: Measured): number | undefined {
    return this.#elements.get(element)?.find(({ newest }) => newest === measured)?.handle;
  }

  /** Of the newest values of an element's tracks no more than these are looked for from now on. */
  keepNewest(element: ElementName, wanted: readonly Measured[]): void {
    for (const track of this.#elements.get(element) ?? [])
      if (track.newest && !wanted.includes(track.newest)) track.newest = undefined;
  }

  #ofSamples(poll: PollRecord): readonly EncodedVector[] {
    const byTime = new Map<ElementName, Map<number, NamedNumber[]>>();
    const add = (element: ElementName, time: number, sample: NamedNumber) => {
      const times = byTime.get(element) ?? new Map<number, NamedNumber[]>();
      byTime.set(element, times);
      const samples = times.get(time) ?? [];
      times.set(time, samples);
      samples.push(sample);
    };
    for (const { element, metric, instance, unit, time, value } of poll.samples)
      if (typeof value !== 'string' && Number.isFinite(Number(value)))
        add(element, Math.trunc(time), { metric, instance, unit, value: Number(value) });
    const { element, method, time, ok, responseMs } = poll;
    if (ok && responseMs !== undefined && Number.isFinite(responseMs))
      add(element, Math.trunc(time), { ...responseTime(method), value: responseMs });
    return [...byTime].flatMap(([of, times]) =>
      [...times].map(([time, samples]) => {
        const shape = shapeOf(samples);
        const track = this.#trackFor(of, method, shape);
        const values = samples.map(({ value }) => value);
        return { element: of, time, track: track.handle, values: placedIn(track.shape, shape, values) };
      }),
    );
  }

  #trackFor(element: ElementName, method: string, shape: Shape): Track {
    const known = this.#elements.get(element);
    const last = known?.find(({ methods }) => methods.includes(method));
    if (last?.shape === shape) return last;
    const wanted = last ? widened(last.shape, shape) : shape;
    if (last?.shape === wanted) return last;
    const track = known?.find((one) => one.shape === wanted) ?? this.#newTrack(element, wanted);
    // What `concat` makes has no room to grow in, which is most of what an array of one takes otherwise.
    if (!known?.includes(track)) this.#elements.set(element, known?.concat(track) ?? [track]);
    if (last) last.methods = last.methods.filter((one) => one !== method);
    track.methods = track.methods.concat(method);
    return track;
  }

  #newTrack(element: ElementName, shape: Shape): Track {
    const handle = this.#trackCount;
    this.#trackCount += 1;
    this.#newTracks.push({ handle, element, shape: this.#shapeHandle(shape) });
    return new Track(handle, shape);
  }

  #shapeHandle({ digest, names }: Shape): number {
    const known = this.#shapes.get(digest);
    if (known !== undefined) return known;
    const handle = this.#shapeCount;
    this.#shapeCount += 1;
    this.#shapes.set(digest, handle);
    const written = names.map(({ metric, instance, unit }) => [metric, instance, unit] as const);
    this.#newShapes.push({ handle, digest, names: written });
    return handle;
  }

  #planOf({ shape, others }: Measured, method: string | undefined): Plan {
    const texts = textPlaces(others);
    const plans = this.#plans.get(shape) ?? [];
    this.#plans.set(shape, plans);
    const known = plans.find((plan) => plan.method === method && plan.texts === texts);
    if (known) return known;
    const skipped = new Set(texts === '' ? [] : texts.split(',').map(Number));
    const from = Int32Array.from(shape.names.keys()).filter((place) => !skipped.has(place));
    const names = [...from].flatMap((place) => shape.names[place] ?? []);
    const all = method === undefined ? names : [...names, responseTime(method)];
    const plan = { method, texts, shape: shapeOf(all), from };
    plans.push(plan);
    return plan;
  }
}

/**
 * The response time of a poll that succeeded is a series of its own.
 */
const responseTime = (method: string): Named => ({ metric: `responseTime.${method}`, instance: '', unit: 'ms' });

function textPlaces(others: Measured['others']): string {
  if (others.size === 0) return '';
  const places: number[] = [];
  for (const [place, value] of others) if (typeof value === 'string') places.push(place);
  return places.join(',');
}

/** Values of one shape in the places of another that has them all. */
function placedIn(wide: Shape, shape: Shape, values: readonly number[]): readonly number[] {
  if (wide === shape) return values;
  const spread = nothingMeasured(wide.names.length);
  placesIn(wide, shape).forEach((to, place) => {
    spread[to] = values[place] ?? Number.NaN;
  });
  return spread;
}

/** What comes of two shapes is found once: who measures again mostly measures the same. */
class OfTwo<Value> {
  readonly #known = new WeakMap<Shape, WeakMap<Shape, Value>>();
  readonly #find: (one: Shape, other: Shape) => Value;

  constructor(find: (one: Shape, other: Shape) => Value) {
    this.#find = find;
  }

  of(one: Shape, other: Shape): Value {
    const known = this.#known.get(one) ?? new WeakMap<Shape, Value>();
    this.#known.set(one, known);
    const found = known.get(other);
    if (found !== undefined) return found;
    const made = this.#find(one, other);
    known.set(other, made);
    return made;
  }
}

const PLACES = new OfTwo((wide, shape) =>
  Int32Array.from(shape.names, ({ metric, instance }, place) =>
    wide === shape ? place : (wide.placeOf(metric, instance) ?? place),
  ),
);

/** Where the values of a shape stand in another that has them all. */
const placesIn = (wide: Shape, shape: Shape): Int32Array => PLACES.of(wide, shape);

/** Counters beyond 2^53 become the nearest double (their exact value stands in the element's latest values). */
function doubleOf({ numbers, others }: Measured, place: number): number {
  const number = numbers[place] ?? Number.NaN;
  if (!Number.isNaN(number)) return number;
  const other = others.get(place);
  return typeof other === 'bigint' ? Number(other) : Number.NaN;
}

/** The shape in which the values of `shape` are stored by whoever has stored values of `last`. */
const widened = (last: Shape, shape: Shape): Shape => WIDENED.of(last, shape);

const WIDENED = new OfTwo((last, shape): Shape => {
  const added = shape.names.filter((one) => {
    const place = last.placeOf(one.metric, one.instance);
    return place === undefined || last.names[place]?.unit !== one.unit;
  });
  const width = last.names.length + added.length;
  if (shape.isRepeated || added.length > MOST_ADDED || width > MOST_GAPS * shape.names.length + MOST_ADDED)
    return shape;
  if (added.length === 0) return last;
  // Another unit makes it another series, which cannot stand beside the former.
  const isOther = added.some(({ metric, instance }) => last.placeOf(metric, instance) !== undefined);
  return isOther ? shape : shapeOf([...last.names, ...added]);
});
