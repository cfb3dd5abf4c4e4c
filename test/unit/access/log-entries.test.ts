import { assert } from 'chai';
import fc from 'fast-check';
import { followLog } from '../../../src/access/log/follow.js';
import { entryStart } from '../../../src/access/log/log-entries.js';
import { MOST_LINE } from '../../../src/access/log/log-lines.js';
import { FakeFolder } from './fake-folder.js';

async function poll(folder: FakeFolder, state: { memory?: unknown }, mostBytes = 2 ** 22) {
  const entries: string[] = [];
  const { memory, backlog } = await followLog(folder, state.memory, {
    fromStart: true,
    mostBytes,
    entries: entryStart('^\\d', folder.place),
    take: (given) => {
      entries.push(...given.map(({ text }) => text));
      return given.length;
    },
  });
  state.memory = JSON.parse(JSON.stringify(memory));
  return { entries, backlog };
}

describe('entries of several lines', () => {
  it('end where the next one begins, or when nothing more has come', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('1 fails\n  at a\n  at b\n2 fails\n');
    assert.deepEqual(await poll(folder, state), { entries: ['1 fails\n  at a\n  at b'], backlog: 0 });
    folder.append('  at c\n');
    assert.deepEqual((await poll(folder, state)).entries, []);
    assert.deepEqual((await poll(folder, state)).entries, ['2 fails\n  at c']);
    assert.deepEqual((await poll(folder, state)).entries, []);
  });

  it('go on in a file that is rotated meanwhile', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('1 fails\n');
    await poll(folder, state);
    folder.append('  at a\n');
    folder.rename();
    folder.append('2 fails\n');
    const all: string[] = [];
    for (let count = 0; count < 5; count += 1) all.push(...(await poll(folder, state)).entries);
    assert.deepEqual(all.sort(), ['1 fails\n  at a', '2 fails']);
  });

  it('are cut where they are too long, and get further', async () => {
    const folder = new FakeFolder();
    const state = {};
    const line = `${' '.repeat(999)}\n`;
    folder.append(`1 fails\n${line.repeat(1000)}2 fails\n`);
    let all = '';
    for (let count = 0; count < 12; count += 1)
      for (const entry of (await poll(folder, state, 5 * MOST_LINE)).entries) {
        assert.isAtMost(entry.length, 2 * MOST_LINE);
        all += `${entry}\n`;
      }
    assert.equal(all, `1 fails\n${line.repeat(1000)}2 fails\n`);
  });

  it('are the same whenever the log is looked at, but for pauses within one', async () => {
    const lines = fc.array(fc.constantFrom('1 a\n', '2 b\n', '  c\n', '\n', 'd\n'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lines, fc.infiniteStream(fc.boolean()), async (written, looks) => {
        const folder = new FakeFolder();
        const state = {};
        const found: string[] = [];
        for (const line of written) {
          folder.append(line);
          if (looks.next().value) found.push(...(await poll(folder, state)).entries);
        }
        // A pause ends an entry: two polls in a row that find nothing more.
        for (let count = 0; count < 2; count += 1) found.push(...(await poll(folder, state)).entries);
        const expected = written
          .join('')
          .replace(/\n(?=\d)/g, '\u0000\n')
          .split('\u0000\n')
          .join('\u0000');
        assert.equal(found.join('\u0000'), expected.replace(/\n$/, ''));
      }),
      { numRuns: 300 },
    );
  });
});
