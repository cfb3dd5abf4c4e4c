/** A place in the log of all managers says to each of them where its own part goes on. */
import { expect } from 'chai';
import fc from 'fast-check';
import { byPlace, placeAt, readEventPlace, writeEventPlace } from '../../../src/manager/event-place.js';

const row = fc.record({
  time: fc.integer({ min: 0, max: 4 }),
  manager: fc.constantFrom('em1', 'em10', 'em2', 'é'),
  id: fc.integer({ min: 1, max: 9 }),
});
const rows = fc.uniqueArray(row, { maxLength: 30, selector: ({ manager, id }) => `${manager} ${id}` });

describe('a place in the log of all managers', () => {
  it('is read back, in its own order alone', () => {
    const place = { time: 5, manager: 'em "1"', id: 7 };
    const after = writeEventPlace(place, true);
    expect(readEventPlace(after, true)).to.deep.equal(place);
    expect(() => readEventPlace(after, false)).to.throw('the log in the other order');
    for (const text of ['', 'bm8', Buffer.from('[1,2]').toString('base64url')])
      expect(() => readEventPlace(text, true)).to.throw('after cannot be used');
  });

  it('splits what each manager has just there where it splits all', () => {
    fc.assert(
      fc.property(rows, row, fc.boolean(), (all, place, oldestFirst) => {
        const isBehind = (one: typeof place) => (oldestFirst ? byPlace(one, place) > 0 : byPlace(one, place) < 0);
        for (const one of all) {
          // As a store reads on: by time, and of the same time by id.
          const own = placeAt(place, one.manager, oldestFirst);
          const difference = one.time - own.time || one.id - own.id;
          expect(oldestFirst ? difference > 0 : difference < 0, JSON.stringify({ one, place, own })).to.equal(
            isBehind(one),
          );
        }
      }),
    );
  });
});
