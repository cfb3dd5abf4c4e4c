/**
 * Finds out which other manager has an element, so that any manager can be asked about any element.
 *
 * The pool knows best: a voter by itself, another by asking the master. What no pool decides on is looked for in what this
 * manager remembers of others, and else at all of them at once.
 */
import { asPtpError } from '../base/errors.js';
import { ELEMENT_KINDS, elementName, isMeantBy, parseElementName } from '../model/element.js';
import { sectionElements } from '../model/ptp-store.js';
import type { CallContext } from '../peer/peer.js';
import type { ManagerCore, Sections } from './core.js';
import { knowsAll, masterElsewhere } from './operations/pool-knowledge.js';

export type Found =
  | { readonly is: 'elsewhere'; readonly manager: string }
  /** It is about to be here, or somebody is about to be given it. */
  | { readonly is: 'moving'; readonly why: string }
  | { readonly is: 'unwatched'; readonly why: string }
  | { readonly is: 'unknown' };

/** What the pool says of an element. */
interface Told {
  readonly owner?: string;
  readonly holder?: string;
  readonly unwatched?: string;
}

/** @param reference Of an element that is not here: its name, or its bare id. */
export async function findOwner(core: ManagerCore, reference: string, context: CallContext): Promise<Found> {
  const told = toldHere(core, reference) ?? (await toldByMaster(core, reference, context));
  if (told) return judged(core, told);
  const remembered = core.ownerElsewhere(reference);
  if (remembered !== undefined) return { is: 'elsewhere', manager: remembered };
  return context.hops === 0 ? soughtEverywhere(core, reference, context) : { is: 'unknown' };
}

function toldHere({ pool }: ManagerCore, reference: string): Told | undefined {
  const parsed = parseElementName(reference);
  const names = parsed
    ? [elementName(parsed.kind, parsed.id)]
    : ELEMENT_KINDS.map((kind) => elementName(kind, reference));
  const known = names.flatMap((name) => pool.assignmentOf(name) ?? []);
  return known.length === 1 ? known[0] : undefined;
}

async function toldByMaster(core: ManagerCore, reference: string, context: CallContext): Promise<Told | undefined> {
  const master = knowsAll(core) ? undefined : masterElsewhere(core, context);
  if (master === undefined) return undefined;
  try {
    const question = { element: reference, scope: 'self', pageSize: 1 } as const;
    const onBehalfOf = { ...context, hops: context.hops + 1 };
    const { assignments } = await core.directory
      .peer(master)
      .call('getAssignments', question, { signal: context.signal, onBehalfOf });
    return assignments[0];
  } catch (thrown) {
    // A bare id that is none there, or a master that has just gone: others may know.
    core.env.log.debug('the master did not tell who has an element', { master, reason: asPtpError(thrown).message });
    return undefined;
  }
}

function judged({ settings, directory }: ManagerCore, { owner, holder, unwatched }: Told): Found {
  if (unwatched !== undefined) return { is: 'unwatched', why: unwatched };
  const manager = holder ?? owner;
  if (manager === undefined) return { is: 'moving', why: 'the pool has given it to nobody yet' };
  if (manager === settings.id) return { is: 'moving', why: 'it is on its way to the manager that was asked' };
  if (!directory.get(manager)) return { is: 'moving', why: `${manager}, which has it, is not known here yet` };
  return { is: 'elsewhere', manager };
}

async function soughtEverywhere(core: ManagerCore, reference: string, context: CallContext): Promise<Found> {
  const { sections, missing } = await core.poolSections({ element: reference, detail: 'summary' }, context);
  const holder = sections.find(
    (section) =>
      section.id !== core.settings.id && sectionElements(section).some((entry) => isMeantBy(entry, reference)),
  );
  if (holder) return { is: 'elsewhere', manager: holder.id };
  if (missing.length === 0) return { is: 'unknown' };
  return { is: 'unwatched', why: noneHasIt(missing) };
}

export const noneHasIt = (missing: Sections['missing']): string =>
  `none of the managers that answered has it, and no answer came from ${missing.map(({ manager }) => manager).join(', ')}`;
