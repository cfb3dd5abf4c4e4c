/**
 * A program that stores polls in a folder on a small disk until that is full, makes room, stores more, and tells how many
 * it stored and how many are found afterwards, and why nothing can be opened while the disk is full: `full-disk DIR`.
 */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { elementName } from '../../../src/model/element.js';
import { openDataDir } from '../../../src/store/data-dir.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { realTimeEnv } from '../../support/test-env.js';

const ROUTER = elementName('device', 'r');
const [dir = ''] = process.argv.slice(2);
const env = realTimeEnv();
// What is taken away when the disk is full.
writeFileSync(join(dir, 'ballast'), Buffer.alloc(6_000_000));
let store = await openSqliteStore({ dir, env, manager: 'em1' });

const poll = (time: number) => ({
  element: ROUTER,
  method: 'snmp',
  time,
  ok: true,
  responseMs: time,
  samples: [],
  events: [{ time, severity: 'minor' as const, name: 'n', text: 'x'.repeat(5000) + Math.random() }],
});

let took = 0;
let refusal = '';
for (let time = 1; refusal === ''; time += 1)
  await store.recordPolls([poll(time)]).then(
    () => (took = time),
    (thrown: unknown) => {
      refusal = String(thrown);
    },
  );
rmSync(join(dir, 'ballast'));
const more = took + 20;
while (took < more)
  await store.recordPolls([poll(took + 1)]).then(
    () => (took += 1),
    () => new Promise((resolve) => setTimeout(resolve, 200)),
  );
await store.close();
store = await openSqliteStore({ dir, env, manager: 'em1' });
const [series] = await store.querySamples({ element: ROUTER, metric: 'responseTime.snmp', from: 0, to: 1e9 });
await store.close();

fill(join(dir, 'ballast'));
const atStart = [await reason(openSqliteStore({ dir, env, manager: 'em1' })), await reason(openDataDir(dir, env))];
rmSync(join(dir, 'ballast'));
await (await openSqliteStore({ dir, env, manager: 'em1' })).close();
process.stdout.write(JSON.stringify({ refusal, took, found: series?.points.length, atStart }));

function fill(path: string): void {
  const file = openSync(path, 'w');
  const bytes = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, bytes);
  } catch {
    closeSync(file);
  }
}

function reason(opening: Promise<unknown>): Promise<string> {
  return opening.then(() => 'it was opened', String);
}
