/** Lists of elements in the common data format: getDevices, getServices, getApplications, getStore. */
import { type ElementKind, elementName, isMeantBy, parseElementName } from '../../model/element.js';
import { type ElementEntry, type ManagerSection, sectionElements } from '../../model/ptp-store.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import { alarmEntries } from '../alarm-list.js';
import { requireOneAnswer } from '../answer-size.js';
import type { ManagerCore, Sections } from '../core.js';
import { ELEMENT_COLUMNS, type ElementRow } from '../element-columns.js';
import { answerForElement, noSuchElement, unwatched } from '../forward.js';
import { listRows } from '../listing.js';
import { noneHasIt } from '../owner-search.js';
import { unwatchedElements, withUnwatched } from '../unwatched.js';

type ElementList = Output<'getDevices'>;

export function elementHandlers(core: ManagerCore): Handlers {
  return {
    getDevices: (input, context) => listElements(core, input, context, 'device'),
    getServices: (input, context) => listElements(core, input, context, 'service'),
    getApplications: (input, context) => listElements(core, input, context, 'application'),
    getStore: (input, context) => listElements(core, input, context),
  };
}

const LIST_OF = { device: 'getDevices', service: 'getServices', application: 'getApplications' } as const;

function listElements(
  core: ManagerCore,
  input: Input<'getDevices'>,
  context: CallContext,
  kind?: ElementKind,
): Promise<ElementList> {
  const { element, scope } = input;
  // Any manager answers for any element; an integration manager by what it remembers, which tells also of the dead.
  if (kind === undefined || element === undefined || scope === 'self' || core.role === 'EIM')
    return ownOrAll(core, input, context, kind);
  const parsed = parseElementName(element);
  if (parsed && parsed.kind !== kind) throw noSuchElement(element);
  const named = elementName(kind, parsed?.id ?? element);
  const own = { ...input, element: named, scope: 'self' } as const;
  const here = () => ownOrAll(core, own, context, kind);
  // The pool says what is known of it.
  const ofUnwatched = () => ownOrAll(core, { ...own, scope: 'pool' }, context, kind);
  return answerForElement(core, named, LIST_OF[kind], own, context, here, ofUnwatched);
}

async function ownOrAll(
  core: ManagerCore,
  input: Input<'getDevices'>,
  context: CallContext,
  kind?: ElementKind,
): Promise<ElementList> {
  const { sections: told, missing, more = 0 } = await sectionsFor(core, input, context, kind);
  const isOfPool = (input.scope ?? core.defaultScope) === 'pool' && context.hops === 0;
  const sections = isOfPool ? withUnwatched(told, await unwatchedElements(core, context), kind) : told;
  const rows: ElementRow[] = sections.flatMap((section) =>
    entriesOf(section, kind).map((entry) => ({ entry, section })),
  );
  const { element } = input;
  const wanted = element === undefined ? rows : rows.filter(({ entry }) => isMeantBy(entry, element));
  if (element !== undefined && wanted.length === 0) {
    throw missing.length > 0 ? unwatched(element, noneHasIt(missing)) : noSuchElement(element);
  }
  const page = listRows(wanted, input, ELEMENT_COLUMNS, more > 0);
  const full = input.detail !== 'summary';
  if (full) requireOneAnswer(page.rows.map(({ entry }) => entry));
  return {
    PTP_STORE: {
      managers: sections.map((section) => withAlarms(core, sectionOf(section, page.rows, full), full, kind)),
      integrationManagers: kind || element !== undefined ? [] : core.integrationSections(),
    },
    total: page.total + more,
    parts: told.map(({ id, age, source }) => ({ manager: id, age: age ?? 0, source: source ?? 'memory' })),
    missing,
    ...(page.next !== undefined && { next: page.next }),
  };
}

async function sectionsFor(
  core: ManagerCore,
  input: Input<'getDevices'>,
  context: CallContext,
  kind?: ElementKind,
): Promise<Sections> {
  const scope = input.scope ?? core.defaultScope;
  const here = input.element !== undefined && core.table.find(input.element) !== undefined;
  if (scope === 'pool' && !here) return core.poolSections({ ...input, kind }, context);
  return { sections: [input.source === 'store' ? await storedSection(core) : core.ownSection()], missing: [] };
}

/** As the store has it. What memory shows is there, too, so only what nobody has looked at yet can differ. */
async function storedSection(core: ManagerCore): Promise<ManagerSection> {
  const section = core.ownSection();
  const states = new Map((await core.store.loadStates()).map((state) => [state.element, state]));
  const stored = (entry: ElementEntry): ElementEntry => {
    const { status = 'unknown', since, reason, latest = [] } = states.get(elementName(entry.kind, entry.id)) ?? {};
    return { ...entry, status, since: since || undefined, reason, metrics: latest };
  };
  return {
    ...section,
    source: 'store',
    devices: section.devices.map(stored),
    services: section.services.map(stored),
    applications: section.applications.map(stored),
  };
}

const entriesOf = (section: ManagerSection, kind?: ElementKind) =>
  kind === 'device'
    ? section.devices
    : kind === 'service'
      ? section.services
      : kind === 'application'
        ? section.applications
        : sectionElements(section);

/** The rows of a page back in their section, in the page's order. */
function sectionOf(section: ManagerSection, rows: readonly ElementRow[], full: boolean): ManagerSection {
  const own = rows
    .filter((row) => row.section === section)
    .map(({ entry }) => (full ? entry : { ...entry, metrics: [] }));
  return {
    ...section,
    devices: own.filter(({ kind }) => kind === 'device'),
    services: own.filter(({ kind }) => kind === 'service'),
    applications: own.filter(({ kind }) => kind === 'application'),
  };
}

/** What stands open here, beside what is shown of this manager; others have put theirs there. */
function withAlarms(core: ManagerCore, section: ManagerSection, full: boolean, kind?: ElementKind): ManagerSection {
  const open = full && section.id === core.settings.id ? core.alarms.open() : [];
  if (open.length === 0) return section;
  const alarms = alarmEntries(open);
  const own = kind === undefined ? alarms.get(undefined) : undefined;
  const withTheirs = (entry: ElementEntry): ElementEntry => {
    const theirs = alarms.get(elementName(entry.kind, entry.id));
    return theirs ? { ...entry, alarms: theirs } : entry;
  };
  return {
    ...section,
    devices: section.devices.map(withTheirs),
    services: section.services.map(withTheirs),
    applications: section.applications.map(withTheirs),
    ...(own && { alarms: own }),
  };
}
