/** `MAINTENANCE` of an element's page: its windows, and `SPAN`s for the form where the reader may set one. */
import type { ElementName } from '../../model/element.js';
import { roleAtLeast } from '../../model/manager.js';
import { ACTIONS } from '../actions.js';
import { isoTime } from '../format.js';
import type { PageNode } from '../page-data.js';
import { SPAN_NAMES, SPANS } from '../spans.js';
import { attempt, type ViewContext } from './view.js';

/** Nothing where there is neither a window nor anything to be done. */
export async function maintenance(
  { ask, call }: ViewContext,
  element: ElementName,
  formHref: string,
): Promise<PageNode> {
  const asked = await attempt(ask('getMaintenance', { element }));
  const able = roleAtLeast(call.caller.role, ACTIONS.maintain.role);
  if (!('value' in asked)) return {};
  const { windows } = asked.value;
  if (windows.length === 0 && !able) return {};
  return {
    MAINTENANCE: {
      formHref,
      able,
      WINDOW: windows.map(({ id, from, to, text, by, active }) => ({
        id,
        from: isoTime(from),
        to: isoTime(to),
        active,
        ...(text === undefined ? {} : { text }),
        ...(by === undefined ? {} : { by }),
        canEnd: able && by !== undefined,
      })),
      SPAN: SPAN_NAMES.map((name) => ({ name, label: SPANS[name].label })),
    },
  };
}
