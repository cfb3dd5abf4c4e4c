/** Messages as net-snmp's agent writes and reads them, without anything between the codec and the socket. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { assert } from 'chai';
import { compareOidBytes, encodeOid, startsWithOid } from '../../src/access/snmp/ber/oid.js';
import { TYPES, type VarBind } from '../../src/access/snmp/message/bindings.js';
import { communityTemplate, Received, readCommunityMessage } from '../../src/access/snmp/message/community.js';
import { ERROR_STATUS, encodePdu, type OutgoingBinding, PDU } from '../../src/access/snmp/message/pdu.js';
import { readScopedPdu, readV3, writeScopedPdu, writeV3 } from '../../src/access/snmp/message/v3.js';
import { counterpart } from '../support/counterparts.js';
import { type Daemon, startSnmpd } from '../support/daemons.js';
import { runProcess } from '../support/processes.js';

const SYSTEM = '1.3.6.1.2.1.1';
const INTERFACES = '1.3.6.1.2.1.2';
const OWN = '1.3.6.1.4.1.99999.1';
/** What the agent is told to answer with. */
const OVERRIDES: readonly (readonly [arc: string, type: string, written: string, varbind: Omit<VarBind, 'oid'>])[] = [
  ['1.0', 'integer', '-200', { type: TYPES.INTEGER, value: -200 }],
  ['2.0', 'integer', '-2147483648', { type: TYPES.INTEGER, value: -(2 ** 31) }],
  ['3.0', 'uinteger', '4294967295', { type: TYPES.GAUGE32, value: 2 ** 32 - 1 }],
  ['4.0', 'counter', '2147483648', { type: TYPES.COUNTER32, value: 2 ** 31 }],
  ['5.0', 'octet_str', '"Denver"', { type: TYPES.OCTET_STRING, value: Buffer.from('Denver') }],
  ['6.0', 'object_id', '1.3.6.1.4.1.4294967295.128', { type: TYPES.OID, value: '1.3.6.1.4.1.4294967295.128' }],
  ['4294967295.0', 'integer', '7', { type: TYPES.INTEGER, value: 7 }],
];

describe('messages of snmp with snmpd', () => {
  counterpart('snmpd');
  let snmpd: Daemon;
  before(async () => {
    const lines = OVERRIDES.map(([arc, type, written]) => `override ${OWN}.${arc} ${type} ${written}`);
    snmpd = await startSnmpd({ community: 'public', v3users: [{ name: 'reader' }], lines });
  });
  after(() => snmpd?.stop());

  async function ask(message: Buffer): Promise<Buffer> {
    const socket = createSocket('udp4');
    try {
      const answered = once(socket, 'message', { signal: AbortSignal.timeout(5000) });
      socket.send(message, snmpd.port, '127.0.0.1');
      const [datagram]: Buffer[] = await answered;
      return datagram ?? Buffer.alloc(0);
    } finally {
      socket.close();
    }
  }

  const names = (dotted: readonly string[]): OutgoingBinding[] => dotted.map((oid) => ({ oid: encodeOid(oid) }));
  let lastId = 0x0100_0000;

  async function exchange(version: 0 | 1, type: number, a: number, b: number, asked: readonly OutgoingBinding[]) {
    const { bytes, idAt } = communityTemplate(version, Buffer.from('public'), type, a, b, asked);
    lastId += 0x0012_3457;
    bytes.writeUInt32BE(lastId, idAt);
    const received = new Received();
    readCommunityMessage(await ask(bytes), received);
    assert.equal(received.requestId, lastId);
    assert.equal(received.version, version);
    assert.equal(received.pduType, PDU.RESPONSE);
    assert.equal(received.surplus, 0);
    return received;
  }

  const own = OVERRIDES.map(([arc]) => `${OWN}.${arc}`);
  const ownValues = OVERRIDES.map(([arc, , , { type, value }]) => ({ oid: `${OWN}.${arc}`, type, value }));

  for (const version of [0, 1] as const) {
    it(`have the values that the agent has (version ${version === 0 ? '1' : '2c'})`, async () => {
      assert.deepEqual((await exchange(version, PDU.GET, 0, 0, names(own))).bindings.all(), ownValues);
    });
  }

  it('have what is missing', async () => {
    const asked = [`${SYSTEM}.3.0`, `${SYSTEM}.3.1`, '1.3.6.1.2.1.1.77.0'];
    const { bindings } = await exchange(1, PDU.GET, 0, 0, names(asked));
    const [upTime, instance, object] = bindings.all();
    assert.equal(upTime?.type, TYPES.TIMETICKS);
    assert.isAtLeast(Number(upTime?.value), 0);
    assert.deepEqual(instance, { oid: asked[1] ?? '', type: TYPES.NO_SUCH_INSTANCE, value: null });
    assert.deepEqual(object, { oid: asked[2] ?? '', type: TYPES.NO_SUCH_OBJECT, value: null });
    const { bindings: after } = await exchange(1, PDU.GETNEXT, 0, 0, names(['2.39']));
    assert.deepEqual(after.all(), [{ oid: '2.39', type: TYPES.END_OF_MIB_VIEW, value: null }]);
    const refused = await exchange(0, PDU.GET, 0, 0, names(asked));
    assert.equal(ERROR_STATUS[refused.errorStatus], 'noSuchName');
    assert.include([2, 3], refused.errorIndex);
  });

  it('have an address, a counter of 64 bits and a float within Opaque', async () => {
    const asked = ['1.3.6.1.2.1.4.20.1.1.127.0.0.1', '1.3.6.1.2.1.31.1.1.1.6.1', '1.3.6.1.4.1.2021.10.1.6.1'];
    const { bindings } = await exchange(1, PDU.GET, 0, 0, names(asked));
    const [address, octets, load] = bindings.all();
    assert.deepInclude(address ?? {}, { type: TYPES.IP_ADDRESS, value: '127.0.0.1' });
    assert.equal(octets?.type, TYPES.COUNTER64);
    assert.equal(typeof octets?.value, 'bigint');
    assert.equal(load?.type, TYPES.OPAQUE);
    assert.isTrue(Buffer.isBuffer(load?.value) && load.value.subarray(0, 3).equals(Buffer.from([0x9f, 0x78, 4])));
  });

  /** Names below `root`, by GETBULK. */
  async function walk(root: string): Promise<string[]> {
    const prefix = encodeOid(root);
    const found: string[] = [];
    for (let last: Uint8Array = prefix; ; ) {
      const { bindings } = await exchange(1, PDU.GETBULK, 0, 40, [{ oid: last }]);
      while (bindings.next()) {
        const { buffer, oidFrom, oidTo } = bindings;
        if (bindings.isMissing() || !startsWithOid(buffer, oidFrom, oidTo, prefix)) return found;
        assert.isAbove(compareOidBytes(buffer, oidFrom, oidTo, last, 0, last.length), 0, bindings.oidText());
        bindings.value();
        found.push(bindings.oidText());
        last = Buffer.from(buffer.subarray(oidFrom, oidTo));
      }
    }
  }

  for (const root of [SYSTEM, INTERFACES, OWN]) {
    it(`are those that snmpbulkwalk finds below ${root}`, async () => {
      const address = `127.0.0.1:${snmpd.port}`;
      const { output } = await runProcess('snmpbulkwalk', ['-v2c', '-cpublic', '-Onq', '-m', '', address, root]);
      const theirs = output.split('\n').flatMap((line) => /^\.([\d.]+) /.exec(line)?.[1] ?? []);
      assert.isAbove(theirs.length, OVERRIDES.length - 1);
      assert.deepEqual(await walk(root), theirs);
    });
  }

  it('are the same in version 3, after the engine has said who it is', async () => {
    const none = Buffer.alloc(0);
    const flags = { auth: false, priv: false, reportable: true };
    const base = { maxSize: 65_507, flags, authLength: 0, salt: none };
    const nobody = { engineId: none, boots: 0, time: 0, user: none };
    const question = writeScopedPdu(none, none, encodePdu(PDU.GET, 5, 0, 0, []));
    const report = await ask(writeV3({ ...base, ...nobody, msgId: 1, scoped: question }).bytes);
    const engine = readV3(report);
    assert.equal(engine.msgId, 1);
    assert.isAtLeast(engine.engineId.length, 5);
    assert.isAtLeast(engine.boots, 1);
    const said = readScopedPdu(report, engine.scopedFrom, engine.scopedTo);
    assert.equal(said.pduType, PDU.REPORT);
    assert.deepEqual(
      said.bindings.all().map(({ oid, type }) => [oid, type]),
      [['1.3.6.1.6.3.15.1.1.4.0', TYPES.COUNTER32]],
    );

    const { engineId, boots, time } = engine;
    const scoped = writeScopedPdu(engineId, none, encodePdu(PDU.GET, 6, 0, 0, names(own)));
    const user = Buffer.from('reader');
    const response = await ask(writeV3({ ...base, engineId, boots, time, user, msgId: 2, scoped }).bytes);
    const header = readV3(response);
    assert.equal(header.user.toString(), 'reader');
    const pdu = readScopedPdu(response, header.scopedFrom, header.scopedTo);
    assert.deepEqual([pdu.pduType, pdu.requestId, pdu.errorStatus], [PDU.RESPONSE, 6, 0]);
    assert.isTrue(pdu.contextEngineId.equals(engineId));
    assert.deepEqual(pdu.bindings.all(), ownValues);
  });
});
