/** Rules about ways to reach an element: does the method know this option, is there an address, what can be read? */
import { type AccessMethodName, type MetricSpec, MODULE_OPTION } from '../model/element.js';
import { wholeOf } from '../model/whole-metrics.js';
import type { PositionedElement } from '../xml/positions.js';
import { alternatives, nearest } from '../xml/xsd-model.js';
import type { ReadAccess } from './read-access.js';
import type { ReadElement } from './read-elements.js';
import type { ConfigReader } from './reader.js';
import { unique } from './rules-managers.js';
import { type AccessCheck, checkByMethod } from './rules-methods.js';
import type { Credential } from './settings.js';

/** Options of each method; where one of `needed` is missing there is nothing to do. */
const METHODS: Readonly<
  Record<AccessMethodName, { readonly options: readonly string[]; readonly needed?: readonly string[] }>
> = {
  snmp: { options: ['port', 'version', 'maxRepetitions'] },
  cli: { options: ['port', 'protocol', 'session', 'prompt', 'knownHosts', 'insecure', 'legacy'] },
  ftp: { options: ['url', 'port', 'tls', 'from', 'entry', 'ca', 'insecure'] },
  http: { options: ['url', 'port', 'expect', 'ca', 'insecure'] },
  xml: { options: ['url', 'path', 'ca', 'insecure'], needed: ['url', 'path'] },
  file: { options: ['path', 'content', 'from', 'entry'], needed: ['path'] },
  probe: {
    options: ['kind', 'port', 'count', 'url', 'query', 'record', 'answer', 'servername', 'ca', 'insecure'],
  },
  api: { options: ['module', 'url', 'port'], needed: ['module'] },
};

/** Of one `ACCESS`. */
const MOST_MODULE_OPTIONS = 50;

/** Beginnings of `url` that a method can go to; others take any. */
const SCHEMES: Partial<Readonly<Record<AccessMethodName, readonly string[]>>> = {
  http: ['http://', 'https://'],
  ftp: ['ftp://', 'ftps://'],
  xml: ['http://', 'https://'],
};

const PLACES = ['oid', 'regex', 'jsonpath', 'xpath'] as const;
type Place = (typeof PLACES)[number];

/** Where the values of a METRIC can be found; `api` and `probe` bring theirs by name. */
const PLACES_OF: Readonly<Record<AccessMethodName, readonly Place[]>> = {
  snmp: ['oid'],
  cli: ['regex'],
  ftp: ['regex'],
  http: ['regex', 'jsonpath', 'xpath'],
  xml: ['xpath'],
  file: ['regex'],
  probe: [],
  api: [],
};

export interface AccessContext {
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Elements `CREDENTIAL` by id, those with faults too. */
  readonly credentialsAt: ReadonlyMap<string, PositionedElement>;
  /** Ids of all managers that the file names, this one excepted. */
  readonly managers: readonly string[];
  /** This one's. */
  readonly self?: string | undefined;
  readonly checkAccess?: AccessCheck | undefined;
}

export function checkAccess(reader: ConfigReader, definition: ReadElement, context: AccessContext): void {
  const { at: elementAt, element, access } = definition;
  for (const one of access) {
    const { at, spec } = one;
    const { options, needed } = METHODS[spec.method];
    for (const name of Object.keys(spec.options)) {
      if (!options.includes(name) && !name.startsWith(MODULE_OPTION))
        reader.fault(
          at,
          name,
          `${name} has no meaning with method="${spec.method}"; ${options.length > 0 ? `it takes ${alternatives(options)}` : 'remove it'}`,
        );
    }
    if (needed && !needed.some((name) => reader.has(at, name)))
      reader.fault(at, undefined, `ACCESS method="${spec.method}" lacks its attribute ${alternatives(needed)}; add it`);
    const remote = !['file', 'api', 'xml'].includes(spec.method) && !reader.has(at, 'url');
    if (remote && !reader.has(elementAt, 'ip') && !reader.has(elementAt, 'dnsname'))
      reader.fault(
        at,
        undefined,
        `ACCESS method="${spec.method}" has no address to go to; add ip or dnsname to ${element.name}`,
      );
    if (spec.commands.length > 0 && spec.method !== 'cli')
      reader.fault(
        reader.children(at, 'COMMAND')[0] ?? at,
        undefined,
        `COMMAND has no meaning with method="${spec.method}"; it belongs to method="cli"`,
      );
    checkModuleOptions(reader, one);
    checkUrl(reader, one);
    checkVia(reader, one, context);
    checkCredential(reader, one, context);
    checkMetrics(reader, one);
    checkEvents(reader, one);
    checkThresholds(reader, one);
    // Last: it leaves out what has been found.
    if (context.checkAccess) checkByMethod(reader, definition, one, context.checkAccess);
  }
}

function checkModuleOptions(reader: ConfigReader, { at, spec }: ReadAccess): void {
  const options = reader.children(at, 'OPTION');
  const [first] = options;
  if (first && spec.method !== 'api')
    reader.fault(first, undefined, `OPTION has no meaning with method="${spec.method}"; it belongs to method="api"`);
  unique(reader, options, 'name', 'OPTION');
  const surplus = options[MOST_MODULE_OPTIONS];
  if (surplus) reader.fault(surplus, undefined, `ACCESS has more than ${MOST_MODULE_OPTIONS} OPTIONs; remove some`);
}

function checkUrl(reader: ConfigReader, { at, spec }: ReadAccess): void {
  const { url } = spec.options;
  const schemes = SCHEMES[spec.method];
  if (url === undefined || !URL.canParse(url)) return;
  const { username, password } = new URL(url);
  if (username || password)
    reader.fault(
      at,
      'url',
      'url holds a user or password; it should be without, with credential="ID" of a CREDENTIAL instead',
    );
  else if (schemes && !schemes.some((scheme) => url.toLowerCase().startsWith(scheme)))
    reader.fault(at, 'url', `url of method="${spec.method}" should begin with ${alternatives(schemes)}`);
}

function checkVia(reader: ConfigReader, { at, spec }: ReadAccess, { managers, self }: AccessContext): void {
  if (spec.via === undefined || managers.includes(spec.via)) return;
  if (spec.via === self) {
    reader.fault(at, 'via', `${reader.shown(at, 'via')} is this manager itself, which needs no surrogate; remove via`);
    return;
  }
  const near = nearest(spec.via, managers);
  reader.fault(
    at,
    'via',
    `${reader.shown(at, 'via')} is not a manager of this file; ${near ? `did you mean ${near}?` : 'add it to NEIGHBORS'}`,
  );
}

function checkCredential(reader: ConfigReader, { at, spec }: ReadAccess, context: AccessContext): void {
  const { method, credential: id } = spec;
  if (id === undefined) {
    if (method === 'snmp' && spec.options.version === '3' && !reader.has(at, 'credential'))
      reader.fault(
        at,
        'version',
        'version="3" needs a user; add credential="ID" of a CREDENTIAL with user, authProtocol and authPassword',
      );
    return;
  }
  if (!requireCredential(reader, at, 'credential', id, context)) return;
  const definition = context.credentialsAt.get(id);
  if (method !== 'snmp' || !definition) return;
  const wanted = spec.options.version === '3' ? 'user' : 'community';
  if (!reader.has(definition, wanted))
    reader.fault(
      at,
      'credential',
      `CREDENTIAL ${id} has no ${wanted}, which SNMP version ${spec.options.version ?? '2c'} needs; add it or name another`,
    );
}

/** Whether a credential of that id is defined; a fault at the attribute when not. */
export function requireCredential(
  reader: ConfigReader,
  at: PositionedElement,
  attribute: string,
  id: string,
  context: AccessContext,
): boolean {
  if (context.credentialsAt.has(id)) return true;
  const near = nearest(id, context.credentialsAt.keys());
  reader.fault(
    at,
    attribute,
    `CREDENTIAL ${id} is not defined; ${near ? `did you mean ${near}?` : 'add it to CREDENTIALS'}`,
  );
  return false;
}

function checkMetrics(reader: ConfigReader, { at, spec }: ReadAccess): void {
  const elements = reader.children(at, 'METRIC');
  unique(reader, elements, 'name', 'METRIC');
  const places = PLACES_OF[spec.method];
  for (const metric of elements) {
    const written = PLACES.filter((place) => reader.has(metric, place));
    const [first, second] = written;
    const strange = written.find((place) => !places.includes(place));
    if (first && second)
      reader.fault(
        metric,
        second,
        `METRIC has ${first} and ${second}; a value is found in one place, keep one of them`,
      );
    else if (strange)
      reader.fault(
        metric,
        strange,
        `${strange} has no meaning with method="${spec.method}"; ${places.length > 0 ? `it takes ${alternatives(places)}` : 'remove it'}`,
      );
    else if (!first && places.length > 0)
      reader.fault(metric, undefined, `METRIC does not say where its value is found; add ${alternatives(places)}`);
  }
}

/** Methods that read text, in which an EVENT can be found. */
const TEXT_METHODS: ReadonlySet<AccessMethodName> = new Set(['file', 'ftp', 'cli', 'http']);

function checkEvents(reader: ConfigReader, { at, spec }: ReadAccess): void {
  if (TEXT_METHODS.has(spec.method)) return;
  for (const event of reader.children(at, 'EVENT'))
    if (!reader.has(event, 'metric'))
      reader.fault(
        event,
        undefined,
        `EVENT of method="${spec.method}" has no text to look at; add metric="NAME" to look at the values of a metric`,
      );
}

/**
 * What is read by SNMP, by a probe or by a module is known only when it is read, and every method has values of its
 * own; so only what is nearly the name of a METRIC beside it is taken for a slip.
 */
function checkThresholds(reader: ConfigReader, { at, spec }: ReadAccess): void {
  const names = spec.metrics.flatMap(namesOfMetric);
  for (const threshold of reader.children(at, 'THRESHOLD')) {
    const metric = reader.text(threshold, 'metric');
    if (metric === undefined) continue;
    checkShare(
      reader,
      threshold,
      spec.metrics.find(({ name }) => name === metric),
    );
    if (names.includes(metric)) continue;
    const near = nearest(metric, names);
    if (near)
      reader.fault(
        threshold,
        'metric',
        `${reader.shown(threshold, 'metric')} is not read by this ACCESS; did you mean ${near}?`,
      );
  }
}

/** Of what a METRIC's value is a share has to be known: its unit is %, or its whole is a metric of its own. */
function checkShare(reader: ConfigReader, threshold: PositionedElement, metric: MetricSpec | undefined): void {
  const attribute = (['above', 'below'] as const).find((name) => reader.text(threshold, name)?.endsWith('%'));
  if (!metric || !attribute) return;
  const { name, unit = '1' } = metric;
  if (unit === '%' || wholeOf(name, unit) !== undefined) return;
  reader.fault(
    threshold,
    attribute,
    `${reader.shown(threshold, attribute)} is a share, but of what is not known of ${name} (unit ${unit}); write a number, or give the METRIC the unit %`,
  );
}

const namesOfMetric = ({ name, counter }: MetricSpec): readonly string[] => (counter ? [name, `${name}.rate`] : [name]);
