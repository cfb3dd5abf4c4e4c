/** What was pushed of an element that nobody polls goes where it goes: to another owner, and over a restart. */
import { expect } from 'chai';
import type { ElementState } from '../../../../src/store/store.js';
import { deviceOf, epochOf, type Member, nameOf, PoolWorld } from './world.js';

const AHEAD = { wallMs: 7_200_000, monotonicMs: 123_456_789 };
const NAME = nameOf('told');

function stateOf(nowMs: number): ElementState {
  const value = { name: 'Clients', instance: '', value: 12, unit: '1', time: nowMs - 1000 };
  return { element: NAME, status: 'critical', since: nowMs - 60_000, reason: 'queue full', latest: [value] };
}

/** Ages by the clock of that manager. */
function shownAt({ table }: Member, nowMs: number) {
  const { status, reason, since = 0, metrics = [] } = table.get(NAME) ?? {};
  return {
    status,
    reason,
    sinceAgo: nowMs - since,
    values: metrics.map(({ name, value, time }) => [name, value, nowMs - time]),
  };
}

const SHOWN = { status: 'critical', reason: 'queue full', sinceAgo: 61_500, values: [['Clients', 12, 2500]] };

describe('what was pushed of an element that nobody polls', () => {
  it('goes with it to another owner, who has it on disk, and from there on', async () => {
    const world = new PoolWorld();
    const [one, two, three] = [world.member('EM1'), world.member('EM2', AHEAD), world.member('EM3')];
    const element = deviceOf('told', []);
    one.collector.own({ element, epoch: epochOf(1), arrival: 'start' });
    one.collector.review.pushed(stateOf(world.clock.now()));
    expect(one.polled).to.deep.equal([NAME]);
    const bundle = one.collector.bundleOf(NAME);
    await world.clock.advance(1500);
    two.collector.own({ element, epoch: epochOf(2), arrival: 'takeOver', ...(bundle && { bundle }) });
    const now = world.clock.now();
    // There are no cursors that say how long it lay about.
    expect(shownAt(two, now + AHEAD.wallMs)).to.deep.equal({
      ...SHOWN,
      sinceAgo: 60_000,
      values: [['Clients', 12, 1000]],
    });
    expect(two.store.states.get(NAME)?.status).to.equal('critical');
    const last = await two.collector.release(NAME, []);
    const next = last ?? two.collector.bundleOf(NAME);
    expect(next).to.equal(undefined);
    three.collector.own({ element, epoch: epochOf(3), arrival: 'start', ...(bundle && { bundle }) });
    expect(shownAt(three, now).status).to.equal('critical');
  });

  it('is there after a restart', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.store.states.set(NAME, stateOf(world.clock.now()));
    await one.collector.load();
    await world.clock.advance(1500);
    one.collector.own({ element: deviceOf('told', []), epoch: epochOf(2), arrival: 'start' });
    expect(shownAt(one, world.clock.now())).to.deep.equal(SHOWN);
  });

  it('is in the last bundle of a hand-over, and counts no more when somebody polls it', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2')];
    one.collector.own({ element: deviceOf('told', []), epoch: epochOf(1), arrival: 'start' });
    const first = one.collector.bundleOf(NAME, 0);
    two.collector.own({
      element: deviceOf('told', []),
      epoch: epochOf(2),
      arrival: 'handOver',
      ...(first && { bundle: first }),
    });
    expect(two.table.get(NAME)?.status).to.equal('unknown');
    one.collector.review.pushed(stateOf(world.clock.now()));
    const last = await one.collector.release(NAME, []);
    if (last) two.collector.refresh(NAME, last);
    expect(two.table.get(NAME)?.status).to.equal('critical');
    two.collector.own({ element: deviceOf('told'), epoch: epochOf(2), arrival: 'start' });
    await world.clock.advance(30_000);
    expect(two.table.get(NAME)?.status).to.equal('normal');
    await two.collector.stop();
  });
});
