/** What is known of elements, and from when on it was so, written and read. */

import { BUCKETS_MS } from '../levels.js';
import type { Window, WirePolls, WireState, WireStates } from '../sqlite/verbs.js';
import type { StatusSpan } from '../store.js';
import { asNumber, asText, elementOf, moment, statusOf, whole } from './columns.js';
import { digestOf, type Names, plain, type Shapes } from './names.js';
import type { Session } from './session.js';
import { valuesOf } from './vectors.js';

/** States that are read together. */
const ROWS_AT_ONCE = 1000;

type Memory = WirePolls['memories'][number];
type PollOutcome = WirePolls['outcomes'][number];

/** Writes states; the history of those whose status has not changed is left alone. */
export class StateWriter {
  /** Status and its beginning as stored, by element. */
  readonly #statuses = new Map<string, string>();
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** What is known of these elements, or after a rollback of all, may not be there. */
  forget(elements?: Iterable<string>): void {
    if (!elements) this.#statuses.clear();
    else for (const element of elements) this.#statuses.delete(element);
  }

  /** Within a transaction. */
  async write(session: Session, states: readonly WireState[]): Promise<void> {
    if (states.length === 0) return;
    const last = [...new Map(states.map((state) => [state.element, state])).values()];
    await session.run(
      `INSERT INTO state (element, status, since, reason, latest, tracks)
       SELECT element, status, since, reason, latest, tracks::integer[]
       FROM unnest($1::integer[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
         AS s (element, status, since, reason, latest, tracks)
       ON CONFLICT (element) DO UPDATE SET status = excluded.status, since = excluded.since, reason = excluded.reason,
         latest = excluded.latest, tracks = excluded.tracks`,
      [
        last.map(({ element }) => this.#names.element(element)),
        last.map(({ status }) => status),
        last.map(({ since }) => whole(since, 'time')),
        last.map(({ reason }) => (reason === undefined ? null : plain(reason))),
        last.map(({ latest }) => plain(latest)),
        last.map(({ tracks }) => `{${tracks.map((handle) => this.#names.track(handle)).join(',')}}`),
      ],
    );
    const changes = states.filter(({ element, status, since }) => {
      const mark = `${since} ${status}`;
      if (this.#statuses.get(element) === mark) return false;
      this.#statuses.set(element, mark);
      return true;
    });
    for (const round of roundsOf(changes)) await this.#writeHistory(session, round);
  }

  async #writeHistory(session: Session, changes: readonly WireState[]): Promise<void> {
    const columns = [
      changes.map(({ element }) => this.#names.element(element)),
      changes.map(({ since }) => whole(since, 'time')),
    ];
    // What was said of a later time was said by a clock that has been put back since: the newest word counts.
    await session.run(
      `DELETE FROM status_history AS old USING unnest($1::integer[], $2::bigint[]) AS c (element, since)
       WHERE old.element = c.element AND old.since > c.since`,
      columns,
    );
    await session.run(
      `INSERT INTO status_history (element, since, status) SELECT * FROM unnest($1::integer[], $2::bigint[], $3::text[])
       ON CONFLICT (element, since) DO UPDATE SET status = excluded.status`,
      [...columns, changes.map(({ status }) => status)],
    );
  }
}

/** Changes in groups that have one of each element at most, in their order. */
function roundsOf(changes: readonly WireState[]): readonly (readonly WireState[])[] {
  const rounds: WireState[][] = [];
  const counts = new Map<string, number>();
  for (const change of changes) {
    const round = counts.get(change.element) ?? 0;
    counts.set(change.element, round + 1);
    const group = rounds[round] ?? [];
    rounds[round] = group;
    group.push(change);
  }
  return rounds;
}

/** Within a transaction. */
export async function countPolls(session: Session, names: Names, outcomes: readonly PollOutcome[]): Promise<void> {
  const counts = new Map<string, { element: number; bucket: number; polls: number; failed: number }>();
  for (const { element: name, time, ok } of outcomes) {
    const element = names.element(name);
    const bucket = Math.floor(time / BUCKETS_MS[1]) * BUCKETS_MS[1];
    const key = `${element} ${bucket}`;
    const count = counts.get(key) ?? { element, bucket, polls: 0, failed: 0 };
    counts.set(key, count);
    count.polls += 1;
    count.failed += ok ? 0 : 1;
  }
  if (counts.size === 0) return;
  const all = [...counts.values()];
  await session.run(
    `INSERT INTO poll_count (element, bucket, polls, failed)
     SELECT * FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::integer[])
     ON CONFLICT (element, bucket) DO UPDATE SET polls = poll_count.polls + excluded.polls,
       failed = poll_count.failed + excluded.failed`,
    [
      all.map(({ element }) => element),
      all.map(({ bucket }) => bucket),
      all.map(({ polls }) => polls),
      all.map(({ failed }) => failed),
    ],
  );
}

/** Within a transaction. */
export async function recordMemories(session: Session, names: Names, memories: readonly Memory[]): Promise<void> {
  if (memories.length === 0) return;
  const last = [...new Map(memories.map((memory) => [memory.key, memory])).values()];
  await session.run(
    `INSERT INTO memory (digest, key, element, memory) SELECT * FROM unnest($1::bytea[], $2::text[], $3::integer[], $4::text[])
     ON CONFLICT (digest) DO UPDATE SET memory = excluded.memory`,
    [
      last.map(({ key }) => `\\x${digestOf(key).toString('hex')}`),
      last.map(({ key }) => plain(key)),
      last.map(({ element }) => names.element(element)),
      last.map(({ memory }) => plain(memory)),
    ],
  );
}

export async function loadStates(session: Session, shapes: Shapes): Promise<WireStates> {
  const handles = new Map<number, number>();
  const named: WireStates['shapes'][number][] = [];
  const states: WireStates['states'][number][] = [];
  let after: string | undefined;
  for (;;) {
    const rows = await session.rows(
      `SELECT element.name, status, since, reason, latest, newest.place, newest.shape, newest.time, newest.data
       FROM (SELECT state.*, name FROM state JOIN element ON element.id = state.element
             WHERE $1::text IS NULL OR name > $1 COLLATE "C" ORDER BY name LIMIT ${ROWS_AT_ONCE}) AS element
       LEFT JOIN LATERAL (
         SELECT place, shape, v.time, v.data FROM unnest(tracks) WITH ORDINALITY AS t (id, place) JOIN track USING (id)
         JOIN LATERAL (SELECT time, data FROM vector WHERE vector.track = id ORDER BY time DESC LIMIT 1) AS v ON true
       ) AS newest ON true
       ORDER BY element.name, newest.place`,
      [after ?? null],
    );
    await shapes.learn(
      session,
      rows.flatMap(([, , , , , , shape]) => (typeof shape === 'number' ? shape : [])),
    );
    for (const [name, status, since, reason, latest, , shape, time, data] of rows) {
      const element = elementOf(name);
      let state = states.at(-1);
      if (state?.element !== element) {
        state = {
          element,
          status: statusOf(status),
          since: asNumber(since),
          ...(typeof reason === 'string' && { reason }),
          latest: asText(latest),
          measured: [],
        };
        states.push(state);
      }
      if (typeof shape !== 'number') continue;
      const handle = handles.get(shape) ?? handles.size;
      if (!handles.has(shape)) named.push(shapes.namesOf(shape));
      handles.set(shape, handle);
      const measured = [...state.measured, { shape: handle, time: asNumber(time), values: valuesOf(data ?? null) }];
      states[states.length - 1] = { ...state, measured };
    }
    const last = states.at(-1)?.element;
    if (last === undefined || last === after) return { shapes: named, states };
    after = last;
  }
}

export async function statusSpans(session: Session, { from, to, element }: Window): Promise<readonly StatusSpan[]> {
  const rows = await session.rows(
    `SELECT name, status, since FROM status_history AS history JOIN element ON element.id = history.element
     WHERE since < $2 AND ($3::bytea IS NULL OR element.digest = $3)
       AND since >= coalesce((SELECT max(since) FROM status_history AS before
                              WHERE before.element = history.element AND before.since <= $1), since)
     ORDER BY name, since`,
    [moment(from), moment(to), element === undefined ? null : digestOf(element)],
  );
  return rows.flatMap(([name, status, since], index): StatusSpan[] => {
    const next = rows[index + 1];
    const start = Math.max(asNumber(since), from);
    const end = next && next[0] === name ? asNumber(next[2]) : to;
    return start < end ? [{ element: elementOf(name), status: statusOf(status), from: start, to: end }] : [];
  });
}
