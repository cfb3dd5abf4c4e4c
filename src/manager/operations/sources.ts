/** Sources of elements, seen and changed from outside: getSources, changeSource. */
import { PtpError } from '../../base/errors.js';
import { ELEMENT_KINDS, elementName, parseElementName } from '../../model/element.js';
import type { Handlers } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import type { Configuration } from '../configuration.js';
import type { ElementSources } from '../sources/element-sources.js';
import type { SourceState } from '../sources/followed-source.js';

export function sourceHandlers(
  configuration: Pick<Configuration, 'settings' | 'tell'>,
  sources: Pick<ElementSources, 'states' | 'get'>,
): Handlers {
  const shown = (state: SourceState) => shownSource(state, configuration);
  return {
    async getSources({ element }) {
      const origin = element === undefined ? undefined : originOf(configuration, element);
      return {
        manager: configuration.settings.id,
        sources: sources.states().map(shown),
        ...(origin && { origin }),
      };
    },

    async changeSource({ source, action }, { caller }) {
      const one = sources.get(source);
      if (action === 'confirm') {
        await one.confirm();
        configuration.tell({
          severity: 'warning',
          name: 'sourceConfirmed',
          text: `${caller.name} confirmed the list of ${source}`,
        });
      } else {
        await one.read();
        const { fault } = one.state;
        if (fault !== undefined) throw new PtpError('Server.Unavailable', fault, { place: { path: 'source' } });
      }
      return { source: shown(one.state) };
    },
  };
}

function originOf(
  { settings }: Pick<Configuration, 'settings'>,
  reference: string,
): Output<'getSources'>['origin'] | undefined {
  const parsed = parseElementName(reference);
  const names = parsed
    ? [elementName(parsed.kind, parsed.id)]
    : ELEMENT_KINDS.map((kind) => elementName(kind, reference));
  return names.map((name) => settings.origins.get(name)).find((origin) => origin !== undefined);
}

function shownSource(
  { source, elements, readMs, triedMs, fault, held }: SourceState,
  { settings }: Pick<Configuration, 'settings'>,
): Output<'changeSource'>['source'] {
  let counted = 0;
  for (const origin of settings.origins.values()) if (origin.source === source.name) counted += 1;
  return {
    source: source.name.slice(0, 1024),
    type: source.type,
    elements,
    shadowed: Math.max(0, elements - counted),
    readAt: readMs,
    triedAt: triedMs,
    fault,
    inDoubt: held && { elements: held.elements, missing: held.missing },
  };
}
