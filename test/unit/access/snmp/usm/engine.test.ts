import { assert } from 'chai';
import { Engine, type Timeliness } from '../../../../../src/access/snmp/usm/engine.js';

const ID = Buffer.from('80001f8880e9bd0c1d12667a51', 'hex');
const LAST = 2_147_483_647;

/** An engine whose clock showed 1000 s after 5 starts when ours was at 10 s. */
function known(boots = 5, time = 1000): Engine {
  const engine = new Engine();
  engine.discover(ID);
  engine.judge(boots, time, 10_000);
  return engine;
}

describe('the clock of an engine', () => {
  const cases: readonly (readonly [
    what: string,
    message: readonly [boots: number, time: number],
    nowMs: number,
    expected: Timeliness,
    after: readonly [boots: number, time: number],
  ])[] = [
    ['the same moment', [5, 1000], 10_000, 'timely', [5, 1000]],
    ['as much later as ours', [5, 1060], 70_000, 'timely', [5, 1060]],
    ['ahead of ours', [5, 1100], 70_000, 'timely', [5, 1100]],
    ['far ahead of ours', [5, 900_000], 70_000, 'timely', [5, 900_000]],
    ['behind by a little, as a message that was overtaken', [5, 1050], 70_000, 'timely', [5, 1050]],
    ['earlier than what was learnt, but not by much', [5, 990], 20_000, 'timely', [5, 1010]],
    ['behind by 150 s', [5, 850], 10_000, 'timely', [5, 1000]],
    ['behind by 151 s', [5, 849], 10_000, 'backwards', [5, 1000]],
    ['behind because ours went on for long', [5, 999], 170_000, 'backwards', [5, 1160]],
    ['later than learnt, though our clock ran faster by more than 150 s', [5, 1001], 300_000, 'timely', [5, 1001]],
    ['another start', [6, 3], 70_000, 'timely', [6, 3]],
    ['many more starts', [600, 3], 70_000, 'timely', [600, 3]],
    ['fewer starts', [4, 5000], 70_000, 'backwards', [5, 1060]],
    ['no starts', [0, 0], 70_000, 'backwards', [5, 1060]],
    ['the last count of starts', [LAST, 3], 70_000, 'latched', [LAST, 3]],
    ['a clock at its end', [5, LAST], 70_000, 'timely', [5, LAST]],
  ];
  for (const [what, [boots, time], nowMs, expected, after] of cases) {
    it(`finds ${what} ${expected}`, () => {
      const engine = known();
      assert.equal(engine.judge(boots, time, nowMs), expected);
      assert.deepEqual([engine.boots, engine.timeAt(nowMs)], [...after]);
    });
  }

  it('stays latched, whatever comes', () => {
    const engine = known();
    assert.equal(engine.judge(LAST, 1, 10_000), 'latched');
    assert.equal(engine.judge(LAST, 2, 10_000), 'latched');
    assert.equal(engine.judge(6, 2, 10_000), 'latched');
  });

  it('is learnt from the first message, whatever it shows', () => {
    for (const [boots, time] of [
      [0, 0],
      [0, 7],
      [1, 0],
      [9, 9],
    ] as const) {
      const engine = known(boots, time);
      assert.isTrue(engine.isInTime);
      assert.deepEqual([engine.boots, engine.timeAt(12_999)], [boots, time + 2]);
    }
  });

  it('shows nothing before, with which it is asked for', () => {
    const engine = new Engine();
    engine.discover(ID);
    assert.isFalse(engine.isInTime);
    assert.deepEqual([engine.boots, engine.timeAt(1e9)], [0, 0]);
  });

  it('does not run backwards with ours, nor beyond its end', () => {
    assert.equal(known().timeAt(0), 1000);
    assert.equal(known(5, LAST - 1).timeAt(1e9), LAST);
  });

  it('is learnt anew after it was forgotten', () => {
    const engine = known();
    engine.forgetTime();
    assert.isFalse(engine.isInTime);
    assert.equal(engine.judge(1, 3, 20_000), 'timely');
    assert.deepEqual([engine.boots, engine.timeAt(21_000)], [1, 4]);
  });
});

describe('the id of an engine', () => {
  for (const length of [1, 5, 12, 32])
    it(`has ${length} octets`, () => {
      const engine = new Engine();
      assert.isTrue(engine.discover(Buffer.alloc(length, 1)));
      assert.isTrue(engine.isKnown);
    });

  for (const length of [0, 33, 200])
    it(`does not have ${length}`, () => {
      const engine = known();
      assert.isFalse(engine.discover(Buffer.alloc(length, 1)));
      assert.deepEqual(engine.id, ID);
      assert.isTrue(engine.isInTime);
    });

  it('keeps the clock when it is the same, and drops it when it is another', () => {
    const engine = known();
    const before = engine.id;
    assert.isTrue(engine.discover(Buffer.from(ID)));
    assert.strictEqual(engine.id, before);
    assert.equal(engine.boots, 5);
    assert.isTrue(engine.discover(Buffer.from('800000020109840301', 'hex')));
    assert.notStrictEqual(engine.id, before);
    assert.isFalse(engine.isInTime);
  });

  it('is a copy of what came', () => {
    const came = Buffer.from(ID);
    const engine = new Engine();
    engine.discover(came);
    came.fill(0);
    assert.deepEqual(engine.id, ID);
  });
});

describe('the state of an engine', () => {
  it('goes to another manager, whose clock shows something else', () => {
    const state = known().state(25_000);
    assert.deepEqual(state, { id: ID.toString('hex'), boots: 5, time: 1000, ageMs: 15_000 });
    if (!state) return;
    const taken = Engine.from(structuredClone(state), 1_000_000);
    assert.deepEqual([taken.id, taken.boots, taken.timeAt(1_001_000)], [ID, 5, 1016]);
    assert.equal(taken.judge(5, 800, 1_001_000), 'backwards');
  });

  it('may know the id only, or nothing', () => {
    const engine = new Engine();
    assert.isUndefined(engine.state(0));
    engine.discover(ID);
    const state = engine.state(0);
    assert.isUndefined(state?.ageMs);
    if (state) assert.isFalse(Engine.from(state, 5).isInTime);
  });

  const nonsense: readonly (readonly [what: string, over: object])[] = [
    ['negative starts', { boots: -1 }],
    ['half a second', { time: 0.5 }],
    ['a clock beyond its end', { time: 2 ** 31 }],
    ['a message from the future', { ageMs: -1 }],
    ['no age', { ageMs: Number.NaN }],
  ];
  for (const [what, over] of nonsense)
    it(`keeps the id only where it has ${what}`, () => {
      const taken = Engine.from({ id: ID.toString('hex'), boots: 1, time: 1, ageMs: 1, ...over }, 100);
      assert.deepEqual([taken.id, taken.isInTime], [ID, false]);
    });

  it('is nothing where the id is none', () => {
    assert.isFalse(Engine.from({ id: 'xyz', boots: 1, time: 1, ageMs: 1 }, 100).isKnown);
  });
});
