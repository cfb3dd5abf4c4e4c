/** How an agent is asked: address, version and security of an `ACCESS method="snmp"`. */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP, SocketAddress } from 'node:net';
import { PtpError } from '../../base/errors.js';
import type { AccessSpec } from '../../model/element.js';
import type { Credential, PollRequest } from '../access.js';
import { elementHost, hostPort, numberOption } from '../options.js';
import { MOST_VALUES } from './habits.js';
import type { AgentAddress } from './poller/question.js';
import {
  AUTH_NAMES,
  type AuthProtocol,
  authNamed,
  PRIV_NAMES,
  type PrivProtocol,
  privNamed,
} from './usm/algorithms.js';

const DEFAULT_PORT = 161;
const DEFAULT_REPETITIONS = 25;
const MOST_REPETITIONS = 200;
/** RFC 3414 section 11.2. */
const SHORTEST_PASSWORD = 8;

export interface AgentSettings {
  readonly host: string;
  readonly port: number;
  /** As it stands in the message. */
  readonly version: 0 | 1 | 3;
  /** Rows asked for at once of a table whose size is not known. */
  readonly maxRepetitions: number;
  /** The same of a table whose size is known; left out: no more than of others. */
  readonly knownRepetitions?: number;
}

/** A user of SNMPv3, by passwords. */
export interface V3User {
  readonly name: string;
  /** Left out: messages carry no digest. */
  readonly auth?: {
    readonly protocol: AuthProtocol;
    readonly password: string;
    /** Left out: messages are not encrypted. */
    readonly priv?: { readonly protocol: PrivProtocol; readonly password: string };
  };
}

export type AgentSecurity = { readonly community: string } | { readonly user: V3User; readonly context: string };

export interface Agent extends AgentSettings {
  readonly security: AgentSecurity;
  /** For errors: `snmp 10.0.0.1:161`. */
  readonly place: string;
}

const VERSIONS: Readonly<Record<string, 0 | 1 | 3>> = { '1': 0, '2c': 1, '2': 1, '3': 3 };

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
    ...(access.options.maxRepetitions === undefined && { knownRepetitions: MOST_VALUES }),
  };
}

interface KnownAgent {
  readonly host: string;
  readonly credential: Credential | undefined;
  readonly agent: Agent;
}

/** By what is configured, which lives as long as the configuration and does not change. */
const AGENTS = new WeakMap<AccessSpec, KnownAgent>();

/**
 * The very same for the same access, credential and host.
 *
 * @throws PtpError `Access.Settings`
 */
export function agentOf({ element, access, credential }: PollRequest): Agent {
  const host = elementHost(element);
  const known = AGENTS.get(access);
  if (known?.host === host && known.credential === credential) return known.agent;
  const agent = agentBy(host, access, credential);
  AGENTS.set(access, { host, credential, agent });
  return agent;
}

function agentBy(host: string, access: AccessSpec, credential: Credential | undefined): Agent {
  const settings = agentSettings(host, access);
  const security =
    settings.version === 3
      ? { user: v3User(credential), context: credential?.context ?? '' }
      : { community: credential?.community ?? access.options.community ?? 'public' };
  return { ...settings, security, place: `snmp ${hostPort(settings.host, settings.port)}` };
}

/** @throws PtpError `Access.Settings` */
export function v3User(credential: Credential | undefined): V3User {
  if (!credential?.user) throw settingsError('SNMP version 3 needs a credential with a user');
  const { id, user: name, authPassword, privPassword } = credential;
  if (!authPassword) {
    if (privPassword) throw settingsError(`credential ${id} encrypts without authPassword; SNMPv3 needs both`);
    return { name };
  }
  const auth = {
    protocol: known(authNamed, AUTH_NAMES, 'authProtocol', credential.authProtocol ?? 'sha', id),
    password: longEnough(authPassword, id),
  };
  if (!privPassword) return { name, auth };
  const priv = {
    protocol: known(privNamed, PRIV_NAMES, 'privProtocol', credential.privProtocol ?? 'aes', id),
    password: longEnough(privPassword, id),
  };
  return { name, auth: { ...auth, priv } };
}

function known<Protocol>(
  named: (written: string) => Protocol | undefined,
  names: readonly string[],
  attribute: 'authProtocol' | 'privProtocol',
  written: string,
  credential: string,
): Protocol {
  const found = named(written);
  if (found) return found;
  throw settingsError(`${attribute}="${written}" of credential ${credential} should be one of ${names.join(', ')}`);
}

function longEnough(password: string, credential: string): string {
  if (password.length >= SHORTEST_PASSWORD) return password;
  throw settingsError(
    `a password of credential ${credential} is too short; SNMPv3 wants at least ${SHORTEST_PASSWORD} characters`,
  );
}

const settingsError = (message: string): PtpError => new PtpError('Access.Settings', message);

/** @throws The resolver's error. */
export async function resolveAgent({ host, port }: Agent): Promise<AgentAddress> {
  const literal = isIP(host);
  const found = literal === 0 ? await lookup(host) : { address: host, family: literal };
  if (found.family !== 6) return { host: found.address, family: 4, port };
  // As the system writes it when an answer comes from there.
  const { address } = new SocketAddress({ address: found.address, family: 'ipv6' });
  return { host: address, family: 6, port };
}

const FINGERPRINTS = new WeakMap<Agent, string>();

/** Same fingerprint, same way to ask. */
export function agentFingerprint(agent: Agent): string {
  const known = FINGERPRINTS.get(agent);
  if (known !== undefined) return known;
  const { host, port, version, security } = agent;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([host, port, version, security]))
    .digest('base64');
  FINGERPRINTS.set(agent, fingerprint);
  return fingerprint;
}
