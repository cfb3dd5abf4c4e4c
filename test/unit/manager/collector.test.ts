import { expect } from 'chai';
import type { AccessMethod, PollAnswer, PollRequest } from '../../../src/access/access.js';
import { PtpError } from '../../../src/base/errors.js';
import type { Settings } from '../../../src/config/settings.js';
import { Collector } from '../../../src/manager/collector/collector.js';
import { ElementTable } from '../../../src/manager/element-table.js';
import type { AccessMethodName, AccessSpec, ManagedElement } from '../../../src/model/element.js';
import { elementName } from '../../../src/model/element.js';
import type { PtpEvent } from '../../../src/model/event.js';
import type { AccessMemory, ElementState, PollRecord, Store } from '../../../src/store/store.js';
import type { FakeClock } from '../../support/fake-clock.js';
import { testEnv } from '../../support/test-env.js';

const access = (more: Partial<AccessSpec> = {}): AccessSpec => ({
  method: 'http',
  intervalMs: 10_000,
  timeoutMs: 2000,
  retries: 1,
  options: {},
  commands: [],
  metrics: [],
  events: [],
  thresholds: [],
  ...more,
});

const device = (id: string, specs: AccessSpec[] = [access()]): ManagedElement => ({
  kind: 'device',
  id,
  name: elementName('device', id),
  pool: false,
  customers: [],
  links: [],
  parents: [],
  access: specs,
});

/** A store that acknowledges when it is told to. */
class FakeStore {
  readonly polls: PollRecord[] = [];
  broken = false;
  /** An element whose polls are never taken. */
  refused: string | undefined;
  held: (() => void)[] | undefined;
  forgotten: string[] = [];

  async recordPolls(polls: readonly PollRecord[]): Promise<readonly PtpEvent[]> {
    if (polls.some(({ element }) => element === this.refused)) throw new PtpError('Client.TooLarge', 'too large');
    if (this.broken) throw new PtpError('Store.Failed', 'the disk is full');
    if (this.held) await new Promise<void>((resolve) => this.held?.push(resolve));
    this.polls.push(...polls);
    return [];
  }
  states: ElementState[] = [];
  unwatched: { element: string; since: number }[] = [];
  loadStates = async () => this.states;
  async recordUnwatched(elements: readonly { element: string; since: number }[]): Promise<void> {
    this.unwatched.push(...elements);
  }
  memories: AccessMemory[] = [];
  loadMemories = async () => this.memories;
  forgetElement = async (element: string) => void this.forgotten.push(element);
}

interface World {
  readonly clock: FakeClock;
  readonly store: FakeStore;
  readonly table: ElementTable;
  readonly collector: Collector;
  /** Times of the tries of each element, seconds after the start. */
  readonly tries: Map<string, number[]>;
}

type Behaviour = (request: PollRequest, signal: AbortSignal, tries: number) => Promise<PollAnswer>;

const answer = (value: number): PollAnswer => ({
  readings: [{ metric: 'load', instance: '', value, unit: '1' }],
  events: [],
});

function world(behaviour: Behaviour = async () => answer(1)): World {
  const env = testEnv();
  const { clock } = env;
  const tries = new Map<string, number[]>();
  const method: AccessMethod = {
    method: 'http',
    poll(request, signal) {
      const of = tries.get(request.element.id) ?? [];
      tries.set(request.element.id, of);
      of.push(clock.monotonic() / 1000);
      return behaviour(request, signal, of.length);
    },
    check: () => [],
    close: async () => {},
  };
  const store = new FakeStore();
  const table = new ElementTable('EM1');
  const settings = { id: 'EM1', credentials: new Map(), filters: [], eventRules: [] } as unknown as Settings;
  const collector = new Collector({
    env,
    store: store as unknown as Store,
    table,
    methods: new Map<AccessMethodName, AccessMethod>([['http', method]]),
    settings: () => settings,
  });
  return { clock, store, table, collector, tries };
}

/** Seconds between the tries of an element, without the first look after the start. */
const gaps = ({ tries }: World, id: string): number[] => {
  const [, ...times] = tries.get(id) ?? [];
  return times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) * 1000) / 1000);
};

const never = (): Promise<PollAnswer> => new Promise(() => {});

describe('collector', () => {
  it('polls each element once soon after the start and then at its interval', async () => {
    const all = world();
    const { clock, collector, tries } = all;
    await collector.start([device('a'), device('b')]);
    await clock.advance(60_000);
    for (const id of ['a', 'b']) {
      const [first, ...rest] = tries.get(id) ?? [];
      expect(first).to.be.below(1.1);
      expect(rest.length).to.be.within(5, 6);
      expect(new Set(gaps(all, id))).to.deep.equal(new Set([10]));
    }
    await collector.stop();
  });

  it('shows nothing before the store has acknowledged it', async () => {
    const { clock, store, table, collector } = world();
    store.held = [];
    await collector.start([device('a')]);
    await clock.advance(2000);
    expect(table.get('device/a')?.metrics).to.deep.equal([]);
    for (const release of store.held) release();
    await clock.advance(0);
    expect(table.get('device/a')?.metrics.map(({ name, value }) => [name, value])).to.deep.equal([['load', 1]]);
    expect(table.get('device/a')?.status).to.equal('normal');
    store.held = undefined;
    await collector.stop();
  });

  it('keeps polls for a store that fails, tells why, and writes them when it is back, in order', async () => {
    const { clock, store, collector } = world();
    await collector.start([device('a')]);
    store.broken = true;
    await clock.advance(35_000);
    expect(collector.writer.fault).to.equal('the disk is full');
    expect(collector.writer.waiting).to.be.at.least(4);
    store.broken = false;
    await clock.advance(2000);
    expect(collector.writer.fault).to.equal(undefined);
    expect(store.polls.length).to.be.at.least(4);
    expect(store.polls.map(({ time }) => time)).to.deep.equal(store.polls.map(({ time }) => time).sort());
    await collector.stop();
  });

  it('gives up a poll that the store refuses for good, and stores the others', async () => {
    const { clock, store, collector } = world();
    await collector.start(['a', 'b', 'c', 'd', 'e'].map((id) => device(id)));
    store.refused = 'device/c';
    await clock.advance(12_000);
    expect(new Set(store.polls.map(({ element }) => element))).to.deep.equal(
      new Set(['device/a', 'device/b', 'device/d', 'device/e']),
    );
    expect(collector.writer.fault).to.equal(undefined);
    expect(collector.writer.dropped).to.be.within(1, 2);
    const polled = collector.pollNow('device/c');
    await clock.advance(500);
    expect((await polled).map(({ outcome }) => outcome.ok)).to.deep.equal([false]);
    await collector.stop();
  });

  it('does not let an element that never answers delay one that does, nor overlap itself', async () => {
    const running = new Map<string, number>();
    const all = world(({ element: { id } }, signal) => {
      if (id === 'good') return Promise.resolve(answer(1));
      running.set(id, (running.get(id) ?? 0) + 1);
      expect(running.get(id)).to.equal(1);
      signal.addEventListener('abort', () => running.set(id, (running.get(id) ?? 0) - 1));
      return never();
    });
    const { clock, collector, tries } = all;
    const dead = Array.from({ length: 600 }, (_, index) => device(`dead${index}`));
    await collector.start([...dead, device('good')]);
    await clock.advance(60_000);
    expect(new Set(gaps(all, 'good'))).to.deep.equal(new Set([10]));
    expect(tries.get('good')).to.have.length.within(6, 7);
    expect(tries.get('dead599')).to.have.length.of.at.least(4);
    await collector.stop();
  });

  it('calls an element down after two polls of two tries each, says why, and finds it again', async () => {
    let alive = false;
    const { clock, table, collector, tries, store } = world(async () => {
      if (alive) return answer(7);
      throw new PtpError('Access.Refused', '127.0.0.1:80 refused the connection');
    });
    await collector.start([device('a')]);
    await clock.advance(1500);
    expect(table.get('device/a')?.status).to.equal('unknown');
    expect(tries.get('a')).to.have.length(2);
    await clock.advance(20_000);
    expect(table.get('device/a')?.status).to.equal('down');
    expect(table.get('device/a')?.reason).to.contain('refused the connection');
    alive = true;
    await clock.advance(40_000);
    expect(table.get('device/a')?.status).to.equal('normal');
    const events = store.polls.flatMap(({ events }) => events.map(({ name }) => name));
    expect(events.filter((name) => name.startsWith('element'))).to.deep.equal(['elementDown', 'elementUp']);
    await collector.stop();
  });

  it('backs off from a dead element and keeps it below five minutes between polls', async () => {
    const all = world(async () => {
      throw new PtpError('Access.Timeout', 'no answer');
    });
    const { clock, collector, tries } = all;
    await collector.start([device('a', [access({ retries: 0 })])]);
    await clock.advance(3600_000);
    expect(Math.max(...gaps(all, 'a'))).to.equal(80);
    expect(tries.get('a')?.length).to.be.within(40, 60);
    await collector.stop();
  });

  it('takes a changed set of elements without missing a poll of an unchanged one', async () => {
    const all = world();
    const { clock, store, table, collector, tries } = all;
    await collector.start([device('a'), device('b')]);
    await clock.advance(25_000);
    await collector.replace([device('a'), device('c')]);
    await clock.advance(25_000);
    expect(new Set(gaps(all, 'a'))).to.deep.equal(new Set([10]));
    expect(table.get('device/b')).to.equal(undefined);
    expect(store.forgotten).to.deep.equal(['device/b']);
    expect(table.get('device/c')?.status).to.equal('normal');
    expect((tries.get('b') ?? []).every((time) => time < 25)).to.equal(true);
    await collector.stop();
  });

  it('answers pollNow with values that are on disk, joining a poll that runs', async () => {
    const { clock, store, table, collector, tries } = world();
    await collector.start([device('a')]);
    await clock.advance(5000);
    const before = tries.get('a')?.length ?? 0;
    const polled = Promise.all([collector.pollNow('device/a'), collector.pollNow('device/a')]);
    await clock.advance(300);
    const [[first]] = await polled;
    expect(first?.outcome.ok).to.equal(true);
    expect(tries.get('a')).to.have.length(before + 1);
    expect(table.get('device/a')?.metrics[0]?.time).to.equal(store.polls.at(-1)?.time);
    await collector.stop();
  });

  for (const [title, awayMs, status, told] of [
    ['goes on with a status after a short restart', 30_000, 'normal', 0],
    ['does not carry a status over a time in which nobody watched', 600_000, 'unknown', 1],
  ] as const) {
    it(title, async () => {
      const before = world();
      await before.collector.start([device('a')]);
      await before.clock.advance(20_000);
      await before.collector.stop();
      const last = before.store.polls.at(-1);
      const memory = before.store.polls.findLast((poll) => poll.memory)?.memory;

      const after = world();
      after.store.states = last?.state ? [last.state] : [];
      after.store.memories = memory ? [memory] : [];
      await after.clock.advance(20_000 + awayMs);
      await after.collector.start([device('a')]);
      expect(after.table.get('device/a')?.status).to.equal(status);
      expect(after.table.get('device/a')?.metrics).to.deep.equal(last?.state?.latest);
      expect(after.store.unwatched).to.have.length(told);
      if (told) expect(after.store.unwatched).to.deep.equal([{ element: 'device/a', since: last?.time }]);
      await after.collector.stop();
    });
  }

  it('has everything on disk when it has stopped, and no timer left', async () => {
    const { clock, store, collector, tries } = world();
    await collector.start([device('a'), device('b')]);
    await clock.advance(12_050);
    await collector.stop();
    expect(store.polls).to.have.length.of.at.least(2);
    expect(store.polls.length).to.equal([...tries.values()].flat().length);
    expect(clock.pending).to.equal(0);
  });
});
