import { assert } from 'chai';
import { applyFilters } from '../../../src/assess/filters.js';
import type { Filter } from '../../../src/config/settings.js';

const values = [
  { metric: 'ifInOctets', value: 10n ** 18n },
  { metric: 'ifOutOctets', value: 20 },
  { metric: 'temperature', value: 300 },
  { metric: 'sysName', value: 'core1' },
] as const;

const cases: readonly (readonly [
  what: string,
  rules: readonly Filter[],
  expected: readonly (readonly [string, unknown])[],
])[] = [
  ['keep everything where there are none', [], values.map(({ metric, value }) => [metric, value])],
  [
    'ignore by the whole name of the metric',
    [
      { metric: 'ifOut.*', action: 'ignore' },
      { metric: 'emp', action: 'ignore' },
    ],
    [
      ['ifInOctets', 10n ** 18n],
      ['temperature', 300],
      ['sysName', 'core1'],
    ],
  ],
  [
    'pass over other elements',
    [{ element: 'device/cache.*', action: 'ignore' }],
    values.map(({ metric, value }) => [metric, value]),
  ],
  ['match the whole name of the element', [{ element: 'device/core.', action: 'ignore' }], []],
  [
    'keep what an earlier one keeps',
    [{ metric: 'if.*', action: 'keep' }, { action: 'ignore' }],
    [
      ['ifInOctets', 10n ** 18n],
      ['ifOutOctets', 20],
    ],
  ],
  [
    'rename with groups, and go on under the new name',
    [
      { metric: 'if(In|Out)Octets', action: 'rename', to: 'octets$1' },
      { metric: 'octetsOut', action: 'ignore' },
    ],
    [
      ['octetsIn', 10n ** 18n],
      ['temperature', 300],
      ['sysName', 'core1'],
    ],
  ],
  [
    'scale numbers, and whole ones without loss',
    [
      { metric: 'temperature', action: 'scale', factor: 0.1 },
      { metric: 'ifInOctets|sysName', action: 'scale', factor: 8 },
    ],
    [
      ['ifInOctets', 8n * 10n ** 18n],
      ['ifOutOctets', 20],
      ['temperature', 30],
      ['sysName', 'core1'],
    ],
  ],
];

describe('filters', () => {
  for (const [what, rules, expected] of cases) {
    it(what, () => {
      const kept = applyFilters<{ metric: string; value: number | bigint | string }>(rules, 'device/core1', values);
      assert.deepEqual(
        kept.map(({ metric, value }) => [metric, value]),
        expected.map((pair) => [...pair]),
      );
    });
  }

  it('refuse an expression that is none', () => {
    assert.throws(
      () => applyFilters([{ metric: '(', action: 'ignore' }], 'device/core1', values),
      /"\(" is not a regular expression/,
    );
  });
});
