import { expect } from 'chai';
import { compareTips, type Decision, type Durable, type Entry } from '../../../../src/pool/decisions.js';
import {
  applyChange,
  begun,
  type DurableChange,
  entryAt,
  termAt,
  tipOf,
} from '../../../../src/pool/mastership/durable.js';
import type { Member, Roster } from '../../../../src/pool/member.js';

const noted = (incarnation: number, identity = 'a-1'): Member => ({
  id: 'a',
  identity,
  incarnation,
  role: 'EM',
  voter: true,
  stands: true,
  priority: 0,
});
const roster = (...members: Member[]): Roster => ({ pool: 'p', version: 1, members, heartbeatMs: 500 });
const decision: Decision = { is: 'inventory', change: 'x' };
const entries = (...terms: (readonly [index: number, term: number])[]): Entry[] =>
  terms.map(([index, term]) => ({ index, term, decision }));
const durable = (change: Partial<Durable> = {}): Durable => ({
  identity: 'a-1',
  incarnation: 3,
  starts: [1],
  term: 4,
  vote: 'b',
  leaseMs: 1500,
  base: { index: 10, term: 2, roster: roster(noted(1)), inventory: 'i' },
  entries: entries([11, 2], [12, 3]),
  ...change,
});

describe('what a voter keeps', () => {
  const base = { index: 20, term: 4, roster: roster(noted(3)), inventory: 'j' };
  const changes: readonly (readonly [what: string, change: DurableChange, becomes: Partial<Durable>])[] = [
    ['a term and a vote', { is: 'term', term: 5, vote: undefined }, { term: 5, vote: undefined }],
    ['a lease', { is: 'lease', leaseMs: 6000 }, { leaseMs: 6000 }],
    [
      'entries at the end',
      { is: 'entries', after: 12, entries: entries([13, 4]) },
      { entries: entries([11, 2], [12, 3], [13, 4]) },
    ],
    [
      'entries in place of others',
      { is: 'entries', after: 11, entries: entries([12, 4]) },
      { entries: entries([11, 2], [12, 4]) },
    ],
    ['entries in place of all', { is: 'entries', after: 10, entries: entries([11, 4]) }, { entries: entries([11, 4]) }],
    ['another base', { is: 'base', base, entries: entries([21, 4]) }, { base, entries: entries([21, 4]) }],
  ];
  for (const [what, change, becomes] of changes)
    it(`changes by ${what}, and leaves the former value alone`, () => {
      const former = durable();
      expect(applyChange(former, change)).to.deep.equal({ ...former, ...becomes });
      expect(former).to.deep.equal(durable());
    });

  it('ends where its last entry is, or its base', () => {
    expect(tipOf(durable())).to.deep.equal({ term: 3, index: 12 });
    expect(tipOf(durable({ entries: [] }))).to.deep.equal({ term: 2, index: 10 });
  });

  it('knows terms from its base on', () => {
    expect([9, 10, 11, 12, 13].map((index) => termAt(durable(), index))).to.deep.equal([undefined, 2, 2, 3, undefined]);
    expect(entryAt(durable(), 10)).to.equal(undefined);
    expect(entryAt(durable(), 12)?.term).to.equal(3);
  });

  it('goes further by a later term, and within one by a higher index', () => {
    expect(compareTips({ term: 3, index: 1 }, { term: 2, index: 99 })).to.be.above(0);
    expect(compareTips({ term: 3, index: 1 }, { term: 3, index: 2 })).to.be.below(0);
    expect(compareTips({ term: 3, index: 2 }, { term: 3, index: 2 })).to.equal(0);
  });
});

describe('a start', () => {
  it('is above all former ones and remembers them', () => {
    expect(begun(durable(), 'a', 7)).to.deep.equal({ ...durable(), incarnation: 10, starts: [1, 3] });
  });

  it('forgets those before the one that is confirmed in the base, but for a few', () => {
    const starts = Array.from({ length: 50 }, (_, at) => at + 1);
    const start = (incarnation: number) => {
      const base = { ...durable().base, roster: roster(noted(incarnation)) };
      return begun(durable({ base, incarnation: 51, starts }), 'a', 1).starts;
    };
    expect(start(10)).to.deep.equal([...starts.slice(9), 51]);
    expect(start(51)).to.deep.equal([...starts.slice(19), 51]);
  });

  it('takes nothing from what the base says of another disk', () => {
    const other = { ...durable().base, roster: roster(noted(900, 'a-0')) };
    expect(begun(durable({ base: other }), 'a', 1).starts).to.deep.equal([1, 3]);
  });
});
