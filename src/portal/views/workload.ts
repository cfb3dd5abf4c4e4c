/** Whether a manager keeps up, as its page shows it. Pure. */
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration, formatNumber, formatValue } from '../format.js';
import type { PageNode } from '../page-data.js';

type ManagerStatus = Output<'getStatus'>['managers'][number];
type Workload = NonNullable<ManagerStatus['workload']>;

const WORDS: Readonly<Record<Workload['state'], { readonly word: string; readonly condition: string }>> = {
  ample: { word: 'keeps up', condition: 'normal' },
  tight: { word: 'close to too much', condition: 'warning' },
  late: { word: 'too much', condition: 'major' },
};

const percent = (share: number): string => formatValue(Math.round(share * 1000) / 10, '%');

/** @param health The word for a manager that is not well is this one's, where this is why. */
export function workloadFacts(load: Workload, health: ManagerStatus['health']): PageNode {
  const { word, condition } = WORDS[load.state];
  return {
    workload: load.state,
    workloadWord: word,
    workloadCondition: condition,
    // Of two things that are wrong the one is told that has a sentence.
    isOverloaded: health === 'degraded' && load.state !== 'ample',
    workloadFor: formatDuration(load.age * 1_000),
    ...(load.reason === undefined ? {} : { workloadReason: load.reason }),
    ...(load.lateIn === undefined ? {} : { lateIn: formatDuration(load.lateIn * 1_000) }),
    inUse: percent(load.use),
    inUseShare: `${Math.min(100, Math.round(load.use * 100))}%`,
    inUseBusy: load.state !== 'ample',
    expected: percent(load.expected),
    carried: formatValue(load.cost / 10, '%'),
    carries: formatValue(load.capacity / 10, '%'),
    lag95: formatValue(Math.round(load.lag95 * 1_000), 'ms'),
    underWay: formatNumber(load.underWay),
    waiting: formatNumber(load.waiting),
    unstored: formatNumber(load.unstored),
    overlapped: formatNumber(load.overlapped),
  };
}
