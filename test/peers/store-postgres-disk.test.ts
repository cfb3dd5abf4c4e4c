/** A store in PostgreSQL whose server has no room left on its disk. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { asPtpError } from '../../src/base/errors.js';
import { elementName } from '../../src/model/element.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import type { PollRecord, Store } from '../../src/store/store.js';
import { counterpart } from '../support/counterparts.js';
import { NoDisk, PostgresServer } from '../support/postgres.js';
import { until } from '../support/processes.js';
import { skipBecause } from '../support/skipping.js';
import { realTimeEnv } from '../support/test-env.js';

const DISK_MB = 120;
/** What is left of it, for a beginning. */
const ROOM_MB = 6;
const DEVICE = elementName('device', 'd');

const poll = (time: number): PollRecord => ({
  element: DEVICE,
  method: 'snmp',
  time,
  ok: true,
  samples: [],
  // So much by chance that it does not become less on disk.
  events: [{ time, severity: 'minor', name: `call ${time}`, text: filler() }],
});
const filler = () => Array.from({ length: 4000 }, () => Math.random().toString(36).slice(2, 12)).join('');

describe('a store in PostgreSQL on a full disk', function () {
  this.timeout(120_000);
  counterpart('postgres');
  let server: PostgresServer;
  let store: Store;

  before(async function () {
    try {
      server = await PostgresServer.start({ diskMb: DISK_MB });
    } catch (thrown) {
      if (thrown instanceof NoDisk) skipBecause(this, 'a disk of its own cannot be mounted here');
      throw thrown;
    }
    store = await openPostgresStore({ place: server.place, env: realTimeEnv(), manager: 'em1', patienceMs: 30_000 });
  });
  after(async () => {
    await store?.close();
    await server?.stop();
  });

  it('loses nothing that it took, and takes polls when there is room', async () => {
    const took: number[] = [];
    const refusals = new Set<string>();
    const add = (time: number) =>
      store.recordPolls([poll(time)]).then(
        () => took.push(time) > 0,
        (thrown: unknown) => {
          refusals.add(asPtpError(thrown).message);
          expect(asPtpError(thrown).retryable).to.equal(true);
          return false;
        },
      );
    const ballast = join(server.disk, 'ballast');
    fill(ballast, ROOM_MB);
    let time = 1;
    while (refusals.size === 0) {
      await add(time);
      time += 1;
    }
    expect(took.length).to.be.above(10);
    for (let more = 0; more < 20; more += 1) await add(time + more);
    const whenFull = took.length;
    rmSync(ballast);
    // One that found no room for its own log may have ended.
    if (!server.isRunning) await server.run();
    time += 100;
    await until('it takes polls again', () => add(time), 60_000);
    await add(time + 1);
    expect(took.length).to.be.above(whenFull);
    expect([...refusals].join('\n')).to.match(/has no room on its disk; free space there|ended the connection/);

    const names: string[] = [];
    for (let offset = 0; ; offset += 100) {
      const { rows } = await store.queryEvents({ oldestFirst: true, offset, limit: 100 });
      names.push(...rows.map(({ name }) => name));
      if (rows.length < 100) break;
    }
    expect(new Set(names).size, 'each once').to.equal(names.length);
    expect(names).to.include.members(took.map((one) => `call ${one}`));
  });
});

/** Leaves so much room on the disk of a file. */
function fill(path: string, roomMb: number): void {
  const file = openSync(path, 'w');
  const bytes = Buffer.alloc(1 << 20);
  const room = `${path}.room`;
  const kept = openSync(room, 'w');
  for (let done = 0; done < roomMb; done += 1) writeSync(kept, bytes);
  closeSync(kept);
  try {
    for (;;) writeSync(file, bytes);
  } catch {
    closeSync(file);
    rmSync(room);
  }
}
