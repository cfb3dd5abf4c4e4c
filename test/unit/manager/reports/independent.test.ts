/** Figures of reports against a calculation by another program, from samples and polls given out as CSV. */
import { expect } from 'chai';
import { elementName } from '../../../../src/model/element.js';
import type { Sample } from '../../../../src/model/sample.js';
import { runProcess } from '../../../support/processes.js';
import { seededRandom } from '../../../support/test-env.js';
import { PastWorld } from '../past/world.js';

const START = Date.UTC(2026, 4, 2);
const EVERY = 60_000;
const POLLS = 500;
const END = START + POLLS * EVERY;
const ELEMENTS = ['r1', 'r2', 'r3', 'r4'].map((id) => elementName('device', id));
const METRICS = [
  ['ifInUtilisation', 'p1'],
  ['ifOutUtilisation', 'p2'],
  ['cpuLoad', ''],
] as const;

/** Reads `sample,ELEMENT,METRIC,INSTANCE,VALUE` and `poll,ELEMENT,OK` lines; knows nothing of this program. */
const SCRIPT = `
import collections, csv, json, math, statistics, sys
series, polls = collections.defaultdict(list), collections.Counter()
for row in csv.reader(sys.stdin):
    if row[0] == 'sample': series[tuple(row[1:4])].append(float(row[4]))
    else: polls[row[1], row[2]] += 1
figures = {}
for key, values in series.items():
    values.sort()
    figures['|'.join(key)] = dict(count=len(values), minimum=values[0], maximum=values[-1],
        mean=statistics.fmean(values), percentile95=values[math.ceil(len(values) * 95 / 100) - 1])
def worst(metrics, by):
    best = {}
    for (element, metric, instance), _ in series.items():
        if metric in metrics:
            value = figures['|'.join((element, metric, instance))][by]
            best[element] = max(best.get(element, value), value)
    return sorted(best, key=lambda element: -best[element])
print(json.dumps(dict(figures=figures, failed={e: n for (e, ok), n in polls.items() if ok == 'false'},
    worst={by: worst(('ifInUtilisation', 'ifOutUtilisation'), by) for by in ('mean', 'maximum', 'percentile95')})))
`;

interface Independent {
  readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly worst: Readonly<Record<'mean' | 'maximum' | 'percentile95', readonly string[]>>;
}

describe('figures of reports', function () {
  this.timeout(60_000);
  let world: PastWorld;
  let independent: Independent;

  before(async () => {
    const random = seededRandom(7);
    world = await PastWorld.of(['em1', 'em2'], END);
    const lines: string[] = [];
    for (const [at, element] of ELEMENTS.entries()) {
      const id = at % 2 === 0 ? 'em1' : 'em2';
      world.take(element, id, { time: START, epoch: 0 });
      const polls = Array.from({ length: POLLS }, (_, index) => {
        const time = START + index * EVERY;
        const ok = random.next() > 0.1;
        const samples = METRICS.map(
          ([metric, instance]): Sample => ({
            ...{ element, metric, instance, unit: '%', time, owner: id, epoch: { term: 1, number: 0, giver: 'em1' } },
            value: Math.round(random.next() ** 3 * 10_000) / 100,
          }),
        );
        lines.push(`poll,${element},${ok}`);
        const state = { element, status: 'normal' as const, since: START, latest: [] };
        return {
          element,
          method: 'snmp',
          time,
          ok,
          samples: ok ? samples : [],
          events: [],
          ...(index === 0 && { state }),
        };
      });
      await world.member(id).store.recordPolls(polls);
      for (const [metric] of METRICS) {
        const { series } = await world.ask('em1', 'getSamples', { element, metric, from: START, to: END });
        for (const { instance, points } of series)
          for (const { value } of points) lines.push(`sample,${element},${metric},${instance},${value}`);
      }
    }
    const result = await runProcess('python3', ['-c', SCRIPT], { input: `${lines.join('\n')}\n` });
    if (result.code !== 0) throw new Error(result.output);
    independent = JSON.parse(result.stdout) as Independent;
  });
  after(() => world.close());

  it('are those of another program', async () => {
    const { reports } = await world.ask('em2', 'getReport', { from: START, to: END, scope: 'pool' });
    expect(reports.map(({ element }) => element)).to.deep.equal(ELEMENTS);
    let compared = 0;
    for (const { element, metrics, polls, pollsFailed, utilisation } of reports) {
      expect([polls, pollsFailed]).to.deep.equal([POLLS, independent.failed[element]]);
      for (const { metric, instance, mean, resolution, ...own } of metrics) {
        const other = independent.figures[`${element}|${metric}|${instance}`];
        const { count, minimum, maximum, percentile95 } = own;
        expect({ count, minimum, maximum, percentile95 }).to.deep.equal({
          ...{ count: other?.count, minimum: other?.minimum },
          ...{ maximum: other?.maximum, percentile95: other?.percentile95 },
        });
        expect(mean).to.be.closeTo(other?.mean ?? Number.NaN, 1e-9);
        expect(resolution).to.equal(0);
        compared += 1;
      }
      const busiest = Math.max(
        ...['ifInUtilisation|p1', 'ifOutUtilisation|p2'].map(
          (name) => independent.figures[`${element}|${name}`]?.percentile95 ?? 0,
        ),
      );
      expect(utilisation.map(({ of, percentile95 }) => [of, percentile95])).to.deep.equal([
        ['interface', busiest],
        ['cpu', independent.figures[`${element}|cpuLoad|`]?.percentile95],
      ]);
    }
    expect(compared).to.equal(ELEMENTS.length * METRICS.length);
  });

  for (const figure of ['mean', 'maximum', 'percentile95'] as const)
    it(`put the worst first as another program does: ${figure}`, async () => {
      const asked = { from: START, to: END, scope: 'pool', worst: 'utilisation', figure } as const;
      const { reports, total } = await world.ask('em1', 'getReport', { ...asked, pageSize: 3 });
      expect([total, reports.map(({ worst }) => worst?.[figure])]).to.deep.equal([
        ELEMENTS.length,
        reports.map(({ worst }) => worst?.[figure]).toSorted((a = 0, b = 0) => b - a),
      ]);
      // Of equals either may come first.
      const worstOf = (element: string) =>
        Math.max(
          ...['ifInUtilisation|p1', 'ifOutUtilisation|p2'].map(
            (name) => independent.figures[`${element}|${name}`]?.[figure] ?? 0,
          ),
        );
      for (const [at, { element }] of reports.entries())
        expect(worstOf(element)).to.equal(worstOf(independent.worst[figure][at] ?? ''));
    });
});
