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
  const counted = () => countedOrigins(configuration);
  const shown = (state: SourceState, counts = counted()) => shownSource(state, counts.get(state.source.name) ?? 0);
  return {
    async getSources({ element }) {
      const origin = element === undefined ? undefined : originOf(configuration, element);
      const counts = counted();
      return {
        manager: configuration.settings.id,
        sources: sources.states().map((one) => shown(one, counts)),
        ...(origin && { origin }),
      };
    },

    async changeSource({ source, action }) {
      const one = sources.get(source);
      if (action === 'confirm') {
        await one.confirm();
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

/** Elements by the source that counts for them: looked at once, as there may be many of both. */
function countedOrigins({ settings }: Pick<Configuration, 'settings'>): ReadonlyMap<string, number> {
  const counted = new Map<string, number>();
  for (const { source } of settings.origins.values()) counted.set(source, (counted.get(source) ?? 0) + 1);
  return counted;
}

function shownSource(
  { source, elements, readMs, triedMs, fault, held }: SourceState,
  counted: number,
): Output<'changeSource'>['source'] {
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
