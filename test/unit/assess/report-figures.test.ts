import { expect } from 'chai';
import { metricsOf, type ReportFigures, utilisationOf, worstFigures } from '../../../src/assess/report-figures.js';

const figures = (metric: string, instance: string, [minimum, mean, percentile95, maximum]: readonly number[]) => ({
  ...{ metric, instance, unit: '%', count: 100 },
  ...{ minimum: minimum ?? 0, mean: mean ?? 0, percentile95: percentile95 ?? 0, maximum: maximum ?? 0 },
});

describe('what stands out in a report', () => {
  const ALL: readonly ReportFigures[] = [
    figures('ifInUtilisation', 'p1', [1, 20, 60, 70]),
    figures('ifOutUtilisation', 'p1', [0, 25, 80, 81]),
    { ...figures('ifInUtilisation', 'p2', [2, 30, 50, 99]), resolutionMs: 300_000 },
    figures('cpuLoad', '1', [5, 10, 20, 30]),
    figures('cpuLoad', '2', [4, 11, 21, 22]),
    figures('temperature', '', [200, 300, 400, 500]),
  ];

  it('is the busiest interface and processor', () => {
    expect(
      utilisationOf(ALL).map(({ of, metric, instance, percentile95 }) => [of, metric, instance, percentile95]),
    ).to.deep.equal([
      ['interface', 'ifOutUtilisation', 'p1', 80],
      ['cpu', 'cpuLoad', '2', 21],
    ]);
    expect(utilisationOf([])).to.deep.equal([]);
    expect(utilisationOf([{ ...figures('cpuLoad', '', [1, 1, 1, 1]), count: 0 }])).to.deep.equal([]);
  });

  for (const [by, instance, metric] of [
    ['percentile95', 'p1', 'ifOutUtilisation'],
    ['mean', 'p2', 'ifInUtilisation'],
    ['maximum', 'p2', 'ifInUtilisation'],
    ['minimum', 'p1', 'ifOutUtilisation'],
  ] as const)
    it(`is the worst by ${by}`, () => {
      const interfaces = ALL.filter((one) => metricsOf('utilisation').includes(one.metric));
      const worst = worstFigures(interfaces, by);
      expect([worst?.metric, worst?.instance]).to.deep.equal([metric, instance]);
    });

  it('says what it comes from', () => {
    expect(worstFigures(ALL.slice(2, 3), 'mean')?.resolution).to.equal(300);
    expect(worstFigures(ALL.slice(0, 1), 'mean')?.resolution).to.equal(0);
  });

  it('knows words for several metrics, and every metric by its name', () => {
    expect(metricsOf('utilisation')).to.include.members(['ifInUtilisation', 'ifOutUtilisation']);
    expect(metricsOf('responseTime')).to.include.members(['responseTime.snmp', 'responseTime.probe']);
    expect(metricsOf('cpu')).to.include('cpuLoad');
    for (const name of ['Clients', 'constructor', '__proto__']) expect(metricsOf(name)).to.deep.equal([name]);
  });
});
