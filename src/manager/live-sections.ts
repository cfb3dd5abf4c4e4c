/** The live memory of all managers that are known here, each asked at the same time. */
import { consolidate } from '../assess/consolidate.js';
import { type ManagerSection, type PtpStore, sectionElements } from '../model/ptp-store.js';
import type { CallContext } from '../peer/peer.js';
import type { ManagerCore, Sections, SectionsQuery } from './core.js';
import { gather } from './gather.js';
import { depthBehind, mergeDepth, pageOf } from './listing.js';

const LIST_OF = { device: 'getDevices', service: 'getServices', application: 'getApplications' } as const;

/** For as much of each as fills the page that is wanted. */
export async function liveSections(
  core: Pick<ManagerCore, 'directory' | 'ownSection'>,
  query: SectionsQuery,
  context: CallContext,
): Promise<Sections> {
  const { filter, sort, after, maxAge, detail, element, kind } = query;
  const { page, pageSize } = pageOf(query);
  const depth =
    after === undefined ? mergeDepth(query, 'elements', 'narrow them by a filter') : depthBehind(page, pageSize);
  const question = { filter, sort, after, maxAge, detail, element, scope: 'self', page: 1, pageSize: depth } as const;
  const operation = kind === undefined ? 'getStore' : LIST_OF[kind];
  const asked = kind === undefined ? withoutElement(question) : question;
  const { answers, missing } = await gather(core.directory, core.directory.ids(), operation, asked, context, {
    lacking: 'empty',
  });
  const fetched = sectionsOf(answers).filter((section) => hasElements(section, core));
  const listed = answers.reduce((sum, { answer }) => sum + answer.total, 0);
  const more = listed - fetched.reduce((sum, section) => sum + sectionElements(section).length, 0);
  return { sections: consolidate([core.ownSection(), ...fetched]), missing, more };
}

/** `getStore` knows no single element; what is asked for is found in it by its id. */
const withoutElement = <Q extends { readonly element?: string; readonly filter?: string }>({ element, ...rest }: Q) =>
  element === undefined ? rest : { ...rest, filter: idFilter(element) };

const idFilter = (element: string): string =>
  `id:"${element.replace(/^(?:device|service|application)\//, '').replaceAll('"', '')}"`;

/** Integration managers answer as all others do, and mostly own nothing. */
const hasElements = (section: ManagerSection, { directory }: Pick<ManagerCore, 'directory'>): boolean =>
  directory.get(section.id)?.address.role !== 'EIM' || sectionElements(section).length > 0;

const sectionsOf = (answers: readonly { readonly answer: { readonly PTP_STORE: PtpStore } }[]): ManagerSection[] =>
  answers.flatMap(({ answer }) => answer.PTP_STORE.managers);
