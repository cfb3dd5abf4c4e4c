import { expect } from 'chai';
import type { PollAnswer } from '../../../../src/access/access.js';
import type { AccessSpec, ManagedElement, ThresholdSpec } from '../../../../src/model/element.js';
import type { Bundle } from '../../../../src/pool/holding/state.js';
import { accessOf, deviceOf, epochOf, eventsOf, type Member, nameOf, PoolWorld, refuse } from './world.js';

const AHEAD = { wallMs: 7_200_000, monotonicMs: 123_456_789 };
const HOT: ThresholdSpec = { metric: 'temperature', above: '70', clear: '65', forMs: 30_000, severity: 'major' };

const hotDevice = (...thresholds: readonly ThresholdSpec[]): ManagedElement =>
  deviceOf('a', [accessOf({ thresholds })]);

/** A device with a thermometer. */
function thermometer(world: PoolWorld): { value: number } {
  const reading = { value: 20 };
  world.behaviours.set(
    'a',
    async (): Promise<PollAnswer> => ({
      readings: [{ metric: 'temperature', instance: '', value: reading.value, unit: 'Cel' }],
      events: [],
    }),
  );
  return reading;
}

const told = ({ store }: Member): string[] => [
  ...eventsOf(store, 'thresholdRaised'),
  ...eventsOf(store, 'thresholdCleared'),
];
const shown = ({ table }: Member): string => {
  const { status, reason, metrics } = table.get(nameOf('a')) ?? {};
  const marked = (metrics ?? []).flatMap(({ severity, threshold }) => (severity ? [`${severity} ${threshold}`] : []));
  return [status, reason, ...marked].filter((word) => word !== undefined).join(' | ');
};
const RAISED = 'device/a: temperature is 80 °C: above 70 for 30 s';
const STANDS = 'major | temperature above 70 for 30 s | major above 70 for 30 s';

const aged = (bundle: Bundle | undefined, keptMs: number): Bundle => {
  if (!bundle) throw new Error('expected a bundle');
  return { ...bundle, cursors: bundle.cursors.map((one) => ({ ...one, dueInMs: one.dueInMs - keptMs })) };
};

describe('thresholds of an element', () => {
  it('set its status and mark the value when they have held, and let go of both', async () => {
    const world = new PoolWorld();
    const device = thermometer(world);
    const em = world.member('EM1');
    em.collector.own({ element: hotDevice(HOT), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    expect(shown(em)).to.equal('normal');
    device.value = 80;
    await world.clock.advance(30_000);
    expect([shown(em), told(em)]).to.deep.equal(['normal', []]);
    await world.clock.advance(10_000);
    expect([shown(em), told(em)]).to.deep.equal([STANDS, [RAISED]]);
    const since = em.table.get(nameOf('a'))?.since;
    device.value = 66;
    await world.clock.advance(60_000);
    expect([shown(em), em.table.get(nameOf('a'))?.since]).to.deep.equal([STANDS, since]);
    device.value = 65;
    await world.clock.advance(10_000);
    expect(shown(em)).to.equal('normal');
    expect(em.table.get(nameOf('a'))?.since).to.be.above(since ?? 0);
    expect(told(em)).to.deep.equal([RAISED, 'device/a: temperature is 65 °C: no longer above 70']);
    await em.collector.stop();
  });

  it('stand while it does not answer, and behind that it is down', async () => {
    const world = new PoolWorld();
    thermometer(world).value = 80;
    const answers = world.behaviours.get('a') ?? refuse;
    const em = world.member('EM1');
    em.collector.own({ element: hotDevice(HOT), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(45_000);
    expect(shown(em)).to.equal(STANDS);
    world.behaviours.set('a', refuse);
    await world.clock.advance(60_000);
    expect(shown(em)).to.match(/^down \| http: /);
    world.behaviours.set('a', answers);
    await world.clock.advance(300_000);
    expect([shown(em), told(em)]).to.deep.equal([STANDS, [RAISED]]);
    await em.collector.stop();
  });

  it('go on after a takeover: nothing is raised twice, no time begins anew', async () => {
    for (const [beforeMs, isRaised] of [
      [45_000, true],
      [25_000, false],
    ] as const) {
      const world = new PoolWorld();
      const device = thermometer(world);
      device.value = 80;
      const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
      one.collector.own({ element: hotDevice(HOT), epoch: epochOf(1), arrival: 'start' });
      await world.clock.advance(beforeMs);
      const bundle = one.collector.bundleOf(nameOf('a'));
      await one.collector.stop();
      expect(told(one)).to.have.length(isRaised ? 1 : 0);
      await world.clock.advance(2000);
      two.collector.own({
        element: hotDevice(HOT),
        epoch: epochOf(2),
        arrival: 'takeOver',
        bundle: aged(bundle, 2000),
      });
      expect(shown(two)).to.equal(isRaised ? STANDS : 'normal');
      await world.clock.advance(20_000);
      expect([shown(two), told(two)]).to.deep.equal([STANDS, isRaised ? [] : [RAISED]]);
      device.value = 20;
      await world.clock.advance(10_000);
      expect(told(two).at(-1)).to.equal('device/a: temperature is 20 °C: no longer above 70');
      await two.collector.stop();
    }
  });

  it('go on after a restart, and after a wall clock was set meanwhile', async () => {
    for (const wallMs of [0, -3_600_000, 3_600_000]) {
      const world = new PoolWorld();
      const device = thermometer(world);
      device.value = 80;
      const before = world.member('EM1');
      await before.collector.start([hotDevice(HOT)]);
      await world.clock.advance(45_000);
      const since = before.table.get(nameOf('a'))?.since;
      await before.collector.stop();
      const after = world.member('EM1', { wallMs, monotonicMs: 5 });
      for (const state of before.store.states.values()) after.store.states.set(state.element, state);
      for (const memory of before.store.memories.values()) after.store.memories.set(memory.key, memory);
      await after.collector.start([hotDevice(HOT)]);
      // Of a clock that was set nobody knows when that status began, nor whether somebody watched.
      if (wallMs === 0) expect([shown(after), after.table.get(nameOf('a'))?.since]).to.deep.equal([STANDS, since]);
      await world.clock.advance(40_000);
      expect([shown(after), told(after)]).to.deep.equal([STANDS, []]);
      device.value = 20;
      await world.clock.advance(12_000);
      expect(told(after)).to.deep.equal(['device/a: temperature is 20 °C: no longer above 70']);
      await after.collector.stop();
    }
  });

  it('are cleared when they are removed or changed, with an access or without; what stays goes on', async () => {
    const world = new PoolWorld();
    thermometer(world).value = 80;
    const em = world.member('EM1');
    const other: ThresholdSpec = { ...HOT, above: '75', forMs: 0 };
    const second: AccessSpec = accessOf({ options: { url: 'http://h/2' }, thresholds: [{ ...other, above: '79' }] });
    const [first] = hotDevice(HOT, other).access;
    if (!first) throw new Error('expected an access');
    await em.collector.start([deviceOf('a', [first, second])]);
    await world.clock.advance(45_000);
    expect(told(em)).to.have.length(3);
    await em.collector.replace([deviceOf('a', [{ ...first, intervalMs: 5000, thresholds: [HOT] }])]);
    await world.clock.advance(12_000);
    expect(told(em).slice(3)).to.deep.equal([
      'device/a: temperature: the threshold (above 79) was removed or changed',
      'device/a: temperature: the threshold (above 75) was removed or changed',
    ]);
    expect(shown(em)).to.equal(STANDS);
    await em.collector.replace([hotDevice()]);
    await world.clock.advance(25_000);
    expect(shown(em)).to.equal('normal');
    expect(told(em)).to.have.length(6);
    await em.collector.stop();
  });

  it('are kept as long as the store can keep them, and no longer than they say something', async () => {
    const world = new PoolWorld();
    const device = thermometer(world);
    const em = world.member('EM1');
    await em.collector.start([hotDevice(HOT)]);
    await world.clock.advance(25_000);
    expect(em.store.memories.get('device/a#0')?.memory).to.not.contain('thresholds');
    device.value = 80;
    await world.clock.advance(10_000);
    expect(em.store.memories.get('device/a#0')?.memory).to.contain('"phase":"beyond"');
    await em.collector.stop();
  });
});
