/** Whether the clocks of two managers agree. */
import { expect } from 'chai';
import { clockEvent, clockOffsetMs, clockOffsetText } from '../../../src/manager/clock-offset.js';

const CASES: readonly {
  readonly name: string;
  readonly theirsMs: number;
  readonly tookMs?: number;
  readonly wasOff?: boolean;
  readonly expected: number | undefined;
}[] = [
  { name: 'the same', theirsMs: 10_000, expected: undefined },
  { name: 'a second ahead', theirsMs: 11_000, expected: undefined },
  { name: 'more than a second ahead', theirsMs: 11_001, expected: 1_001 },
  { name: 'more than a second behind', theirsMs: 8_000, expected: -2_000 },
  { name: 'perhaps a second ahead, after a slow answer', theirsMs: 12_500, tookMs: 2_000, expected: undefined },
  { name: 'more than a second ahead in any case', theirsMs: 13_001, tookMs: 2_000, expected: 2_001 },
  { name: 'perhaps right again, after a slow answer', theirsMs: 11_500, tookMs: 2_000, wasOff: true, expected: 500 },
  { name: 'right again', theirsMs: 11_000, tookMs: 2_000, wasOff: true, expected: undefined },
  { name: 'nothing said by an older manager', theirsMs: Number.NaN, expected: undefined },
];

describe('the clock of another manager', () => {
  for (const { name, theirsMs, tookMs = 0, wasOff = false, expected } of CASES)
    it(`that says ${name}`, () => {
      expect(clockOffsetMs({ askedMs: 10_000, answeredMs: 10_000 + tookMs, theirsMs }, wasOff)).to.equal(expected);
    });

  it('is told in words', () => {
    expect(clockOffsetText(3_210)).to.equal('its clock is 3.2 s ahead');
    expect(clockOffsetText(-7_200_400)).to.equal('its clock is 7200 s behind');
    expect(clockEvent('EM2', -1_500).text).to.include('EM2').and.include('1.5 s behind');
    expect(clockEvent('EM2', undefined).severity).to.equal('cleared');
  });
});
