import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Effect,
  elsewhereOf,
  type Input,
  MOST_ASKED,
  newReachState,
  type Outcome,
  QUESTIONS_PER_SECOND,
  type Subject,
  step,
  wakeAtMs,
} from '../../../../src/manager/reach/confirmation.js';
import { accessKey, elementName } from '../../../../src/model/element.js';

const subjectOf = (id: string, intervalMs = 60_000): Subject => ({
  key: accessKey(elementName('device', id), 0),
  element: elementName('device', id),
  access: 0,
  method: 'snmp',
  intervalMs,
});

/** A manager EM1 among others, and what came of its questions. */
class World {
  nowMs = 0;
  readonly state = newReachState('EM1', 0);
  candidates: readonly string[] | undefined;
  readonly asked: { id: string; manager: string; atMs: number; number: number; subject: Subject }[] = [];
  readonly found: string[] = [];
  /** What is said at once; undefined leaves the question open. */
  says: (manager: string, id: string) => Outcome['is'] | undefined;

  constructor(candidates: readonly string[] | undefined, says: World['says'] = () => undefined) {
    this.candidates = candidates;
    this.says = says;
  }

  take(input: Input): void {
    this.#perform(step(this.state, input, () => this.candidates, this.nowMs));
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const id = effect.subject.element.slice('device/'.length);
      if (effect.is === 'found') {
        const { elsewhere } = effect;
        this.found.push(`${id} ${elsewhere.is}${'by' in elsewhere && elsewhere.by ? ` ${elsewhere.by}` : ''}`);
        continue;
      }
      const { manager, number, subject } = effect;
      this.asked.push({ id, manager, atMs: this.nowMs, number, subject });
      const outcome = this.says(manager, id);
      if (outcome) this.say(number, outcome);
    }
  }

  say(number: number, outcome: Outcome['is']): void {
    const question = this.asked.find((one) => one.number === number);
    if (!question) throw new Error('nobody asked');
    this.take({ is: 'said', key: question.subject.key, number, outcome: { is: outcome } });
  }

  fail(id: string, isFirst = false, intervalMs?: number): string {
    const subject = subjectOf(id, intervalMs);
    this.take({ is: 'failed', subject, isFirst });
    return elsewhereOf(this.state, subject.key).is;
  }

  answer(id: string): void {
    this.take({ is: 'answered', key: subjectOf(id).key });
  }

  /** Time passes, and every wake-up is made. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const wakeMs = wakeAtMs(this.state, this.nowMs);
      if (wakeMs === undefined || wakeMs > endMs) break;
      this.nowMs = Math.max(this.nowMs + 1, wakeMs);
      this.take({ is: 'tick' });
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }
}

const managers = ({ asked }: World) => asked.map(({ manager }) => manager);

describe('whether others reach what does not answer', () => {
  const stories: readonly [string, Partial<Record<string, Outcome['is']>>, readonly string[], string][] = [
    ['is what the first says who can try: not', { EM2: 'unreached' }, ['EM2'], 'd unreached EM2'],
    ['is what the first says who can try: yes', { EM2: 'reached' }, ['EM2'], 'd reached EM2'],
    ['is asked of the next when one cannot try', { EM2: 'notTried', EM3: 'reached' }, ['EM2', 'EM3'], 'd reached EM3'],
    ['is asked of the next when one is silent', { EM2: 'silent', EM3: 'unreached' }, ['EM2', 'EM3'], 'd unreached EM3'],
    [
      'counts as found here where nobody can try',
      { EM2: 'notTried', EM3: 'notTried', EM4: 'notTried' },
      ['EM2', 'EM3', 'EM4'],
      'd unreached',
    ],
    [
      'stays open where one that might be able is silent',
      { EM2: 'notTried', EM3: 'silent', EM4: 'notTried' },
      ['EM2', 'EM3', 'EM4'],
      'd unanswered',
    ],
  ];
  for (const [what, answers, asked, found] of stories) {
    it(what, () => {
      const world = new World(['EM2', 'EM3', 'EM4', 'EM5'], (manager) => answers[manager]);
      world.fail('d', true);
      world.pass(1000);
      expect(managers(world)).to.deep.equal(asked);
      expect(world.found).to.deep.equal([found]);
    });
  }

  it('is asked at the first poll that fails, and known at the second', () => {
    const world = new World(['EM2']);
    expect(world.fail('d', true)).to.equal('awaited');
    expect(managers(world)).to.deep.equal(['EM2']);
    world.say(1, 'unreached');
    expect(world.fail('d')).to.equal('unreached');
    expect(managers(world)).to.deep.equal(['EM2']);
  });

  it('counts as found here where there is nobody to ask', () => {
    const world = new World([]);
    expect(world.fail('d', true)).to.equal('unreached');
  });

  for (const [intervalMs, waitMs] of [
    [3000, 3000],
    [60_000, 10_000],
  ] as const) {
    it(`is waited for until ${waitMs / 1000} s after the second poll that fails, at an interval of ${intervalMs / 1000} s`, () => {
      const world = new World(['EM2']);
      world.fail('d', true, intervalMs);
      world.pass(intervalMs);
      expect(world.fail('d', false, intervalMs)).to.equal('awaited');
      world.pass(waitMs - 1);
      expect(world.found).to.deep.equal([]);
      world.pass(2);
      expect(world.found).to.deep.equal(['d unanswered']);
      world.say(1, 'reached');
      expect(world.found).to.deep.equal(['d unanswered', 'd reached EM2']);
    });
  }

  it('is asked again each minute as long as it fails, and told only when it has changed', () => {
    let outcome: Outcome['is'] = 'unreached';
    const world = new World(['EM2'], () => outcome);
    world.fail('d', true);
    world.pass(170_000);
    expect(world.asked.map(({ atMs }) => atMs)).to.deep.equal([0, 60_000, 120_000]);
    outcome = 'reached';
    world.pass(20_000);
    outcome = 'silent';
    world.pass(60_000);
    expect(world.found).to.deep.equal(['d unreached EM2', 'd reached EM2']);
    world.answer('d');
    world.pass(600_000);
    expect(world.asked).to.have.length(5);
  });

  it('is not asked any more of an element that has gone elsewhere', () => {
    const world = new World(['EM2'], () => 'reached');
    world.fail('d', true);
    world.candidates = undefined;
    world.pass(600_000);
    expect(world.asked).to.have.length(1);
    expect(world.state.doubts.size).to.equal(0);
  });

  it('is heard only in answer to the question of now', () => {
    const world = new World(['EM2']);
    world.fail('d', true);
    world.answer('d');
    world.fail('d', true);
    world.say(1, 'reached');
    expect(world.found).to.deep.equal([]);
    world.say(2, 'unreached');
    expect(world.found).to.deep.equal(['d unreached EM2']);
  });

  it('spares one that has been silent, while others can be asked', () => {
    const world = new World(['EM2', 'EM3'], (manager) => (manager === 'EM2' ? 'silent' : 'unreached'));
    for (const id of ['a', 'b', 'c']) world.fail(id, true);
    expect(managers(world)).to.deep.equal(['EM2', 'EM3', 'EM3', 'EM3']);
  });

  for (const outcome of ['reached', 'unreached'] as const) {
    it(`of a thousand at once is asked in bounds, and the first few speak for the others: ${outcome}`, () => {
      const world = new World(['EM2']);
      const ids = Array.from({ length: 1000 }, (_, index) => `d${index}`);
      for (const id of ids) world.fail(id, true);
      expect(world.asked).to.have.length(QUESTIONS_PER_SECOND);
      for (let answered = 0; answered < 5; answered += 1) world.say(answered + 1, outcome);
      world.pass(2000);
      expect(world.asked).to.have.length(MOST_ASKED + 5);
      expect(world.found.filter((one) => one.endsWith(`${outcome} EM2`)).length).to.be.at.least(900);
      // Each gets a word of its own all the same, as its turn comes.
      world.says = () => 'unreached';
      for (const { number } of [...world.asked].slice(5)) world.say(number, 'unreached');
      world.pass(55_000);
      expect(new Set(world.asked.map(({ id }) => id)).size).to.equal(1000);
      expect(ids.every((id) => elsewhereOf(world.state, subjectOf(id).key).is !== 'awaited')).to.equal(true);
    });
  }

  it('is not guessed from answers that differ', () => {
    const world = new World(['EM2']);
    for (let index = 0; index < 100; index += 1) world.fail(`d${index}`, true);
    for (let number = 1; number <= 6; number += 1) world.say(number, number % 2 === 0 ? 'reached' : 'unreached');
    world.pass(3000);
    expect(world.found).to.have.length(6);
  });

  it('keeps to its bounds and loses none, whatever happens', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const event = fc.oneof(
      fc.record({ is: fc.constant('fail' as const), id: fc.constantFrom(...ids), isFirst: fc.boolean() }),
      fc.record({ is: fc.constant('answer' as const), id: fc.constantFrom(...ids) }),
      fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 70_000 }) }),
      fc.record({
        is: fc.constant('say' as const),
        at: fc.nat(),
        outcome: fc.constantFrom('reached' as const, 'unreached' as const, 'notTried' as const, 'silent' as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (story) => {
        const world = new World(['EM2', 'EM3']);
        for (const one of story) {
          if (one.is === 'fail') world.fail(one.id, one.isFirst);
          else if (one.is === 'answer') world.answer(one.id);
          else if (one.is === 'pass') world.pass(one.ms);
          else if (world.asked.length > 0) world.say((one.at % world.asked.length) + 1, one.outcome);
          const { doubts, fresh, again, underWay, allowance } = world.state;
          const open = [...doubts.values()].filter(({ asked }) => asked);
          expect(underWay).to.equal(open.length);
          expect(allowance).to.be.at.least(0);
          for (const [key, { asked }] of doubts)
            expect(Number(asked !== undefined) + Number(fresh.has(key)) + Number(again.has(key)), key).to.equal(1);
          expect(fresh.size + again.size + open.length).to.equal(doubts.size);
          expect([...again.values()]).to.deep.equal([...again.values()].toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 300 },
    );
  });
});
