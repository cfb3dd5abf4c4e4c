/** Each rule of the assignment by example. */
import { expect } from 'chai';
import { compareEpochs, homeEpoch } from '../../../../src/model/manager.js';
import { follow } from '../../../../src/pool/assignment/assign.js';
import type { Change, PoolElement, PoolManager } from '../../../../src/pool/assignment/given.js';
import { createPlacement } from '../../../../src/pool/assignment/placement.js';
import { RELIEF_AGAIN_MS } from '../../../../src/pool/assignment/relief.js';
import { element, GIVER, manager, World } from './world.js';

const many = (count: number, rest: Partial<PoolElement> = {}): PoolElement[] =>
  Array.from({ length: count }, (_, at) => element(`device/${rest.homes?.[0] ?? 'p'}-${at}`, rest));

function pool(managers: readonly PoolManager[], elements: readonly PoolElement[], change: Change = {}): World {
  const world = new World();
  world.plan({ managers, elements, ...change });
  return world;
}

describe('assignment: homes', () => {
  it('leaves an element at its home, under the epoch that the home gave itself', () => {
    const world = new World();
    const epoch = homeEpoch('em1');
    const plan = world.plan({
      managers: [manager('em1'), manager('em2')],
      elements: [element('device/a', { homes: ['em1'] })],
      owned: [{ element: 'device/a', owner: 'em1', epoch }],
    });
    expect(plan.moves).to.deep.equal([]);
    expect(plan.standIns).to.deep.equal([{ element: 'device/a', standIn: 'em2' }]);
  });

  it('lets the higher-ranked of two homes own, and the other stand in, whatever their load', () => {
    const two = element('device/a', { homes: ['em1', 'em2'], cost: 500 });
    const world = pool([manager('em1'), manager('em2', { rank: 5 }), manager('em3', { capacity: 9999 })], [two]);
    expect([world.owner('device/a'), world.standIn('device/a')]).to.deep.equal(['em2', 'em1']);
    expect(world.crash('em2').moves[0]?.to).to.equal('em1');
    const back = world.revive('em2');
    expect(back.moves[0]?.reason).to.equal('of its homes em2 ranks higher than em1');
    expect(world.standIn('device/a')).to.equal('em1');
  });

  it('decides between homes of one rank by id', () => {
    const world = pool([manager('em1'), manager('em2')], [element('device/a', { homes: ['em1', 'em2'] })]);
    expect(world.owner('device/a')).to.equal('em2');
  });

  it('leaves with a paused home what it keeps, and gives it nothing', () => {
    const world = pool([manager('em1'), manager('em2')], many(3, { homes: ['em1'] }));
    expect(world.turn('em1', { availability: { is: 'keeping' } }).moves).to.deep.equal([]);
    world.plan({ elements: many(4) });
    expect(world.load('em1')).to.equal(3);
    expect(world.load('em2')).to.equal(4);
  });
});

describe('assignment: takeover', () => {
  it('goes to the stand-in, in words and with a newer epoch', () => {
    const world = pool(
      ['em1', 'em2', 'em3', 'em4'].map((id) => manager(id)),
      many(9, { homes: ['em1'] }),
    );
    const standIns = new Map([...world.inventory].map(([name, { standIn }]) => [name, standIn]));
    const { moves } = world.crash('em1');
    expect(moves).to.have.length(9);
    for (const move of moves) {
      expect(move).to.deep.include({ from: 'em1', to: standIns.get(move.element), takeover: true });
      expect(move.reason).to.equal(`em1 is gone (crashed); ${move.to} stands in for it`);
      expect(world.standIn(move.element)).to.not.equal(move.to);
    }
    const inOrder = moves.every(({ epoch }, at) => at === 0 || compareEpochs(epoch, moves[at - 1]?.epoch ?? epoch) > 0);
    expect(inOrder, 'epochs rise').to.equal(true);
  });

  it('prefers those that have agreed, by type', () => {
    const failover = [
      { id: 'em2', types: ['router'] },
      { id: 'em3', types: ['printer'] },
    ];
    const managers = [
      manager('em1', { failover }),
      manager('em2', { capacity: 20 }),
      manager('em3', { types: ['nothing'] }),
      manager('em4', { capacity: 9999 }),
    ];
    const world = pool(managers, [
      element('device/r', { homes: ['em1'] }),
      element('device/p', { homes: ['em1'], type: 'printer' }),
      element('device/s', { homes: ['em1'], type: 'switch' }),
    ]);
    world.crash('em1');
    expect(['r', 'p', 's'].map((id) => world.owner(`device/${id}`))).to.deep.equal(['em2', 'em3', 'em4']);
  });

  it('takes a stand-in back to one that agrees later', () => {
    const world = pool([manager('em1'), manager('em2'), manager('em3')], many(6, { homes: ['em1'] }));
    const plan = world.turn('em1', { failover: [{ id: 'em3' }] });
    expect(plan.moves).to.deep.equal([]);
    expect(new Set([...world.inventory.values()].map(({ standIn }) => standIn))).to.deep.equal(new Set(['em3']));
  });

  it('never fills one beyond its capacity while others have room, not even for agreements', () => {
    const managers = [manager('em1', { failover: [{ id: 'em2' }] }), manager('em2', { capacity: 4 }), manager('em3')];
    const world = pool(managers, many(10, { homes: ['em1'] }));
    world.crash('em1');
    expect([world.load('em2'), world.load('em3')]).to.deep.equal([4, 6]);
  });

  it('overloads rather than leave unwatched, evenly, and relieves when somebody has room', () => {
    const small = { capacity: 5 };
    const world = pool([manager('em1'), manager('em2', small), manager('em3', small)], many(40, { homes: ['em1'] }));
    const plan = world.crash('em1');
    expect(plan.unwatched).to.deep.equal([]);
    expect([world.load('em2'), world.load('em3')]).to.deep.equal([20, 20]);
    expect(plan.moves.at(-1)?.reason).to.match(/nobody able has room/);
    const relief = world.plan({ managers: [manager('em4', { capacity: 50 })] }, RELIEF_AGAIN_MS);
    expect(relief.moves.map(({ to }) => to)).to.satisfy((to: string[]) => to.every((one) => one === 'em4'));
    expect([world.load('em2'), world.load('em3'), world.load('em4')]).to.deep.equal([5, 5, 30]);
    expect(relief.moves[0]?.reason).to.equal('em2 has more to do than it can, and em4 has room');
  });

  it('relieves one that was relieved before of what has come since', () => {
    const world = new World();
    const guests = [9, 9, 1, 2].map((cost, at) => element(`device/d${at}`, { cost }));
    world.plan({ managers: [manager('em1', { capacity: 20 })], elements: guests });
    expect(world.plan({ managers: [manager('em2')] }).moves, 'as it had 21').to.have.lengthOf(1);
    const own = { elements: [element('device/own', { homes: ['em1'], cost: 9 })] };
    expect(world.plan(own, RELIEF_AGAIN_MS).moves.map(({ to }) => to)).to.deep.equal(['em1', 'em2']);
    expect(world.load('em1')).to.be.at.most(20);
  });

  it('asks for type and access methods', () => {
    const managers = [
      manager('em1', { types: ['switch'] }),
      manager('em2', { methods: ['ftp'] }),
      manager('em3', { capacity: 0 }),
    ];
    const world = new World();
    const plan = world.plan({ managers, elements: [element('device/a')] });
    expect(plan.unwatched).to.deep.equal([
      { element: 'device/a', reason: 'nobody has it, and no other manager that lives is able to poll it' },
    ]);
    expect(world.plan({}).unwatched, 'said once').to.deep.equal([]);
    expect(world.turn('em2', { methods: ['ftp', 'snmp'] }).moves[0]?.to).to.equal('em2');
    expect(world.turn('em1', { types: ['router'] }).moves, 'who has it keeps it').to.deep.equal([]);
    expect(world.standIn('device/a')).to.equal('em1');
    const away = world.turn('em2', { methods: ['ftp'] });
    expect(away.moves[0]?.reason).to.match(/^em2 is not able to poll it any more; em1 stands in/);
    expect(away.moves[0]?.takeover).to.equal(false);
  });

  it('orders by proof of reach, and excludes nobody for lack of it', () => {
    const managers = [manager('em1'), manager('em2'), manager('em3', { capacity: 2 })];
    const world = pool(managers, [
      element('device/near', { homes: ['em1'], reachedBy: ['em3'] }),
      ...many(6, { homes: ['em2'] }),
    ]);
    expect(world.standIn('device/near')).to.equal('em3');
    world.crash('em3');
    expect(world.standIn('device/near')).to.equal('em2');
  });

  it('leaves unwatched what only its dead home could read, until that is back or forgotten', () => {
    const world = pool(
      [manager('em1'), manager('em2')],
      [element('application/log', { homes: ['em1'], stationary: true })],
    );
    const crash = world.crash('em1');
    expect(crash.moves).to.deep.equal([]);
    expect(crash.unwatched[0]?.reason).to.equal('em1 is gone (crashed), and only its home can read it');
    const trial = world.turn('em1', { availability: { is: 'returning', notBeforeMs: 5000 } });
    expect(trial.watchedAgain, 'at once, although it is on trial').to.deep.equal(['application/log']);
    world.crash('em1');
    expect(world.plan({ forgotten: ['em1'] }).dropped).to.deep.equal([{ element: 'application/log', owner: 'em1' }]);
    expect(world.placement.elements.size).to.equal(0);
  });
});

describe('assignment: leaving and returning', () => {
  it('hands over what a leaving manager has, and says what nobody takes', () => {
    const file = element('application/log', { homes: ['em1'], stationary: true });
    const world = pool([manager('em1'), manager('em2')], [file, ...many(3, { homes: ['em1'] })]);
    const plan = world.turn('em1', { availability: { is: 'leaving' } });
    expect(plan.moves.map(({ to, takeover }) => [to, takeover])).to.deep.equal(Array(3).fill(['em2', false]));
    expect(plan.moves[0]?.reason).to.equal('em1 shuts down; em2 stands in for it');
    expect(plan.stuck.map((one) => one.element)).to.deep.equal(['application/log']);
    expect(plan.unwatched).to.deep.equal([]);
  });

  it('gives back after the trial, at the pace, and names who waits for what', () => {
    const world = new World({ plannedPerSecond: 4, urgentPerSecond: 1e9, looks: 1e9 });
    world.plan({ managers: [manager('em1'), manager('em2'), manager('em3')], elements: many(10, { homes: ['em1'] }) });
    world.crash('em1', 1000);
    const trial = world.turn('em1', { availability: { is: 'returning', notBeforeMs: 6000 } }, 2000);
    expect(trial.moves).to.deep.equal([]);
    expect(trial.againMs).to.equal(6000);
    expect(trial.later()[0]).to.include({ manager: 'em1', dueMs: 6000, elements: 10 });
    const first = world.plan({}, 6000);
    expect(first.moves).to.have.length(4);
    expect(first.moves[0]?.reason).to.equal('its home em1 can have it back');
    expect(first.later()).to.deep.equal([
      { manager: 'em1', elements: 6, dueMs: 7000, reason: 'em1 gives or is given at most 4 elements a second' },
    ]);
    expect(first.againMs).to.equal(7000);
    expect(world.plan({}, 6500).moves).to.deep.equal([]);
    expect(world.plan({}, 7000).moves).to.have.length(4);
    expect(world.plan({}, 8000).moves).to.have.length(2);
    expect(world.load('em1')).to.equal(10);
  });

  it('gives work to one on trial when nobody else is able', () => {
    const world = pool([manager('em1'), manager('em2', { availability: { is: 'returning', notBeforeMs: 9000 } })], []);
    world.plan({ elements: [element('device/a')] });
    expect(world.owner('device/a')).to.equal('em1');
    expect(world.crash('em1').moves[0]?.reason).to.match(/em2 is just back, but nobody else is able/);
  });

  it('cuts long work short, the urgent first', () => {
    const world = new World({ plannedPerSecond: 1e9, urgentPerSecond: 1e9, looks: 10 });
    world.plan({ managers: ['em1', 'em2', 'em3'].map((id) => manager(id)), elements: many(25, { homes: ['em1'] }) });
    world.plan({});
    expect(world.plan({}).againMs).to.equal(undefined);
    world.plan({ elements: many(30) });
    const cut = world.crash('em1');
    expect(cut.moves.map(({ from }) => from)).to.deep.equal(Array(10).fill('em1'));
    expect(cut.againMs).to.equal(0);
  });
});

describe('assignment: delegation', () => {
  const three = ['em1', 'em2', 'em3'].map((id) => manager(id));
  const a = element('device/a', { homes: ['em1'] });
  const ask = (delegation: NonNullable<Change['delegate']>[number]['delegation']): Change => ({
    delegate: [{ element: 'device/a', ...(delegation && { delegation }) }],
  });

  it('stays until it is recalled, with its home standing in', () => {
    const world = pool(three, [a]);
    const { moves } = world.plan(ask({ to: 'em3', because: 'person' }));
    expect(moves[0]).to.deep.include({
      to: 'em3',
      reason: 'it is delegated to em3',
      delegation: { to: 'em3', because: 'person' },
    });
    expect(world.standIn('device/a')).to.equal('em1');
    world.crash('em1');
    expect(world.revive('em1').moves, 'its home does not take it back').to.deep.equal([]);
    expect(world.plan(ask(undefined)).moves[0]?.to).to.equal('em1');
    expect(world.inventory.get('device/a')?.delegation).to.equal(undefined);
  });

  it('ends at its time', () => {
    const world = pool(three, [a]);
    expect(world.plan(ask({ to: 'em3', untilMs: 5000, because: 'person' }), 0).againMs).to.equal(5000);
    expect(world.plan({}, 4999).moves).to.deep.equal([]);
    expect(world.plan({}, 5000).moves[0]).to.include({
      to: 'em1',
      reason: 'its delegation has ended; em1 is its home',
    });
  });

  it('ends when the one that has it dies, and does not begin again with it', () => {
    const world = pool(three, [a]);
    world.plan(ask({ to: 'em3', because: 'person' }));
    expect(world.crash('em3').moves[0]?.to).to.equal('em1');
    expect(world.revive('em3').moves).to.deep.equal([]);
  });

  it('ends without a move where there is nowhere better', () => {
    const world = pool(three, [a]);
    world.plan(ask({ to: 'em3', untilMs: 5000, because: 'person' }));
    world.crash('em1');
    expect(world.plan({}, 5000).delegations).to.deep.equal([{ element: 'device/a' }]);
    expect(world.owner('device/a')).to.equal('em3');
  });

  it('finds somebody with room where nobody is named', () => {
    const world = pool([manager('em1'), manager('em2', { capacity: 1 }), manager('em3')], [a, element('device/b')]);
    const { moves } = world.plan(ask({ because: 'person' }));
    expect(moves[0]?.delegation).to.deep.equal({ to: moves[0]?.to, because: 'person' });
    expect(moves[0]?.to).to.not.equal('em1');
  });

  it('because of load comes back when the home has room again', () => {
    const world = pool(three, many(120, { homes: ['em1'] }));
    const name = 'device/em1-0';
    world.plan({ delegate: [{ element: name, delegation: { because: 'load' } }] });
    expect(world.owner(name)).to.not.equal('em1');
    expect(world.turn('em1', { capacity: 140 }).moves, 'hardly room').to.deep.equal([]);
    const back = world.turn('em1', { capacity: 200 });
    expect(back.moves).to.have.length(1);
    expect(back.moves[0]).to.deep.include({ to: 'em1', reason: 'em1 has room again; em1 is its home' });
  });

  it('because of load is refused as soon as the home has room', () => {
    const world = pool(three, many(81, { homes: ['em1'] }));
    const both = ['device/em1-0', 'device/em1-1'].map((name) => ({
      element: name,
      delegation: { because: 'load' } as const,
    }));
    const plan = world.plan({ delegate: both });
    expect(plan.moves).to.have.length(1);
    expect(plan.refused.map(({ reason }) => reason)).to.deep.equal(['its home em1 has no more to do than it can']);
    expect(world.plan({}).moves).to.deep.equal([]);
  });

  const refusals: readonly [string, string | undefined, Partial<PoolElement>, string][] = [
    ['an unknown manager', 'em9', {}, 'no manager em9 is known'],
    ['one that shuts down', 'em2', {}, 'em2 shuts down'],
    ['one without the method', 'em3', {}, 'em3 does not poll by snmp'],
    ['one without the type', 'em4', {}, 'em4 does not take elements of type router'],
    ['one without capacity', 'em5', {}, 'em5 manages no elements'],
    ['a local file', 'em6', { stationary: true }, 'only em1 can read it'],
    ['nobody', undefined, { stationary: true }, 'no other manager is able to take it'],
    ['nobody with room', undefined, { cost: 1000 }, 'no other manager that is able has room for it'],
  ];
  for (const [what, to, rest, reason] of refusals)
    it(`is refused for ${what}, and forgotten`, () => {
      const managers = [
        manager('em1'),
        manager('em2', { availability: { is: 'leaving' } }),
        manager('em3', { methods: [] }),
        manager('em4', { types: ['switch'] }),
        manager('em5', { capacity: 0 }),
        manager('em6'),
      ];
      const world = pool(managers, [{ ...a, ...rest }]);
      const plan = world.plan(ask({ ...(to && { to }), because: 'person' }));
      expect(plan.refused).to.deep.equal([{ element: 'device/a', ...(to && { to }), reason }]);
      expect(plan.moves).to.deep.equal([]);
      expect(world.plan({}).refused).to.deep.equal([]);
    });
});

describe('assignment: following', () => {
  const setUp = (): World =>
    pool(
      ['em1', 'em2', 'em3'].map((id) => manager(id)),
      many(30, { homes: ['em1'] }),
    );

  it('lets a new master go on where the former was, above its epochs', () => {
    const world = setUp();
    world.crash('em1');
    const other = new World();
    other.placement.authority = { term: 4, giver: 'em2' };
    follow(other.placement, world.everything(), 0);
    const idle = other.plan({});
    expect([idle.moves, idle.standIns, idle.looked]).to.deep.equal([[], [], 0]);
    const { moves } = other.plan({ managers: [manager('em1')] });
    expect(moves).to.have.length(30);
    expect(moves[0]?.epoch).to.deep.equal({ term: 4, number: 1, giver: 'em2' });
  });

  it('takes back what was not confirmed, and decides anew', () => {
    const world = setUp();
    const before = world.everything();
    const lost = world.crash('em1');
    follow(world.placement, { owned: before.owned ?? [] }, 0);
    const again = world.plan({});
    expect(again.moves.map(({ element: name, to }) => [name, to])).to.deep.equal(
      lost.moves.map(({ element: name, to }) => [name, to]),
    );
    const newest = lost.moves.at(-1)?.epoch;
    expect(again.moves.every(({ epoch }) => newest && compareEpochs(epoch, newest) > 0)).to.equal(true);
  });

  it('refuses to give epochs below those it knows', () => {
    const placement = createPlacement({ term: 2, giver: 'em1' });
    follow(placement, setUp().everything(), 0);
    expect(GIVER.term).to.be.above(2);
    const world = new World();
    Object.assign(world, { placement });
    expect(() => world.crash('em1')).to.throw('broken invariant: epochs of term 3');
  });
});

describe('the assignment of pool elements to a newcomer', () => {
  it('gives it nearly its share of them, and nothing that is at home elsewhere', () => {
    const world = new World();
    const pooled = Array.from({ length: 40 }, (_, at) => element(`device/p${at}`));
    const home = element('device/home', { homes: ['em1'] });
    world.plan({ managers: [manager('em1')], elements: [...pooled, home] });
    world.plan({ managers: [manager('em2')] });
    for (let round = 0; round < 5; round += 1) world.plan({});
    const at = (id: string) => pooled.filter(({ name }) => world.owner(name) === id).length;
    expect(at('em2')).to.be.within(17, 20);
    expect(world.owner('device/home')).to.equal('em1');
  });

  it('moves nothing where all carry alike, and does not move it back and forth', () => {
    const world = new World();
    const pooled = Array.from({ length: 40 }, (_, at) => element(`device/p${at}`));
    world.plan({ managers: [manager('em1'), manager('em2')], elements: pooled });
    const before = pooled.map(({ name }) => world.owner(name));
    world.crash('em3');
    world.plan({ managers: [manager('em3', { capacity: 0 })] });
    world.plan({});
    expect(pooled.map(({ name }) => world.owner(name))).to.deep.equal(before);
  });
});
