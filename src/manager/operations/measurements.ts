/** Values of one element: getSamples, pollNow. */
import { PtpError } from '../../base/errors.js';
import type { Handlers } from '../../peer/peer.js';
import type { ManagerCore } from '../core.js';
import { answerForElement } from '../forward.js';

/** Points that one answer may hold over all its series. */
const MOST_POINTS = 50_000;

export function measurementHandlers(core: ManagerCore): Handlers {
  return {
    getSamples(input, context) {
      if (input.to <= input.from)
        throw new PtpError('Client.Validation', 'to is not after from; the range is [from, to)', {
          place: { path: 'to' },
        });
      if (input.step !== undefined && !(input.step >= 1)) {
        throw new PtpError('Client.Validation', `step is ${input.step}; it is in seconds and at least 1`, {
          place: { path: 'step' },
        });
      }
      return answerForElement(core, input.element, 'getSamples', input, context, async (element) => {
        const series = await core.store.querySamples({
          element,
          metric: input.metric,
          instance: input.instance,
          from: input.from,
          to: input.to,
          stepMs: input.step === undefined ? undefined : input.step * 1000,
          limit: MOST_POINTS,
        });
        return {
          manager: core.settings.id,
          series: series.map(({ metric, instance, unit, points }) => ({ metric, instance, unit, points })),
        };
      });
    },

    pollNow(input, context) {
      return answerForElement(core, input.element, 'pollNow', input, context, async (element) => {
        const polled = await core.collector.pollNow(element);
        const entry = core.table.get(element);
        return {
          element,
          manager: core.settings.id,
          status: entry?.status ?? 'unknown',
          values: entry?.metrics ?? [],
          faults: polled.flatMap(({ method, outcome }) =>
            outcome.ok ? [] : [{ method, message: outcome.error.message }],
          ),
        };
      });
    },
  };
}
