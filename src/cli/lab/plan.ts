/** Who and what stands in the lab: managers, sites that answer over real protocols, and the elements on them. */
import type { ElementKind } from '../../model/element.js';
import type { ManagerRole } from '../../model/manager.js';
import { type DeviceModel, MAKES } from './snmp/models.js';

export interface LabOptions {
  /** E-managers beside the one integration manager: 1 to 50. */
  readonly managers: number;
  /** At least {@link FEWEST_ELEMENTS}, at most {@link MOST_ELEMENTS}. */
  readonly elements: number;
  readonly portBase: number;
}

export const FEWEST_ELEMENTS = 12;
export const MOST_ELEMENTS = 10_000;
export const MOST_MANAGERS = 50;

export interface PlannedManager {
  readonly id: string;
  readonly name: string;
  readonly role: ManagerRole;
  readonly port: number;
  /** Of its socket server, over which the managers of the pool speak to each other. */
  readonly socketPort: number;
  readonly context: string;
}

/** Something that answers on an address of its own; its port is known once it has been started. */
export type Site = { readonly id: string; readonly address: string; readonly port: number } & (
  | {
      readonly kind: 'snmp';
      readonly model: DeviceModel;
      readonly version: '2c' | '3';
      readonly cheap: boolean;
      readonly location: string;
    }
  | { readonly kind: 'ftp' }
  | { readonly kind: 'http' }
  | { readonly kind: 'ssh' }
  | { readonly kind: 'log' }
);

export interface PlannedElement {
  readonly kind: ElementKind;
  readonly id: string;
  readonly label: string;
  readonly type: string;
  readonly vendor?: string;
  readonly location?: string;
  readonly description?: string;
  readonly customers: readonly string[];
  readonly links: readonly { readonly to: string; readonly capacity: string }[];
  readonly device?: string;
  /** Id of the site that it is reached on. */
  readonly site: string;
  /** What is asked there. */
  readonly ask: 'snmp' | 'ftp' | 'json' | 'xml' | 'page' | 'log';
  /** Id of the manager that lists it. */
  readonly owner: string;
}

export interface LabPlan {
  readonly integration: PlannedManager;
  readonly managers: readonly PlannedManager[];
  readonly sites: readonly Site[];
  readonly elements: readonly PlannedElement[];
}

const PLACES = ['Fort Collins', 'Roseville', 'Denver', 'Boise', 'Houston', 'Palo Alto', 'Grenoble', 'Bristol'];
/** As real agents as can be had for the first ones; the rest are there for load. */
const FULL_AGENTS = 24;
const PORTS = { snmp: 1161, ftp: 2121, http: 8088, ssh: 2222 } as const;

interface Chosen extends Omit<PlannedElement, 'owner' | 'location' | 'site' | 'customers' | 'links'> {
  readonly model?: DeviceModel;
  readonly version?: '2c' | '3';
  readonly site?: string;
  readonly customers?: readonly string[];
  readonly links?: PlannedElement['links'];
}

const FIXED: readonly Chosen[] = [
  {
    kind: 'device',
    id: 'core1',
    label: 'Core router west',
    type: 'router',
    ask: 'snmp',
    model: 'router',
    version: '3',
    customers: ['ATT', 'Qwest'],
    links: [{ to: 'core2', capacity: '10G' }],
  },
  {
    kind: 'device',
    id: 'core2',
    label: 'Core router east',
    type: 'router',
    ask: 'snmp',
    model: 'router',
    version: '2c',
    customers: ['Qwest'],
    links: [{ to: 'core1', capacity: '10G' }],
  },
  {
    kind: 'device',
    id: 'access1',
    label: 'Access switch, first floor',
    type: 'switch',
    ask: 'snmp',
    model: 'switch',
    version: '2c',
    links: [{ to: 'core1', capacity: '10G' }],
  },
  {
    kind: 'service',
    id: 'shop',
    label: 'Web shop',
    type: 'web',
    ask: 'json',
    site: 'web',
    device: 'web1',
    customers: ['ATT'],
  },
  {
    kind: 'device',
    id: 'web1',
    label: 'Web server',
    type: 'server',
    ask: 'snmp',
    model: 'server',
    version: '3',
    links: [{ to: 'access1', capacity: '1G' }],
  },
  {
    kind: 'device',
    id: 'cache1',
    label: 'Content cache',
    type: 'cache',
    ask: 'ftp',
    site: 'files',
    description: 'Its error log is fetched over FTP',
  },
  {
    kind: 'application',
    id: 'billing',
    label: 'Billing',
    type: 'database',
    ask: 'log',
    site: 'billing',
    device: 'db1',
    description: 'Writes a log file on this machine',
  },
  {
    kind: 'device',
    id: 'access2',
    label: 'Access switch, second floor',
    type: 'switch',
    ask: 'snmp',
    model: 'switch',
    version: '2c',
    links: [{ to: 'core2', capacity: '10G' }],
  },
  {
    kind: 'service',
    id: 'video',
    label: 'Video streams',
    type: 'stream',
    ask: 'xml',
    site: 'web',
    device: 'web1',
    customers: ['ATT', 'Qwest'],
  },
  {
    kind: 'device',
    id: 'db1',
    label: 'Database server',
    type: 'server',
    ask: 'snmp',
    model: 'server',
    version: '2c',
    links: [{ to: 'access2', capacity: '1G' }],
  },
  { kind: 'service', id: 'frontpage', label: 'Front page', type: 'web', ask: 'page', site: 'web', device: 'web1' },
  { kind: 'device', id: 'power1', label: 'Power supply, west', type: 'ups', ask: 'snmp', model: 'ups', version: '2c' },
];

/** Socket servers are so many ports above the HTTP servers: more than there are managers. */
const SOCKETS = 100;

/** Beyond the fixed ones, in turn. */
const FURTHER: readonly DeviceModel[] = ['switch', 'server', 'router', 'server'];

export function makePlan({ managers, elements, portBase }: LabOptions): LabPlan {
  const integration: PlannedManager = {
    id: 'EIM1',
    name: 'Whole pool',
    role: 'EIM',
    port: portBase,
    socketPort: portBase + SOCKETS,
    context: 'ptpmgr/eim',
  };
  const emanagers = Array.from(
    { length: managers },
    (_, index): PlannedManager => ({
      id: `EM${index + 1}`,
      name: PLACES[index % PLACES.length] ?? 'Lab',
      role: 'EM',
      port: portBase + index + 1,
      socketPort: portBase + SOCKETS + index + 1,
      context: 'ptpmgr/em',
    }),
  );
  const chosen = [
    ...FIXED,
    ...Array.from({ length: Math.max(0, elements - FIXED.length) }, (_, index) => further(index)),
  ];
  const planned = chosen.map((one, index): PlannedElement & { chosen: Chosen } => {
    const owner = emanagers[index % emanagers.length];
    return {
      chosen: one,
      kind: one.kind,
      id: one.id,
      label: one.label,
      type: one.type,
      ask: one.ask,
      customers: one.customers ?? [],
      links: one.links ?? [],
      site: one.site ?? one.id,
      owner: owner?.id ?? 'EM1',
      ...(owner ? { location: owner.name } : {}),
      ...(one.model ? { vendor: MAKES[one.model].vendor } : {}),
      ...(one.description ? { description: one.description } : {}),
      ...(one.device ? { device: one.device } : {}),
    };
  });
  const snmpSites = planned.flatMap(({ chosen: { model, version }, id, location }, index): Site[] =>
    model
      ? [
          {
            id,
            kind: 'snmp',
            model,
            version: version ?? '2c',
            cheap: index >= FULL_AGENTS,
            address: deviceAddress(index + 1),
            port: PORTS.snmp,
            location: location ?? 'Lab',
          },
        ]
      : [],
  );
  const address = (id: string) => deviceAddress(FIXED.findIndex((one) => one.id === id) + 1);
  return {
    integration,
    managers: emanagers,
    elements: planned.map(({ chosen: _, ...element }) => element),
    sites: [
      ...snmpSites,
      { id: 'files', kind: 'ftp', address: address('cache1'), port: PORTS.ftp },
      { id: 'console', kind: 'ssh', address: address('cache1'), port: PORTS.ssh },
      { id: 'web', kind: 'http', address: address('web1'), port: PORTS.http },
      { id: 'billing', kind: 'log', address: '', port: 0 },
    ],
  };
}

function further(index: number): Chosen {
  const model = FURTHER[index % FURTHER.length] ?? 'server';
  const id = `${model}-${String(index + 1).padStart(4, '0')}`;
  return {
    kind: 'device',
    id,
    label: `${model} ${index + 1} of the lab`,
    type: model,
    ask: 'snmp',
    model,
    version: '2c',
  };
}

/** An address of its own for every device, all of them on loopback. */
const deviceAddress = (number: number): string => `127.1.${number >> 8}.${number & 255}`;
