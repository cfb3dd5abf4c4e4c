/**
 * Work that goes from manager to manager because somebody asks for it: delegate, failOverAction, takeOver, release.
 *
 * Whatever the operation is called, in a pool it is the master who decides, and the hand-over goes its one way: the
 * former owner polls on until the new one has confirmed. So a `takeOver` is a delegation to this manager and a `release`
 * one away from it; their bundles and epochs say what the caller knows, and whoever knows too little is refused.
 */

import { sleep } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import { compareEpochs, type Epoch, formatEpoch } from '../../model/manager.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import { isSound } from '../../pool/holding/cursors.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { importBundle } from '../pool/bundle/import.js';
import type { DelegateRequest, DelegateResult } from '../pool/pool-service.js';
import { checkCount, elementNamed, epochNamed, type Ownership, ownershipOf } from './pool-knowledge.js';

/** Bundles may be large. */
const MOST_BUNDLES = 100;
/** How long a confirmation is waited for, and how often it is looked for. */
const CONFIRM_MS = 10_000;
const LOOK_MS = 100;

type Confirmation = Output<'takeOver'>['confirmations'][number];
type Refused = DelegateResult['refused'];

export function poolMoveHandlers(core: ManagerCore): Handlers {
  return {
    delegate: (input) => delegate(core, input),
    failOverAction: (input, context) => failOver(core, input, context),
    takeOver: (input, context) => takeOver(core, input, context),
    release: (input, context) => release(core, input, context),
  };
}

async function delegate(
  core: ManagerCore,
  { elements, to, until, recall, because }: Input<'delegate'>,
): Promise<Output<'delegate'>> {
  checkCount(elements.length, 'elements');
  if (recall && (to !== undefined || until !== undefined)) {
    const path = to !== undefined ? 'to' : 'until';
    throw new PtpError(
      'Client.Validation',
      `recall ends a delegation, so it goes without ${path}; the elements go where they belong`,
      { place: { path } },
    );
  }
  if (until !== undefined && until <= core.env.clock.now()) {
    throw new PtpError('Client.Validation', 'until lies in the past; it is when the elements return', {
      place: { path: 'until' },
    });
  }
  if (to !== undefined) checkMember(core, to, 'to');
  return decided(core, {
    elements,
    ...(to !== undefined && { to }),
    ...(until !== undefined && { until }),
    ...(recall && { recall }),
    ...(because && { because }),
  });
}

async function failOver(
  core: ManagerCore,
  { id, elements }: Input<'failOverAction'>,
  context: CallContext,
): Promise<Output<'failOverAction'>> {
  checkCount(elements.length, 'elements', MOST_BUNDLES);
  const self = core.settings.id;
  if (id === self) {
    throw new PtpError('Client.Conflict', `${self} cannot take over from itself; ask another manager`, {
      place: { path: 'id' },
    });
  }
  const names = elements.map((element, at) => elementNamed(core, element, `elements[${at + 1}]`));
  const refused: { element: string; reason: string }[] = [];
  const wanted: ElementName[] = [];
  const known = await Promise.all(names.map((name) => ownershipOf(core, name, context)));
  for (const [at, name] of names.entries()) {
    const owner = known[at]?.owner;
    if (owner === undefined || owner === id || owner === self) wanted.push(name);
    else refused.push({ element: name, reason: `it is polled by ${owner}, not by ${id}` });
  }
  const done = await toSelf(core, wanted, known, names, context);
  return { taken: done.taken, refused: [...refused, ...done.refused] };
}

async function takeOver(
  core: ManagerCore,
  { bundles }: Input<'takeOver'>,
  context: CallContext,
): Promise<Output<'takeOver'>> {
  checkCount(bundles.length, 'bundles', MOST_BUNDLES);
  const given = bundles.map((bundle, at) => ({ ...checkedBundle(core, bundle, `bundles[${at + 1}]`), at }));
  const names = given.map(({ name }) => name);
  const known = await Promise.all(names.map((name) => ownershipOf(core, name, context)));
  for (const { name, epoch, at } of given) checkEpoch(name, epoch, known[at], `bundles[${at + 1}]/epoch`);
  const { taken, refused } = await toSelf(core, names, known, names, context);
  return { confirmations: confirmations(core, names, new Set(taken), refused) };
}

async function release(
  core: ManagerCore,
  { elements, epoch: text }: Input<'release'>,
  context: CallContext,
): Promise<Output<'release'>> {
  checkCount(elements.length, 'elements', MOST_BUNDLES);
  const epoch = epochNamed(text, 'epoch');
  const self = core.settings.id;
  const names = elements.map((element, at) => elementNamed(core, element, `elements[${at + 1}]`));
  const known = await Promise.all(names.map((name) => ownershipOf(core, name, context)));
  for (const [at, name] of names.entries()) checkEpoch(name, epoch, known[at], 'epoch');
  const done = new Set<string>();
  const refused: { element: string; reason: string }[] = [];
  const mine: ElementName[] = [];
  for (const [at, name] of names.entries()) {
    const ownership = known[at];
    if (!ownership) refused.push({ element: name, reason: 'there is no such element in the pool' });
    else if (ownership.owner !== self && ownership.holder !== self) done.add(name);
    else if (ownership.owner === self && ownership.epoch && compareEpochs(epoch, ownership.epoch) > 0)
      refused.push({
        element: name,
        reason: `${text} is newer than any epoch known here, which is ${formatEpoch(ownership.epoch)}`,
      });
    else mine.push(name);
  }
  const { isRefused, reasons } = await giveUp(core, mine);
  refused.push(...reasons);
  const going = mine.filter((name) => !isRefused.has(name));
  const left = await confirmed(core, going, context, (name) => {
    const now = core.pool.assignmentOf(name);
    return !now || (now.owner !== self && now.holder !== self);
  });
  for (const name of going) {
    if (!left.has(name)) done.add(name);
    else refused.push({ element: name, reason: `its new owner has not confirmed yet; ${self} polls it until then` });
  }
  return { confirmations: confirmations(core, names, done, refused) };
}

/** What was delegated here goes where it belongs; what belongs here goes to somebody else. */
async function giveUp(
  core: ManagerCore,
  mine: readonly ElementName[],
): Promise<{ readonly isRefused: ReadonlySet<string>; readonly reasons: Refused }> {
  const self = core.settings.id;
  // What is on its way already needs no further decision.
  const staying = mine.filter((name) => core.pool.assignmentOf(name)?.owner === self);
  const isGuest = (name: ElementName) => {
    const { delegatedTo, homes = [] } = core.pool.assignmentOf(name) ?? {};
    return delegatedTo === self || (homes.length > 0 && !homes.includes(self));
  };
  const recalled = await decided(core, { elements: staying.filter(isGuest), recall: true });
  const given = await decided(core, { elements: staying.filter((name) => !isGuest(name)) });
  const kept = [...recalled.moved, ...given.moved].filter(({ to }) => to === self);
  const reasons = [
    ...recalled.refused,
    ...given.refused,
    ...kept.map(({ element }) => ({ element, reason: 'no other manager is able to take it' })),
  ];
  return { isRefused: new Set(reasons.map(({ element }) => element)), reasons };
}

/** Has this manager own elements; answers when it does. */
async function toSelf(
  core: ManagerCore,
  wanted: readonly ElementName[],
  known: readonly (Ownership | undefined)[],
  names: readonly ElementName[],
  context: CallContext,
): Promise<{ taken: readonly ElementName[]; refused: Refused }> {
  const self = core.settings.id;
  const owns = (ownership: Ownership | undefined) => ownership?.owner === self && ownership.holder === undefined;
  const here = new Set(names.filter((_, at) => owns(known[at])));
  const missing = wanted.filter((name) => !here.has(name));
  const { refused } = await decided(core, { elements: missing, to: self });
  const isRefused = new Set(refused.map(({ element }) => element));
  const coming = missing.filter((name) => !isRefused.has(name));
  const left = await confirmed(core, coming, context, (name) => owns(core.pool.assignmentOf(name)));
  return {
    taken: wanted.filter((name) => here.has(name) || (!isRefused.has(name) && !left.has(name))),
    refused: [
      ...refused,
      ...[...left].map((element) => ({
        element,
        reason: `it has been given to ${self}, which does not poll it yet; its former owner does until then`,
      })),
    ],
  };
}

/** The master's decision. Nothing asked for is nothing decided. */
async function decided(core: ManagerCore, request: DelegateRequest): Promise<DelegateResult> {
  if (request.elements.length === 0) return { moved: [], refused: [] };
  const result = await core.pool.delegate(request);
  const whole = result.refused.find(({ element }) => element === '');
  if (whole) throw new PtpError('Server.Unavailable', `nothing was decided: ${whole.reason}; ask again`);
  return result;
}

/** Waits until all are done, for a while; answers with those that are not. */
async function confirmed(
  core: ManagerCore,
  names: readonly ElementName[],
  { signal }: CallContext,
  isDone: (name: ElementName) => boolean,
): Promise<ReadonlySet<ElementName>> {
  const { clock } = core.env;
  const left = new Set(names);
  for (const endMs = clock.monotonic() + CONFIRM_MS; ; ) {
    for (const name of left) if (isDone(name)) left.delete(name);
    if (left.size === 0 || signal.aborted || clock.monotonic() >= endMs) return left;
    await sleep(clock, LOOK_MS);
  }
}

function confirmations(
  core: ManagerCore,
  names: readonly ElementName[],
  done: ReadonlySet<string>,
  refused: Refused,
): Confirmation[] {
  const reasons = new Map(refused.map(({ element, reason }) => [element, reason]));
  return names.map((element) => {
    const { owner, epoch } = core.pool.assignmentOf(element) ?? {};
    const isDone = done.has(element);
    return {
      element,
      done: isDone,
      owner,
      epoch: epoch && formatEpoch(epoch),
      reason: isDone ? undefined : (reasons.get(element) ?? 'the pool gave no reason'),
    };
  });
}

/** @throws PtpError `Client.NotFound` */
export function checkMember(core: ManagerCore, id: string, path: string): void {
  const { standing, members } = core.pool.view;
  if (standing !== 'member' || members.some((member) => member.id === id)) return;
  const ids = members.map((member) => member.id);
  throw new PtpError(
    'Client.NotFound',
    `no manager ${id.slice(0, 200)} is in the pool; there is ${ids.slice(0, 20).join(', ')}`,
    { place: { path } },
  );
}

/** @throws PtpError `Client.Stale` */
function checkEpoch(name: ElementName, epoch: Epoch, known: Ownership | undefined, path: string): void {
  if (!known?.epoch || compareEpochs(epoch, known.epoch) >= 0) return;
  throw new PtpError(
    'Client.Stale',
    `${name} is ${known.owner ?? 'nobody'}'s by epoch ${formatEpoch(known.epoch)}, which is newer than ${formatEpoch(epoch)}; look at getAssignments again`,
    { place: { path } },
  );
}

/** @throws PtpError `Client.Validation`, `Client.TooLarge` */
function checkedBundle(
  core: ManagerCore,
  { element, epoch: text, cursors, body: pieces }: Input<'takeOver'>['bundles'][number],
  path: string,
): { readonly name: ElementName; readonly epoch: Epoch } {
  const name = elementNamed(core, element, `${path}/element`);
  const epoch = epochNamed(text, `${path}/epoch`);
  const body = pieces.join('');
  if (!isSound({ element: name, epoch, cursors, body }))
    throw new PtpError('Client.Validation', 'a cursor is impossible; intervalMs is above 0 and next a whole number', {
      place: { path: `${path}/cursors` },
    });
  if (body === '') return { name, epoch };
  const { clock } = core.env;
  const { name: described } = importBundle(body, { nowMs: clock.now(), monotonicMs: clock.monotonic() }).element;
  if (described === name) return { name, epoch };
  throw new PtpError('Client.Validation', `the body is that of ${described}; it should be that of ${name}`, {
    place: { path: `${path}/body` },
  });
}
