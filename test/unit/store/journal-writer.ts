/**
 * A program that decides as fast as it can and says what was acknowledged: `journal-writer DIR`.
 *
 * Entry N says N, term and lease follow it; when all of that is on disk, the line N is on standard output. Entries are
 * long, and folded away now and then, so that the file is begun anew every few hundred of them.
 */
import { writeSync } from 'node:fs';
import { systemEnv } from '../../../src/base/system-env.js';
import type { Durable } from '../../../src/pool/decisions.js';
import { applyChange, type DurableChange, tipOf } from '../../../src/pool/mastership/durable.js';
import { openDataDir } from '../../../src/store/data-dir.js';
import { openPoolJournal } from '../../../src/store/pool-journal.js';

const AT_ONCE = 8;
const LONG = 'x'.repeat(20_000);
const [dir = ''] = process.argv.slice(2);
const env = systemEnv('error');
const data = await openDataDir(dir, env);
const roster = { pool: 'p', version: 1, members: [], heartbeatMs: 500 };
const journal = await openPoolJournal(data, {
  env,
  id: 'em1',
  blank: { index: 0, term: 0, roster, inventory: { upTo: 0, elements: [] } },
  synced: (mark) => {
    if (mark === 0) return;
    writeSync(1, `${mark}\n`);
    decide();
  },
});
let now: Durable = journal.durable;

function take(change: DurableChange, mark = 0): void {
  now = applyChange(now, change);
  journal.append(change, mark);
}

function decide(): void {
  const { index } = tipOf(now);
  const next = index + 1;
  take({ is: 'term', term: next, vote: `em${next}` });
  take({ is: 'lease', leaseMs: next });
  const change = { says: next, long: LONG };
  take(
    { is: 'entries', after: index, entries: [{ index: next, term: 1, decision: { is: 'inventory', change } }] },
    next,
  );
  if (now.entries.length < 100) return;
  const folded = now.entries.slice(0, 90);
  const base = { index: now.base.index + folded.length, term: 1, roster: now.base.roster };
  const inventory = { upTo: base.index, elements: folded.map(({ index: at }) => at) };
  take({ is: 'base', base: { ...base, inventory }, entries: now.entries.slice(folded.length) });
}

for (let first = 0; first < AT_ONCE; first += 1) decide();
