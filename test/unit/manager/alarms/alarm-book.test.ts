import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import type { EventRule } from '../../../../src/config/settings.js';
import { AlarmBook, type AlarmBookParts } from '../../../../src/manager/alarms/alarm-book.js';
import { alarmingStore } from '../../../../src/manager/alarms/alarming-store.js';
import { ALONE, type AlarmKeeper } from '../../../../src/manager/alarms/keeper.js';
import { type Alarm, alarmState } from '../../../../src/model/alarm.js';
import { elementName } from '../../../../src/model/element.js';
import type { NewEvent, PtpEvent } from '../../../../src/model/event.js';
import type { Store } from '../../../../src/store/store.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';

const ROUTER = elementName('device', 'core1');
const MINUTE = 60_000;

/** Keeps alarms and counts its calls. */
class Disk {
  readonly alarms = new Map<string, Alarm>();
  readonly calls: string[] = [];
  fault: string | undefined;

  async recordEvents(events: readonly NewEvent[], alarms: readonly Alarm[] = []): Promise<readonly PtpEvent[]> {
    this.#take(`${events.length} events`, alarms);
    return [];
  }
  async recordAlarms(alarms: readonly Alarm[]): Promise<void> {
    this.#take('alarms', alarms);
  }
  loadAlarms = async (): Promise<readonly Alarm[]> =>
    [...this.alarms.values()].filter(({ severity }) => severity !== 'cleared');

  #take(what: string, alarms: readonly Alarm[]): void {
    if (this.fault !== undefined) throw new PtpError('Store.Failed', this.fault);
    this.calls.push(`${what}, ${alarms.length}`);
    for (const alarm of alarms)
      if ((this.alarms.get(alarm.id)?.revision ?? 0) <= alarm.revision) this.alarms.set(alarm.id, alarm);
  }
}

const shown = (alarm: Alarm): string =>
  `${alarm.key}: ${alarmState(alarm)} ${alarm.severity} x${alarm.count} #${alarm.change}`;

describe('the alarms of a manager', () => {
  let env: TestEnv;
  let disk: Disk;
  let book: AlarmBook;
  let rules: EventRule[];
  let news: string[][];

  const made = (more: Partial<AlarmBookParts> = {}): AlarmBook => {
    const one = new AlarmBook({ env, manager: 'em1', store: disk, rules: () => rules, keeper: ALONE, ...more });
    one.onChange(({ changed, left }) => news.push([...changed.map(shown), ...left.map(({ key }) => `left ${key}`)]));
    return one;
  };
  const stored = (...events: Omit<NewEvent, 'time' | 'text'>[]): Promise<unknown> =>
    alarmingStore(disk as unknown as Store, env.clock, () => book).recordEvents(
      events.map((event) => ({ time: env.clock.now(), text: `${event.name} was told`, ...event })),
    );
  const open = (): string[] => book.open().map(shown);
  const first = (): Alarm => {
    const [alarm] = book.open();
    if (!alarm) throw new Error('expected an open alarm');
    return alarm;
  };
  const failure = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'none',
      (thrown: unknown) => (thrown instanceof PtpError ? thrown.code : 'other'),
    );

  const cutOff = { name: 'cutOff', severity: 'major', alarm: 'cutOff' } as const;
  const linkDown = { name: 'linkDown', severity: 'major', alarm: 'link 3', element: ROUTER } as const;
  const over = { severity: 'cleared' } as const;

  beforeEach(() => {
    env = testEnv();
    disk = new Disk();
    Object.assign(disk, { recordEvents: disk.recordEvents.bind(disk) });
    rules = [];
    news = [];
    book = made();
  });
  afterEach(() => book.close());

  it('are stored with the events that raise and end them, and seen and told of then', async () => {
    await stored(cutOff, { name: 'managerStarted', severity: 'indeterminate' }, cutOff);
    await env.clock.advance(0);
    expect(disk.calls).to.deep.equal(['3 events, 1']);
    expect(open()).to.deep.equal(['cutOff: raised major x2 #1']);
    await stored({ ...cutOff, ...over });
    await env.clock.advance(0);
    expect(open()).to.deep.equal([]);
    expect(news).to.deep.equal([['cutOff: raised major x2 #1'], ['cutOff: cleared cleared x2 #2']]);
  });

  it('are told of together where many come at once', async () => {
    await stored(...Array.from({ length: 300 }, (_, index) => ({ ...cutOff, alarm: `clock EM${index}` })));
    await env.clock.advance(0);
    expect(news.map(({ length }) => length)).to.deep.equal([300]);
  });

  it('are raised by events without a key where a rule says so', async () => {
    rules = [{ name: 'disk.*', actions: ['alarm'] }];
    await stored({ name: 'diskBad', severity: 'minor', source: 'user app' }, { name: 'other', severity: 'major' });
    await env.clock.advance(0);
    expect(open()).to.deep.equal(['event diskBad of user app: raised minor x1 #1']);
    await stored({ name: 'diskBad', severity: 'cleared', source: 'user app' });
    await env.clock.advance(0);
    expect(open()).to.deep.equal([]);
  });

  it('wait where the store does not take them, and count no event twice that is tried again', async () => {
    disk.fault = 'full';
    const event = { ...cutOff, time: env.clock.now(), text: 'cut off' };
    const store = alarmingStore(disk as unknown as Store, env.clock, () => book);
    expect(await failure(store.recordEvents([event]))).to.equal('Store.Failed');
    await env.clock.advance(3000);
    expect(open()).to.deep.equal([]);
    disk.fault = undefined;
    await store.recordEvents([event]);
    expect(disk.calls).to.deep.equal(['1 events, 1']);
    await env.clock.advance(5000);
    expect(open()).to.deep.equal(['cutOff: raised major x1 #1']);
    expect(disk.alarms.size).to.equal(1);
  });

  it('come to disk by themselves when the store takes them again', async () => {
    disk.fault = 'full';
    await failure(stored(cutOff));
    disk.fault = undefined;
    await env.clock.advance(1000);
    expect([open(), disk.calls]).to.deep.equal([['cutOff: raised major x1 #1'], ['alarms, 1']]);
    expect(env.log.text).to.contain('alarms cannot be stored and wait');
  });

  it('are acknowledged and cleared when that is on disk', async () => {
    await stored(cutOff, { ...cutOff, alarm: 'overload' });
    await env.clock.advance(0);
    const [one, other] = book.open();
    const seen = await book.acknowledge(one?.id ?? '', { by: 'ada', note: 'on it' });
    expect(seen.acknowledged).to.include({ by: 'ada', note: 'on it' });
    expect(disk.alarms.get(seen.id)?.acknowledged?.by).to.equal('ada');
    const ended = await book.clear(other?.id ?? '', { by: 'ada' });
    expect(ended.cleared?.by).to.equal('ada');
    expect(disk.alarms.get(ended.id)?.severity).to.equal('cleared');
    expect(open()).to.deep.equal(['cutOff: acknowledged major x1 #2']);
    expect(await failure(book.clear(ended.id, { by: 'ada' }))).to.equal('Client.NotFound');
    expect(await failure(book.acknowledge('nothing', { by: 'ada' }))).to.equal('Client.NotFound');
  });

  it('are not answered as acknowledged where the store fails, and are when it does not any more', async () => {
    await stored(cutOff);
    await env.clock.advance(0);
    disk.fault = 'full';
    expect(await failure(book.acknowledge(first().id, { by: 'ada' }))).to.equal('Store.Failed');
    expect(open()).to.deep.equal(['cutOff: raised major x1 #1']);
    disk.fault = undefined;
    await env.clock.advance(1000);
    expect(open()).to.deep.equal(['cutOff: acknowledged major x1 #2']);
  });

  it('count when another manager keeps them, too, in whatever order that comes', async () => {
    const kept: (() => void)[] = [];
    const keeper: AlarmKeeper = { keep: () => new Promise((resolve) => kept.push(() => resolve('em2'))) };
    book = made({ keeper });
    await stored(cutOff);
    await stored({ ...cutOff, severity: 'critical' });
    await env.clock.advance(0);
    expect(open()).to.deep.equal([]);
    kept[1]?.();
    await env.clock.advance(0);
    expect([open(), first().keptBy]).to.deep.equal([['cutOff: raised critical x2 #2'], 'em2']);
    kept[0]?.();
    await env.clock.advance(0);
    expect(open()).to.deep.equal(['cutOff: raised critical x2 #2']);
    let isAnswered = false;
    const answer = book.clear(first().id, { by: 'ada' }).then(() => {
      isAnswered = true;
    });
    await env.clock.advance(0);
    expect(isAnswered).to.equal(false);
    kept[2]?.();
    await answer;
  });

  it('of an element that is not polled here are its own, and say whom they are about', async () => {
    await stored(linkDown);
    await env.clock.advance(0);
    const { about, element, key } = first();
    expect([about, element, key]).to.deep.equal([ROUTER, undefined, `${ROUTER} link 3`]);
    expect(book.ofElement(ROUTER)).to.deep.equal([]);
    book.begin(ROUTER);
    await stored(linkDown);
    await env.clock.advance(0);
    expect(book.ofElement(ROUTER)).to.have.length(1);
    await stored({ ...linkDown, ...over });
    await env.clock.advance(0);
    expect(open()).to.deep.equal([]);
  });

  it('that flap end when they have been calm for long, without another word', async () => {
    for (let time = 0; time < 3; time += 1) await stored(linkDown, { ...linkDown, ...over });
    await env.clock.advance(9 * MINUTE);
    expect(first().isFlapping).to.equal(true);
    await env.clock.advance(2 * MINUTE);
    expect(open()).to.deep.equal([]);
    await env.clock.advance(20 * MINUTE);
    expect(env.clock.pending).to.equal(0);
  });

  it('of the manager itself end after a restart when they are not told of again', async () => {
    rules = [{ name: 'diskBad', actions: ['alarm'] }];
    await stored(cutOff, { ...cutOff, alarm: 'overload' }, { name: 'diskBad', severity: 'minor' }, linkDown);
    await env.clock.advance(1000);
    book = made();
    await book.load();
    await env.clock.advance(60_000);
    expect(open()).to.have.length(4);
    await stored(cutOff);
    await env.clock.advance(61_000);
    expect(open()).to.have.members([
      'cutOff: raised major x2 #1',
      'event diskBad: raised minor x1 #1',
      `${ROUTER} link 3: raised major x1 #1`,
    ]);
  });

  it('are spared to people from the beginning where that is known', async () => {
    const root = { element: elementName('device', 'core0'), why: 'behind it' };
    book = made({ sparing: ({ key }) => (key === 'link 3' ? { root, silencedBy: 'night work' } : {}) });
    book.begin(ROUTER);
    await stored(linkDown, { ...linkDown, alarm: 'link 4' });
    await env.clock.advance(0);
    expect(news).to.deep.equal([['link 3: raised major x1 #1', 'link 4: raised major x1 #1']]);
    expect(book.open().map((alarm) => [alarm.root?.why, alarm.silencedBy])).to.deep.equal([
      ['behind it', 'night work'],
      [undefined, undefined],
    ]);
    const { id } = first();
    book.setRoots([[id, undefined]]);
    book.setSilences([
      [id, undefined],
      ['nothing', 'no window'],
    ]);
    await env.clock.advance(0);
    expect(open()).to.include('link 3: raised major x1 #2');
    expect(disk.alarms.get(id)?.silencedBy).to.equal(undefined);
  });

  it('remember what people were told, also of what is over', async () => {
    await stored(cutOff);
    await env.clock.advance(0);
    const { id } = first();
    book.markTold([[id, 1]]);
    await env.clock.advance(0);
    expect([first().told, disk.alarms.get(id)?.told]).to.deep.equal([1, 1]);
    await stored({ ...cutOff, ...over });
    await env.clock.advance(0);
    book.markTold([
      [id, 7],
      ['nothing', 1],
    ]);
    await env.clock.advance(0);
    expect([disk.alarms.get(id)?.told, disk.alarms.get(id)?.severity]).to.deep.equal([2, 'cleared']);
    book.markTold([[id, 2]]);
    await env.clock.advance(0);
    expect(disk.alarms.get(id)?.revision).to.equal(4);
  });

  it('that go with their element before what a person said of them counts are not answered as if it did', async () => {
    const kept: ((by: string | undefined) => void)[] = [];
    const keep = (): Promise<string | undefined> => new Promise((resolve) => kept.push(resolve));
    for (const leavesAfterMs of [undefined, 0]) {
      book = made({ keeper: { keep } });
      book.begin(ROUTER);
      await stored(linkDown);
      kept.at(-1)?.('em2');
      await env.clock.advance(0);
      const answer = failure(book.acknowledge(first().id, { by: 'ada' }));
      if (leavesAfterMs !== undefined) await env.clock.advance(leavesAfterMs);
      book.leave(ROUTER);
      await env.clock.advance(0);
      kept.at(-1)?.(undefined);
      expect(await answer).to.equal('Server.Unavailable');
    }
  });

  it('go with their element, and are over where nobody watches it any more', async () => {
    let isWithdrawn = false;
    book = made({ isWithdrawn: () => isWithdrawn });
    book.begin(ROUTER);
    await stored(linkDown);
    await env.clock.advance(0);
    book.leave(ROUTER);
    expect([open(), news.at(-1)]).to.deep.equal([[], ['left link 3']]);
    expect(await failure(book.acknowledge(disk.alarms.keys().next().value ?? '', { by: 'ada' }))).to.equal(
      'Client.NotFound',
    );

    isWithdrawn = true;
    book.begin(ROUTER);
    await stored({ ...linkDown, alarm: 'link 4' });
    await env.clock.advance(0);
    book.leave(ROUTER);
    await env.clock.advance(0);
    expect([open(), news.at(-1)]).to.deep.equal([[], ['link 4: cleared cleared x1 #2']]);
    const ended = [...disk.alarms.values()].find(({ key }) => key === 'link 4');
    expect(ended?.cleared?.note).to.equal(`${ROUTER} is not watched any more`);
  });

  it('of an element that comes with a bundle are those of the bundle, and not what the store had', async () => {
    book.begin(ROUTER);
    await stored(linkDown, { ...linkDown, alarm: 'link 4' });
    await env.clock.advance(0);
    const [kept, gone] = book.open();
    book = made();
    await book.load();
    if (!kept) throw new Error('expected an alarm');
    book.begin(ROUTER, [{ ...kept, manager: 'em2', revision: 9, count: 5 }]);
    await env.clock.advance(0);
    expect(open()).to.deep.equal(['link 3: raised major x5 #1']);
    expect(disk.alarms.get(kept.id)).to.include({ manager: 'em1', revision: 10 });
    expect(disk.alarms.get(gone?.id ?? '')?.severity).to.equal('cleared');
    expect(news.flat()).not.to.include('link 4: cleared cleared x1 #1');
  });

  it('say at once that the store takes nothing, and that it does again', async () => {
    const store = alarmingStore(disk as unknown as Store, env.clock, () => book);
    const write = () => failure(store.recordAlarms([]));
    disk.fault = 'the disk is full';
    await write();
    await env.clock.advance(4000);
    await write();
    expect(open()).to.deep.equal([]);
    await env.clock.advance(1000);
    await write();
    await env.clock.advance(0);
    expect(open()).to.deep.equal(['store: raised critical x1 #1']);
    expect(first().text).to.equal('the store takes nothing, and what is polled waits for it: the disk is full');
    expect(disk.alarms.size).to.equal(0);

    disk.fault = undefined;
    await write();
    await env.clock.advance(1000);
    expect(open()).to.deep.equal([]);
    expect([...disk.alarms.values()].map(({ cleared }) => cleared?.note)).to.deep.equal([
      'the store takes data again, after 5 s',
    ]);
  });

  it('do not speak of a store that failed once, nor of a write that nobody could take', async () => {
    const store = alarmingStore(disk as unknown as Store, env.clock, () => book);
    disk.fault = 'locked';
    await failure(store.recordAlarms([]));
    disk.fault = undefined;
    await store.recordAlarms([]);
    Object.assign(disk, { recordAlarms: () => Promise.reject(new PtpError('Client.Validation', 'no alarm')) });
    for (let time = 0; time < 10; time += 1) {
      await failure(store.recordAlarms([]));
      await env.clock.advance(1000);
    }
    expect(open()).to.deep.equal([]);
  });

  it('are on disk when it closes, as far as the store takes them', async () => {
    disk.fault = 'full';
    await failure(stored(cutOff));
    const closed = book.close();
    await env.clock.advance(500);
    disk.fault = undefined;
    await env.clock.advance(1000);
    await closed;
    expect(disk.alarms.size).to.equal(1);
  });
});
