/** Common data format with nothing, with one of each, and with several of each. */
import type { ElementEntry, ManagerSection, PtpStore } from '../../../src/model/ptp-store.js';

const TIME = Date.UTC(2026, 1, 28, 23, 59, 59, 7);
const HOSTILE = `</x><b a="1">&amp; ]]> 'q' "q" é 😀`;

const element = (kind: ElementEntry['kind'], at: number): ElementEntry => ({
  kind,
  id: `${kind}-${at}-<&"'>`,
  ip: '192.0.2.1',
  dnsname: 'core1.example',
  label: `${HOSTILE} ${at}`,
  status: 'major',
  since: TIME,
  reason: HOSTILE,
  type: 'router',
  vendor: 'V & W',
  model: 'M<1>',
  owner: 'EM1',
  epoch: { term: 1, number: 2, giver: 'EM1' },
  description: HOSTILE,
  portal: 'http://core1.example/?a=1&b=2',
  location: HOSTILE,
  customers: Array.from({ length: at }, (_, n) => `Customer ${n} <&>`),
  ...(kind === 'service' ? { deviceName: 'core1', nwview: 'Map & Co' } : {}),
  links: [{ to: 'core2', capacity: '10G', cost: 3, label: HOSTILE }],
  parents: ['edge<1>'],
  access: [{ method: 'snmp', ok: false, time: TIME, responseMs: 12.5, error: HOSTILE }],
  metrics: [
    { name: 'ifHCInOctets', instance: 'ge-0/0/0 <&>', value: 18_446_744_073_709_551_615n, unit: 'By', time: TIME },
    { name: 'text', instance: '', value: '007', unit: '1', time: TIME },
  ].slice(0, at),
});

const section = (id: string, elements: number): ManagerSection => ({
  id,
  name: HOSTILE,
  status: 'normal',
  age: 1.5,
  source: 'memory',
  host: { dnsname: 'em1.example', uri: 'http://em1.example:8080', context: 'ptpmgr/em' },
  site: { id: '1', label: 'Site & Sons' },
  failover: Array.from({ length: elements }, (_, n) => `EM${n + 7}`),
  devices: Array.from({ length: elements }, (_, at) => element('device', at + 1)),
  services: Array.from({ length: elements }, (_, at) => element('service', at + 1)),
  applications: Array.from({ length: elements }, (_, at) => element('application', at + 1)),
});

export const SAMPLE_STORES: Readonly<Record<'none' | 'one' | 'many', PtpStore>> = {
  none: { managers: [], integrationManagers: [] },
  one: {
    managers: [section('EM1', 1)],
    integrationManagers: [
      { id: 'EIM1', name: HOSTILE, managers: [{ id: 'EM1', status: 'normal', failover: ['EM2'] }] },
    ],
  },
  many: {
    managers: [section('EM1', 3), section('EM2', 0), section('EM3', 2)],
    integrationManagers: [],
  },
};
