/** The verbs that write, within a transaction that the worker opens and ends. */
import type { Alarm } from '../../model/alarm.js';
import { dropAlarms, forgetAlarms, recordAlarm } from './alarms.js';
import { BlockTables } from './block-table.js';
import { asNumber, type Connection, storable } from './driver.js';
import { dropBlocks, tracksFrom } from './drop-blocks.js';
import { EventLog } from './event-log.js';
import { dropHandOvers, recordHandOver } from './hand-overs.js';
import { changeKept } from './kept-alarms.js';
import { Names } from './names.js';
import { changeNotices } from './notices.js';
import type { SampleStore } from './sample-store.js';
import { Sealer } from './sealer.js';
import { blankCommon, Shapes } from './shapes.js';
import { keepLatest } from './states.js';
import type { Handlers, Job, WirePolls, WireState, WriteVerbs } from './verbs.js';

/** Outcomes of polls are counted by this. */
export const BUCKET_MS = 300_000;

export interface Writer {
  /** To be told of every job before the transaction it is in, for a series is defined once only. */
  learn(job: Job<WriteVerbs>): void;
  readonly handlers: Handlers<WriteVerbs>;
  committed(): void;
  /** To be called when nobody waits; what is put in order then is in a transaction of its own. */
  tidy(): void;
  /** After a rollback of the whole transaction or of a part of it. */
  rolledBack(): void;
}

export function writer(connection: Connection, samples: SampleStore): Writer {
  const { prepare } = connection;
  const names = new Names(connection);
  const shapes = new Shapes(connection);
  const log = new EventLog(connection);
  const blocks = new BlockTables(connection);
  const sealer = new Sealer({
    source: { vectors: samples, blocks },
    shapes,
    tracksFrom: (track, limit) => tracksFrom(connection, track, limit),
    onEmptied: (track) => keepLatest(connection, shapes, samples, track),
  });
  /** Status and its beginning as stored, by element, so that an unchanged one costs nothing in the history. */
  const statuses = new Map<string, string>();

  function recordAlarms(alarms: readonly Alarm[]): void {
    for (const alarm of alarms) recordAlarm(connection, alarm);
  }

  function countPoll(element: string, time: number, ok: boolean): void {
    prepare(
      `INSERT INTO poll_count (element, bucket, polls, failed) VALUES (?, ?, 1, ?)
       ON CONFLICT (element, bucket) DO UPDATE SET polls = polls + 1, failed = failed + excluded.failed`,
    ).run(names.element(element), Math.floor(time / BUCKET_MS) * BUCKET_MS, ok ? 0 : 1);
  }

  function recordState({ element, status, since, reason, latest, tracks }: WireState): void {
    const id = names.element(element);
    prepare(
      'INSERT OR REPLACE INTO state (element, status, since, reason, latest, tracks) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(
      id,
      status,
      since,
      reason === undefined ? null : storable(reason),
      latest,
      JSON.stringify(tracks.map((handle) => names.track(handle))),
    );
    const mark = `${since} ${status}`;
    if (statuses.get(element) === mark) return;
    // What was said of a later time was said by a clock that has been put back since: the newest word counts.
    prepare('DELETE FROM status_history WHERE element = ? AND since > ?').run(id, since);
    prepare('INSERT OR REPLACE INTO status_history (element, since, status) VALUES (?, ?, ?)').run(id, since, status);
    statuses.set(element, mark);
  }

  function recordPolls(polls: WirePolls): readonly number[] {
    const ids = log.append(polls.packs);
    recordAlarms(polls.alarms);
    for (const { element, time, ok } of polls.outcomes) countPoll(element, time, ok);
    let from = 0;
    polls.vectors.forEach(({ element, time, track: handle }, at) => {
      const track = names.track(handle);
      const to = polls.ends[at] ?? from;
      const values = polls.values.subarray(from, to);
      for (const other of names.besides(track, element)) blankCommon(shapes, samples, { track, other, time }, values);
      samples.append(track, { time, values });
      from = to;
    });
    for (const state of polls.states) recordState(state);
    for (const { key, element, memory } of polls.memories) {
      prepare('INSERT OR REPLACE INTO memory (key, element, memory) VALUES (?, ?, ?)').run(
        storable(key),
        storable(element),
        memory,
      );
    }
    return ids;
  }

  const handlers: Handlers<WriteVerbs> = {
    recordPolls: (polls) => recordPolls(polls),
    recordEvents({ packs, alarms }) {
      recordAlarms(alarms);
      return log.append(packs);
    },

    recordAlarms(alarms) {
      recordAlarms(alarms);
      return null;
    },

    forgetElement(element) {
      const id = names.element(element);
      prepare('DELETE FROM state WHERE element = ?').run(id);
      prepare('DELETE FROM memory WHERE element = ?').run(storable(element));
      forgetAlarms(connection, element);
      // Nobody watches it any more: its status ends with the last five minutes in which it was polled.
      const last = prepare('SELECT max(bucket) FROM poll_count WHERE element = ?').first(id)?.[0];
      if (typeof last === 'number') {
        const end = last + BUCKET_MS;
        prepare('DELETE FROM status_history WHERE element = ? AND since > ?').run(id, end);
        prepare("INSERT OR REPLACE INTO status_history (element, since, status) VALUES (?, ?, 'unknown')").run(id, end);
      }
      statuses.delete(element);
      return null;
    },

    recordUnwatched(elements) {
      for (const { element, since } of elements) {
        prepare(
          "INSERT OR REPLACE INTO status_history (element, since, status) SELECT id, ?, 'unknown' FROM element WHERE name = ?",
        ).run(since, storable(element));
        statuses.delete(element);
      }
      return null;
    },

    recordHandOvers(rows) {
      for (const row of rows) recordHandOver(connection, row);
      return null;
    },

    changeKept(change) {
      changeKept(connection, change);
      return null;
    },

    changeNotices(change) {
      changeNotices(connection, change);
      return null;
    },

    putNote({ name, value }) {
      prepare('INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)').run(storable(name), storable(value));
      return null;
    },

    // The engine is in this process: no answer is lost.
    wasCommitted: () => false,

    sealSamples: (order) => sealer.step(order),
    dropSamples: ({ before, fromTrack }) => dropBlocks(connection, blocks, before, fromTrack),

    dropEvents: ({ before, limit }) => log.drop(before, limit),
    dropHandOvers: ({ before, limit }) => dropHandOvers(connection, before, limit),
    dropAlarms: ({ before, limit }) => dropAlarms(connection, before, limit),

    dropHistory({ before, limit }) {
      const counts = prepare(
        `DELETE FROM poll_count WHERE (element, bucket) IN
         (SELECT element, bucket FROM poll_count WHERE bucket + ${BUCKET_MS} <= ? LIMIT ?)`,
      ).run(before, limit).changes;
      // The last row before the limit still says what the status was at it.
      const statusRows = prepare(
        `DELETE FROM status_history WHERE (element, since) IN (
           SELECT element, since FROM status_history AS old WHERE since < ? AND EXISTS (
             SELECT 1 FROM status_history AS next WHERE next.element = old.element AND next.since > old.since AND next.since <= ?)
           LIMIT ?)`,
      ).run(before, before, limit).changes;
      return Math.max(counts, statusRows);
    },

    shrink({ pages }) {
      connection.exec(`PRAGMA incremental_vacuum(${Math.trunc(pages)})`);
      return asNumber(prepare('PRAGMA freelist_count').first()?.[0]);
    },
  };

  return {
    handlers,
    learn({ argument }) {
      if (typeof argument !== 'object' || !('vectors' in argument)) return;
      names.define(argument.shapes, argument.tracks);
    },
    committed: () => names.committed(),
    tidy() {
      if (!log.isUntidy) return;
      try {
        connection.transaction(() => log.tidy());
      } catch {
        // The disk is full, or fails: whoever stores something next is told. Nothing is lost or missed by waiting.
        log.postpone();
      }
    },
    rolledBack() {
      names.rolledBack();
      sealer.forget();
      shapes.clear();
      log.rolledBack();
      statuses.clear();
    },
  };
}
