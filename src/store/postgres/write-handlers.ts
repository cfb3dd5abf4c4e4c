/** The verbs that write, within a transaction that is opened and ended elsewhere (`transactions.ts`). */

import { invariant } from '../../base/errors.js';
import type { Alarm } from '../../model/alarm.js';
import type { NewEvent } from '../../model/event.js';
import { BUCKETS_MS } from '../levels.js';
import { type EventPack, UnpackedEvents } from '../sqlite/event-pack.js';
import type { Argument, Job, WirePolls, WriteVerbs } from '../sqlite/verbs.js';
import { dropAlarms, forgetAlarms, recordAlarms } from './alarms.js';
import { asNumber, whole } from './columns.js';
import { dropEvents, insertEvents } from './events.js';
import { dropHandOvers, recordHandOvers } from './hand-overs.js';
import { changeKept, changeNotices, putNote } from './kept.js';
import { digestOf, Names, Shapes } from './names.js';
import { dropBlocks } from './partitions.js';
import { seal } from './sealing.js';
import type { Session } from './session.js';
import { countPolls, recordMemories, StateWriter } from './states.js';
import { type NewVector, VectorWriter } from './vectors.js';

type WriteJob = Job<WriteVerbs>;

/** Polls and events of calls that follow each other, which are written together. */
interface Records {
  readonly outcomes: WirePolls['outcomes'];
  readonly vectors: readonly NewVector[];
  readonly events: readonly NewEvent[];
  readonly alarms: readonly Alarm[];
  readonly states: WirePolls['states'];
  readonly memories: WirePolls['memories'];
}

const NOTHING: Records = { outcomes: [], vectors: [], events: [], alarms: [], states: [], memories: [] };

export class WriteHandlers {
  readonly #manager: string;
  readonly #names = new Names();
  readonly #shapes = new Shapes();
  readonly #vectors = new VectorWriter(this.#names, this.#shapes);
  readonly #states = new StateWriter(this.#names);

  constructor(manager: string) {
    this.#manager = manager;
  }

  /** To be told of every job once: a series is defined once only. */
  learn({ argument }: WriteJob): void {
    if (isPolls(argument)) this.#names.define(argument.shapes, argument.tracks);
  }

  /** Before the transaction: all names that these use are made. */
  async prepare(session: Session, jobs: readonly WriteJob[]): Promise<void> {
    const elements = new Set<string>();
    const tracks = new Set<number>();
    for (const job of jobs) {
      const { outcomes, vectors, events, alarms, states, memories } = recordsOf(job) ?? NOTHING;
      for (const { element } of [...outcomes, ...states, ...memories]) elements.add(element);
      for (const { element } of [...events, ...alarms]) if (element !== undefined) elements.add(element);
      for (const { element, track } of vectors) {
        elements.add(element);
        tracks.add(track);
      }
      for (const state of states) for (const track of state.tracks) tracks.add(track);
      if (isVerb(job, 'recordAlarms')) for (const { element } of job.argument) if (element) elements.add(element);
      if (isVerb(job, 'recordHandOvers')) for (const { element } of job.argument) elements.add(element);
    }
    await this.#names.learn(session, elements, tracks);
  }

  /** @returns How many ids of events these take. */
  eventsIn(jobs: readonly WriteJob[]): number {
    return jobs.reduce((sum, job) => sum + packsOf(job).reduce((all, { count }) => all + count, 0), 0);
  }

  /**
   * All of them in their order.
   * @param firstId Of the first event.
   * @returns The result of each.
   */
  async perform(session: Session, jobs: readonly WriteJob[], firstId: number): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    let id = firstId;
    let together: Records[] = [];
    const flush = async () => {
      const records = joined(together);
      together = [];
      await this.#record(session, records, id - records.events.length);
    };
    for (const job of jobs) {
      const records = recordsOf(job);
      if (records) {
        together.push(records);
        results.push(records.events.map((_, at) => id + at));
        id += records.events.length;
      } else {
        if (together.length > 0) await flush();
        results.push(await this.#other(session, job));
      }
    }
    if (together.length > 0) await flush();
    return results;
  }

  /** What has been noted on the way may not be so. */
  rolledBack(): void {
    this.#vectors.forget();
    this.#states.forget();
  }

  async #record(session: Session, records: Records, firstId: number): Promise<void> {
    await insertEvents(session, this.#names, this.#manager, records.events, firstId);
    await countPolls(session, this.#names, records.outcomes);
    await this.#vectors.write(session, records.vectors);
    await this.#states.write(session, records.states);
    await recordMemories(session, this.#names, records.memories);
    await recordAlarms(session, this.#names, records.alarms);
  }

  async #other(session: Session, job: WriteJob): Promise<unknown> {
    if (isVerb(job, 'recordAlarms')) await recordAlarms(session, this.#names, job.argument);
    else if (isVerb(job, 'recordHandOvers')) await recordHandOvers(session, this.#names, job.argument);
    else if (isVerb(job, 'changeNotices')) await changeNotices(session, job.argument);
    else if (isVerb(job, 'changeKept')) await changeKept(session, job.argument);
    else if (isVerb(job, 'putNote')) await putNote(session, job.argument.name, job.argument.value);
    else if (isVerb(job, 'recordUnwatched')) await this.#recordUnwatched(session, job.argument);
    else if (isVerb(job, 'forgetElement')) await this.#forget(session, job.argument);
    else if (isVerb(job, 'sealSamples')) return seal(session, this.#shapes, job.argument);
    else return drop(session, job);
    return null;
  }

  async #recordUnwatched(session: Session, elements: Argument<WriteVerbs, 'recordUnwatched'>): Promise<void> {
    this.#states.forget(elements.map(({ element }) => element));
    const last = [
      ...new Map(elements.map(({ element, since }) => [`${element}#${since}`, { element, since }])).values(),
    ];
    await session.run(
      `INSERT INTO status_history (element, since, status)
       SELECT id, since, 'unknown' FROM unnest($1::bytea[], $2::bigint[]) AS u (digest, since) JOIN element USING (digest)
       ON CONFLICT (element, since) DO UPDATE SET status = 'unknown'`,
      [
        last.map(({ element }) => `\\x${digestOf(element).toString('hex')}`),
        last.map(({ since }) => whole(since, 'time')),
      ],
    );
  }

  async #forget(session: Session, element: string): Promise<void> {
    this.#states.forget([element]);
    const found = await session.first('SELECT id FROM element WHERE digest = $1', [digestOf(element)]);
    if (!found) return;
    const id = asNumber(found[0]);
    await session.run('DELETE FROM state WHERE element = $1', [id]);
    await session.run('DELETE FROM memory WHERE element = $1', [id]);
    await forgetAlarms(session, id);
    // Nobody watches it any more: its status ends with the last five minutes in which it was polled.
    const last = (await session.first('SELECT max(bucket) FROM poll_count WHERE element = $1', [id]))?.[0];
    if (typeof last !== 'number') return;
    const end = last + BUCKETS_MS[1];
    await session.run('DELETE FROM status_history WHERE element = $1 AND since > $2', [id, end]);
    await session.run(
      `INSERT INTO status_history (element, since, status) VALUES ($1, $2, 'unknown')
       ON CONFLICT (element, since) DO UPDATE SET status = 'unknown'`,
      [id, end],
    );
  }
}

async function drop(session: Session, job: WriteJob): Promise<unknown> {
  if (isVerb(job, 'dropSamples')) return dropBlocks(session, job.argument.before);
  if (isVerb(job, 'dropEvents')) return dropEvents(session, job.argument.before, job.argument.limit);
  if (isVerb(job, 'dropHandOvers')) return dropHandOvers(session, job.argument.before, job.argument.limit);
  if (isVerb(job, 'dropAlarms')) return dropAlarms(session, job.argument.before, job.argument.limit);
  invariant(isVerb(job, 'dropHistory'), `${job.verb} is a verb of this engine`);
  const { before, limit } = job.argument;
  const counts = await session.run(
    `DELETE FROM poll_count WHERE ctid = ANY (ARRAY (SELECT ctid FROM poll_count WHERE bucket + ${BUCKETS_MS[1]} <= $1 LIMIT $2))`,
    [before, limit],
  );
  // The last row before the limit still says what the status was at it.
  const rows = await session.run(
    `DELETE FROM status_history WHERE ctid = ANY (ARRAY (
       SELECT ctid FROM status_history AS old WHERE since < $1 AND EXISTS (
         SELECT FROM status_history AS next WHERE next.element = old.element AND next.since > old.since AND next.since <= $1)
       LIMIT $2))`,
    [before, limit],
  );
  return Math.max(counts, rows);
}

const isVerb = <Name extends keyof WriteVerbs>(job: WriteJob, verb: Name): job is Job<WriteVerbs, Name> =>
  job.verb === verb;

const isPolls = (argument: WriteJob['argument']): argument is WirePolls =>
  typeof argument === 'object' && 'vectors' in argument;

function packsOf(job: WriteJob): readonly EventPack[] {
  return isVerb(job, 'recordPolls') || isVerb(job, 'recordEvents') ? job.argument.packs : [];
}

function recordsOf(job: WriteJob): Records | undefined {
  const events = packsOf(job).flatMap(({ data }) => new UnpackedEvents(0, data).all());
  if (isVerb(job, 'recordEvents')) return { ...NOTHING, events, alarms: job.argument.alarms };
  if (!isVerb(job, 'recordPolls')) return undefined;
  const { outcomes, vectors, ends, values, alarms, states, memories } = job.argument;
  const placed = vectors.map(({ element, time, track }, at): NewVector => {
    const from = at === 0 ? 0 : (ends[at - 1] ?? 0);
    return { element, time, track, values: values.subarray(from, ends[at]) };
  });
  return { outcomes, vectors: placed, events, alarms, states, memories };
}

const joined = (all: readonly Records[]): Records => ({
  outcomes: all.flatMap(({ outcomes }) => outcomes),
  vectors: all.flatMap(({ vectors }) => vectors),
  events: all.flatMap(({ events }) => events),
  alarms: all.flatMap(({ alarms }) => alarms),
  states: all.flatMap(({ states }) => states),
  memories: all.flatMap(({ memories }) => memories),
});
