import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../src/base/errors.js';
import type { Base, Durable, Entry } from '../../../src/pool/decisions.js';
import { applyChange, type DurableChange, tipOf } from '../../../src/pool/mastership/durable.js';
import { lineOf } from '../../../src/store/journal/lines.js';
import {
  JOURNAL_NAME,
  openPoolJournal,
  type PoolJournal,
  type PoolJournalOptions,
} from '../../../src/store/pool-journal.js';
import { settle } from '../../support/fake-clock.js';
import { temporaryFolder } from '../../support/temporary.js';
import { type TestEnv, testEnv } from '../../support/test-env.js';

const IDENTITY = 'a'.repeat(32);
const roster = (version: number) => ({ pool: 'p', version, members: [], heartbeatMs: 500 });
const BLANK: Base = { index: 0, term: 0, roster: roster(0), inventory: { managers: [], elements: [], owned: [] } };
const entry = (index: number, term = 1, text = ''): Entry => ({
  index,
  term,
  decision: { is: 'inventory', change: { index, text } },
});

interface Opened {
  readonly journal: PoolJournal;
  readonly synced: number[];
  readonly faults: (string | undefined)[];
  readonly env: TestEnv;
  /** Resolves when the mark is synced. */
  until(mark: number): Promise<void>;
}

async function start(
  dir: string,
  incarnation = 1,
  options: Partial<PoolJournalOptions> & { identity?: string } = {},
): Promise<Opened> {
  const env = testEnv();
  const synced: number[] = [];
  const faults: (string | undefined)[] = [];
  const { identity = IDENTITY, ...rest } = options;
  const data = { dir, identity, incarnation, path: (...parts: string[]) => join(dir, ...parts) };
  const journal = await openPoolJournal(data, {
    env,
    id: 'em1',
    blank: BLANK,
    synced: (mark) => synced.push(mark),
    onFault: (fault) => faults.push(fault),
    ...rest,
  });
  const until = async (mark: number) => {
    while (!synced.includes(mark)) await settle();
  };
  return { journal, synced, faults, env, until };
}

async function refusal(dir: string, incarnation = 1000): Promise<PtpError> {
  try {
    await (await start(dir, incarnation)).journal.close();
  } catch (error) {
    if (error instanceof PtpError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

/** What a start does not change. */
const content = ({ term, vote, leaseMs, base, entries }: Durable) => ({ term, vote, leaseMs, base, entries });
const fileOf = (dir: string): string => join(dir, JOURNAL_NAME);

describe('the journal of the pool', () => {
  it('begins blank, and knows every change, start and identity again', async () => {
    const dir = temporaryFolder('journal');
    const first = await start(dir, 1);
    expect(first.journal.durable).to.deep.equal({
      identity: IDENTITY,
      incarnation: 1,
      starts: [0],
      term: 0,
      vote: undefined,
      leaseMs: 0,
      base: BLANK,
      entries: [],
    });
    const changes: DurableChange[] = [
      { is: 'term', term: 3, vote: 'em2' },
      { is: 'lease', leaseMs: 1500 },
      { is: 'entries', after: 0, entries: [entry(1), entry(2), entry(3)] },
      { is: 'entries', after: 1, entries: [entry(2, 2, '\n "é"')] },
      { is: 'entries', after: 1, entries: [] },
      { is: 'term', term: 4, vote: undefined },
    ];
    for (const [mark, change] of changes.entries()) first.journal.append(change, mark);
    await first.journal.close();
    expect(first.synced).to.deep.equal([0, 1, 2, 3, 4, 5]);
    const expected = changes.reduce(applyChange, first.journal.durable);
    const second = await start(dir, 700);
    expect(second.journal.durable).to.deep.equal({ ...expected, incarnation: 700, starts: [0, 1] });
    await second.journal.close();
    const third = await start(dir, 701);
    expect(third.journal.durable).to.deep.equal({ ...expected, incarnation: 701, starts: [0, 1, 700] });
    await third.journal.close();
    expect(statSync(fileOf(dir)).mode & 0o777).to.equal(0o600);
    expect(readdirSync(dir)).to.deep.equal([JOURNAL_NAME]);
  });

  it('acknowledges in order, many changes by one sync', async () => {
    const dir = temporaryFolder('journal');
    let syncs = 0;
    const counting: PoolJournalOptions['open'] = async (path, flags, mode) => {
      const file = await open(path, flags, mode);
      const datasync = file.datasync.bind(file);
      file.datasync = () => {
        syncs += 1;
        return datasync();
      };
      return file;
    };
    const { journal, synced } = await start(dir, 1, { open: counting });
    for (let mark = 1; mark <= 500; mark += 1) journal.append({ is: 'lease', leaseMs: mark }, mark);
    expect(synced).to.deep.equal([]);
    await journal.close();
    expect(synced).to.deep.equal(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(syncs).to.be.within(1, 3);
  });

  it('begins anew under another identity, and refuses an incarnation that is not above its own', async () => {
    const dir = temporaryFolder('journal');
    const first = await start(dir, 9);
    first.journal.append({ is: 'term', term: 5, vote: 'em1' }, 1);
    await first.journal.close();
    expect((await refusal(dir, 9)).message).to.match(/is newer than identity\.json beside it; restore both/);
    const other = await start(dir, 1, { identity: 'b'.repeat(32) });
    expect(other.journal.durable).to.include({ identity: 'b'.repeat(32), term: 0, incarnation: 1 });
    expect(other.env.log.text).to.contain('former identity');
    await other.journal.close();
  });

  it('writes a base in pieces, and does not write one that only folds what is there', async () => {
    const dir = temporaryFolder('journal');
    const { journal, until } = await start(dir);
    const inventory = {
      managers: [{ id: 'em1' }],
      elements: Array.from({ length: 5000 }, (_, index) => ({ name: `device/d${index}`, definition: 'x'.repeat(100) })),
      owned: [],
      note: 'as it is',
    };
    const installed: DurableChange = {
      is: 'base',
      base: { index: 40, term: 2, roster: roster(3), inventory },
      entries: [entry(41, 2), entry(42, 2)],
    };
    journal.append(installed, 1);
    await until(1);
    const size = statSync(fileOf(dir)).size;
    const now = applyChange(journal.durable, installed);
    const fold: DurableChange = {
      is: 'base',
      base: { index: 41, term: 2, roster: now.base.roster, inventory: { elements: ['folded'] } },
      entries: now.entries.slice(1),
    };
    journal.append(fold, 2);
    journal.append({ is: 'entries', after: 42, entries: [entry(43, 2)] }, 3);
    await until(3);
    expect(statSync(fileOf(dir)).size - size).to.be.below(1000);
    await journal.close();
    const again = await start(dir, 2);
    expect(content(again.journal.durable)).to.deep.equal(
      content(applyChange(now, { is: 'entries', after: 42, entries: [entry(43, 2)] })),
    );
    // Another roster is no fold, nor is one at the same place.
    const other: DurableChange = { is: 'base', base: { ...now.base, roster: roster(9) }, entries: [] };
    again.journal.append(other, 1);
    await again.journal.close();
    const last = await start(dir, 3);
    expect(content(last.journal.durable)).to.deep.equal(content(applyChange(again.journal.durable, other)));
    await last.journal.close();
  });

  it('begins the file anew when it has grown, while appending goes on', async function () {
    this.timeout(20_000);
    const dir = temporaryFolder('journal');
    const { journal, until, synced } = await start(dir);
    const long = 'y'.repeat(10_000);
    let expected = journal.durable;
    let mark = 0;
    for (let round = 0; round < 40; round += 1) {
      for (let index = 0; index < 50; index += 1) {
        const after = tipOf(expected).index % 100;
        const change: DurableChange = { is: 'entries', after, entries: [entry(after + 1, 1, long)] };
        expected = applyChange(expected, change);
        mark += 1;
        journal.append(change, mark);
      }
      await until(mark);
    }
    await journal.close();
    expect(synced).to.deep.equal(Array.from({ length: mark }, (_, index) => index + 1));
    expect(statSync(fileOf(dir)).size).to.be.below(10_000_000);
    expect(readdirSync(dir)).to.deep.equal([JOURNAL_NAME]);
    const again = await start(dir, 2);
    expect(content(again.journal.durable)).to.deep.equal(content(expected));
    await again.journal.close();
  });

  it('cut off at any byte, has all that was synced up to there, or refuses', async function () {
    this.timeout(30_000);
    const dir = temporaryFolder('journal');
    const { journal, until } = await start(dir);
    const states = [content(journal.durable)];
    const sizes = [statSync(fileOf(dir)).size];
    let now = journal.durable;
    const changes: DurableChange[] = [
      { is: 'term', term: 1, vote: 'em1' },
      { is: 'entries', after: 0, entries: [entry(1), entry(2)] },
      {
        is: 'base',
        base: { index: 5, term: 1, roster: roster(1), inventory: { elements: [1, 2] } },
        entries: [entry(6)],
      },
    ];
    for (const [mark, change] of changes.entries()) {
      journal.append(change, mark);
      await until(mark);
      now = applyChange(now, change);
      states.push(content(now));
      sizes.push(statSync(fileOf(dir)).size);
    }
    await journal.close();
    const bytes = readFileSync(fileOf(dir));
    for (let size = 0; size <= bytes.length; size += 1) {
      writeFileSync(fileOf(dir), bytes.subarray(0, size));
      const whole = sizes.findLastIndex((one) => one <= size);
      if (whole < 0) {
        expect((await refusal(dir)).message, `${size}`).to.match(/is damaged in line \d/);
        continue;
      }
      const { journal: cut } = await start(dir, 1000);
      expect(content(cut.durable), `${size}`).to.deep.equal(states[whole]);
      cut.append({ is: 'lease', leaseMs: 7 }, 1);
      await cut.close();
      const after = await start(dir, 1001);
      expect(content(after.journal.durable), `${size}`).to.deep.equal({ ...states[whole], leaseMs: 7 });
      await after.journal.close();
    }
  });

  it('with a byte changed, refuses what was synced before something later, and drops what came last', async function () {
    this.timeout(30_000);
    const dir = temporaryFolder('journal');
    const { journal, until } = await start(dir);
    const sizes: number[] = [];
    for (let mark = 0; mark < 3; mark += 1) {
      journal.append({ is: 'term', term: mark + 1, vote: 'em1' }, mark);
      await until(mark);
      sizes.push(statSync(fileOf(dir)).size);
    }
    await journal.close();
    const bytes = readFileSync(fileOf(dir));
    const lastBegins = sizes[1] ?? 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      writeFileSync(fileOf(dir), changed);
      if (at < lastBegins) {
        const error = await refusal(dir);
        expect([error.code, /move this file and identity\.json away/.test(error.message)], `${at}`).to.deep.equal([
          'Store.Failed',
          true,
        ]);
      } else {
        const again = await start(dir, 1000);
        expect(again.journal.durable, `${at}`).to.include({ term: 2 });
        await again.journal.close();
      }
    }
  });

  it('refuses what it did not write: nothing, garbage, a missing batch, another format, nonsense', async () => {
    const good = [
      '{"is":"file","format":1,"identity":"x"}',
      '{"is":"base","index":3,"term":1,"roster":{"members":[]}}',
    ];
    const batch = (number: number, ...records: string[]) =>
      [...records, `{"is":"end","lines":${records.length}}`].map((record) => lineOf(number, record)).join('');
    const texts: readonly (readonly [string, RegExp])[] = [
      ['', /damaged in line 0/],
      ['garbage\n'.repeat(10), /damaged in line 1/],
      ['\0'.repeat(5000), /damaged/],
      [batch(0, ...good) + batch(2, '{"is":"lease","leaseMs":1}'), /damaged in line 4/],
      [batch(0, '{"is":"file","format":2,"identity":"x"}'), /newer version/],
      [batch(0, '{"is":"lease","leaseMs":1}'), /damaged in line 1/],
      [batch(0, ...good, '{"is":"entries","after":9,"entries":[]}'), /damaged/],
      [batch(0, ...good, '{"is":"entries","after":2,"entries":[]}'), /damaged/],
      [batch(0, ...good, '{"is":"items","list":"__proto__","items":[1]}'), /damaged/],
      [batch(0, good[0] ?? ''), /damaged/],
    ];
    for (const [text, message] of texts) {
      const dir = temporaryFolder('journal');
      writeFileSync(fileOf(dir), text);
      expect((await refusal(dir)).message, text.slice(0, 200)).to.match(message);
    }
  });

  it('that is a folder, or lies in a folder that is gone, is refused with the reason', async () => {
    const dir = join(temporaryFolder('journal'), 'gone');
    expect((await refusal(dir)).message).to.match(/pool\.journal cannot be read or written \(ENOENT\)/);
  });

  it('on a disk that fails says so, acknowledges nothing, and goes on when it can', async () => {
    const dir = temporaryFolder('journal');
    const disk = { fails: '' };
    const failing: PoolJournalOptions['open'] = async (path, flags, mode) => {
      const file = await open(path, flags, mode);
      const [write, datasync] = [file.write.bind(file), file.datasync.bind(file)];
      const fault = () => Object.assign(new Error('no'), { code: disk.fails });
      // Half of it is written all the same.
      const failingWrite = async (bytes: Buffer, from: number, length: number, position: number) => {
        if (!disk.fails) return write(bytes, from, length, position);
        const failed = fault();
        await write(bytes, from, Math.ceil(length / 2), position);
        throw failed;
      };
      Reflect.set(file, 'write', failingWrite);
      file.datasync = async () => {
        if (disk.fails) throw fault();
        return datasync();
      };
      return file;
    };
    const { journal, synced, faults, env, until } = await start(dir, 1, { open: failing });
    journal.append({ is: 'term', term: 1, vote: 'em1' }, 1);
    await until(1);
    disk.fails = 'ENOSPC';
    journal.append({ is: 'term', term: 2, vote: 'em2' }, 2);
    while (journal.fault === undefined) await settle();
    expect(journal.fault).to.match(/pool\.journal cannot be written \(ENOSPC\)/);
    for (let second = 0; second < 5; second += 1) {
      journal.append({ is: 'lease', leaseMs: 1000 + second }, 3 + second);
      await env.clock.advance(1000);
    }
    expect(synced).to.deep.equal([1]);
    disk.fails = '';
    while (!synced.includes(7)) {
      await env.clock.advance(100);
      await settle();
    }
    expect(synced).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect(journal.fault).to.equal(undefined);
    expect(faults.map((fault) => fault !== undefined)).to.deep.equal([true, false]);
    await journal.close();
    const again = await start(dir, 2);
    expect(again.journal.durable).to.deep.include({ term: 2, vote: 'em2', leaseMs: 1004 });
    await again.journal.close();
  });

  it('closed on a disk that fails, ends; what was acknowledged is there', async () => {
    const dir = temporaryFolder('journal');
    const disk = { fails: false };
    const failing: PoolJournalOptions['open'] = async (path, flags, mode) => {
      const file = await open(path, flags, mode);
      const datasync = file.datasync.bind(file);
      file.datasync = async () => {
        if (disk.fails) throw Object.assign(new Error('no'), { code: 'EIO' });
        return datasync();
      };
      return file;
    };
    const { journal, synced, until } = await start(dir, 1, { open: failing });
    journal.append({ is: 'lease', leaseMs: 1 }, 1);
    await until(1);
    disk.fails = true;
    for (let mark = 2; mark < 30_000; mark += 1) journal.append({ is: 'lease', leaseMs: mark }, mark);
    await journal.close();
    expect(synced).to.deep.equal([1]);
    const again = await start(dir, 2);
    // What was written and not synced may be there or not; never a part of a batch.
    expect(again.journal.durable.leaseMs).to.be.oneOf([1, 29_999]);
    await again.journal.close();
  });

  it('is the same as all its changes, whatever they are and however often it is opened', async function () {
    this.timeout(60_000);
    type Step =
      | { readonly is: 'change'; readonly pick: number; readonly size: number }
      | { readonly is: 'reopen' | 'tear' };
    const steps: fc.Arbitrary<Step[]> = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.record({ is: fc.constant('change' as const), pick: fc.nat(4), size: fc.nat(20) }) },
        { weight: 1, arbitrary: fc.record({ is: fc.constantFrom('reopen' as const, 'tear' as const) }) },
      ),
      { minLength: 1, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const dir = temporaryFolder('journal');
        let opened = await start(dir, 1);
        let expected = opened.journal.durable;
        let incarnation = 1;
        for (const [mark, step] of list.entries()) {
          if (step.is === 'change') {
            const change = drawn(expected, step.pick, step.size);
            expected = applyChange(expected, change);
            opened.journal.append(change, mark);
            if (step.size % 3 === 0) await opened.until(mark);
            continue;
          }
          await opened.journal.close();
          if (step.is === 'tear') appendFileSync(fileOf(dir), lineOf(99, '{"is":"lease"').slice(0, 20));
          incarnation += 1;
          opened = await start(dir, incarnation);
        }
        await opened.journal.close();
        const last = await start(dir, incarnation + 1);
        await last.journal.close();
        // A fold may not have been written: what both say of the last entry and of the roster is the same.
        const { entries, base, ...rest } = content(last.journal.durable);
        expect(rest).to.deep.equal({ term: expected.term, vote: expected.vote, leaseMs: expected.leaseMs });
        expect(tipOf(last.journal.durable)).to.deep.equal(tipOf(expected));
        expect(entries.slice(expected.base.index - base.index)).to.deep.equal(expected.entries);
        rmSync(dir, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a file that is cut off while it is open from being read wrongly', async () => {
    const dir = temporaryFolder('journal');
    const { journal, until } = await start(dir);
    journal.append({ is: 'lease', leaseMs: 1 }, 1);
    await until(1);
    // Somebody else's doing: what is written behind the hole must not look whole.
    truncateSync(fileOf(dir), 10);
    journal.append({ is: 'lease', leaseMs: 2 }, 2);
    await journal.close();
    expect((await refusal(dir)).message).to.match(/damaged/);
  });
});

function drawn(now: Durable, pick: number, size: number): DurableChange {
  const { index, term } = tipOf(now);
  if (pick === 0) return { is: 'term', term: now.term + 1, vote: size % 2 ? 'em1' : undefined };
  if (pick === 1) return { is: 'lease', leaseMs: size };
  if (pick === 2) {
    const after = Math.max(now.base.index, index - (size % 4));
    return { is: 'entries', after, entries: Array.from({ length: size }, (_, at) => entry(after + 1 + at, term + 1)) };
  }
  if (pick === 3 || now.entries.length === 0)
    return {
      is: 'base',
      base: { index: index + size, term: term + 1, roster: roster(size), inventory: [size] },
      entries: [],
    };
  const folded = 1 + (size % now.entries.length);
  const last = now.entries[folded - 1];
  return {
    is: 'base',
    base: { index: now.base.index + folded, term: last?.term ?? 0, roster: now.base.roster, inventory: 'folded' },
    entries: now.entries.slice(folded),
  };
}
