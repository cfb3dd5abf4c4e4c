/** What is known of elements, as it lies in the database. */

import { elementOf, statusOf } from '../columns.js';
import { asNumber, asText, type Column, type Connection } from './driver.js';
import { withoutTrack } from './latest.js';
import type { SampleStore } from './sample-store.js';
import type { Shapes } from './shapes.js';
import type { WireStates } from './verbs.js';

export function loadStates({ prepare }: Connection, shapes: Shapes, samples: SampleStore): WireStates {
  const handles = new Map<number, number>();
  const states = prepare(
    `SELECT element.name, status, since, reason, latest, tracks
     FROM state JOIN element ON element.id = state.element ORDER BY element.name`,
  )
    .rows()
    .map(([element, status, since, reason, latest, tracks]) => ({
      element: elementOf(element),
      status: statusOf(status),
      since: asNumber(since),
      ...(reason !== null && { reason: asText(reason) }),
      latest: asText(latest),
      measured: tracksIn(tracks).flatMap((track) => {
        const shape = shapes.ofTrack(track);
        const newest = samples.newest(track);
        if (shape === undefined || !newest) return [];
        const handle = handles.get(shape) ?? handles.size;
        handles.set(shape, handle);
        return [{ shape: handle, ...newest }];
      }),
    }));
  return { shapes: [...handles.keys()].map((shape) => shapes.namesOf(shape)), states };
}

/** To be called before the last vector of a track is dropped. */
export function keepLatest(
  { prepare }: Connection,
  shapes: Shapes,
  samples: Pick<SampleStore, 'newest'>,
  track: number,
): void {
  const row = prepare(
    `SELECT state.element, latest, tracks FROM state JOIN track ON track.element = state.element WHERE track.id = ?`,
  ).first(track);
  const at = row ? tracksIn(row[2]).indexOf(track) : -1;
  const newest = samples.newest(track);
  if (!row || at < 0 || !newest) return;
  const latest = withoutTrack(asText(row[1]), at, shapes.namesOf(shapes.ofTrack(track) ?? 0), newest);
  const left = tracksIn(row[2]).filter((one) => one !== track);
  prepare('UPDATE state SET latest = ?, tracks = ? WHERE element = ?').run(
    latest,
    JSON.stringify(left),
    asNumber(row[0]),
  );
}

function tracksIn(column: Column | undefined): readonly number[] {
  return typeof column === 'string' ? JSON.parse(column) : [];
}
