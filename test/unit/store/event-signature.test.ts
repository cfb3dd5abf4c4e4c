/** What a block says of what it may contain: never that it lacks what it has. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { PtpEvent } from '../../../src/model/event.js';
import { packStored, UnpackedEvents } from '../../../src/store/sqlite/event-pack.js';
import { bitsOf, hasBits, SIGNATURE_BYTES, signatureOf } from '../../../src/store/sqlite/event-signature.js';

const EVENT: PtpEvent = { id: 1, manager: 'EM1', time: 0, severity: 'minor', name: 'linkDown', text: '' };

const signatureWith = (event: Partial<PtpEvent>) =>
  signatureOf(new UnpackedEvents(1, packStored([{ ...EVENT, ...event }]).data));

describe('the signature of a block', () => {
  it('has all bits of what is looked for in a text', () => {
    const unit = fc.oneof(fc.constantFrom(...'ÄÖÜäöüß漢字'), fc.string({ minLength: 1, maxLength: 1 }));
    const text = fc.string({ unit, maxLength: 40 });
    fc.assert(
      fc.property(text, text, text, (before, searched, after) => {
        const signature = signatureWith({ text: `${before}${searched}${after}` });
        for (const spelled of [searched, searched.toLowerCase()])
          expect(hasBits(signature, bitsOf({ text: spelled, offset: 0, limit: 1 }))).to.equal(true);
      }),
    );
  });

  it('lacks bits of what is in no text, mostly', () => {
    const signature = signatureWith({ text: 'ifDescr.3 = eth0, ifOperStatus.3 = down', element: 'device/core1' });
    expect(signature).to.have.length(SIGNATURE_BYTES);
    expect(hasBits(signature, bitsOf({ text: 'OPERstatus', offset: 0, limit: 1 }))).to.equal(true);
    expect(hasBits(signature, bitsOf({ text: 'temperature', offset: 0, limit: 1 }))).to.equal(false);
    expect(hasBits(signature, bitsOf({ element: 'device/core1', offset: 0, limit: 1 }))).to.equal(true);
    expect(hasBits(signature, bitsOf({ element: 'device/core2', offset: 0, limit: 1 }))).to.equal(false);
  });
});
