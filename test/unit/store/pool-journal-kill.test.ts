import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { tipOf } from '../../../src/pool/mastership/durable.js';
import { openDataDir } from '../../../src/store/data-dir.js';
import { openPoolJournal } from '../../../src/store/pool-journal.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';

const WRITER = fileURLToPath(new URL('./journal-writer.js', import.meta.url));
/** By hand: `PTPMGR_TEST_KILLS=100`. */
const KILLS = Number(process.env.PTPMGR_TEST_KILLS ?? 15);
const MOST_ACKNOWLEDGED = 700;

/** Runs the writer until it has acknowledged so many, kills it there, and answers with the last that it said. */
async function writeAndKill(dir: string, acknowledgements: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let count = 0;
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    expect(Number(line), 'in order').to.be.greaterThan(last);
    last = Number(line);
    count += 1;
    if (count === acknowledgements) child.kill('SIGKILL');
  }
  expect((await ended)[1]).to.equal('SIGKILL');
  return last;
}

describe('the journal of a process that is killed', () => {
  it(`has after each of ${KILLS} kills all that was acknowledged, and goes on`, async function () {
    this.timeout(KILLS * 5000);
    const env = realTimeEnv();
    const dir = temporaryFolder('journal-kill');
    const starts: number[] = [];
    let reached = 0;
    let folded = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = await writeAndKill(dir, 1 + Math.floor(Math.random() * MOST_ACKNOWLEDGED));
      expect(acknowledged).to.be.greaterThan(reached);
      const data = await openDataDir(dir, env);
      const blank = {
        index: 0,
        term: 0,
        roster: { pool: '', version: 0, members: [], heartbeatMs: 500 },
        inventory: {},
      };
      const journal = await openPoolJournal(data, { env, id: 'em1', blank, synced: () => {} });
      const { durable } = journal;
      const tip = tipOf(durable).index;
      expect(tip, `after kill ${kill}`).to.be.at.least(acknowledged);
      expect(durable.term).to.be.at.least(tip);
      expect(durable.vote).to.equal(`em${durable.term}`);
      expect(durable.base.roster.pool).to.equal('p');
      expect(Reflect.get(Object(durable.base.inventory), 'upTo')).to.equal(durable.base.index);
      for (const [at, { index, decision }] of durable.entries.entries()) {
        expect(index).to.equal(durable.base.index + 1 + at);
        expect(decision.is === 'inventory' && Reflect.get(Object(decision.change), 'says')).to.equal(index);
      }
      expect(durable.incarnation).to.equal(data.incarnation);
      // Its own former start and that of the writer are known.
      expect(starts.every((start) => durable.starts.includes(start))).to.equal(true);
      expect(durable.starts).to.have.length.at.least(2 * kill);
      starts.push(data.incarnation);
      folded += Number(durable.base.index > 0);
      reached = tip;
      await journal.close();
      await data.close();
    }
    expect(folded, 'files that were begun anew').to.be.greaterThan(0);
  });
});
