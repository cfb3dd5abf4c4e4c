/** What a manager is told of an element of another one: whose alarm it becomes, and that it is one whatever is lost. */
import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import { AlarmBook } from '../../../../src/manager/alarms/alarm-book.js';
import { alarmingStore } from '../../../../src/manager/alarms/alarming-store.js';
import { ALONE } from '../../../../src/manager/alarms/keeper.js';
import { AlarmPassing } from '../../../../src/manager/alarms/passing/alarm-passing.js';
import { AlarmTaking } from '../../../../src/manager/alarms/passing/alarm-taking.js';
import type { Alarm } from '../../../../src/model/alarm.js';
import { type ElementName, elementName } from '../../../../src/model/element.js';
import type { NewEvent, PtpEvent } from '../../../../src/model/event.js';
import type { Peer } from '../../../../src/peer/peer.js';
import type { Store } from '../../../../src/store/store.js';
import type { Input, Output } from '../../../../src/xml/messages/operations.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';

const ROUTER = elementName('device', 'core1');

class Disk {
  readonly alarms = new Map<string, Alarm>();
  readonly notes = new Map<string, string>();
  events = 0;

  readonly store = {
    recordEvents: async (events: readonly NewEvent[], alarms: readonly Alarm[] = []): Promise<readonly PtpEvent[]> => {
      this.events += events.length;
      this.#take(alarms);
      return [];
    },
    recordAlarms: async (alarms: readonly Alarm[]) => this.#take(alarms),
    loadAlarms: async () => [...this.alarms.values()].filter(({ severity }) => severity !== 'cleared'),
    getNote: async (name: string) => this.notes.get(name),
    putNote: async (name: string, value: string) => void this.notes.set(name, value),
  };

  #take(alarms: readonly Alarm[]): void {
    for (const alarm of alarms)
      if ((this.alarms.get(alarm.id)?.revision ?? 0) <= alarm.revision) this.alarms.set(alarm.id, alarm);
  }
}

class Manager {
  readonly disk: Disk;
  readonly book: AlarmBook;
  readonly taking: AlarmTaking;
  readonly passing: AlarmPassing;
  readonly store: Store;
  /** Alarms that anybody could see here, in order. */
  readonly seen: string[] = [];

  constructor(
    readonly id: string,
    readonly world: World,
    before?: Manager,
  ) {
    const { env } = world;
    this.disk = before?.disk ?? new Disk();
    const { store } = this.disk;
    this.taking = new AlarmTaking({
      env,
      self: id,
      book: () => this.book,
      isHere: (element) => world.owners.get(element) === id,
      isOver: async (alarm) => this.disk.alarms.get(alarm)?.severity === 'cleared',
    });
    this.passing = new AlarmPassing({
      env,
      self: id,
      keeper: ALONE,
      notes: store,
      book: () => this.book,
      taking: this.taking,
      ownerOf: async (element) => world.owners.get(element),
      peer: (manager) => world.peer(manager),
    });
    this.book = new AlarmBook({
      env,
      manager: id,
      store,
      rules: () => [],
      keeper: this.passing,
      elsewhere: this.passing,
    });
    this.store = alarmingStore(store as unknown as Store, env.clock, () => this.book);
    this.book.onChange(({ changed }) =>
      this.seen.push(...changed.map(({ id: one, severity }) => `${one} ${severity}`)),
    );
  }
}

class World {
  readonly env: TestEnv = testEnv();
  readonly owners = new Map<ElementName, string>([[ROUTER, 'em2']]);
  readonly managers = new Map<string, Manager>();
  /** What becomes of messages. */
  way: 'works' | 'is gone' | 'loses answers' = 'works';
  messages = 0;

  peer(to: string): Peer {
    const call = async (_: string, input: Input<'passAlarms'>): Promise<Output<'passAlarms'>> => {
      this.messages += 1;
      const there = this.managers.get(to);
      if (!there || this.way === 'is gone') throw new PtpError('Server.Unavailable', 'it is gone');
      const answer = await there.passing.take(JSON.parse(JSON.stringify(input)));
      if (this.way === 'loses answers') throw new PtpError('Server.Timeout', 'no answer');
      return answer;
    };
    return { call, close: async () => {} } as unknown as Peer;
  }

  async start(id: string): Promise<Manager> {
    const manager = new Manager(id, this, this.managers.get(id));
    this.managers.set(id, manager);
    await manager.book.load();
    if (this.owners.get(ROUTER) === id) manager.book.begin(ROUTER);
    return manager;
  }
}

const linkDown = {
  name: 'linkDown',
  severity: 'major',
  text: 'link 3 is down',
  alarm: 'link 3',
  element: ROUTER,
} as const;
const linkUp = { ...linkDown, name: 'linkUp', severity: 'cleared', text: 'link 3 is up' } as const;

describe('what is told of an element of another manager', () => {
  let world: World;
  let hears: Manager;
  let owner: Manager;

  const told = async (event: Omit<NewEvent, 'time'>): Promise<void> => {
    await hears.store.recordEvents([{ ...event, time: world.env.clock.now() }]);
  };
  const at = (manager: Manager): string[] =>
    manager.book
      .open()
      .map(({ key, severity, count, element, about }) => `${element ?? about}: ${key} ${severity} x${count}`);
  const HERE = [`${ROUTER}: link 3 major x1`];
  const ABOUT = [`${ROUTER}: ${ROUTER} link 3 major x1`];

  beforeEach(async () => {
    world = new World();
    hears = await world.start('em1');
    owner = await world.start('em2');
  });

  it('is an alarm of its owner, under one id, and seen nowhere else; the event stays where it was heard', async () => {
    await told(linkDown);
    expect(hears.disk.events).to.equal(1);
    await world.env.clock.advance(1000);
    expect([at(hears), at(owner)]).to.deep.equal([[], HERE]);
    expect(hears.seen).to.deep.equal([]);
    const [alarm] = owner.book.open();
    expect(hears.disk.alarms.get(alarm?.id ?? '')?.severity).to.equal('cleared');
    expect([alarm?.manager, alarm?.about, alarm?.told]).to.deep.equal(['em2', undefined, 0]);
    expect([owner.disk.events, owner.seen.length]).to.deep.equal([0, 1]);
  });

  it('ends there, too', async () => {
    await told(linkDown);
    await world.env.clock.advance(1000);
    await told(linkUp);
    await world.env.clock.advance(1000);
    expect([at(hears), at(owner)]).to.deep.equal([[], []]);
    expect(owner.book.ofElement(ROUTER)).to.deep.equal([]);
  });

  it('is shown here while its owner is gone, and passed on when people have been told of it', async () => {
    world.way = 'is gone';
    await told(linkDown);
    await world.env.clock.advance(2100);
    expect(at(hears)).to.deep.equal(ABOUT);
    world.way = 'works';
    await world.env.clock.advance(20_000);
    expect([at(hears), at(owner)]).to.deep.equal([ABOUT, []]);
    hears.book.markTold([[hears.book.open()[0]?.id ?? '', 1]]);
    await world.env.clock.advance(60_000);
    expect([at(hears), at(owner)]).to.deep.equal([[], HERE]);
    expect(owner.book.open()[0]?.told).to.equal(1);
    expect(hears.seen.filter((one) => one.endsWith('cleared'))).to.deep.equal([]);
  });

  it('is one alarm, told of once, whatever answers are lost and whoever is started anew', async () => {
    world.way = 'loses answers';
    await told(linkDown);
    await world.env.clock.advance(30_000);
    expect(at(owner)).to.deep.equal(HERE);
    hears = await world.start('em1');
    expect(at(hears)).to.deep.equal([]);
    await world.env.clock.advance(100);
    world.way = 'works';
    await world.env.clock.advance(130_000);
    expect([at(hears), at(owner)]).to.deep.equal([[], HERE]);
  });

  it('that is over is told to the owner by the next start, when that was away', async () => {
    await told(linkDown);
    await world.env.clock.advance(1000);
    world.way = 'is gone';
    await told(linkUp);
    await world.env.clock.advance(5000);
    hears = await world.start('em1');
    world.way = 'works';
    await world.env.clock.advance(10_000);
    expect(at(owner)).to.deep.equal([]);
    await world.env.clock.advance(10_000);
    expect(JSON.parse(hears.disk.notes.get('endedElsewhere') ?? '')).to.deep.equal([]);
  });

  it('tells once more of what stands there already, and once only', async () => {
    await owner.store.recordEvents([{ ...linkDown, time: world.env.clock.now() }]);
    world.way = 'loses answers';
    await told(linkDown);
    await world.env.clock.advance(3000);
    world.way = 'works';
    await world.env.clock.advance(90_000);
    expect([at(hears), at(owner)]).to.deep.equal([[], [`${ROUTER}: link 3 major x2`]]);
  });

  it('does not come back from a message that comes after its end', async () => {
    await told(linkDown);
    await world.env.clock.advance(1000);
    const [alarm] = owner.book.open();
    const late = { ...alarm, id: 'late', element: undefined, about: ROUTER, key: `${ROUTER} link 3`, manager: 'em1' };
    await told(linkUp);
    await world.env.clock.advance(1000);
    const answer = await owner.passing.take({ alarms: [{ alarm: JSON.stringify(late), age: 5 }], ended: [] });
    expect([answer.taken, at(owner)]).to.deep.equal([['late'], []]);
  });

  it('goes on at this manager, when the element has come here', async () => {
    world.way = 'is gone';
    await told(linkDown);
    await world.env.clock.advance(3000);
    world.owners.set(ROUTER, 'em1');
    hears.book.begin(ROUTER);
    await world.env.clock.advance(130_000);
    expect(at(hears)).to.deep.equal(HERE);
    const loaded = await hears.disk.store.loadAlarms();
    expect(loaded.map(({ element, about, key }) => [element, about, key])).to.deep.equal([
      [ROUTER, undefined, 'link 3'],
    ]);
  });

  it('is refused where there is too much of it, or it is not what it should be', async () => {
    const code = async (input: Input<'passAlarms'>): Promise<string> =>
      owner.passing.take(input).then(
        () => 'none',
        (thrown: unknown) => (thrown instanceof PtpError ? thrown.fault : String(thrown)),
      );
    const ended = { id: 'e', element: 'core1', key: 'k', name: 'n', text: 't', age: 0 };
    expect(await code({ alarms: [{ alarm: '{', age: 0 }], ended: [] })).to.equal('Client.Validation');
    expect(await code({ alarms: [], ended: [ended] })).to.equal('Client.Validation');
    expect(await code({ alarms: Array.from({ length: 201 }, () => ({ alarm: '{}', age: 0 })), ended: [] })).to.equal(
      'Client.Validation',
    );
    expect(
      (await owner.passing.take({ alarms: [], ended: [{ ...ended, element: 'device/other' }] })).taken,
    ).to.deep.equal([]);
  });
});
