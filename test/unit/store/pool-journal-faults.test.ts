import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { applyChange, type DurableChange } from '../../../src/pool/mastership/durable.js';
import { lineOf } from '../../../src/store/journal/lines.js';
import type { PoolJournalOptions } from '../../../src/store/pool-journal.js';
import { settle } from '../../support/fake-clock.js';
import { temporaryFolder } from '../../support/temporary.js';
import { content, entry, fileOf, refusal, roster, start } from './journal-subject.js';

describe('the journal of the pool, damaged or on a bad disk,', () => {
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
