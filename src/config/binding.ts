/** Which addresses a manager may listen at, given how it knows who is asking. */
import { isIP } from 'node:net';
import { isLoopback } from './quantities.js';
import type { Settings } from './settings.js';

/** What the rule looks at; a secret whose reference is not resolved yet counts as configured. */
export interface Protection {
  readonly anonymousViewer: boolean;
  readonly hasUser: boolean;
  readonly hasPoolKey: boolean;
  readonly hasMutualTls: boolean;
  /** Pages are served by HTTPS, or `tls="none"` accepts plain HTTP. */
  readonly tlsOrAccepted: boolean;
}

function protectionOf(settings: Settings): Protection {
  const { security, pool, address } = settings;
  return {
    anonymousViewer: security.anonymous === 'viewer',
    hasUser: security.users.length > 0,
    hasPoolKey: pool?.key !== undefined,
    hasMutualTls: security.tls?.clients === 'required',
    tlsOrAccepted: address.origin.startsWith('https:') || security.plainHttpAccepted,
  };
}

/**
 * Why the manager may not listen at these addresses, in one sentence; undefined when it may.
 *
 * To be asked after the hosts of `bind` and `socketBind` have been resolved, before the first of them is opened.
 *
 * @param resolvedAddresses IP addresses; `0.0.0.0` and `::` stand for all, so they are not loopback.
 */
export function bindingFault(settings: Settings, resolvedAddresses: Iterable<string>): string | undefined {
  return addressFault(protectionOf(settings), resolvedAddresses);
}

export function addressFault(protection: Protection, addresses: Iterable<string>): string | undefined {
  const outside = [...addresses].find((address) => isIP(address.replace(/%.*$/, '')) !== 0 && !isLoopback(address));
  if (outside === undefined) return undefined;
  const { anonymousViewer, hasUser, hasPoolKey, hasMutualTls, tlsOrAccepted } = protection;
  const missing = [
    ...(hasUser ? [] : ['SECURITY/USER']),
    ...(hasPoolKey || hasMutualTls ? [] : ['POOL key (or TLS clients="required")']),
  ];
  if (missing.length > 0)
    return `${outside} is not loopback, and there is no ${missing.join(' and no ')}; configure what is missing or bind to 127.0.0.1`;
  if (anonymousViewer)
    return `${outside} is not loopback, so anonymous="viewer" is refused; write anonymous="none" or bind to 127.0.0.1`;
  if (!tlsOrAccepted)
    return `${outside} is not loopback, so plain HTTP is refused; write uri="https://..." and SECURITY/TLS, or accept plain HTTP by SECURITY tls="none"`;
  return undefined;
}
