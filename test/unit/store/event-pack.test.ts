/** Packs of events that are put together: the same as if they had been one from the beginning. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { PtpEvent } from '../../../src/model/event.js';
import { SEVERITIES } from '../../../src/model/status.js';
import { joinPacks, packStored, UnpackedEvents } from '../../../src/store/sqlite/event-pack.js';
import { signatureOf } from '../../../src/store/sqlite/event-signature.js';

const word = fc.constantFrom('a', 'b', 'linkDown', 'überall', '');
const told = fc.record(
  {
    time: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    severity: fc.constantFrom(...SEVERITIES),
    name: word,
    text: fc.string({ maxLength: 20 }),
    element: fc.constantFrom('device/a', 'device/b', 'service/c'),
    source: word,
    alarm: word,
    gap: fc.nat(2),
  },
  { requiredKeys: ['time', 'severity', 'name', 'text', 'gap'] },
);
const parts = fc.array(fc.array(told, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });

describe('packs of events', () => {
  it('are joined to what they would be if they had come together', () => {
    fc.assert(
      fc.property(parts, fc.boolean(), (made, hasGaps) => {
        let id = 7;
        const groups = made.map((group) =>
          group.map(({ gap, ...event }): PtpEvent => {
            id += 1 + (hasGaps ? gap : 0);
            return { ...event, id, manager: 'EM1' };
          }),
        );
        const all = groups.flat();
        const [head, ...rest] = groups.map((group) => new UnpackedEvents(group[0]?.id ?? 0, packStored(group).data));
        if (!head) return;
        const { pack, events } = joinPacks([head, ...rest]);
        expect(pack).to.deep.equal(packStored(all));
        expect(events.all()).to.deep.equal(all);
        const read = new UnpackedEvents(head.first, pack.data);
        expect(read.all()).to.deep.equal(all);
        expect(signatureOf(events)).to.deep.equal(signatureOf(read));
      }),
    );
  });
});
