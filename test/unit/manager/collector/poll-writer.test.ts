import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import { PollSpill } from '../../../../src/manager/collector/poll-spill.js';
import { PollWriter } from '../../../../src/manager/collector/poll-writer.js';
import { type AccessKey, elementName } from '../../../../src/model/element.js';
import type { EventQuery } from '../../../../src/model/event.js';
import { Measured, shapeOf } from '../../../../src/model/measured.js';
import { CompactState } from '../../../../src/store/compact-state.js';
import type { PollRecord } from '../../../../src/store/store.js';
import { temporaryFolder } from '../../../support/temporary.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';

const ROUTER = elementName('device', 'r');
const KEY: AccessKey = `${ROUTER}#0`;
const shape = shapeOf([
  { metric: 'in', instance: 'eth0', unit: 'By' },
  { metric: 'name', instance: '', unit: '' },
]);

function poll(at: number): PollRecord {
  const measured = new Measured(shape, at, (place) => (place === 0 ? 2n ** 60n + BigInt(at) : `core ${at}`));
  const state = new CompactState({ element: ROUTER, status: 'normal', since: 1, reason: 'as before' }, [], [measured]);
  const events = [{ time: at, severity: 'minor' as const, name: 'n', text: String(at) }];
  return { element: ROUTER, method: 'snmp', time: at, ok: true, samples: [], measured, events, state };
}

/** A store that can be made to fail, and what it has taken. */
class FailingStore {
  fault: PtpError | undefined;
  calls = 0;
  readonly taken: PollRecord[] = [];

  async recordPolls(polls: readonly PollRecord[]) {
    this.calls += 1;
    if (this.fault) throw this.fault;
    this.taken.push(...polls);
    return [];
  }

  async queryEvents({ from = 0, to = 0 }: EventQuery) {
    if (this.fault) throw this.fault;
    const found = this.taken.flatMap(({ events }) => events).filter(({ time }) => time >= from && time < to);
    return { rows: found.map((event, id) => ({ ...event, id, manager: 'em1' })), total: found.length };
  }
}

describe('a writer of polls whose store fails', () => {
  let env: TestEnv;
  let store: FailingStore;
  let folder = '';
  let told: (string | undefined)[] = [];
  let shown: number[] = [];

  const writerWith = (spill?: PollSpill) =>
    new PollWriter({
      env,
      store,
      ...(spill && { spill }),
      onStored: ({ time }) => shown.push(time),
      onStoreFault: (fault) => told.push(fault),
    });
  const settled = async (ms: number) => {
    for (let at = 0; at < ms; at += 200) {
      await env.clock.advance(200);
      // Files are written meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const until = async (what: string, isSo: () => boolean) => {
    for (let at = 0; !isSo(); at += 1) {
      if (at > 4000) throw new Error(`${what}: it is not so`);
      await settled(200);
    }
  };
  const spillIn = (...names: readonly string[]) => PollSpill.open({ folders: names.map((name) => join(folder, name)) });
  const times = () => store.taken.map(({ time }) => time);
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

  beforeEach(() => {
    env = testEnv();
    store = new FailingStore();
    folder = temporaryFolder('polls');
    told = [];
    shown = [];
    store.fault = new PtpError('Store.Failed', 'the disk is full');
  });

  it('keeps them in memory and then in files, and stores all in order when it is back', async () => {
    const writer = writerWith(await spillIn('one'));
    for (const at of numbers(12_000)) void writer.add(poll(at), KEY);
    await settled(400);
    expect(writer.fault).to.equal('the disk is full');
    await until('there is room again', () => writer.waiting <= 5000);
    for (const at of numbers(13_000)) void writer.add(poll(12_000 + at), KEY);
    await until('most wait in files', () => writer.waiting <= 10_000);
    expect(readdirSync(join(folder, 'one')).length).to.be.at.least(5);
    store.fault = undefined;
    await until('all are stored', () => store.taken.length === 25_000);
    await writer.close();
    expect(times()).to.deep.equal(numbers(25_000));
    expect(shown).to.deep.equal(numbers(25_000));
    expect(writer.dropped).to.equal(0);
    expect(told).to.deep.equal(['the disk is full', undefined]);
    expect(readdirSync(join(folder, 'one'))).to.deep.equal([]);
    // As they were polled.
    const [first] = store.taken;
    expect([...(first?.measured ?? [])]).to.deep.equal([...(poll(0).measured ?? [])]);
    expect(first?.measured?.shape).to.equal(shape);
    expect(first?.state?.measured?.[0]).to.equal(first?.measured);
    expect(first?.state?.latest).to.deep.equal(poll(0).state?.latest);
    expect(first?.state).to.include({ status: 'normal', since: 1, reason: 'as before' });
    expect(first?.events).to.deep.equal(poll(0).events);
  }).timeout(30_000);

  it('leaves what waits to the next start', async () => {
    const writer = writerWith(await spillIn('one'));
    const kept = numbers(50).map((at) => writer.add(poll(at), KEY));
    await settled(600);
    await writer.close();
    expect(new Set(await Promise.all(kept))).to.deep.equal(new Set([false]));
    store.fault = undefined;
    const next = writerWith(await spillIn('one'));
    void next.add(poll(50), KEY);
    await settled(600);
    expect(times()).to.deep.equal(numbers(51));
    await next.close();
  });

  it('stores what a former process left before anything is read, and once, where that ended before it removed it', async () => {
    const former = await spillIn('one');
    for (const at of [1, 2, 3]) await former.put([{ access: KEY, poll: poll(at) }]);
    // It has stored the first two, and removed neither.
    store.taken.push(poll(1), poll(2));
    const writer = writerWith(await spillIn('one'));
    await writer.takeUp();
    expect(writer.fault).to.equal('the disk is full');
    expect(times()).to.deep.equal([1, 2]);
    store.fault = undefined;
    await writer.takeUp();
    expect(times()).to.deep.equal([1, 2, 3]);
    expect(readdirSync(join(folder, 'one'))).to.deep.equal([]);
    await writer.close();
  });

  it('takes another folder where the first cannot be written, and trusts none that others can open', async () => {
    mkdirSync(join(folder, 'open'), { mode: 0o755 });
    chmodSync(join(folder, 'open'), 0o755);
    writeFileSync(join(folder, 'file'), '');
    const spill = await spillIn('gone/one', 'open', 'file', 'two');
    await spill.put([{ access: KEY, poll: poll(1) }]);
    expect(readdirSync(join(folder, 'two'))).to.have.length(1);
    expect(existsSync(join(folder, 'gone'))).to.equal(false);
    expect((await spillIn('two')).isEmpty).to.equal(false);
  });

  it('gives up the oldest where nothing takes them, says so once, and goes on', async () => {
    const writer = writerWith(await spillIn('gone/one'));
    const first = writer.add(poll(0), KEY);
    for (const at of numbers(20_500).slice(1)) void writer.add(poll(at), KEY);
    expect(await first).to.equal(false);
    await settled(1000);
    expect(writer.dropped).to.equal(500);
    store.fault = undefined;
    await until('all are stored', () => store.taken.length === 20_000);
    expect(times()).to.deep.equal(numbers(20_500).slice(500));
    await writer.close();
  }).timeout(20_000);

  it('loses no more than a file that is damaged', async () => {
    const spill = await spillIn('one');
    await spill.put([{ access: KEY, poll: poll(1) }]);
    await spill.put([{ access: KEY, poll: poll(2) }]);
    writeFileSync(join(folder, 'one', '000000000001.polls'), 'no polls');
    store.fault = undefined;
    const writer = writerWith(await spillIn('one'));
    await until('what can be read is stored', () => store.taken.length > 0);
    expect(times()).to.deep.equal([2]);
    await writer.close();
    rmSync(folder, { recursive: true });
  });

  it('keeps to the room that there is for files', async () => {
    const spill = await PollSpill.open({ folders: [join(folder, 'one')], mostBytes: 2000 });
    await spill.put([{ access: KEY, poll: poll(1) }]);
    const failure = await spill.put(numbers(10).map((at) => ({ access: KEY, poll: poll(at) }))).catch((error) => error);
    expect(failure).to.be.instanceOf(PtpError);
    expect(failure.message).to.include('2000 bytes');
  });

  it('brings numbers alone twice a second, news sooner, and at once what somebody waits for', async () => {
    store.fault = undefined;
    const writer = writerWith();
    const { events: _, ...of1 } = poll(1);
    const numbersAlone: PollRecord = { ...of1, events: [] };
    void writer.add(numbersAlone, KEY);
    await env.clock.advance(499);
    expect(times()).to.deep.equal([]);
    await env.clock.advance(1);
    expect(times()).to.deep.equal([1]);
    void writer.add(numbersAlone, KEY);
    await env.clock.advance(10);
    void writer.add(poll(2), KEY);
    await env.clock.advance(200);
    expect(times(), 'what came before goes with it').to.deep.equal([1, 1, 2]);
    void writer.add(numbersAlone, KEY);
    writer.hurry();
    await env.clock.advance(0);
    expect(times()).to.deep.equal([1, 1, 2, 1]);
    await writer.close();
  });
});
