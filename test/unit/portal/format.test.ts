import { expect } from 'chai';
import fc from 'fast-check';
import { STATE_UNIT, STATE_WORDS, SWITCH_UNIT } from '../../../src/model/element.js';
import { formatDuration, formatNumber, formatValue, WORDS } from '../../../src/portal/format.js';

const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', "'");

describe('values as people read them', () => {
  it('have the words of the model', () =>
    expect(WORDS).to.deep.equal({ [STATE_UNIT]: STATE_WORDS, [SWITCH_UNIT]: ['off', 'on'] }));

  for (const [value, unit, expected] of [
    [0, 'bit/s', '0 bit/s'],
    [999, 'bit/s', '999 bit/s'],
    [12_345_678, 'bit/s', '12.3 Mbit/s'],
    [1e10, 'bit/s', '10 Gbit/s'],
    [1536, 'By', '1.5 KiB'],
    [9_007_199_254_740_993n, 'By', '8 PiB'],
    [18_446_744_073_709_551_615n, '1', "18'446'744'073'709'551'615"],
    [42.123, '%', '42.1 %'],
    [37, 'Cel', '37 °C'],
    [7200, 's', '2 h'],
    [90, 's', '90 s'],
    [0.004, 's', '0.004 s'],
    [-1500, 'W', '-1.5 kW'],
    [12, '', '12'],
    [199.75, 'ms', '200 ms'],
    [100.4, '%', '100 %'],
    [189.6e9, 'bit/s', '190 Gbit/s'],
    ['up', '1', 'up'],
    [0.00509, 'A', '5.09 mA'],
    [0.38, 'A', '0.38 A'],
    [0, 'A', '0 A'],
    [0, '{state}', 'off'],
    [1, '{state}', 'normal'],
    [3, '{state}', 'critical'],
    [2.5, '{state}', '2.5'],
    [1, '{on}', 'on'],
    [0, '{on}', 'off'],
    [1, 'constructor', '1 constructor'],
    [1, 'a unit that no device should have', '1 a unit that no …'],
  ] as const) {
    it(`${String(value)} in ${unit || 'nothing'}: ${expected}`, () => {
      expect(plain(formatValue(value, unit))).to.equal(expected);
    });
  }

  it('groups from five digits on', () => {
    expect(plain(formatNumber(1234))).to.equal('1234');
    expect(plain(formatNumber(12_345))).to.equal("12'345");
    expect(formatNumber(Number.NaN)).to.equal('–');
  });

  it('never says more or less than the number, but for half of the last digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), (value) => {
        const shown = Number(plain(formatNumber(value)).replaceAll("'", ''));
        expect(Math.abs(shown - value)).to.be.at.most(value * 0.0051 + 0.00006);
      }),
    );
  });

  for (const [ms, expected] of [
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [11_520_000, '3 h 12 min'],
    [1_051_200_000, '12 d 4 h'],
    [1_000 * 86_400_000 + 3_600_000, '1000 d'],
  ] as const) {
    it(`${ms} ms are ${expected}`, () => expect(plain(formatDuration(ms))).to.equal(expected));
  }
});
