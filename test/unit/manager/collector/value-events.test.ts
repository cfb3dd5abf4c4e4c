import { expect } from 'chai';
import { valueEvents } from '../../../../src/manager/collector/value-events.js';
import type { EventPattern } from '../../../../src/model/element.js';
import type { MetricValue } from '../../../../src/model/ptp-store.js';
import { accessOf, deviceOf, epochOf, eventsOf, PoolWorld } from './world.js';

const DOWN: EventPattern = {
  metric: 'ifOperStatus',
  regex: '^2$',
  severity: 'major',
  name: 'linkDown',
  text: '$<instance> is down',
};

const value = (name: string, instance: string, said: MetricValue['value']): MetricValue => ({
  name,
  instance,
  value: said,
  unit: '1',
  time: 0,
});
const told = (pattern: EventPattern, now: readonly MetricValue[], former: readonly MetricValue[] = []): string[] =>
  valueEvents([pattern], now, ({ name, instance }) =>
    former.find((one) => one.name === name && one.instance === instance),
  ).map(({ severity, name, text }) => `${severity} ${name}: ${text}`);

describe('an event by the value of a metric', () => {
  const up = [value('ifOperStatus', 'eth0', 1)];
  const down = [value('ifOperStatus', 'eth0', 2)];

  it('is told when the value begins to match, and not while it does', () => {
    expect(told(DOWN, down, up)).to.deep.equal(['major linkDown: eth0 is down']);
    expect(told(DOWN, down, down)).to.deep.equal([]);
    expect(told(DOWN, up, down)).to.deep.equal([]);
    expect(told(DOWN, down)).to.deep.equal(['major linkDown: eth0 is down']);
    expect(told({ ...DOWN, regex: '[23]' }, down, [value('ifOperStatus', 'eth0', 3)])).to.deep.equal([]);
  });

  it('looks at nothing but the values of its metric', () => {
    expect(told(DOWN, [value('other', '', 2)])).to.deep.equal([]);
    expect(told({ regex: '2', severity: 'minor' }, down)).to.deep.equal([]);
  });

  it('says what the value is where nobody says what to say, and knows groups and whole numbers of any size', () => {
    const state: EventPattern = { metric: 'state', regex: 'fail(?<why>.*)', severity: 'minor' };
    expect(told(state, [value('state', '', 'failed: fan')])).to.deep.equal(['minor valueMatch: state is failed: fan']);
    expect(told(state, [value('state', 'psu1', 'fail')])).to.deep.equal(['minor valueMatch: state of psu1 is fail']);
    expect(told({ ...state, text: '$<instance>$<why> $0' }, [value('state', 'a', 'fails')])).to.deep.equal([
      'minor valueMatch: as fails',
    ]);
    expect(told({ ...state, regex: '^1.*6$', text: '$0' }, [value('state', '', 2n ** 64n)])).to.deep.equal([
      `minor valueMatch: ${2n ** 64n}`,
    ]);
  });

  it('says so when its expression takes too long', () => {
    const slow: EventPattern = { metric: 'state', regex: '(a+)+$', severity: 'minor' };
    expect(told(slow, [value('state', '', `${'a'.repeat(40)}!`)])[0]).to.match(
      /^warning patternTooSlow: .*takes too long/,
    );
  });

  it('is told once by whoever polls, also after a takeover', async () => {
    const world = new PoolWorld();
    let status = 1;
    world.behaviours.set('a', async () => ({
      readings: [{ metric: 'ifOperStatus', instance: 'eth0', value: status, unit: '1' }],
      events: [],
    }));
    const element = deviceOf('a', [accessOf({ events: [DOWN] })]);
    const [one, two] = [world.member('EM1'), world.member('EM2')];
    one.collector.own({ element, epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(15_000);
    status = 2;
    await world.clock.advance(30_000);
    expect(eventsOf(one.store, 'linkDown')).to.deep.equal(['eth0 is down']);
    const bundle = one.collector.bundleOf(element.name);
    await one.collector.stop();
    two.collector.own({ element, epoch: epochOf(2), arrival: 'takeOver', ...(bundle && { bundle }) });
    await world.clock.advance(30_000);
    expect(eventsOf(two.store, 'linkDown')).to.deep.equal([]);
    status = 1;
    await world.clock.advance(15_000);
    status = 2;
    await world.clock.advance(15_000);
    expect(eventsOf(two.store, 'linkDown')).to.deep.equal(['eth0 is down']);
    await two.collector.stop();
  });
});
