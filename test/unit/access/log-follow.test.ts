import { assert } from 'chai';
import fc from 'fast-check';
import { followLog } from '../../../src/access/log/follow.js';
import { MOST_LINE } from '../../../src/access/log/log-lines.js';
import { FakeFolder } from './fake-folder.js';

/** One poll; gives the lines that it told of. */
async function poll(
  folder: FakeFolder,
  state: { memory?: unknown },
  options: { mostBytes?: number; mostLines?: number } = {},
) {
  const lines: string[] = [];
  const followed = await followLog(folder, state.memory, {
    fromStart: true,
    mostBytes: options.mostBytes ?? 2 ** 22,
    take: (given) => {
      const taken = given.slice(0, Math.max(0, (options.mostLines ?? Number.POSITIVE_INFINITY) - lines.length));
      lines.push(...taken.map(({ text }) => text));
      return taken.length;
    },
  });
  // As it would come back from the store.
  state.memory = JSON.parse(JSON.stringify(followed.memory));
  return { lines, backlog: followed.backlog };
}

describe('following a log', () => {
  it('begins at the end, with the line that is being written', async () => {
    const folder = new FakeFolder();
    folder.append('old\nhalf');
    const first = await followLog(folder, undefined, {
      fromStart: false,
      mostBytes: 2 ** 20,
      take: () => assert.fail(),
    });
    folder.append(' and half\nnew\n');
    const state = { memory: first.memory };
    assert.deepEqual((await poll(folder, state)).lines, ['half and half', 'new']);
    assert.deepEqual((await poll(folder, state)).lines, []);
  });

  it('leaves an unfinished line for the next time', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('one\ntw');
    assert.deepEqual((await poll(folder, state)).lines, ['one']);
    folder.append('o\r\n');
    assert.deepEqual((await poll(folder, state)).lines, ['two']);
  });

  it('reads the rest of a renamed file first, and what is still written to it', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('1\n');
    await poll(folder, state);
    folder.append('2\n');
    folder.rename();
    folder.append('4\n');
    folder.appendTo('app.log.1', '3\n');
    assert.deepEqual((await poll(folder, state)).lines, ['2', '3', '4']);
    folder.appendTo('app.log.1', '5\n');
    assert.deepEqual((await poll(folder, state)).lines, ['5']);
  });

  it('finds files that came and went between two polls', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('1\n');
    await poll(folder, state);
    for (const line of ['2', '3', '4']) {
      folder.append(`${line}\n`);
      folder.rename();
    }
    folder.append('5\n');
    assert.deepEqual((await poll(folder, state)).lines, ['2', '3', '4', '5']);
  });

  it('notices a truncation even when the file is longer again', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('first line of a log\n');
    await poll(folder, state);
    folder.truncate();
    folder.append('another beginning, and longer than before\n');
    assert.deepEqual((await poll(folder, state)).lines, ['another beginning, and longer than before']);
  });

  it('goes on in the copy after copytruncate', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('1\n');
    await poll(folder, state);
    folder.append('2\n');
    folder.copyTruncate();
    folder.append('3\n');
    assert.deepEqual((await poll(folder, state)).lines, ['2', '3']);
    assert.deepEqual((await poll(folder, state)).lines, []);
  });

  it('does not read older rotated files, nor neighbours with like names', async () => {
    const folder = new FakeFolder();
    folder.append('ancient\n');
    folder.rename();
    folder.append('1\n');
    const state = {};
    await poll(folder, state);
    folder.rename();
    folder.appendTo('app.log.debug', 'not this\n');
    folder.append('2\n');
    assert.deepEqual((await poll(folder, state)).lines, ['2']);
  });

  it('cuts a line that is too long and counts it once', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('x'.repeat(MOST_LINE + 10));
    const first = await poll(folder, state);
    assert.equal(first.lines[0]?.length, MOST_LINE);
    folder.append(`${'y'.repeat(3 * MOST_LINE)}\nnext\n`);
    assert.deepEqual((await poll(folder, state)).lines, ['next']);
  });

  it('tells what is left when a poll is full', async () => {
    const folder = new FakeFolder();
    const state = {};
    folder.append('0123456789\n'.repeat(20_000));
    const first = await poll(folder, state, { mostBytes: 2 * MOST_LINE });
    assert.isAbove(first.backlog, 0);
    assert.equal(first.lines.length * 11 + first.backlog, 220_000);
    const second = await poll(folder, state, { mostLines: 10 });
    assert.lengthOf(second.lines, 10);
    assert.equal((first.lines.length + 10) * 11 + second.backlog, 220_000);
  });

  it('takes no memory of another log', async () => {
    const folder = new FakeFolder();
    folder.append('1\n');
    const other = {
      place: '/elsewhere',
      files: [{ name: 'app.log', offset: 2, tail: 'MQo=', skipping: false, quiet: 0 }],
    };
    assert.deepEqual((await poll(folder, { memory: other })).lines, ['1']);
  });

  describe('gives each line exactly once', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('line' as const), length: fc.integer({ min: 0, max: 400 }) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('half' as const), length: fc.integer({ min: 1, max: 200 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('rename' as const, 'copyTruncate' as const) }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('poll' as const), mostLines: fc.integer({ min: 1, max: 12 }) }),
      },
    );

    async function play(
      steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
      inodes: boolean,
    ) {
      const folder = new FakeFolder(inodes);
      const state = {};
      const written: string[] = [];
      const seen: string[] = [];
      let half = '';
      const see = async (mostLines?: number) =>
        seen.push(...(await poll(folder, state, mostLines === undefined ? {} : { mostLines })).lines);
      folder.append('begin\n');
      await see();
      for (const [number, one] of steps.entries()) {
        if (one.do === 'line' || one.do === 'half') {
          const text = `${number}:${'abcdefgh'.repeat(60).slice(0, one.length)}`;
          half += text;
          folder.append(one.do === 'line' ? `${text}\n` : text);
          if (one.do === 'line') {
            written.push(half);
            half = '';
          }
        } else if (one.do === 'poll') await see(one.mostLines);
        else if (half === '') folder[one.do]();
      }
      for (let quiet = 0; quiet < 4; quiet++) await see();
      assert.deepEqual(seen, ['begin', ...written]);
    }

    it('over any order of writing, rotation and reading', () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => play(steps, true)),
        { numRuns: 400 },
      ));

    it('over copying, where files have no inodes', () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => play(seenBetweenRotations(steps), false)),
        { numRuns: 400 },
      ));
  });
});

/**
 * Without times and inodes a file is known by its bytes alone: one that came and went unseen cannot be found. So each
 * rotation is followed by a line and by a poll that reads all.
 */
function seenBetweenRotations<Step extends { readonly do: string }>(
  steps: readonly Step[],
): (Step | typeof LINE | typeof POLL)[] {
  return steps.flatMap((one) => {
    if (one.do === 'poll') return [POLL];
    return one.do === 'rename' || one.do === 'copyTruncate' ? [one, LINE, POLL] : [one];
  });
}

const LINE = { do: 'line', length: 3 } as const;
const POLL = { do: 'poll', mostLines: 1_000_000 } as const;
