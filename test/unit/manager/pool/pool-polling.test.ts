/** What a member polls is done in the order of the orders, however much of it there is. */
import { expect } from 'chai';
import { type ElementEffect, type PolledBy, PoolPolling } from '../../../../src/manager/pool/pool-polling.js';
import type { ElementName, ManagedElement } from '../../../../src/model/element.js';
import { testEnv } from '../../../support/test-env.js';

const epoch = { term: 1, number: 1, giver: 'EM1' };
const NAMES = Array.from({ length: 100 }, (_, at): ElementName => `device/d${at}`);

const elementOf = (name: ElementName): ManagedElement => ({
  kind: 'device',
  id: name.slice('device/'.length),
  name,
  pool: false,
  customers: [],
  links: [],
  parents: [],
  access: [],
});

/** A collector that notes what it is told, and bundles of what it has. */
function world() {
  const done: string[] = [];
  const bundles: string[] = [];
  const has = new Set<ElementName>();
  const collector: PolledBy = {
    own({ element }) {
      has.add(element.name);
      done.push(`own ${element.name}`);
      return { madeUp: 0, missed: 0 };
    },
    renew: () => true,
    refresh() {},
    async release() {
      return undefined;
    },
    async drop(name) {
      has.delete(name);
      done.push(`drop ${name}`);
    },
    suspend: () => void done.push('suspend'),
    goOn() {
      done.push('go on');
      return { madeUp: 0, missed: 0 };
    },
    bundleOf: (name) => (has.has(name) ? { element: name, epoch, cursors: [], body: '' } : undefined),
    definitionOf: () => undefined,
    epochOf: () => undefined,
  };
  const env = testEnv();
  const polling = new PoolPolling({
    env,
    settings: () => ({ elements: NAMES.map(elementOf) }),
    collector,
    onTaken: () => {},
    onOwnership: () => {},
    onBundle: ({ element }) => void bundles.push(element),
    takerOf: () => undefined,
  });
  const perform = async (...effects: readonly ElementEffect[]) => {
    for (const effect of effects) polling.perform(effect);
    polling.doSome();
    await env.clock.advance(10);
  };
  return { polling, perform, done, bundles, clock: env.clock };
}

const poll = (element: ElementName): ElementEffect => ({
  is: 'poll',
  element,
  epoch,
  arrival: 'takeOver',
  bundle: undefined,
  definition: undefined,
  former: undefined,
  reason: undefined,
});

describe('what a member of a pool polls', () => {
  it('is let go before polling goes on, however much it is', async () => {
    const { polling, perform, done } = world();
    await perform(...NAMES.map(poll));
    done.length = 0;
    polling.suspend();
    polling.goOn();
    await perform(...NAMES.map((element): ElementEffect => ({ is: 'stop', element })));
    expect(done).to.deep.equal(['suspend', ...NAMES.map((name) => `drop ${name}`), 'go on']);
  });

  it('goes on at once where there is nothing to let go, and not where it was held anew', async () => {
    const { polling, perform, done } = world();
    polling.goOn();
    await perform();
    expect(done).to.deep.equal(['go on']);
    polling.goOn();
    polling.suspend();
    await perform();
    expect(done).to.deep.equal(['go on', 'suspend']);
  });

  it('is told to the stand-in that was named with it, also where it was stopped just before', async () => {
    const { polling, perform, bundles, clock } = world();
    const [element = 'device/d0'] = NAMES;
    await perform({ is: 'stop', element }, poll(element), { is: 'standIn', element, standIn: 'EM2' });
    expect(bundles).to.deep.equal([element]);
    await clock.advance(2000);
    polling.polled(element);
    expect(bundles).to.deep.equal([element, element]);
  });

  it('is told to the stand-in at most once a second, but what was judged without a poll is told in the end', async () => {
    const { polling, perform, bundles, clock } = world();
    const [element = 'device/d0'] = NAMES;
    await perform(poll(element), { is: 'standIn', element, standIn: 'EM2' });
    await clock.advance(2000);
    bundles.length = 0;
    polling.polled(element);
    polling.polled(element);
    expect(bundles).to.deep.equal([element]);
    await clock.advance(5000);
    expect(bundles).to.deep.equal([element]);
    polling.polled(element);
    await clock.advance(10);
    for (let at = 0; at < 3; at += 1) polling.polled(element, true);
    expect(bundles).to.deep.equal([element, element]);
    await clock.advance(989);
    expect(bundles).to.have.length(2);
    await clock.advance(1);
    expect(bundles).to.have.length(3);
    await clock.advance(5000);
    expect(bundles).to.have.length(3);
    polling.polled(element, true);
    expect(bundles).to.have.length(4);
    polling.polled(element, true);
    polling.close();
    await clock.advance(5000);
    expect(bundles).to.have.length(4);
  });
});
