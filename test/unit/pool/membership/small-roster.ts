/** Rosters and what a master sees of them, for tests: everybody lives, nobody comes or goes; `a` is the master. */
import { expect } from 'chai';
import { isOneStep, type Member, type Roster, voters } from '../../../../src/pool/member.js';
import {
  type JoinRequest,
  nextRoster,
  type Sight,
  type Situation,
} from '../../../../src/pool/membership/roster-policy.js';

export const NOW_MS = 1_000_000;
export const FORGET_MS = 60_000;

export const member = (id: string, change: Partial<Member> = {}): Member => ({
  id,
  identity: `${id}-1`,
  incarnation: 5,
  role: 'EM',
  voter: true,
  stands: true,
  priority: 0,
  ...change,
});
export const witness = (id: string, change: Partial<Member> = {}) =>
  member(id, { role: 'EIM', stands: false, ...change });
export const idle = (id: string, change: Partial<Member> = {}) => member(id, { voter: false, ...change });
export const rosterOf = (members: readonly Member[], change: Partial<Roster> = {}): Roster => ({
  pool: 'p',
  version: 7,
  members,
  heartbeatMs: 500,
  ...change,
});
export const start = (
  id: string,
  incarnation = 5,
  identity = `${id}-1`,
  starts: readonly number[] = [1, 2, 3, 4, 5],
) => ({
  identity,
  incarnation,
  starts: starts.filter((one) => one < incarnation),
});
export const seen = (id: string, agoMs = 100): Sight => ({ own: { start: start(id), atMs: NOW_MS - agoMs } });
export const dead = (id: string, forMs: number): Sight => ({ ...seen(id, forMs), deadSinceMs: NOW_MS - forMs });
export const request = (id: string, change: Partial<JoinRequest> = {}): JoinRequest => ({
  ...start(id),
  id,
  role: 'EM',
  stands: true,
  priority: 0,
  ...change,
});

/** Everybody lives, nobody comes or goes; `a` is the master. */
export const situation = (
  roster: Roster,
  change: Partial<Situation> = {},
  sights: Record<string, Sight> = {},
): Situation => ({
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
export function settle(roster: Roster, of: (roster: Roster) => Situation): { roster: Roster; whys: string[] } {
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
export const votersIn = (roster: Roster) => voters(roster).map(({ id }) => id);
