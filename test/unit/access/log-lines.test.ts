import { assert } from 'chai';
import fc from 'fast-check';
import {
  type LogPosition,
  MOST_LINE,
  positionAtEnd,
  START,
  splitLines,
  TAIL_LENGTH,
  tailOf,
} from '../../../src/access/log/log-lines.js';

/** Reads `bytes` as follow.ts does: each read begins at the position and gives at most `sizes[n]` bytes. */
function readInPieces(bytes: Buffer, sizes: readonly number[]): { texts: string[]; position: LogPosition } {
  const texts: string[] = [];
  let position = START;
  for (let turn = 0; position.offset < bytes.length; turn++) {
    const size = (sizes[turn % sizes.length] ?? 1) + MOST_LINE + 1;
    const piece = bytes.subarray(position.offset, position.offset + size);
    const { lines, next } = splitLines(position, piece, false);
    texts.push(...lines.map(({ text }) => text));
    if (next.offset === position.offset) break;
    position = next;
  }
  return { texts, position };
}

/** The naive twin. */
function naiveLines(bytes: Buffer): string[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 10) continue;
    lines.push(bytes.subarray(start, at));
    start = at + 1;
  }
  if (bytes.length - start > MOST_LINE) lines.push(bytes.subarray(start));
  return lines.map((line) => {
    const stripped = line.length <= MOST_LINE && line.at(-1) === 13 ? line.subarray(0, -1) : line;
    return stripped.subarray(0, MOST_LINE).toString('utf8');
  });
}

describe('lines of a log', () => {
  const line = fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.integer({ min: MOST_LINE - 2, max: MOST_LINE + 2 }).map((n) => Buffer.alloc(n, 'x')) },
    { weight: 1, arbitrary: fc.integer({ min: MOST_LINE, max: 4 * MOST_LINE }).map((n) => Buffer.alloc(n, 'é')) },
  );
  const log = fc
    .array(line, { maxLength: 8 })
    .map((lines) => Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')])));
  const sizes = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 5 });

  it('do not depend on the pieces in which they are read', () => {
    fc.assert(
      fc.property(log, fc.uint8Array({ maxLength: 50 }), sizes, (lines, rest, pieces) => {
        const bytes = Buffer.concat([lines, Buffer.from(rest.filter((byte) => byte !== 10))]);
        assert.deepEqual(readInPieces(bytes, pieces).texts, naiveLines(bytes));
      }),
      { numRuns: 150 },
    );
  });

  it('are left at a position whose tail is the bytes before it', () => {
    fc.assert(
      fc.property(log, sizes, (bytes, pieces) => {
        const { position } = readInPieces(bytes, pieces);
        const before = bytes.subarray(Math.max(0, position.offset - TAIL_LENGTH), position.offset);
        assert.isTrue(tailOf(position).equals(before));
      }),
      { numRuns: 100 },
    );
  });

  it('tolerate what is no UTF-8', () => {
    const { lines } = splitLines(START, Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a]), false);
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['a\ufffd\ufffdb'],
    );
  });

  it('end with the file when nothing will follow', () => {
    const { lines, next } = splitLines(START, Buffer.from('one\ntwo'), true);
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['one', 'two'],
    );
    assert.equal(next.offset, 7);
  });

  const ends: readonly (readonly [what: string, file: string, offset: number, skipping: boolean])[] = [
    ['of an empty file is its beginning', '', 0, false],
    ['follows the last line', 'a\nb\n', 4, false],
    ['stands before an unfinished line', 'a\nbcd', 2, false],
    ['of a file that is one unfinished line is its beginning', 'abc', 0, false],
    ['is in the middle of a line that is too long', `a\n${'x'.repeat(MOST_LINE + 1)}`, MOST_LINE + 3, true],
  ];
  for (const [what, file, offset, skipping] of ends) {
    it(`the end ${what}`, () => {
      const bytes = Buffer.from(file);
      const window = bytes.subarray(Math.max(0, bytes.length - MOST_LINE - TAIL_LENGTH - 1));
      const position = positionAtEnd(window, bytes.length);
      assert.equal(position.offset, offset);
      assert.equal(position.skipping, skipping);
    });
  }
});
