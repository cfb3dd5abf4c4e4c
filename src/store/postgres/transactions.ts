/**
 * Whatever is to be written at a time is one transaction, with a number of its own in it. So when the connection is lost
 * while it is being committed, the next one finds out whether it was:
 *
 * prepared -> claimed (number, ids of events) -> written -> committing --answered--> committed
 *                 `---------- lost ----------> done again    `--lost--> in doubt --number is there--> committed
 *                                                                          |     `--another is---> done again
 *                                                                          `--the server stays away--> refused, as in doubt
 *
 * What the server refuses because of what is in it is done again call by call, so that only the faulty one fails.
 */
import { type Clock, sleep } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { InDoubt, toWire } from '../sqlite/failures.js';
import type { Job, Outcome, WriteVerbs } from '../sqlite/verbs.js';
import { ConnectionLost, explain, isRefusal, stateOf } from './failures.js';
import { Link } from './link.js';
import { openWriter, type Tell } from './opening.js';
import type { PostgresPlace } from './place.js';
import type { Session } from './session.js';
import { shrink } from './usage.js';
import { WriteHandlers } from './write-handlers.js';

/** How long a server that worked a moment ago is waited for, as when it is started again, before calls are refused. */
const PATIENCE_MS = 3000;
const LOOK_AGAIN_MS = 100;
/** A transaction that the server broke off for the sake of another is tried so often. */
const MOST_TRIES = 5;
/** So many numbers are left out at a start of this thread: one of a former life may be in doubt. */
const NUMBERS_APART = 1_000_000;

type WriteJob = Job<WriteVerbs>;

/** These need no transaction, or must not be in one. */
const APART: ReadonlySet<keyof WriteVerbs> = new Set(['wasCommitted', 'shrink']);

export class Transactions {
  readonly #place: PostgresPlace;
  readonly #clock: Clock;
  readonly #handlers: WriteHandlers;
  readonly #link: Link;
  /** Of the last transaction that was tried. */
  #number: number | undefined;
  /** Of the last that was committed, as the server has it. */
  #committed = 0;
  #lastEvent = 0;
  #backend: number | undefined;
  /** Numbers that new connections have found. */
  readonly #found = new Set<number>();

  constructor(place: PostgresPlace, manager: string, clock: Clock, tell: Tell) {
    this.#place = place;
    this.#clock = clock;
    this.#handlers = new WriteHandlers(manager);
    this.#link = new Link(clock, () => this.#open(tell));
  }

  /** @throws PtpError when the database cannot be used. */
  async open(): Promise<void> {
    await this.#link.session();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async perform(jobs: readonly WriteJob[]): Promise<readonly Outcome[]> {
    for (const job of jobs) this.#handlers.learn(job);
    return this.#perform(jobs);
  }

  async #perform(jobs: readonly WriteJob[]): Promise<readonly Outcome[]> {
    try {
      return (await this.#patiently(jobs)).map((value) => ({ value }));
    } catch (thrown) {
      const isOneOfMany = jobs.length > 1 && (isRefusal(thrown) || thrown instanceof Refused);
      if (isOneOfMany) {
        const outcomes: Outcome[] = [];
        for (const job of jobs) outcomes.push(...(await this.#perform([job])));
        return outcomes;
      }
      if (thrown instanceof Unanswered)
        return thrown.results.map((result) => {
          const ids = Array.isArray(result) ? result : [];
          return { error: toWire(new InDoubt(thrown.why, thrown.number, ids)) };
        });
      const error = toWire(explain(this.#place.file, thrown instanceof Refused ? thrown.cause : thrown));
      return jobs.map(() => ({ error }));
    }
  }

  /** Waits for a server that is away for a moment. */
  async #patiently(jobs: readonly WriteJob[]): Promise<readonly unknown[]> {
    const end = this.#clock.monotonic() + (this.#link.isFailing ? 0 : PATIENCE_MS);
    let unanswered: { readonly number: number; readonly results: readonly unknown[] } | undefined;
    for (let tries = 1; ; tries += 1) {
      try {
        const session = await this.#link.session();
        if (unanswered && this.#found.has(unanswered.number)) return unanswered.results;
        unanswered = undefined;
        return await this.#transact(session, jobs);
      } catch (thrown) {
        if (thrown instanceof Unanswered) unanswered = thrown;
        const why = thrown instanceof Unanswered ? thrown.why : thrown;
        const again =
          why instanceof ConnectionLost
            ? this.#clock.monotonic() < end
            : /^40/.test(stateOf(thrown)) && tries < MOST_TRIES;
        if (!again && unanswered)
          throw new Unanswered(explain(this.#place.file, why), unanswered.number, unanswered.results);
        if (!again) throw thrown;
        await sleep(this.#clock, LOOK_AGAIN_MS);
      }
    }
  }

  async #transact(session: Session, jobs: readonly WriteJob[]): Promise<readonly unknown[]> {
    const asked = jobs.filter(({ verb }) => !APART.has(verb));
    if (jobs.some(({ verb }) => verb === 'shrink')) await shrink(session);
    const results = asked.length > 0 ? await this.#write(session, asked) : [];
    let at = 0;
    return jobs.map(({ verb, argument }) => {
      if (verb === 'shrink') return 0;
      if (verb === 'wasCommitted') return typeof argument === 'number' && this.#found.has(argument);
      at += 1;
      return results[at - 1];
    });
  }

  async #write(session: Session, jobs: readonly WriteJob[]): Promise<readonly unknown[]> {
    this.#number = (this.#number ?? 0) + 1;
    const number = this.#number;
    const events = this.#handlers.eventsIn(jobs);
    let results: readonly unknown[] | undefined;
    try {
      await this.#handlers.prepare(session, jobs);
      await session.rows('BEGIN');
      await this.#claim(session, number, events);
      const written = await this.#handlers.perform(session, jobs, this.#lastEvent + 1);
      results = written;
      if (!(await session.commit()))
        throw new Error('invariant broken: a transaction in which nothing failed is committed');
      this.#committed = number;
      this.#lastEvent += events;
      return written;
    } catch (thrown) {
      this.#handlers.rolledBack();
      if (thrown instanceof ConnectionLost) throw results ? new Unanswered(thrown, number, results) : thrown;
      await session.rows('ROLLBACK').catch(() => session.drop());
      // What is wrong with a value is found on this side, too, and concerns its own call only.
      throw thrown instanceof PtpError && thrown.code.startsWith('Client.') ? new Refused(thrown) : thrown;
    }
  }

  /** Holds the row until the end, so that of two connections of one process only the one writes that knows the last number. */
  async #claim(session: Session, number: number, events: number): Promise<void> {
    const claimed = await session.run(
      'UPDATE writer SET batch = $1, event = $2 WHERE process = $3 AND batch = $4 AND event = $5',
      [number, this.#lastEvent + events, this.#place.process, this.#committed, this.#lastEvent],
    );
    if (claimed === 1) return;
    session.drop();
    throw new PtpError(
      'Store.Failed',
      `the schema ${this.#place.schema} of the store ${this.#place.file} has been written by another process; end that, or give this manager an id or a database of its own`,
    );
  }

  async #open(tell: Tell): Promise<Session> {
    const { session, backend, last } = await openWriter(this.#place, tell, this.#backend);
    this.#backend = backend;
    this.#lastEvent = last.event;
    this.#committed = last.batch ?? 0;
    this.#number ??= last.batch === undefined ? 0 : last.batch + NUMBERS_APART;
    if (last.batch !== undefined) this.#found.add(last.batch);
    this.#handlers.rolledBack();
    return session;
  }
}

/** The connection was lost while the transaction was being committed. */
class Unanswered extends Error {
  readonly why: PtpError;
  readonly number: number;
  readonly results: readonly unknown[];

  constructor(why: PtpError, number: number, results: readonly unknown[]) {
    super(why.message);
    this.why = why;
    this.number = number;
    this.results = results;
  }
}

/** A call has something in it that cannot be stored. */
class Refused extends Error {
  constructor(cause: PtpError) {
    super(cause.message, { cause });
  }
}
