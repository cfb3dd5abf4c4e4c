import { expect } from 'chai';
import fc from 'fast-check';
import { eventOf } from '../../../src/assess/threshold-words.js';
import {
  CALM_MS,
  GONE_MS,
  standing,
  stepThresholds,
  type ThresholdEffect,
  type ThresholdInput,
  type ThresholdState,
  withTimes,
} from '../../../src/assess/thresholds.js';
import type { ThresholdSpec } from '../../../src/model/element.js';

const MINUTE = 60_000;
const HOT: ThresholdSpec = { metric: 'temperature', above: '70', clear: '65', forMs: 2 * MINUTE, severity: 'major' };
const AT_ONCE: ThresholdSpec = { metric: 'temperature', above: '70', forMs: 0, severity: 'warning' };
const SILENT: ThresholdSpec = { metric: 'temperature', noDataMs: 5 * MINUTE, forMs: 0, severity: 'minor' };

/** A value, values by instance, nothing in an answer, or no answer. */
type Said = number | string | bigint | Readonly<Record<string, number>> | 'nothing' | 'failed';

/** An access that is polled each minute. */
class Watched {
  state: ThresholdState | undefined;
  atMs = 1_000_000;
  specs: readonly ThresholdSpec[];
  unit = 'Cel';

  constructor(...specs: readonly ThresholdSpec[]) {
    this.specs = specs;
  }

  poll(said: Said, afterMs = MINUTE): string[] {
    this.atMs += afterMs;
    const values = said === 'nothing' || said === 'failed' ? {} : typeof said === 'object' ? said : { '': said };
    return this.step({
      timeMs: this.atMs,
      intervalMs: MINUTE,
      specs: this.specs,
      isAnswered: said !== 'failed',
      samples: Object.entries(values).map(([instance, value]) => ({
        metric: 'temperature',
        instance,
        value,
        unit: this.unit,
      })),
    });
  }

  step(input: ThresholdInput): string[] {
    const { state, effects } = stepThresholds(this.state, input);
    // As it comes back from the store, and from another manager.
    this.state = JSON.parse(JSON.stringify(state)) as ThresholdState;
    return effects.map(short);
  }

  polls(...said: readonly Said[]): string {
    return said.map((one) => this.poll(one).join('+') || '-').join(' ');
  }
}

const short = (effect: ThresholdEffect): string => {
  if (effect.is === 'full') return 'full';
  const at = effect.instance === '' ? '' : `:${effect.instance}`;
  return effect.is === 'raised' ? `raised${at}` : `${effect.why}${at}`;
};

describe('a threshold', () => {
  for (const [what, spec, said, told] of [
    ['is raised when it has held for as long as it has to', HOT, [71, 72, 73, 74], '- - raised -'],
    ['begins anew when the value comes back before', HOT, [71, 72, 70, 71, 72, 73], '- - - - - raised'],
    ['is cleared on the good side of clear only', HOT, [71, 72, 73, 69, 66, 65], '- - raised - - good'],
    [
      'is raised at once without for, and cleared at the limit without clear',
      AT_ONCE,
      [70, 71, 71, 70, 69],
      '- raised - good -',
    ],
    ['reads text that is a number, and whole numbers of any size', AT_ONCE, ['70.5', 2n ** 70n, '12'], 'raised - good'],
    ['takes what is no number for no value', AT_ONCE, [71, 'hot', '', Number.NaN, 1], 'raised - - - good'],
    [
      'stays as it is while there is no value',
      HOT,
      [71, 72, 'nothing', 'failed', 73, 'failed', 60],
      '- - - - raised - good',
    ],
    [
      'goes below, too',
      { ...AT_ONCE, above: undefined, below: '10', clear: '12' },
      [11, 9, 11, 12, 9],
      '- raised - good raised',
    ],
    [
      'is watched for each instance by itself',
      AT_ONCE,
      [
        { a: 71, b: 1 },
        { a: 71, b: 99 },
        { a: 2, b: 99 },
      ],
      'raised:a raised:b good:a',
    ],
  ] as const satisfies readonly (readonly [string, object, readonly Said[], string])[]) {
    it(what, () => expect(new Watched(spec as ThresholdSpec).polls(...said)).to.equal(told));
  }

  it('says nothing of a share of what is not known, and knows interfaces and totals', () => {
    const spec: ThresholdSpec = { metric: 'ifInOctets.rate', above: '80%', forMs: 0, severity: 'warning' };
    const used: ThresholdSpec = { ...spec, metric: 'storageUsed' };
    const sample = (metric: string, value: number, unit: string, instance = 'x') => ({ metric, instance, value, unit });
    const told = (...samples: ReturnType<typeof sample>[]) =>
      stepThresholds(undefined, { timeMs: 5, intervalMs: 1000, specs: [spec, used], isAnswered: true, samples })
        .effects;
    expect(told(sample('ifInOctets.rate', 900, 'bit/s'), sample('storageUsed', 9, 'By'))).to.deep.equal([]);
    expect(told(sample('ifInOctets.rate', 900, 'bit/s'), sample('ifSpeed', 10, 'bit/s', 'y'))).to.deep.equal([]);
    expect(told(sample('ifInOctets.rate', 700, 'bit/s'), sample('ifSpeed', 1000, 'bit/s'))).to.deep.equal([]);
    const effects = told(
      sample('ifInOctets.rate', 900, 'bit/s'),
      sample('ifSpeed', 1000, 'bit/s'),
      sample('storageUsed', 9, 'By'),
      sample('storageTotal', 10, 'By'),
    );
    expect(effects.map((one) => one.is !== 'full' && one.found)).to.deep.equal([
      { value: 90, unit: '%' },
      { value: 90, unit: '%' },
    ]);
  });

  it('does not count a gap for more than one interval', () => {
    const watched = new Watched(HOT);
    watched.poll(71);
    expect(watched.poll(72, 40 * MINUTE)).to.deep.equal([]);
    expect(watched.poll(73)).to.deep.equal(['raised']);
  });

  it('counts polls that are a little late', () => {
    const watched = new Watched(HOT);
    watched.poll(71);
    expect(watched.poll(72, 2.5 * MINUTE)).to.deep.equal(['raised']);
  });

  it('goes on where it was by another clock, in whatever direction that is off', () => {
    for (const offsetMs of [-900_000, 10 ** 12]) {
      const watched = new Watched(HOT);
      watched.poll(71);
      watched.state = watched.state && withTimes(watched.state, (timeMs) => timeMs + offsetMs);
      watched.atMs += offsetMs;
      expect(watched.polls(72, 73)).to.equal('- raised');
    }
    // A clock that was set back, unnoticed.
    const back = new Watched(HOT);
    back.polls(71, 72);
    expect(back.poll(73, -30 * MINUTE)).to.deep.equal([]);
    expect(back.poll(74)).to.deep.equal(['raised']);
  });

  it('stands until it is calm when it flaps, and is told of no more often', () => {
    const watched = new Watched(AT_ONCE);
    expect(watched.polls(71, 1, 71, 1, 71)).to.equal('raised good raised good raised');
    expect(watched.polls(1, 71, 1, 71, 1, 71)).to.equal('- - - - - -');
    expect(standing(watched.state)).to.have.length(1);
    expect(watched.polls(...Array<number>(CALM_MS / MINUTE).fill(1))).to.equal('- '.repeat(10).trim());
    expect(watched.poll(1)).to.deep.equal(['good']);
    expect(watched.polls(71, 1)).to.equal('raised good');
  });

  it('forgets flapping after a calm time', () => {
    const watched = new Watched(AT_ONCE);
    for (let times = 0; times < 6; times += 1) {
      expect(watched.polls(71, 1)).to.equal('raised good');
      for (let calm = 0; calm <= CALM_MS / MINUTE; calm += 1) watched.poll(1);
    }
    expect(watched.state?.thresholds).to.deep.equal([]);
  });

  it('clears what it raised when it is removed or changed, and begins anew', () => {
    const watched = new Watched(AT_ONCE, HOT);
    expect(watched.polls(71, 71, 71)).to.equal('raised - raised');
    watched.specs = [AT_ONCE, { ...HOT, severity: 'minor' }];
    expect(watched.polls(71, 71, 71)).to.equal('withdrawn - raised');
    watched.specs = [];
    expect(watched.polls(71, 71)).to.equal('withdrawn+withdrawn -');
  });

  it('gives up an instance that has been gone for a day, beside polls that were answered', () => {
    const watched = new Watched(AT_ONCE);
    expect(watched.poll({ a: 71, b: 1 })).to.deep.equal(['raised:a']);
    expect(watched.poll('failed', GONE_MS)).to.deep.equal([]);
    expect(watched.poll({ b: 1 })).to.deep.equal(['gone:a']);
    expect(watched.state?.thresholds).to.deep.equal([]);
  });

  it('watches no more than there is room for, says so once, and clears what it has', () => {
    const watched = new Watched(AT_ONCE);
    const many = (value: number, prefix = 'i') =>
      Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`${prefix}${index}`, value]));
    const first = watched.poll(many(71));
    expect(first.filter((one) => one === 'full')).to.have.length(1);
    expect(first.length).to.be.within(300, 600);
    expect(JSON.stringify(watched.state).length).to.be.below(64 * 1024);
    expect(watched.poll({ ...many(71, 'a'), ...many(71) })).to.deep.equal([]);
    expect(watched.poll(many(1))).to.have.length(first.length - 1);
  });
});

describe('a threshold on no data', () => {
  it('is raised when nothing has come for so long, and cleared by the next value', () => {
    const watched = new Watched(SILENT);
    expect(watched.polls(1, 'nothing', 'failed', 'nothing', 'failed', 'nothing', 'nothing', 2)).to.equal(
      '- - - - - raised - good',
    );
  });

  it('is raised where nothing ever came', () => {
    expect(new Watched(SILENT).polls('failed', 'failed', 'failed', 'failed', 'failed', 'failed')).to.equal(
      '- - - - - raised',
    );
  });

  it('does not count time in which nobody polled', () => {
    const watched = new Watched(SILENT);
    watched.poll(1);
    expect(watched.poll('nothing', 60 * MINUTE)).to.deep.equal([]);
    expect(watched.polls('nothing', 'nothing', 'nothing', 'nothing')).to.equal('- - - raised');
  });

  it('goes by the instance, and gives up those that have been gone for a day beside others', () => {
    const watched = new Watched(SILENT);
    expect(watched.polls({ a: 1, b: 1 }, { b: 1 }, { b: 1 }, { b: 1 }, { b: 1 }, { b: 1 })).to.equal(
      '- - - - - raised:a',
    );
    const told: string[] = [];
    for (let left = GONE_MS; left > 0; left -= 2 * MINUTE) told.push(...watched.poll({ b: 1 }, 2 * MINUTE));
    expect(told).to.deep.equal(['gone:a']);
    expect(watched.poll({ b: 1 })).to.deep.equal([]);
  });

  it('takes values that stand from before for none', () => {
    const watched = new Watched(SILENT);
    watched.poll(1);
    const old = { metric: 'temperature', instance: '', value: 1, unit: '1', isOld: true };
    const told = [1, 2, 3, 4, 5].flatMap((minute) =>
      watched.step({
        timeMs: watched.atMs + minute * MINUTE,
        intervalMs: MINUTE,
        specs: [SILENT],
        isAnswered: true,
        samples: [old],
      }),
    );
    expect(told).to.deep.equal(['raised']);
  });
});

describe('thresholds, whatever comes', () => {
  const spec = fc.record({
    metric: fc.constant('temperature'),
    above: fc.constantFrom('5', '7'),
    clear: fc.constantFrom(undefined, '3', '5'),
    forMs: fc.constantFrom(0, MINUTE, 3 * MINUTE),
    severity: fc.constantFrom('minor' as const, 'major' as const),
  });
  const said = fc.record({
    values: fc.oneof(
      fc.constant('failed' as const),
      fc.constant('nothing' as const),
      fc.dictionary(fc.constantFrom('', 'a', 'b'), fc.integer({ min: 0, max: 10 })),
    ),
    afterMs: fc.oneof(
      { weight: 8, arbitrary: fc.constant(MINUTE) },
      { weight: 1, arbitrary: fc.constantFrom(0, -10 * MINUTE, 1, 90 * MINUTE, 2 * GONE_MS) },
    ),
    isChanged: fc.boolean(),
  });

  it('are raised and cleared in turn, stand when raised, and only after `for` of values beyond the limit', () => {
    fc.assert(
      fc.property(spec, spec, fc.array(said, { maxLength: 60 }), (one, other, all) => {
        const watched = new Watched();
        const raised = new Set<string>();
        /** Of values beyond the limit, one after the other: how long by the clock. */
        const beyond = new Map<string, number>();
        for (const { values, afterMs, isChanged } of all) {
          const inUse = isChanged ? other : one;
          if (JSON.stringify(watched.specs[0]) !== JSON.stringify(inUse)) beyond.clear();
          watched.specs = [inUse];
          watched.atMs += afterMs;
          const samples = typeof values === 'object' ? Object.entries(values) : [];
          for (const [instance, value] of samples) {
            const known = beyond.get(instance);
            if (value > Number(inUse.above)) beyond.set(instance, known ?? -Math.max(0, afterMs));
            else beyond.delete(instance);
          }
          for (const [instance, ms] of beyond) beyond.set(instance, ms + Math.max(0, afterMs));
          const { state, effects } = stepThresholds(watched.state, {
            timeMs: watched.atMs,
            intervalMs: MINUTE,
            specs: watched.specs,
            isAnswered: values !== 'failed',
            samples: samples.map(([instance, value]) => ({ metric: 'temperature', instance, value, unit: '1' })),
          });
          watched.state = state;
          for (const effect of effects) {
            if (effect.is === 'full') continue;
            const id = JSON.stringify([effect.spec, effect.instance]);
            expect(raised.has(id)).to.equal(effect.is === 'cleared');
            if (effect.is === 'cleared') raised.delete(id);
            else {
              raised.add(id);
              expect(beyond.get(effect.instance)).to.be.at.least(effect.spec.forMs);
            }
          }
          expect(standing(state).map((of) => JSON.stringify([of.spec, of.instance]))).to.have.members([...raised]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is said of a threshold', () => {
  const told = (effect: ThresholdEffect) => {
    const { severity, name, text } = eventOf(effect, { element: 'device/a', called: 'device/a', time: 1 });
    return `${severity} ${name} ${text}`;
  };
  for (const [effect, words] of [
    [
      { is: 'raised', spec: HOT, instance: 'CPU 1', found: { value: 73.25, unit: 'Cel' } },
      'major thresholdRaised device/a: temperature of CPU 1 is 73.25 °C: above 70 for 2 min',
    ],
    [
      { is: 'cleared', why: 'good', spec: HOT, instance: '', found: { value: 61, unit: 'Cel' } },
      'cleared thresholdCleared device/a: temperature is 61 °C: no longer above 70',
    ],
    [{ is: 'raised', spec: SILENT, instance: '' }, 'minor thresholdRaised device/a: temperature: no value for 5 min'],
    [
      { is: 'cleared', why: 'withdrawn', spec: AT_ONCE, instance: '' },
      'cleared thresholdCleared device/a: temperature: the threshold (above 70) was removed or changed',
    ],
  ] as const satisfies readonly (readonly [ThresholdEffect, string])[]) {
    it(words, () => expect(told(effect)).to.equal(words));
  }
});
