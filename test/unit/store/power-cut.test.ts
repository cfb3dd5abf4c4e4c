/** What a power cut leaves of a store: all that was acknowledged, whatever else of the unsynced is there or not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openDataDir } from '../../../src/store/data-dir.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { Recording, recorder } from '../../support/power/recording.js';
import { skipBecause } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';
import { expectAllOf, leaveBehind } from './earlier-layout.js';
import { expectWholeCalls } from './whole-calls.js';

const WRITER = fileURLToPath(new URL('./kill-writer.js', import.meta.url));
const OPENER = fileURLToPath(new URL('./store-opener.js', import.meta.url));
/** By hand: `PTPMGR_TEST_CUTS=200`. */
const CUTS = Number(process.env.PTPMGR_TEST_CUTS ?? 8);
const ACKNOWLEDGED = 400;

describe('the store of a machine whose power is cut', function () {
  this.timeout(60_000 + CUTS * 10_000);
  const folder = temporaryFolder('power-cut');
  let environment: NonNullable<Awaited<ReturnType<typeof recorder>>>;
  let places = 0;

  before(async function () {
    const found = await recorder(folder);
    if (!found) skipBecause(this, 'what a program writes cannot be recorded without gcc');
    environment = found;
  });

  /** A folder to be recorded. */
  const place = (): { readonly dir: string; readonly beside: string } => {
    places += 1;
    const beside = join(folder, `${places}`);
    mkdirSync(join(beside, 'data'), { recursive: true });
    return { dir: join(beside, 'data'), beside };
  };
  const start = (program: readonly string[], dir: string, recording: Recording) =>
    spawn(process.execPath, program, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment(dir, recording.log) },
    });
  const cutsOf = (recording: Recording, beside: string, count = CUTS) =>
    Array.from({ length: count }, (_, at) => {
      const moment = Math.floor(Math.random() * recording.moment);
      const dir = join(beside, `cut-${at}`);
      recording.cut(moment, dir, Math.random);
      return { moment, dir };
    });

  it(`has at each of ${CUTS} moments what was acknowledged until then, every call whole`, async () => {
    const { dir, beside } = place();
    const recording = new Recording(dir, beside);
    const child = start([WRITER, dir, '0'], dir, recording);
    const acknowledged: { readonly call: number; readonly moment: number }[] = [];
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push({ call: Number(line), moment: recording.moment });
      if (acknowledged.length === ACKNOWLEDGED) child.kill('SIGKILL');
    }
    await ended;
    for (const { moment, dir: left } of cutsOf(recording, beside)) {
      const env = realTimeEnv();
      const data = await openDataDir(left, env);
      const store = await openSqliteStore({ dir: left, env, manager: 'em1' });
      const until = acknowledged.filter((one) => one.moment <= moment).map(({ call }) => call);
      await expectWholeCalls(store, 0, until, `cut at ${moment} in ${left}`);
      await store.close();
      await data.close();
    }
  });

  for (const layout of [1, 3])
    it(`goes on with what was taken over of layout ${layout}, and loses nothing of it`, async () => {
      const { dir, beside } = place();
      leaveBehind(dir, layout);
      const recording = new Recording(dir, beside);
      await once(start([OPENER, dir], dir, recording), 'exit');
      for (const { dir: left } of cutsOf(recording, beside, CUTS / 2)) await expectAllOf(left);
    });
});
