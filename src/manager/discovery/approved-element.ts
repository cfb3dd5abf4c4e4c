/** A device that was found, as an element: reached in the way in which it answered. Pure. */

import { parseWay } from '../../config/read-sources.js';
import type { AccessCheck } from '../../config/rules-methods.js';
import type { Credential, SearchWay, Settings } from '../../config/settings.js';
import type { AccessSpec, ManagedElement } from '../../model/element.js';
import { elementOf, type Found } from './found.js';

const TIMEOUT_MS = 5000;

/** A credential with a user is one of SNMPv3 unless it has a community as well. */
export const versionOf = (credential: Credential | undefined): '3' | '2c' =>
  credential?.user !== undefined && credential.community === undefined ? '3' : '2c';

/** How an address is asked in one way. */
export function accessFor(
  way: SearchWay,
  credential: Credential | undefined,
  times: Pick<AccessSpec, 'intervalMs' | 'timeoutMs' | 'retries'>,
): AccessSpec {
  const nothing = { commands: [], metrics: [], events: [], thresholds: [] };
  const port: Readonly<Record<string, string>> = way.port === undefined ? {} : { port: String(way.port) };
  if (way.by === 'snmp') {
    const version = versionOf(credential);
    return {
      method: 'snmp',
      ...times,
      ...(credential && { credential: credential.id }),
      options: { ...port, ...(version === '3' && { version }) },
      ...nothing,
    };
  }
  return { method: 'probe', ...times, options: { kind: way.by, ...port }, ...nothing };
}

export const elementAt = (
  address: string,
  access: readonly AccessSpec[],
  rest: Partial<ManagedElement> = {},
): ManagedElement => ({
  kind: 'device',
  id: address,
  name: elementOf({ address }),
  ip: address,
  pool: false,
  customers: [],
  links: [],
  parents: [],
  ...rest,
  access,
});

/** The element, or why the configuration does not let it be one any more. */
export function approvedElement(
  found: Found,
  { credentials, schedule }: Pick<Settings, 'credentials' | 'schedule'>,
  check: AccessCheck | undefined,
): { readonly element: ManagedElement } | { readonly fault: string } {
  const credential = found.credential === undefined ? undefined : credentials.get(found.credential);
  if (found.credential !== undefined && !credential)
    return { fault: `CREDENTIAL ${found.credential} is not in the configuration any more; add it, or decide anew` };
  const ways = found.answers.flatMap((word) => parseWay(word) ?? []);
  const snmp = ways.filter(({ by }) => by === 'snmp').slice(0, 1);
  const times = { intervalMs: schedule.pullMs, timeoutMs: Math.min(TIMEOUT_MS, schedule.pullMs), retries: 1 };
  // One that speaks SNMP says by that whether it is there.
  const access = (snmp.length > 0 ? snmp : ways).map((way) => accessFor(way, credential, times));
  const element = elementAt(found.address, access, found.type === undefined ? {} : { type: found.type });
  const [fault] = access.flatMap((one) => check?.(element, one) ?? []);
  return fault === undefined ? { element } : { fault };
}
