import { expect } from 'chai';
import { NOTHING_SET, withWindow } from '../../../../src/assess/maintenance.js';
import type { Collector } from '../../../../src/manager/collector/collector.js';
import { accessOf, deviceOf, epochOf, nameOf } from '../collector/world.js';
import { DependenceWorld } from './world.js';

const HOUR_MS = 3_600_000;
const core1 = deviceOf('core1', [accessOf({ intervalMs: 10_000, timeoutMs: 500 })]);

describe('an element in maintenance', () => {
  let world: DependenceWorld;
  let collector: Collector;
  afterEach(() => world.stop());

  beforeEach(() => {
    world = new DependenceWorld(['EM1', 'EM2']);
    ({ collector } = world.at('EM1'));
  });

  const now = () => world.clock.now();
  const plan = (fromMs: number, toMs: number, id = 'w1') => {
    const window = { id, from: now() + fromMs, to: now() + toMs, text: 'new line card', by: 'ada' };
    const before = collector.review.maintenanceOf(nameOf('core1'))?.set ?? NOTHING_SET;
    return collector.review.judge(nameOf('core1'), withWindow(before, window, now()));
  };
  const begin = async () => {
    world.own('EM1', core1);
    await world.clock.advance(15_000);
  };

  it('is shown so at once, and by the end what it is', async () => {
    await begin();
    const kept = plan(0, HOUR_MS);
    await world.clock.advance(1_000);
    expect(await kept).to.equal(true);
    expect(world.status('core1')).to.equal('maintenance');
    expect(world.reason('core1')).to.match(/^in maintenance until .*Z, by ada: new line card$/);
    world.dead.add('core1');
    await world.clock.advance(60_000);
    expect(world.status('core1')).to.equal('maintenance');
    expect(world.reason('core1')).to.match(/; otherwise down: http: no answer/);
    await world.clock.advance(HOUR_MS);
    expect(world.status('core1')).to.equal('down');
  });

  it('silences what is raised meanwhile, and tells what still stands at the end', async () => {
    await begin();
    void plan(0, HOUR_MS);
    world.dead.add('core1');
    await world.clock.advance(60_000);
    const [silenced] = world.open();
    expect(silenced).to.deep.include({ name: 'elementDown', change: 1 });
    expect(silenced?.silencedBy).to.match(/^until .*, by ada: new line card$/);
    await world.clock.advance(HOUR_MS);
    const [told] = world.open();
    expect(told).to.deep.include({ id: silenced?.id, change: 2 });
    expect(told?.silencedBy).to.equal(undefined);
  });

  it('begins and ends with its windows to the second, however seldom it is polled', async () => {
    const slow = { ...core1, maintenance: [{ from: now() + 100_000, to: now() + 200_000 }] };
    world.own('EM1', { ...slow, access: [accessOf({ intervalMs: HOUR_MS })] });
    await world.clock.advance(99_000);
    expect(world.status('core1')).to.equal('normal');
    await world.clock.advance(2_000);
    expect(world.status('core1')).to.equal('maintenance');
    await world.clock.advance(98_000);
    expect(world.status('core1')).to.equal('maintenance');
    await world.clock.advance(2_000);
    expect(world.status('core1')).to.equal('normal');
  });

  it('follows the wall clock wherever it jumps', async () => {
    await begin();
    void plan(HOUR_MS, 2 * HOUR_MS);
    await world.clock.advance(1_000);
    expect(world.status('core1')).to.equal('normal');
    world.clock.jumpWall(1.5 * HOUR_MS);
    await world.clock.advance(6_000);
    expect(world.status('core1')).to.equal('maintenance');
    world.clock.jumpWall(-HOUR_MS);
    await world.clock.advance(6_000);
    expect(world.status('core1')).to.equal('normal');
  });

  it('is so at the next owner, too, and kept on disk', async () => {
    await begin();
    void plan(0, HOUR_MS);
    await world.clock.advance(1_000);
    const kept = world.at('EM1').store.memories.get('device/core1#0')?.memory ?? '{}';
    expect(JSON.parse(kept).maintenance).to.deep.include({ version: 1 });
    const bundle = collector.bundleOf(nameOf('core1'), 0);
    await collector.drop(nameOf('core1'));
    if (!bundle) throw new Error('there is no bundle');
    world.at('EM2').collector.own({ element: core1, epoch: epochOf(2), arrival: 'handOver', bundle });
    await world.clock.advance(1_000);
    expect(world.status('core1')).to.equal('maintenance');
    expect(world.at('EM2').collector.review.maintenanceOf(nameOf('core1'))?.set?.windows).to.have.length(1);
  });

  it('comes out of it when the configuration does not say so any more', async () => {
    world.own('EM1', { ...core1, maintenance: [{ from: now(), to: now() + HOUR_MS }] });
    await world.clock.advance(15_000);
    expect(world.status('core1')).to.equal('maintenance');
    collector.redefine(core1);
    await world.clock.advance(6_000);
    expect(world.status('core1')).to.equal('normal');
  });
});
