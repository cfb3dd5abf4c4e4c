import { assert } from 'chai';
import { deriveUtilisation } from '../../../src/assess/utilisation.js';

describe('utilisation', () => {
  const speed = (value: number | bigint, instance = 'eth0') => ({ metric: 'ifSpeed', instance, value, unit: 'bit/s' });
  const rate = (metric: string, value: number, instance = 'eth0') => ({ metric, instance, value, unit: 'bit/s' });

  it('is the share of the speed, by direction', () =>
    assert.deepEqual(
      deriveUtilisation([speed(1e9)], [rate('ifInOctets.rate', 123_456_789), rate('ifOutOctets.rate', 0)]),
      [
        { metric: 'ifInUtilisation', instance: 'eth0', value: 12.35, unit: '%' },
        { metric: 'ifOutUtilisation', instance: 'eth0', value: 0, unit: '%' },
      ],
    ));

  it('goes by the speed of that interface', () =>
    assert.deepEqual(
      deriveUtilisation([speed(1e6), speed(10_000_000n, 'eth1')], [rate('ifInOctets.rate', 5e5, 'eth1')]).map(
        ({ value }) => value,
      ),
      [5],
    ));

  it('is unknown without a speed, and of other rates', () => {
    assert.deepEqual(deriveUtilisation([speed(0)], [rate('ifInOctets.rate', 1)]), []);
    assert.deepEqual(deriveUtilisation([], [rate('ifInOctets.rate', 1)]), []);
    assert.deepEqual(deriveUtilisation([speed(1e9)], [rate('ifInErrors.rate', 1)]), []);
  });
});
