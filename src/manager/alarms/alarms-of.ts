/** The alarms of a manager, put together. */
import type { ElementName } from '../../model/element.js';
import type { ManagerCore } from '../core.js';
import type { Correlation } from '../correlation/correlation.js';
import { AlarmBook } from './alarm-book.js';
import { ALONE } from './keeper.js';
import type { SharedAlarms } from './keeping/shared-alarms.js';
import { sharedAlarmsFor } from './keeping/shared-for.js';
import type { AlarmPassing } from './passing/alarm-passing.js';
import { passingFor } from './passing/passing-for.js';

/** Nothing of a manager is looked at before there is an alarm. */
type AlarmCore = ManagerCore & { readonly alarms: AlarmBook; readonly correlation: Pick<Correlation, 'sparingOf'> };

export interface Alarms {
  readonly book: AlarmBook;
  /** As others keep them; absent where there are no others. */
  readonly shared: SharedAlarms | undefined;
  readonly passing: AlarmPassing;
}

export function alarmsOf(core: AlarmCore, isInPool: boolean): Alarms {
  const shared = isInPool ? sharedAlarmsFor(core) : undefined;
  const passing = passingFor(core, shared ?? ALONE);
  return { book: alarmBookFor(core, passing), shared, passing };
}

function alarmBookFor(core: AlarmCore, passing: AlarmPassing): AlarmBook {
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
    keeper: passing,
    elsewhere: passing,
    sparing: (alarm) => core.correlation.sparingOf(alarm),
    isWithdrawn: (element) => withdrawn.has(element),
    onBetweenPolls: (element) => void core.collector.review.judge(element),
  });
}
