import { expect } from 'chai';
import fc from 'fast-check';
import { type ReportParts, report } from '../../../src/assess/report.js';
import { elementName } from '../../../src/model/element.js';
import { STATUSES, type Status } from '../../../src/model/status.js';

const parts = (more: Partial<ReportParts> = {}): ReportParts => ({
  element: elementName('service', 'web'),
  manager: 'em1',
  from: 0,
  to: 100_000,
  status: 'normal',
  spans: [],
  polls: 10,
  pollsFailed: 2,
  figures: [],
  events: [],
  alarms: [],
  ...more,
});
const figures = (
  metric: string,
  count: number,
  minimum: number,
  mean: number,
  maximum: number,
  percentile95: number,
) => ({
  metric,
  instance: '',
  unit: 'ms',
  count,
  minimum,
  mean,
  maximum,
  percentile95,
});

describe('a report', () => {
  it('of an element of which nothing is known says so', () => {
    expect(report(parts({ status: 'unknown', polls: 0, pollsFailed: 0 }))).to.deep.equal({
      element: 'service/web',
      manager: 'em1',
      from: 0,
      to: 100_000,
      status: 'unknown',
      states: [{ status: 'unknown', seconds: 100 }],
      polls: 0,
      pollsFailed: 0,
      metrics: [],
      utilisation: [],
      alarms: [],
      events: [],
    });
  });

  it('tells the times in each status, and the availability over the known ones', () => {
    const { states, availability } = report(
      parts({
        spans: [
          { status: 'unknown', from: 0, to: 20_000 },
          { status: 'normal', from: 20_000, to: 60_000 },
          { status: 'down', from: 60_000, to: 70_000 },
          { status: 'unreachable', from: 70_000, to: 80_000 },
          { status: 'critical', from: 80_000, to: 90_000 },
          { status: 'maintenance', from: 90_000, to: 100_000 },
        ],
      }),
    );
    expect(availability).to.equal(50 / 70);
    expect(states).to.deep.equal([
      { status: 'unknown', seconds: 20 },
      { status: 'normal', seconds: 40 },
      { status: 'critical', seconds: 10 },
      { status: 'down', seconds: 10 },
      { status: 'unreachable', seconds: 10 },
      { status: 'maintenance', seconds: 10 },
    ]);
  });

  it('agrees with counting milliseconds one by one', () => {
    const anySpans = fc.array(
      fc.tuple(fc.constantFrom(...STATUSES), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 5 })),
    );
    fc.assert(
      fc.property(
        anySpans,
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 80 }),
        (lengths, from, length) => {
          const to = from + length;
          const at: Status[] = [];
          const spans = lengths.map(([status, lasting, gap]) => {
            at.push(...Array.from({ length: gap }, (): Status => 'unknown'));
            const span = { status, from: at.length, to: at.length + lasting };
            at.push(...Array.from({ length: lasting }, () => status));
            return span;
          });
          const seen = Array.from({ length }, (_, index) => at[from + index] ?? 'unknown');
          const known = seen.filter((status) => status !== 'unknown' && status !== 'maintenance');
          const up = known.filter((status) => status !== 'down' && status !== 'unreachable');
          const { states, availability } = report(parts({ from, to, spans }));
          expect(availability).to.equal(known.length === 0 ? undefined : up.length / known.length);
          for (const status of STATUSES) {
            const ms = seen.filter((one) => one === status).length;
            expect(states.find((one) => one.status === status)?.seconds ?? 0).to.equal(ms / 1000);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes the response time from the polls by each method', () => {
    const snmp = figures('responseTime.snmp', 30, 1, 2, 9, 5);
    const http = figures('responseTime.http', 10, 4, 10, 50, 40);
    const load = figures('load', 40, 0, 50, 100, 95);
    expect(report(parts({ figures: [load, snmp] })).response).to.deep.equal({
      minimum: 1,
      mean: 2,
      maximum: 9,
      percentile95: 5,
    });
    const both = report(parts({ figures: [snmp, http, load] }));
    expect(both.response).to.deep.equal({ minimum: 1, mean: (30 * 2 + 10 * 10) / 40, maximum: 50, percentile95: 40 });
    expect(both.metrics).to.deep.equal([snmp, http, load].map((one) => ({ ...one, resolution: 0 })));
    expect(report(parts({ figures: [load] })).response).to.equal(undefined);
  });

  it('counts events worst first, and carries the label', () => {
    const { events, label } = report(
      parts({
        label: '<Web & more>',
        events: [
          { severity: 'cleared', count: 1 },
          { severity: 'minor', count: 2 },
          { severity: 'critical', count: 3 },
          { severity: 'minor', count: 4 },
        ],
      }),
    );
    expect(label).to.equal('<Web & more>');
    expect(events).to.deep.equal([
      { severity: 'critical', count: 3 },
      { severity: 'minor', count: 6 },
      { severity: 'cleared', count: 1 },
    ]);
  });
});
