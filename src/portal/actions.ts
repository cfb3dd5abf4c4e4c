/**
 * What a person can have done from a page: which actions there are for whom, and what came of one.
 *
 * What concerns an element or the pool goes to the pool, which passes it on to its master; what a manager does to itself
 * (pause, resume, shut down) is done here or relayed to the one that is meant.
 */
import { PtpError } from '../base/errors.js';
import type { AsDeed } from '../manager/deeds.js';
import type { PoolMemberView, PoolService } from '../manager/pool/pool-service.js';
import { type ElementName, parseElementName } from '../model/element.js';
import { type ManagerState, roleAtLeast, type UserRole } from '../model/manager.js';
import type { Status } from '../model/status.js';
import type { CallContext, Invoke } from '../peer/peer.js';
import type { Input } from '../xml/messages/operations.js';
import { isoTime } from './format.js';
import { type Base, managerLink } from './links.js';
import { endMaintenance, setMaintenance } from './maintenance-actions.js';
import type { PageNode } from './page-data.js';
import { elements } from './pool-sentences.js';
import { Query } from './query.js';
import { SPAN_NAMES, SPANS } from './spans.js';

interface ActionKind {
  readonly on: 'element' | 'manager';
  readonly role: UserRole;
  /** On its button. */
  readonly word: string;
  /** Done without asking first: harmless, and easily taken back. */
  readonly atOnce: boolean;
}

export const ACTIONS = {
  delegate: { on: 'element', role: 'operator', word: 'Delegate', atOnce: true },
  recall: { on: 'element', role: 'operator', word: 'Recall', atOnce: true },
  maintain: { on: 'element', role: 'operator', word: 'Put into maintenance', atOnce: true },
  endMaintenance: { on: 'element', role: 'operator', word: 'End the maintenance', atOnce: true },
  pause: { on: 'manager', role: 'operator', word: 'Pause', atOnce: false },
  resume: { on: 'manager', role: 'operator', word: 'Resume', atOnce: true },
  report: { on: 'manager', role: 'operator', word: 'Report failure', atOnce: false },
  shutdown: { on: 'manager', role: 'admin', word: 'Shut down', atOnce: false },
  forget: { on: 'manager', role: 'admin', word: 'Forget', atOnce: false },
} as const satisfies Record<string, ActionKind>;
export type ActionName = keyof typeof ACTIONS;
type ManagerAction = { [A in ActionName]: (typeof ACTIONS)[A]['on'] extends 'manager' ? A : never }[ActionName];

const NAMES = Object.keys(ACTIONS) as readonly ActionName[];
export const isAction = (name: string | null | undefined): name is ActionName => NAMES.some((one) => one === name);
export const isManagerAction = (name: string | null | undefined): name is ManagerAction =>
  isAction(name) && ACTIONS[name].on === 'manager';

/** @throws PtpError `Client.Forbidden`. */
export function requireRole(action: ActionName, { caller }: Pick<CallContext, 'caller'>): void {
  const { role, word } = ACTIONS[action];
  if (roleAtLeast(caller.role, role)) return;
  throw new PtpError(
    caller.kind === 'anonymous' ? 'Client.Unauthorized' : 'Client.Forbidden',
    `"${word}" is open to the role ${role} only; ${caller.name || 'who asks'} has the role ${caller.role}`,
  );
}

export interface ActionContext {
  readonly pool?: Pick<PoolService, 'state'>;
  readonly identity: { readonly id: string };
  readonly base: Base;
  readonly call: Pick<CallContext, 'caller'>;
}

/** `ACTION` for each thing that this caller can have done with a manager as it is now. */
export function allowedActions(
  { pool, identity, base, call }: ActionContext,
  member: PoolMemberView,
  state?: ManagerState,
): readonly PageNode[] {
  if (!pool) return [];
  const { id } = member;
  const now = id === identity.id ? pool.state : state;
  return possible(member, now, id === identity.id)
    .filter((name) => roleAtLeast(call.caller.role, ACTIONS[name].role))
    .map((name) => {
      const { word, atOnce } = ACTIONS[name];
      return { name, word, atOnce, href: atOnce ? managerLink(base, id) : managerLink(base, id, { ask: name }) };
    });
}

function possible(
  { standing }: PoolMemberView,
  state: ManagerState | undefined,
  self: boolean,
): readonly ManagerAction[] {
  if (standing === 'gone') return ['forget'];
  const paused = state === 'paused' || standing === 'keeping';
  return [paused ? 'resume' : 'pause', ...(self ? [] : ['report' as const]), 'shutdown'];
}

/** What came of an action: told on a page of its own. */
export interface Outcome {
  readonly title: string;
  readonly condition: Status;
  readonly sentences: readonly string[];
  /** How to take it back. */
  readonly undo?: { readonly action: ActionName; readonly word: string };
}

export interface PerformParts {
  readonly pool: PoolService | undefined;
  /** Hands over, leaves the pool and ends the process; absent: leaves the pool only. */
  readonly shutDown?: () => Promise<readonly ElementName[]>;
  readonly invoke: Invoke;
  /** Carries out what is asked of this manager itself, and tells of it. */
  readonly asDeed: AsDeed;
  readonly call: CallContext;
  readonly self: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @throws PtpError `Client.Conflict` in no pool; else what the pool says. */
function poolOf({ pool, self }: PerformParts): PoolService {
  if (pool && pool.view.standing !== 'alone') return pool;
  throw new PtpError('Client.Conflict', `${self} is in no pool, so nobody could take anything over`);
}

export async function performOnElement(
  parts: PerformParts,
  action: Exclude<ActionName, ManagerAction>,
  element: ElementName,
  form: URLSearchParams,
): Promise<Outcome> {
  requireRole(action, parts.call);
  if (action === 'maintain') return setMaintenance(parts, element, form);
  if (action === 'endMaintenance') return endMaintenance(parts, element, form);
  const pool = poolOf(parts);
  const id = parseElementName(element)?.id ?? element;
  if (action === 'recall') {
    const request = { elements: [element], recall: true };
    const { moved, refused } = await parts.asDeed('delegate', request, parts.call, () => pool.delegate(request));
    if (refused.length > 0) return refusal(`${id} was not recalled`, refused);
    const [first] = moved;
    return {
      title: `${id} is recalled`,
      condition: 'normal',
      sentences: [
        first
          ? `It goes back to ${first.to} with its data; no poll is missed.`
          : 'The delegation has ended; the element stays where it is.',
      ],
    };
  }
  const to = form.get('to')?.trim() ?? '';
  const until = untilOf(form, parts.now);
  const request = { elements: [element], ...(to ? { to } : {}), ...(until === undefined ? {} : { until }) };
  const { moved, refused } = await parts.asDeed('delegate', request, parts.call, () => pool.delegate(request));
  const [first] = moved;
  if (!first) return refusal(`${id} was not delegated`, refused);
  return {
    title: `${id} is delegated to ${first.to}`,
    condition: 'normal',
    sentences: [
      `${first.to} polls it with all its data; no poll is missed on the way.`,
      until === undefined
        ? `It stays there until it is recalled or ${first.to} is gone.`
        : `It returns at ${isoTime(until)
            .replace(/\.\d+Z$/, ' UTC')
            .replace('T', ' ')}, when it is recalled, or when ${first.to} is gone.`,
    ],
    undo: { action: 'recall', word: 'Recall it' },
  };
}

/** @throws PtpError `Client.Validation` for a time that is none, or past. */
function untilOf(form: URLSearchParams, now: number): number | undefined {
  const span = SPAN_NAMES.find((name) => name === form.get('for'));
  const text = form.get('until')?.trim() ?? '';
  if (text === '') return span === undefined ? undefined : now + SPANS[span].ms;
  const until = new Query(new URLSearchParams({ until: text }).toString()).time('until');
  if (until !== undefined && until > now) return until;
  throw new PtpError(
    'Client.Validation',
    until === undefined
      ? 'the end of the delegation is no time; it is written as 2026-03-14T18:00 (UTC)'
      : 'the end of the delegation lies in the past',
    { place: { path: 'until' } },
  );
}

const refusal = (title: string, refused: readonly { readonly reason: string }[]): Outcome => ({
  title,
  condition: 'warning',
  sentences:
    refused.length > 0 ? refused.map(({ reason }) => fullStop(reason)) : ['The pool gave no reason; its log may.'],
});

export async function performOnManager(
  parts: PerformParts,
  action: ManagerAction,
  id: string,
  form: URLSearchParams,
): Promise<Outcome> {
  requireRole(action, parts.call);
  const pool = poolOf(parts);
  switch (action) {
    case 'pause': {
      const keep = form.get('keep') === 'yes';
      await onManager(parts, pool, id, 'pause', keep ? { keep } : {}, () => pool.pause(keep));
      return {
        title: `${id} is paused`,
        condition: keep ? 'minor' : 'maintenance',
        sentences: [
          keep
            ? 'It keeps what it owns, and nobody polls that until it is resumed.'
            : 'Other managers poll what it owned; it is given its own back when it is resumed.',
        ],
        undo: { action: 'resume', word: 'Resume it' },
      };
    }
    case 'resume':
      await onManager(parts, pool, id, 'resume', {}, () => pool.resume());
      return {
        title: `${id} is resumed`,
        condition: 'normal',
        sentences: ['It polls again, and is given its own back.'],
      };
    case 'shutdown': {
      const left = await shutDown(parts, pool, id);
      return {
        title: `${id} shuts down`,
        condition: left.length > 0 ? 'major' : 'maintenance',
        sentences: [
          left.length > 0
            ? `Nobody took ${elements(left.length)}: ${left.slice(0, 20).join(', ')}${left.length > 20 ? ' and others' : ''}.`
            : 'What it owned has been handed over, or is within 30 seconds.',
          'It is started again on its own machine; what is at home there then returns to it.',
        ],
      };
    }
    case 'report': {
      const successor = form.get('successor')?.trim() || undefined;
      const report = { id, ...(successor === undefined ? {} : { successor }) };
      const { finding, done } = await parts.asDeed('reportFailure', report, parts.call, () =>
        pool.reportFailure(id, successor),
      );
      return {
        title: `${id} was questioned: ${finding}`,
        condition: finding === 'alive' ? 'normal' : 'maintenance',
        sentences: [fullStop(done)],
      };
    }
    case 'forget':
      await parts.asDeed('forget', { manager: id }, parts.call, async () => {
        await pool.forget(id);
        return {};
      });
      return {
        title: `${id} is forgotten`,
        condition: 'normal',
        sentences: [
          'The pool has dropped it, with the elements that only its configuration listed.',
          'Started again, it joins as a new member and brings its elements along.',
        ],
      };
  }
}

async function onManager(
  { self, invoke, asDeed, call }: PerformParts,
  pool: PoolService,
  id: string,
  operation: 'pause' | 'resume',
  content: Input<'pause'>,
  here: () => Promise<unknown>,
): Promise<void> {
  if (id !== self) {
    await invoke('relay', { manager: id, request: { operation, content: { ...content } } }, call);
    return;
  }
  await asDeed(operation, content, call, async () => {
    await here();
    return { state: pool.state };
  });
}

/** What nobody took. */
async function shutDown(parts: PerformParts, pool: PoolService, id: string): Promise<readonly string[]> {
  if (id === parts.self) {
    const done = await parts.asDeed('shutdown', { handOver: true }, parts.call, async () => {
      const left = await (parts.shutDown ?? (() => pool.leave()))();
      return { state: pool.state, left };
    });
    return done.left;
  }
  const request = { operation: 'shutdown', content: { handOver: true } };
  const { answer } = await parts.invoke('relay', { manager: id, request }, parts.call);
  const { left } = answer.content;
  return Array.isArray(left) ? left.map(String) : [];
}

export const fullStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
