import { join } from 'node:path';
import { expect } from 'chai';
import { type Connection, connect } from '../../../src/store/sqlite/driver.js';
import { migrate, SCHEMA_VERSION } from '../../../src/store/sqlite/migrations.js';
import { temporaryFolder } from '../../support/temporary.js';
import { expectAllOf, leaveBehind } from './earlier-layout.js';

describe('a SQLite store of an earlier layout', () => {
  for (const layout of [1, 2, 3])
    it(`${layout} is taken over with all its samples and states`, async () => {
      const dir = temporaryFolder('migrations');
      leaveBehind(dir, layout);
      await expectAllOf(dir);
    });

  it('is taken over by whoever comes next, wherever the first one ended', async () => {
    const dir = temporaryFolder('migrations');
    leaveBehind(dir, 2);
    const connection = connect(join(dir, 'store.db'));
    const { transaction } = connection;
    let left = 1;
    const ending: Connection = {
      ...connection,
      transaction(work) {
        if (left === 0) throw new Error('the process ends');
        left -= 1;
        return transaction(work);
      },
    };
    expect(() => migrate(ending)).to.throw('the process ends');
    expect(connection.prepare('PRAGMA user_version').first()).to.deep.equal([2]);
    // One element has been taken over, and nothing of it is left where it was.
    expect(connection.prepare('SELECT count(*) FROM track').first()).to.deep.equal([1]);
    expect(connection.prepare('SELECT count(*) FROM sample').first()).to.deep.equal([300]);
    connection.close();
    await expectAllOf(dir);
  });

  it('has this layout afterwards, and is not touched again', async () => {
    const dir = temporaryFolder('migrations');
    leaveBehind(dir, 1);
    for (let time = 0; time < 2; time += 1) {
      const connection = connect(join(dir, 'store.db'));
      migrate(connection);
      expect(connection.prepare('PRAGMA user_version').first()).to.deep.equal([SCHEMA_VERSION]);
      connection.close();
    }
  });
});
