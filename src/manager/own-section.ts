/** A manager's own part of the common data format, from its live memory. */
import type { Settings } from '../config/settings.js';
import type { ManagerSection } from '../model/ptp-store.js';
import { type Status, URGENCY } from '../model/status.js';
import type { ElementTable } from './element-table.js';

export function sectionOf({ id, name, address, site, failover }: Settings, table: ElementTable): ManagerSection {
  return {
    id,
    name,
    status: worstOf(table.counts().map(({ status }) => status)),
    age: 0,
    source: 'memory',
    host: { dnsname: new URL(address.origin).hostname, uri: new URL(address.origin).host, context: address.context },
    site,
    failover: failover.map((one) => one.id),
    devices: table.entries('device'),
    services: table.entries('service'),
    applications: table.entries('application'),
  };
}

/** A manager stands as its worst element does. */
const worstOf = (statuses: readonly Status[]): Status =>
  statuses.reduce<Status>((worst, status) => (URGENCY[status] > URGENCY[worst] ? status : worst), 'normal');
