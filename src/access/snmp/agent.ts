/** How an agent is asked: address, version and security of an `ACCESS method="snmp"`. */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { PtpError } from '../../base/errors.js';
import type { AccessSpec } from '../../model/element.js';
import type { Credential, PollRequest } from '../access.js';
import { elementHost, hostPort, numberOption } from '../options.js';
import type { Expected } from './datagram.js';
import type { AgentAddress } from './guarded-socket.js';
import { netSnmp, type V3User } from './net-snmp.js';

const DEFAULT_PORT = 161;
const DEFAULT_REPETITIONS = 25;
const MOST_REPETITIONS = 200;
/** RFC 3414 section 11.2. */
const SHORTEST_PASSWORD = 8;

export interface AgentSettings {
  readonly host: string;
  readonly port: number;
  /** As net-snmp and the message have it. */
  readonly version: 0 | 1 | 3;
  readonly maxRepetitions: number;
}

export type AgentSecurity = { readonly community: string } | { readonly user: V3User; readonly context: string };

export interface Agent extends AgentSettings {
  readonly security: AgentSecurity;
  /** For errors: `snmp 10.0.0.1:161`. */
  readonly place: string;
}

const VERSIONS: Readonly<Record<string, 0 | 1 | 3>> = { '1': 0, '2c': 1, '2': 1, '3': 3 };

const { AuthProtocols, PrivProtocols } = netSnmp;

const AUTH_PROTOCOLS: Readonly<Record<string, number>> = {
  md5: AuthProtocols.md5,
  sha: AuthProtocols.sha,
  sha1: AuthProtocols.sha,
  sha224: AuthProtocols.sha224,
  sha256: AuthProtocols.sha256,
  sha384: AuthProtocols.sha384,
  sha512: AuthProtocols.sha512,
};

/** AES-256 has no standard: `aes256` extends keys as Blumenthal's draft says, `aes256c` as Reeder's (Cisco) does. */
const PRIV_PROTOCOLS: Readonly<Record<string, number>> = {
  des: PrivProtocols.des,
  aes: PrivProtocols.aes,
  aes128: PrivProtocols.aes,
  aes256: PrivProtocols.aes256b,
  aes256b: PrivProtocols.aes256b,
  aes256c: PrivProtocols.aes256r,
  aes256r: PrivProtocols.aes256r,
};

/** @throws PtpError `Access.Settings` */
export function agentSettings(host: string, access: AccessSpec): AgentSettings {
  const written = access.options.version ?? '2c';
  const version = VERSIONS[written.toLowerCase().replace(/^v/, '')];
  if (version === undefined) throw settingsError(`version="${written}" should be 1, 2c or 3`);
  return {
    host,
    version,
    port: numberOption(access, 'port', DEFAULT_PORT, [1, 65_535]),
    maxRepetitions: numberOption(access, 'maxRepetitions', DEFAULT_REPETITIONS, [1, MOST_REPETITIONS]),
  };
}

/** @throws PtpError `Access.Settings` */
export function agentOf({ element, access, credential }: PollRequest): Agent {
  const settings = agentSettings(elementHost(element), access);
  const security =
    settings.version === 3
      ? { user: v3User(credential), context: credential?.context ?? '' }
      : { community: credential?.community ?? access.options.community ?? 'public' };
  return { ...settings, security, place: `snmp ${hostPort(settings.host, settings.port)}` };
}

function v3User(credential: Credential | undefined): V3User {
  if (!credential?.user) throw settingsError('SNMP version 3 needs a credential with a user');
  const { user: name, authPassword, privPassword } = credential;
  if (!authPassword) {
    if (privPassword)
      throw settingsError(`credential ${credential.id} encrypts without authPassword; SNMPv3 needs both`);
    return { name, level: netSnmp.SecurityLevel.noAuthNoPriv };
  }
  const authProtocol = protocol(AUTH_PROTOCOLS, credential, 'authProtocol', 'sha', authPassword);
  if (!privPassword) return { name, level: netSnmp.SecurityLevel.authNoPriv, authProtocol, authKey: authPassword };
  const privProtocol = protocol(PRIV_PROTOCOLS, credential, 'privProtocol', 'aes', privPassword);
  return {
    name,
    level: netSnmp.SecurityLevel.authPriv,
    authProtocol,
    authKey: authPassword,
    privProtocol,
    privKey: privPassword,
  };
}

function protocol(
  known: Readonly<Record<string, number>>,
  credential: Credential,
  attribute: 'authProtocol' | 'privProtocol',
  fallback: string,
  password: string,
): number {
  const written = credential[attribute] ?? fallback;
  const name = known[written.toLowerCase().replace(/[-_]/g, '')];
  if (name === undefined) {
    throw settingsError(
      `${attribute}="${written}" of credential ${credential.id} should be one of ${Object.keys(known).join(', ')}`,
    );
  }
  if (password.length < SHORTEST_PASSWORD) {
    throw settingsError(
      `a password of credential ${credential.id} is too short; SNMPv3 wants at least ${SHORTEST_PASSWORD} characters`,
    );
  }
  return name;
}

const settingsError = (message: string): PtpError => new PtpError('Access.Settings', message);

/** @throws The resolver's error. */
export async function resolveAgent(agent: Agent): Promise<AgentAddress> {
  const literal = isIP(agent.host);
  if (literal === 4 || literal === 6) return { host: agent.host, family: literal, port: agent.port };
  const { address, family } = await lookup(agent.host);
  return { host: address, family: family === 6 ? 6 : 4, port: agent.port };
}

export function expectedReplies(agent: Agent): Expected {
  const level = 'user' in agent.security ? agent.security.user.level : undefined;
  return {
    version: agent.version,
    authenticated: level !== undefined && level !== netSnmp.SecurityLevel.noAuthNoPriv,
    encrypted: level === netSnmp.SecurityLevel.authPriv,
  };
}

/** Same fingerprint, same session. */
export const agentFingerprint = ({ host, port, version, security }: Agent): string =>
  createHash('sha256')
    .update(JSON.stringify([host, port, version, security]))
    .digest('base64');
