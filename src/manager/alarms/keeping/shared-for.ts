/** The alarms that a manager shares with its pool, put together. */
import type { ManagerCore } from '../../core.js';
import type { AlarmBook } from '../alarm-book.js';
import { SharedAlarms } from './shared-alarms.js';

/** What it needs of a manager; nothing of it is looked at before there is an alarm. */
export const sharedAlarmsFor = (
  core: Pick<ManagerCore, 'env' | 'settings' | 'incarnation' | 'store' | 'collector' | 'pool' | 'directory'> & {
    readonly alarms: AlarmBook;
  },
): SharedAlarms =>
  new SharedAlarms({
    env: core.env,
    self: core.settings.id,
    incarnation: core.incarnation,
    store: core.store,
    book: () => core.alarms,
    epochOf: (element) => core.collector.epochOf(element),
    pool: () => core.pool,
    peer: (manager) => {
      const reach = core.directory.get(manager)?.reach;
      return reach === 'alive' || reach === 'unknown' ? core.directory.peer(manager) : undefined;
    },
  });
