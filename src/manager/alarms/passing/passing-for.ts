/** How alarms about elements of other managers go to them and come from them, put together. */
import type { ManagerCore } from '../../core.js';
import { findOwner } from '../../owner-search.js';
import type { AlarmBook } from '../alarm-book.js';
import type { AlarmKeeper } from '../keeper.js';
import { AlarmPassing } from './alarm-passing.js';
import { AlarmTaking } from './alarm-taking.js';

/** Nothing of the manager is looked at before there is an alarm. */
export function passingFor(core: ManagerCore & { readonly alarms: AlarmBook }, keeper: AlarmKeeper): AlarmPassing {
  const { env, store } = core;
  const self = core.settings.id;
  const isHere = (element: Parameters<typeof core.collector.epochOf>[0]) =>
    core.collector.epochOf(element) !== undefined;
  const book = () => core.alarms;
  const taking = new AlarmTaking({
    env,
    self,
    book,
    isHere,
    isOver: async (id) => (await store.queryAlarms({ id, states: ['cleared'], offset: 0, limit: 1 })).rows.length > 0,
  });
  return new AlarmPassing({
    env,
    self,
    keeper,
    notes: store,
    book,
    taking,
    async ownerOf(element) {
      if (isHere(element)) return self;
      // Passed on once: then nobody is asked but the master.
      const context = {
        caller: { kind: 'self', name: self, role: 'admin', from: '' },
        requestId: '',
        hops: 1,
      } as const;
      const found = await findOwner(core, element, { ...context, signal: new AbortController().signal }).catch(
        () => undefined,
      );
      return found?.is === 'elsewhere' ? found.manager : undefined;
    },
    peer: (manager) => {
      const reach = core.directory.get(manager)?.reach;
      return reach === 'alive' || reach === 'unknown' ? core.directory.peer(manager) : undefined;
    },
  });
}
