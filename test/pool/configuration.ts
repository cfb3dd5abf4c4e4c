/** The configuration files of a trial's managers. Pure. */

export interface PlannedManager {
  readonly id: string;
  readonly role: 'EM' | 'EIM';
  readonly host: string;
  readonly port: number;
  readonly socketPort: number;
  /** Bare ids of the devices that are at home there. */
  readonly elements: readonly string[];
}

export interface Plan {
  readonly managers: readonly PlannedManager[];
  /** False: the configurations have no `POOL`. */
  readonly hasPool: boolean;
  readonly quorum: 'majority' | 'none';
  /** Milliseconds. */
  readonly intervalMs: number;
  readonly urlOf: (element: string) => string;
  /** Of the user {@link USER}, as `ptpmgr passwd` makes it. */
  readonly passwordHash: string;
}

export const USER = 'witness';
export const POOL_NAME = 'trial';
const KEY = '5d1a0c7e9b3f48d2a6e4c8b09f7d2e1133557799bbddff00';

export const contextOf = ({ role }: PlannedManager): string => `ptpmgr/${role.toLowerCase()}`;
const tagOf = ({ role }: PlannedManager): string => (role === 'EM' ? 'EMANAGER' : 'EINTEGRATION_MANAGER');

export function configurationOf(manager: PlannedManager, plan: Plan): string {
  const { managers, hasPool, quorum, passwordHash } = plan;
  const others = managers.filter((one) => one !== manager);
  const ofRole = (role: 'EM' | 'EIM') => others.filter((one) => one.role === role).map(reference);
  const isLocal = manager.host === '127.0.0.1';
  const parts = [
    ...place(manager),
    ...(manager.role === 'EM' ? [...ofRole('EIM'), ...group('NEIGHBORS', ofRole('EM'))] : []),
    ...(hasPool ? [`<POOL name="${POOL_NAME}" key="${KEY}"${quorum === 'none' ? ' quorum="none"' : ''}/>`] : []),
    `<SECURITY ${isLocal ? 'anonymous="viewer"' : 'anonymous="none" tls="none"'}>`,
    `<USER name="${USER}" role="admin" password="${passwordHash}"/></SECURITY>`,
    ...(manager.role === 'EM'
      ? [
          `<CREDENTIALS><CREDENTIAL id="poller" user="${manager.id}" password="poller"/></CREDENTIALS>`,
          ...group(
            'DEVICES',
            manager.elements.map((id) => device(id, plan)),
          ),
        ]
      : group('EMANAGERS', ofRole('EM'))),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<PTP_CONFIG version="1.0">
<PTPMANAGER type="${manager.role}"/>
<${tagOf(manager)} id="${manager.id}">
${parts.join('\n')}
</${tagOf(manager)}>
</PTP_CONFIG>
`;
}

const place = ({ host, port, socketPort, ...manager }: PlannedManager): string[] => [
  `<SOCKET_SERVER><SERVER_NAME>${host}</SERVER_NAME><SERVER_PORT>${socketPort}</SERVER_PORT></SOCKET_SERVER>`,
  `<HOST dnsname="localhost"><HTTP_SERVER uri="http://${host}:${port}" context="${contextOf({ host, port, socketPort, ...manager })}" bind="${host}:${port}"/></HOST>`,
];

const reference = (manager: PlannedManager): string => {
  const [socket = '', host = ''] = place(manager);
  return `<${tagOf(manager)} id="${manager.id}">${host}${socket}</${tagOf(manager)}>`;
};

const group = (tag: string, children: readonly string[]): string[] =>
  children.length > 0 ? [`<${tag}>`, ...children, `</${tag}>`] : [];

const device = (id: string, { urlOf, intervalMs, hasPool }: Plan): string =>
  `<DEVICE id="${id}" ip="127.0.0.1" type="server"><ACCESS method="http" url="${urlOf(id)}" interval="${intervalMs}ms" timeout="${Math.min(2000, intervalMs)}ms" retries="0"${hasPool ? ' credential="poller"' : ''}/></DEVICE>`;
