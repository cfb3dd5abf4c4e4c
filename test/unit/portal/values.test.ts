import { expect } from 'chai';
import type { ElementEntry, ManagerSection, MetricValue } from '../../../src/model/ptp-store.js';
import { directionOf, directions, interfacesOf } from '../../../src/portal/interfaces.js';
import { compareRows, needsAttention } from '../../../src/portal/rows.js';
import { ValueSet, valueGroups } from '../../../src/portal/values.js';

const metric = (name: string, value: MetricValue['value'], instance = ''): MetricValue => ({
  name,
  instance,
  value,
  unit: '1',
  time: 0,
});

describe('interfaces of an element', () => {
  it('have speed, traffic, use, errors and state', () => {
    const [row] = interfacesOf([
      metric('ifOperStatus', 1, 'ge-0'),
      metric('ifAdminStatus', 1, 'ge-0'),
      metric('ifSpeed', 1e9, 'ge-0'),
      metric('ifAlias', 'uplink', 'ge-0'),
      metric('ifInOctets.rate', 2e8, 'ge-0'),
      metric('ifOutOctets.rate', 5e8, 'ge-0'),
      metric('ifInErrors.rate', 1, 'ge-0'),
      metric('ifOutErrors.rate', 2, 'ge-0'),
    ]);
    expect(row).to.deep.equal({
      instance: 'ge-0',
      alias: 'uplink',
      state: 'up',
      disabled: false,
      speed: 1e9,
      input: 2e8,
      output: 5e8,
      utilisation: 50,
      errors: 3,
      discards: undefined,
      beyond: [],
      everUsed: undefined,
    });
  });

  it('have no use without a speed, and none before the first rate', () => {
    expect(interfacesOf([metric('ifSpeed', 0, 'a'), metric('ifInOctets.rate', 5, 'a')])[0]?.utilisation).to.equal(
      undefined,
    );
    expect(interfacesOf([metric('ifSpeed', 100, 'a')])[0]?.utilisation).to.equal(undefined);
  });

  it('that are switched off are told from those that fail', () => {
    expect(interfacesOf([metric('ifOperStatus', 2, 'a'), metric('ifAdminStatus', 2, 'a')])[0]).to.include({
      state: 'down',
      disabled: true,
    });
    expect(interfacesOf([metric('ifOperStatus', 7, 'a')])[0]).to.include({
      state: 'lower layer down',
      disabled: false,
    });
  });

  it('have been used when their counters say so, and nobody knows without counters', () => {
    const used = (...metrics: MetricValue[]) => interfacesOf([metric('ifOperStatus', 2, 'a'), ...metrics])[0]?.everUsed;
    expect(used()).to.equal(undefined);
    expect(used(metric('ifInOctets', 0n, 'a'), metric('ifOutOctets', 0n, 'a'))).to.equal(false);
    expect(used(metric('ifInOctets', 0n, 'a'), metric('ifOutOctets', 64n, 'a'))).to.equal(true);
    expect(used(metric('ifInOctets', 64n, 'b'))).to.equal(undefined);
  });

  it('are drawn in both directions', () => {
    expect(directions('ifInErrors.rate')).to.deep.equal(['ifInErrors.rate', 'ifOutErrors.rate']);
    expect(directions('cpuLoad')).to.deep.equal(['cpuLoad']);
    expect(directionOf('ifOutOctets.rate')).to.equal('out');
    expect(directionOf('cpuLoad')).to.equal(undefined);
  });
});

describe('values of an element', () => {
  it('are grouped by metric, single ones first, without interfaces and without counters that have a rate', () => {
    const groups = valueGroups([
      metric('temperature', 1, 'a'),
      metric('temperature', 2, 'b'),
      metric('ifInOctets', 5n, 'x'),
      metric('ifInOctets.rate', 5, 'x'),
      metric('lines', 7),
      metric('lines.rate', 0.5),
      metric('sysName', 'core'),
    ]);
    expect(groups.map(({ metric, values }) => [metric, values.length])).to.deep.equal([
      ['lines.rate', 1],
      ['sysName', 1],
      ['temperature', 2],
    ]);
  });
});

describe('values of a metric', () => {
  it('stand in the order that people count in', () => {
    const [group] = valueGroups([metric('fan', 1, 'slot 10'), metric('fan', 2, 'slot 9'), metric('fan', 3, 'slot 1')]);
    expect(group?.values.map((value) => value.instance)).to.deep.equal(['slot 1', 'slot 9', 'slot 10']);
  });
});

describe('a set of values', () => {
  it('has what was added, and the counter behind a rate', () => {
    const values = new ValueSet();
    values.add('packets.rate', 'a');
    const has = (name: string, instance: string) => values.has({ name, instance });
    expect([has('packets.rate', 'a'), has('packets', 'a')]).to.deep.equal([true, true]);
    expect([has('packets.rate', 'b'), has('packets', 'b'), has('other', 'a')]).to.deep.equal([false, false, false]);
  });
});

describe('rows of a list', () => {
  const section = (id: string): ManagerSection => ({ id, failover: [], devices: [], services: [], applications: [] });
  const row = (id: string, status: ElementEntry['status'], manager = 'EM1', more: Partial<ElementEntry> = {}) => ({
    entry: {
      kind: 'device',
      id,
      status,
      customers: [],
      links: [],
      parents: [],
      access: [],
      metrics: [],
      ...more,
    } satisfies ElementEntry,
    section: section(manager),
  });
  const sorted = (sort: string, rows: readonly ReturnType<typeof row>[]) =>
    [...rows].sort(compareRows(sort)).map(({ entry }) => entry.id);

  it('show what is worst first, across managers', () => {
    expect(sorted('-status', [row('a', 'normal'), row('b', 'down', 'EM2'), row('c', 'warning')])).to.deep.equal([
      'b',
      'c',
      'a',
    ]);
  });

  it('are sorted as people count', () => {
    expect(sorted('id', [row('srv-10', 'normal'), row('srv-9', 'normal')])).to.deep.equal(['srv-9', 'srv-10']);
  });

  it('have what is unknown last, in both directions', () => {
    const rows = [row('a', 'normal'), row('b', 'normal', 'EM1', { since: 5 }), row('c', 'normal', 'EM1', { since: 9 })];
    expect(sorted('since', rows)).to.deep.equal(['b', 'c', 'a']);
    expect(sorted('-since', rows)).to.deep.equal(['c', 'b', 'a']);
  });

  it('need attention from warning on, not for maintenance or want of knowledge', () => {
    expect((['down', 'unreachable', 'warning'] as const).every(needsAttention)).to.equal(true);
    expect((['normal', 'maintenance', 'unknown'] as const).some(needsAttention)).to.equal(false);
  });
});
