/** The configuration of the one manager whose data are tried. Pure. */

/** May do everything; asks in the name of the trial. */
export const USER = { name: 'witness', password: 'witness of the data' } as const;
export const ID = 'EM1';
export const CONTEXT = 'ptpmgr/em';

/** Devices with two values, one of which comes and goes beyond a threshold. */
export const NARROW = numbered('d', 8);
/** Devices with so many values that blocks fill quickly. */
export const WIDE = numbered('w', 3);
export const WIDE_METRICS = 100;
/** Whose samples are all of long ago, or of today, and were not measured by this manager. */
export const PAST = numbered('past', 4);
export const NEAR = numbered('near', 4);

export interface DataPlan {
  readonly port: number;
  readonly trapPort: number;
  /** Where devices answer, without a slash at the end. */
  readonly site: string;
  /** A log that grows. */
  readonly logFile: string;
  /** As `ptpmgr passwd` makes it. */
  readonly passwordHash: string;
  /** `STORE`; default is SQLite that keeps what is as old as a day. */
  readonly store?: string;
}

export function configurationOf({ port, trapPort, site, logFile, passwordHash, store }: DataPlan): string {
  const http = (id: string, interval: string, content: string) =>
    device(id, `<ACCESS method="http" url="${site}/${id}" interval="${interval}" retries="0">${content}</ACCESS>`);
  const quiet = (id: string) => device(id, '<ACCESS method="file" path="/dev/null" interval="1h"/>');
  const narrow = `<METRIC name="clients" jsonpath="$.clients" unit="1"/><METRIC name="orders" jsonpath="$.orders" unit="1"/>
    <THRESHOLD metric="orders" above="100" severity="minor"/>`;
  const wide = Array.from({ length: WIDE_METRICS }, (_, at) => `<METRIC name="m${at}" jsonpath="$.m${at}" unit="1"/>`);
  const log = `<ACCESS method="file" path="${logFile}" from="start" interval="1s"><EVENT regex="^(line.*)$" severity="minor" text="$1"/></ACCESS>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<PTP_CONFIG version="1.0">
<PTPMANAGER type="EM"/>
<EMANAGER id="${ID}">
<HOST dnsname="localhost"><HTTP_SERVER uri="http://127.0.0.1:${port}" context="${CONTEXT}"/></HOST>
<SECURITY anonymous="viewer"><USER name="${USER.name}" role="admin" password="${passwordHash}"/></SECURITY>
<DEVICES>
${NARROW.map((id) => http(id, '500ms', narrow)).join('\n')}
${WIDE.map((id) => http(id, '250ms', wide.join(''))).join('\n')}
${device('logs', log)}
${[...PAST, ...NEAR].map(quiet).join('\n')}
</DEVICES>
<SERVICES><SERVICE id="shop" dnsname="shop.example"/></SERVICES>
${store ?? '<STORE type="sqlite" retention="1d"/>'}
<TRAPS bind="127.0.0.1:${trapPort}"/>
</EMANAGER>
</PTP_CONFIG>
`;
}

const device = (id: string, access: string): string =>
  `<DEVICE id="${id}" ip="127.0.0.1" type="router">${access}</DEVICE>`;

function numbered(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}
