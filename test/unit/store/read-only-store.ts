/**
 * A program that may not write its store for a while, and tells why it was not opened, which files were there then, and
 * what was stored in the end: `read-only-store DIR`.
 */
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { elementName } from '../../../src/model/element.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { realTimeEnv } from '../../support/test-env.js';

const [dir = ''] = process.argv.slice(2);
const env = realTimeEnv();
const element = elementName('device', 'r');
const open = () => openSqliteStore({ dir, env, manager: 'em1' });
const reason = () => open().then(() => 'it was opened', String);
const path = (name: string) => join(dir, name);

async function storePoll(time: number): Promise<void> {
  const store = await open();
  await store.recordPolls([{ element, method: 'snmp', time, ok: true, responseMs: time, samples: [], events: [] }]);
  await store.close();
}

await storePoll(1);
chmodSync(path('store.db'), 0o400);
const refused = await reason();
const leftBehind = readdirSync(dir);
chmodSync(path('store.db'), 0o600);
writeFileSync(path('store.db-wal'), '', { mode: 0o400 });
const refusedForLog = await reason();
chmodSync(path('store.db-wal'), 0o600);
await storePoll(2);
const store = await open();
const [series] = await store.querySamples({ element, metric: 'responseTime.snmp', from: 0, to: 1000 });
await store.close();
process.stdout.write(
  JSON.stringify({ refused, leftBehind, refusedForLog, found: series?.points.map(({ time }) => time) }),
);
