/** Each arrow of the transition story, and each message that must not change anything. */
import { expect } from 'chai';
import { type Epoch, homeEpoch } from '../../../../src/model/manager.js';
import type {
  Bundle,
  HoldingEffect,
  HoldingInput,
  HoldingMessage,
  HoldingState,
  Order,
} from '../../../../src/pool/holding/state.js';
import {
  createHolding,
  holdingOf,
  isPolled,
  stepHolding,
  unsettled,
  wakeAtMs,
} from '../../../../src/pool/holding/step.js';

const HEARTBEAT_MS = 500;
const E = 'device/r1';
const epoch = (number: number): Epoch => ({ term: 1, number, giver: 'm' });

const bundle = (dueInMs: number, next: number, by = 1, intervalMs = 1000): Bundle => ({
  element: E,
  epoch: epoch(by),
  cursors: [{ intervalMs, next, dueInMs }],
  body: `at ${next}`,
});

class Member {
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

const own = (number: number, more: Partial<Extract<Order, { is: 'own' }>> = {}): Order => ({
  is: 'own',
  element: E,
  epoch: epoch(number),
  ...more,
});
const give = (number: number, to = 'b', staysStandIn = false): Order => ({
  is: 'give',
  element: E,
  epoch: epoch(number),
  to,
  staysStandIn,
});
const awaits = (number: number, from = 'b', standIn?: string): Order => ({
  is: 'await',
  element: E,
  epoch: epoch(number),
  from,
  ...(standIn === undefined ? {} : { standIn }),
});
const standIn = (number: number, owner = 'b'): Order => ({ is: 'standIn', element: E, epoch: epoch(number), owner });
const drop = (number?: number): Order =>
  number === undefined ? { is: 'drop', element: E } : { is: 'drop', element: E, epoch: epoch(number) };
const taken = (number: number, ...first: number[]): HoldingMessage => ({
  is: 'taken',
  element: E,
  epoch: epoch(number),
  first,
});
const words = (effects: readonly HoldingEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.is === 'send') return `${effect.message.is} to ${effect.to}`;
    if (effect.is === 'poll') return `poll ${effect.arrival}`;
    if (effect.is === 'release') return `release before ${effect.first.join()}`;
    if (effect.is === 'standIn') return `stand-in ${effect.standIn}`;
    return effect.is;
  });

/** Owns under epoch 1 and gives under epoch 2: has offered poll 7, due in 1200 ms. */
function giver(staysStandIn = false): Member {
  const member = new Member();
  member.order(own(1, { standIn: 's' }));
  member.order(give(2, 'b', staysStandIn));
  member.made(bundle(1200, 7));
  return member;
}

describe('an owner', () => {
  it('begins anew, names its stand-in, and says nothing twice', () => {
    const member = new Member();
    expect(words(member.order(own(1, { standIn: 's' })))).to.deep.equal(['poll start', 'stand-in s']);
    expect(member.order(own(1, { standIn: 's' }))).to.deep.equal([]);
    expect(unsettled(member.state, 10)).to.deep.equal([]);
  });

  it('changes its stand-in under the same epoch, and is renewed under a newer one', () => {
    const member = new Member();
    member.order(own(1, { standIn: 's' }));
    expect(words(member.order(own(1, { standIn: 't' })))).to.deep.equal(['stand-in t']);
    expect(words(member.order(own(2)))).to.deep.equal(['renew', 'stand-in undefined']);
    expect(member.order(own(1, { standIn: 's' }))).to.deep.equal([]);
    expect(holdingOf(member.state, E)).to.deep.include({ epoch: epoch(2), standIn: undefined });
  });

  it('sends bundles to its stand-in, and to nobody without one', () => {
    const member = new Member();
    member.order(own(1));
    expect(member.made(bundle(500, 3))).to.deep.equal([]);
    member.order(own(1, { standIn: 's' }));
    expect(words(member.made(bundle(500, 3)))).to.deep.equal(['warm to s']);
  });

  it('stops when it is dropped, when another has it, and when it is to wait for another', () => {
    for (const [order, then] of [
      [drop(), 'nothing'],
      [drop(1), 'nothing'],
      [drop(2), 'nothing'],
      [standIn(2), 'standingIn'],
      [awaits(2), 'awaiting'],
    ] as const) {
      const member = new Member();
      member.order(own(1));
      expect(words(member.order(order))).to.deep.equal(['stop']);
      expect(member.is()).to.equal(then);
    }
  });

  it('obeys no order of an older epoch, held or not', () => {
    for (const stale of [own(2), give(2), awaits(2), standIn(2), drop(2)]) {
      const member = new Member();
      member.order(own(3));
      expect(member.order(stale)).to.deep.equal([]);
      expect(member.is()).to.equal('owning');
      member.order(drop(3));
      expect(member.order(stale)).to.deep.equal([]);
      expect(member.is()).to.equal('nothing');
    }
  });
});

describe('an element at home', () => {
  const home: HoldingInput = { is: 'atHome', element: E, epoch: homeEpoch('a') };

  it('is polled until the pool speaks, whatever a list does not name', () => {
    const member = new Member();
    expect(words(member.take(home))).to.deep.equal(['poll start']);
    expect(member.all()).to.deep.equal([]);
    expect(words(member.order(own(1)))).to.deep.equal(['renew']);
    expect(words(member.all())).to.deep.equal(['stop']);
    expect(member.take(home)).to.deep.equal([]);
  });

  it('is handed over, dropped and awaited like any other', () => {
    for (const [order, effect] of [
      [give(1), 'makeBundle'],
      [drop(1), 'stop'],
      [awaits(1), 'stop'],
      [standIn(1), 'stop'],
    ] as const) {
      const member = new Member();
      member.take(home);
      expect(words(member.order(order))).to.deep.equal([effect]);
    }
  });

  it('stops when it is removed from the configuration, unless the pool knows it', () => {
    const member = new Member();
    member.take(home);
    expect(words(member.take({ is: 'removed', element: E }))).to.deep.equal(['stop']);
    member.take(home);
    member.order(own(1));
    expect(member.take({ is: 'removed', element: E })).to.deep.equal([]);
  });
});

describe('a giver', () => {
  it('asks for a bundle two heartbeats ahead, offers it twice a heartbeat, and releases by the numbers of the taker', () => {
    const member = new Member();
    member.order(own(1));
    expect(member.order(give(2))).to.deep.equal([{ is: 'makeBundle', element: E, aheadMs: 1000 }]);
    expect(words(member.made(bundle(1200, 7)))).to.deep.equal(['give to b']);
    expect(wakeAtMs(member.state)).to.equal(250);
    expect(member.take({ is: 'tick' }, 249)).to.deep.equal([]);
    const [again] = member.take({ is: 'tick' }, 250);
    expect(again).to.deep.include({ to: 'b', message: { is: 'give', epoch: epoch(2), bundle: bundle(950, 7) } });
    expect(words(member.hear('b', taken(2, 7)))).to.deep.equal(['release before 7']);
    expect(member.is()).to.equal('nothing');
    expect(wakeAtMs(member.state)).to.equal(Number.POSITIVE_INFINITY);
    expect(member.hear('b', taken(2, 7))).to.deep.equal([]);
  });

  it('names other numbers when those that it named come too near, and polls on when it is refused', () => {
    const member = giver();
    expect(member.hear('b', { is: 'notTaken', element: E, epoch: epoch(2), reason: '' })).to.deep.equal([]);
    expect(words(member.take({ is: 'tick' }, 650))).to.deep.equal(['give to b']);
    expect(words(member.take({ is: 'tick' }, 900))).to.deep.equal(['makeBundle']);
    expect(words(member.made(bundle(1100, 8)))).to.deep.equal(['give to b']);
    // The answer to the first offer: it polls on to what is the taker's, which is past.
    expect(words(member.hear('b', taken(2, 7)))).to.deep.equal(['release before 7']);
  });

  it('offers nothing that is nearer than it asked for, and sends what it has polled to its stand-in', () => {
    const member = new Member();
    member.order(own(1, { standIn: 's' }));
    member.order(give(2));
    expect(words(member.made(bundle(900, 6)))).to.deep.equal(['warm to s']);
    expect(words(member.made(bundle(1900, 7)))).to.deep.equal(['give to b']);
    expect(words(member.made(bundle(700, 6)))).to.deep.equal(['warm to s']);
    expect(words(member.take({ is: 'tick' }, 250))).to.deep.equal(['give to b']);
  });

  it('asks again for a bundle that does not come', () => {
    const member = new Member();
    member.order(own(1));
    member.order(give(2));
    expect(words(member.take({ is: 'tick' }, 250))).to.deep.equal(['makeBundle']);
    expect(words(member.take({ is: 'tick' }, 500))).to.deep.equal(['makeBundle']);
  });

  it('takes no word from others, of other epochs, or before it has offered', () => {
    const member = giver();
    expect(member.hear('c', taken(2, 7))).to.deep.equal([]);
    expect(member.hear('b', taken(1, 7))).to.deep.equal([]);
    expect(member.hear('b', taken(3, 7))).to.deep.equal([]);
    member.order(give(3));
    expect(member.hear('b', taken(2, 7))).to.deep.equal([]);
    expect(member.hear('b', taken(3, 7))).to.deep.equal([]);
    expect(isPolled(member.state, E)).to.equal(true);
  });

  it('does not poll on for long when the taker counts from another beginning', () => {
    expect(words(giver().hear('b', taken(2, 900)))).to.deep.equal(['release before 8']);
    expect(words(giver().hear('b', taken(2)))).to.deep.equal(['stop']);
  });

  it('is called off by a newer order, and turned to another taker', () => {
    const called = giver();
    expect(words(called.order(own(3, { standIn: 's' })))).to.deep.equal(['renew']);
    expect(called.hear('b', taken(2, 7))).to.deep.equal([]);
    const turned = giver();
    expect(words(turned.order(give(3, 'c')))).to.deep.equal(['makeBundle']);
    expect(turned.made(bundle(1500, 8))).to.have.deep.nested.property('[0].to', 'c');
    expect(turned.order(give(3, 'c'))).to.deep.equal([]);
  });

  it('learns by an order that its taker has it, and polls up to the numbers that it named', () => {
    for (const [order, then] of [
      [drop(2), 'nothing'],
      [drop(), 'nothing'],
      [standIn(2, 'b'), 'standingIn'],
      [awaits(3, 'b'), 'awaiting'],
    ] as const) {
      const member = giver();
      expect(words(member.order(order))).to.deep.equal(['release before 7']);
      expect(member.is()).to.equal(then);
    }
    const member = giver();
    expect(words(member.all())).to.deep.equal(['release before 7']);
  });

  it('stops at once when yet another has it', () => {
    for (const order of [drop(3), standIn(3, 'c'), awaits(3, 'c')])
      expect(words(giver().order(order))).to.deep.equal(['stop']);
  });

  it('stands in after the release with what it gave, and waits to be told', () => {
    const member = giver(true);
    member.hear('b', taken(2, 7));
    expect(holdingOf(member.state, E)).to.deep.equal({
      is: 'standingIn',
      epoch: epoch(2),
      owner: 'b',
      told: false,
    });
    const [poll] = member.order(own(3, { former: 'b' }), 3000);
    expect(poll).to.deep.include({ is: 'poll', arrival: 'takeOver', former: 'b', bundle: bundle(-1800, 7) });
  });

  it('takes up again what it has released, when its taker is dead or another is to have it', () => {
    const member = giver();
    member.hear('b', taken(2, 8));
    expect(member.order(give(2))).to.deep.equal([]);
    const [poll, ...rest] = member.order(give(3, 'c'), 700);
    expect(poll).to.deep.include({ is: 'poll', arrival: 'takeOver', epoch: epoch(3), former: 'b' });
    expect(poll).to.have.deep.nested.property('bundle.cursors', [{ intervalMs: 1000, next: 8, dueInMs: 1500 }]);
    expect(words(rest)).to.deep.equal(['makeBundle']);
    const other = giver();
    other.hear('b', taken(2, 7));
    expect(words(other.order(own(3)))).to.deep.equal(['poll takeOver']);
  });

  it('tells its taker what has happened until its last poll', () => {
    const member = giver();
    member.hear('b', taken(2, 7));
    expect(words(member.made(bundle(0, 7), 1200))).to.deep.equal(['warm to b']);
  });

  it('has nothing to give after a restart, and forgets nothing newer', () => {
    const member = new Member();
    expect(member.order(give(2))).to.deep.equal([]);
    expect(member.order(own(1))).to.deep.equal([]);
  });
});

describe('a taker', () => {
  const offer = (dueInMs: number, next: number, number = 2): HoldingMessage => ({
    is: 'give',
    epoch: epoch(number),
    bundle: bundle(dueInMs, next),
  });

  it('begins with the numbers that it is given, says so as often as it is asked, and reports until it is noted', () => {
    const member = new Member();
    expect(member.order(awaits(2, 'b', 's'))).to.deep.equal([]);
    const effects = member.hear('b', offer(1200, 7));
    expect(words(effects)).to.deep.equal(['poll handOver', 'stand-in s', 'taken to b']);
    expect(effects[2]).to.have.deep.nested.property('message.first', [7]);
    const [again, ...none] = member.hear('b', offer(100, 7), 5000);
    expect(again).to.have.deep.nested.property('message.first', [7]);
    expect(none).to.deep.equal([]);
    expect(unsettled(member.state, 10)).to.deep.equal([{ element: E, epoch: epoch(2) }]);
    expect(unsettled(member.state, 0)).to.deep.equal([]);
    member.order(awaits(2, 'b', 's'));
    expect(unsettled(member.state, 10)).to.have.length(1);
    expect(member.order(own(2, { standIn: 's' }))).to.deep.equal([]);
    expect(unsettled(member.state, 10)).to.deep.equal([]);
  });

  it('leaves to the giver what is due already', () => {
    const member = new Member();
    member.order(awaits(2));
    const [poll, answer] = member.hear('b', offer(-2500, 7));
    expect(poll).to.have.deep.nested.property('bundle.cursors', [{ intervalMs: 1000, next: 10, dueInMs: 500 }]);
    expect(answer).to.have.deep.nested.property('message.first', [10]);
  });

  it('takes nothing that it was not told to take', () => {
    const untold = new Member();
    expect(words(untold.hear('b', offer(1200, 7)))).to.deep.equal(['notTaken to b']);
    const other = new Member();
    other.order(awaits(2, 'c'));
    expect(words(other.hear('b', offer(1200, 7)))).to.deep.equal(['notTaken to b']);
    const newer = new Member();
    newer.order(awaits(3, 'b'));
    expect(words(newer.hear('b', offer(1200, 7)))).to.deep.equal(['notTaken to b']);
    const dropped = new Member();
    dropped.order(awaits(2, 'b'));
    dropped.order(drop(2));
    expect(words(dropped.hear('b', offer(1200, 7)))).to.deep.equal(['notTaken to b']);
    const impossible = new Member();
    impossible.order(awaits(2));
    const broken: HoldingMessage = { is: 'give', epoch: epoch(2), bundle: bundle(1200, 7, 1, 0) };
    expect(words(impossible.hear('b', broken))).to.deep.equal(['notTaken to b']);
    for (const member of [untold, other, newer, dropped, impossible]) expect(isPolled(member.state, E)).to.equal(false);
  });

  it('takes over when its giver is dead, and answers one that was not with what it polls', () => {
    const member = new Member();
    member.order(awaits(2));
    member.hear('b', { is: 'warm', bundle: bundle(400, 5) });
    const [poll] = member.order(own(2, { former: 'b' }), 2000);
    expect(poll).to.deep.include({ is: 'poll', arrival: 'takeOver', former: 'b', bundle: bundle(-1600, 5) });
    expect(unsettled(member.state, 10)).to.have.length(1);
    const [answer] = member.hear('b', offer(1200, 9));
    expect(answer).to.have.deep.nested.property('message.first', [6]);
  });

  it('begins sooner when its giver dies before its first polls are due, and goes on when they are', () => {
    const member = new Member();
    member.order(awaits(2));
    member.hear('b', offer(1200, 7));
    const effects = member.order(own(3, { former: 'b' }), 700);
    expect(words(effects)).to.deep.equal(['stop', 'poll takeOver']);
    expect(effects[1]).to.have.deep.nested.property('bundle.cursors', [{ intervalMs: 1000, next: 6, dueInMs: -500 }]);
    const late = new Member();
    late.order(awaits(2));
    late.hear('b', offer(1200, 7));
    expect(words(late.order(own(3, { former: 'b' }), 1300))).to.deep.equal(['renew']);
    const noted = new Member();
    noted.order(awaits(2));
    noted.hear('b', offer(1200, 7));
    noted.order(own(2));
    expect(words(noted.order(own(3, { former: 'b' })))).to.deep.equal(['renew']);
  });

  it('takes the last word of its giver, and no earlier or other one', () => {
    const member = new Member();
    member.order(awaits(2));
    member.hear('b', offer(1200, 7));
    expect(member.hear('b', { is: 'warm', bundle: bundle(200, 6) })).to.deep.equal([]);
    expect(member.hear('c', { is: 'warm', bundle: bundle(0, 7) })).to.deep.equal([]);
    expect(member.hear('b', { is: 'warm', bundle: bundle(0, 7, 2) })).to.deep.equal([]);
    expect(words(member.hear('b', { is: 'warm', bundle: bundle(0, 7) }))).to.deep.equal(['refresh']);
  });
});

describe('a stand-in', () => {
  const warm = (made: Bundle): HoldingMessage => ({ is: 'warm', bundle: made });
  const kept = (member: Member): string | undefined => member.state.warm.get(E)?.bundle.body;

  it('keeps the latest bundle of its owner, and none of others', () => {
    const member = new Member();
    member.hear('b', warm(bundle(500, 3)));
    expect(kept(member)).to.equal(undefined);
    member.order(standIn(1));
    member.hear('c', warm(bundle(500, 3)));
    expect(kept(member)).to.equal(undefined);
    member.hear('b', warm(bundle(500, 4)));
    member.hear('b', warm(bundle(500, 3)));
    expect(kept(member)).to.equal('at 4');
    member.hear('b', warm({ ...bundle(100, 4), body: 'later' }));
    member.hear('b', warm({ ...bundle(300, 4), body: 'earlier' }));
    expect(kept(member)).to.equal('later');
    member.hear('b', warm(bundle(500, 2, 2)));
    expect(kept(member)).to.equal('at 2');
    member.hear('b', warm(bundle(500, 9, 1)));
    expect(kept(member)).to.equal('at 2');
  });

  it('believes an owner that has begun to count anew', () => {
    const member = new Member();
    member.order(standIn(1));
    member.hear('b', warm(bundle(500, 300)));
    member.hear('b', warm(bundle(500, 1)));
    expect(kept(member)).to.equal('at 1');
  });

  it('takes over from its bundle, or anew', () => {
    const member = new Member();
    member.order(standIn(1));
    member.hear('b', warm(bundle(500, 3)), 100);
    const effects = member.order(own(2, { former: 'b', standIn: 'c', reason: 'b is dead', definition: 'd' }), 1700);
    expect(words(effects)).to.deep.equal(['poll takeOver', 'stand-in c']);
    expect(effects[0]).to.deep.include({ bundle: bundle(-1100, 3), reason: 'b is dead', definition: 'd' });
    expect(kept(member)).to.equal(undefined);
    const cold = new Member();
    cold.order(standIn(1));
    expect(cold.order(own(2, { former: 'b' }))[0]).to.deep.include({ arrival: 'takeOver', bundle: undefined });
  });

  it('forgets the bundle when it stands in no more, and keeps it when its owner changes', () => {
    const member = new Member();
    member.order(standIn(1));
    member.hear('b', warm(bundle(500, 3)));
    member.order(standIn(2, 'c'));
    expect(kept(member)).to.equal('at 3');
    member.order(awaits(3, 'c'));
    expect(kept(member)).to.equal('at 3');
    member.all();
    expect(member.is()).to.equal('nothing');
    expect(kept(member)).to.equal(undefined);
  });
});

describe('the pace', () => {
  it('makes what waits for longer than the new heartbeat come sooner', () => {
    const member = giver();
    member.take({ is: 'paced', heartbeatMs: 100 }, 10);
    expect(wakeAtMs(member.state)).to.equal(60);
  });
});
