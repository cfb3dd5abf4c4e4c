/** The step from a row for each sample to a row for all that an element has at one time. */
import { type Named, shapeOf } from '../../model/measured.js';
import { asNumber, asText, type Connection } from './driver.js';
import { shapeId } from './names.js';
import { vectorSamples } from './vector-samples.js';

/** Samples of one element that are turned at a time. */
const PIECE_MS = 24 * 3600_000;

const TABLES = `
  -- What is measured together: metric, instance and unit of each value, as JSON.
  CREATE TABLE IF NOT EXISTS shape (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, names TEXT NOT NULL);

  -- Which element has values of which shape.
  CREATE TABLE IF NOT EXISTS track (
    id INTEGER PRIMARY KEY,
    element INTEGER NOT NULL REFERENCES element,
    shape INTEGER NOT NULL REFERENCES shape,
    UNIQUE (element, shape)
  );

  -- Key: track * 2^42 + milliseconds since 1970. Data: a double for each place of the shape, little-endian, not a number
  -- where there is no value; count: how many there are.
  CREATE TABLE IF NOT EXISTS vector (key INTEGER PRIMARY KEY, count INTEGER NOT NULL, data BLOB NOT NULL);
`;

/** One element after the other, each in a transaction. */
export function vectorsFromRows(connection: Connection): 'more' | 'done' {
  connection.exec(TABLES);
  const { prepare } = connection;
  const next = prepare('SELECT element FROM series ORDER BY element LIMIT 1').first()?.[0];
  if (typeof next === 'number') {
    vectorsOf(connection, next);
    prepare('DELETE FROM sample WHERE series IN (SELECT id FROM series WHERE element = ?)').run(next);
    prepare('DELETE FROM series WHERE element = ?').run(next);
    return 'more';
  }
  connection.exec(REST);
  return 'done';
}

const REST = `
  DROP TABLE sample;
  DROP TABLE series;
  -- The tracks whose newest vectors are part of the latest values, as JSON.
  ALTER TABLE state ADD COLUMN tracks TEXT;
`;

function vectorsOf(connection: Connection, element: number): void {
  const { prepare } = connection;
  const samples = vectorSamples(connection);
  const places = new Map<number, number>();
  const names: Named[] = [];
  for (const [id, metric, instance, unit] of prepare(
    'SELECT id, metric, instance, unit FROM series WHERE element = ? ORDER BY id',
  ).rows(element)) {
    places.set(asNumber(id), names.length);
    names.push({ metric: asText(metric), instance: asText(instance), unit: asText(unit) });
  }
  const { digest } = shapeOf(names);
  const written = names.map(({ metric, instance, unit }) => [metric, instance, unit] as const);
  const shape = shapeId(connection, { digest, names: written });
  const track = prepare('INSERT INTO track (element, shape) VALUES (?, ?)').run(element, shape).lastId;
  const span = prepare(
    'SELECT min(time), max(time) FROM sample WHERE series IN (SELECT id FROM series WHERE element = ?)',
  ).first(element);
  if (typeof span?.[0] !== 'number') return;
  for (let from = span[0]; from <= asNumber(span[1]); from += PIECE_MS) {
    const vectors = new Map<number, Float64Array>();
    for (const [id, time, value] of prepare(
      'SELECT series, time, value FROM sample WHERE series IN (SELECT id FROM series WHERE element = ?) AND time >= ? AND time < ?',
    ).rows(element, from, from + PIECE_MS)) {
      const values = vectors.get(asNumber(time)) ?? new Float64Array(names.length).fill(Number.NaN);
      vectors.set(asNumber(time), values);
      values[places.get(asNumber(id)) ?? -1] = asNumber(value);
    }
    for (const [time, values] of vectors) samples.append(track, { time, values });
  }
}
