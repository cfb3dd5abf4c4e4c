/** The lease of a master, with two others who answer as the test wants. */
import { expect } from 'chai';
import type { Durable } from '../../../../src/pool/decisions.js';
import { type Effect, type Input, promiseOf, timing } from '../../../../src/pool/mastership/state.js';
import { createMastership, isMaster, step, wakeAtMs } from '../../../../src/pool/mastership/step.js';
import type { Member, Roster } from '../../../../src/pool/member.js';
import type { Message } from '../../../../src/pool/messages.js';

const HEARTBEAT_MS = 500;
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
  version: 1,
  members: ['a', 'b', 'c'].map(member),
  heartbeatMs: HEARTBEAT_MS,
};
const durable: Durable = {
  identity: 'a-1',
  incarnation: 1,
  starts: [],
  term: 0,
  vote: undefined,
  leaseMs: 1500,
  base: { index: 0, term: 0, roster, inventory: '' },
  entries: [],
};

/** A member whose disk is at once. */
class One {
  nowMs = 0;
  readonly state = createMastership({
    id: 'a',
    candidate: { ip: '10.0.0.1', mac: '', wasMaster: false },
    durable,
    nowMs: 0,
  });
  sent: Message[] = [];

  input(input: Input): void {
    this.take(step(this.state, input, this.nowMs));
  }

  hear(from: string, message: Message, incarnation = 1): void {
    this.input({ is: 'message', from: { id: from, identity: `${from}-1`, incarnation, starts: [1] }, message });
  }

  tickAt(nowMs: number): void {
    this.nowMs = nowMs;
    this.input({ is: 'tick' });
  }

  private take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.is === 'send') this.sent.push(effect.message);
      if (effect.is === 'store') this.take(step(this.state, { is: 'stored', mark: effect.mark }, this.nowMs));
    }
  }

  /** The last message of a kind that was sent. */
  last<Kind extends Message['is']>(is: Kind): Extract<Message, { is: Kind }> {
    const found = this.sent.filter((message): message is Extract<Message, { is: Kind }> => message.is === is).at(-1);
    if (!found) throw new Error(`no ${is} was sent`);
    return found;
  }

  /** Elected by b; nothing is promised or kept yet. */
  static elected(): One {
    const one = new One();
    one.tickAt(promiseOf(1500));
    const { term, round } = one.last('canvass');
    one.hear('b', { is: 'canvassed', term: 0, round, would: true, higher: false });
    one.hear('c', { is: 'canvassed', term: 0, round, would: false, higher: false });
    one.hear('b', { is: 'voted', term, granted: true, tip: { term: 0, index: 0 } });
    return one;
  }
}

describe('a master', () => {
  it('waits for a whole lease and 2 % after its start before it asks for votes', () => {
    const one = new One();
    expect(wakeAtMs(one.state)).to.equal(1530);
    one.tickAt(1529);
    expect(one.sent).to.deep.equal([]);
    one.tickAt(1530);
    expect(one.sent.map(({ is }) => is)).to.deep.equal(['canvass', 'canvass']);
  });

  it('acts once a majority has promised the lease and keeps the first entry, in either order', () => {
    for (const promiseFirst of [true, false]) {
      const one = One.elected();
      const { term, sequence } = one.last('renew');
      const promise = () => one.hear('b', { is: 'renewed', term, sequence, promised: true });
      const keep = () => one.hear('b', { is: 'kept', term, match: 1, refused: undefined });
      for (const [at, answer] of (promiseFirst ? [promise, keep] : [keep, promise]).entries()) {
        answer();
        expect(isMaster(one.state, one.nowMs)).to.equal(at === 1);
      }
    }
  });

  it('counts the lease from when it sent the renewal, however late the promise comes', () => {
    const one = One.elected();
    const sentMs = one.nowMs;
    const { term, sequence } = one.last('renew');
    one.hear('b', { is: 'kept', term, match: 1, refused: undefined });
    one.nowMs = sentMs + 1000;
    one.hear('b', { is: 'renewed', term, sequence, promised: true });
    const end = sentMs + timing(roster).leaseMs;
    expect([end - 1, end].map((at) => isMaster(one.state, at))).to.deep.equal([true, false]);
  });

  it('is not promised anything by itself alone, by a refusal, or by a former start', () => {
    const one = One.elected();
    const { term, sequence } = one.last('renew');
    one.hear('b', { is: 'kept', term, match: 1, refused: undefined }, 2);
    one.hear('b', { is: 'renewed', term, sequence, promised: false }, 2);
    one.hear('b', { is: 'renewed', term, sequence, promised: true }, 1);
    expect(isMaster(one.state, one.nowMs)).to.equal(false);
    one.hear('b', { is: 'renewed', term, sequence, promised: true }, 2);
    expect(isMaster(one.state, one.nowMs)).to.equal(true);
  });

  it('gives up when its lease is over', () => {
    const one = One.elected();
    one.tickAt(one.nowMs + timing(roster).leaseMs);
    expect(one.state.mode.is).to.equal('following');
  });

  it('holds no longer lease than the roster that it has just decided gives', () => {
    const one = One.elected();
    const { term, sequence } = one.last('renew');
    one.hear('b', { is: 'kept', term, match: 1, refused: undefined });
    one.hear('b', { is: 'renewed', term, sequence, promised: true });
    one.input({ is: 'decide', decisions: [{ is: 'roster', roster: { ...roster, version: 2, heartbeatMs: 200 } }] });
    expect([599, 600].map((later) => isMaster(one.state, one.nowMs + later))).to.deep.equal([true, false]);
    // The same renewal, answered by another, and late.
    one.hear('c', { is: 'renewed', term, sequence, promised: true });
    expect(isMaster(one.state, one.nowMs + 600)).to.equal(false);
  });
});

describe('a voter', () => {
  const renewal = (change: Partial<Extract<Message, { is: 'renew' }>> = {}): Message => ({
    is: 'renew',
    term: 3,
    sequence: 1,
    leaseMs: 1500,
    before: { term: 0, index: 0 },
    entries: [],
    confirmed: 0,
    ...change,
  });
  const canvass: Message = {
    is: 'canvass',
    term: 9,
    round: 1,
    rank: { priority: 9, wasMaster: false, uptimeMs: 0, ip: '', mac: '', id: 'c' },
    tip: { term: 0, index: 0 },
  };

  it('would vote for another only when its promise is over by its own clock', () => {
    const one = new One();
    one.nowMs = 5000;
    one.hear('b', renewal());
    for (const [laterMs, would] of [
      [1529, false],
      [1530, true],
    ] as const) {
      one.nowMs = 5000 + laterMs;
      one.hear('c', canvass);
      expect(one.last('canvassed').would).to.equal(would);
    }
  });

  it('does not shorten what it has promised for longer', () => {
    const one = new One();
    one.nowMs = 5000;
    one.hear('b', renewal({ leaseMs: 6000 }));
    one.hear('b', renewal({ leaseMs: 600, sequence: 2 }));
    one.nowMs = 5000 + promiseOf(6000) - 1;
    one.hear('c', canvass);
    expect(one.last('canvassed').would).to.equal(false);
  });

  it('promises a longer lease than its disk knows of only when that is synced', () => {
    const { state } = new One();
    const from = { id: 'b', identity: 'b-1', incarnation: 1, starts: [] };
    const first = step(state, { is: 'message', from, message: renewal({ leaseMs: 6000 }) }, 5000);
    const kinds = (effects: readonly Effect[]) =>
      effects.map((effect) => (effect.is === 'send' ? effect.message.is : effect.is));
    expect(kinds(first)).to.deep.equal(['store', 'store', 'kept']);
    const again = step(state, { is: 'message', from, message: renewal({ leaseMs: 6000, sequence: 2 }) }, 5001);
    expect(kinds(again)).not.to.include('renewed');
    expect(kinds(step(state, { is: 'stored', mark: 2 }, 5002))).to.include('renewed');
  });

  it('is not drawn into an election by an old question of the one that it is bound to', () => {
    const one = new One();
    one.nowMs = 5000;
    one.hear('b', renewal());
    one.hear('b', { ...canvass, rank: { ...canvass.rank, priority: -1 } });
    expect(one.last('canvassed').higher).to.equal(false);
    expect(one.state.mode.is).to.equal('following');
  });
});
