import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { elementName } from '../../../src/model/element.js';
import { connect } from '../../../src/store/sqlite/driver.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { PollRecord } from '../../../src/store/store.js';
import { failure } from '../../conformance/store/subject.js';
import { skipBecause } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';

const ROUTER = elementName('device', 'r');

/** Nobody's, on every Linux. */
const NOBODY = 65_534;

const poll = (time: number): PollRecord => ({
  element: ROUTER,
  method: 'snmp',
  time,
  ok: true,
  responseMs: time,
  samples: [],
  events: [],
});

/** Tries until it is stored; tells how often it was refused, and why at first. */
async function stored(store: { recordPolls(polls: readonly PollRecord[]): Promise<unknown> }, time: number) {
  for (let refused = 0, first = ''; ; refused += 1) {
    try {
      await store.recordPolls([poll(time)]);
      return { refused, first };
    } catch (thrown) {
      first ||= String(thrown);
      if (refused > 20) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

describe('a SQLite store that fails for a while', function () {
  this.timeout(30_000);
  const open = async (dir: string) => {
    const env = realTimeEnv();
    return { env, store: await openSqliteStore({ dir, env, manager: 'em1' }) };
  };
  const times = async (store: Awaited<ReturnType<typeof open>>['store']) => {
    const [series] = await store.querySamples({ element: ROUTER, metric: 'responseTime.snmp', from: 0, to: 1000 });
    return (series?.points ?? []).map(({ time }) => time);
  };

  it('notices that its files were taken away, and goes on with what is there then', async () => {
    const dir = temporaryFolder('outage');
    const { env, store } = await open(dir);
    await store.recordPolls([poll(1)]);
    mkdirSync(join(dir, 'away'));
    for (const name of ['store.db', 'store.db-wal', 'store.db-shm'])
      renameSync(join(dir, name), join(dir, 'away', name));
    const { refused, first } = await stored(store, 2);
    expect(refused).to.be.at.least(1);
    expect(first).to.include('was removed or replaced while the manager had it open');
    await failure(store.querySamples({ element: ROUTER, metric: 'm', from: 0, to: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await times(store)).to.deep.equal([2]);
    await store.close();
    expect(env.log.lines.filter(({ level }) => level === 'error').length).to.be.below(5);
    // What was stored before is in the files that were taken away.
    const before = await open(join(dir, 'away'));
    expect(await times(before.store)).to.deep.equal([1]);
    await before.store.close();
  });

  it('saves what is in a log that was taken away', async () => {
    const dir = temporaryFolder('outage');
    const { store } = await open(dir);
    await store.recordPolls([poll(1)]);
    rmSync(join(dir, 'store.db-wal'));
    const { first } = await stored(store, 2);
    expect(first).to.include('store.db-wal was removed').and.include('has been saved');
    await failure(store.querySamples({ element: ROUTER, metric: 'm', from: 0, to: 1 })).catch(() => {});
    await store.close();
    const again = await open(dir);
    expect(await times(again.store)).to.deep.equal([1, 2]);
    await again.store.close();
  });

  it('whose folder is gone says so once in the log, and takes polls when it is there again', async () => {
    const dir = temporaryFolder('outage');
    const { env, store } = await open(dir);
    await store.recordPolls([poll(1)]);
    renameSync(dir, `${dir}-away`);
    for (let round = 0; round < 8; round += 1) {
      expect((await failure(store.recordPolls([poll(2)]))).retryable).to.equal(true);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const said = env.log.lines.filter(({ message }) => message.includes('cannot be opened'));
    expect(said).to.have.length(1);
    renameSync(`${dir}-away`, dir);
    await stored(store, 2);
    await store.close();
    const again = await open(dir);
    expect(await times(again.store)).to.deep.equal([1, 2]);
    await again.store.close();
  });

  it('is held by another process, and takes polls when that lets go', async () => {
    const dir = temporaryFolder('outage');
    const { store } = await open(dir);
    await store.recordPolls([poll(1)]);
    const other = connect(join(dir, 'store.db'));
    other.exec('BEGIN EXCLUSIVE');
    const error = await failure(store.recordPolls([poll(2)]));
    expect(error.message).to.include('locked by another program');
    // Questions are answered meanwhile.
    expect(await times(store)).to.deep.equal([1]);
    expect((await failure(store.sealSamples(1e12, 'all'))).message).to.include('locked by another program');
    other.exec('ROLLBACK');
    other.close();
    await stored(store, 2);
    await store.sealSamples(1e12, 'all');
    expect(await times(store)).to.deep.equal([1, 2]);
    await store.close();
  });

  it('cannot be written, and takes polls when it can', () => {
    const program = fileURLToPath(new URL('./read-only-store.js', import.meta.url));
    const dir = temporaryFolder('outage');
    const command = [process.execPath, program, dir];
    // The superuser may write everything.
    if (process.getuid?.() === 0) {
      chownSync(dir, NOBODY, NOBODY);
      command.unshift('setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups');
    }
    const [first = '', ...others] = command;
    const { status, stdout, stderr } = spawnSync(first, others, { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    const { refused, leftBehind, refusedForLog, found } = JSON.parse(stdout);
    expect(refused).to.include(`the store ${dir}/store.db cannot be written; give the manager's user the right`);
    expect(leftBehind).to.deep.equal(['store.db']);
    expect(refusedForLog).to.include(`the store ${dir}/store.db-wal cannot be written`);
    expect(found).to.deep.equal([1, 2]);
  });

  it('has a full disk, loses nothing that it took, and takes polls when there is room', function () {
    const program = fileURLToPath(new URL('./full-disk.js', import.meta.url));
    const dir = temporaryFolder('outage');
    const script = `mount -t tmpfs -o size=16m none "$1" && exec "$2" "$3" "$1"`;
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', script, 'sh', dir, process.execPath, program],
      { encoding: 'utf8' },
    );
    if (status === null || /Operation not permitted|mount:|unshare:/.test(stderr))
      skipBecause(this, 'a disk of its own cannot be mounted here');
    expect(status, stderr).to.equal(0);
    const { refusal, took, found, atStart } = JSON.parse(stdout);
    expect(refusal).to.match(/the disk that holds the store .* is full/);
    expect(took).to.be.above(50);
    expect(found).to.equal(took);
    expect(atStart[0]).to.match(/the disk that holds the store .* is full; free space there/);
    expect(atStart[1]).to.match(
      /the data directory .* cannot be made or written \(\w+\); its disk is full: free space there/,
    );
    expect(existsSync(join(dir, 'store.db'))).to.equal(false);
  });
});
