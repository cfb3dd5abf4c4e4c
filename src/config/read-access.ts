/** `ACCESS` and what is in it: how an element is reached and what is read from it. */
import {
  ACCESS_METHODS,
  type AccessSpec,
  type EventPattern,
  type MetricSpec,
  MODULE_OPTION,
  STATE_UNIT,
  STATE_WORDS,
  type StateWord,
  type ThresholdSpec,
} from '../model/element.js';
import { SEVERITIES } from '../model/status.js';
import type { PositionedElement } from '../xml/positions.js';
import { checkJsonPath, checkRegex, checkXPath } from './expressions.js';
import { formatDuration } from './quantities.js';
import type { ConfigReader } from './reader.js';

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_RETRIES = 1;

/** Attributes of `ACCESS` that every method has; all others are options of one or the other. */
const COMMON: ReadonlySet<string> = new Set(['method', 'interval', 'timeout', 'retries', 'credential', 'via']);

export interface ReadAccess {
  readonly at: PositionedElement;
  readonly spec: AccessSpec;
}

type Options = AccessSpec['options'];

/** What thousands of accesses have alike is one object for all of them, by how it would be written. */
interface Alike {
  readonly thresholds: Map<string, readonly ThresholdSpec[]>;
  readonly options: Map<string, Options>;
}

const alike = new WeakMap<ConfigReader, Alike>();
const NONE: readonly never[] = [];

function alikeOf(reader: ConfigReader): Alike {
  const known = alike.get(reader) ?? { thresholds: new Map(), options: new Map() };
  alike.set(reader, known);
  return known;
}

function shared<One extends object>(known: Map<string, One>, one: One): One {
  const written = JSON.stringify(one);
  const before = known.get(written) ?? one;
  known.set(written, before);
  return before;
}

export function readAccess(reader: ConfigReader, at: PositionedElement, pullMs: number): ReadAccess | undefined {
  const method = reader.oneOf(at, 'method', ACCESS_METHODS);
  const intervalMs = reader.interval(at, 'interval') ?? pullMs;
  const credential = reader.text(at, 'credential');
  const via = reader.text(at, 'via');
  const retries = reader.integer(at, 'retries', 0, 10) ?? DEFAULT_RETRIES;
  reader.parsed(at, 'url', (text) => (URL.canParse(text) ? text : undefined));
  reader.integer(at, 'port', 1, 65_535);
  reader.integer(at, 'maxRepetitions', 1, 200);
  reader.integer(at, 'count', 1, 100);
  const timeoutMs = readTimeout(reader, at, intervalMs);
  const metrics = reader.children(at, 'METRIC').flatMap((metric) => readMetric(reader, metric) ?? []);
  const events = reader.children(at, 'EVENT').flatMap((event) => readEventPattern(reader, event) ?? []);
  const thresholds = reader.children(at, 'THRESHOLD').flatMap((threshold) => readThreshold(reader, threshold) ?? []);
  const commands = reader
    .children(at, 'COMMAND')
    .map((command) => command.text.trim())
    .filter((command) => command !== '');
  if (!method) return undefined;
  const options: Record<string, string> = {};
  for (const name of at.attributes.keys()) {
    const value = COMMON.has(name) ? undefined : reader.text(at, name);
    if (value !== undefined) options[name] = value;
  }
  for (const option of reader.children(at, 'OPTION')) {
    const [name, value] = [reader.text(option, 'name'), reader.text(option, 'value')];
    if (name !== undefined && value !== undefined) options[`${MODULE_OPTION}${name}`] = value;
  }
  const known = alikeOf(reader);
  return {
    at,
    spec: {
      method,
      intervalMs,
      timeoutMs,
      retries,
      ...(credential && { credential }),
      ...(via && { via }),
      options: shared(known.options, options),
      commands: commands.length > 0 ? commands : NONE,
      metrics: metrics.length > 0 ? metrics : NONE,
      events: events.length > 0 ? events : NONE,
      thresholds: shared(known.thresholds, thresholds),
    },
  };
}

/** The default gives way to a short interval; one that somebody wrote is a fault when it is longer. */
function readTimeout(reader: ConfigReader, at: PositionedElement, intervalMs: number): number {
  const written = reader.duration(at, 'timeout', 10, 3_600_000);
  if (written !== undefined && written > intervalMs) {
    const interval = formatDuration(intervalMs);
    reader.fault(
      at,
      'timeout',
      `${reader.shown(at, 'timeout')} is longer than the interval of ${interval}; it should be at most ${interval}`,
    );
  }
  return Math.min(written ?? DEFAULT_TIMEOUT_MS, intervalMs);
}

export function readMetric(reader: ConfigReader, at: PositionedElement): MetricSpec | undefined {
  const name = reader.text(at, 'name');
  const unit = reader.text(at, 'unit');
  const counter = reader.boolean(at, 'counter');
  const index = reader.oneOf(at, 'index', ['index', 'name']);
  const oid = reader.oid(at, 'oid');
  const indexOid = reader.oid(at, 'indexOid');
  const whereOid = reader.oid(at, 'whereOid');
  const scale = reader.number(at, 'scale');
  const absent = reader.text(at, 'absent')?.split(/\s+/);
  const states = readStates(reader, at);
  const regex = reader.expression(at, 'regex', checkRegex);
  const jsonpath = reader.expression(at, 'jsonpath', checkJsonPath);
  const xpath = reader.expression(at, 'xpath', checkXPath);
  if (reader.has(at, 'indexOid') && index !== 'name')
    reader.fault(at, 'indexOid', 'indexOid has no effect without index="name"; add it');
  if (index === 'name' && !reader.has(at, 'indexOid'))
    reader.fault(at, 'index', 'index="name" needs the OID of the names; add indexOid="OID"');
  if (reader.has(at, 'whereOid') && !index)
    reader.fault(at, 'whereOid', 'whereOid chooses among the rows of a table; add index="index" or index="name"');
  if (!name) return undefined;
  return {
    name,
    ...(unit && { unit }),
    ...(counter !== undefined && { counter }),
    ...(oid && { oid }),
    ...(index && { index }),
    ...(indexOid && { indexOid }),
    ...(whereOid && { whereOid }),
    ...(scale !== undefined && { scale }),
    ...(absent && { absent }),
    ...(states && { states, unit: unit ?? STATE_UNIT }),
    ...(regex && { regex }),
    ...(jsonpath && { jsonpath }),
    ...(xpath && { xpath }),
  };
}

/** `1=normal 2=warning`: codes of the device and what they stand for. */
function readStates(reader: ConfigReader, at: PositionedElement): MetricSpec['states'] {
  return reader.parsed(at, 'states', (text) => {
    const pairs = text.split(/\s+/).map((pair) => /^(-?\d{1,10})=(.+)$/.exec(pair));
    const states: Record<string, StateWord> = {};
    for (const pair of pairs) {
      const word = STATE_WORDS.find((one) => one === pair?.[2]);
      if (!pair?.[1] || !word) return undefined;
      states[pair[1]] = word;
    }
    return states;
  });
}

function readEventPattern(reader: ConfigReader, at: PositionedElement): EventPattern | undefined {
  const regex = reader.expression(at, 'regex', checkRegex);
  const severity = reader.oneOf(at, 'severity', SEVERITIES) ?? 'indeterminate';
  const text = reader.text(at, 'text');
  const name = reader.text(at, 'name');
  const metric = reader.text(at, 'metric');
  return regex === undefined
    ? undefined
    : { regex, ...(metric && { metric }), severity, ...(text && { text }), ...(name && { name }) };
}

function readThreshold(reader: ConfigReader, at: PositionedElement): ThresholdSpec | undefined {
  const metric = reader.text(at, 'metric');
  const [above, below, clear] = ['above', 'below', 'clear'].map((name) => reader.parsed(at, name, parseLimit));
  const forMs = reader.duration(at, 'for') ?? 0;
  const noDataMs = reader.duration(at, 'noData', 1);
  const severity = reader.oneOf(at, 'severity', SEVERITIES.slice(1)) ?? 'warning';
  const hasLimit = reader.has(at, 'above') || reader.has(at, 'below');
  if (!hasLimit && !reader.has(at, 'noData'))
    reader.fault(at, undefined, 'THRESHOLD has none of above, below and noData; add one of them');
  if (hasLimit && reader.has(at, 'noData'))
    reader.fault(at, 'noData', 'THRESHOLD has a limit and noData; write two THRESHOLDs');
  for (const name of hasLimit ? [] : (['for', 'clear'] as const))
    if (reader.has(at, name) && reader.has(at, 'noData'))
      reader.fault(at, name, `${name} has no meaning with noData; remove it`);
  if (above && below) reader.fault(at, 'below', 'THRESHOLD has both above and below; write two THRESHOLDs');
  const limit = above ?? below;
  if (limit && clear && !(above && below)) {
    const mixed = limit.endsWith('%') !== clear.endsWith('%');
    const wrongSide = above
      ? Number.parseFloat(clear) > Number.parseFloat(above)
      : Number.parseFloat(clear) < Number.parseFloat(limit);
    if (mixed)
      reader.fault(
        at,
        'clear',
        `${reader.shown(at, 'clear')} and ${above ? 'above' : 'below'} differ in kind; write both with % or both without`,
      );
    else if (wrongSide)
      reader.fault(
        at,
        'clear',
        `${reader.shown(at, 'clear')} lies beyond the limit, so it would never clear; it should be ${above ? `at most ${above}` : `at least ${limit}`}`,
      );
  }
  if (!metric) return undefined;
  return {
    metric,
    ...(above && { above }),
    ...(below && { below }),
    ...(clear && { clear }),
    forMs,
    ...(noDataMs !== undefined && { noDataMs }),
    severity,
  };
}

function parseLimit(text: string): string | undefined {
  const limit = text.replace(/ +%$/, '%');
  return /^-?\d{1,18}(\.\d{1,15})?%?$/.test(limit) ? limit : undefined;
}
