/** Values of one element: getSamples, pollNow; and for the answers of others what is kept here: getPast. */
import { PtpError } from '../../base/errors.js';
import { type ElementName, elementName, parseElementName } from '../../model/element.js';
import type { Handlers } from '../../peer/peer.js';
import type { ManagerCore } from '../core.js';
import { answerForElement, noSuchElement, unwatched } from '../forward.js';
import { HolderSearch } from '../past/holders.js';
import { ownPasts } from '../past/own-past.js';
import { ownSamples, wholeSamples } from '../past/whole-samples.js';

export function measurementHandlers(core: ManagerCore, holders = new HolderSearch(core)): Handlers {
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
      if (input.scope === 'self') return ownSamples(core, { ...input, element: nameHere(core, input.element) });
      const whole = (element: ElementName) => wholeSamples(core, holders, { ...input, element }, context);
      const ofUnwatched = async (element: ElementName, why: string) => {
        const found = await whole(element);
        if (found.series.length === 0) throw unwatched(element, why);
        return found;
      };
      return answerForElement(core, input.element, 'getSamples', input, context, whole, ofUnwatched);
    },

    getPast: (input) => ownPasts(core, input),

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

/** Also of one that is elsewhere now, by its whole name. */
function nameHere(core: ManagerCore, reference: string): ElementName {
  const here = core.table.find(reference);
  if (here) return here;
  const named = parseElementName(reference);
  if (named) return elementName(named.kind, named.id);
  throw noSuchElement(reference);
}
