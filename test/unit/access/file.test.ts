import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import { createFileMethod } from '../../../src/access/file.js';
import { accessParts, failureOf, metricValue, pollOnce } from '../../support/access.js';
import { temporaryFolder } from '../../support/temporary.js';

const EVENTS = [{ regex: '.*', severity: 'minor' as const }];

describe('a local log', () => {
  const setUp = () => {
    const folder = temporaryFolder('log');
    const log = join(folder, 'app.log');
    const method = createFileMethod(accessParts({ configDir: folder }));
    let memory: unknown;
    const poll = async () => {
      const answer = await pollOnce(method, { options: { path: 'app.log' }, over: { events: EVENTS }, memory });
      ({ memory } = answer);
      return answer.events.map(({ text }) => text);
    };
    return { folder, log, method, poll };
  };

  it('is followed over renaming, by a writer who notices late', async () => {
    const { log, poll } = setUp();
    writeFileSync(log, 'before\n');
    assert.deepEqual(await poll(), []);
    appendFileSync(log, '1\n');
    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, '2\n');
    writeFileSync(log, '4\n');
    assert.deepEqual(await poll(), ['1', '2', '4']);
    appendFileSync(`${log}.1`, '3\n');
    appendFileSync(log, '5\n');
    assert.deepEqual(await poll(), ['3', '5']);
    for (let quiet = 0; quiet < 3; quiet++) assert.deepEqual(await poll(), []);
  });

  it('is followed over copying and truncating', async () => {
    const { log, poll } = setUp();
    writeFileSync(log, 'before\n');
    await poll();
    appendFileSync(log, '1\n');
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    appendFileSync(log, 'a line that is longer than all that was before\n');
    assert.deepEqual(await poll(), ['1', 'a line that is longer than all that was before']);
    assert.deepEqual(await poll(), []);
  });

  it('is missing for a moment without anything being lost', async () => {
    const { log, method, poll } = setUp();
    writeFileSync(log, 'before\n');
    await poll();
    appendFileSync(log, '1\n');
    renameSync(log, `${log}.1`);
    assert.equal((await failureOf(pollOnce(method, { options: { path: 'app.log' } }))).code, 'Access.NotFound');
    writeFileSync(log, '2\n');
    assert.deepEqual(await poll(), ['1', '2']);
  });

  it('counts its lines and bytes', async () => {
    const { log, method } = setUp();
    writeFileSync(log, Buffer.from([0xff, 0xfe, 0x0a, 0x61, 0x0d, 0x0a, 0x62]));
    const { readings } = await pollOnce(method, { options: { path: log, from: 'start' } });
    assert.equal(metricValue(readings, 'lines'), 2);
    assert.equal(metricValue(readings, 'size'), 7);
    assert.equal(metricValue(readings, 'backlog'), 0);
  });

  it('must be a file', async () => {
    const { folder, method } = setUp();
    mkdirSync(join(folder, 'sub'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of ['sub', 'pipe', '/dev/zero']) {
      const failure = await failureOf(pollOnce(method, { options: { path } }));
      assert.equal(failure.code, 'Access.Content', path);
    }
  });
});
