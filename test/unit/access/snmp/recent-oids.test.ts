/** Texts of OIDs that are kept: the same as those that are not. */
import { assert } from 'chai';
import fc from 'fast-check';
import { MalformedMessage } from '../../../../src/access/snmp/ber/malformed.js';
import { encodeOid, oidText } from '../../../../src/access/snmp/ber/oid.js';
import { RecentOids } from '../../../../src/access/snmp/ber/recent-oids.js';

const arc = fc.oneof(fc.nat(3), fc.nat(0xffff_ffff));
const oid = fc.array(arc, { maxLength: 20 }).map((arcs) => ['1.3', ...arcs].join('.'));

describe('texts of OIDs of late', () => {
  it('are those that are made each time, in whatever order they come', () => {
    const recent = new RecentOids();
    fc.assert(
      fc.property(fc.array(oid, { maxLength: 50 }), (oids) => {
        for (const dotted of [...oids, ...oids]) {
          const bytes = Uint8Array.of(7, ...encodeOid(dotted), 7);
          assert.equal(recent.textOf(bytes, 1, bytes.length - 1), dotted);
        }
      }),
    );
  });

  it('are right where more come than are kept', () => {
    const recent = new RecentOids();
    for (let round = 0; round < 2; round++)
      for (let n = 0; n < 20_000; n++) {
        const bytes = encodeOid(`1.3.6.1.4.1.${n}.5`);
        assert.equal(recent.textOf(bytes, 0, bytes.length), `1.3.6.1.4.1.${n}.5`);
      }
  });

  it('are refused and made whole as others are', () => {
    const recent = new RecentOids();
    for (const bytes of [
      [0x2b, 0x80, 1],
      [0x2b, 6, 0x81],
      [0x2b, 0x90, 0x80, 0x80, 0x80, 0],
    ])
      for (let time = 0; time < 2; time++)
        assert.throws(() => recent.textOf(Uint8Array.from(bytes), 0, bytes.length), MalformedMessage);
    assert.equal(recent.textOf(Uint8Array.of(), 0, 0), '0.0');
    const long = encodeOid(`1.3${'.4294967295'.repeat(100)}`);
    assert.equal(recent.textOf(long, 0, long.length), oidText(long));
  });
});
