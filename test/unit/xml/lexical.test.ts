import { expect } from 'chai';
import fc from 'fast-check';
import { formatTime, parseTime, parseWrittenTime } from '../../../src/xml/lexical.js';

const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

describe('times in XML', () => {
  it('are written as the language writes them', () => {
    const time = fc.oneof(
      fc.integer({ min: FIRST, max: LAST }),
      fc.integer({ min: 1_700_000_000_000, max: 1_700_000_200_000 }),
      fc.double({ min: FIRST, max: LAST, noNaN: true }),
    );
    fc.assert(
      fc.property(time, (one) => {
        expect(formatTime(one)).to.equal(new Date(one).toISOString());
      }),
      { numRuns: 500 },
    );
  });

  it('are not written outside the years 1 to 9999', () => {
    for (const time of [FIRST - 1, LAST + 1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(formatTime(time)).to.equal(undefined);
  });

  it('are read back from the form in which they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (time) => {
        expect(parseWrittenTime(new Date(time).toISOString())).to.equal(time);
      }),
      { numRuns: 500 },
    );
  });

  for (const other of [
    ...['2026-02-30T00:00:00.000Z', '2026-13-01T00:00:00.000Z', '2026-01-01T24:00:00.000Z', '2026-01-01T00:60:00.000Z'],
    ...['2026-01-01T00:00:60.000Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000', '2026-01-01T00:00:00.000+00:00'],
    ...['2026-01-01 00:00:00.000Z', ' 2026-01-01T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '', 'now'],
  ])
    it(`are not taken for that form: "${other}"`, () => {
      expect(parseWrittenTime(other)).to.equal(undefined);
    });

  it('are read in any form of the schema', () => {
    expect(parseTime(' 2026-01-01T01:00:00+01:00 ')).to.equal(Date.parse('2026-01-01T00:00:00Z'));
    expect(parseTime('2026-02-30')).to.equal(undefined);
  });
});
