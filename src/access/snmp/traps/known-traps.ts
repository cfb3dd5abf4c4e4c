/** Notifications and variables that go by a name: those of the standards, and of devices that many have. */
import type { Severity } from '../../../model/status.js';

export interface KnownTrap {
  readonly name: string;
  readonly severity: Severity;
}

/** Arcs below the OID of a group, each with a name and how bad it is. */
type Group = Readonly<Record<string, readonly [name: string, severity: Severity]>>;

/** By the module that defines them. */
const GROUPS: Readonly<Record<string, Group>> = {
  // SNMPv2-MIB, IF-MIB, RFC 1215
  '1.3.6.1.6.3.1.1.5': {
    '1': ['coldStart', 'warning'],
    '2': ['warmStart', 'warning'],
    '3': ['linkDown', 'major'],
    '4': ['linkUp', 'cleared'],
    '5': ['authenticationFailure', 'minor'],
    '6': ['egpNeighborLoss', 'minor'],
  },
  // BRIDGE-MIB
  '1.3.6.1.2.1.17.0': { '1': ['newRoot', 'minor'], '2': ['topologyChange', 'warning'] },
  // BGP4-MIB, the newer and the older names
  '1.3.6.1.2.1.15.0': { '1': ['bgpEstablished', 'cleared'], '2': ['bgpBackwardTransition', 'major'] },
  '1.3.6.1.2.1.15.7': { '1': ['bgpEstablished', 'cleared'], '2': ['bgpBackwardTransition', 'major'] },
  // OSPF-TRAP-MIB
  '1.3.6.1.2.1.14.16.2': {
    '1': ['ospfVirtIfStateChange', 'minor'],
    '2': ['ospfNbrStateChange', 'minor'],
    '3': ['ospfVirtNbrStateChange', 'minor'],
    '4': ['ospfIfConfigError', 'warning'],
    '6': ['ospfIfAuthFailure', 'minor'],
    '16': ['ospfIfStateChange', 'minor'],
  },
  // RMON-MIB
  '1.3.6.1.2.1.16.0': { '1': ['risingAlarm', 'minor'], '2': ['fallingAlarm', 'cleared'] },
  // UPS-MIB
  '1.3.6.1.2.1.33.2': {
    '1': ['upsTrapOnBattery', 'major'],
    '2': ['upsTrapTestCompleted', 'indeterminate'],
    '3': ['upsTrapAlarmEntryAdded', 'major'],
    '4': ['upsTrapAlarmEntryRemoved', 'cleared'],
  },
  // ENTITY-MIB
  '1.3.6.1.2.1.47.2.0': { '1': ['entConfigChange', 'warning'] },
  // VRRP-MIB
  '1.3.6.1.2.1.68.0': { '1': ['vrrpTrapNewMaster', 'minor'], '2': ['vrrpTrapAuthFailure', 'minor'] },
  // LLDP-MIB
  '1.0.8802.1.1.2.0.0': { '1': ['lldpRemTablesChange', 'warning'] },
  // NET-SNMP-AGENT-MIB
  '1.3.6.1.4.1.8072.4.0': {
    '1': ['nsNotifyStart', 'warning'],
    '2': ['nsNotifyShutdown', 'major'],
    '3': ['nsNotifyRestart', 'warning'],
  },
  // CISCO-CONFIG-MAN-MIB, CISCO-ENVMON-MIB, CISCO-ENTITY-FRU-CONTROL-MIB
  '1.3.6.1.4.1.9.9.43.2.0': { '1': ['ciscoConfigManEvent', 'warning'] },
  '1.3.6.1.4.1.9.9.13.3.0': {
    '1': ['ciscoEnvMonShutdownNotification', 'critical'],
    '2': ['ciscoEnvMonVoltageNotification', 'major'],
    '3': ['ciscoEnvMonTemperatureNotification', 'major'],
    '4': ['ciscoEnvMonFanNotification', 'major'],
    '5': ['ciscoEnvMonRedundantSupplyNotification', 'major'],
  },
  '1.3.6.1.4.1.9.9.117.2.0': {
    '1': ['cefcModuleStatusChange', 'minor'],
    '2': ['cefcPowerStatusChange', 'major'],
    '3': ['cefcFRUInserted', 'warning'],
    '4': ['cefcFRURemoved', 'major'],
  },
  // JUNIPER-MIB
  '1.3.6.1.4.1.2636.4.1': {
    '1': ['jnxPowerSupplyFailure', 'major'],
    '2': ['jnxFanFailure', 'major'],
    '3': ['jnxOverTemperature', 'major'],
    '5': ['jnxFruRemoval', 'minor'],
    '6': ['jnxFruInsertion', 'warning'],
    '7': ['jnxFruPowerOff', 'minor'],
    '8': ['jnxFruPowerOn', 'cleared'],
    '9': ['jnxFruFailed', 'major'],
  },
  '1.3.6.1.4.1.2636.4.2': {
    '1': ['jnxPowerSupplyOK', 'cleared'],
    '2': ['jnxFanOK', 'cleared'],
    '3': ['jnxTemperatureOK', 'cleared'],
  },
};

const TRAPS: ReadonlyMap<string, KnownTrap> = new Map(
  Object.entries(GROUPS).flatMap(([group, traps]) =>
    Object.entries(traps).map(([arc, [name, severity]]) => [`${group}.${arc}`, { name, severity }] as const),
  ),
);

/** Undefined for a notification without a name here. One that came by SNMPv1 has a zero before its last arc. */
export function knownTrap(trapOid: string): KnownTrap | undefined {
  const known = TRAPS.get(trapOid);
  if (known) return known;
  const last = trapOid.lastIndexOf('.');
  return trapOid.startsWith('.0', last - 2) ? TRAPS.get(trapOid.slice(0, last - 2) + trapOid.slice(last)) : undefined;
}

interface KnownVariable {
  readonly name: string;
  /** Names of its numbers, from 1. */
  readonly states?: readonly string[];
}

const ADMIN = ['up', 'down', 'testing'];
const OPER = ['up', 'down', 'testing', 'unknown', 'dormant', 'notPresent', 'lowerLayerDown'];

const VARIABLES: Readonly<Record<string, KnownVariable>> = {
  '1.3.6.1.2.1.1.1': { name: 'sysDescr' },
  '1.3.6.1.2.1.1.5': { name: 'sysName' },
  '1.3.6.1.2.1.1.6': { name: 'sysLocation' },
  '1.3.6.1.2.1.2.2.1.1': { name: 'ifIndex' },
  '1.3.6.1.2.1.2.2.1.2': { name: 'ifDescr' },
  '1.3.6.1.2.1.2.2.1.3': { name: 'ifType' },
  '1.3.6.1.2.1.2.2.1.7': { name: 'ifAdminStatus', states: ADMIN },
  '1.3.6.1.2.1.2.2.1.8': { name: 'ifOperStatus', states: OPER },
  '1.3.6.1.2.1.31.1.1.1.1': { name: 'ifName' },
  '1.3.6.1.2.1.31.1.1.1.18': { name: 'ifAlias' },
  '1.3.6.1.2.1.14.10.1.6': { name: 'ospfNbrState' },
  '1.3.6.1.2.1.15.3.1.2': { name: 'bgpPeerState' },
  '1.3.6.1.2.1.15.3.1.14': { name: 'bgpPeerLastError' },
  '1.3.6.1.2.1.33.1.2.3': { name: 'upsEstimatedMinutesRemaining' },
  '1.3.6.1.2.1.33.1.2.2': { name: 'upsSecondsOnBattery' },
  '1.3.6.1.2.1.47.1.1.1.1.7': { name: 'entPhysicalName' },
  '1.3.6.1.4.1.9.2.2.1.1.20': { name: 'locIfReason' },
};

const VARIABLE_BY_OID: ReadonlyMap<string, KnownVariable> = new Map(Object.entries(VARIABLES));
const SHORTEST = Math.min(...Object.keys(VARIABLES).map(({ length }) => length));

/** With the index of its instance, such as 3 of `ifDescr.3`; undefined for a variable without a name here. */
export function knownVariable(oid: string): { readonly variable: KnownVariable; readonly index: string } | undefined {
  for (let end = oid.length; end >= SHORTEST; end = oid.lastIndexOf('.', end - 1)) {
    const variable = VARIABLE_BY_OID.get(end === oid.length ? oid : oid.slice(0, end));
    if (variable) return { variable, index: oid.slice(end + 1) };
  }
  return undefined;
}
