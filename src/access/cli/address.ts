/** Where a command line is and how it is spoken to, from the attributes of an `ACCESS method="cli"`. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PtpError } from '../../base/errors.js';
import type { AccessSpec, ManagedElement } from '../../model/element.js';
import { elementHost, flagOption, hostPort, numberOption } from '../options.js';
import { promptPattern } from './prompt.js';

export interface CliTarget {
  readonly protocol: 'ssh' | 'telnet';
  readonly host: string;
  readonly port: number;
  /** Names of the host, by which its key may be known. */
  readonly names: readonly string[];
  /** Undefined: single commands where the device takes them, else at a prompt. */
  readonly session: 'exec' | 'shell' | undefined;
  readonly prompt: RegExp | undefined;
  /** Files of known hosts, and whether one that is not there is a fault. */
  readonly knownHosts: { readonly files: readonly string[]; readonly required: boolean };
  /** Takes a host key that nobody knows. */
  readonly insecure: boolean;
  /** Takes algorithms that are no longer thought safe. */
  readonly legacy: boolean;
  /** For errors, without credentials. */
  readonly place: string;
}

const PORTS = { ssh: 22, telnet: 23 } as const;
const MOST_COMMANDS = 50;
const LONGEST_COMMAND = 1000;

/** Attributes that mean something over SSH only. */
const SSH_ONLY = ['session', 'knownHosts', 'insecure', 'legacy'] as const;

/** @throws PtpError `Access.Settings` */
export function cliTarget(element: ManagedElement, access: AccessSpec, configDir: string): CliTarget {
  const { options } = access;
  const protocol = options.protocol ?? 'ssh';
  if (protocol !== 'ssh' && protocol !== 'telnet') throw settings(`protocol="${protocol}" should be ssh or telnet`);
  const { session, knownHosts, prompt } = options;
  if (session !== undefined && session !== 'exec' && session !== 'shell')
    throw settings(`session="${session}" should be exec or shell`);
  const foreign = protocol === 'telnet' ? SSH_ONLY.find((name) => options[name] !== undefined) : undefined;
  if (foreign) throw settings(`${foreign}="${options[foreign]}" has no meaning with Telnet; it should be left out`);
  const host = elementHost(element);
  const port = numberOption(access, 'port', PORTS[protocol], [1, 65_535]);
  return {
    protocol,
    host,
    port,
    names: [element.ip, element.dnsname].filter((name) => name !== undefined),
    session,
    prompt: prompt === undefined ? undefined : promptPattern(prompt),
    knownHosts: knownHosts
      ? { files: [resolve(configDir, knownHosts)], required: true }
      : { files: [join(homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'], required: false },
    insecure: flagOption(access, 'insecure', false),
    legacy: flagOption(access, 'legacy', false),
    place: `${protocol} ${hostPort(host, port)}`,
  };
}

/** What is wrong with the commands, a sentence each. */
export function commandFaults({ commands, metrics, events }: AccessSpec): string[] {
  const faults: string[] = [];
  if (commands.length > MOST_COMMANDS) faults.push(`there should be at most ${MOST_COMMANDS} COMMANDs in one ACCESS`);
  for (const command of commands) {
    if (/\p{Cc}/u.test(command)) faults.push('a COMMAND should be one line without control characters');
    else if (command.length > LONGEST_COMMAND)
      faults.push(`a COMMAND should have at most ${LONGEST_COMMAND} characters`);
  }
  if (commands.length === 0 && metrics.length + events.length > 0)
    faults.push('there should be a COMMAND whose output METRIC and EVENT are looked for in');
  return faults;
}

const settings = (message: string): PtpError => new PtpError('Access.Settings', message);
