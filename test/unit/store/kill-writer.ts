/**
 * A program that stores as fast as it can and says what was acknowledged: `kill-writer DIR FIRST`.
 *
 * Call N stores two polls of ten samples each and an event with the text N; when that is acknowledged, the line N is
 * on standard output. Meanwhile all is put away in blocks and rolled up, and some is dropped by retention, far from what
 * is looked at.
 */
import { writeSync } from 'node:fs';
import { systemEnv } from '../../../src/base/system-env.js';
import { elementName } from '../../../src/model/element.js';
import { openDataDir } from '../../../src/store/data-dir.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { PollRecord } from '../../../src/store/store.js';

const AT_ONCE = 16;
/** Not too often, for blocks of a few samples are slow to read. */
const PUT_AWAY_EVERY_MS = 60;
const [dir = '', first = '0'] = process.argv.slice(2);
const env = systemEnv('error');
await openDataDir(dir, env);
const store = await openSqliteStore({ dir, env, manager: 'em1' });

function pollsOf(call: number): readonly PollRecord[] {
  return [0, 1].map((half) => {
    const element = elementName('device', `d${call % 40}-${half}`);
    const samples = Array.from({ length: 10 }, (_, index) => ({
      element,
      metric: `m${index}`,
      instance: '',
      value: call,
      unit: '1',
      time: call,
      owner: 'em1',
      epoch: { term: 0, number: 0, giver: 'em1' },
    }));
    const events = half === 1 ? [{ time: call, severity: 'minor' as const, name: 'call', text: String(call) }] : [];
    const state = { element, status: 'normal' as const, since: 1, latest: [] };
    return { element, method: 'snmp', time: call, ok: true, samples, events, state };
  });
}

let next = Number(first);
async function go(): Promise<void> {
  for (;;) {
    const call = next;
    next += 1;
    await store.recordPolls(pollsOf(call));
    writeSync(1, `${call}\n`);
  }
}
async function clean(): Promise<void> {
  for (;;) await store.applyRetention(0, { rawMs: 1, eventsMs: 1 });
}
async function putAway(): Promise<void> {
  for (;;) {
    await store.sealSamples(1, 'all');
    await new Promise((resolve) => setTimeout(resolve, PUT_AWAY_EVERY_MS));
  }
}
await Promise.all([...Array.from({ length: AT_ONCE }, go), clean(), putAway()]);
