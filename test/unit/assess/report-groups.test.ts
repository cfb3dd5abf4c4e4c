import { expect } from 'chai';
import fc from 'fast-check';
import { type GroupedReport, groupReports, mergeGroups } from '../../../src/assess/report-groups.js';
import type { Alarm } from '../../../src/model/alarm.js';
import { SEVERITIES, STATUSES } from '../../../src/model/status.js';

const alarm = (id: string, worst: Alarm['worst'], more: Partial<Alarm> = {}): Alarm => ({
  id,
  manager: 'em1',
  key: id,
  name: 'elementDown',
  severity: worst,
  worst,
  text: 'down',
  raisedAt: 1_000,
  changedAt: 1_000,
  lastAt: 1_000,
  count: 1,
  revision: 1,
  change: 1,
  told: 0,
  ...more,
});

const one = (names: readonly string[], more: Partial<GroupedReport> = {}): GroupedReport => ({
  names,
  states: [],
  polls: 0,
  pollsFailed: 0,
  alarms: [],
  ...more,
});

describe('reports in groups', () => {
  it('add what belongs to a customer, each second of each element alike, and leave out what is not known', () => {
    const up = { status: 'normal', seconds: 90 } as const;
    const groups = groupReports([
      one(['acme'], { states: [up, { status: 'down', seconds: 10 }], polls: 9, pollsFailed: 1 }),
      one(['acme', 'globex'], {
        states: [
          { status: 'unknown', seconds: 70 },
          { status: 'minor', seconds: 30 },
        ],
        polls: 3,
      }),
      one([''], { states: [{ status: 'unknown', seconds: 100 }] }),
    ]);
    expect(
      groups.map(({ name, elements, availability, polls, pollsFailed }) => [
        name,
        elements,
        availability,
        polls,
        pollsFailed,
      ]),
    ).to.deep.equal([
      ['', 1, undefined, 0, 0],
      ['acme', 2, 120 / 130, 12, 1],
      ['globex', 1, 1, 3, 0],
    ]);
  });

  it('count an element that names a customer twice once', () => {
    expect(groupReports([one(['acme', 'acme'])])[0]?.elements).to.equal(1);
  });

  it('tell of alarms by the worst that they were, and how long people and the trouble took', () => {
    const [group] = groupReports([
      one(['a'], {
        alarms: [
          alarm('1', 'major', { acknowledged: { by: 'ann', at: 61_000 }, cleared: { by: 'ptpmgr', at: 121_000 } }),
          alarm('2', 'critical', { severity: 'cleared', cleared: { by: 'ptpmgr', at: 31_000 } }),
          alarm('3', 'critical'),
          alarm('4', 'minor', { acknowledged: { by: 'bob', at: 500 } }),
        ],
      }),
    ]);
    expect(group).to.deep.include({
      alarms: [
        { severity: 'critical', count: 2 },
        { severity: 'major', count: 1 },
        { severity: 'minor', count: 1 },
      ],
      acknowledged: 2,
      acknowledgedSeconds: 60,
      cleared: 2,
      clearedSeconds: 150,
    });
  });

  it('say the same whether one manager or several have the elements', () => {
    const report = fc.record({
      names: fc.array(fc.constantFrom('', 'acme', 'globex'), { minLength: 1, maxLength: 2 }),
      states: fc.array(
        fc.record({ status: fc.constantFrom(...STATUSES), seconds: fc.integer({ min: 0, max: 86_400 }) }),
      ),
      polls: fc.nat(100),
      pollsFailed: fc.nat(100),
      alarms: fc.array(fc.constantFrom(...SEVERITIES).map((worst) => alarm(worst, worst))),
    });
    fc.assert(
      fc.property(fc.array(report), fc.nat(20), (reports, at) => {
        const parts = [reports.slice(0, at), reports.slice(at)];
        expect(mergeGroups(parts.flatMap(groupReports))).to.deep.equal(groupReports(reports));
      }),
    );
  });
});
