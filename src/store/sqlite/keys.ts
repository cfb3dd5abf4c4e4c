/** Track and time in one integer, so that what a track has lies side by side in the order of time. */

/** Bits of the key that are the time: milliseconds since 1970 until the year 2109. */
const TIME_BITS = 42n;
const END_OF_TIME = 2 ** 42 - 1;
/** Tracks that the rest of the key has room for. */
export const MOST_TRACKS = 2 ** 21 - 1;

/** As SQL. */
export const TIME = `(key & ${END_OF_TIME})`;
export const WINDOW = 'key >= ? AND key < ?';
export const firstKeyOf = (track: string): string => `(${track} << ${TIME_BITS})`;

export const keyOf = (track: number, time: number): bigint =>
  (BigInt(track) << TIME_BITS) + BigInt(Math.min(Math.max(Math.trunc(time), 0), END_OF_TIME));

/** [from, to) of a track, as keys; both may lie before or after all time. */
export const keysOf = (track: number, from: number, to: number): readonly [bigint, bigint] => [
  keyOf(track, Math.ceil(from)),
  to > END_OF_TIME ? BigInt(track + 1) << TIME_BITS : keyOf(track, Math.ceil(to)),
];
