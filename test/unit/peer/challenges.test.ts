import { expect } from 'chai';
import fc from 'fast-check';
import { ChallengeBook, CounterWindow } from '../../../src/peer/security/challenges.js';
import { seededRandom } from '../../support/test-env.js';

describe('a window of counters', () => {
  it('accepts each counter once, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 400 }), (counters) => {
        const window = new CounterWindow();
        const seen = new Set<number>();
        let highest = 0;
        for (const counter of counters) {
          const expected = !seen.has(counter) && counter > highest - 1024;
          expect(window.accept(counter)).to.equal(expected);
          if (expected) seen.add(counter);
          highest = Math.max(highest, counter);
        }
      }),
    );
  });

  it('refuses what is no counter', () => {
    const window = new CounterWindow();
    for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(window.accept(wrong)).to.equal(false);
    expect(window.accept(Number.MAX_SAFE_INTEGER)).to.equal(true);
    expect(window.accept(Number.MAX_SAFE_INTEGER)).to.equal(false);
  });
});

describe('the receiver’s challenges', () => {
  it('are accepted for at most two minutes, handed out for one', () => {
    const book = new ChallengeBook(seededRandom(1), 0);
    const first = book.current(0);
    expect(book.current(59_999)).to.equal(first);
    expect(book.current(60_000)).to.not.equal(first);
    expect(book.isAccepted(first, 119_999)).to.equal(true);
    expect(book.isAccepted(first, 120_000)).to.equal(false);
  });

  it('are not accepted longer because nobody looked for a while', () => {
    const book = new ChallengeBook(seededRandom(1), 0);
    const first = book.current(0);
    expect(book.isAccepted(first, 119_000)).to.equal(true);
    expect(book.isAccepted(first, 121_000)).to.equal(false);
  });

  it('are others after a restart', () => {
    const before = new ChallengeBook(seededRandom(1), 0);
    const after = new ChallengeBook(seededRandom(2), 0);
    expect(after.accept(before.current(0), 'em1', 1, 0)).to.equal(false);
  });

  it('let a message in once, under the challenge before the newest, too', () => {
    const book = new ChallengeBook(seededRandom(1), 0);
    const first = book.current(0);
    expect(book.accept(first, 'em1', 5, 1)).to.equal(true);
    expect(book.accept(first, 'em1', 5, 2)).to.equal(false);
    expect(book.accept(first, 'em2', 5, 2)).to.equal(true);
    expect(book.accept(first, 'em1', 5, 61_000)).to.equal(false);
    expect(book.accept(first, 'em1', 6, 61_000)).to.equal(true);
  });

  it('change at once rather than forget a sender', () => {
    const book = new ChallengeBook(seededRandom(1), 0);
    const first = book.current(0);
    for (let sender = 0; sender < 4096; sender += 1) expect(book.accept(first, `s${sender}`, 1, 0)).to.equal(true);
    expect(book.accept(first, 'one more', 1, 0)).to.equal(false);
    expect(book.accept(first, 's0', 1, 0)).to.equal(false);
    expect(book.accept(book.current(0), 'one more', 2, 0)).to.equal(true);
  });
});
