import { copyFileSync, existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { elementName } from '../../../src/model/element.js';
import { connect } from '../../../src/store/sqlite/driver.js';
import { explain } from '../../../src/store/sqlite/failures.js';
import { SCHEMA_VERSION } from '../../../src/store/sqlite/migrations.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';

const env = realTimeEnv();
const open = (dir: string, maxWaiting?: number) =>
  openSqliteStore({ dir, env, manager: 'em1', ...(maxWaiting && { maxWaiting }) });
const event = (text: string) => ({ time: 1, severity: 'minor' as const, name: 'n', text });

async function failure(promise: Promise<unknown>): Promise<PtpError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof PtpError) return error;
  throw new Error(`no PtpError but ${error}`);
}

describe('a SQLite store that cannot work', () => {
  const openFailure = async (dir: string) => failure(open(dir).then((store) => store.close()));

  it('says that its file is damaged', async () => {
    const dir = temporaryFolder('store');
    writeFileSync(join(dir, 'store.db'), 'this is no database, although long enough to have a header '.repeat(100));
    const error = await openFailure(dir);
    expect(error.code).to.equal('Store.Failed');
    expect(error.message)
      .to.include(join(dir, 'store.db'))
      .and.match(/damaged.*restore it from a backup/);
  });

  it('says that its file is damaged when a part of it is missing, and does not end the manager', async () => {
    const dir = temporaryFolder('store');
    const store = await open(dir);
    await store.recordEvents(Array.from({ length: 3000 }, (_, index) => event(`event ${index} ${'x'.repeat(100)}`)));
    await store.close();
    truncateSync(join(dir, 'store.db'), 40 * 4096);
    const damaged = await open(dir).catch((error: unknown) => error);
    if (damaged instanceof PtpError) {
      expect(damaged.message).to.match(/damaged/);
      return;
    }
    const half = await open(dir);
    const error = await failure(half.queryEvents({ offset: 0, limit: 1000 }));
    await half.close();
    expect(error.message).to.match(/damaged/);
  });

  it('says that its folder is missing or no folder', async () => {
    const dir = temporaryFolder('store');
    mkdirSync(join(dir, 'store.db'));
    for (const place of [dir, join(dir, 'missing')]) {
      const error = await openFailure(place);
      expect(error.code).to.equal('Store.Failed');
      expect(error.message).to.include('cannot be opened').and.include(place);
    }
  });

  it('refuses what a newer program has written, and leaves it as it is', async () => {
    const dir = temporaryFolder('store');
    const file = join(dir, 'store.db');
    const newer = connect(file);
    newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    newer.close();
    const error = await openFailure(dir);
    expect(error.code).to.equal('Store.Failed');
    expect(error.message).to.match(new RegExp(`layout ${SCHEMA_VERSION + 1}.*newer ptpmgr.*up to ${SCHEMA_VERSION}`));
    const again = connect(file);
    expect(again.prepare('PRAGMA user_version').first()).to.deep.equal([SCHEMA_VERSION + 1]);
    expect(again.prepare('SELECT count(*) FROM sqlite_master').first()).to.deep.equal([0]);
    again.close();
  });

  it('says that another program holds its file, and works on when that lets go', async () => {
    const dir = temporaryFolder('store');
    const store = await open(dir);
    const other = connect(join(dir, 'store.db'));
    other.exec('BEGIN IMMEDIATE');
    const error = await failure(store.recordEvents([event('held')]));
    expect(error.code).to.equal('Store.Failed');
    expect(error.retryable).to.equal(true);
    expect(error.message).to.include('locked by another program');
    // A series that was first told in a call that failed is known afterwards.
    const poll = {
      element: elementName('device', 'a'),
      method: 'snmp',
      time: 1,
      ok: true,
      responseMs: 5,
      samples: [],
      events: [],
    };
    expect((await failure(store.recordPolls([poll]))).code).to.equal('Store.Failed');
    other.exec('ROLLBACK');
    other.close();
    await store.recordPolls([poll]);
    expect(await store.recordEvents([event('free')])).to.have.length(1);
    expect((await store.queryEvents({ offset: 0, limit: 10 })).rows.map(({ text }) => text)).to.deep.equal(['free']);
    expect(await store.figures(0, 10)).to.have.length(1);
    await store.close();
  }).timeout(30_000);

  it('refuses more than may wait, and takes more when there is room again', async () => {
    const store = await open(temporaryFolder('store'), 100);
    const results = await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) => store.recordEvents([event(String(index))])),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(results.length - refused.length).to.equal(100);
    expect(refused.every(({ reason }) => reason instanceof PtpError && reason.code === 'Server.Busy')).to.equal(true);
    expect(await store.recordEvents(Array.from({ length: 500 }, () => event('much')))).to.have.length(500);
    expect((await store.queryEvents({ offset: 0, limit: 1 })).total).to.equal(600);
    await store.close();
  });

  it('leaves one file behind when it is closed', async () => {
    const dir = temporaryFolder('store');
    const store = await open(dir);
    await store.recordEvents([event('one')]);
    await store.close();
    for (const rest of ['store.db-wal', 'store.db-shm']) rmSync(join(dir, rest), { force: true });
    copyFileSync(join(dir, 'store.db'), join(dir, 'copy.db'));
    expect(existsSync(join(dir, 'store.db-wal'))).to.equal(false);
    const again = await open(dir);
    expect((await again.queryEvents({ offset: 0, limit: 1 })).total).to.equal(1);
    await again.close();
  });
});

describe('an error of the engine', () => {
  const withCode = (code: string) => Object.assign(new Error('engine text'), { code });
  const cases: readonly [string, RegExp][] = [
    ['SQLITE_FULL', /disk .* is full/],
    ['SQLITE_READONLY', /cannot be written/],
    ['SQLITE_READONLY_DBMOVED', /cannot be written/],
    ['SQLITE_CANTOPEN', /cannot be opened/],
    ['SQLITE_BUSY_SNAPSHOT', /locked by another program/],
    ['SQLITE_CORRUPT_VTAB', /damaged/],
    ['SQLITE_NOTADB', /damaged/],
    ['SQLITE_IOERR_FSYNC', /disk failed/],
    ['SQLITE_CONSTRAINT_UNIQUE', /defect/],
  ];
  for (const [code, sentence] of cases) {
    it(`${code} becomes a sentence with the file, its own text only the cause`, () => {
      const error = explain('/data/store.db', withCode(code));
      expect(error.code).to.equal('Store.Failed');
      expect(error.message).to.match(sentence).and.include('/data/store.db');
      expect(error.message).not.to.include('engine text');
      expect(error.cause).to.have.property('message', 'engine text');
    });
  }
});
