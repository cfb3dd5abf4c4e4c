/** Rules about where further elements come from: what a source needs, and how much may be searched. */
import type { PositionedElement } from '../xml/positions.js';
import { contains, hostRange, parseNetwork } from './networks.js';
import { parseWay } from './read-sources.js';
import type { ConfigReader } from './reader.js';
import { type AccessContext, requireCredential } from './rules-access.js';

const SOURCE_NEEDS: Readonly<Record<string, readonly string[]>> = {
  file: ['path'],
  http: ['url'],
  csv: ['path'],
  postgres: ['url', 'query'],
};
const SCHEMES: Readonly<Record<string, RegExp>> = { http: /^https?:\/\//i, postgres: /^postgres(?:ql)?:\/\//i };
const MOST_SOURCES = 100;
const MOST_NETWORKS = 100;
/** Addresses of one network: a /16. */
const MOST_ADDRESSES = 65_536;
/** Nothing outside is asked more often. */
const SHORTEST_INTERVAL_MS = 1000;
const SHORTEST_SEARCH_MS = 60_000;
const YEAR_MS = 365 * 86_400_000;

export function checkSources(reader: ConfigReader, manager: PositionedElement): void {
  const sources = reader.children(reader.child(manager, 'SOURCES'), 'SOURCE');
  const surplus = sources[MOST_SOURCES];
  if (surplus) reader.fault(surplus, undefined, `there are more than ${MOST_SOURCES} SOURCEs; join some`);
  for (const at of sources) {
    checkNeeds(reader, at, SOURCE_NEEDS);
    reader.duration(at, 'interval', SHORTEST_INTERVAL_MS, YEAR_MS);
    const type = reader.text(at, 'type') ?? '';
    const url = reader.text(at, 'url');
    const scheme = SCHEMES[type];
    if (scheme && url !== undefined && !(scheme.test(url) && URL.canParse(url)))
      reader.fault(
        at,
        'url',
        `url of type="${type}" should begin with ${type === 'http' ? 'http:// or https://' : 'postgres://'}, and be an address`,
      );
    else if (scheme && url !== undefined) checkLogin(reader, at, new URL(url));
    const strange = scheme ? ['path'] : ['url', 'query'];
    for (const name of [...strange, ...(type === 'http' ? ['query'] : [])])
      if (reader.has(at, name)) reader.fault(at, name, `${name} has no meaning with type="${type}"; remove it`);
  }
}

/** What a password is not taken for would be shown: in the list of processes, and to whoever may see the sources. */
function checkLogin(reader: ConfigReader, at: PositionedElement, { username, password, searchParams }: URL): void {
  const secret = ['password', 'sslpassword'].find((name) => searchParams.has(name));
  if (reader.text(at, 'type') === 'postgres' && secret !== undefined)
    reader.fault(
      at,
      'url',
      `url has a ${secret} after its question mark, where it would be seen; write it before the host, as in postgres://reader:\${file:password}@host/`,
    );
  try {
    decodeURIComponent(username + password);
  } catch {
    reader.fault(at, 'url', 'user or password of the url have a % that stands for nothing; write %25 for it');
  }
}

export function checkDiscovery(reader: ConfigReader, manager: PositionedElement, context: AccessContext): void {
  const networks = reader.children(manager, 'DISCOVERY');
  const surplus = networks[MOST_NETWORKS];
  if (surplus) reader.fault(surplus, undefined, `there are more than ${MOST_NETWORKS} DISCOVERYs; remove some`);
  const seen = new Map<string, PositionedElement>();
  for (const at of networks) {
    reader.duration(at, 'interval', SHORTEST_SEARCH_MS, YEAR_MS);
    reader.boolean(at, 'approve');
    reader.integer(at, 'rate', 1, 1000);
    for (const word of reader.list(at, 'by'))
      if (!parseWay(word)) reader.fault(at, 'by', `${reader.shown(at, 'by')} is not right; its ports are 1 to 65535`);
    const network = reader.parsed(at, 'network', parseNetwork);
    checkCredentials(reader, at, context);
    if (!network) continue;
    const written = reader.text(at, 'network') ?? '';
    const first = seen.get(written);
    if (first)
      reader.fault(
        at,
        'network',
        `${reader.shown(at, 'network')} is searched already, by line ${first.line}; join them`,
      );
    else seen.set(written, at);
    if (network.last - network.first >= BigInt(MOST_ADDRESSES) || hostRange(network).count > MOST_ADDRESSES)
      reader.fault(
        at,
        'network',
        `${reader.shown(at, 'network')} has more than ${MOST_ADDRESSES} addresses; a ${network.version === 4 ? '/16' : '/112'} is the largest that is searched`,
      );
    for (const word of reader.list(at, 'exclude')) {
      const excluded = parseNetwork(word);
      if (!excluded)
        reader.fault(at, 'exclude', `${reader.shown(at, 'exclude')} should be addresses and networks, blanks between`);
      else if (!contains(network, word) && !(excluded.first <= network.first && excluded.last >= network.last))
        reader.warning(at, 'exclude', `${word} is not in ${written}, so leaving it out changes nothing`);
    }
  }
}

/** SNMP takes a community or a user of its own; a login is of no use in a search. */
function checkCredentials(reader: ConfigReader, at: PositionedElement, context: AccessContext): void {
  for (const id of reader.list(at, 'credential')) {
    if (!requireCredential(reader, at, 'credential', id, context)) continue;
    const definition = context.credentialsAt.get(id);
    if (definition && !reader.has(definition, 'community') && !reader.has(definition, 'user'))
      reader.fault(
        at,
        'credential',
        `CREDENTIAL ${id} has neither a community nor a user, one of which a search by SNMP needs; add it or name another`,
      );
  }
}

export function checkNeeds(
  reader: ConfigReader,
  at: PositionedElement,
  needs: Readonly<Record<string, readonly string[]>>,
): void {
  const type = reader.text(at, 'type') ?? '';
  for (const name of needs[type] ?? []) {
    if (!reader.has(at, name)) reader.fault(at, 'type', `${reader.shown(at, 'type')} needs ${name}; add ${name}="..."`);
  }
}
