/** What the operations of the pool ask before they act: who has an element, and what somebody has had done. */
import { asPtpError, PtpError } from '../../base/errors.js';
import { type ElementName, parseElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import { type Epoch, parseEpoch } from '../../model/manager.js';
import type { CallContext } from '../../peer/peer.js';
import type { ManagerCore } from '../core.js';
import { MOST_HOPS } from '../hops.js';

/** Elements that one request may name. */
export const MOST_ELEMENTS = 1000;

/** Whether this manager knows of all elements of the pool, and not of its own only. */
export function knowsAll({ pool, settings }: ManagerCore): boolean {
  const { standing, master, members } = pool.view;
  if (standing === 'alone' || master === settings.id) return true;
  return members.some(({ id, voter }) => id === settings.id && voter);
}

/** The master, where it is another manager that can be asked by this request. */
export function masterElsewhere({ pool, settings, directory }: ManagerCore, { hops }: CallContext): string | undefined {
  const { master } = pool.view;
  return master !== undefined && master !== settings.id && hops < MOST_HOPS && directory.get(master)
    ? master
    : undefined;
}

/** Who has an element now. */
export interface Ownership {
  readonly owner?: string;
  readonly epoch?: Epoch;
  readonly holder?: string;
}

/** As this manager knows it, or else the master; undefined when neither knows the element. */
export async function ownershipOf(
  core: ManagerCore,
  element: ElementName,
  context: CallContext,
): Promise<Ownership | undefined> {
  const known = core.pool.assignmentOf(element);
  const master = known || knowsAll(core) ? undefined : masterElsewhere(core, context);
  if (master === undefined) return known;
  const onBehalfOf = { ...context, hops: context.hops + 1 };
  const { assignments } = await core.directory
    .peer(master)
    .call('getAssignments', { element, scope: 'self', pageSize: 1 }, { signal: context.signal, onBehalfOf });
  const [found] = assignments;
  if (!found) return undefined;
  const epoch = found.epoch === undefined ? undefined : parseEpoch(found.epoch);
  return { owner: found.owner, holder: found.holder, ...(epoch && { epoch }) };
}

/** @throws PtpError `Client.Validation` for too many. */
export function checkCount(count: number, path: string, most = MOST_ELEMENTS): void {
  if (count > most) {
    throw new PtpError('Client.Validation', `${count} in one request; ${most} is the most, ask again for the rest`, {
      place: { path },
    });
  }
}

/**
 * `device/core1`, or `core1` where this manager knows of one kind only that has it.
 * @throws PtpError `Client.NotFound`
 */
export function elementNamed(core: ManagerCore, reference: string, path: string): ElementName {
  const named = parseElementName(reference);
  if (named) return `${named.kind}/${named.id}`;
  const here = core.table.find(reference);
  if (here) return here;
  const known = (['device', 'service', 'application'] as const).flatMap((kind) => {
    const name: ElementName = `${kind}/${reference}`;
    return core.pool.assignmentOf(name) ? [name] : [];
  });
  if (known.length === 1 && known[0]) return known[0];
  const why = known.length > 1 ? `${known.join(' and ')} have that id` : 'it is not known here';
  throw new PtpError('Client.NotFound', `"${reference.slice(0, 200)}": ${why}; name it as kind/ID`, {
    place: { path },
  });
}

/** @throws PtpError `Client.Validation` */
export function epochNamed(text: string, path: string): Epoch {
  const epoch = parseEpoch(text);
  if (epoch) return epoch;
  throw new PtpError(
    'Client.Validation',
    `"${text.slice(0, 100)}" is no epoch; it is written term.number.giver, as getAssignments gives it`,
    { place: { path } },
  );
}

/** What cannot be stored is logged at least: what was asked for has been done. */
export async function noteEvent({ env, store }: ManagerCore, event: Omit<NewEvent, 'time'>): Promise<void> {
  try {
    await store.recordEvents([{ time: env.clock.now(), ...event }]);
  } catch (thrown) {
    const { name, text } = event;
    env.log.error('event could not be stored', { event: name, text, reason: asPtpError(thrown).message });
  }
}
