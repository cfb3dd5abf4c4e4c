import { expect } from 'chai';
import type { Sender } from '../../../../src/pool/messages.js';
import type { PoolMessage } from '../../../../src/pool/node/messages.js';
import { hostileMessages } from '../../../support/hostile-pool-messages.js';
import { elementOf, SmallWorld } from './small-world.js';

const ALL = ['em1', 'em2', 'em3', 'eim'];
const ELEMENTS = ['em1', 'em2', 'em3'].flatMap((id) => [1, 2].map((at) => `device/${id}-${at}`));
const FUTURE = Number.MAX_SAFE_INTEGER;

function world(): SmallWorld {
  const small = new SmallWorld();
  for (const id of ALL) {
    const elements = id === 'eim' ? [] : [1, 2].map((at) => elementOf(`device/${id}-${at}`));
    small.add(
      id,
      ALL.filter((other) => other !== id),
      elements,
      id === 'eim' ? 'EIM' : 'EM',
    );
  }
  small.run(10_000);
  return small;
}

const startOf = (small: SmallWorld, id: string): Sender => {
  const { identity, incarnation, starts } = small.get(id).disk;
  return { id, identity, incarnation, starts };
};

/** Says everything to everybody, the pool's own id known. */
function sayAll(small: SmallWorld, speaker: Sender, number: number, says: (message: PoolMessage) => boolean): void {
  for (const to of ALL) {
    if (to === speaker.id) continue;
    const pool = small.get(to).node?.roster.pool ?? '';
    const victim = startOf(small, to);
    for (const message of hostileMessages({ pool, name: 'test', speaker, victim, elements: ELEMENTS, number })) {
      if (!says(message)) continue;
      small.input(to, { is: 'message', envelope: { from: speaker, to, toIncarnation: undefined, pool, message } });
      small.run(20);
    }
  }
}

function expectWhole(small: SmallWorld, master: string | undefined): void {
  expect(small.master()).to.equal(master);
  for (const element of ELEMENTS) expect(small.pollers(element), element).to.deep.equal([element.slice(7, 10)]);
  for (const id of ALL) expect(small.get(id).node?.roster.members.map((one) => one.id)).to.deep.equal([...ALL].sort());
}

/** It goes on by itself when it has to. */
function expectAble(small: SmallWorld): void {
  const victim = small.master() ?? '';
  small.crash(victim);
  small.run(3_000);
  expect(small.master()).to.be.a('string');
  for (const element of ELEMENTS) expect(small.pollers(element), element).to.have.length(1);
  small.start(victim);
  small.run(20_000);
  for (const element of ELEMENTS) expect(small.pollers(element)).to.deep.equal([element.slice(7, 10)]);
}

const other = (small: SmallWorld): string => ['em1', 'em2', 'em3'].find((id) => id !== small.master()) ?? '';
const SPEAKERS: readonly (readonly [string, (small: SmallWorld) => Sender])[] = [
  ['a stranger', () => ({ id: 'mallory', identity: 'm', incarnation: 1, starts: [] })],
  ['a stranger with the disk of a member', (small) => ({ ...startOf(small, other(small)), id: 'mallory' })],
  ['one with the id of a member', (small) => ({ id: other(small), identity: 'm', incarnation: FUTURE, starts: [] })],
  [
    'one with the id of the master',
    (small) => ({ id: small.master() ?? '', identity: 'm', incarnation: 9, starts: [] }),
  ],
  [
    'a start of a member from the future',
    (small) => {
      const { identity, incarnation } = startOf(small, other(small));
      return { id: other(small), identity, incarnation: FUTURE, starts: [incarnation] };
    },
  ],
  ['a member', (small) => startOf(small, other(small))],
  ['a member that does not vote', (small) => startOf(small, 'eim')],
  ['the master', (small) => startOf(small, small.master() ?? '')],
];

describe('a pool that is told what cannot be', () => {
  for (const [who, of] of SPEAKERS)
    for (const number of [FUTURE, 2 ** 50])
      it(`by ${who}, with numbers of ${number}, is as it was and goes on`, () => {
        const small = world();
        const master = small.master();
        sayAll(small, of(small), number, () => true);
        small.run(5_000);
        expectWhole(small, master);
        expectAble(small);
      });

  for (const [who, of] of SPEAKERS.slice(0, 4))
    for (const ahead of [1, 1000])
      it(`by ${who}, with terms ${ahead} ahead, is as it was and goes on`, () => {
        const small = world();
        const master = small.master();
        sayAll(small, of(small), (small.get('em1').node?.mastership.durable.term ?? 0) + ahead, () => true);
        small.run(5_000);
        expectWhole(small, master);
        expectAble(small);
      });

  for (const [who, of] of SPEAKERS.slice(4))
    for (const ahead of [1, 1000])
      it(`by ${who}, with terms ${ahead} ahead, comes to rest by itself`, () => {
        const small = world();
        sayAll(small, of(small), (small.get('em1').node?.mastership.durable.term ?? 0) + ahead, () => true);
        small.run(90_000);
        expectWhole(small, small.master());
        expectAble(small);
      });
});
