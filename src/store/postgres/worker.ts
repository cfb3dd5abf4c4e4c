/** The thread that a connection lives in. One such worker writes, another reads; which, its start says. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { sleep } from '../../base/env.js';
import { invariant } from '../../base/errors.js';
import { systemClock } from '../../base/system-env.js';
import { toWire } from '../sqlite/failures.js';
import type { Job, Outcome, ReadVerbs, Remark, Reply, Request, Shaped, WriteVerbs } from '../sqlite/verbs.js';
import { ConnectionLost, explain } from './failures.js';
import { Link } from './link.js';
import { openReader, type Tell } from './opening.js';
import type { PostgresPlace } from './place.js';
import { read } from './read-handlers.js';
import { Transactions } from './transactions.js';

export interface WorkerStart extends PostgresPlace {
  readonly role: 'write' | 'read';
  /** Id of the manager whose events these are. */
  readonly manager: string;
}

interface Server<V extends Shaped<V>> {
  open(): Promise<unknown>;
  perform(jobs: readonly Job<V>[]): Promise<readonly Outcome[]>;
  close(): Promise<void>;
}

/** How long a question waits for a server that worked a moment ago. */
const PATIENCE_MS = 1000;
const LOOK_AGAIN_MS = 100;

async function main(start: WorkerStart): Promise<void> {
  const port = parentPort;
  invariant(port, 'this file runs as a worker');
  const told = new Set<string>();
  const tell: Tell = (remark) => {
    if (told.has(remark)) return;
    told.add(remark);
    port.postMessage({ remark } satisfies Remark);
  };
  if (start.role === 'write') await listen(port, start, new Transactions(start, start.manager, systemClock, tell));
  else await listen<ReadVerbs>(port, start, reading(start, tell));
}

async function listen<V extends Shaped<V> = WriteVerbs>(
  port: MessagePort,
  { file }: PostgresPlace,
  server: Server<V>,
): Promise<void> {
  const send = (reply: Reply) => port.postMessage(reply);
  try {
    await server.open();
  } catch (thrown) {
    send({ id: 0, outcomes: [{ error: toWire(explain(file, thrown)) }] });
    port.close();
    return;
  }
  port.on('message', async ({ id, jobs }: Request<V>) => {
    if (jobs !== 'close') {
      send({ id, outcomes: await server.perform(jobs) });
      return;
    }
    await server.close();
    send({ id, outcomes: [{ value: null }] });
    port.close();
  });
  send({ id: 0, outcomes: [{ value: null }] });
}

function reading(place: PostgresPlace, tell: Tell): Server<ReadVerbs> {
  const link = new Link(systemClock, () => openReader(place, tell));

  async function answer(job: Job<ReadVerbs>): Promise<Outcome> {
    const end = systemClock.monotonic() + (link.isFailing ? 0 : PATIENCE_MS);
    for (;;) {
      try {
        return { value: await read(await link.session(), job) };
      } catch (thrown) {
        if (!(thrown instanceof ConnectionLost && systemClock.monotonic() < end))
          return { error: toWire(explain(place.file, thrown)) };
        await sleep(systemClock, LOOK_AGAIN_MS);
      }
    }
  }

  return {
    open: () => link.session(),
    close: () => link.close(),
    async perform(jobs) {
      const outcomes: Outcome[] = [];
      for (const job of jobs) outcomes.push(await answer(job));
      return outcomes;
    },
  };
}

const start: WorkerStart = workerData;
await main(start);
