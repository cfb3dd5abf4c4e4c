/** The configuration files of the lab's managers, as a person would write them. */
import { managerUrl } from '../../model/manager.js';
import { escapeAttribute, escapeText } from '../../xml/write.js';
import type { LabPlan, PlannedElement, PlannedManager } from './plan.js';
import { SECRET_FILES } from './secrets.js';
import type { DeviceModel } from './snmp/models.js';

/** Where a site is reached, once it has been started; a log file has a path instead. */
export interface SiteAddress {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
}

export interface ConfigurationParts {
  readonly plan: LabPlan;
  readonly sites: ReadonlyMap<string, SiteAddress>;
  /** As `ptpmgr passwd` makes it. */
  readonly adminPasswordHash: string;
}

export const ADMIN = 'admin';
export const LAB_USER = 'lab';
export const COMMUNITY = 'public';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with its children, indented by two blanks a level. */
function tag(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escapeAttribute(String(value))}"`)
    .join('');
  const inside = children.filter(Boolean);
  if (inside.length === 0) return `<${name}${written}/>`;
  return `<${name}${written}>\n${inside.join('\n').replace(/^/gm, '  ')}\n</${name}>`;
}

const text = (name: string, content: string): string => `<${name}>${escapeText(content)}</${name}>`;
const group = (name: string, children: readonly string[]): string =>
  children.length > 0 ? tag(name, {}, children) : '';

export function writeConfiguration(manager: PlannedManager, parts: ConfigurationParts): string {
  const body = [
    socketServer(manager),
    host(manager),
    ...(manager.role === 'EM' ? emReferences(manager, parts.plan) : []),
    tag('POOL', { name: 'lab', key: `\${file:${SECRET_FILES.poolKey}}` }),
    tag('SCHEDULE', { pull: '10s', push: '10s' }),
    tag('SECURITY', { anonymous: 'viewer' }, [
      tag('USER', { name: ADMIN, role: 'admin', password: parts.adminPasswordHash }),
    ]),
    ...(manager.role === 'EM'
      ? managed(manager, parts)
      : [
          group(
            'EMANAGERS',
            parts.plan.managers.map((one) => reference('EMANAGER', one)),
          ),
        ]),
    text('COMMENTS', 'Written by ptpmgr lab, which writes it anew at every start.'),
  ];
  const whole = tag('PTP_CONFIG', { version: '1.0' }, [
    tag('PTPMANAGER', { type: manager.role }),
    tag(manager.role === 'EM' ? 'EMANAGER' : 'EINTEGRATION_MANAGER', { id: manager.id, name: manager.name }, body),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${whole}\n`;
}

export const labUrl = (manager: PlannedManager): string =>
  managerUrl({ origin: `http://127.0.0.1:${manager.port}`, context: manager.context });

const host = ({ port, context }: PlannedManager): string =>
  tag('HOST', { dnsname: 'localhost' }, [
    tag('HTTP_SERVER', { uri: `127.0.0.1:${port}`, context, bind: `127.0.0.1:${port}` }),
  ]);

const socketServer = ({ socketPort }: PlannedManager): string =>
  tag('SOCKET_SERVER', {}, [text('SERVER_NAME', '127.0.0.1'), text('SERVER_PORT', String(socketPort))]);

const reference = (name: string, manager: PlannedManager): string =>
  tag(name, { id: manager.id, name: manager.name }, [
    tag('HOST', { dnsname: 'localhost' }, [
      tag('HTTP_SERVER', { uri: `127.0.0.1:${manager.port}`, context: manager.context }),
    ]),
    socketServer(manager),
  ]);

const emReferences = (manager: PlannedManager, plan: LabPlan): string[] => [
  reference('EINTEGRATION_MANAGER', plan.integration),
  group(
    'NEIGHBORS',
    plan.managers.filter((one) => one.id !== manager.id).map((one) => reference('EMANAGER', one)),
  ),
];

function managed(manager: PlannedManager, { plan, sites }: ConfigurationParts): string[] {
  const mine = plan.elements.filter((element) => element.owner === manager.id);
  const ofKind = (kind: PlannedElement['kind']) =>
    mine.filter((one) => one.kind === kind).map((one) => elementTag(one, plan, sites));
  return [
    group('CREDENTIALS', [
      tag('CREDENTIAL', { id: 'read', community: COMMUNITY }),
      tag('CREDENTIAL', {
        id: 'v3',
        user: LAB_USER,
        authProtocol: 'sha256',
        authPassword: `\${file:${SECRET_FILES.snmpAuth}}`,
        privProtocol: 'aes128',
        privPassword: `\${file:${SECRET_FILES.snmpPriv}}`,
      }),
      tag('CREDENTIAL', { id: 'site', user: LAB_USER, password: `\${file:${SECRET_FILES.sitePassword}}` }),
    ]),
    group('DEVICES', ofKind('device')),
    group('SERVICES', ofKind('service')),
    group('APPLICATIONS', ofKind('application')),
  ];
}

function elementTag(element: PlannedElement, plan: LabPlan, sites: ReadonlyMap<string, SiteAddress>): string {
  const where = sites.get(element.site);
  if (!where) throw new Error(`the lab's site ${element.site} was not started`);
  const { kind, id, label, type, vendor, location, device, description, customers, links } = element;
  return tag(
    kind.toUpperCase(),
    { id, ip: kind === 'device' ? where.host : undefined, label, type, vendor, location, device },
    [
      description ? text('DESCRIPTION', description) : '',
      group(
        'CUSTOMERS',
        customers.map((customer) => text('CUSTOMER', customer)),
      ),
      ...links.map((link) => tag('LINK', { ...link })),
      accessTag(element, plan, where),
    ],
  );
}

function accessTag({ ask, site }: PlannedElement, plan: LabPlan, { host, port, path }: SiteAddress): string {
  const web = `http://${host}:${port}`;
  switch (ask) {
    case 'snmp': {
      const agent = plan.sites.find((one) => one.id === site);
      if (agent?.kind !== 'snmp') throw new Error(`the lab's site ${site} is no SNMP agent`);
      const credential = agent.version === '3' ? 'v3' : 'read';
      return tag(
        'ACCESS',
        { method: 'snmp', interval: agent.cheap ? 30 : 10, version: agent.version, port, credential },
        OWN_METRICS[agent.model],
      );
    }
    case 'ftp':
      return tag(
        'ACCESS',
        { method: 'ftp', url: `ftp://${host}:${port}/error.log`, credential: 'site', interval: 10 },
        [
          tag('METRIC', { name: 'hits', regex: 'hits=(\\d+)', unit: '1', counter: 'true' }),
          tag('EVENT', { regex: 'ERROR (.*)', severity: 'minor', text: '$1' }),
        ],
      );
    case 'json':
      return tag('ACCESS', { method: 'http', url: `${web}/health`, expect: 200, interval: 10 }, [
        tag('METRIC', { name: 'Clients', jsonpath: '$.clients', unit: '1' }),
        tag('METRIC', { name: 'orders', jsonpath: '$.orders.total', unit: '1', counter: 'true' }),
      ]);
    case 'xml':
      return tag('ACCESS', { method: 'http', url: `${web}/stats.xml`, expect: 200, interval: 10 }, [
        tag('METRIC', { name: 'Streams', xpath: '/stats/streams', unit: '1' }),
        tag('METRIC', { name: 'Violations', xpath: '/stats/violations', unit: '1' }),
      ]);
    case 'page':
      return tag('ACCESS', { method: 'http', url: `${web}/`, expect: 200, interval: 10 }, [
        tag('METRIC', { name: 'customersOnline', regex: 'customers online: (\\d+)', unit: '1' }),
      ]);
    case 'log':
      return tag('ACCESS', { method: 'file', path: path ?? '', interval: 10 }, [
        tag('METRIC', { name: 'invoices', regex: 'invoices=(\\d+)', unit: '1', counter: 'true' }),
        tag('EVENT', { regex: 'ERROR (.*)', severity: 'major', text: '$1' }),
      ]);
  }
}

/** Beside what follows from a device's sysObjectID. */
const OWN_METRICS: Readonly<Record<DeviceModel, readonly string[]>> = {
  router: [
    tag('METRIC', {
      name: 'temperature',
      oid: '1.3.6.1.4.1.2636.3.1.13.1.7',
      index: 'name',
      indexOid: '1.3.6.1.4.1.2636.3.1.13.1.5',
      unit: 'Cel',
    }),
    tag('METRIC', {
      name: 'cpu',
      oid: '1.3.6.1.4.1.2636.3.1.13.1.8',
      index: 'name',
      indexOid: '1.3.6.1.4.1.2636.3.1.13.1.5',
      unit: '%',
    }),
  ],
  switch: [],
  server: [
    tag('METRIC', {
      name: 'load',
      oid: '1.3.6.1.4.1.2021.10.1.5',
      index: 'name',
      indexOid: '1.3.6.1.4.1.2021.10.1.2',
      unit: '%',
    }),
    tag('METRIC', { name: 'memoryAvailable', oid: '1.3.6.1.4.1.2021.4.6.0', unit: 'kBy' }),
  ],
  ups: [
    tag('METRIC', { name: 'batteryCapacity', oid: '1.3.6.1.4.1.318.1.1.1.2.2.1.0', unit: '%' }),
    tag('METRIC', { name: 'outputLoad', oid: '1.3.6.1.4.1.318.1.1.1.4.2.3.0', unit: '%' }),
  ],
};
