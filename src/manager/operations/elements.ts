/** Lists of elements in the common data format: getDevices, getServices, getApplications, getStore. */
import { PtpError } from '../../base/errors.js';
import { type ElementKind, isMeantBy } from '../../model/element.js';
import { type ManagerSection, type PtpStore, sectionElements } from '../../model/ptp-store.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import { requireOneAnswer } from '../answer-size.js';
import type { ManagerCore, Sections } from '../core.js';
import { ELEMENT_COLUMNS, type ElementRow } from '../element-columns.js';
import { noSuchElement } from '../forward.js';
import { listRows } from '../listing.js';

type ElementList = Output<'getDevices'>;

export function elementHandlers(core: ManagerCore): Handlers {
  return {
    getDevices: (input, context) => listElements(core, input, context, 'device'),
    getServices: (input, context) => listElements(core, input, context, 'service'),
    getApplications: (input, context) => listElements(core, input, context, 'application'),
    getStore: (input, context) => listElements(core, input, context),
  };
}

async function listElements(
  core: ManagerCore,
  input: Input<'getDevices'>,
  context: CallContext,
  kind?: ElementKind,
): Promise<ElementList> {
  const { sections, missing, more = 0 } = await sectionsFor(core, input, context, kind);
  const rows: ElementRow[] = sections.flatMap((section) =>
    entriesOf(section, kind).map((entry) => ({ entry, section })),
  );
  const { element } = input;
  const wanted = element === undefined ? rows : rows.filter(({ entry }) => isMeantBy(entry, element));
  if (element !== undefined && wanted.length === 0) {
    throw missing.length > 0 ? notFoundButMissing(element, missing) : noSuchElement(element);
  }
  const page = listRows(wanted, input, ELEMENT_COLUMNS);
  const full = input.detail !== 'summary';
  if (full) requireOneAnswer(page.rows.map(({ entry }) => entry));
  return {
    PTP_STORE: {
      managers: sections.map((section) => sectionOf(section, page.rows, full)),
      integrationManagers: kind || element !== undefined ? [] : core.integrationSections(),
    },
    total: page.total + more,
    parts: sections.map(({ id, age, source }) => ({ manager: id, age: age ?? 0, source: source ?? 'memory' })),
    missing,
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
  if (scope === 'self' || here) return { sections: [core.ownSection()], missing: [] };
  return core.poolSections({ ...input, kind }, context);
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

function notFoundButMissing(element: string, missing: Sections['missing']): PtpError {
  const silent = missing.map(({ manager }) => manager).join(', ');
  return new PtpError(
    'Server.Unavailable',
    `${element.slice(0, 200)} is at none of the managers that answered; ${silent} did not answer`,
  );
}

/** For merging what managers answered into sections that can be listed again. */
export const sectionsOf = (
  answers: readonly { readonly answer: { readonly PTP_STORE: PtpStore } }[],
): ManagerSection[] => answers.flatMap(({ answer }) => answer.PTP_STORE.managers);
