/** The alarms of a manager, put together. */
import type { ElementName } from '../../model/element.js';
import type { ManagerCore } from '../core.js';
import type { Correlation } from '../correlation/correlation.js';
import { AlarmBook } from './alarm-book.js';
import type { AlarmKeeper } from './keeper.js';

/** What it needs of a manager; the collector is not looked at before there is an alarm. */
export function alarmBookFor(
  core: Pick<ManagerCore, 'env' | 'store' | 'settings' | 'configuration' | 'collector'> & {
    readonly correlation: Pick<Correlation, 'sparingOf'>;
  },
  keeper: AlarmKeeper,
): AlarmBook {
  const withdrawn = new Set<ElementName>();
  core.configuration.onTaken(async ({ elements }, { removed }) => {
    const listed = new Set(elements.map(({ name }) => name));
    for (const name of removed) withdrawn.add(name);
    for (const name of withdrawn) if (listed.has(name)) withdrawn.delete(name);
  });
  return new AlarmBook({
    env: core.env,
    manager: core.settings.id,
    store: core.store,
    rules: () => core.settings.eventRules,
    keeper,
    sparing: (alarm) => core.correlation.sparingOf(alarm),
    isWithdrawn: (element) => withdrawn.has(element),
    onBetweenPolls: (element) => void core.collector.review.judge(element),
  });
}
