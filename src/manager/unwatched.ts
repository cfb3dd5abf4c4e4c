/**
 * Elements that the pool knows and nobody watches: no manager has them in its memory, so lists of the whole pool are
 * completed by what the pool says of them. A voter knows all, another manager asks the master.
 */
import { asPtpError } from '../base/errors.js';
import { type ElementKind, type ElementName, elementName, parseElementName } from '../model/element.js';
import { type ElementEntry, type ManagerSection, sectionElements } from '../model/ptp-store.js';
import type { CallContext } from '../peer/peer.js';
import type { ManagerCore } from './core.js';
import { knowsAll, masterElsewhere } from './operations/pool-knowledge.js';
import { importDefinition } from './pool/bundle/definition.js';
import { UNWATCHED } from './pool/pool-lists.js';

export interface UnwatchedElement {
  readonly element: ElementName;
  readonly why: string;
  /** Who had it last, or is to have it. */
  readonly manager: string;
  readonly entry: ElementEntry;
}

/** Elements that one list tells of. */
const MOST = 1000;
/** Going through the inventory of a large pool takes its time. */
const REMEMBERED_MS = 1000;

const remembered = new WeakMap<ManagerCore, { readonly untilMs: number; readonly rows: Promise<readonly Row[]> }>();

interface Row {
  readonly element: string;
  readonly owner?: string;
  readonly homes: readonly string[];
  readonly unwatched?: string;
}

export async function unwatchedElements(core: ManagerCore, context: CallContext): Promise<readonly UnwatchedElement[]> {
  const { clock } = core.env;
  const known = remembered.get(core);
  const rows = known && clock.monotonic() < known.untilMs ? known.rows : rowsOf(core, context);
  if (rows !== known?.rows) remembered.set(core, { untilMs: clock.monotonic() + REMEMBERED_MS, rows });
  return (await rows).flatMap(({ element, owner, homes, unwatched: why }) => {
    const named = parseElementName(element);
    if (!named || why === undefined) return [];
    const name = elementName(named.kind, named.id);
    const manager = owner ?? homes[0] ?? core.pool.view.master ?? core.settings.id;
    return [{ element: name, why, manager, entry: entryOf(core, name, named, why) }];
  });
}

/** What is known here is told where the master does not answer. */
async function rowsOf(core: ManagerCore, context: CallContext): Promise<readonly Row[]> {
  const own = () => core.pool.assignments({ filter: UNWATCHED, pageSize: MOST }).rows;
  const master = knowsAll(core) ? undefined : masterElsewhere(core, context);
  if (master === undefined) return own();
  try {
    const question = { filter: UNWATCHED, pageSize: MOST, scope: 'self' } as const;
    const onBehalfOf = { ...context, hops: context.hops + 1 };
    const peer = core.directory.peer(master);
    return (await peer.call('getAssignments', question, { signal: context.signal, onBehalfOf })).assignments;
  } catch (thrown) {
    core.env.log.debug('the master did not tell what nobody watches', { master, reason: asPtpError(thrown).message });
    return own();
  }
}

function entryOf(
  core: ManagerCore,
  name: ElementName,
  { kind, id }: { readonly kind: ElementKind; readonly id: string },
  why: string,
): ElementEntry {
  const text = core.pool.definitionOf(name);
  const { ip, dnsname, label, type, vendor, model, description, location, portal, customers, links, parents } =
    (text === undefined ? undefined : importDefinition(text)) ?? {};
  return {
    ...{ kind, id, ip, dnsname, label, type, vendor, model, description, location, portal },
    status: 'unknown',
    reason: reasonOf(why),
    customers: customers ?? [],
    links: links ?? [],
    parents: parents ?? [],
    access: [],
    metrics: [],
  };
}

/** @param known What is told of it anyway, such as its last status. */
function reasonOf(why: string, known?: string): string {
  const reason = `nobody watches it: ${why}`;
  return known === undefined || known === reason ? reason : `${reason}; ${known}`;
}

/** Sections of the pool with those elements in the section of whoever had them last, unless somebody knows them better. */
export function withUnwatched(
  sections: readonly ManagerSection[],
  elements: readonly UnwatchedElement[],
  kind?: ElementKind,
): readonly ManagerSection[] {
  if (elements.length === 0) return sections;
  const wanted = new Map(elements.filter(({ entry }) => !kind || entry.kind === kind).map((one) => [one.element, one]));
  const told = sections.map((section) => {
    const entries = sectionElements(section).map((entry) => {
      const name = elementName(entry.kind, entry.id);
      const unwatched = wanted.get(name);
      wanted.delete(name);
      return unwatched && entry.status === 'unknown'
        ? { ...entry, reason: reasonOf(unwatched.why, entry.reason) }
        : entry;
    });
    return withElements(section, entries);
  });
  const left = new Map<string, UnwatchedElement[]>();
  for (const one of wanted.values()) left.set(one.manager, [...(left.get(one.manager) ?? []), one]);
  return [
    ...told.map((section) => {
      const more = left.get(section.id);
      left.delete(section.id);
      return more ? withElements(section, [...sectionElements(section), ...more.map(({ entry }) => entry)]) : section;
    }),
    ...[...left].map(([id, more]) =>
      withElements(
        { id, failover: [], devices: [], services: [], applications: [] },
        more.map(({ entry }) => entry),
      ),
    ),
  ];
}

const withElements = (section: ManagerSection, entries: readonly ElementEntry[]): ManagerSection => ({
  ...section,
  devices: entries.filter(({ kind }) => kind === 'device'),
  services: entries.filter(({ kind }) => kind === 'service'),
  applications: entries.filter(({ kind }) => kind === 'application'),
});
