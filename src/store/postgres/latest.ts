/** Latest values whose vector goes away are kept in the state. */
import { withoutTrack } from '../sqlite/latest.js';
import { asNumber, asText } from './columns.js';
import { plain, type Shapes } from './names.js';
import type { Session } from './session.js';
import { valuesOf } from './vectors.js';

/** To be called before the last vector of a track is dropped. */
export async function keepLatest(session: Session, shapes: Shapes, track: number): Promise<void> {
  const row = await session.first(
    `SELECT state.element, latest, tracks, newest.time, newest.data
     FROM state JOIN track ON track.element = state.element,
       LATERAL (SELECT time, data FROM vector WHERE vector.track = track.id ORDER BY time DESC LIMIT 1) AS newest
     WHERE track.id = $1`,
    [track],
  );
  if (!row) return;
  const tracks = Array.isArray(row[2]) ? row[2].map(Number) : [];
  const at = tracks.indexOf(track);
  if (at < 0) return;
  const names = (await shapes.ofTracks(session, [track])).get(track) ?? [];
  const newest = { time: asNumber(row[3]), values: valuesOf(row[4] ?? null) };
  await session.run('UPDATE state SET latest = $1, tracks = $2 WHERE element = $3', [
    plain(withoutTrack(asText(row[1]), at, names, newest)),
    tracks.filter((one) => one !== track),
    asNumber(row[0]),
  ]);
}
