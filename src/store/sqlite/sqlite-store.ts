/**
 * The store in a SQLite file: one thread that writes, one that reads, and this door to both, which other engines that
 * live in such threads have in common with it.
 *
 * Calls that write wait while a transaction is being synced and share the next one; they are answered after that is
 * on disk. Reads work on the last synced state and wait for reads only.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import type { EventQuery } from '../../model/event.js';
import type { HandOverQuery } from '../../model/hand-over.js';
import type { Point, Series } from '../../model/sample.js';
import type { PollRecord, Retention, SampleQuery, SeriesFigures, Store } from '../store.js';
import { Doubts } from './doubts.js';
import { checkAlarm, PollEncoder, weightOf } from './encode-polls.js';
import { packEvents } from './event-pack.js';
import { wholeCounts, wholePage } from './event-slices.js';
import { statesOf } from './restored-states.js';
import { applyRetention, sealSamples } from './retention.js';
import { takenEvent, withIds } from './taken-events.js';
import type { ReadVerbs, Window, WireSeries, WriteVerbs } from './verbs.js';
import { WorkerClient, type WorkerPlace } from './worker-client.js';

export interface SqliteStoreOptions {
  /** Folder of the database; it must exist and be locked against other processes (`openDataDir`). */
  readonly dir: string;
  readonly env: Env;
  /** Id of the manager whose store this is. */
  readonly manager: string;
  /** Records (polls, samples, events) that may wait to be written; beyond it calls are refused. Default 200,000. */
  readonly maxWaiting?: number;
}

/** Records that share a transaction at most: about 100 ms of work. */
const MAX_TOGETHER = 10_000;
/** Queries that may wait. */
const MAX_QUERIES = 1000;
/** Characters of an alarm that is kept for another manager. */
const LONGEST_KEPT = 256 * 1024;
/** The longest text that is searched for, in characters. */
const MAX_SEARCH = 1000;

/**
 * Opens `store.db` in a folder, creating it when it is not there.
 * @throws PtpError `Store.Failed` when the file cannot be opened, is damaged, or is of a newer ptpmgr.
 */
export async function openSqliteStore({ dir, ...options }: SqliteStoreOptions): Promise<Store> {
  const file = join(dir, 'store.db');
  return openThreads({
    ...options,
    start: { file },
    applyRetention,
    sealSamples,
    async sizeBytes() {
      const sizes = await Promise.all([file, `${file}-wal`, `${file}-shm`].map(fileBytes));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
  });
}

/** What one engine does in another way than the others. */
export interface ThreadsOptions<Start extends WorkerPlace> extends Omit<SqliteStoreOptions, 'dir'> {
  /** What both threads are told beside their roles. */
  readonly start: Start;
  /** What runs in the threads. Default is this folder's worker. */
  readonly script?: URL;
  readonly applyRetention: typeof applyRetention;
  readonly sealSamples: typeof sealSamples;
  sizeBytes(read: WorkerClient<ReadVerbs>): Promise<number>;
}

/** @throws PtpError as the threads say when they cannot open the database. */
export async function openThreads<Start extends WorkerPlace>({
  env,
  manager,
  maxWaiting = 200_000,
  start,
  script,
  ...engine
}: ThreadsOptions<Start>): Promise<Store> {
  let encoder = new PollEncoder();
  const write = new WorkerClient<WriteVerbs>({
    env,
    start: { ...start, role: 'write', manager },
    ...(script && { script }),
    maxWaiting,
    maxTogether: MAX_TOGETHER,
    onLost: () => {
      encoder = new PollEncoder();
    },
  });
  const read = new WorkerClient<ReadVerbs>({
    env,
    start: { ...start, role: 'read', manager },
    ...(script && { script }),
    maxWaiting: MAX_QUERIES,
    maxTogether: 1,
  });
  const doubts = new Doubts((batch) => write.call('wasCommitted', batch));
  // The writer first: it makes the tables.
  await write.open();
  await read.open().catch(async (error) => {
    await write.close();
    throw error;
  });

  let walk: Promise<unknown> = Promise.resolve();
  /** One walk over all samples at a time. */
  const alone = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const own = walk.then(work);
    walk = own.catch(() => {});
    return own;
  };

  return {
    async recordPolls(polls: readonly PollRecord[]) {
      const left = doubts.isUsed ? await doubts.left(polls) : polls;
      if (left.length === 0) return doubts.eventsOf(polls);
      const weight = weightOf(left);
      write.checkRoom(weight);
      const taken = left.map((poll) => poll.events.map((event) => takenEvent(event, manager)));
      const events = taken.flat();
      const wire = encoder.encode(left, packEvents(manager, events));
      const columns = [wire.ends, wire.values].map(({ buffer }) => buffer);
      try {
        const ids = await write.call('recordPolls', wire, weight, columns);
        return [...doubts.eventsOf(polls), ...withIds(events, ids)];
      } catch (thrown) {
        encoder.forget(left.map(({ element }) => element));
        doubts.note(thrown, left, (ids) => {
          withIds(events, ids);
          return taken;
        });
        throw thrown;
      }
    },

    async recordEvents(events, alarms = []) {
      if (events.length === 0 && alarms.length === 0) return [];
      alarms.forEach(checkAlarm);
      const left = doubts.isUsed ? await doubts.left(events) : events;
      const taken = left.map((event) => takenEvent(event, manager));
      const argument = { packs: packEvents(manager, taken), alarms };
      try {
        const ids = await write.call('recordEvents', argument, left.length + alarms.length);
        return [...doubts.eventsOf(events), ...withIds(taken, ids)];
      } catch (thrown) {
        doubts.note(thrown, left, (ids) => withIds(taken, ids).map((event) => [event]));
        throw thrown;
      }
    },

    async recordAlarms(alarms) {
      alarms.forEach(checkAlarm);
      if (alarms.length > 0) await write.call('recordAlarms', alarms, alarms.length);
    },

    loadAlarms: () => read.call('loadAlarms', null),

    async queryAlarms(query) {
      checkPage(query.offset, query.limit, 'alarms');
      checkSearch(query.words ?? []);
      return read.call('queryAlarms', query);
    },

    async recordUnwatched(elements) {
      encoder.forget(elements.map(({ element }) => element));
      if (elements.length > 0) await write.call('recordUnwatched', elements, elements.length);
    },

    async loadStates() {
      return statesOf(await read.call('loadStates', null));
    },

    loadMemories: () => read.call('loadMemories', null),

    async forgetElement(element) {
      encoder.forget([element]);
      await write.call('forgetElement', element);
    },

    async querySamples(query) {
      checkQuery(query);
      return (await read.call('querySamples', query)).map((series) => seriesOf(series, query.stepMs !== undefined));
    },

    listSeries: (element, from, to) => read.call('listSeries', { element, from, to }),

    async queryEvents(query) {
      checkEventQuery(query);
      return wholePage(read, query);
    },

    statusSpans: (from, to, element) => read.call('statusSpans', window(from, to, element)),
    pollCounts: (from, to, element) => read.call('pollCounts', window(from, to, element)),
    eventCounts: (from, to, element) => wholeCounts(read, window(from, to, element)),

    async figures(from, to, element, wanted = {}) {
      if (element !== undefined) return read.call('figures', { from, to, element, wanted });
      // One element after the other, so that a report on everything holds up nobody's page.
      const all: SeriesFigures[] = [];
      for (const one of await read.call('elements', null))
        all.push(...(await read.call('figures', { from, to, element: one, wanted })));
      return all;
    },

    async recordHandOvers(rows) {
      if (rows.length > 0) await write.call('recordHandOvers', rows, rows.length);
    },

    async queryHandOvers(query) {
      checkHandOverQuery(query);
      return read.call('queryHandOvers', query);
    },

    async changeKept(change) {
      const weight = change.sets.length + change.alarms.length + change.forgotten.length + change.removed.length;
      for (const { id, body } of change.alarms) checkKept(id, body);
      if (weight > 0) await write.call('changeKept', change, weight);
    },

    loadKept: (subjects) => read.call('loadKept', subjects ?? null),

    async changeNotices(change) {
      const weight = change.put.length + change.removed.length;
      if (weight > 0) await write.call('changeNotices', change, weight);
    },

    async loadNotices(after, limit) {
      checkNotices(after, limit);
      return read.call('loadNotices', { after, limit });
    },

    async getNote(name) {
      return (await read.call('getNote', name)) ?? undefined;
    },

    async putNote(name, value) {
      await write.call('putNote', { name, value });
    },

    sealSamples: (now, all) => alone(() => engine.sealSamples(write, now, all ?? 'due')),
    applyRetention: (now, retention: Retention) => alone(() => engine.applyRetention(write, read, now, retention)),
    sizeBytes: () => engine.sizeBytes(read),

    async close() {
      // The writer last: it folds the log into the database, which nobody may then be reading.
      await read.close();
      await write.close();
    },
  };
}

const window = (from: number, to: number, element?: ElementName): Window => ({
  from,
  to,
  ...(element !== undefined && { element }),
});

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    // The log and its index come and go.
    return 0;
  }
}

function seriesOf({ data, ...series }: WireSeries, stepped: boolean): Series {
  const points: Point[] = [];
  const width = stepped ? 5 : 2;
  for (let at = 0; at < data.length; at += width) {
    const [time = 0, value = 0, minimum = 0, maximum = 0, count = 0] = data.subarray(at, at + width);
    points.push(stepped ? { time, value, minimum, maximum, count } : { time, value });
  }
  return { ...series, points };
}

function checkQuery({ from, to, stepMs, limit }: SampleQuery): void {
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to) {
    throw new PtpError('Client.Validation', 'the time asked for must begin before it ends');
  }
  if (stepMs !== undefined && !(Number.isSafeInteger(stepMs) && stepMs >= 1)) {
    throw new PtpError(
      'Client.Validation',
      `a step of ${stepMs} ms cannot be; it is a whole number of milliseconds from 1`,
    );
  }
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new PtpError(
      'Client.Validation',
      `a limit of ${limit} points cannot be; it is a whole number from 1 to 100,000`,
    );
  }
}

function checkEventQuery({ offset, limit, text, words = [], whole = [], after }: EventQuery): void {
  checkPage(offset, limit, 'events');
  if (![after?.id ?? 0, after?.time ?? 0].every(Number.isSafeInteger))
    throw new PtpError('Client.Validation', 'places in the event log are whole numbers');
  checkSearch([text ?? '', ...words, ...whole.map(({ value }) => value)]);
}

function checkHandOverQuery({ offset, limit, words = [], whole = [] }: HandOverQuery): void {
  checkPage(offset, limit, 'hand-overs');
  checkSearch([...words, ...whole.map(({ value }) => value)]);
}

function checkKept(id: string, body: string): void {
  if (body.length <= LONGEST_KEPT) return;
  throw new PtpError(
    'Client.TooLarge',
    `alarm ${id.slice(0, 100)} has ${body.length} characters to be kept; at most ${LONGEST_KEPT} are taken`,
  );
}

function checkNotices(after: number, limit: number): void {
  if (Number.isSafeInteger(after) && after >= 0 && Number.isSafeInteger(limit) && limit >= 0 && limit <= 10_000) return;
  throw new PtpError(
    'Client.Validation',
    `${limit} notices after ${after} cannot be read; 0 to 10,000 can, after 0 or more`,
  );
}

function checkPage(offset: number, limit: number, what: string): void {
  if (!(Number.isSafeInteger(offset) && offset >= 0) || !(Number.isSafeInteger(limit) && limit >= 0 && limit <= 1000)) {
    throw new PtpError(
      'Client.Validation',
      `a page of ${limit} ${what} after ${offset} cannot be; it has 0 to 1,000 ${what}`,
    );
  }
}

function checkSearch(texts: readonly string[]): void {
  const length = texts.join('').length;
  if (length > MAX_SEARCH) {
    throw new PtpError(
      'Client.Validation',
      `the text searched for has ${length} characters; at most ${MAX_SEARCH} are taken`,
    );
  }
}
