/** Each arrow of the transition story but the giver's, and each message that must not change anything. */
import { expect } from 'chai';
import { homeEpoch } from '../../../../src/model/manager.js';
import type { Bundle, HoldingInput, HoldingMessage } from '../../../../src/pool/holding/state.js';
import { holdingOf, isPolled, unsettled, wakeAtMs } from '../../../../src/pool/holding/step.js';
import { awaits, bundle, drop, E, epoch, give, giver, Member, own, standIn, words } from './one-member.js';

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

  it('stops when it is dropped, and when another has it', () => {
    for (const [order, then] of [
      [drop(), 'nothing'],
      [drop(1), 'nothing'],
      [drop(2), 'nothing'],
      [standIn(2), 'standingIn'],
    ] as const) {
      const member = new Member();
      member.order(own(1));
      expect(words(member.order(order))).to.deep.equal(['stop']);
      expect(member.is()).to.equal(then);
    }
  });

  it('goes on when it is to wait for another, for that one may not have it', () => {
    const member = new Member();
    member.order(own(1));
    expect(words(member.order(awaits(2)))).to.deep.equal(['renew']);
    expect(member.is()).to.equal('owning');
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

  it('takes what a later start of its owner counts anew for newer, and what that start said before for older', () => {
    const member = new Member();
    const hear = (made: Bundle, incarnation: number) =>
      member.take({ is: 'message', from: 'b', incarnation, message: warm(made) });
    member.order(standIn(2));
    hear(bundle(1000, 40, 2), 7);
    hear(bundle(0, 0, 2), 9);
    hear(bundle(900, 5, 2), 9);
    hear(bundle(900, 4, 2), 9);
    const [poll] = member.order(own(3, { former: 'b' }));
    expect(poll).to.have.deep.nested.property('bundle.cursors', [{ intervalMs: 1000, next: 5, dueInMs: 900 }]);
  });
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
