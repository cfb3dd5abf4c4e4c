/**
 * Malformed traps as the PROTOS test suite c06-snmpv1 has them, made from whole ones: wrong lengths, tags, types and
 * ends everywhere, long texts and OIDs. Whatever comes is taken or refused; nothing throws, and nothing is kept of it.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { octetsBinding } from '../../../../../src/access/snmp/traps/contents.js';
import { eventOf } from '../../../../../src/access/snmp/traps/event-of.js';
import { UserKeys } from '../../../../../src/access/snmp/traps/secured.js';
import { SendingEngines } from '../../../../../src/access/snmp/traps/senders.js';
import {
  communityMessage,
  frame,
  IF_DOWN,
  inform,
  LINK_DOWN,
  newReader,
  START_MS,
  trap1,
  trap2,
  trap3,
  user,
} from './sending.js';

const WHOLE: readonly (readonly [what: string, message: () => Buffer])[] = [
  ['v1 trap', () => trap1()],
  ['v2c trap', () => communityMessage(trap2())],
  ['v2c inform', () => communityMessage(inform())],
  ['plain v3 trap', () => trap3(user('plain'))],
  ['encrypted v3 trap', () => trap3(user('ops'))],
];

/** Bytes that mean something as a tag or a length. */
const TELLING = [0, 1, 0x02, 0x04, 0x06, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xa4, 0xa7, 0xfe, 0xff];

function readAll(message: Buffer): string {
  const incoming = newReader().reader.read(message, START_MS);
  if (incoming.is !== 'notification') return incoming.is;
  const event = eventOf(incoming.notification);
  expect(event.text.length).to.be.at.most(2100);
  expect(event.name.length).to.be.within(1, 128);
  return 'notification';
}

describe('hostile traps', () => {
  for (const [what, message] of WHOLE) {
    it(`are taken or refused wherever a byte of a ${what} is another`, () => {
      const whole = message();
      expect(readAll(whole)).to.equal('notification');
      for (let at = 0; at < whole.length; at++) {
        const damaged = Buffer.from(whole);
        for (const byte of TELLING) {
          damaged[at] = byte;
          readAll(damaged);
        }
      }
    });

    it(`are refused wherever a ${what} is cut`, () => {
      const whole = message();
      for (let end = 0; end < whole.length; end++) expect(readAll(whole.subarray(0, end))).to.equal('refused');
    });
  }

  it('are taken or refused with bytes taken out, put in and repeated', () => {
    const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(6), fc.uint8Array({ maxLength: 12 })), { maxLength: 4 });
    const whole = fc.constantFrom(...WHOLE.map(([, message]) => message()));
    fc.assert(
      fc.property(whole, damage, (message, cuts) => {
        let bytes = message;
        for (const [at, length, more] of cuts)
          bytes = Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + length)]);
        readAll(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('may be of bytes by chance', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readAll(Buffer.from(bytes))));
  });

  it('may be as large as a datagram, full of one text, of variables, or of arcs', () => {
    const text = octetsBinding('1.3.6.1.4.1.9', Buffer.alloc(64_000, '%n%s'));
    const message = communityMessage(trap2(frame(LINK_DOWN, text)));
    expect(readAll(message)).to.equal('notification');
    const many = Array.from({ length: 4000 }, () => IF_DOWN[2] ?? text);
    expect(readAll(communityMessage(trap2(frame(LINK_DOWN, ...many))))).to.equal('notification');
    const arcs = { oid: Buffer.alloc(60_000, 1), type: 2, value: Uint8Array.of(1) };
    expect(readAll(communityMessage(trap2(frame(LINK_DOWN, arcs))))).to.equal('refused');
  });

  it('nested a thousand deep are refused', () => {
    let nested = Buffer.alloc(0);
    for (let depth = 0; depth < 1000; depth++) {
      const head = nested.length < 128 ? [0x30, nested.length] : [0x30, 0x82, nested.length >> 8, nested.length & 255];
      nested = Buffer.concat([Buffer.from(head), nested]);
    }
    expect(readAll(nested)).to.equal('refused');
  });

  it('leave nothing behind when their digest is wrong', () => {
    const { reader } = newReader();
    for (let n = 0; n < 500; n++) {
      const engineId = Buffer.from(`80001f8880${n.toString(16).padStart(8, '0')}`, 'hex');
      const forged = trap3(user('signer'), { engineId, msgId: n });
      forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 0xff;
      expect(reader.read(forged, START_MS)).to.include({ is: 'refused', why: 'wrongDigest' });
    }
  });

  it('have no key made to decrypt them before they are authentic: there are protocols in which that takes long', () => {
    const { reader } = newReader();
    const { name, auth } = user('ops');
    if (!auth?.priv) throw new Error('the user has keys');
    let made = 0;
    const { protocol, ku } = auth.priv;
    const watched = {
      protocol,
      get ku() {
        made += 1;
        return ku;
      },
    };
    reader.take({
      communities: [],
      users: new Map([['ops', [{ name, auth: { ...auth, priv: watched } }]]]),
      faults: [],
    });
    for (let n = 0; n < 100; n++) {
      const forged = trap3(user('ops'), { engineId: Buffer.from(`80001f8880${1000 + n}`, 'hex') });
      forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 0xff;
      expect(reader.read(forged, START_MS)).to.include({ why: 'wrongDigest' });
    }
    expect(made).to.equal(0);
    expect(reader.read(trap3(user('ops')), START_MS).is).to.equal('notification');
    expect(made).to.equal(1);
  });

  it('of ever new engines take a bounded place even with the password', () => {
    const engines = new SendingEngines();
    const none = new UserKeys({ name: Buffer.alloc(0) }, Buffer.alloc(0));
    for (let n = 0; n < 20_000; n++) {
      const engineId = Buffer.alloc(12);
      engineId.writeUInt32BE(n, 8);
      expect(engines.isNew(user('signer'), none, engineId, { boots: 1, time: 1 }, `${n}`, n)).to.equal(true);
    }
    expect(engines.size).to.equal(16_384);
  });
});
