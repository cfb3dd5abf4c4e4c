/** Founding, story by story. */
import { expect } from 'chai';
import type { Roster } from '../../../../src/pool/member.js';
import { firstRoster } from '../../../../src/pool/membership/found-roster.js';
import {
  createFounding,
  type Founding,
  type FoundingEffect,
  type FoundingMessage,
  type FoundingOptions,
  foundingWakeAtMs,
  type Seeker,
  type Standing,
  stepFounding,
} from '../../../../src/pool/membership/founding.js';
import { HEARTBEAT_MS, type Settings } from './founding-manager.js';
import { FoundingWorld } from './founding-world.js';

const everybody = (ids: readonly string[], change: Partial<Settings> = {}): Settings[] =>
  ids.map((id) => ({ id, names: ids.filter((other) => other !== id), ...change }));

/** Starts each so long after the one before. */
function started(settings: readonly Settings[], everyMs: number): FoundingWorld {
  const world = new FoundingWorld(settings);
  for (const [at, manager] of world.managers.entries()) world.after(at * everyMs, () => manager.start());
  return world;
}
const poolsOf = (world: FoundingWorld) => new Set(world.living.map(({ standing }) => standing?.roster.pool));
const namesIn = (world: FoundingWorld, id: string) =>
  world.manager(id).standing?.roster.members.map((member) => member.id);

describe('founding', () => {
  it('makes one pool of four that start within a second, with an odd number of voters', () => {
    const world = started(everybody(['a', 'b', 'c', 'd']), 300).run(6_000);
    expect(world.isSettled, world.describe()).to.equal(true);
    expect(world.manager('a').standing?.roster.members.filter(({ voter }) => voter)).to.have.lengthOf(3);
    expect(world.changes.map(({ is }) => is)).to.deep.equal(['voting']);
  });

  it('begins with a majority of all that are named, and takes in the others later', () => {
    const world = started(everybody(['a', 'b', 'c', 'd', 'e']).slice(0, 3), 100).run(10_000);
    expect(world.isSettled, world.describe()).to.equal(true);
    expect(namesIn(world, 'a')).to.deep.equal(['a', 'b', 'c']);
  });

  it('waits for the silent ones of a ring of names, by whom its parts learn of each other', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const world = new FoundingWorld(ids.map((id, at) => ({ id, names: [ids[(at + 1) % 7] ?? ''] })));
    // Without a and e, f and g are two of three that they know of, and b, c and d three of four.
    for (const manager of world.managers) world.after('ae'.includes(manager.id) ? 3_000 : 0, () => manager.start());
    expect(world.run(20_000).isSettled, world.describe()).to.equal(true);
    expect(world.acted.size).to.equal(1);
  });

  it('does not begin with less', () => {
    const world = started(everybody(['a', 'b', 'c', 'd']).slice(0, 2), 100).run(60_000);
    expect(world.adoptions).to.equal(0);
  });

  it('needs both of two, also where either may go on alone afterwards', () => {
    const alone = started(everybody(['a', 'b'], { quorum: 'none' }).slice(0, 1), 0).run(60_000);
    expect(alone.adoptions).to.equal(0);
    const both = started(everybody(['a', 'b'], { quorum: 'none' }), 100).run(8_000);
    expect(both.manager('a').standing?.roster.quorum).to.equal('none');
    both.manager('b').crash();
    expect(both.run(20_000).manager('a').acts).to.equal(true);
  });

  it('takes two that only name the same witness for three', () => {
    const witness: Settings = { id: 'i', role: 'EIM', names: [] };
    const world = started([{ id: 'a', names: ['i'] }, { id: 'b', names: ['i'] }, witness], 100).run(8_000);
    expect(world.isSettled, world.describe()).to.equal(true);
    expect(world.manager('i').standing?.roster.members.every(({ voter }) => voter)).to.equal(true);
  });

  it('is no business of one that names nobody, unless it is told to; others join it', () => {
    const quiet = started([{ id: 'a', names: [] }], 0).run(30_000);
    expect(quiet.adoptions).to.equal(0);
    const world = started(
      [
        { id: 'a', names: [], found: true },
        { id: 'b', names: ['a'] },
      ],
      100,
    ).run(10_000);
    expect(world.isSettled, world.describe()).to.equal(true);
  });

  it('is for an integration manager that leads: at once, alone, and it stays the only voter', () => {
    const follower = { names: ['i'], follows: 'i' };
    const leader: Settings = { id: 'i', role: 'EIM', leads: true, names: ['a', 'b', 'c'] };
    const world = started([leader, ...['a', 'b', 'c'].map((id) => ({ id, ...follower }))], 0).run(10_000);
    expect(world.isSettled, world.describe()).to.equal(true);
    expect(world.manager('i').acts).to.equal(true);
    expect(world.manager('i').standing?.roster.members.filter(({ voter }) => voter)).to.have.lengthOf(1);
    expect(world.manager('a').effects.filter(({ is }) => is === 'adopt')).to.deep.equal([]);
  });

  it('keeps pools of different names apart', () => {
    const settings = everybody(['a', 'b', 'c', 'd']).map((each, at) => ({ ...each, name: at < 2 ? 'p' : 'q' }));
    const world = started(settings, 100).run(30_000);
    expect(world.adoptions, 'two of four named are no majority').to.equal(0);
    const pairs = [
      ['a', 'b'],
      ['c', 'd'],
    ].flatMap((ids, at) => everybody(ids, { name: at === 0 ? 'p' : 'q' }));
    expect(poolsOf(started(pairs, 100).run(10_000)).size).to.equal(2);
  });

  it('raises an alarm at both, and merges nothing, where two pools have one name', () => {
    const other = founding({ pool: standing('settled', roster('q1', ['me'])) });
    const alarms = hear(other, 'x', { is: 'inPool', pool: 'q2', name: 'p', master: 'x' });
    expect(alarms.map(({ is }) => is)).to.deep.equal(['alarm', 'send']);
    expect(hear(other, 'x', { is: 'inPool', pool: 'q2', name: 'p', master: 'x' }, 1_000)).to.deep.equal([]);
    expect(hear(other, 'x', { is: 'inPool', pool: 'q2', name: 'p', master: 'x' }, 61_000)).to.have.lengthOf(2);
    expect(hear(other, 'x', { is: 'inPool', pool: 'q3', name: 'else', master: 'x' }, 61_000)).to.deep.equal([]);
  });

  it('is taken up by those who are left when the founder dies after one has adopted', () => {
    const world = started(everybody(['a', 'b', 'c', 'd', 'e']), 0);
    const a = world.manager('a');
    for (const to of ['c', 'd', 'e']) world.cut('a', to);
    for (let atMs = 0; !a.effects.some(({ is }) => is === 'adopt') && atMs < 20_000; atMs += 5) world.run(atMs);
    world.run(world.nowMs + 30);
    a.crash();
    expect(world.living.some(({ standing }) => standing?.stage === 'bare')).to.equal(true);
    world.run(60_000);
    expect(world.isSettled, world.describe()).to.equal(true);
    expect(namesIn(world, 'b')).to.deep.equal(['b', 'c', 'd', 'e']);
  });

  it('is tried again when too few of a founding are left, with those who are there', () => {
    const world = started(everybody(['a', 'b', 'c', 'd', 'e']).slice(0, 3), 0);
    while (world.adoptions < 3 && world.nowMs < 5_000) world.run(world.nowMs + 5);
    world.manager('a').crash();
    world.run(30_000);
    expect(world.acted.size, 'two of five').to.equal(0);
    const all = started(everybody(['a', 'b', 'c', 'd', 'e']), 0);
    for (const manager of all.managers.slice(3)) manager.start();
    all.run(1);
    for (const one of ['d', 'e'])
      for (const other of ['a', 'b', 'c']) {
        all.cut(one, other);
        all.cut(other, one);
      }
    while (all.adoptions < 3 && all.nowMs < 8_000) all.run(all.nowMs + 5);
    all.manager('a').crash();
    all.run(all.nowMs + 100);
    all.heal();
    all.run(60_000);
    expect(all.isSettled, all.describe()).to.equal(true);
    expect(namesIn(all, 'b')).to.deep.equal(['b', 'c', 'd', 'e']);
  });

  it('readmits one that has lost its disk', () => {
    const world = started(everybody(['a', 'b', 'c']), 0).run(5_000);
    const lost = world.managers.find(({ acts }) => !acts);
    lost?.wipe(`${lost.id}-2`);
    lost?.start();
    world.run(20_000);
    expect(world.isSettled, world.describe()).to.equal(true);
    expect(world.changes.map(({ is }) => is)).to.deep.equal(['dropped', 'admitted', 'voting']);
  });
});

const seeker = (id: string, names: readonly string[] = ['me', 'x', 'y']): Seeker => ({
  id,
  identity: `${id}-1`,
  incarnation: 1,
  starts: [0],
  name: 'p',
  role: 'EM',
  stands: true,
  priority: 0,
  names: names.filter((name) => name !== id),
});
const roster = (pool: string, ids: readonly string[], version = 1): Roster =>
  firstRoster({
    pool,
    version,
    seekers: ids.map((id) => seeker(id)),
    union: ['me', 'x', 'y'],
    heartbeatMs: HEARTBEAT_MS,
  });
const standing = (stage: Standing['stage'], of: Roster): Standing => ({ stage, roster: of, master: undefined });

const founding = (change: Partial<FoundingOptions> = {}): Founding =>
  createFounding({
    seeker: seeker('me'),
    found: false,
    leads: false,
    poolId: 'mine',
    heartbeatMs: HEARTBEAT_MS,
    nowMs: 0,
    ...change,
  });
const hear = (state: Founding, id: string, message: FoundingMessage, nowMs = 0): FoundingEffect[] =>
  stepFounding(state, { is: 'message', from: { id, identity: `${id}-1`, incarnation: 1, starts: [0] }, message }, nowMs)
    // What a tick does besides is another matter.
    .filter((effect) => effect.is !== 'send' || effect.to === id);
const found = (of: Roster): FoundingMessage => ({ is: 'found', name: 'p', roster: of });
const kinds = (effects: readonly FoundingEffect[]) =>
  effects.map((effect) => (effect.is === 'send' ? effect.message.is : effect.is));
const [small, large] = [roster('f1', ['me', 'x', 'y']), roster('f2', ['me', 'x', 'y'])];

describe('a manager that hears of a founding', () => {
  const none = undefined;
  const rows: readonly (readonly [why: string, own: Standing | undefined, heard: Roster, does: readonly string[]])[] = [
    ['adopts it when it is in none', none, large, ['adopt']],
    ['leaves it alone where it is not met there', none, roster('f1', ['x', 'y']), []],
    ['changes to the smaller one while it has nothing but a founding', standing('bare', large), small, ['adopt']],
    ['answers with its own where that is better', standing('bare', small), large, ['found']],
    ['changes to a later try', standing('bare', small), roster('f3', ['me', 'x', 'y'], 2), ['adopt']],
    ['says nothing of the same', standing('bare', small), small, []],
    ['stays once it keeps an entry', standing('begun', large), small, []],
    ['answers with its pool when that has settled', standing('settled', large), small, ['inPool']],
  ];
  for (const [why, own, heard, does] of rows)
    it(why, () => {
      const state = founding(own ? { pool: own } : {});
      state.nextMs = Number.POSITIVE_INFINITY;
      expect(kinds(hear(state, 'x', found(heard)))).to.deep.equal(does);
    });

  it('leaves one that has begun when a majority of its voters is in a better one', () => {
    const state = founding({ pool: standing('begun', large) });
    state.nextMs = Number.POSITIVE_INFINITY;
    expect(kinds(hear(state, 'x', found(small)))).to.deep.equal([]);
    expect(kinds(hear(state, 'y', found(small)))).to.deep.equal(['adopt']);
  });

  it('leaves one that has begun when a majority of its voters has settled elsewhere', () => {
    const state = founding({ pool: standing('begun', large) });
    state.nextMs = Number.POSITIVE_INFINITY;
    const inPool: FoundingMessage = { is: 'inPool', pool: 'other', name: 'p', master: undefined };
    expect(kinds(hear(state, 'x', inPool))).to.deep.equal([]);
    expect(kinds(hear(state, 'y', inPool))).to.deep.equal(['abandon', 'join']);
  });

  it('leaves one that has nothing else for any pool that has settled, and does not come back to it', () => {
    const state = founding({ pool: standing('bare', large) });
    const inPool: FoundingMessage = { is: 'inPool', pool: 'other', name: 'p', master: 'x' };
    expect(kinds(hear(state, 'x', inPool))).to.include.members(['abandon', 'join']);
    expect(kinds(hear(state, 'y', found(large), 60_000))).to.not.include('adopt');
    expect(kinds(hear(state, 'y', found(roster('f3', ['me', 'x', 'y'], 2)), 60_000))).to.include('adopt');
  });

  it('is in a pool that names it without being asked', () => {
    const [effect] = hear(founding(), 'x', { is: 'inPool', pool: 'f1', name: 'p', master: 'x', roster: small });
    expect(effect).to.deep.equal({ is: 'adopt', roster: { ...small, settled: true } });
  });

  it('takes no name for another, and nobody for somebody else', () => {
    const state = founding();
    state.nextMs = Number.POSITIVE_INFINITY;
    expect(hear(state, 'x', { is: 'found', name: 'q', roster: small })).to.deep.equal([]);
    expect(kinds(hear(state, 'x', { is: 'seek', seeker: { ...seeker('x'), name: 'q' } }))).to.not.include('seeking');
    expect(kinds(hear(state, 'x', { is: 'seek', seeker: seeker('y') }))).to.not.include('seeking');
    const long = seeker(
      'x',
      Array.from({ length: 300 }, (_, at) => `n${at}`),
    );
    expect(kinds(hear(state, 'x', { is: 'seek', seeker: long }))).to.not.include('seeking');
  });

  it('remembers no more than 256, whatever it is told, and founds nothing with more', () => {
    const state = founding();
    for (let at = 0; at < 1_000; at += 1) {
      const id = `s${at}`;
      hear(state, id, { is: 'seek', seeker: seeker(id, [`t${at}`, `u${at}`]) }, at);
      hear(state, id, { is: 'seeking', seekers: [seeker(`v${at}`)] }, at);
    }
    expect(state.known.size).to.be.at.most(256);
    expect(state.pool).to.equal(undefined);
  });

  it('asks those that do not answer more and more seldom, at most every 5 s', () => {
    const state = founding();
    const asked: number[] = [];
    for (let nowMs = 0; nowMs < 120_000; nowMs = foundingWakeAtMs(state))
      for (const effect of stepFounding(state, { is: 'tick' }, nowMs))
        if (effect.is === 'send' && effect.to === 'x') asked.push(nowMs);
    const gaps = asked.slice(1).map((atMs, at) => atMs - (asked[at] ?? 0));
    expect(gaps[0]).to.equal(HEARTBEAT_MS);
    expect(gaps.at(-1)).to.equal(5_000);
    expect(gaps.every((gap, at) => gap >= (gaps[at - 1] ?? 0))).to.equal(true);
  });
});
