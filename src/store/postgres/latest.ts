/** Latest values whose vector goes away are kept in the state. */
import { decodeLatest, encodeKept } from '../sqlite/latest.js';
import { isResponseTime } from '../sqlite/states.js';
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
  const { kept, texts } = decodeLatest(asText(row[1]));
  const names = (await shapes.ofTracks(session, [track])).get(track) ?? [];
  const time = asNumber(row[3]);
  const values = [...valuesOf(row[4] ?? null)].flatMap((value, place) => {
    const [name = '', instance = '', unit = ''] = names[place] ?? [];
    return Number.isNaN(value) || isResponseTime(name) ? [] : [{ name, instance, unit, value, time }];
  });
  const own = texts.filter((text) => text.track === at).map(({ track: _, ...text }) => ({ ...text, time }));
  const others = texts
    .filter((text) => text.track !== at)
    .map((text) => ({ ...text, track: text.track > at ? text.track - 1 : text.track }));
  await session.run('UPDATE state SET latest = $1, tracks = $2 WHERE element = $3', [
    plain(encodeKept([...kept, ...values, ...own], others)),
    tracks.filter((one) => one !== track),
    asNumber(row[0]),
  ]);
}
