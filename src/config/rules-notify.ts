/** Rules about whom events and alarms are told: what each kind of destination needs, and what the rules for events name. */
import type { PositionedElement } from '../xml/positions.js';
import { nearest } from '../xml/xsd-model.js';
import type { ConfigReader } from './reader.js';
import { type AccessContext, requireCredential } from './rules-access.js';
import { unique } from './rules-managers.js';
import { checkNeeds } from './rules-sources.js';

/** What each kind of destination cannot do without; each of a list has to be there, or one of those with `|`. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  trap: ['host'],
  webhook: ['url'],
  store: ['url'],
  smtp: ['url', 'to'],
};
const MEANS: Readonly<Record<string, readonly string[]>> = {
  trap: ['host', 'port', 'credential'],
  webhook: ['url', 'credential', 'ca'],
  store: ['url', 'credential', 'ca'],
  syslog: ['host', 'port', 'url', 'ca'],
  smtp: ['url', 'credential', 'ca', 'from', 'to'],
};
const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  webhook: ['http', 'https'],
  store: ['http', 'https'],
  syslog: ['udp', 'tcp', 'tls'],
  smtp: ['smtp', 'smtps'],
};
/** Actions that tell somebody. */
const TELLING = ['trap', 'webhook', 'syslog', 'smtp'];
const MOST_DESTINATIONS = 50;
const MOST_RECEIVERS = 20;

type RequireForSnmp = (reader: ConfigReader, at: PositionedElement, id: string, context: AccessContext) => void;

export function checkDestinations(
  reader: ConfigReader,
  manager: PositionedElement,
  context: AccessContext,
  requireForSnmp: RequireForSnmp,
): void {
  const destinations = reader.children(reader.child(manager, 'NOTIFY'), 'DESTINATION');
  unique(reader, destinations, 'id', 'DESTINATION');
  const surplus = destinations[MOST_DESTINATIONS];
  if (surplus) reader.fault(surplus, undefined, `there are more than ${MOST_DESTINATIONS} DESTINATIONs; join some`);
  for (const at of destinations) {
    reader.integer(at, 'port', 1, 65_535);
    checkNeeds(reader, at, NEEDS);
    const type = reader.text(at, 'type') ?? '';
    checkPlace(reader, at, type);
    checkAddresses(reader, at);
    for (const name of ['host', 'port', 'credential', 'url', 'ca', 'from', 'to'])
      if (reader.has(at, name) && MEANS[type]?.includes(name) === false)
        reader.fault(at, name, `${name} has no meaning with type="${type}"; remove it`);
    const credential = reader.text(at, 'credential');
    if (credential === undefined) continue;
    if (type === 'trap') requireForSnmp(reader, at, credential, context);
    else if (requireCredential(reader, at, 'credential', credential, context)) checkLogin(reader, at, context);
  }
  const rules = reader.children(reader.children(manager, 'EVENTS')[0], 'EVENT');
  for (const at of rules) checkRule(reader, at, destinations);
  warnOfUntold(reader, destinations, rules);
}

function checkPlace(reader: ConfigReader, at: PositionedElement, type: string): void {
  if (type === 'syslog' && reader.has(at, 'host') === reader.has(at, 'url'))
    reader.fault(at, 'type', 'type="syslog" needs either host, for UDP, or url, such as url="tls://log.example:6514"');
  if (type === 'syslog' && reader.has(at, 'url') && reader.has(at, 'port'))
    reader.fault(at, 'port', 'port has no meaning with url; write it behind the host of the url');
  const schemes = SCHEMES[type];
  const url = reader.text(at, 'url');
  if (!schemes || url === undefined) return;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const wanted = schemes.map((scheme) => `${scheme}://`).join(' or ');
  if (!parsed || !schemes.includes(parsed.protocol.slice(0, -1)) || parsed.hostname === '')
    reader.fault(at, 'url', `url of type="${type}" should begin with ${wanted}, and be an address`);
  else if (parsed.username || parsed.password)
    reader.fault(at, 'url', 'url should be without user and password; name a credential with them instead');
  else if (!/^https?:$/.test(parsed.protocol) && (parsed.search || parsed.hash || !/^\/?$/.test(parsed.pathname)))
    reader.fault(at, 'url', `url of type="${type}" should end with the host, or its port`);
}

/** One `@`, and nothing in it that is more than an address: what follows would be read as a header. */
export const isMailAddress = (text: string): boolean =>
  text.length <= 254 && /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"\\]+$/u.test(text);

export const mailAddresses = (text: string): readonly string[] => text.split(/[\s,]+/).filter((one) => one !== '');

function checkAddresses(reader: ConfigReader, at: PositionedElement): void {
  for (const name of ['from', 'to']) {
    const text = reader.text(at, name);
    if (text === undefined) continue;
    const addresses = mailAddresses(text);
    const wrong = addresses.find((one) => !isMailAddress(one));
    const many = name === 'from' ? 1 : MOST_RECEIVERS;
    if (wrong !== undefined || addresses.length > many)
      reader.fault(
        at,
        name,
        `${reader.shown(at, name)} should be ${name === 'from' ? 'one address' : `up to ${many} addresses with blanks between them`}, such as noc@example.com`,
      );
  }
}

function checkLogin(reader: ConfigReader, at: PositionedElement, context: AccessContext): void {
  const id = reader.text(at, 'credential') ?? '';
  const found = context.credentialsAt.get(id);
  if (!found || reader.has(found, 'password')) return;
  reader.fault(
    at,
    'credential',
    `CREDENTIAL ${id} has no password, which this DESTINATION needs; add it or name another`,
  );
}

function checkRule(reader: ConfigReader, at: PositionedElement, destinations: readonly PositionedElement[]): void {
  const to = reader.list(at, 'to');
  const ids = destinations.flatMap((one) => reader.text(one, 'id') ?? []);
  for (const id of to) {
    if (!ids.includes(id)) {
      const near = nearest(id, ids);
      reader.fault(
        at,
        'to',
        `DESTINATION ${id} is not defined; ${near ? `did you mean ${near}?` : 'add it to NOTIFY'}`,
      );
    } else if (destinations.some((one) => reader.text(one, 'id') === id && reader.text(one, 'type') === 'store'))
      reader.fault(
        at,
        'to',
        `DESTINATION ${id} is of type="store", to which data are posted and no events; name another`,
      );
  }
  if (to.some((id) => !ids.includes(id))) return;
  if (to.length > 0 && reader.list(at, 'action').includes('ignore'))
    reader.warning(at, 'to', 'to has no meaning with action="ignore"; remove it');
  for (const action of reader.list(at, 'action')) {
    const isMeant = (one: PositionedElement) => to.length === 0 || to.includes(reader.text(one, 'id') ?? '');
    if (!TELLING.includes(action) || destinations.some((one) => reader.text(one, 'type') === action && isMeant(one)))
      continue;
    const mend = to.length === 0 ? 'add one to NOTIFY' : 'name one in to, or leave to out';
    reader.warning(at, 'action', `action has ${action}, and there is no DESTINATION type="${action}" for it: ${mend}`);
  }
}

/** A destination that hears of nothing is found out at the wrong time. */
function warnOfUntold(
  reader: ConfigReader,
  destinations: readonly PositionedElement[],
  rules: readonly PositionedElement[],
): void {
  for (const at of destinations) {
    const [id, type] = [reader.text(at, 'id') ?? '', reader.text(at, 'type') ?? ''];
    const isNamed = rules.some((rule) => {
      const to = reader.list(rule, 'to');
      return to.length > 0 ? to.includes(id) : reader.list(rule, 'action').includes(type);
    });
    if (TELLING.includes(type) && !isNamed)
      reader.warning(
        at,
        'id',
        `no EVENT names DESTINATION ${id}, so nothing is sent there; add <EVENT action="store ${type}" to="${id}"/>`,
      );
  }
}
