/** The giver's part of the transition story: polls on until the taker has confirmed. */
import { expect } from 'chai';
import { holdingOf, isPolled, wakeAtMs } from '../../../../src/pool/holding/step.js';
import { awaits, bundle, drop, E, epoch, give, giver, Member, own, standIn, taken, words } from './one-member.js';

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

  it('polls up to those numbers, too, when its taker has handed it on before it heard of it', () => {
    for (const order of [drop(3), standIn(3, 'c'), awaits(3, 'c')])
      expect(words(giver().order(order))).to.deep.equal(['release before 7']);
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
