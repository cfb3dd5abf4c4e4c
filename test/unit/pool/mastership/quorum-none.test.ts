/** One of two managers without a witness, with the other as the test wants. */
import { expect } from 'chai';
import type { Durable } from '../../../../src/pool/decisions.js';
import { type Effect, type Input, promiseOf } from '../../../../src/pool/mastership/state.js';
import { createMastership, isMaster, step, wakeAtMs } from '../../../../src/pool/mastership/step.js';
import type { Member, Rank, Roster } from '../../../../src/pool/member.js';
import type { Message } from '../../../../src/pool/messages.js';

const LEASE_MS = 1500;
const member = (id: string): Member => ({
  id,
  identity: `${id}-1`,
  incarnation: 1,
  role: 'EM',
  voter: true,
  stands: true,
  priority: 0,
});
const roster: Roster = {
  pool: 'p',
  version: 2,
  members: ['a', 'b'].map(member),
  heartbeatMs: 500,
  quorum: 'none',
};
const durable: Durable = {
  identity: 'a-1',
  incarnation: 1,
  starts: [],
  term: 3,
  vote: 'b',
  leaseMs: LEASE_MS,
  base: { index: 4, term: 3, roster, inventory: 'old' },
  entries: [{ index: 5, term: 3, decision: { is: 'inventory', change: 'x' } }],
};
const rankOf = (uptimeMs: number): Rank => ({
  priority: 0,
  wasMaster: false,
  uptimeMs,
  ip: '10.0.0.1',
  mac: '',
  id: 'b',
});
const LOW = rankOf(0);
const HIGH = rankOf(1e9);

/** Member a, whose disk is at once. */
class One {
  nowMs = 0;
  readonly state = createMastership({
    id: 'a',
    candidate: { ip: '10.0.0.1', mac: '', wasMaster: false },
    durable,
    nowMs: 0,
  });
  sent: Message[] = [];
  readonly told: string[] = [];

  input(input: Input): void {
    this.take(step(this.state, input, this.nowMs));
  }

  hear(message: Message, identity = 'b-1'): void {
    this.input({ is: 'message', from: { id: 'b', identity, incarnation: 1, starts: [] }, message });
  }

  tickAt(nowMs: number): void {
    this.nowMs = nowMs;
    this.input({ is: 'tick' });
  }

  renewal(term: number, rank: Rank, rest: Partial<Extract<Message, { is: 'renew' }>> = {}): void {
    const before = { term: 3, index: 5 };
    const message = { term, sequence: 7, leaseMs: LEASE_MS, before, entries: [], confirmed: 5, rank, ...rest };
    this.hear({ is: 'renew', ...message });
  }

  private take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.is === 'send') this.sent.push(effect.message);
      else if (effect.is !== 'store') this.told.push(effect.is);
      else this.take(step(this.state, { is: 'stored', mark: effect.mark }, this.nowMs));
    }
  }

  last<Kind extends Message['is']>(is: Kind): Extract<Message, { is: Kind }> {
    const found = this.sent.filter((message): message is Extract<Message, { is: Kind }> => message.is === is).at(-1);
    if (!found) throw new Error(`no ${is} was sent`);
    return found;
  }

  get mode(): string {
    return this.state.mode.is;
  }

  /** Its lease after the start is over, and it canvasses. */
  static canvassing(): One {
    const one = new One();
    one.tickAt(promiseOf(LEASE_MS));
    return one;
  }

  /** Nobody has answered. */
  static alone(): One {
    const one = One.canvassing();
    one.tickAt(one.nowMs + 250);
    return one;
  }
}

describe('one of two without a witness', () => {
  it('is master by itself when the other says nothing for half a heartbeat, in a term of its own half', () => {
    const one = One.canvassing();
    one.tickAt(one.nowMs + 249);
    expect(one.mode).to.equal('canvassing');
    one.tickAt(one.nowMs + 1);
    expect(isMaster(one.state, one.nowMs)).to.equal(true);
    expect(one.state.durable.term).to.equal(4);
    expect(one.last('renew').rank).to.include({ id: 'a' });
  });

  it('does nothing against the word of one that is there', () => {
    const one = One.canvassing();
    one.hear({ is: 'canvassed', term: 3, round: one.last('canvass').round, would: false, higher: false });
    one.tickAt(one.nowMs + 499);
    expect(one.mode).to.equal('canvassing');
    expect(one.state.durable.term).to.equal(3);
  });

  it('waits for the vote that was promised, fetches what the other has more, and goes on without when it does not come', () => {
    for (const answers of [true, false]) {
      const one = One.canvassing();
      const { round, term } = one.last('canvass');
      one.hear({ is: 'canvassed', term: 3, round, would: true, higher: false });
      expect([one.mode, wakeAtMs(one.state) - one.nowMs]).to.deep.equal(['standing', 250]);
      if (answers) one.hear({ is: 'voted', term, granted: true, tip: { term: 3, index: 6 } });
      else one.tickAt(one.nowMs + 250);
      expect(one.mode).to.equal(answers ? 'winning' : 'mastering');
    }
  });

  it('does not begin with nothing', () => {
    const one = new One();
    const blank = { ...durable, base: { ...durable.base, index: 0, term: 0 }, entries: [] };
    const state = createMastership({ id: 'a', candidate: one.state.candidate, durable: blank, nowMs: 0 });
    expect(wakeAtMs(state)).to.equal(Number.POSITIVE_INFINITY);
  });

  it('yields as master to one that ranks higher, in whichever term, and is bound to it for a lease', () => {
    for (const term of [1, 99]) {
      const one = One.alone();
      one.sent = [];
      one.renewal(term, HIGH);
      expect(one.mode).to.equal('following');
      expect(one.sent).to.have.lengthOf(1);
      expect(one.last('renewed')).to.deep.include({ term: 4, promised: false });
      expect(one.last('renewed').rank).to.include({ id: 'a' });
      expect(wakeAtMs(one.state)).to.equal(one.nowMs + promiseOf(LEASE_MS));
      one.hear({ is: 'canvass', term: 101, round: 1, rank: LOW, tip: { term: 3, index: 5 } });
      expect(one.last('canvassed')).to.include({ would: true, higher: false });
    }
  });

  it('yields when its own renewal is answered by one that ranks higher, and not to a word that is older', () => {
    for (const older of [true, false]) {
      const one = One.alone();
      const sequence = older ? 77 : one.last('renew').sequence;
      one.hear({ is: 'renewed', term: 1, sequence, promised: false, rank: HIGH });
      expect(one.mode).to.equal(older ? 'mastering' : 'following');
    }
  });

  it('tells a lower-ranked master its rank, in whichever term, and stays', () => {
    for (const term of [1, 99]) {
      const one = One.alone();
      one.renewal(term, LOW);
      expect(one.mode).to.equal('mastering');
      expect(one.last('renewed')).to.deep.include({ term: 4, sequence: 7, promised: false });
      expect(one.last('renewed').rank).to.include({ id: 'a' });
    }
  });

  it('takes a term above both with the vote of the one that has yielded, and keeps to its own decisions', () => {
    for (const term of [1, 99]) {
      const one = One.alone();
      const yielded = { is: 'renewed', term, sequence: 0, promised: false, rank: LOW } as const;
      one.hear(yielded);
      expect(one.mode).to.equal('following');
      expect(wakeAtMs(one.state)).to.equal(one.nowMs);
      one.tickAt(one.nowMs);
      const { round, term: next } = one.last('canvass');
      expect(next).to.be.greaterThan(Math.max(4, term));
      expect(next % 2).to.equal(0);
      one.hear({ is: 'canvassed', term, round, would: true, higher: false });
      one.hear({ is: 'voted', term: next, granted: true, tip: { term: 98, index: 1000 } });
      expect(isMaster(one.state, one.nowMs)).to.equal(true);
      expect(one.state.durable.term).to.equal(next);
      expect(one.state.durable.entries.map((entry) => entry.index)).to.deep.equal([5, 6, 7]);
      // The same word again is about what is done.
      one.hear(yielded);
      expect(one.mode).to.equal('mastering');
    }
  });

  it('gives up what it has confirmed alone, and takes everything from the other', () => {
    const one = One.alone();
    expect(one.state.confirmed).to.equal(6);
    one.renewal(99, HIGH);
    one.told.length = 0;
    one.renewal(101, HIGH, { before: { term: 99, index: 6 } });
    expect(one.last('kept')).to.deep.equal({ is: 'kept', term: 101, match: 0, refused: 6 });
    const base = { index: 3, term: 3, roster, inventory: 'other' };
    const entries = [{ index: 4, term: 101, decision: { is: 'term' as const } }];
    one.hear({ is: 'install', term: 101, base, entries, confirmed: 4 });
    expect(one.told).to.deep.equal(['undone', 'confirmed']);
    expect(one.state.durable).to.deep.include({ base, entries });
    expect(one.state.confirmed).to.equal(4);
    expect(one.last('kept')).to.deep.equal({ is: 'kept', term: 101, match: 4, refused: undefined });
    // Late, and known: nothing goes back.
    one.hear({ is: 'install', term: 101, base, entries: [], confirmed: 4 });
    expect(one.state.durable.entries).to.deep.equal(entries);
  });

  it('heeds nobody who only has the name of the other', () => {
    const one = One.alone();
    one.hear(
      {
        is: 'renew',
        term: 99,
        sequence: 1,
        leaseMs: LEASE_MS,
        before: { term: 3, index: 5 },
        entries: [],
        confirmed: 5,
        rank: HIGH,
      },
      'b-2',
    );
    expect(one.mode).to.equal('mastering');
    expect(one.state.durable.term).to.equal(4);
  });
});
