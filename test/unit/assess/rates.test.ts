import { assert } from 'chai';
import fc from 'fast-check';
import { type CounterReading, deriveRates, type RateState } from '../../../src/assess/rates.js';

const DAY_MS = 86_400_000;
const T0 = Date.UTC(2026, 0, 1);

const counter = (
  value: number | bigint | string,
  width: 32 | 64 | 'unknown' = 32,
  instance = 'eth0',
): CounterReading => ({
  metric: 'packets',
  instance,
  value,
  unit: '1',
  counter: { bits: width === 'unknown' ? undefined : width },
});

/** As it would come back from another manager. */
const travelled = (state: RateState): RateState => JSON.parse(JSON.stringify(state));

interface Poll {
  readonly at: number;
  readonly up?: number;
  readonly readings: readonly CounterReading[];
}

/** The rates of the last of several polls. */
function lastRates(...polls: readonly Poll[]): readonly number[] {
  let state: RateState | undefined;
  let rates: readonly number[] = [];
  for (const { at, up, readings } of polls) {
    const derived = deriveRates(state && travelled(state), {
      timeMs: T0 + at * 1000,
      readings,
      ...(up === undefined ? {} : { uptimeMs: up * 1000 }),
    });
    rates = derived.rates.map(({ value }) => value);
    state = derived.state;
  }
  return rates;
}

describe('rates', () => {
  const M32 = 2 ** 32;
  const M64 = 2n ** 64n;
  const cases: readonly (readonly [what: string, polls: readonly Poll[], expected: readonly number[]])[] = [
    ['need two polls', [{ at: 0, readings: [counter(5)] }], []],
    [
      'are per second',
      [
        { at: 0, readings: [counter(100)] },
        { at: 30, readings: [counter(400)] },
      ],
      [10],
    ],
    [
      'are zero where nothing happened',
      [
        { at: 0, readings: [counter(7)] },
        { at: 30, readings: [counter(7)] },
      ],
      [0],
    ],
    [
      'go over the end of 32 bits when the device was not restarted',
      [
        { at: 0, up: 1000, readings: [counter(M32 / 2)] },
        { at: 10, up: 1010, readings: [counter(0)] },
      ],
      [M32 / 2 / 10],
    ],
    [
      'go over the end of 32 bits without uptime if it is near',
      [
        { at: 0, readings: [counter(M32 - 50)] },
        { at: 10, readings: [counter(50)] },
      ],
      [10],
    ],
    [
      'are left out when a counter of 32 bits fell from the middle and nobody knows why',
      [
        { at: 0, readings: [counter(M32 / 2)] },
        { at: 10, readings: [counter(50)] },
      ],
      [],
    ],
    [
      'are left out after a restart',
      [
        { at: 0, up: 5000, readings: [counter(M32 - 50)] },
        { at: 60, up: 20, readings: [counter(50)] },
      ],
      [],
    ],
    [
      'are left out after a restart even if the counter is higher by now',
      [
        { at: 0, up: 5000, readings: [counter(10)] },
        { at: 60, up: 20, readings: [counter(5000)] },
      ],
      [],
    ],
    [
      'are left out when the device restarted in a long gap and is up longer than before',
      [
        { at: 0, up: 600, readings: [counter(10)] },
        { at: 36_000, up: 7200, readings: [counter(5000)] },
      ],
      [],
    ],
    [
      'come back one poll after a restart',
      [
        { at: 0, up: 5000, readings: [counter(90)] },
        { at: 60, up: 20, readings: [counter(50)] },
        { at: 120, up: 80, readings: [counter(110)] },
      ],
      [1],
    ],
    [
      'go on when the uptime itself wraps after 497 days',
      [
        { at: 0, up: M32 / 100 - 10, readings: [counter(100)] },
        { at: 30, up: 20, readings: [counter(400)] },
      ],
      [10],
    ],
    [
      'are exact in 64 bits',
      [
        { at: 0, readings: [counter(M64 - 100n, 64)] },
        { at: 10, readings: [counter(100n, 64)] },
      ],
      [20],
    ],
    [
      'keep the small digits of large counters',
      [
        { at: 0, readings: [counter(2n ** 60n + 1n, 64)] },
        { at: 1, readings: [counter(2n ** 60n + 4n, 64)] },
      ],
      [3],
    ],
    [
      'are left out when a counter of 64 bits fell: it did not wrap',
      [
        { at: 0, readings: [counter(10n ** 12n, 64)] },
        { at: 10, readings: [counter(5n, 64)] },
      ],
      [],
    ],
    [
      'are left out when 64 bits gained more than there is',
      [
        { at: 0, readings: [counter(5n, 64)] },
        { at: 10, readings: [counter(2n ** 62n, 64)] },
      ],
      [],
    ],
    [
      'never wrap where the width is unknown',
      [
        { at: 0, readings: [counter(M32 - 1, 'unknown')] },
        { at: 10, readings: [counter(3, 'unknown')] },
      ],
      [],
    ],
    [
      'read counters written as text',
      [
        { at: 0, readings: [counter('100')] },
        { at: 10, readings: [counter('200')] },
      ],
      [10],
    ],
    [
      'ignore what cannot be a counter',
      [
        { at: 0, readings: [counter(-1)] },
        { at: 10, readings: [counter(4.5)] },
      ],
      [],
    ],
    [
      'are the mean over a gap',
      [
        { at: 0, readings: [counter(0)] },
        { at: 900, readings: [counter(9000)] },
      ],
      [10],
    ],
    [
      'are the mean over polls in which the counter was not told',
      [
        { at: 0, readings: [counter(0)] },
        { at: 30, readings: [] },
        { at: 60, readings: [counter(600)] },
      ],
      [10],
    ],
    [
      'forget a counter that was not told for more than a day',
      [
        { at: 0, readings: [counter(0)] },
        { at: DAY_MS / 1000 + 60, readings: [] },
        { at: DAY_MS / 1000 + 90, readings: [counter(600)] },
      ],
      [],
    ],
    [
      'are left out when no time has passed',
      [
        { at: 0, readings: [counter(0)] },
        { at: 0, readings: [counter(9)] },
      ],
      [],
    ],
    [
      'are left out when time goes back',
      [
        { at: 60, readings: [counter(0)] },
        { at: 30, readings: [counter(9)] },
      ],
      [],
    ],
    [
      'believe the device when the wall clock was set back',
      [
        { at: 3600, up: 1000, readings: [counter(0)] },
        { at: 30, up: 1030, readings: [counter(300)] },
      ],
      [10],
    ],
    [
      'believe the device when the wall clock was set ahead',
      [
        { at: 0, up: 10_000, readings: [counter(0)] },
        { at: 3630, up: 10_030, readings: [counter(300)] },
      ],
      [10],
    ],
    [
      'go by the wall clock where the uptime stands still',
      [
        { at: 0, up: 1000, readings: [counter(0)] },
        { at: 30, up: 1000, readings: [counter(300)] },
      ],
      [10],
    ],
    [
      'take the first of two readings of the same counter',
      [
        { at: 0, readings: [counter(0), counter(50)] },
        { at: 10, readings: [counter(100), counter(999)] },
      ],
      [10],
    ],
    [
      'are none after a poll in which the lower half alone was read',
      [
        { at: 0, readings: [counter(M64 / 2n, 64)] },
        { at: 30, readings: [counter(600, 32)] },
        { at: 60, readings: [counter(M64 / 2n + 6000n, 64)] },
      ],
      [],
    ],
    [
      'are none for a counter that has become wide, however little it counted',
      [
        { at: 30, readings: [counter(600, 32)] },
        { at: 60, readings: [counter(2n ** 40n, 64)] },
      ],
      [],
    ],
    [
      'are there again with the second wide reading',
      [
        { at: 0, readings: [counter(600, 32)] },
        { at: 30, readings: [counter(2n ** 40n, 64)] },
        { at: 60, readings: [counter(2n ** 40n + 300n, 64)] },
      ],
      [10],
    ],
    [
      'keep instances apart, whatever they are called',
      [
        { at: 0, readings: [counter(0, 32, '__proto__'), counter(0, 32, '')] },
        { at: 10, readings: [counter(10, 32, '__proto__'), counter(20, 32, '')] },
      ],
      [1, 2],
    ],
  ];
  for (const [what, polls, expected] of cases) it(what, () => assert.deepEqual(lastRates(...polls), expected));

  it('have a name and a unit; octets in bits are eight times as many', () => {
    const octets = (value: number): CounterReading => ({
      metric: 'ifInOctets',
      instance: 'xe-0/0/0',
      value,
      unit: 'By',
      counter: { bits: 64, rateUnit: 'bit/s' },
    });
    const { state } = deriveRates(undefined, { timeMs: T0, readings: [octets(0)] });
    const { rates } = deriveRates(state, { timeMs: T0 + 1000, readings: [octets(125)] });
    assert.deepEqual(rates, [{ metric: 'ifInOctets.rate', instance: 'xe-0/0/0', value: 1000, unit: 'bit/s' }]);
  });

  it('leave values alone that are no counters', () => {
    const gauge = { metric: 'temperature', instance: '', value: 40, unit: 'Cel' };
    const { state } = deriveRates(undefined, { timeMs: T0, readings: [gauge] });
    assert.deepEqual(state.counters, []);
    assert.deepEqual(deriveRates(state, { timeMs: T0 + 1000, readings: [gauge] }).rates, []);
  });

  it('agree with a counter that never wraps', () => {
    const bits = fc.constantFrom<32 | 64>(32, 64);
    const gains = fc.array(
      fc.record({
        gain: fc.bigInt({ min: 0n, max: 2n ** 31n }),
        ms: fc.integer({ min: 1, max: 600_000 }),
        told: fc.boolean(),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(bits, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), gains, (width, start, steps) => {
        const range = 2n ** BigInt(width);
        // The twin: a counter without an end, its last value told and when.
        let whole = start % range;
        let timeMs = T0;
        let told = { whole, timeMs };
        let state = deriveRates(undefined, { timeMs, uptimeMs: 10 ** 9, readings: [counter(whole, width)] }).state;
        for (const step of steps) {
          whole += step.gain;
          timeMs += step.ms;
          const readings = step.told ? [counter(whole % range, width)] : [];
          const derived = deriveRates(travelled(state), { timeMs, uptimeMs: 10 ** 9 + timeMs - T0, readings });
          state = derived.state;
          if (!step.told) continue;
          const gain = whole - told.whole;
          const rate = derived.rates[0]?.value;
          // Gone round more than once unseen, nobody can know.
          if (gain < range) {
            assert.isDefined(rate);
            assert.closeTo(
              rate,
              Number((gain * 1_000_000n) / BigInt(timeMs - told.timeMs)) / 1000,
              0.002 + Math.abs(rate) * 1e-9,
            );
          }
          told = { whole, timeMs };
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are never negative and never more than the counter holds, whatever comes', () => {
    const reading = fc.record({
      value: fc.oneof(fc.bigInt({ min: -5n, max: 2n ** 64n }), fc.double(), fc.string()),
      bits: fc.constantFrom<32 | 64 | 'unknown'>(32, 64, 'unknown'),
      instance: fc.constantFrom('', 'a', '__proto__'),
    });
    const poll = fc.record({
      stepMs: fc.integer({ min: -100_000, max: 100_000 }),
      up: fc.option(fc.integer({ min: 0, max: 2 ** 32 * 10 }), { nil: undefined }),
      readings: fc.array(reading, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(poll, { maxLength: 10 }), (polls) => {
        let state: RateState | undefined;
        let timeMs = T0;
        for (const { stepMs, up, readings } of polls) {
          timeMs += stepMs;
          const derived = deriveRates(state && travelled(state), {
            timeMs,
            readings: readings.map(({ value, bits, instance }) => counter(value, bits, instance)),
            ...(up === undefined ? {} : { uptimeMs: up }),
          });
          for (const { value } of derived.rates) assert.isTrue(Number.isFinite(value) && value >= 0, String(value));
          state = derived.state;
        }
      }),
      { numRuns: 300 },
    );
  });
});
