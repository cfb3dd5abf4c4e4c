import { expect } from 'chai';
import { Measured, shapeOf } from '../../../src/model/measured.js';
import type { SampleValue } from '../../../src/model/sample.js';

const named = (metric: string, instance = '', unit = '1') => ({ metric, instance, unit });
const measured = (values: Readonly<Record<string, SampleValue>>) =>
  new Measured(shapeOf(Object.keys(values).map((metric) => named(metric))), 5, (at) => Object.values(values)[at] ?? 0);

describe('what was measured at once', () => {
  it('has one shape for all who measure the same in the same order', () => {
    const one = shapeOf([named('a', 'x'), named('b')]);
    expect(shapeOf([named('a', 'x'), named('b')])).to.equal(one);
    expect(shapeOf([named('a', 'x'), named('b')], one)).to.equal(one);
    for (const other of [
      [named('b'), named('a', 'x')],
      [named('a', 'x')],
      [named('a', 'x'), named('b', '', 'By')],
      [named('a,x'), named('b')],
    ])
      expect(shapeOf(other, one)).not.to.equal(one);
  });

  it('comes back as it was, whatever the values are', () => {
    const values = {
      whole: 7,
      negative: -0.1,
      zero: -0,
      text: 'up',
      big: 2n ** 64n - 1n,
      odd: Number.NaN,
      far: -1 / 0,
    };
    const all = [...measured(values)];
    expect(all.map(({ name }) => name)).to.deep.equal(Object.keys(values));
    expect(all.map(({ value }) => value)).to.deep.equal(Object.values(values));
    expect(all.every(({ time, unit }) => time === 5 && unit === '1')).to.equal(true);
  });

  it('says integers that a double holds as numbers', () => {
    const one = measured({ small: 5n, most: BigInt(Number.MAX_SAFE_INTEGER), more: 2n ** 53n });
    expect([...one].map(({ value }) => value)).to.deep.equal([5, Number.MAX_SAFE_INTEGER, 2n ** 53n]);
  });

  it('finds a value by its name, and says when there is none', () => {
    const one = measured({ a: 1, b: 'x' });
    expect([one.get('a', ''), one.get('b', ''), one.get('a', 'y'), one.get('c', '')]).to.deep.equal([
      1,
      'x',
      undefined,
      undefined,
    ]);
  });

  it('tells when something stands in a shape twice', () => {
    expect(shapeOf([named('a'), named('b')]).isRepeated).to.equal(false);
    expect(shapeOf([named('a'), named('b'), named('a', '', 'By')]).isRepeated).to.equal(true);
  });
});
