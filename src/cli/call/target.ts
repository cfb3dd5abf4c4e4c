/** Which manager is asked, and as whom: URLs and accounts of `call` and `status`. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Random } from '../../base/env.js';
import { usageFailure } from '../failure.js';

export interface Target {
  /** Such as `http://127.0.0.1:18080`. */
  readonly origin: string;
  /** Such as `ptpmgr/eim`. */
  readonly context: string;
}

export interface Account {
  readonly user: string;
  readonly password: string;
}

/** `http://host:port/context`; `/soap` at its end, and a query, are dropped. */
export function parseTarget(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const context = url?.pathname.replace(/^\/+|\/+$/g, '').replace(/\/?soap$/, '') ?? '';
  if (!url || !['http:', 'https:'].includes(url.protocol) || context === '') {
    throw usageFailure(
      `ptpmgr: "${text.replace(/\/\/[^/@]*@/, '//***@')}" should be a URL such as http://127.0.0.1:18080/ptpmgr/eim`,
    );
  }
  if (url.username || url.password) {
    throw usageFailure(
      'ptpmgr: a URL holds no user or password here; use --user and --password-file, or PTPMGR_USER and PTPMGR_PASSWORD',
    );
  }
  return { origin: url.origin, context };
}

/** In a random order, so that callers spread over a pool. */
export function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const rest = [...items];
  const order: T[] = [];
  while (rest.length > 0) order.push(...rest.splice(Math.floor(random.next() * rest.length), 1));
  return order;
}

export interface AccountOptions {
  readonly user?: string;
  readonly passwordFile?: string;
}

export const withAccountOptions = (command: Command): Command =>
  command
    .option('--user <name>', 'user name (default: PTPMGR_USER)')
    .option('--password-file <file>', 'file whose first line is the password (default: PTPMGR_PASSWORD holds it)');

/** Undefined when nobody is named: then one asks as anybody. */
export function readAccount(
  { user, passwordFile }: AccountOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Account | undefined {
  const name = user ?? environment.PTPMGR_USER;
  if (name === undefined || name === '') {
    if (passwordFile !== undefined) throw usageFailure('ptpmgr: --password-file needs --user, or PTPMGR_USER');
    return undefined;
  }
  const password = passwordFile === undefined ? environment.PTPMGR_PASSWORD : firstLine(passwordFile);
  if (password === undefined)
    throw usageFailure(`ptpmgr: a password for ${name} is needed: --password-file FILE, or PTPMGR_PASSWORD`);
  return { user: name, password };
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    throw usageFailure(
      `ptpmgr: ${file} cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'}); it should hold the password`,
    );
  }
}
