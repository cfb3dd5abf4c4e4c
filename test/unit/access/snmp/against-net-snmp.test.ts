/** The net-snmp package as a second opinion: what it asks is what we ask, and it reads what we write. */
import { assert } from 'chai';
import fc from 'fast-check';
import { encodeOid, oidText } from '../../../../src/access/snmp/ber/oid.js';
import { BerReader } from '../../../../src/access/snmp/ber/reader.js';
import { BerWriter } from '../../../../src/access/snmp/ber/writer.js';
import { TYPES } from '../../../../src/access/snmp/message/bindings.js';
import { communityTemplate } from '../../../../src/access/snmp/message/community.js';
import { encodePdu, PDU, STATUS } from '../../../../src/access/snmp/message/pdu.js';
import { readV3, writeScopedPdu, writeV3 } from '../../../../src/access/snmp/message/v3.js';
import { tlv } from '../snmp-agent.js';
import { bindingLists, integerContent, type MadeBinding, oids } from './arbitraries.js';
import { ENGINE_ID, hex, outgoing, received, receivedV3 } from './messages.js';
import { createAsn1Writer, type Done, openSession, openSessionV3 } from './net-snmp.js';

/** asn1-ber writes wrong bytes for a first and second arc that do not fit one byte, and reads them wrongly. */
const usual = oids.filter((dotted) => Number(dotted.split('.')[1]) < 40);

type Answer = Parameters<Done>;

const KINDS = { get: PDU.GET, getNext: PDU.GETNEXT, getBulk: PDU.GETBULK } as const;

describe('SNMP as the net-snmp package has it', () => {
  const asked = fc.array(usual, { minLength: 1, maxLength: 6 });

  it('asks with the same bytes', () => {
    const kinds = fc.constantFrom('get' as const, 'getNext' as const, 'getBulk' as const);
    fc.assert(
      fc.property(fc.constantFrom(0 as const, 1 as const), kinds, asked, fc.integer({ min: 1, max: 50 }), (...made) => {
        const [version, kind, dotted, rows] = made;
        const { socket, session } = openSession(version);
        const type = KINDS[kind];
        const b = kind === 'getBulk' ? rows : 0;
        if (kind === 'getBulk' && version === 0) return;
        if (kind === 'get') session.get(dotted, () => {});
        else if (kind === 'getNext') session.getNext(dotted, () => {});
        else session.getBulk(dotted, 0, rows, () => {});
        session.cancelRequests(new Error('enough'));

        const { requestId, bindings } = received(socket.sent);
        assert.deepEqual(
          bindings.all(),
          dotted.map((oid) => ({ oid, type: TYPES.NULL, value: null })),
        );
        const names = dotted.map((oid) => ({ oid: encodeOid(oid) }));
        const template = communityTemplate(version, Buffer.from('public'), type, 0, b, names);
        const pdu = encodePdu(type, requestId, 0, b, names);
        const whole = tlv(0x30, Buffer.from([2, 1, version]), tlv(0x04, Buffer.from('public')), pdu);
        assert.equal(socket.sent.toString('hex'), hexOfShortest(whole));
        if (requestId < 0x0100_0000) return;
        template.bytes.writeUInt32BE(requestId, template.idAt);
        assert.equal(template.bytes.toString('hex'), socket.sent.toString('hex'));
      }),
      { numRuns: 60 },
    );
  });

  /** The helper that makes elements spends two bytes on every longer length. */
  function hexOfShortest(message: Buffer): string {
    const reader = new BerReader().reset(message);
    reader.enter(0x30);
    const writer = new BerWriter();
    writer.element(0x30, message.subarray(reader.at));
    return writer.bytes().toString('hex');
  }

  /** What it makes of a value: a Counter64 stays bytes, and types that it does not know are left out before. */
  const theirs = ({ oid, type, content, value }: MadeBinding) => ({
    oid,
    type,
    value: type === TYPES.COUNTER64 ? content : value,
  });
  const understood = bindingLists.map((made) =>
    made.filter(
      ({ oid, type, value }) =>
        Number(oid.split('.')[1]) < 40 &&
        type !== TYPES.UINTEGER32 &&
        (type !== TYPES.OID || Number(String(value).split('.')[1]) < 40),
    ),
  );

  it('reads our responses as we mean them', () => {
    fc.assert(
      fc.property(understood, (made) => {
        const { socket, session } = openSession(1);
        const answers: Answer[] = [];
        session.get(
          made.map(({ oid }) => oid),
          (...answer) => answers.push(answer),
        );
        const { requestId } = received(socket.sent);
        const pdu = encodePdu(PDU.RESPONSE, requestId, 0, 0, outgoing(made));
        const whole = tlv(0x30, hex('02 01 01'), tlv(0x04, Buffer.from('public')), pdu);
        socket.receive(whole);
        session.cancelRequests(new Error('the response was not taken'));
        assert.deepEqual(answers, [[null, made.map(theirs)]]);
      }),
      { numRuns: 100 },
    );
  });

  it('reads our errors as we mean them', () => {
    const { socket, session } = openSession(0);
    let message = '';
    session.get(['1.3.6.1.2.1.1.3.0'], (error) => {
      message = String(error);
    });
    const { requestId, bindings } = received(socket.sent);
    assert.isTrue(bindings.next());
    const oid = Buffer.from(socket.sent.subarray(bindings.oidFrom, bindings.oidTo));
    const pdu = encodePdu(PDU.RESPONSE, requestId, STATUS.NO_SUCH_NAME, 1, [{ oid }]);
    socket.receive(tlv(0x30, hex('02 01 00'), tlv(0x04, Buffer.from('public')), pdu));
    assert.include(message, 'NoSuchName: 1.3.6.1.2.1.1.3.0');
  });

  it('has the same question for an engine, the same request after that, and reads our responses', () => {
    const { socket, session } = openSessionV3('reader', 'north');
    const answers: Answer[] = [];
    session.get(['1.3.6.1.2.1.1.3.0'], (...answer) => answers.push(answer));

    const none = Buffer.alloc(0);
    const same = (
      engineId: Buffer,
      boots: number,
      time: number,
      user: Buffer,
      names: readonly { oid: Uint8Array }[],
    ) => {
      const { msgId, maxSize } = readV3(socket.sent);
      const { requestId, contextName } = receivedV3(socket.sent);
      const scoped = writeScopedPdu(engineId, contextName, encodePdu(PDU.GET, requestId, 0, 0, names));
      const flags = { auth: false, priv: false, reportable: true };
      const message = { msgId, maxSize, flags, engineId, boots, time, user, authLength: 0, salt: none, scoped };
      assert.equal(writeV3(message).bytes.toString('hex'), socket.sent.toString('hex'));
      return { ...message, requestId, contextName };
    };

    const discovery = same(none, 0, 0, none, []);
    const known = { engineId: ENGINE_ID, boots: 7, time: 4711, flags: { auth: false, priv: false, reportable: false } };
    const unknownEngines = { oid: encodeOid('1.3.6.1.6.3.15.1.1.4.0'), type: TYPES.COUNTER32, value: hex('01') };
    const report = encodePdu(PDU.REPORT, discovery.requestId, 0, 0, [unknownEngines]);
    socket.receive(writeV3({ ...discovery, ...known, scoped: writeScopedPdu(ENGINE_ID, none, report) }).bytes);

    const request = same(ENGINE_ID, 7, 4711, Buffer.from('reader'), [{ oid: encodeOid('1.3.6.1.2.1.1.3.0') }]);
    assert.equal(request.contextName.toString(), 'north');
    const value = { oid: encodeOid('1.3.6.1.2.1.1.3.0'), type: TYPES.TIMETICKS, value: integerContent(4_000_000_000n) };
    const response = encodePdu(PDU.RESPONSE, request.requestId, 0, 0, [value]);
    const scoped = writeScopedPdu(ENGINE_ID, request.contextName, response);
    socket.receive(writeV3({ ...request, ...known, scoped }).bytes);
    session.cancelRequests(new Error('the response was not taken'));
    const varbind = { oid: '1.3.6.1.2.1.1.3.0', type: TYPES.TIMETICKS, value: 4_000_000_000 };
    assert.deepEqual(answers, [[null, [varbind]]]);
  });
});

describe('BER as the asn1-ber package writes it', () => {
  it('is read', () => {
    const strings = fc.array(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(usual, fc.integer(), strings, (dotted, number, texts) => {
        const writer = createAsn1Writer();
        writer.startSequence();
        writer.writeOID(dotted);
        writer.writeInt(number);
        writer.startSequence(0xa2);
        for (const text of texts) writer.writeBuffer(text, 0x04);
        writer.endSequence();
        writer.endSequence();
        const reader = new BerReader().reset(writer.buffer);
        assert.equal(reader.enter(0x30), writer.buffer.length);
        const oidTo = reader.enter(0x06);
        assert.equal(oidText(writer.buffer, reader.at, oidTo), dotted);
        reader.at = oidTo;
        assert.equal(reader.int(), number);
        reader.end = reader.enter(0xa2);
        for (const text of texts) assert.isTrue(reader.octets().equals(text));
        reader.finish('sequence');
      }),
    );
  });
});
