import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openDataDir } from '../../../src/store/data-dir.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';
import { expectWholeCalls } from './whole-calls.js';

const WRITER = fileURLToPath(new URL('./kill-writer.js', import.meta.url));
/** By hand: `PTPMGR_TEST_KILLS=100`. */
const KILLS = Number(process.env.PTPMGR_TEST_KILLS ?? 8);
const MOST_ACKNOWLEDGED = 400;

/** Runs the writer until it has acknowledged so many calls, kills it there, and answers with all that it said. */
async function writeAndKill(dir: string, first: number, acknowledgements: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, [WRITER, dir, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: number[] = [];
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === acknowledgements) child.kill('SIGKILL');
  }
  expect((await ended)[1]).to.equal('SIGKILL');
  return acknowledged;
}

describe('the store of a process that is killed', () => {
  const open: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    for (const one of open.splice(0)) await one.close();
  };
  afterEach(closeAll);

  it(`has after each of ${KILLS} kills all that was acknowledged, every call whole, and goes on`, async function () {
    this.timeout(KILLS * 20_000);
    const env = realTimeEnv();
    const dir = temporaryFolder('kill');
    let first = 0;
    let lastId = 0;
    let incarnation = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = await writeAndKill(dir, first, 1 + Math.floor(Math.random() * MOST_ACKNOWLEDGED));

      const data = await openDataDir(dir, env);
      open.push(data);
      expect(data.incarnation).to.be.greaterThan(incarnation + 1);
      incarnation = data.incarnation;
      const store = await openSqliteStore({ dir, env, manager: 'em1' });
      open.unshift(store);
      const { calls, ids } = await expectWholeCalls(store, first, acknowledged, `after kill ${kill}`);
      expect(Math.min(...ids)).to.be.greaterThan(lastId);
      lastId = Math.max(...ids);

      first = Math.max(...calls) + 1;
      await closeAll();
    }
  });
});
