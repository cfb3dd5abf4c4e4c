/** Who may poll an element that is given to somebody else. */
import { expect } from 'chai';
import type { OwnershipRecord } from '../../../../src/pool/inventory/inventory.js';
import { whoPolls, withoutHolder } from '../../../../src/pool/node/steering/who-polls.js';

interface Case {
  readonly story: string;
  readonly before: OwnershipRecord;
  readonly to: string;
  readonly dead?: readonly string[];
  readonly now: OwnershipRecord;
}

const cases: readonly Case[] = [
  { story: 'nobody had it', before: {}, to: 'a', now: {} },
  { story: 'a planned move', before: { owner: 'a' }, to: 'b', now: { holder: 'a', former: 'a' } },
  { story: 'a takeover', before: { owner: 'a' }, to: 'b', dead: ['a'], now: { former: 'a' } },
  {
    story: 'whoever was to take over is dead before it has said that it polls: the first owner may live',
    before: { owner: 'b', former: 'a' },
    to: 'c',
    dead: ['a', 'b'],
    now: { former: 'a' },
  },
  {
    story: 'the same, and the first owner is back: it polls',
    before: { owner: 'b', former: 'a' },
    to: 'c',
    dead: ['b'],
    now: { holder: 'a', former: 'a' },
  },
  {
    story: 'the same, and it goes back to the first owner: the one in between may have taken it',
    before: { owner: 'b', former: 'a' },
    to: 'a',
    dead: ['b'],
    now: { former: 'b' },
  },
  {
    story: 'the taker of a move is dead, and another is named: the giver polls, or the taker does',
    before: { owner: 'b', holder: 'a', former: 'a' },
    to: 'c',
    dead: ['b'],
    now: { holder: 'a', former: 'b' },
  },
  {
    story: 'the taker of a move is dead, and it stays with its giver: the taker may poll until that has heard of it',
    before: { owner: 'b', holder: 'a', former: 'a' },
    to: 'a',
    dead: ['b'],
    now: { former: 'b' },
  },
  {
    story: 'giver and taker of a move are dead',
    before: { owner: 'b', holder: 'a', former: 'a' },
    to: 'c',
    dead: ['a', 'b'],
    now: { former: 'a' },
  },
];

describe('who polls an element on its way', () => {
  for (const { story, before, to, dead = [], now } of cases)
    it(story, () => {
      const lives = (id: string | undefined) => id !== undefined && !dead.includes(id);
      expect(whoPolls(before, to, lives)).to.deep.equal(now);
    });

  it('is perhaps its giver, once that is dead', () => {
    expect(withoutHolder({ owner: 'b', holder: 'a', former: 'c' })).to.deep.equal({ owner: 'b', former: 'a' });
    expect(withoutHolder({ owner: 'b' })).to.deep.equal({ owner: 'b' });
  });
});
