import { expect } from 'chai';
import { AlarmPages } from '../../../../src/assess/alarms/book.js';
import { thresholdKey } from '../../../../src/assess/threshold-words.js';
import { PtpError } from '../../../../src/base/errors.js';
import { alarmingStore } from '../../../../src/manager/alarms/alarming-store.js';
import { type Alarm, alarmState } from '../../../../src/model/alarm.js';
import type { ThresholdSpec } from '../../../../src/model/element.js';
import type { NewEvent } from '../../../../src/model/event.js';
import type { Bundle } from '../../../../src/pool/holding/state.js';
import type { Store } from '../../../../src/store/store.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { accessOf, deviceOf, epochOf, type Member, nameOf, PoolWorld, refuse } from './world.js';

const AHEAD = { wallMs: 7_200_000, monotonicMs: 123_456_789 };
const ROUTER = nameOf('a');

const openAt = ({ alarms }: Member): string[] =>
  alarms.open().map((alarm) => `${alarm.key} ${alarmState(alarm)} ${alarm.severity} x${alarm.count}`);
const statusAt = ({ table }: Member): string => {
  const { status, reason } = table.get(ROUTER) ?? {};
  return [status, ...(reason === undefined ? [] : [reason])].join(' | ');
};
const alarmAt = ({ alarms }: Member): Alarm => {
  const [alarm] = alarms.open();
  if (!alarm) throw new Error('expected an open alarm');
  return alarm;
};
const bundleOf = ({ collector }: Member): Bundle => {
  const bundle = collector.bundleOf(ROUTER);
  if (!bundle) throw new Error('expected a bundle');
  return bundle;
};
const aged = (bundle: Bundle, keptMs: number): Bundle => ({
  ...bundle,
  cursors: bundle.cursors.map((one) => ({ ...one, dueInMs: one.dueInMs - keptMs })),
});

const own = ({ collector }: Member, epoch: number, bundle?: Bundle): void => {
  const arrival = bundle ? 'takeOver' : 'start';
  collector.own({ element: deviceOf('a'), epoch: epochOf(epoch), arrival, ...(bundle && { bundle }) });
};

/** Down since a moment ago, and told so. */
async function fallen(world: PoolWorld, em: Member): Promise<void> {
  own(em, 1);
  await world.clock.advance(15_000);
  world.behaviours.set('a', refuse);
  await world.clock.advance(25_000);
  expect(openAt(em)).to.deep.equal(['reach raised critical x1']);
}

/** As a trap, a log of the manager or an application server tells of it. */
function tell({ store, alarms }: Member, event: Omit<NewEvent, 'time'>): Promise<unknown> {
  const kept = store as unknown as Store;
  return alarmingStore(kept, new FakeClock(), () => alarms).recordEvents([{ ...event, time: 0 }]);
}

describe('alarms of an element that is polled', () => {
  it('are raised and ended by its polls, and seen when they are on disk', async () => {
    const world = new PoolWorld();
    const em = world.member('EM1');
    let isDiskFull = false;
    const { recordPolls } = em.store;
    em.store.recordPolls = async (polls) => {
      if (isDiskFull) throw new PtpError('Store.Failed', 'the disk is full');
      return recordPolls.call(em.store, polls);
    };
    const news: string[] = [];
    em.alarms.onChange(({ changed }) => news.push(...changed.map((one) => `${one.key} ${one.severity}`)));
    own(em, 1);
    await world.clock.advance(15_000);
    isDiskFull = true;
    world.behaviours.set('a', refuse);
    await world.clock.advance(25_000);
    expect([openAt(em), em.store.alarms.size]).to.deep.equal([[], 0]);
    isDiskFull = false;
    await world.clock.advance(1000);
    expect(openAt(em)).to.deep.equal(['reach raised critical x1']);
    expect([...em.store.alarms.values()]).to.deep.equal(em.alarms.open());
    expect(alarmAt(em).text).to.match(/^device\/a is down: http: /);

    world.behaviours.delete('a');
    await world.clock.advance(120_000);
    expect(openAt(em)).to.deep.equal([]);
    expect([...em.store.alarms.values()].map(({ cleared }) => cleared?.note)).to.deep.equal(['device/a answers again']);
    expect(news).to.deep.equal(['reach critical', 'reach cleared']);
    await em.collector.stop();
  });

  it('are brought to disk by themselves where the store refuses their poll for good', async () => {
    const world = new PoolWorld();
    const em = world.member('EM1');
    em.store.recordPolls = async () => {
      throw new PtpError('Client.Validation', 'no such poll');
    };
    own(em, 1);
    await world.clock.advance(15_000);
    world.behaviours.set('a', refuse);
    await world.clock.advance(25_000);
    expect(openAt(em)).to.deep.equal(['reach raised critical x1']);
    expect(em.store.alarms.size).to.equal(1);
    await em.collector.stop();
  });

  it('go on at another owner: the same alarm, with what people said of it, as old as it is', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
    await fallen(world, one);
    const { id, raisedAt } = alarmAt(one);
    await one.alarms.acknowledge(id, { by: 'ada', note: 'on it' });
    expect(openAt(one)).to.deep.equal(['reach acknowledged critical x1']);
    const bundle = bundleOf(one);
    await one.collector.stop();
    await world.clock.advance(5000);

    const news: string[] = [];
    two.alarms.onChange(({ changed }) => news.push(...changed.map((alarm) => `${alarm.id} ${alarm.change}`)));
    own(two, 2, aged(bundle, 5000));
    await world.clock.advance(1000);
    expect(openAt(two)).to.deep.equal(['reach acknowledged critical x1']);
    const taken = alarmAt(two);
    expect([taken.id, taken.manager, taken.acknowledged?.note]).to.deep.equal([id, 'EM2', 'on it']);
    expect(taken.raisedAt - AHEAD.wallMs).to.be.closeTo(raisedAt, 1);
    expect(news).to.deep.equal([`${id} 2`]);
    expect(two.store.alarms.get(id)?.manager).to.equal('EM2');
    world.behaviours.delete('a');
    await world.clock.advance(120_000);
    expect(openAt(two)).to.deep.equal([]);
    await two.collector.stop();
  });

  it('are not here any more when the element is not', async () => {
    const world = new PoolWorld();
    const em = world.member('EM1');
    await fallen(world, em);
    const left: string[] = [];
    em.alarms.onChange((news) => left.push(...news.left.map(({ key }) => key)));
    const dropped = em.collector.drop(ROUTER);
    await world.clock.advance(1000);
    await dropped;
    expect([openAt(em), left, em.store.alarms.size]).to.deep.equal([[], ['reach'], 0]);
    await em.collector.stop();
  });

  it('end when it is found in order though nobody has told so', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
    await fallen(world, one);
    const alarms = one.alarms.open();
    await one.collector.stop();
    world.behaviours.delete('a');

    own(two, 2);
    two.alarms.adopt(ROUTER, alarms);
    await world.clock.advance(200);
    expect(openAt(two)).to.deep.equal(['reach raised critical x1']);
    await world.clock.advance(15_000);
    expect(openAt(two)).to.deep.equal([]);
    expect([...two.store.alarms.values()].map(({ cleared }) => cleared?.note)).to.deep.equal([
      'it has been found in order',
    ]);
    await two.collector.stop();
  });

  it('come back from the store after a restart, when the element is polled again', async () => {
    const world = new PoolWorld();
    const former = world.member('EM1');
    await fallen(world, former);
    await former.collector.stop();

    const em = world.member('EM1');
    Object.assign(em.store, {
      alarms: former.store.alarms,
      states: former.store.states,
      memories: former.store.memories,
    });
    await em.alarms.load();
    await em.collector.load();
    expect(openAt(em)).to.deep.equal([]);
    own(em, 1);
    await world.clock.advance(1);
    expect(openAt(em)).to.deep.equal(['reach raised critical x1']);
    await world.clock.advance(60_000);
    expect(openAt(em)).to.deep.equal(['reach raised critical x1']);
    await em.collector.stop();
  });

  it('that a trap or a log raises count into its status, until they are over', async () => {
    const world = new PoolWorld();
    const em = world.member('EM1');
    own(em, 1);
    await world.clock.advance(15_000);
    expect(statusAt(em)).to.equal('normal');
    const down = {
      name: 'linkDown',
      severity: 'major',
      text: 'ifIndex = 3',
      element: ROUTER,
      alarm: 'link 3',
    } as const;
    await tell(em, down);
    await world.clock.advance(500);
    expect(statusAt(em)).to.equal('major | ifIndex = 3');
    expect(em.store.states.get(ROUTER)?.status).to.equal('major');
    await em.alarms.acknowledge(alarmAt(em).id, { by: 'ada' });
    await world.clock.advance(20_000);
    expect(statusAt(em)).to.equal('major | ifIndex = 3');

    await tell(em, { ...down, name: 'linkUp', severity: 'cleared' });
    await world.clock.advance(500);
    expect([statusAt(em), openAt(em)]).to.deep.equal(['normal', []]);

    await tell(em, down);
    await world.clock.advance(500);
    await em.alarms.clear(alarmAt(em).id, { by: 'ada' });
    await world.clock.advance(500);
    expect(statusAt(em)).to.equal('normal');
    await em.collector.stop();
  });

  it('say nothing of its status while it is down', async () => {
    const world = new PoolWorld();
    const em = world.member('EM1');
    await fallen(world, em);
    await tell(em, { name: 'linkDown', severity: 'minor', text: 'port', element: ROUTER, alarm: 'link 3' });
    await world.clock.advance(500);
    expect(statusAt(em)).to.match(/^down \| http: [^;]*$/);
    expect(openAt(em)).to.have.length(2);
    await em.collector.stop();
  });
});

describe('alarms whose raising is not remembered', () => {
  const HOT: ThresholdSpec = { metric: 'temperature', above: '70', forMs: 30_000, severity: 'major' };

  const hot = (world: PoolWorld, value: number): void => {
    world.behaviours.set('a', async () => ({
      readings: [{ metric: 'temperature', instance: '', value, unit: 'Cel' }],
      events: [],
    }));
  };

  /** What a former owner raised, without anything else of it. */
  async function inherited(world: PoolWorld, value: number, spec = HOT): Promise<Member> {
    hot(world, value);
    const em = world.member('EM2');
    const element = deviceOf('a', [accessOf({ thresholds: [spec] })]);
    em.collector.own({ element, epoch: epochOf(2), arrival: 'takeOver' });
    const former = new AlarmPages('EM1', ROUTER);
    let id = 0;
    const moment = {
      nowMs: world.clock.now(),
      newId: () => {
        id += 1;
        return `b${id}`;
      },
    };
    for (const key of [thresholdKey({ spec, instance: '' }), 'access 0 http', 'access 7 ftp', 'link 3'])
      former.tell({ key, severity: 'major', name: 'former', text: 'of the former owner' }, moment);
    em.alarms.adopt(ROUTER, [...former.open()]);
    await world.clock.advance(0);
    expect(openAt(em)).to.have.length(4);
    return em;
  }

  it('end with the first poll that finds them in order, or whose access is no more', async () => {
    const world = new PoolWorld();
    const em = await inherited(world, 20);
    await world.clock.advance(15_000);
    expect(openAt(em)).to.deep.equal(['link 3 raised major x1']);
    await em.collector.stop();
  });

  it('stay while their value is beyond and may be so for long, and are the same alarm then', async () => {
    const world = new PoolWorld();
    const em = await inherited(world, 90);
    const key = 'threshold temperature: above 70 for 30 s, major';
    await world.clock.advance(15_000);
    expect(openAt(em)).to.deep.equal([`${key} raised major x1`, 'link 3 raised major x1']);
    await world.clock.advance(40_000);
    expect(openAt(em)).to.have.members([`${key} raised major x1`, 'link 3 raised major x1']);
    expect(statusAt(em)).to.match(/^major \| temperature /);
    await em.collector.stop();
  });

  it('stay while their value is neither beyond nor good, and end by the poll that finds it good', async () => {
    const world = new PoolWorld();
    const em = await inherited(world, 65, { ...HOT, forMs: 0, clear: '60' });
    await world.clock.advance(25_000);
    const key = 'threshold temperature: above 70 until 60, major';
    expect(openAt(em)).to.deep.equal([`${key} raised major x1`, 'link 3 raised major x1']);
    hot(world, 50);
    await world.clock.advance(15_000);
    expect(openAt(em)).to.deep.equal(['link 3 raised major x1']);
    expect(em.store.polls.flatMap(({ events }) => events.map(({ name }) => name))).to.include('thresholdCleared');
    await em.collector.stop();
  });

  it('are not over by a first poll that is not answered, where what was brought is older', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
    own(one, 1);
    await world.clock.advance(15_000);
    const bundle = bundleOf(one);
    world.behaviours.set('a', refuse);
    await world.clock.advance(25_000);
    const [fell] = one.alarms.open();
    if (!fell) throw new Error('expected an open alarm');
    await one.collector.stop();

    own(two, 2, bundle);
    two.alarms.adopt(ROUTER, [fell, { ...fell, id: 'b1', key: 'access 0 http' }]);
    await world.clock.advance(45_000);
    expect(openAt(two)).to.deep.equal(['reach raised critical x2', 'access 0 http raised critical x1']);
    expect(two.alarms.get(fell.id)?.count).to.equal(2);
    world.behaviours.delete('a');
    await world.clock.advance(150_000);
    expect(openAt(two)).to.deep.equal([]);
    await two.collector.stop();
  });
});
