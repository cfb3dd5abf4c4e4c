/**
 * A full SNMP agent (v2c and v3) by the net-snmp package, which shows one device.
 *
 * The package's own socket handling gives way to anybody's junk: an exception while a message is handled would end the
 * process, and a GETBULK may ask for two thousand million repetitions. So it gets a socket that catches, and
 * repetitions are bounded.
 */
import type { Socket } from 'node:dgram';
import { type Instance, instances, type SnmpDevice } from './device.js';
import { type Agent, type MibRequest, netSnmp, type V3User } from './net-snmp.js';

export interface V3Account {
  readonly user: string;
  readonly authPassword: string;
  readonly privPassword: string;
}

/** Variables that one GETBULK is answered with. */
const MOST_ANSWERED = 256;
const MOST_ASKED = 128;

/** Answers v2c by the community, or v3 (SHA-256, AES-128) by the account. */
export function attachAgent(
  socket: Socket,
  device: SnmpDevice,
  access: { community: string } | V3Account,
  now: () => number,
): void {
  const { port, address } = socket.address();
  const agent = netSnmp.createAgent(
    { port, address, dgramModule: { createSocket: () => guarded(socket) }, disableAuthorization: false },
    () => {},
  );
  if ('community' in access) agent.getAuthorizer().addCommunity(access.community);
  else agent.getAuthorizer().addUser(v3User(access));
  boundBulk(agent);
  register(agent, device, now);
}

function v3User({ user, authPassword, privPassword }: V3Account): V3User {
  return {
    name: user,
    level: netSnmp.SecurityLevel.authPriv,
    authProtocol: netSnmp.AuthProtocols.sha256,
    authKey: authPassword,
    privProtocol: netSnmp.PrivProtocols.aes,
    privKey: privPassword,
  };
}

function guarded(socket: Socket) {
  return {
    on(event: string, run: (...values: unknown[]) => void) {
      socket.on(event, (...values: unknown[]) => {
        try {
          run(...values);
        } catch {
          // Junk: an agent keeps silent.
        }
      });
    },
    bind() {},
    send(bytes: Buffer, offset: number, length: number, port: number, address: string, sent: (error: null) => void) {
      socket.send(bytes, offset, length, port, address, () => sent(null));
    },
    close() {},
  };
}

/** The package takes max-repetitions for the number of all variables; RFC 3416 4.2.3 means it for each repeater. */
function boundBulk(agent: Agent): void {
  const original = agent.getBulkRequest.bind(agent);
  agent.getBulkRequest = (socket, message, from) => {
    const { pdu } = message;
    if (pdu.varbinds.length > MOST_ASKED) return;
    pdu.nonRepeaters = Math.min(Math.max(pdu.nonRepeaters, 0), pdu.varbinds.length);
    const repeaters = pdu.varbinds.length - pdu.nonRepeaters;
    pdu.maxRepetitions = Math.min(pdu.nonRepeaters + repeaters * Math.max(pdu.maxRepetitions, 0), MOST_ANSWERED);
    original(socket, message, from);
  };
}

function register(agent: Agent, device: SnmpDevice, now: () => number): void {
  const byOid = new Map<string, Instance>(instances(device).map((one) => [one.oid.join('.'), one]));
  const readOnly = netSnmp.MaxAccess['read-only'];
  const handler = (request: MibRequest) => {
    const instance = byOid.get(request.instanceNode.oid);
    if (instance) request.instanceNode.value = onWire(instance, now());
    request.done();
  };
  for (const { name, oid, type, read } of device.scalars) {
    const scalarType = netSnmp.ObjectType[type];
    agent.registerProvider({
      name,
      oid,
      type: netSnmp.MibProviderType.Scalar,
      scalarType,
      maxAccess: readOnly,
      handler,
    });
    agent.getMib().setScalarValue(name, onWire({ oid: [], type, read }, now()));
  }
  for (const { name, oid, columns, index, augments, rows } of device.tables) {
    agent.registerProvider({
      name,
      oid,
      type: netSnmp.MibProviderType.Table,
      maxAccess: readOnly,
      tableColumns: columns.map((column) => ({
        ...column,
        type: netSnmp.ObjectType[column.type],
        maxAccess: readOnly,
      })),
      ...(augments ? { tableAugments: augments } : { tableIndex: index.map((columnNumber) => ({ columnNumber })) }),
      handler,
    });
    for (const row of rows) {
      const cells = row.cells.map((read, position) =>
        onWire({ oid: [], type: columns[position]?.type ?? 'Integer', read }, now()),
      );
      agent.getMib().addTableRow(name, augments ? [...row.index, ...cells] : cells);
    }
  }
}

function onWire({ type, read }: Instance, nowMs: number): unknown {
  const value = read(nowMs);
  if (type === 'OctetString') return Buffer.from(String(value), 'latin1');
  if (type !== 'Counter64') return value;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
