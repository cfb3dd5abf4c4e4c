/** Reports as tables of plain numbers: seconds, milliseconds, shares of 1; times are ISO 8601. Pure. */
import { STATUSES } from '../model/status.js';
import type { Output } from '../xml/messages/operations.js';
import { isoTime } from './format.js';
import type { CsvCell, CsvTable } from './table-csv.js';
import { OPEN_SEVERITIES } from './views/alarm-nodes.js';

type Report = Output<'getReport'>;
type Counts = Report['groups'][number]['alarms'];

const alarmCells = (alarms: Counts): CsvCell[] =>
  OPEN_SEVERITIES.map((severity) => alarms.find((one) => one.severity === severity)?.count ?? 0);
const alarmNames = OPEN_SEVERITIES.map((severity) => `${severity}Alarms`);

type Entry = Report['reports'][number];

const USED = ['interface', 'cpu'] as const;
const usedNames = USED.flatMap((of) =>
  ['Metric', 'Instance', 'Mean', 'Percentile95', 'Maximum'].map((figure) => `${of}${figure}`),
);
const usedCells = ({ utilisation }: Entry): CsvCell[] =>
  USED.flatMap((of) => {
    const used = utilisation.find((one) => one.of === of);
    return [used?.metric, used?.instance, used?.mean, used?.percentile95, used?.maximum];
  });

const worstNames = ['Metric', 'Instance', 'Unit', 'Count', 'Minimum', 'Mean', 'Percentile95', 'Maximum'].map(
  (figure) => `worst${figure}`,
);
const worstCells = ({ worst }: Entry): CsvCell[] => [
  ...[worst?.metric, worst?.instance, worst?.unit, worst?.count],
  ...[worst?.minimum, worst?.mean, worst?.percentile95, worst?.maximum],
];

export const elementsCsv = (reports: Report['reports']): CsvTable => ({
  name: 'report',
  rows: [
    [
      ...['element', 'label', 'manager', 'from', 'to', 'status', 'availability'],
      ...STATUSES.map((status) => `${status}Seconds`),
      ...['polls', 'pollsFailed', 'responseMinimum', 'responseMean', 'responseMaximum', 'responsePercentile95'],
      ...alarmNames,
      ...usedNames,
      ...worstNames,
    ],
    ...reports.map((entry) => {
      const { element, label, manager, from, to, status, availability, states, response } = entry;
      return [
        ...[element, label, manager, isoTime(from), isoTime(to), status, availability],
        ...STATUSES.map((name) => states.find((state) => state.status === name)?.seconds ?? 0),
        ...[entry.polls, entry.pollsFailed],
        ...[response?.minimum, response?.mean, response?.maximum, response?.percentile95],
        ...alarmCells(entry.alarms),
        ...usedCells(entry),
        ...worstCells(entry),
      ];
    }),
  ],
});

export const groupsCsv = (by: string, groups: Report['groups']): CsvTable => ({
  name: `report-by-${by}`,
  rows: [
    [
      ...[by, 'elements', 'availability', 'knownSeconds', 'availableSeconds', 'polls', 'pollsFailed'],
      ...alarmNames,
      ...['acknowledged', 'acknowledgedSeconds', 'cleared', 'clearedSeconds'],
    ],
    ...groups.map((group) => [
      ...[group.name, group.elements, group.availability, group.knownSeconds, group.availableSeconds],
      ...[group.polls, group.pollsFailed],
      ...alarmCells(group.alarms),
      ...[group.acknowledged, group.acknowledgedSeconds, group.cleared, group.clearedSeconds],
    ]),
  ],
});

export const figuresCsv = ({ element, metrics }: Report['reports'][number]): CsvTable => ({
  name: 'report-values',
  rows: [
    ['element', 'metric', 'instance', 'unit', 'count', 'minimum', 'mean', 'percentile95', 'maximum', 'resolution'],
    ...metrics.map(({ metric, instance, unit, count, minimum, mean, percentile95, maximum, resolution }) => [
      ...[element, metric, instance, unit, count, minimum, mean, percentile95, maximum, resolution],
    ]),
  ],
});
