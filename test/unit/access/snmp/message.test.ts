import { assert } from 'chai';
import fc from 'fast-check';
import { MalformedMessage } from '../../../../src/access/snmp/ber/malformed.js';
import { encodeOid, oidText } from '../../../../src/access/snmp/ber/oid.js';
import {
  communityTemplate,
  messageVersion,
  REQUEST_IDS,
  Received,
  readCommunityMessage,
} from '../../../../src/access/snmp/message/community.js';
import { ERROR_STATUS, encodePdu, PDU, STATUS } from '../../../../src/access/snmp/message/pdu.js';
import { readScopedPdu, readV3, writeScopedPdu, writeV3 } from '../../../../src/access/snmp/message/v3.js';
import { integer, octets, oid, tlv } from '../snmp-agent.js';
import { bindingLists } from './arbitraries.js';
import { ENGINE_ID, hex, outgoing, REQUEST_ID, received, receivedV3, response, responseV3 } from './messages.js';

const SYS_UP_TIME = '1.3.6.1.2.1.1.3.0';
const ASKED = [{ oid: encodeOid(SYS_UP_TIME) }];
const PUBLIC = Buffer.from('public');

describe('messages with a community', () => {
  it('are as RFC 1157 and 3416 have them', () => {
    const { bytes, idAt } = communityTemplate(1, PUBLIC, PDU.GETBULK, 0, 25, ASKED);
    bytes.writeUInt32BE(0x0a0b0c0d, idAt);
    const expected = `30 29 02 01 01 04 06 70 75 62 6c 69 63
      a5 1c 02 04 0a 0b 0c 0d 02 01 00 02 01 19
      30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 05 00`;
    assert.equal(bytes.toString('hex'), expected.replace(/\s/g, ''));
  });

  it('have an id of the same length whatever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: REQUEST_IDS.FIRST, max: REQUEST_IDS.LAST }),
        fc.constantFrom(0 as const, 1 as const),
        bindingLists,
        (id, version, made) => {
          const { bytes, idAt } = communityTemplate(version, PUBLIC, PDU.GET, 0, 0, outgoing(made));
          bytes.writeUInt32BE(id, idAt);
          const message = received(bytes);
          assert.equal(message.requestId, id);
          assert.equal(message.version, version);
          const pdu = encodePdu(PDU.GET, id, 0, 0, outgoing(made));
          assert.isTrue(bytes.subarray(bytes.length - pdu.length).equals(pdu), 'the shortest form');
        },
      ),
    );
  });

  it('come back as they were', () => {
    const types = fc.constantFrom(...Object.values(PDU).filter((type) => type !== PDU.TRAP1));
    const community = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        types,
        community,
        fc.integer(),
        fc.integer(),
        fc.integer(),
        bindingLists,
        (type, name, id, a, b, made) => {
          const pdu = encodePdu(type, id, a, b, outgoing(made));
          const message = received(tlv(0x30, hex('02 01 00'), octets(Buffer.from(name)), pdu));
          assert.equal(message.pduType, type);
          assert.deepEqual([message.requestId, message.errorStatus, message.errorIndex], [id, a, b]);
          assert.deepEqual(
            message.bindings.all(),
            made.map((one) => ({ oid: one.oid, type: one.type, value: one.value })),
          );
        },
      ),
    );
  });

  it('are read into the same object again and again', () => {
    const into = new Received();
    const trap = tlv(0x30, integer(0), octets('public'), trap1());
    readCommunityMessage(trap, into);
    assert.isDefined(into.trap1);
    const buffer = response([], STATUS.TOO_BIG, 0);
    readCommunityMessage(buffer, into);
    assert.isUndefined(into.trap1);
    assert.equal(into.version, 1);
    assert.equal(into.pduType, PDU.RESPONSE);
    assert.equal(into.requestId, REQUEST_ID);
    assert.equal(ERROR_STATUS[into.errorStatus], 'tooBig');
    assert.equal(buffer.toString('latin1', into.communityFrom, into.communityTo), 'public');
    assert.deepEqual(into.bindings.all(), []);
  });

  it('may be followed by padding', () => {
    const message = received(Buffer.concat([response(ASKED), Buffer.alloc(7)]));
    assert.equal(message.surplus, 7);
    assert.lengthOf(message.bindings.all(), 1);
    assert.equal(received(response(ASKED)).surplus, 0);
  });

  it('say which version they have', () => {
    assert.equal(messageVersion(response([])), 1);
    assert.equal(messageVersion(responseV3([])), 3);
    for (const message of ['30 03 02 01 02', '30 03 02 01 ff', '30 00', '', '04 03 02 01 01']) {
      assert.throws(() => messageVersion(hex(message)), MalformedMessage);
    }
  });

  const trap1 = (...more: readonly Buffer[]): Buffer =>
    tlv(
      0xa4,
      oid('1.3.6.1.4.1.8072.3.2.10'),
      tlv(0x40, hex('c0 00 02 01')),
      integer(6),
      integer(17),
      tlv(0x43, hex('00 ff ff ff ff')),
      tlv(0x30, tlv(0x30, oid(SYS_UP_TIME), tlv(0x43, hex('05')))),
      ...more,
    );

  it('are read when they are traps of SNMPv1', () => {
    const buffer = tlv(0x30, integer(0), octets('public'), trap1());
    const { trap1: trap, bindings, pduType, requestId } = received(buffer);
    assert.equal(pduType, PDU.TRAP1);
    assert.equal(requestId, 0);
    assert.equal(oidText(buffer, trap?.enterpriseFrom, trap?.enterpriseTo), '1.3.6.1.4.1.8072.3.2.10');
    assert.deepEqual(buffer.subarray(trap?.agentFrom, trap?.agentTo), hex('c0 00 02 01'));
    assert.deepEqual([trap?.genericTrap, trap?.specificTrap, trap?.timestamp], [6, 17, 0xffff_ffff]);
    assert.deepEqual(bindings.all(), [{ oid: SYS_UP_TIME, type: 0x43, value: 5 }]);
  });

  const version = hex('02 01 01');
  const pdu = encodePdu(PDU.RESPONSE, 1, 0, 0, []);
  const refused: readonly (readonly [what: string, message: Buffer, says: string])[] = [
    ['version 3', responseV3([]), 'version 3, where 0 or 1 has to be'],
    ['version 2', tlv(0x30, hex('02 01 02'), octets('public'), pdu), 'version 2, where 0 or 1 has to be'],
    ['no community', tlv(0x30, version, pdu), 'tag 0xa2, where tag 0x04 has to be'],
    ['no PDU', tlv(0x30, version, octets('public')), 'no PDU, where one has to be'],
    ['an unknown PDU', tlv(0x30, version, octets('public'), tlv(0xa9)), 'no PDU, where one has to be'],
    ['two PDUs', tlv(0x30, version, octets('public'), pdu, pdu), 'bytes too many in the message'],
    ['an empty PDU', tlv(0x30, version, octets('public'), tlv(0xa2)), 'the end, where tag 0x02 has to be'],
    [
      'a PDU that goes on',
      tlv(0x30, version, octets('public'), tlv(0xa2, integer(1), integer(0), integer(0), tlv(0x30), integer(1))),
      '6 bytes too many in the PDU',
    ],
    ['a trap that goes on', tlv(0x30, hex('02 01 00'), octets(''), trap1(integer(1))), '6 bytes too many in the trap'],
    [
      'a request id of 33 bits',
      tlv(0x30, version, octets('public'), tlv(0xa2, tlv(0x02, hex('01 00 00 00 00')))),
      'an integer that does not fit 32 bits',
    ],
  ];
  for (const [what, message, says] of refused) {
    it(`are refused with ${what}`, () => assert.throws(() => received(message), MalformedMessage, says));
  }

  it('have names for their errors', () => {
    assert.equal(ERROR_STATUS[STATUS.NO_ERROR], 'noError');
    assert.equal(ERROR_STATUS[STATUS.NO_SUCH_NAME], 'noSuchName');
    assert.equal(ERROR_STATUS[STATUS.GEN_ERR], 'genErr');
    assert.equal(ERROR_STATUS[STATUS.AUTHORIZATION_ERROR], 'authorizationError');
    assert.equal(ERROR_STATUS[18], 'inconsistentName');
  });
});

describe('messages of SNMPv3', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((one) => Buffer.from(one));
  const level = fc.constantFrom({ auth: false, priv: false }, { auth: true, priv: false }, { auth: true, priv: true });
  const headers = fc.record({
    msgId: fc.nat(),
    maxSize: fc.integer({ min: 484, max: 0x7fff_ffff }),
    flags: fc.tuple(level, fc.boolean()).map(([security, reportable]) => ({ ...security, reportable })),
    engineId: bytes(32),
    boots: fc.nat(),
    time: fc.nat(),
    user: bytes(32),
    authLength: fc.constantFrom(0, 12, 16, 24, 32, 48),
    salt: bytes(8),
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(headers, bindingLists, bytes(40), fc.integer(), (header, made, contextName, id) => {
        const scoped = writeScopedPdu(header.engineId, contextName, encodePdu(PDU.GET, id, 0, 0, outgoing(made)));
        const { bytes: message, authAt } = writeV3({ ...header, scoped });
        const read = readV3(message);
        const { authLength, ...expected } = header;
        assert.deepInclude(read, expected);
        assert.deepEqual([read.authFrom, read.authTo], [authAt, authAt + authLength]);
        assert.isTrue(message.subarray(authAt, authAt + authLength).equals(Buffer.alloc(authLength)));
        assert.isTrue(message.subarray(read.scopedFrom, read.scopedTo).equals(scoped));
        assert.equal(messageVersion(message), 3);
        const pdu = readScopedPdu(message, read.scopedFrom, read.scopedTo);
        assert.deepInclude(pdu, { contextEngineId: header.engineId, contextName, pduType: PDU.GET, requestId: id });
        assert.deepEqual(
          pdu.bindings.all(),
          made.map((one) => ({ oid: one.oid, type: one.type, value: one.value })),
        );
      }),
    );
  });

  it('are as RFC 3412 and 3414 have them: the question for an engine', () => {
    const { bytes: message } = writeV3({
      msgId: 0x4a69,
      maxSize: 65_507,
      flags: { auth: false, priv: false, reportable: true },
      engineId: Buffer.alloc(0),
      boots: 0,
      time: 0,
      user: Buffer.alloc(0),
      authLength: 0,
      salt: Buffer.alloc(0),
      scoped: writeScopedPdu(Buffer.alloc(0), Buffer.alloc(0), encodePdu(PDU.GET, 0x37f0, 0, 0, [])),
    });
    const expected = `30 3a 02 01 03
      30 0f 02 02 4a 69 02 03 00 ff e3 04 01 04 02 01 03
      04 10 30 0e 04 00 02 01 00 02 01 00 04 00 04 00 04 00
      30 12 04 00 04 00 a0 0c 02 02 37 f0 02 01 00 02 01 00 30 00`;
    assert.equal(message.toString('hex'), expected.replace(/\s/g, ''));
  });

  it('have copies, which outlive the datagram', () => {
    const message = responseV3(ASKED);
    const header = readV3(message);
    const scoped = receivedV3(message);
    message.fill(0);
    assert.deepEqual([header.engineId, scoped.contextEngineId], [ENGINE_ID, ENGINE_ID]);
    assert.equal(header.user.toString(), 'reader');
    assert.equal(scoped.contextName.toString(), 'context');
  });

  it('may have padding after the scoped PDU, as DES leaves it', () => {
    const scoped = writeScopedPdu(ENGINE_ID, Buffer.alloc(0), encodePdu(PDU.RESPONSE, 5, 0, 0, ASKED));
    const pdu = readScopedPdu(Buffer.concat([scoped, hex('07 07 07 07 07 07 07')]));
    assert.equal(pdu.requestId, 5);
    assert.lengthOf(pdu.bindings.all(), 1);
  });

  const PARAMETERS = [octets(ENGINE_ID), integer(1), integer(2), octets(''), octets(''), octets('')];

  /** A message of parts, any of which may be another. */
  function made(
    over: Partial<Record<'header' | 'flags' | 'model' | 'engineId' | 'security' | 'data', Buffer>>,
  ): Buffer {
    const scoped = tlv(0x30, octets(''), octets(''), encodePdu(PDU.REPORT, 1, 0, 0, []));
    const parameters = over.engineId ? [over.engineId, ...PARAMETERS.slice(1)] : PARAMETERS;
    return tlv(
      0x30,
      integer(3),
      over.header ?? tlv(0x30, integer(1), integer(65_507), over.flags ?? octets(hex('00')), over.model ?? integer(3)),
      over.security ?? octets(tlv(0x30, ...parameters)),
      over.data ?? scoped,
    );
  }

  it('are read when made of parts', () => assert.equal(receivedV3(made({})).pduType, PDU.REPORT));

  const refused: readonly (readonly [what: string, message: Buffer, says: string])[] = [
    ['another version', response([]), 'version 1, where 3 has to be'],
    ['bytes after it', Buffer.concat([made({}), hex('00 00')]), '2 bytes after the message'],
    ['no flags', made({ flags: octets('') }), 'flags of 0 bytes; they have one'],
    ['two bytes of flags', made({ flags: octets(hex('00 00')) }), 'flags of 2 bytes; they have one'],
    ['encryption without authentication', made({ flags: octets(hex('02')) }), 'encryption without authentication'],
    ['another security model', made({ model: integer(2) }), 'security model 2; ours is 3'],
    ['a negative message id', made({ header: tlv(0x30, integer(-1)) }), 'a negative message id'],
    ['a negative size', made({ header: tlv(0x30, integer(1), integer(-1)) }), 'a negative largest message size'],
    [
      'a header that goes on',
      made({ header: tlv(0x30, integer(1), integer(484), octets(hex('00')), integer(3), integer(0)) }),
      'too many in the header',
    ],
    ['an engine id of 33 bytes', made({ engineId: octets(Buffer.alloc(33)) }), 'an engine id of 33 bytes'],
    ['empty parameters', made({ security: octets('') }), 'the end, where tag 0x30 has to be'],
    ['parameters in an empty sequence', made({ security: octets(tlv(0x30)) }), 'the end, where tag 0x04 has to be'],
    ['parameters that go on', made({ security: octets(Buffer.concat([tlv(0x30), hex('05 00')])) }), 'bytes after the'],
    [
      'parameters of seven fields',
      made({ security: octets(tlv(0x30, ...PARAMETERS, octets(''))) }),
      '2 bytes too many in the security parameters',
    ],
    ['negative boots', made({ security: octets(tlv(0x30, octets(''), integer(-1))) }), 'a negative boot count'],
    [
      'a negative time',
      made({ security: octets(tlv(0x30, octets(''), integer(1), integer(-1))) }),
      'a negative engine time',
    ],
    ['octets that are not said to be encrypted', made({ data: octets('abcd') }), 'tag 0x04, where tag 0x30 has to be'],
    [
      'plain text that is said to be encrypted',
      made({ flags: octets(hex('03')) }),
      'tag 0x30, where tag 0x04 has to be',
    ],
    ['data twice', made({ data: Buffer.concat([tlv(0x30), tlv(0x30)]) }), '2 bytes too many in the message'],
    ['no data', made({ data: Buffer.alloc(0) }), 'the end, where tag 0x30 has to be'],
  ];
  for (const [what, message, says] of refused) {
    it(`are refused with ${what}`, () => assert.throws(() => readV3(message), MalformedMessage, says));
  }

  it('are refused with a second PDU', () => {
    const pdu = encodePdu(PDU.REPORT, 1, 0, 0, []);
    const message = made({ data: tlv(0x30, octets(''), octets(''), pdu, pdu) });
    assert.throws(() => receivedV3(message), MalformedMessage, `${pdu.length} bytes too many in the scoped PDU`);
  });
});
