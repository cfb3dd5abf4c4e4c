/** Managers that are broken on purpose: the simulator has to catch every one of them. */
import { compareEpochs } from '../../src/model/manager.js';
import type { HoldingEffect, HoldingInput, HoldingState, Order } from '../../src/pool/holding/state.js';
import { stepHolding } from '../../src/pool/holding/step.js';
import type { NodeEffect } from '../../src/pool/node/state.js';
import { type PoolMachine, production } from '../../src/sim/manager/machine.js';
import { BROKEN } from './broken.js';

const holding = (step: typeof stepHolding): PoolMachine => ({
  ...production,
  parts: { ...production.parts, holding: step },
});

/** Something else comes out of a member. */
const saying = (change: (effect: NodeEffect) => readonly NodeEffect[]): PoolMachine => ({
  ...production,
  step: (node, input, nowMs) => production.step(node, input, nowMs).flatMap(change),
});

/** Does as if the taker had answered what it has just been told. */
const releasesBeforeConfirm = holding((state, input, nowMs) =>
  stepHolding(state, input, nowMs).flatMap((effect): HoldingEffect[] => {
    if (effect.is !== 'send' || effect.message.is !== 'give') return [effect];
    const { epoch, bundle } = effect.message;
    const first = bundle.cursors.map(({ next }) => next);
    const message = { is: 'taken', element: bundle.element, epoch, first } as const;
    return [effect, ...stepHolding(state, { is: 'message', from: effect.to, message }, nowMs)];
  }),
);

/** An order of an older epoch counts as much as any. */
function asIfNewer(state: HoldingState, order: Order): Order {
  const held = state.held.get(order.element);
  if (!held || !order.epoch || compareEpochs(order.epoch, held.epoch) >= 0) return order;
  state.held.delete(order.element);
  state.past.delete(order.element);
  return order;
}

const epochNotChecked = holding((state, input, nowMs) => {
  const changed: HoldingInput =
    input.is === 'orders' ? { ...input, orders: input.orders.map((order) => asIfNewer(state, order)) } : input;
  return stepHolding(state, changed, nowMs);
});

const stopsWhenConfirmed = holding((state, input, nowMs) =>
  stepHolding(state, input, nowMs).map((effect) =>
    effect.is === 'release' ? { is: 'stop', element: effect.element } : effect,
  ),
);

/** Begins one poll later than it has told its giver. */
const beginsLate = holding((state, input, nowMs) =>
  stepHolding(state, input, nowMs).map((effect) =>
    effect.is === 'poll' && effect.arrival === 'handOver' && effect.bundle
      ? { ...effect, bundle: { ...effect.bundle, cursors: effect.bundle.cursors.map((one) => later(one, 1)) } }
      : effect,
  ),
);

const later = <Cursor extends { readonly intervalMs: number; readonly next: number; readonly dueInMs: number }>(
  cursor: Cursor,
  polls: number,
): Cursor => ({ ...cursor, next: cursor.next + polls, dueInMs: cursor.dueInMs + polls * cursor.intervalMs });

/** What fell due while nobody polled stays undone. */
const makesNothingUp = holding((state, input, nowMs) =>
  stepHolding(state, input, nowMs).map((effect) =>
    effect.is === 'poll' && effect.arrival === 'takeOver' && effect.bundle
      ? {
          ...effect,
          bundle: {
            ...effect.bundle,
            cursors: effect.bundle.cursors.map((one) =>
              later(one, Math.max(0, Math.ceil(-one.dueInMs / one.intervalMs))),
            ),
          },
        }
      : effect,
  ),
);

const standsInCold = holding((state, input, nowMs) =>
  input.is === 'message' && input.message.is === 'warm' ? [] : stepHolding(state, input, nowMs),
);

/** Everybody begins a pool of its own. */
const founders: PoolMachine = {
  ...production,
  create: (options, parts) => {
    const alone = { ...options.membership, names: [], founds: true };
    return production.create({ ...options, membership: alone }, parts);
  },
};

const saysNotThatItIsCutOff = saying((effect) => (effect.is === 'news' && effect.news.is === 'cutOff' ? [] : [effect]));

/** Whoever stops hearing of a master drops what it has. */
const stopsWhenCutOff = saying((effect) => {
  if (effect.is !== 'news' || effect.news.is !== 'cutOff' || !effect.news.begins) return [effect];
  return [effect, ...Array.from({ length: 40 }, (_, at): NodeEffect => ({ is: 'stop', element: `device/e${at}` }))];
});

/** Masterships that do not depend on what nobody above them ever asks of them. */
const OF_MASTERSHIPS = Object.entries(BROKEN).filter(
  ([what]) =>
    what !== 'a promise is as long as the voter thinks' && what !== 'a roster does not wait for the former one',
);

export const BROKEN_MANAGERS: Readonly<Record<string, PoolMachine>> = {
  'a giver releases before its taker has confirmed': releasesBeforeConfirm,
  'epochs of orders are not checked': epochNotChecked,
  'a giver stops as soon as its taker has confirmed': stopsWhenConfirmed,
  'a taker begins later than it has said': beginsLate,
  'nothing is made up after a death': makesNothingUp,
  'stand-ins keep nothing': standsInCold,
  'everybody founds': founders,
  'nobody says that it is cut off': saysNotThatItIsCutOff,
  'whoever is cut off stops polling': stopsWhenCutOff,
  ...Object.fromEntries(
    OF_MASTERSHIPS.map(([what, mastership]) => [what, { ...production, parts: { ...production.parts, mastership } }]),
  ),
};
