/** Attributes of an `ACCESS` that several methods share, read and checked. */
import { isIP } from 'node:net';
import { PtpError } from '../base/errors.js';
import type { AccessSpec, ManagedElement } from '../model/element.js';

/** Where the element is, when the access does not say: its address, else its name. */
export function elementHost(element: ManagedElement): string {
  const host = element.ip ?? element.dnsname;
  if (host) return host;
  throw new PtpError('Access.Settings', `${element.name} has neither ip nor dnsname; it needs one to be reached`);
}

/** `host:port`, with brackets around an IPv6 address. */
export const hostPort = (host: string, port: number): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/**
 * A whole number within bounds.
 * @throws PtpError `Access.Settings`
 */
export function numberOption(
  access: AccessSpec,
  name: string,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  const text = access.options[name];
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new PtpError('Access.Settings', `${name}="${text}" should be a whole number from ${least} to ${most}`);
}

/** @throws PtpError `Access.Settings` */
export function flagOption(access: AccessSpec, name: string, fallback: boolean): boolean {
  const text = access.options[name];
  if (text === undefined) return fallback;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new PtpError('Access.Settings', `${name}="${text}" should be true or false`);
}

/** What `check` of a method says: the sentence of the error that `read` throws, if it does. */
export function faultOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (thrown) {
    if (thrown instanceof PtpError) return [thrown.message];
    throw thrown;
  }
}
