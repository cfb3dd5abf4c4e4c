/** What an `ACCESS method="probe"` asks for, from its attributes. */
import { isIP } from 'node:net';
import { PtpError } from '../../base/errors.js';
import type { AccessSpec, ManagedElement } from '../../model/element.js';
import { withoutUser } from '../http/request.js';
import { elementHost, flagOption, hostPort, numberOption } from '../options.js';
import { type DnsQuestion, dnsQuestion, isHostName } from './dns-question.js';

export const PROBE_KINDS = ['icmp', 'tcp', 'dns', 'tls'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** Between the beginnings of two tries of one poll: the least that ping allows an ordinary user. */
export const SPACING_MS = 200;
/** For starting a program and for finding a name, beyond the tries themselves. */
const SLACK_MS = 250;
const MOST_TRIES = 100;
/** Echoes are cheap; a connection makes work for its server. */
const DEFAULT_TRIES = { icmp: 3, tcp: 1, dns: 1, tls: 1 } as const satisfies Record<ProbeKind, number>;
const DEFAULT_PORT = { icmp: 0, tcp: undefined, dns: 53, tls: 443 } as const satisfies Record<
  ProbeKind,
  number | undefined
>;
const PORTS: readonly [number, number] = [1, 65_535];

/** Attributes that only some kinds have. */
const OPTIONS_OF: Readonly<Record<ProbeKind, readonly string[]>> = {
  icmp: [],
  tcp: ['port'],
  dns: ['port', 'query', 'record', 'answer'],
  tls: ['port', 'servername', 'ca', 'insecure'],
};
const OF_SOME_KINDS = [...new Set(Object.values(OPTIONS_OF).flat())];

export interface ProbeSettings {
  readonly kind: ProbeKind;
  /** Address or name. */
  readonly host: string;
  /** 0 for icmp. */
  readonly port: number;
  /** For errors, such as `tcp 192.0.2.1:80`. */
  readonly place: string;
  /** Tells the values of an element's probes from each other, such as `tcp 80`. */
  readonly instance: string;
  readonly count: number;
  /** For one try. */
  readonly limitMs: number;
  /** Of kind dns. */
  readonly question?: DnsQuestion;
  /** Of kind tls: the name to ask for and to expect in the certificate; undefined where an address is all there is. */
  readonly servername?: string;
}

/** @throws PtpError `Access.Settings` */
export function probeSettings(element: ManagedElement, access: AccessSpec): ProbeSettings {
  const kind = probeKind(access);
  for (const name of OF_SOME_KINDS) {
    if (access.options[name] !== undefined && !OPTIONS_OF[kind].includes(name))
      throw settings(`${name}="${access.options[name]}" has no meaning with kind="${kind}"; remove it`);
  }
  const url = access.options.url === undefined ? undefined : probeUrl(kind, access.options.url);
  const host = url?.host ?? elementHost(element);
  const port = kind === 'icmp' ? 0 : (url?.port ?? portOf(kind, access));
  const place = `${kind} ${kind === 'icmp' ? host : hostPort(host, port)}`;
  const question = kind === 'dns' ? dnsQuestion(access) : undefined;
  const servername = kind === 'tls' ? servernameOf(access, host, url ? undefined : element.dnsname) : undefined;
  flagOption(access, 'insecure', false);
  const where = kind === 'icmp' ? '' : ` ${port}`;
  return {
    kind,
    host,
    port,
    place: question ? `${place} asked for ${question.name} ${question.record}` : place,
    instance: question
      ? `dns ${question.name} ${question.record}${url ? ` at ${hostPort(host, port)}` : ''}`
      : url
        ? place
        : `${kind}${where}`,
    ...triesOf(kind, access),
    ...(question && { question }),
    ...(servername && { servername }),
  };
}

/** All tries of one poll together; undefined when the settings are faulty, which the poll itself will say. */
export function probeLimitMs(access: AccessSpec): number | undefined {
  try {
    const { count, limitMs } = triesOf(probeKind(access), access);
    return (count - 1) * SPACING_MS + limitMs + slackOf(access);
  } catch (thrown) {
    if (thrown instanceof PtpError) return undefined;
    throw thrown;
  }
}

function probeKind({ options: { kind } }: AccessSpec): ProbeKind {
  if (kind === undefined) return 'icmp';
  const known = PROBE_KINDS.find((one) => one === kind);
  if (known) return known;
  throw settings(`kind="${kind}" should be icmp, tcp, dns or tls`);
}

/** A poll is over before the next one is due: the tries get less time where many of them fill the interval. */
function triesOf(kind: ProbeKind, access: AccessSpec): Pick<ProbeSettings, 'count' | 'limitMs'> {
  const count = numberOption(access, 'count', DEFAULT_TRIES[kind], [1, MOST_TRIES]);
  const spreadMs = (count - 1) * SPACING_MS;
  if (spreadMs > access.intervalMs / 2 && access.options.count !== undefined) {
    const most = Math.floor(access.intervalMs / 2 / SPACING_MS) + 1;
    throw settings(
      `count="${count}" takes ${spreadMs / 1000} s, as a try begins every ${SPACING_MS} ms; with an interval of ${access.intervalMs / 1000} s it should be at most ${most}`,
    );
  }
  const fitting = Math.min(count, Math.floor(access.intervalMs / 2 / SPACING_MS) + 1);
  const leftMs = access.intervalMs - (fitting - 1) * SPACING_MS - slackOf(access);
  return { count: fitting, limitMs: Math.min(access.timeoutMs, leftMs) };
}

const slackOf = ({ intervalMs }: AccessSpec): number => Math.min(SLACK_MS, intervalMs / 10);

function portOf(kind: ProbeKind, access: AccessSpec): number {
  if (access.options.port === undefined && DEFAULT_PORT[kind] === undefined)
    throw settings(`kind="${kind}" should have a port`);
  return numberOption(access, 'port', DEFAULT_PORT[kind] ?? 0, PORTS);
}

interface ProbeUrl {
  readonly host: string;
  readonly port: number | undefined;
}

/** `tcp://host:port` and so on: somebody else than the element itself. */
function probeUrl(kind: ProbeKind, text: string): ProbeUrl {
  const shown = withoutUser(text);
  const wanted = kind === 'icmp' ? 'icmp://host' : `${kind}://host:port`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== `${kind}:` || !url.hostname || !['', '/'].includes(url.pathname) || url.search || url.hash)
    throw settings(`url="${shown}" of a probe with kind="${kind}" should be of the form ${wanted}`);
  if (url.username || url.password) throw settings(`url="${shown}" should be without user and password`);
  if (kind === 'icmp' ? url.port !== '' : url.port === '0')
    throw settings(`url="${shown}" should be of the form ${wanted}`);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? undefined : Number(url.port) };
}

function servernameOf(access: AccessSpec, host: string, dnsname: string | undefined): string | undefined {
  const { servername } = access.options;
  if (servername !== undefined && (isIP(servername) || !isHostName(servername)))
    throw settings(`servername="${servername}" should be a host name, such as shop.example`);
  return servername ?? dnsname ?? (isIP(host) ? undefined : host);
}

const settings = (message: string): PtpError => new PtpError('Access.Settings', message);
