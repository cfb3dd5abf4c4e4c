import { expect } from 'chai';
import {
  compareRanks,
  descends,
  isOneStep,
  type Member,
  majorityOf,
  type Rank,
  type Roster,
} from '../../../../src/pool/member.js';

const rank = (change: Partial<Rank>): Rank => ({
  priority: 0,
  wasMaster: false,
  uptimeMs: 1000,
  ip: '10.0.0.1',
  mac: '00:00:00:00:00:01',
  id: 'a',
  ...change,
});

describe('ranks', () => {
  const higherFirst: readonly (readonly [why: string, higher: Partial<Rank>, lower: Partial<Rank>])[] = [
    ['priority beats all else', { priority: 1 }, { wasMaster: true, uptimeMs: 9e9, ip: '99', id: 'z' }],
    ['a master stopped in order beats uptime', { wasMaster: true }, { uptimeMs: 9e9 }],
    ['uptime beats addresses', { uptimeMs: 1001 }, { ip: '99', mac: 'ff', id: 'z' }],
    ['IP beats MAC', { ip: '10.0.0.2' }, { mac: 'ff', id: 'z' }],
    ['MAC beats id', { mac: 'ff' }, { id: 'z' }],
    ['id is the last resort', { id: 'b' }, { id: 'a' }],
  ];
  for (const [why, higher, lower] of higherFirst)
    it(why, () => {
      expect(compareRanks(rank(higher), rank(lower))).to.be.above(0);
      expect(compareRanks(rank(lower), rank(higher))).to.be.below(0);
    });

  it('are equal only to themselves', () => expect(compareRanks(rank({}), rank({}))).to.equal(0));
});

const member = (id: string, change: Partial<Member> = {}): Member => ({
  id,
  identity: `${id}-1`,
  incarnation: 5,
  role: 'EM',
  voter: true,
  stands: true,
  priority: 0,
  ...change,
});
const roster = (...members: readonly Member[]): Roster => ({ pool: 'p', version: 1, members, heartbeatMs: 500 });
const [a, b, c, d] = [member('a'), member('b'), member('c'), member('d')];

describe('a roster', () => {
  it('has a majority of its voters, whoever else is in it', () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7].map((count) =>
      majorityOf(roster(...Array.from({ length: count }, (_, at) => member(`m${at}`)), member('x', { voter: false }))),
    );
    expect(sizes).to.deep.equal([1, 2, 2, 3, 3, 4, 4]);
  });

  const steps: readonly (readonly [what: string, from: Roster, to: Roster, isOne: boolean])[] = [
    ['nothing', roster(a, b, c), roster(a, b, c), true],
    ['one more', roster(a, b), roster(a, b, c), true],
    ['one less', roster(a, b, c), roster(a, b), true],
    ['two more', roster(a), roster(a, b, c), false],
    ['one for another', roster(a, b, c), roster(a, b, d), false],
    ['another disk under the same id', roster(a, b, c), roster(a, b, member('c', { identity: 'c-2' })), false],
    ['a priority', roster(a, b, c), roster(a, b, member('c', { priority: 3 })), true],
    ['one that begins to vote', roster(a, b, member('c', { voter: false })), roster(a, b, c), true],
    ['any number that do not vote', roster(a), roster(a, ...[b, c, d].map((one) => ({ ...one, voter: false }))), true],
  ];
  for (const [what, from, to, isOne] of steps)
    it(`${isOne ? 'changes' : 'does not change'} in one step by ${what}`, () =>
      expect(isOneStep(from, to)).to.equal(isOne));
});

describe('a start of a member', () => {
  const cases: readonly (readonly [
    what: string,
    identity: string,
    incarnation: number,
    starts: number[],
    is: boolean,
  ])[] = [
    ['the one that was noted', 'a-1', 5, [1, 3], true],
    ['a later one of the same disk', 'a-1', 9, [1, 3, 5, 7], true],
    ['another disk', 'a-2', 5, [1, 3], false],
    ['an older copy', 'a-1', 4, [1, 3], false],
    ['an older copy that has started often', 'a-1', 12, [1, 3, 4, 8, 11], false],
  ];
  for (const [what, identity, incarnation, starts, is] of cases)
    it(`${is ? 'counts' : 'does not count'} when it is ${what}`, () =>
      expect(descends({ identity, incarnation, starts }, a)).to.equal(is));
});
