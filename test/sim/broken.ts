/**
 * Masterships that are broken on purpose, each in the way that such protocols get broken: wrappers around the production
 * step. The simulator has to catch every one of them.
 */
import type { Decision } from '../../src/pool/decisions.js';
import { compareTips } from '../../src/pool/decisions.js';
import { entryAt, tipOf } from '../../src/pool/mastership/durable.js';
import { type Effect, type Input, type Mastership, timing } from '../../src/pool/mastership/state.js';
import { isMaster } from '../../src/pool/mastership/step.js';
import { majorityOf, memberOf, voters } from '../../src/pool/member.js';
import { type Machine, production } from '../../src/sim/mastership/machine.js';
import { without } from '../../src/sim/mastership/steward.js';

type Step = Machine['step'];
type MessageInput = Extract<Input, { is: 'message' }>;

const variant = (step: Step, rest: Partial<Machine> = {}): Machine => ({ ...production, ...rest, step });

/** Changes a message, or the state, just before it is taken. */
const onMessage = (change: (state: Mastership, input: MessageInput, nowMs: number) => MessageInput): Machine =>
  variant((state, input, nowMs) =>
    production.step(state, input.is === 'message' ? change(state, input, nowMs) : input, nowMs),
  );

/** Says that it is on disk what has only been written: for terms and votes. */
const voteNotSynced = variant((state, input, nowMs) =>
  production
    .step(state, input, nowMs)
    .flatMap((effect): Effect[] =>
      effect.is === 'store' && effect.change.is === 'term'
        ? [effect, ...production.step(state, { is: 'stored', mark: effect.mark }, nowMs)]
        : [effect],
    ),
);

/** The same for decisions. */
const decisionsNotSynced = variant((state, input, nowMs) =>
  production
    .step(state, input, nowMs)
    .flatMap((effect): Effect[] =>
      effect.is === 'store' && effect.change.is === 'entries'
        ? [effect, ...production.step(state, { is: 'stored', mark: effect.mark }, nowMs)]
        : [effect],
    ),
);

const noBootPromise = variant(production.step, {
  create: (options) => {
    const state = production.create(options);
    state.promise = { holder: undefined, untilMs: options.nowMs };
    return state;
  },
});

const leaseFromReceipt = variant((state, input, nowMs) => {
  const former = state.mode.is === 'mastering' ? state.mode.leaseUntilMs : undefined;
  const effects = production.step(state, input, nowMs);
  if (state.mode.is === 'mastering' && former !== undefined && state.mode.leaseUntilMs > former) {
    state.mode.leaseUntilMs = nowMs + timing(state.roster).leaseMs;
    state.mode.giveUpAtMs = Math.max(state.mode.giveUpAtMs, state.mode.leaseUntilMs);
  }
  return effects;
});

/** A promise as long as the lease of the voter's own roster, which may be another one than the master's. */
const promiseByOwnRoster = onMessage((state, input) =>
  input.message.is === 'renew'
    ? { ...input, message: { ...input.message, leaseMs: timing(state.roster).leaseMs } }
    : input,
);

const givenOutEarly = variant((state, input, nowMs) => {
  const acted = isMaster(state, nowMs);
  const effects = production.step(state, input, nowMs);
  const to = tipOf(state.durable).index;
  if (input.is !== 'decide' || !acted || to <= state.confirmed) return effects;
  const from = state.confirmed + 1;
  state.confirmed = to;
  return [...effects, { is: 'confirmed', from, to }];
});

/** Everybody thinks of the asker what its own watch says: that it has been up for a little less than itself. */
const rankRecomputed = onMessage((state, input, nowMs) =>
  input.message.is === 'canvass'
    ? {
        ...input,
        message: {
          ...input.message,
          rank: { ...input.message.rank, uptimeMs: Math.min(input.message.rank.uptimeMs, nowMs - state.startedMs - 1) },
        },
      }
    : input,
);

/** Takes everybody for whom the roster means by that name. */
const anyDiskCounts = onMessage((state, input) => {
  const member = memberOf(state.roster, input.from.id);
  if (!member) return input;
  const { identity, incarnation } = member;
  return { ...input, from: { ...input.from, identity, starts: [incarnation] } };
});

const promiseIgnored = onMessage((state, input) => {
  if (input.message.is === 'vote' || input.message.is === 'canvass')
    state.promise = { holder: undefined, untilMs: Number.NEGATIVE_INFINITY };
  return input;
});

const olderTermByCount = variant((state, input, nowMs) => {
  const effects = production.step(state, input, nowMs);
  const { mode } = state;
  if (mode.is !== 'mastering') return effects;
  const matches = voters(state.roster)
    .map(({ id }) => (id === state.id ? state.syncedIndex : (mode.progress.get(id)?.match ?? 0)))
    .sort((a, b) => b - a);
  const to = Math.min(matches[majorityOf(state.roster) - 1] ?? 0, tipOf(state.durable).index);
  if (to <= state.confirmed || entryAt(state.durable, to) === undefined) return effects;
  const from = state.confirmed + 1;
  state.confirmed = to;
  return [...effects, { is: 'confirmed', from, to }];
});

/** With every member that goes, another goes too. */
const twoAtOnce = variant((state, input, nowMs) => {
  if (input.is !== 'decide') return production.step(state, input, nowMs);
  const [decision] = input.decisions;
  if (decision?.is !== 'roster') return production.step(state, input, nowMs);
  const { roster } = decision;
  const other = voters(roster).find(({ id }) => id !== state.id && memberOf(state.roster, id));
  if (!other || voters(roster).length < 3 || voters(roster).length >= voters(state.roster).length)
    return production.step(state, input, nowMs);
  const { roster: former } = state;
  // The production step knows only of the second.
  state.roster = roster;
  const decisions: Decision[] = [{ is: 'roster', roster: without(roster, other.id) }];
  const effects = production.step(state, { is: 'decide', decisions }, nowMs);
  if (!effects.some(({ is }) => is === 'store')) state.roster = former;
  return effects;
});

/** The winner does not ask for what it does not know. */
const behindBegins = variant((state, input, nowMs) => {
  if (input.is === 'message' && input.message.is === 'voted') {
    const own = tipOf(state.durable);
    const { tip } = input.message;
    const message = { ...input.message, tip: compareTips(tip, own) > 0 ? own : tip };
    return production.step(state, { ...input, message }, nowMs);
  }
  return production.step(state, input, nowMs);
});

/** Two rosters on their way at once. */
const rosterNotAwaited = variant((state, input, nowMs) => {
  if (input.is !== 'decide') return production.step(state, input, nowMs);
  const { rosterIndex } = state;
  state.rosterIndex = Math.min(rosterIndex, state.confirmed);
  const effects = production.step(state, input, nowMs);
  if (!effects.some(({ is }) => is === 'store')) state.rosterIndex = rosterIndex;
  return effects;
});

/** A voter asked by the one that it is bound to thinks itself free: but the question may be from before that one won. */
const promisedToAsker = variant((state, input, nowMs) => {
  const { promise } = state;
  const isAskedByHolder = input.is === 'message' && input.message.is === 'canvass' && promise.holder === input.from.id;
  if (isAskedByHolder) state.promise = { holder: promise.holder, untilMs: nowMs };
  const effects = production.step(state, input, nowMs);
  if (isAskedByHolder) state.promise = promise;
  return effects;
});

export const BROKEN: Readonly<Record<string, Machine>> = {
  'a vote is told before it is synced': voteNotSynced,
  'decisions are confirmed before they are synced': decisionsNotSynced,
  'a voter forgets over a restart what it promised': noBootPromise,
  'a lease is counted from the receipt of the promise': leaseFromReceipt,
  'a promise is as long as the voter thinks': promiseByOwnRoster,
  'a decision is given out before a majority has it': givenOutEarly,
  'ranks are recomputed at each side': rankRecomputed,
  'any disk counts for the member of its name': anyDiskCounts,
  'a promise is ignored when voting': promiseIgnored,
  'a promise to the asker is taken for none': promisedToAsker,
  'entries of older terms are confirmed by count': olderTermByCount,
  'two members go at once': twoAtOnce,
  'a roster does not wait for the former one': rosterNotAwaited,
  'a winner that is behind begins': behindBegins,
};
