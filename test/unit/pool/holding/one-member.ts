/** One member, and orders and messages in a few words. */
import type { Epoch } from '../../../../src/model/manager.js';
import type {
  Bundle,
  HoldingEffect,
  HoldingInput,
  HoldingMessage,
  HoldingState,
  Order,
} from '../../../../src/pool/holding/state.js';
import { createHolding, holdingOf, stepHolding } from '../../../../src/pool/holding/step.js';

const HEARTBEAT_MS = 500;
export const E = 'device/r1';
export const epoch = (number: number): Epoch => ({ term: 1, number, giver: 'm' });

export const bundle = (dueInMs: number, next: number, by = 1, intervalMs = 1000): Bundle => ({
  element: E,
  epoch: epoch(by),
  cursors: [{ intervalMs, next, dueInMs }],
  body: `at ${next}`,
});

export class Member {
  readonly state: HoldingState;
  nowMs = 0;

  constructor(id = 'a') {
    this.state = createHolding({ id, heartbeatMs: HEARTBEAT_MS });
  }

  take(input: HoldingInput, atMs = this.nowMs): HoldingEffect[] {
    this.nowMs = atMs;
    return stepHolding(this.state, input, atMs);
  }

  order = (order: Order, atMs?: number): HoldingEffect[] =>
    this.take({ is: 'orders', all: false, orders: [order] }, atMs);
  all = (...orders: Order[]): HoldingEffect[] => this.take({ is: 'orders', all: true, orders });
  hear = (from: string, message: HoldingMessage, atMs?: number): HoldingEffect[] =>
    this.take({ is: 'message', from, message }, atMs);
  made = (made: Bundle, atMs?: number): HoldingEffect[] => this.take({ is: 'bundle', bundle: made }, atMs);
  is = (): string => holdingOf(this.state, E)?.is ?? 'nothing';
}

export const own = (number: number, more: Partial<Extract<Order, { is: 'own' }>> = {}): Order => ({
  is: 'own',
  element: E,
  epoch: epoch(number),
  ...more,
});
export const give = (number: number, to = 'b', staysStandIn = false): Order => ({
  is: 'give',
  element: E,
  epoch: epoch(number),
  to,
  staysStandIn,
});
export const awaits = (number: number, from = 'b', standIn?: string): Order => ({
  is: 'await',
  element: E,
  epoch: epoch(number),
  from,
  ...(standIn === undefined ? {} : { standIn }),
});
export const standIn = (number: number, owner = 'b'): Order => ({
  is: 'standIn',
  element: E,
  epoch: epoch(number),
  owner,
});
export const drop = (number?: number): Order =>
  number === undefined ? { is: 'drop', element: E } : { is: 'drop', element: E, epoch: epoch(number) };
export const taken = (number: number, ...first: number[]): HoldingMessage => ({
  is: 'taken',
  element: E,
  epoch: epoch(number),
  first,
});
export const words = (effects: readonly HoldingEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.is === 'send') return `${effect.message.is} to ${effect.to}`;
    if (effect.is === 'poll') return `poll ${effect.arrival}`;
    if (effect.is === 'release') return `release before ${effect.first.join()}`;
    if (effect.is === 'standIn') return `stand-in ${effect.standIn}`;
    return effect.is;
  });

/** Owns under epoch 1 and gives under epoch 2: has offered poll 7, due in 1200 ms. */
export function giver(staysStandIn = false): Member {
  const member = new Member();
  member.order(own(1, { standIn: 's' }));
  member.order(give(2, 'b', staysStandIn));
  member.made(bundle(1200, 7));
  return member;
}
