import { appendFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Durable } from '../../../src/pool/decisions.js';
import { applyChange, type DurableChange, tipOf } from '../../../src/pool/mastership/durable.js';
import { lineOf } from '../../../src/store/journal/lines.js';
import { JOURNAL_NAME, type PoolJournalOptions } from '../../../src/store/pool-journal.js';
import { temporaryFolder } from '../../support/temporary.js';
import { BLANK, content, entry, fileOf, IDENTITY, refusal, roster, start } from './journal-subject.js';

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
    expect(statSync(fileOf(dir)).size).to.be.below(15_000_000);
    expect(readdirSync(dir)).to.deep.equal([JOURNAL_NAME]);
    const again = await start(dir, 2);
    expect(content(again.journal.durable)).to.deep.equal(content(expected));
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
