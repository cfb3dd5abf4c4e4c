/** What a master decides about its roster, case by case and in random lives. */
import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../../src/base/errors.js';
import { isOneStep, type Member, majorityOf, memberOf, type Roster, voters } from '../../../../src/pool/member.js';
import { recoverRoster } from '../../../../src/pool/membership/recover.js';
import {
  type JoinRequest,
  nextRoster,
  refusalOf,
  type Sight,
  type Situation,
  successorFor,
} from '../../../../src/pool/membership/roster-policy.js';
import { noteStart } from '../../../../src/pool/membership/sight.js';
import { chooseVoters, voterCountOf } from '../../../../src/pool/membership/voters.js';

const NOW_MS = 1_000_000;
const FORGET_MS = 60_000;

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
const witness = (id: string, change: Partial<Member> = {}) => member(id, { role: 'EIM', stands: false, ...change });
const idle = (id: string, change: Partial<Member> = {}) => member(id, { voter: false, ...change });
const rosterOf = (members: readonly Member[], change: Partial<Roster> = {}): Roster => ({
  pool: 'p',
  version: 7,
  members,
  heartbeatMs: 500,
  ...change,
});
const start = (id: string, incarnation = 5, identity = `${id}-1`, starts: readonly number[] = [1, 2, 3, 4, 5]) => ({
  identity,
  incarnation,
  starts: starts.filter((one) => one < incarnation),
});
const seen = (id: string, agoMs = 100): Sight => ({ own: { start: start(id), atMs: NOW_MS - agoMs } });
const dead = (id: string, forMs: number): Sight => ({ ...seen(id, forMs), deadSinceMs: NOW_MS - forMs });
const request = (id: string, change: Partial<JoinRequest> = {}): JoinRequest => ({
  ...start(id),
  id,
  role: 'EM',
  stands: true,
  priority: 0,
  ...change,
});

/** Everybody lives, nobody comes or goes; `a` is the master. */
const situation = (roster: Roster, change: Partial<Situation> = {}, sights: Record<string, Sight> = {}): Situation => ({
  self: 'a',
  start: start('a'),
  leads: false,
  quorum: 'majority',
  forgetMs: FORGET_MS,
  joining: [],
  left: new Set(),
  sights: new Map([...roster.members.map(({ id }) => [id, seen(id)] as const), ...Object.entries(sights)]),
  ...change,
});

/** Decides until nothing is left to decide. */
function settle(roster: Roster, of: (roster: Roster) => Situation): { roster: Roster; whys: string[] } {
  const whys: string[] = [];
  let now = roster;
  for (let change = nextRoster(now, of(now), NOW_MS); change; change = nextRoster(now, of(now), NOW_MS)) {
    expect(isOneStep(now, change.roster)).to.equal(true);
    expect(change.roster.version).to.equal(now.version + 1);
    now = change.roster;
    whys.push(change.why);
    expect(whys.length, whys.join('; ')).to.be.below(50);
  }
  return { roster: now, whys };
}
const votersIn = (roster: Roster) => voters(roster).map(({ id }) => id);

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

describe('the choice of voters', () => {
  it('is of an odd number from three on, at most seven', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000].map(voterCountOf)).to.deep.equal([0, 1, 2, 3, 3, 5, 5, 7, 7, 7, 7]);
  });

  const rows: readonly (readonly [why: string, candidates: readonly Member[], chosen: string])[] = [
    ['two and a witness all vote', [member('a'), member('b'), witness('i')], 'a b i'],
    ['three that stand vote rather than a witness', [member('a'), member('b'), idle('c'), witness('i')], 'a b c'],
    [
      'a site of its own brings a witness in',
      [member('a', { site: 'x' }), member('b', { site: 'x' }), idle('c', { site: 'x' }), witness('i', { site: 'y' })],
      'a b i',
    ],
    [
      'witnesses stay fewer than half',
      [
        member('a', { site: 'x' }),
        member('b', { site: 'x' }),
        witness('i', { site: 'y' }),
        witness('j', { site: 'z' }),
      ],
      'a b i',
    ],
    [
      'sites come before priority',
      [
        member('a', { site: 'x' }),
        idle('b', { site: 'x', priority: 9 }),
        idle('c', { site: 'y' }),
        idle('d', { site: 'z' }),
      ],
      'a c d',
    ],
    ['who votes keeps the vote among equals', [member('a'), idle('b'), member('c'), member('d')], 'a c d'],
    ['the id is last', [member('a'), idle('d'), idle('c'), idle('b')], 'a b c'],
  ];
  for (const [why, candidates, chosen] of rows)
    it(why, () => expect([...chooseVoters(candidates, 'a')].sort().join(' ')).to.equal(chosen));
});

describe('the way to a higher priority', () => {
  const roster = rosterOf([
    member('a'),
    member('b', { priority: 1 }),
    member('c', { priority: 2 }),
    idle('d', { priority: 3 }),
    witness('i', { priority: 4 }),
  ]);
  const caughtUp = (id: string, forMs: number): Sight => ({ ...seen(id), caughtUpSinceMs: NOW_MS - forMs });
  const rows: readonly (readonly [why: string, sights: Record<string, Sight>, successor: string | undefined])[] = [
    ['is not taken while nobody is caught up', {}, undefined],
    ['is taken a minute after that', { b: caughtUp('b', 60_000) }, 'b'],
    ['and no sooner', { b: caughtUp('b', 59_999) }, undefined],
    ['leads to the highest', { b: caughtUp('b', 90_000), c: caughtUp('c', 60_000) }, 'c'],
    ['leads to nobody who has died', { c: { ...caughtUp('c', 90_000), deadSinceMs: NOW_MS } }, undefined],
    [
      'leads to nobody without a vote, and to no witness',
      { d: caughtUp('d', 90_000), i: caughtUp('i', 90_000) },
      undefined,
    ],
  ];
  for (const [why, sights, successor] of rows)
    it(why, () => expect(successorFor(roster, situation(roster, {}, sights), NOW_MS)).to.equal(successor));
});

describe('recovery', () => {
  const roster = rosterOf([member('a'), member('b'), member('c'), idle('d'), witness('i', { voter: false })]);
  it('goes on with the rest, whose voters are chosen anew, above what the lost ones may have decided', () => {
    const next = recoverRoster(roster, ['b', 'c', 'x'], 'a');
    expect(votersIn(next)).to.deep.equal(['a', 'd', 'i']);
    expect(next.version).to.be.above(roster.version + 500);
    expect(next.pool).to.equal(roster.pool);
  });
  it('is refused where it would lead to nothing', () => {
    for (const [without, self] of [
      [['a'], 'a'],
      [['b'], 'x'],
      [['a', 'b', 'c', 'd'], 'i'],
      // It keeps no inventory, and a does.
      [['b', 'c'], 'd'],
    ] as const)
      expect(() => recoverRoster(roster, without, self)).to.throw(PtpError);
  });
});

describe('two managers without a witness', () => {
  it('are each a majority, until a third is there', () => {
    expect(majorityOf(rosterOf([member('a'), member('b')], { quorum: 'none' }))).to.equal(1);
    expect(majorityOf(rosterOf([member('a'), member('b'), member('c')], { quorum: 'none' }))).to.equal(2);
    expect(majorityOf(rosterOf([member('a'), member('b')], { quorum: 'majority' }))).to.equal(2);
  });
});

describe('any life of a roster', () => {
  const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
  const event = fc.record({
    id: fc.constantFrom(...IDS.slice(1)),
    is: fc.constantFrom('join', 'die', 'forget', 'live', 'leave', 'lose disk', 'start again'),
  });
  const manager = fc.record({
    priority: fc.integer({ min: 0, max: 2 }),
    site: fc.constantFrom(undefined, 'x', 'y'),
    stands: fc.boolean(),
  });

  it('changes by one voter that the living can confirm, and comes to rest with the right voters', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.array(manager, { minLength: 10, maxLength: 10 }),
        (events, managers) => {
          const sights = new Map<string, Sight>();
          const disks = new Map(IDS.map((id) => [id, start(id)]));
          const joining = new Map<string, JoinRequest>();
          const left = new Set<string>();
          let roster = rosterOf([member('a', { incarnation: 5 })]);
          const hears = (id: string) => {
            const [disk, known] = [disks.get(id), memberOf(roster, id)];
            if (disk && known) sights.set(id, noteStart({}, known, disk, NOW_MS));
          };
          const living = (next: Roster) =>
            voters(next).filter(
              ({ id }) =>
                id === 'a' || (sights.get(id)?.own && sights.get(id)?.deadSinceMs === undefined && !left.has(id)),
            );
          for (const { id, is } of events) {
            const disk = disks.get(id) ?? start(id);
            const about = managers[IDS.indexOf(id)];
            const { site, ...facts } = about ?? { priority: 0, stands: true, site: undefined };
            if (is === 'join') {
              joining.set(id, request(id, { ...disk, ...facts, ...(site ? { site } : {}) }));
              hears(id);
            }
            if (is === 'die') sights.set(id, { ...sights.get(id), deadSinceMs: NOW_MS });
            if (is === 'forget') sights.set(id, dead(id, FORGET_MS));
            if (is === 'live') hears(id);
            if (is === 'leave' && memberOf(roster, id)) left.add(id);
            if (is === 'lose disk') disks.set(id, start(id, 5, `${disk.identity}+`));
            if (is === 'start again')
              disks.set(id, { ...disk, incarnation: disk.incarnation + 1, starts: [...disk.starts, disk.incarnation] });
            // More voters may be dead than a majority: then nobody could act as master.
            const acts = () => living(roster).length >= majorityOf(roster);
            let rounds = 0;
            for (; acts(); rounds += 1) {
              expect(rounds).to.be.below(60);
              const now = situation(roster, { joining: [...joining.values()], left });
              const change = nextRoster(roster, { ...now, sights }, NOW_MS);
              if (!change) break;
              expect(isOneStep(roster, change.roster), change.why).to.equal(true);
              expect(living(change.roster).length, change.why).to.be.at.least(majorityOf(change.roster));
              expect(voters(change.roster).length, change.why).to.be.at.most(7);
              expect(memberOf(change.roster, 'a')?.voter, change.why).to.equal(true);
              roster = change.roster;
              if (change.is === 'dropped') {
                left.delete(change.member);
                sights.delete(change.member);
              }
              if (change.is === 'admitted') {
                joining.delete(change.member);
                hears(change.member);
              }
            }
            const able = roster.members.filter(
              (one) => one.voter || living(rosterOf([{ ...one, voter: true }])).length > 0,
            );
            const slack = living(roster).length - majorityOf(roster);
            if (acts() && slack > 0)
              expect(voters(roster).length, 'voters at rest').to.be.oneOf([
                voterCountOf(able.length),
                voterCountOf(roster.members.length),
              ]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
