import { expect } from 'chai';
import type { ManagedElement } from '../../../../src/model/element.js';
import { accessOf, deviceOf } from '../collector/world.js';
import { DependenceWorld } from './world.js';

const every = (intervalMs: number) => [accessOf({ intervalMs, timeoutMs: 500 })];
const behind = (id: string, ...parents: readonly string[]): ManagedElement => ({
  ...deviceOf(id, every(10_000)),
  parents,
});
const service = (id: string, device: string): ManagedElement => ({
  ...deviceOf(id, every(10_000)),
  kind: 'service',
  name: `service/${id}`,
  device,
});

const SETTLED_MS = 90_000;

describe('elements of several managers that depend on each other', () => {
  let world: DependenceWorld;
  afterEach(() => world.stop());

  /** A router at EM1, and a device behind it and a service on it at EM2. */
  const twoManagers = async (voters?: readonly string[], ...ids: readonly string[]) => {
    world = new DependenceWorld(['EM1', 'EM2', ...ids], voters);
    world.own('EM1', deviceOf('router', every(30_000)));
    world.own('EM2', behind('a', 'router'));
    world.own('EM2', service('shop', 'router'));
    await world.clock.advance(40_000);
    for (const id of ['router', 'a', 'shop']) expect(world.status(id)).to.equal('normal');
  };
  const die = (...ids: readonly string[]) => {
    for (const id of ids) world.dead.add(id);
  };

  it('are unreachable behind what is out, which alone is told of', async () => {
    await twoManagers();
    die('router', 'a', 'shop');
    await world.clock.advance(SETTLED_MS);
    expect(world.status('router')).to.equal('down');
    expect(world.status('a')).to.equal('unreachable');
    expect(world.reason('a')).to.match(/^behind device\/router, which is down since \d{4}-/);
    expect(world.status('shop')).to.equal('unreachable');
    expect(world.reason('shop')).to.match(/^on device\/router, which is down since /);
    expect(world.events('elementDown')).to.have.length(1);
    const root = world.open().find(({ element }) => element === 'device/router');
    expect(root?.root).to.equal(undefined);
    for (const one of world.open())
      if (one !== root) expect(one.root).to.deep.include({ element: 'device/router', alarm: root?.id });
    expect(world.open()).to.have.length(3);
    expect(world.at('EM1').asked, 'about what is behind it nobody is asked to try').not.to.include('tryElement');
  });

  it('come back without a word', async () => {
    await twoManagers();
    die('router', 'a', 'shop');
    await world.clock.advance(SETTLED_MS);
    world.dead.clear();
    await world.clock.advance(6 * SETTLED_MS);
    for (const id of ['router', 'a', 'shop']) expect(world.status(id)).to.equal('normal');
    expect(world.events('elementDown')).to.have.length(1);
    expect(world.open()).to.deep.equal([]);
  });

  it('are told of on their own when they stay out', async () => {
    await twoManagers();
    die('router', 'a');
    await world.clock.advance(SETTLED_MS);
    world.dead.delete('router');
    await world.clock.advance(6 * SETTLED_MS);
    expect(world.status('a')).to.equal('down');
    const [alarm, ...others] = world.open();
    expect(others).to.deep.equal([]);
    expect(alarm).to.deep.include({ element: 'device/a', name: 'elementDown' });
    expect(alarm?.root).to.equal(undefined);
  });

  it('are judged by what is found of them alone while what they depend on answers', async () => {
    await twoManagers();
    die('a');
    await world.clock.advance(SETTLED_MS);
    expect(world.status('a')).to.equal('down');
    expect(world.status('router')).to.equal('normal');
    expect(world.at('EM1').asked).to.include('tryElement');
  });

  it('are found through the master by one that keeps no inventory', async () => {
    await twoManagers(['EM3', 'EM1'], 'EM3');
    die('router', 'a');
    await world.clock.advance(SETTLED_MS);
    expect(world.status('a')).to.equal('unreachable');
  });

  it('do not wait for ever for a manager that says nothing', async () => {
    await twoManagers();
    world.silent.add('EM1');
    die('a');
    await world.clock.advance(2 * SETTLED_MS);
    expect(world.status('a')).to.equal('down');
  });

  it('are called down where nobody knows their parents', async () => {
    world = new DependenceWorld(['EM1', 'EM2']);
    world.own('EM2', behind('a', 'nobody'));
    await world.clock.advance(20_000);
    die('a');
    await world.clock.advance(SETTLED_MS);
    expect(world.status('a')).to.equal('down');
  });

  it('of one manager alone are found as well, several behind each other', async () => {
    world = new DependenceWorld(['EM1']);
    world.own('EM1', deviceOf('router', every(30_000)));
    world.own('EM1', behind('switch', 'device/router'));
    world.own('EM1', behind('a', 'switch'));
    await world.clock.advance(40_000);
    die('router', 'switch', 'a');
    await world.clock.advance(2 * SETTLED_MS);
    expect(world.events('elementDown')).to.have.length(1);
    expect(world.reason('a')).to.match(/^behind device\/switch, which is behind device\/router, down since /);
    expect(world.open().flatMap(({ root }) => root?.element ?? [])).to.deep.equal(['device/router', 'device/router']);
  });

  it('roots what a dead element itself is told of at that it is dead', async () => {
    world = new DependenceWorld(['EM1']);
    world.own('EM1', deviceOf('router', [accessOf({ intervalMs: 10_000, timeoutMs: 500, thresholds: [NO_DATA] })]));
    await world.clock.advance(40_000);
    die('router');
    await world.clock.advance(SETTLED_MS);
    const down = world.open().find(({ name }) => name === 'elementDown');
    const others = world.open().filter((one) => one !== down);
    expect(others).not.to.deep.equal([]);
    for (const one of others)
      expect(one.root).to.deep.equal({ element: 'device/router', alarm: down?.id, why: 'device/router is down' });
  });
});

const NO_DATA = { metric: 'load', forMs: 0, noDataMs: 15_000, severity: 'minor' } as const;
