/** What a member holds and what the inventory expects of it have one name exactly when they agree. */
import { expect } from 'chai';
import fc from 'fast-check';
import { countExpected, emptyDigest, formatDigest, heldDigest } from '../../../../src/pool/holding/digest.js';
import type { Digest } from '../../../../src/pool/holding/state.js';
import { createHolding, stepHolding } from '../../../../src/pool/holding/step.js';
import type { OwnershipRecord } from '../../../../src/pool/inventory/inventory.js';
import { wantedOf } from './wanted.js';

const MEMBERS = ['a', 'b', 'c'];
const record = fc
  .record({
    owner: fc.option(fc.constantFrom(...MEMBERS), { nil: undefined }),
    standIn: fc.option(fc.constantFrom(...MEMBERS), { nil: undefined }),
    number: fc.integer({ min: 1, max: 1000 }),
  })
  .map(
    ({ owner, standIn, number }): OwnershipRecord => ({
      ...(owner === undefined ? {} : { owner }),
      ...(standIn === undefined ? {} : { standIn }),
      epoch: { term: 1, number, giver: 'm' },
    }),
  );
const inventory = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), record, { maxKeys: 12 });

function held(id: string, records: Record<string, OwnershipRecord>): string {
  const state = createHolding({ id, heartbeatMs: 500 });
  const orders = Object.entries(records)
    .flatMap(([element, one]) => wantedOf(element, one))
    .filter(({ member }) => member === id)
    .map(({ order }) => order);
  stepHolding(state, { is: 'orders', all: true, orders }, 0);
  return heldDigest(state);
}

function expected(records: Record<string, OwnershipRecord>): Map<string, Digest> {
  const digests = new Map<string, Digest>();
  for (const [element, one] of Object.entries(records)) countExpected(digests, element, one, 1);
  return digests;
}

describe('the digest of what is held', () => {
  it('is what the inventory expects of each member that has obeyed', () => {
    fc.assert(
      fc.property(inventory, (records) => {
        const digests = expected(records);
        for (const id of MEMBERS) expect(held(id, records)).to.equal(formatDigest(digests.get(id) ?? emptyDigest()));
      }),
    );
  });

  it('is another one when anything is lost', () => {
    fc.assert(
      fc.property(inventory, fc.constantFrom(...MEMBERS), (records, id) => {
        for (const [element, one] of Object.entries(records)) {
          const concerned = wantedOf(element, one).some(({ member }) => member === id);
          const { [element]: _, ...rest } = records;
          expect(held(id, rest) !== held(id, records)).to.equal(concerned);
        }
      }),
    );
  });

  it('comes back to what it was when a change is taken back', () => {
    fc.assert(
      fc.property(inventory, record, (records, one) => {
        const digests = expected(records);
        const before = MEMBERS.map((id) => formatDigest(digests.get(id) ?? emptyDigest()));
        countExpected(digests, 'another', one, 1);
        countExpected(digests, 'another', one, -1);
        expect(MEMBERS.map((id) => formatDigest(digests.get(id) ?? emptyDigest()))).to.deep.equal(before);
      }),
    );
  });

  it('leaves out what is under way on both sides, and what is at home', () => {
    const nothing = formatDigest(emptyDigest());
    const moving = { r1: { owner: 'b', holder: 'a', standIn: 'a', epoch: { term: 1, number: 2, giver: 'm' } } };
    for (const id of ['a', 'b']) {
      expect(formatDigest(expected(moving).get(id) ?? emptyDigest())).to.equal(nothing);
      expect(held(id, moving)).to.equal(nothing);
    }
    const home = createHolding({ id: 'a', heartbeatMs: 500 });
    stepHolding(home, { is: 'atHome', element: 'r1', epoch: { term: 0, number: 0, giver: 'a' } }, 0);
    expect(heldDigest(home)).to.equal(nothing);
  });
});
