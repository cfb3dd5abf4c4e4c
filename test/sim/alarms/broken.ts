/** Managers that would lose alarms, each in a way of its own. */
import type { Machine } from './manager.js';

export const BROKEN_KEEPING: Readonly<Record<string, Machine>> = {
  'alarms count before another manager has them': {
    keeper: (real) => ({
      keep: async (alarm) => {
        void real.keep(alarm);
        return 'EM2';
      },
    }),
  },

  'what is kept for others is kept in memory only': {
    store: (real) => ({ ...real, changeKept: async (change) => void real.changeKept({ ...change, alarms: [] }) }),
  },

  'copies are merged by the wall clock': {
    handlers: (real) => ({
      ...real,
      async getKeptAlarms(input, context) {
        const answer = await real.getKeptAlarms?.(input, context);
        const copies = (answer?.copies ?? []).map((copy) => {
          const latest = Math.max(0, ...copy.alarms.map((text) => Number(/"changedAt":(\d+)/.exec(text)?.[1] ?? 0)));
          return { ...copy, epoch: `1.0.${copy.owner}`, incarnation: 1, number: latest };
        });
        return { copies, left: answer?.left ?? [] };
      },
    }),
  },

  'a new owner asks nobody': {
    handlers: (real) => ({ ...real, getKeptAlarms: async () => ({ copies: [], left: [] }) }),
  },

  'the copy of a new keeper begins with what has changed last': {
    handlers: (real) => ({
      ...real,
      async keepAlarms(input, context) {
        const subjects = input.subjects.map((one) => ({ ...one, alarms: one.alarms.slice(-1) }));
        return (await real.keepAlarms?.({ ...input, subjects }, context)) ?? { stale: [], lacking: [], unmerged: [] };
      },
    }),
  },

  'a keeper forgets what a former owner had before the new one has heard of it': {
    handlers: (real) => ({
      ...real,
      async keepAlarms(input, context) {
        const since = { epoch: '9.9.EM1', incarnation: 9, number: 9 };
        const subjects = input.subjects.map((one) => ({ ...one, since }));
        return (await real.keepAlarms?.({ ...input, subjects }, context)) ?? { stale: [], lacking: [], unmerged: [] };
      },
    }),
  },
};
