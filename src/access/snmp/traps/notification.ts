/**
 * What a trap or an inform says, whatever version of SNMP it came by: SNMPv1's is read as RFC 3584 section 3.1 makes the
 * newer form of it. Pure.
 */
import { MalformedMessage } from '../ber/malformed.js';
import { oidText } from '../ber/oid.js';
import { RecentOids } from '../ber/recent-oids.js';
import { type Bindings, TYPES, type Value, type VarBind } from '../message/bindings.js';
import { Received, type Trap1 } from '../message/community.js';
import { PDU, type ReceivedPdu } from '../message/pdu.js';

export interface Notification {
  readonly version: '1' | '2c' | '3';
  /** The sender waits for an answer, and sends it again until one comes. */
  readonly isInform: boolean;
  /** Value of snmpTrapOID.0, dotted. */
  readonly trapOid: string;
  /** Hundredths of a second that the sender has been up; undefined where it does not say. */
  readonly upTime: number | undefined;
  /** Address of the agent whose word it is, as a proxy names it; undefined where it is the sender's own. */
  readonly agent: string | undefined;
  /** What it says besides, in its order: the first {@link MOST_BINDINGS}. */
  readonly bindings: readonly VarBind[];
  /** Bindings that there were in all. */
  readonly count: number;
}

/** Whoever sends more is not followed into the details. */
const MOST_BINDINGS = 64;

export const SYS_UP_TIME = '1.3.6.1.2.1.1.3.0';
export const SNMP_TRAP_OID = '1.3.6.1.6.3.1.1.4.1.0';
const SNMP_TRAP_ENTERPRISE = '1.3.6.1.6.3.1.1.4.3.0';
/** SNMP-COMMUNITY-MIB (RFC 3584 section 5.3): a proxy says whom it speaks for. */
const SNMP_TRAP_ADDRESS = '1.3.6.1.6.3.18.1.3.0';
const SNMP_TRAP_COMMUNITY = '1.3.6.1.6.3.18.1.4.0';
/** snmpTraps (RFC 3418): generic trap 0 of SNMPv1 is 1 below it, and so on to egpNeighborLoss. */
const GENERIC_TRAPS = '1.3.6.1.6.3.1.1.5';
const ENTERPRISE_SPECIFIC = 6;
const NO_ADDRESS = '0.0.0.0';

/** Told by the frame, or a secret. */
const NOT_SHOWN: ReadonlySet<string> = new Set([
  SYS_UP_TIME,
  SNMP_TRAP_OID,
  SNMP_TRAP_ENTERPRISE,
  SNMP_TRAP_ADDRESS,
  SNMP_TRAP_COMMUNITY,
]);

const recent = new RecentOids();

/** Whether a PDU of that type is for somebody who listens for notifications. */
export const isNotification = (pduType: number): boolean =>
  pduType === PDU.TRAP1 || pduType === PDU.TRAP2 || pduType === PDU.INFORM;

/**
 * @param pdu Of one of the types that {@link isNotification} names.
 * @throws MalformedMessage also when it does not say which notification it is.
 */
export function notificationOf(version: Notification['version'], pdu: ReceivedPdu): Notification {
  const told = toldBy(pdu.bindings);
  const trap1 = pdu instanceof Received ? pdu.trap1 : undefined;
  const { trapOid, upTime, agent } = trap1 ? frameOfTrap1(pdu, trap1) : frameOf(told);
  const { shown, count } = told;
  return { version, isInform: pdu.pduType === PDU.INFORM, trapOid, upTime, agent, bindings: shown, count };
}

type Frame = Pick<Notification, 'trapOid' | 'upTime' | 'agent'>;

/** What the bindings say: those of the frame as they came, of each the first of the right type, and the others. */
interface Told {
  readonly trapOid: Value | undefined;
  readonly upTime: Value | undefined;
  readonly agent: Value | undefined;
  readonly shown: readonly VarBind[];
  /** Of those that are shown, and of those that nobody has looked at. */
  readonly count: number;
}

/** All are passed, so that a message is malformed wherever its fault is; values are made of the first ones only. */
function toldBy(bindings: Bindings): Told {
  const shown: VarBind[] = [];
  let trapOid: Value | undefined;
  let upTime: Value | undefined;
  let agent: Value | undefined;
  let passed = 0;
  let hidden = 0;
  bindings.rewind();
  for (; bindings.next(); passed++) {
    if (passed >= MOST_BINDINGS) continue;
    const { type } = bindings;
    const oid = recent.textOf(bindings.buffer, bindings.oidFrom, bindings.oidTo);
    const value = valueIn(bindings);
    if (!NOT_SHOWN.has(oid)) {
      shown.push({ oid, type, value });
      continue;
    }
    hidden += 1;
    if (oid === SNMP_TRAP_OID && type === TYPES.OID) trapOid ??= value;
    else if (oid === SYS_UP_TIME && type === TYPES.TIMETICKS) upTime ??= value;
    else if (oid === SNMP_TRAP_ADDRESS && type === TYPES.IP_ADDRESS) agent ??= value;
  }
  return { trapOid, upTime, agent, shown, count: passed - hidden };
}

/** What is told of is mostly the same from one time to the next, also where it is the value. */
const valueIn = (bindings: Bindings): Value =>
  bindings.type === TYPES.OID ? recent.textOf(bindings.buffer, bindings.valueFrom, bindings.valueTo) : bindings.value();

function frameOf({ trapOid, upTime, agent }: Told): Frame {
  if (typeof trapOid !== 'string') throw new MalformedMessage('a notification without snmpTrapOID.0', 0);
  return { trapOid, upTime: typeof upTime === 'number' ? upTime : undefined, agent: addressOf(agent) };
}

const addressOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== NO_ADDRESS ? value : undefined;

function frameOfTrap1({ bindings }: ReceivedPdu, trap: Trap1): Frame {
  const { buffer } = bindings;
  const { genericTrap, specificTrap, timestamp, agentFrom, agentTo } = trap;
  const address = agentTo - agentFrom === 4 ? [...buffer.subarray(agentFrom, agentTo)].join('.') : undefined;
  return { trapOid: trapOidOf(), upTime: timestamp, agent: addressOf(address) };

  function trapOidOf(): string {
    if (genericTrap >= 0 && genericTrap < ENTERPRISE_SPECIFIC) return `${GENERIC_TRAPS}.${genericTrap + 1}`;
    if (genericTrap !== ENTERPRISE_SPECIFIC || specificTrap < 0)
      throw new MalformedMessage(`generic trap ${genericTrap} with specific trap ${specificTrap}`, agentTo);
    return `${oidText(buffer, trap.enterpriseFrom, trap.enterpriseTo)}.0.${specificTrap}`;
  }
}
