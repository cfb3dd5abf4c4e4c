/** Who votes, who makes way, who goes on; and rosters in random lives. */
import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../../src/base/errors.js';
import { isOneStep, type Member, majorityOf, memberOf, type Roster, voters } from '../../../../src/pool/member.js';
import { recoverRoster } from '../../../../src/pool/membership/recover.js';
import {
  type JoinRequest,
  nextRoster,
  type Sight,
  successorFor,
} from '../../../../src/pool/membership/roster-policy.js';
import { noteStart } from '../../../../src/pool/membership/sight.js';
import { chooseVoters, voterCountOf } from '../../../../src/pool/membership/voters.js';

import {
  dead,
  FORGET_MS,
  idle,
  member,
  NOW_MS,
  request,
  rosterOf,
  seen,
  situation,
  start,
  votersIn,
  witness,
} from './small-roster.js';

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
