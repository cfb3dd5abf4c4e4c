/** What a master decides about its roster, case by case and in random lives. */
import { expect } from 'chai';
import { memberOf, type Roster } from '../../../../src/pool/member.js';
import { refusalOf, type Sight, type Situation } from '../../../../src/pool/membership/roster-policy.js';
import { noteStart } from '../../../../src/pool/membership/sight.js';
import {
  dead,
  FORGET_MS,
  idle,
  member,
  NOW_MS,
  request,
  rosterOf,
  seen,
  settle,
  situation,
  start,
  votersIn,
} from './small-roster.js';

describe('the roster of a master', () => {
  const [a, b, c] = [member('a'), member('b'), member('c')];
  const three = rosterOf([a, b, c]);
  type Row = readonly [
    why: string,
    roster: Roster,
    change: Partial<Situation>,
    sights: Record<string, Sight>,
    whys: readonly string[],
    voters: readonly string[],
  ];
  const stranger = (
    id: string,
    atMs: number,
    incarnation = 5,
    identity = `${id}-2`,
    starts: readonly number[] = [],
  ) => ({
    stranger: { start: start(id, incarnation, identity, starts), atMs },
  });
  const rows: readonly Row[] = [
    ['stays where all is well', three, {}, {}, [], ['a', 'b', 'c']],
    ['lets who left go at once', three, { left: new Set(['c']) }, {}, ['c has left'], ['a', 'b']],
    ['waits for the dead', three, {}, { c: dead('c', FORGET_MS - 1) }, [], ['a', 'b', 'c']],
    [
      'drops those dead for too long',
      three,
      {},
      { c: dead('c', FORGET_MS) },
      ['c has been gone for too long'],
      ['a', 'b'],
    ],
    [
      'has another take the place of a dropped one',
      rosterOf([a, b, c, idle('d')]),
      {},
      { c: dead('c', FORGET_MS) },
      ['c has been gone for too long', 'd votes now'],
      ['a', 'b', 'd'],
    ],
    [
      'notes new starts, its own too',
      three,
      { start: start('a', 6) },
      { b: { own: { start: start('b', 9), atMs: NOW_MS } } },
      ['a has started again', 'b has started again'],
      ['a', 'b', 'c'],
    ],
    [
      'readmits another disk under the same id, once the former process is silent',
      three,
      { joining: [request('c', { identity: 'c-2' })] },
      { c: { ...seen('c', 5_000) } },
      ['c has come back with another disk', 'c has been admitted', 'c votes now'],
      ['a', 'b', 'c'],
    ],
    [
      'drops an older copy that speaks without asking',
      three,
      {},
      { c: { ...seen('c', 5_000), ...stranger('c', NOW_MS, 4, 'c-1', [1, 2]) } },
      ['c has come back with an older disk'],
      ['a', 'b'],
    ],
    [
      'refuses the later of two that live',
      three,
      {},
      { c: { ...seen('c'), ...stranger('c', NOW_MS) } },
      [],
      ['a', 'b', 'c'],
    ],
    [
      'does not mind who was there long ago',
      three,
      {},
      { c: { ...seen('c', 5_000), ...stranger('c', 0) } },
      [],
      ['a', 'b', 'c'],
    ],
    [
      'admits who asks, and does not need all of them to vote',
      three,
      { joining: [request('d'), request('e', { priority: -1 })] },
      { d: seen('d'), e: seen('e') },
      ['d has been admitted', 'e has been admitted', 'd votes now', 'e votes now'],
      ['a', 'b', 'c', 'd', 'e'],
    ],
    [
      'leaves a fourth without a vote',
      three,
      { joining: [request('d')] },
      { d: seen('d') },
      ['d has been admitted'],
      ['a', 'b', 'c'],
    ],
    [
      'gives a higher priority a vote',
      three,
      { joining: [request('d', { priority: 1 })] },
      { d: seen('d') },
      ['d has been admitted', 'd votes now', 'c votes no more'],
      ['a', 'b', 'd'],
    ],
    [
      'notes what a member says of itself now',
      three,
      { joining: [request('c', { priority: 3, site: 'x' })] },
      {},
      ['c describes itself anew'],
      ['a', 'b', 'c'],
    ],
    [
      'brings no more to the vote while that would rest upon the newcomer',
      rosterOf([a, b, c, idle('d'), idle('e')]),
      {},
      { c: dead('c', 1_000) },
      [],
      ['a', 'b', 'c'],
    ],
    [
      'drops who was never met, and comes down to an odd number',
      rosterOf([a, b, c, member('d'), member('e', { identity: '?', incarnation: 0 })]),
      {},
      {},
      ['e was named at the founding and not met', 'd votes no more'],
      ['a', 'b', 'c'],
    ],
    [
      'keeps one voter where it leads',
      rosterOf([a, idle('b')]),
      { leads: true, joining: [request('c')] },
      { c: seen('c') },
      ['c has been admitted'],
      ['a'],
    ],
    [
      'never drops the other of two that go on alone',
      rosterOf([a, b], { quorum: 'none' }),
      { quorum: 'none' },
      { b: dead('b', 10 * FORGET_MS) },
      [],
      ['a', 'b'],
    ],
    [
      'takes up majorities again before a third comes',
      rosterOf([a, b], { quorum: 'none' }),
      { quorum: 'none', joining: [request('c')] },
      { c: seen('c') },
      ['a majority is needed again', 'c has been admitted', 'c votes now'],
      ['a', 'b', 'c'],
    ],
    [
      'admits no third while one of two that go on alone is away',
      rosterOf([a, b], { quorum: 'none' }),
      { quorum: 'none', joining: [request('c')] },
      { b: dead('b', 1_000), c: seen('c') },
      [],
      ['a', 'b'],
    ],
    [
      'gives up on majorities when two are left and the configuration says so',
      three,
      { quorum: 'none', left: new Set(['c']) },
      {},
      ['c has left', 'either of two goes on alone'],
      ['a', 'b'],
    ],
  ];
  for (const [why, roster, change, sights, whys, votes] of rows)
    it(why, () => {
      const end = settle(roster, (now) => {
        const joining = (change.joining ?? []).filter(
          (one) => memberOf(now, one.id)?.identity !== one.identity || now.version === 7,
        );
        // Whoever was dropped and admitted is heard as what it is now, beside what was heard of it before.
        const fresh = now.members.filter(({ id, identity }) => identity !== memberOf(roster, id)?.identity);
        const heard = fresh.map(({ id, identity }) => [
          id,
          { ...sights[id], stranger: { start: start(id, 5, identity), atMs: NOW_MS } },
        ]);
        return situation(now, { ...change, joining }, { ...sights, ...Object.fromEntries(heard) });
      });
      expect(end.whys).to.deep.equal(whys);
      expect(votersIn(end.roster)).to.deep.equal(votes);
    });

  it('says why somebody is not admitted', () => {
    const later = request('c', { identity: 'c-2' });
    expect(refusalOf(three, situation(three), later, NOW_MS)).to.include('id c is running already');
    expect(refusalOf(three, situation(three), request('a', { identity: 'a-2' }), NOW_MS)).to.include('id a is running');
    expect(refusalOf(three, situation(three), request('d'), NOW_MS)).to.equal(undefined);
    const two = rosterOf([a, b], { quorum: 'none' });
    expect(refusalOf(two, situation(two), request('c'), NOW_MS)).to.include('quorum="none"');
  });

  it('takes no late word of a former start for the present one', () => {
    const now = noteStart({}, c, start('c', 9, 'c-1', [5]), NOW_MS);
    expect(noteStart(now, c, start('c'), NOW_MS + 1)).to.deep.equal(now);
    expect(noteStart(now, c, start('c', 3), NOW_MS + 1).stranger?.start.incarnation).to.equal(3);
  });
});
